//! From problem files to sessions.

use std::path::Path;

use crate::{
    data::Places,
    session::{
        Setup,
        setup::{BUNDLED, Bundled, LaneSetup, Overrides, ProblemSpec},
    },
};

use super::{
    app::Choice,
    opening::{Opened, Opener, Source},
};

/// The bundled problems.
pub fn choices(data_folder: Option<&Path>) -> Vec<Choice> {
    BUNDLED.iter().map(|bundled| choice(bundled, data_folder)).collect()
}

fn choice(bundled: &Bundled, data_folder: Option<&Path>) -> Choice {
    let setup = Setup::bundled(bundled.name, &Overrides::default()).ok();
    let missing = setup.as_ref().and_then(Setup::needs).and_then(|set| Places::new(data_folder).files_of(set).err());
    Choice {
        name: bundled.name.to_owned(),
        group: bundled.group.to_owned(),
        summary: setup.and_then(|setup| setup.summary).unwrap_or_default(),
        description: bundled.description(),
        missing: missing.map(|error| format!("it needs data: {error}")),
    }
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
    // The run that the file's claims are about.
    let mut own = (current.is_own_run, current.lanes.clone());
    Box::new(move |source| {
        let next = match source {
            Source::Again => return open(&current, pace),
            Source::With(lanes) => {
                Setup { lanes: lanes.clone(), is_own_run: own.0 && *lanes == own.1, ..current.clone() }
            }
            Source::From(start, lanes) => Setup { is_own_run: false, ..started(&current, *start, lanes) },
            Source::Bundled(name) => Setup::bundled(name, &Overrides::default()).map_err(|error| error.to_string())?,
        };
        // What was asked for was asked for of the first problem.
        let its_pace = if matches!(source, Source::Bundled(_)) { Pace::default() } else { pace };
        let opened = open(&next, its_pace)?;
        pace = its_pace;
        match source {
            Source::Again | Source::With(_) => {}
            Source::From(..) => own.0 = false,
            Source::Bundled(_) => own = (next.is_own_run, next.lanes.clone()),
        }
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
