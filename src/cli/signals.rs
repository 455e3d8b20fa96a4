//! The signals that ask a run to stop: it ends after the present step, with everything so far written.

use std::{
    io::{self, Write as _},
    process,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use signal_hook::iterator::Signals;

use super::failure::{Failure, code_of};
use crate::{data, tui::signals};

/// Knows whether a signal has asked to stop.
#[derive(Clone, Debug)]
pub(super) struct Stop(Arc<AtomicUsize>);

impl Stop {
    /// Watches from now on, before there is a file to lose. Who asks again does not want to wait for the end of the step.
    pub fn watch() -> Result<Self, Failure> {
        let refuse = |error: io::Error| Failure::Input(format!("cannot watch for interruptions: {error}"));
        let stop = Self(Arc::new(AtomicUsize::new(0)));
        let mut signals = Signals::new(signals::ending()).map_err(refuse)?;
        let asked = Arc::clone(&stop.0);
        let watch = move || {
            let mut patience: Option<signals::Patience> = None;
            for signal in signals.forever() {
                match patience {
                    None => {
                        patience = Some(signals::Patience::begin());
                        asked.store(usize::try_from(signal).unwrap_or_default(), Ordering::Relaxed);
                    }
                    Some(patience) if patience.is_over(signal) => data::abandon(|| {
                        let _ =
                            writeln!(io::stderr(), "error: interrupted again; what was not yet in its place is lost");
                        process::exit(code_of(signal).into())
                    }),
                    Some(_) => {}
                }
            }
        };
        thread::Builder::new().name("signal watch".to_owned()).spawn(watch).map_err(refuse)?;
        Ok(stop)
    }

    /// The signal that asked, if one did.
    pub fn asked(&self) -> Option<i32> {
        i32::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|signal| *signal > 0)
    }
}
