//! A session as a checkpoint, and back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{DataDigest, SavedLane, Session, Setup, SetupError, data_digest::adjective};
use crate::{
    data::{Checkpoint, DataError, Width},
    optim::{Outcome, SavedState},
    problem::Part,
};

const PROBLEM: &str = "problem";
const LANES: &str = "lanes";
const DATA: &str = "data";

/// Everything the lanes' future depends on, and what they are lanes of. `data` is the digest of the session's data.
pub fn checkpoint(setup: &Setup, session: &mut Session, data: &DataDigest) -> Checkpoint {
    let saved = session.save();
    let lanes: Value = saved.iter().map(lane_note).collect();
    let notes =
        [(PROBLEM, identity(setup, session).to_string()), (LANES, lanes.to_string()), (DATA, data.note().to_string())];
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
/// Gives a warning where the checkpoint does not say which data it was made with, as those of version 0.1.0 do not: refusing them
/// would lose trainings that are under way, and the next checkpoint says it.
///
/// # Errors
/// If it was made with another problem, other optimisers, another seed or other data.
pub fn restore(
    setup: &Setup,
    session: &mut Session,
    data: &DataDigest,
    checkpoint: Checkpoint,
    path: &str,
) -> Result<Option<String>, SetupError> {
    let refuse = |problem: String| SetupError::Data(DataError::File { path: path.to_owned(), problem });
    let note = |name: &str| {
        let text = checkpoint.notes.get(name).ok_or_else(|| refuse(format!("has no note `{name}`")))?;
        serde_json::from_str::<Value>(text)
            .map_err(|error| refuse(format!("its note `{name}` cannot be read: {error}")))
    };
    if let Some((key, then, now)) = difference("", &note(PROBLEM)?, &identity(setup, session)) {
        let (key, remedy) = match examples_of(&key) {
            Some(part) => (format!("a number of {} examples of", adjective(part)), "the data"),
            None => (key, "the settings"),
        };
        return Err(refuse(format!(
            "was made with {key} {then}, but here it is {now}; give {remedy} it was made with"
        )));
    }
    let noted = checkpoint.notes.get(DATA).map(|_| note(DATA)).transpose()?;
    let differ = noted.as_ref().map(|noted| data.differences(noted)).unwrap_or_default();
    if !differ.is_empty() {
        let (what, verb) = (differ.join(", "), if differ.len() == 1 { "differs" } else { "differ" });
        return Err(refuse(format!(
            "was made with other data: of what is here, {what} {verb}; give the data it was made with, or begin anew without --resume"
        )));
    }
    let warning = noted
        .is_none()
        .then(|| format!("{path} does not say which data it was made with; only their number was compared"));
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
    session.restore(&saved).map_err(|error| refuse(format!("does not fit: {error}")))?;
    Ok(warning)
}

/// The part of the data whose number of examples a difference names.
fn examples_of(key: &str) -> Option<Part> {
    let index = key.strip_prefix("`examples.")?.strip_suffix('`')?;
    Part::ALL.get(index.parse::<usize>().ok()?).copied()
}

/// What must be the same for a run to go on: not its name, nor how long it is.
fn identity(setup: &Setup, session: &Session) -> Value {
    let problem = setup.resolved_problem();
    let examples = Part::ALL.map(|part| session.count(part));
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
        Some("stalled") => Some(Outcome::Stalled(reason)),
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

    fn digest(setup: &Setup, session: &Session) -> DataDigest {
        DataDigest::new(session, setup.params_layout().1)
    }

    fn checkpoint(setup: &Setup, session: &mut Session) -> Checkpoint {
        let data = digest(setup, session);
        super::checkpoint(setup, session, &data)
    }

    fn restore(
        setup: &Setup,
        session: &mut Session,
        kept: Checkpoint,
        path: &str,
    ) -> Result<Option<String>, SetupError> {
        let data = digest(setup, session);
        super::restore(setup, session, &data, kept, path)
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

    /// Two rows of 20 are exchanged, or a number changes: what is noted of the data tells where.
    #[test]
    fn other_data_are_refused_with_the_part_that_differs() {
        let folder = tempfile::tempdir().unwrap();
        let session = |table: &str, holdout: &str| {
            std::fs::write(folder.path().join("d.csv"), table).unwrap();
            let text = format!(
                "[problem]\nkind = \"mlp\"\nlayers = [1, 2, 1]\nloss = \"mse\"\ndata = {{ csv = \"d.csv\", inputs = [0], targets = [1]{holdout} }}"
            );
            let setup = Setup::from_str(&text, "p.toml", folder.path(), &Overrides::default()).unwrap();
            let session = setup.build().unwrap();
            (setup, session)
        };
        let table = |changed: Option<(usize, f64, f64)>| -> String {
            let row = |i: usize| match changed {
                Some((row, x, y)) if row == i => format!("{x},{y}\n"),
                _ => format!("{i},{}\n", 10 * i),
            };
            (0..20).map(row).collect()
        };
        let holdout = ", validation = 0.25, test = 0.25";
        let (setup, mut made) = session(&table(None), holdout);
        let kept = checkpoint(&setup, &mut made);
        let refused = |changed: Option<(usize, f64, f64)>| {
            let (setup, mut session) = session(&table(changed), holdout);
            restore(&setup, &mut session, kept.clone(), "c").map_err(|error| error.to_string())
        };
        assert_eq!(refused(None), Ok(None));
        let mut parts: Vec<String> = Vec::new();
        for row in 0..20 {
            let [input, target, both] = [(row, 0.5, 10.0 * row as f64), (row, row as f64, 0.5), (row, 0.25, 0.5)]
                .map(|changed| refused(Some(changed)).unwrap_err());
            let part = ["training", "validation", "test"].into_iter().find(|part| input.contains(part)).unwrap();
            for (message, what) in [(input, "inputs differs"), (target, "targets differs")] {
                assert!(
                    message.contains(&format!("c: was made with other data: of what is here, {part} {what}")),
                    "{message}"
                );
            }
            assert!(both.contains(&format!("{part} inputs, {part} targets differ;")), "{both}");
            parts.push(part.to_owned());
        }
        assert_eq!(
            ["training", "validation", "test"].map(|part| parts.iter().filter(|own| *own == part).count()),
            [10, 5, 5]
        );
        // Fewer rows are told by their number, and a checkpoint that notes no data is taken with a warning.
        let (setup, mut fewer) = session(&table(None)[..table(None).len() - 7], holdout);
        let message = restore(&setup, &mut fewer, kept.clone(), "c").unwrap_err().to_string();
        assert!(message.contains("was made with a number of ") && message.contains(" examples of "), "{message}");
        let mut old = kept;
        old.notes.remove(DATA);
        let (setup, mut session) = session(&table(Some((3, 1.0, 1.0))), holdout);
        let warning = restore(&setup, &mut session, old, "c").unwrap().unwrap();
        assert!(warning.contains("c does not say which data"), "{warning}");
    }
}
