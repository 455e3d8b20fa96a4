//! Which signals ask the program to end, and how often they must ask.

use std::{
    io,
    time::{Duration, Instant},
};

use signal_hook::{
    consts::{SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU},
    low_level::emulate_default_handler,
};

use crate::data;

/// A closed window, a dropped connection, a batch system's warnings and a limit of time ask as politely as ctrl-c: all that end a
/// program and are not its own fault.
const ENDING: [i32; 11] =
    [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU, SIGVTALRM, SIGPROF, SIGIO];
/// What asks again within this time is the same wish, sent to the process and to its group, as `timeout` and shells do.
const SAME_WISH: Duration = Duration::from_millis(250);

/// Those of these signals that were not ignored from the start, as `nohup` has it.
pub fn heeded(signals: &[i32]) -> Vec<i32> {
    let ignored = std::fs::read_to_string("/proc/self/status").map_or(0, |status| ignored(&status));
    signals.iter().copied().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
}

/// Those that ask to end.
pub fn ending() -> Vec<i32> {
    heeded(&ENDING)
}

/// The mask of ignored signals in what Linux says of a process; other systems do not say without unsafe code.
fn ignored(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Tells who asks once more, and will not wait, from who repeats himself.
#[derive(Clone, Copy, Debug)]
pub struct Patience(Instant);

impl Patience {
    /// Begins when the program is asked to end.
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// Whether this signal asks to end at once. A hang-up never does: it comes from the terminal, and again from the shell.
    pub fn is_over(self, signal: i32) -> bool {
        signal != SIGHUP && self.0.elapsed() >= SAME_WISH
    }
}

/// Ends by a signal at once; what is not yet in its place goes.
///
/// # Errors
/// When the system does not let it.
pub fn end_at_once(signal: i32) -> io::Result<()> {
    data::abandon(|| emulate_default_handler(signal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_found() {
        assert_eq!(ignored("Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n"), 0x1001);
        assert_eq!(ignored("Name:\tx\n"), 0);
    }

    #[test]
    fn only_who_asks_again_later_is_impatient() {
        assert!(!Patience::begin().is_over(SIGTERM), "the same wish");
        let Some(earlier) = Instant::now().checked_sub(Duration::from_secs(1)) else { return };
        assert!(Patience(earlier).is_over(SIGTERM) && Patience(earlier).is_over(SIGINT));
        assert!(!Patience(earlier).is_over(SIGHUP));
    }
}
