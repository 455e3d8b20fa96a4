//! A session as a checkpoint, and back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{SavedLane, Session, Setup, SetupError};
use crate::{
    data::{Checkpoint, DataError, Width},
    optim::{Outcome, SavedState},
};

const PROBLEM: &str = "problem";
const LANES: &str = "lanes";

/// Everything the lanes' future depends on, and what they are lanes of.
pub fn checkpoint(setup: &Setup, session: &mut Session) -> Checkpoint {
    let saved = session.save();
    let lanes: Value = saved.iter().map(lane_note).collect();
    let notes = [(PROBLEM, identity(setup, session).to_string()), (LANES, lanes.to_string())];
    let vectors = saved.into_iter().enumerate().flat_map(|(lane, saved)| {
        saved.state.reals.into_iter().map(move |(name, values)| (format!("{lane}/{name}"), values))
    });
    Checkpoint {
        notes: notes.map(|(name, text)| (name.to_owned(), text)).into(),
        width: setup.params_layout().1,
        vectors: vectors.collect(),
    }
}

/// Takes a session up where a checkpoint left it. `path` is the checkpoint's in messages.
///
/// # Errors
/// If it was made with another problem, other optimisers or another seed.
pub fn restore(setup: &Setup, session: &mut Session, checkpoint: Checkpoint, path: &str) -> Result<(), SetupError> {
    let refuse = |problem: String| SetupError::Data(DataError::File { path: path.to_owned(), problem });
    let note = |name: &str| {
        let text = checkpoint.notes.get(name).ok_or_else(|| refuse(format!("has no note `{name}`")))?;
        serde_json::from_str::<Value>(text)
            .map_err(|error| refuse(format!("its note `{name}` cannot be read: {error}")))
    };
    if let Some((key, then, now)) = difference("", &note(PROBLEM)?, &identity(setup, session)) {
        return Err(refuse(format!(
            "was made with {key} {then}, but here it is {now}; give the settings it was made with"
        )));
    }
    let lanes = note(LANES)?;
    let expected = setup.params_layout().1;
    if checkpoint.width != expected && checkpoint.width == Width::Double {
        return Err(refuse("holds numbers of double precision; expected single".to_owned()));
    }
    let mut states: Vec<BTreeMap<String, Vec<f64>>> = vec![BTreeMap::new(); setup.lanes.len()];
    for (name, values) in checkpoint.vectors {
        let place = name.split_once('/').and_then(|(lane, rest)| Some((lane.parse::<usize>().ok()?, rest)));
        match place.and_then(|(lane, rest)| Some((states.get_mut(lane)?, rest))) {
            Some((state, rest)) => state.insert(rest.to_owned(), values),
            None => return Err(refuse(format!("`{name}` has no place here"))),
        };
    }
    let notes = lanes.as_array().filter(|notes| notes.len() == states.len());
    let notes =
        notes.ok_or_else(|| refuse(format!("its note `{LANES}` does not tell of {} optimisers", states.len())))?;
    let read = |(note, reals): (&Value, _)| lane_of(note, reals);
    let saved: Option<Vec<SavedLane>> = notes.iter().zip(states).map(read).collect();
    let saved = saved.ok_or_else(|| refuse(format!("its note `{LANES}` lacks something")))?;
    session.restore(&saved).map_err(|error| refuse(format!("does not fit: {error}")))
}

/// What must be the same for a run to go on: not its name, nor how long it is.
fn identity(setup: &Setup, session: &Session) -> Value {
    let problem = setup.resolved_problem();
    let examples = crate::problem::Part::ALL.map(|part| session.count(part));
    json!({
        "problem": problem["problem"], "optimiser": setup.resolved_optimisers(), "seed": setup.seed,
        "examples": examples,
    })
}

/// The first place where two values differ, and what is there.
pub(crate) fn difference(path: &str, a: &Value, b: &Value) -> Option<(String, String, String)> {
    let inner = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let null = Value::Null;
    match (a, b) {
        (Value::Object(first), Value::Object(second)) => {
            let keys = first.keys().chain(second.keys().filter(|key| !first.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                difference(&inner(key), first.get(key).unwrap_or(&null), second.get(key).unwrap_or(&null))
            })
        }
        (Value::Array(first), Value::Array(second)) => (0..first.len().max(second.len())).find_map(|i| {
            difference(&inner(&i.to_string()), first.get(i).unwrap_or(&null), second.get(i).unwrap_or(&null))
        }),
        _ if a == b => None,
        _ => {
            let words = |value: &Value| if value.is_null() { "absent".to_owned() } else { value.to_string() };
            Some((format!("`{path}`"), words(a), words(b)))
        }
    }
}

fn lane_note(lane: &SavedLane) -> Value {
    json!({
        "label": lane.label,
        "step": lane.step,
        "seconds": lane.seconds,
        "outcome": lane.outcome.as_ref().map(Outcome::name),
        "reason": lane.outcome.as_ref().and_then(Outcome::reason),
        "counts": lane.state.counts,
    })
}

fn lane_of(note: &Value, reals: BTreeMap<String, Vec<f64>>) -> Option<SavedLane> {
    let reason = note["reason"].as_str().unwrap_or_default().to_owned();
    let outcome = match note["outcome"].as_str() {
        Some("finished") => Some(Outcome::Finished),
        Some("converged") => Some(Outcome::Converged(reason)),
        Some("diverged") => Some(Outcome::Diverged(reason)),
        Some(_) => return None,
        None => None,
    };
    let counts = note["counts"].as_object()?.iter().map(|(name, count)| Some((name.clone(), count.as_u64()?)));
    Some(SavedLane {
        label: note["label"].as_str()?.to_owned(),
        step: note["step"].as_u64()?,
        seconds: note["seconds"].as_f64()?,
        outcome,
        state: SavedState { reals, counts: counts.collect::<Option<_>>()? },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Progress, setup::Overrides};

    /// Every part that keeps a state, in a form that shows if any of it is forgotten.
    const OPTIMISERS: [&str; 12] = [
        "sgd:momentum=0.9",
        "adam",
        "sgdqlr:lr_ema=0.5",
        "adamqlr",
        "adamqlr:damping_rule=decreasing-loss,damping=1e-6,damping_decrease=0.5,damping_increase=2",
        "adamqlr:lr_ema=0.9,damping_rule=constant",
        "kfac:estimator=sampled",
        "kfac:inverse_interval=7,damping_interval=5",
        "kfac:inverse_interval=7,inversion=eigen",
        "kfac:inversion=eigen,reject=true",
        "kfac:lr=0.01,momentum=0.9,norm_constraint=1e-3",
        "kfac:calibrate=true",
    ];

    fn setup(problem: &str, set: &[&str], optimisers: &[&str]) -> Setup {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let overrides = Overrides { optimisers: texts(optimisers), set: texts(set), ..Overrides::default() };
        Setup::bundled(problem, &overrides).unwrap()
    }

    fn advance(session: &mut Session, steps: usize) -> Vec<String> {
        let mut seen = Vec::new();
        for _ in 0..steps {
            session.advance(&|| 0.0, &mut |progress| {
                seen.push(match progress {
                    Progress::Step { lane, record, .. } => format!("{lane} {record:?}"),
                    Progress::Ended { lane, step, outcome } => format!("{lane} {step} {outcome:?}"),
                });
            });
        }
        seen
    }

    /// Not a record and not a parameter differs in any bit, wherever the run was cut.
    #[test]
    fn a_resumed_run_is_the_uninterrupted_one() {
        for (problem, set) in [
            ("mlp-digits", &["problem.batch_size=100", "problem.precision=f32", "problem.data.validation=0.1"][..]),
            ("mlp-sine-batches", &["problem.l2=0.01"]),
            ("rosenbrock", &[]),
            ("quadratic-noisy", &[]),
        ] {
            let setup = setup(problem, set, &OPTIMISERS);
            for cut in [0, 1, 3, 9] {
                let mut whole = setup.build().unwrap();
                advance(&mut whole, cut);
                let bytes = checkpoint(&setup, &mut whole).encode().unwrap();
                let mut resumed = setup.build().unwrap();
                restore(&setup, &mut resumed, Checkpoint::decode(&bytes, "c").unwrap(), "c").unwrap();
                assert_eq!(advance(&mut whole, 12), advance(&mut resumed, 12), "{problem} cut after {cut} steps");
                assert_eq!(whole.save(), resumed.save(), "{problem} cut after {cut} steps");
            }
        }
    }

    #[test]
    fn a_lane_that_has_ended_stays_ended() {
        let setup = setup("rosenbrock", &[], &["sgd:lr=1", "adam"]);
        let mut session = setup.build().unwrap();
        advance(&mut session, 30);
        let saved = session.save();
        assert!(matches!(saved[0].outcome, Some(Outcome::Diverged(_))));
        let mut resumed = setup.build().unwrap();
        let kept = checkpoint(&setup, &mut session);
        restore(&setup, &mut resumed, kept, "c").unwrap();
        assert_eq!(resumed.save(), saved);
        assert_eq!(advance(&mut resumed, 1).len(), 1, "only the other one goes on");
    }

    #[test]
    fn another_run_is_refused_with_the_first_difference() {
        let made = setup("mlp-sine", &[], &["adam:lr=0.01"]);
        let kept = checkpoint(&made, &mut made.build().unwrap());
        let refused = |set: &[&str], optimiser: &str| {
            let other = setup("mlp-sine", set, &[optimiser]);
            restore(&other, &mut other.build().unwrap(), kept.clone(), "c.ckpt").unwrap_err().to_string()
        };
        for (set, optimiser, part) in [
            (&[][..], "adam:lr=0.02", "c.ckpt: was made with `optimiser.0.lr` 0.01, but here it is 0.02"),
            (&["seed=3"], "adam:lr=0.01", "was made with"),
            (&["problem.layers=[1, 8, 1]"], "adam:lr=0.01", "`problem.layers.1` 16, but here it is 8"),
            (&[], "kfac", "`optimiser.0.name` \"adam\", but here it is \"kfac\""),
        ] {
            let message = refused(set, optimiser);
            assert!(message.contains(part), "{message}");
        }
        let mut broken = kept.clone();
        broken.vectors.remove("0/m");
        let message = restore(&made, &mut made.build().unwrap(), broken, "c").unwrap_err().to_string();
        assert!(message.contains("`m` is missing"), "{message}");
        let mut longer = kept;
        longer.vectors.insert("0/x".to_owned(), vec![1.0]);
        let message = restore(&made, &mut made.build().unwrap(), longer, "c").unwrap_err().to_string();
        assert!(message.contains("`x` has no place here"), "{message}");
    }
}
