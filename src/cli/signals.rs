//! The signals that ask a run to stop: it ends after the present step, with everything so far written.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

use super::failure::Failure;

/// A closed window, a dropped connection and a batch system's warnings ask as politely as ctrl-c.
const ENDING: [i32; 7] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM];

/// Knows whether a signal has asked to stop.
#[derive(Clone, Debug)]
pub(super) struct Stop(Arc<AtomicUsize>);

impl Stop {
    /// Watches from now on, before there is a file to lose. What was ignored from the start (`nohup`) stays ignored.
    pub fn watch() -> Result<Self, Failure> {
        let stop = Arc::new(AtomicUsize::new(0));
        let ignored = std::fs::read_to_string("/proc/self/status").map_or(0, |status| ignored(&status));
        for signal in ENDING.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0) {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&stop), number)
                .map_err(|error| Failure::Input(format!("cannot watch for interruptions: {error}")))?;
        }
        Ok(Self(stop))
    }

    /// The signal that asked, if one did.
    pub fn asked(&self) -> Option<i32> {
        i32::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|signal| *signal > 0)
    }
}

/// The mask of ignored signals in what Linux says of a process; other systems do not say without unsafe code.
fn ignored(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_found() {
        assert_eq!(ignored("Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n"), 0x1001);
        assert_eq!(ignored("Name:\tx\n"), 0);
    }
}
