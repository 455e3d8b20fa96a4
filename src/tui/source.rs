//! From problem files to sessions.

use crate::session::{
    Setup,
    setup::{BUNDLED, LaneSetup, Overrides, ProblemSpec},
};

use super::{
    app::Choice,
    opening::{Opened, Opener, Source},
};

/// The bundled problems.
pub fn choices() -> Vec<Choice> {
    let summary = |name| Setup::bundled(name, &Overrides::default()).ok().and_then(|setup| setup.summary);
    BUNDLED
        .iter()
        .map(|bundled| Choice { name: bundled.name.to_owned(), summary: summary(bundled.name).unwrap_or_default() })
        .collect()
}

/// How long a problem with data is meant to run and how often its lanes are evaluated, where that was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Passes over the data, instead of the file's number of steps.
    pub epochs: Option<u64>,
    /// Steps between evaluations on whole parts of the data, instead of every few epochs.
    pub eval_every: Option<u64>,
}

/// Opens a problem, and others in its place.
pub fn opener(setup: Setup, pace: Pace) -> Opener {
    let (mut current, mut pace) = (setup, pace);
    Box::new(move |source| {
        let next = match source {
            Source::Again => return open(&current, pace),
            Source::With(lanes) => Setup { lanes: lanes.clone(), ..current.clone() },
            Source::From(start, lanes) => started(&current, *start, lanes),
            Source::Bundled(name) => Setup::bundled(name, &Overrides::default()).map_err(|error| error.to_string())?,
        };
        // What was asked for was asked for of the first problem.
        let its_pace = if matches!(source, Source::Bundled(_)) { Pace::default() } else { pace };
        let opened = open(&next, its_pace)?;
        pace = its_pace;
        current = next;
        Ok(opened)
    })
}

/// The same problem from another starting point, where it has one in a plane.
fn started(setup: &Setup, start: [f64; 2], lanes: &[LaneSetup]) -> Setup {
    let mut setup = Setup { lanes: lanes.to_vec(), ..setup.clone() };
    match &mut setup.problem {
        ProblemSpec::Rosenbrock(spec) => spec.start = start.to_vec(),
        ProblemSpec::Quadratic(spec) => spec.start = start.to_vec(),
        ProblemSpec::Function(spec) => spec.start = start.to_vec(),
        ProblemSpec::Expression(spec) => {
            for ((_, place), start) in spec.start.iter_mut().zip(start) {
                *place = start;
            }
        }
        ProblemSpec::KroneckerQuadratic(_) | ProblemSpec::Mlp(_) => {}
    }
    setup
}

fn open(setup: &Setup, pace: Pace) -> Result<Opened, String> {
    Opened::new(setup, pace).map_err(|error| error.to_string())
}
