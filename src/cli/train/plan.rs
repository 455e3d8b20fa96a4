//! How long to train, and what to do how often.

use std::{
    num::NonZero,
    path::PathBuf,
    time::{Duration, Instant},
};

use super::super::{args::TrainArgs, failure::Failure};
use crate::session::{Session, Setup};

/// How often a checkpoint is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Every {
    /// After so many steps.
    Steps(u64),
    /// After so long.
    Time(Duration),
}

const DEFAULT: Every = Every::Time(Duration::from_secs(60));

/// What was asked for, in steps.
#[derive(Debug)]
pub(super) struct Plan {
    /// Steps of an epoch.
    pub per_epoch: u64,
    /// The last step.
    pub steps: u64,
    /// Steps between evaluations.
    pub eval_every: u64,
    /// When to stop.
    pub deadline: Option<Instant>,
    /// Where checkpoints go.
    pub checkpoint: Option<PathBuf>,
    /// How often.
    pub checkpoint_every: Every,
}

impl Plan {
    /// From what was typed and what the file says.
    pub fn new(args: &TrainArgs, setup: &Setup, session: &Session) -> Result<Self, Failure> {
        let Some(per_epoch) = session.batches_per_epoch() else {
            return Err(Failure::Input(format!("{}; use `rhoscope run`", no_data(setup))));
        };
        if args.checkpoint_every.is_some() && args.checkpoint.is_none() && args.resume.is_none() {
            return Err(Failure::Input("--checkpoint-every says how often; give --checkpoint FILE as well".to_owned()));
        }
        let epochs = args.pace.epochs.map(NonZero::get).or(setup.epochs.filter(|_| args.session.steps().is_none()));
        let steps = match epochs {
            None => setup.steps,
            Some(epochs) => epochs.saturating_mul(per_epoch),
        };
        Ok(Self {
            per_epoch,
            steps,
            eval_every: args.pace.eval_every.map_or(per_epoch, NonZero::get),
            deadline: args.time_limit.and_then(|limit| Instant::now().checked_add(limit)),
            checkpoint: args.checkpoint.clone().or_else(|| args.resume.clone()),
            checkpoint_every: args.checkpoint_every.unwrap_or(DEFAULT),
        })
    }
}

/// Reads a number of things of which there is at least one.
pub(in crate::cli) fn count<N: TryFrom<NonZero<u64>>>(text: &str) -> Result<N, String> {
    let number = text.parse::<NonZero<u64>>().ok().and_then(|number| N::try_from(number).ok());
    number.ok_or_else(|| "expected a whole number of at least 1".to_owned())
}

/// Reads a number of steps; that none is too few is said where the file's number is read.
pub(in crate::cli) fn steps(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a whole number of at least 1".to_owned())
}

/// Reads a seed.
pub(in crate::cli) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// Says that a problem has no data.
pub(in crate::cli) fn no_data(setup: &Setup) -> String {
    format!("{} is of the kind {}, which has no data to train on", setup.name, setup.problem.kind())
}

/// Reads a time: a number of seconds, or a number with s, m or h.
pub(in crate::cli) fn time(text: &str) -> Result<Duration, String> {
    let units = [("h", 3600.0), ("m", 60.0), ("s", 1.0), ("", 1.0)];
    let number = units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let seconds = number.and_then(|(number, seconds)| Some(number.trim().parse::<f64>().ok()? * seconds));
    seconds.filter(|seconds| *seconds > 0.0).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or_else(
        || {
            "expected a time above 0: a number of seconds, or a number with s, m or h, for instance 90 or 1.5h"
                .to_owned()
        },
    )
}

/// Reads how often: a number of steps, or a number with s, m or h.
pub(in crate::cli) fn every(text: &str) -> Result<Every, String> {
    let accepted =
        "expected a number of steps of at least 1, or a time above 0 with s, m or h, for instance 500 or 10m";
    match text.parse::<u64>() {
        Ok(0) => Err(accepted.to_owned()),
        Ok(steps) => Ok(Every::Steps(steps)),
        Err(_) if text.ends_with(['s', 'm', 'h']) => time(text).map(Every::Time).map_err(|_| accepted.to_owned()),
        Err(_) => Err(accepted.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_counts_are_told_apart() {
        let seconds = Duration::from_secs_f64;
        for (text, expected) in [("90", 90.0), ("90s", 90.0), ("1.5m", 90.0), ("2h", 7200.0), ("0.25 s", 0.25)] {
            assert_eq!(time(text), Ok(seconds(expected)), "{text}");
        }
        for text in ["", "s", "0", "-1", "soon", "nan", "inf", "1d", "1e300h"] {
            assert!(time(text).is_err(), "{text}");
        }
        assert_eq!(every("500"), Ok(Every::Steps(500)));
        assert_eq!(every("10m"), Ok(Every::Time(seconds(600.0))));
        for text in ["0", "1.5", "-3", "m", "0s", "often"] {
            assert!(every(text).is_err(), "{text}");
        }
    }
}
