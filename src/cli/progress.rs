//! A line on standard error that says how far a long run is, if somebody is watching.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// Shorter runs need no progress.
const PATIENCE: Duration = Duration::from_secs(1);
const INTERVAL: Duration = Duration::from_millis(100);
/// To the beginning of the line, and clear it.
const CLEAR: &str = "\r\x1b[K";

/// How far a run is.
pub(super) struct Progress {
    steps: u64,
    started: Instant,
    shown: Option<Instant>,
    watched: bool,
}

impl Progress {
    /// Of a run of so many steps.
    pub fn new(steps: u64) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { steps, started: Instant::now(), shown: None, watched: io::stderr().is_terminal() && !dumb }
    }

    /// Says that `step` is done, now and then.
    pub fn at(&mut self, step: u64) {
        let due = match self.shown {
            None => self.started.elapsed() >= PATIENCE,
            Some(shown) => shown.elapsed() >= INTERVAL,
        };
        if self.watched && due {
            let percent = 100 * step / self.steps.max(1);
            // A terminal that cannot be written to does not stop a run.
            let _ = write!(io::stderr(), "{CLEAR}step {step} of {} ({percent} %)", self.steps);
            self.shown = Some(Instant::now());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}
