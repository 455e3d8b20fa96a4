//! From problem files to sessions.

use crate::session::{
    Session, Setup,
    setup::{BUNDLED, LaneSetup, Overrides, ProblemSpec},
};

use super::{
    app::Choice,
    worker::{Opened, Opener, Opening, Source},
};

/// The bundled problems.
pub fn choices() -> Vec<Choice> {
    let summary = |name| Setup::bundled(name, &Overrides::default()).ok().and_then(|setup| setup.summary);
    BUNDLED
        .iter()
        .map(|bundled| Choice { name: bundled.name.to_owned(), summary: summary(bundled.name).unwrap_or_default() })
        .collect()
}

/// Opens a problem, and others in its place.
pub fn opener(setup: Setup) -> Opener {
    let mut current = setup;
    Box::new(move |source| {
        let next = match source {
            Source::Again => return open(&current),
            Source::With(lanes) => Setup { lanes: lanes.clone(), ..current.clone() },
            Source::From(start, lanes) => started(&current, *start, lanes),
            Source::Bundled(name) => Setup::bundled(name, &Overrides::default()).map_err(|error| error.to_string())?,
        };
        let opened = open(&next)?;
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

fn open(setup: &Setup) -> Result<Opened, String> {
    let session: Session = setup.build().map_err(|error| error.to_string())?;
    let opening = Opening::new(setup, &session);
    Ok(Opened { session, opening, setup: setup.clone() })
}
