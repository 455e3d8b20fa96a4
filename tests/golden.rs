//! Every reference trace agrees on every field of every step, to 1e-6 relative, when it is run as a problem file.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/reference.rs"]
mod reference;
#[allow(dead_code, reason = "shared with tests that need more of it")]
mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use rhoscope::{
    data::{Layout, decode_params},
    export::COLUMNS,
    optim::StepRecord,
    session::{
        Progress,
        setup::{Overrides, Setup},
    },
};
use serde_json::Value;

use reference::{numbers, params};
use support::Place;

#[track_caller]
fn close(found: f64, expected: f64, absolute: f64, what: &str) {
    let tolerance = (1e-6 * expected.abs()).max(absolute);
    assert!((found - expected).abs() <= tolerance, "{what}: {found:e} instead of {expected:e}");
}

/// Compares what a step says, by the names of a trace, with what it should say.
fn compare(expected: &Value, found: impl Fn(&str) -> Option<f64>, rejected: bool, what: &str) {
    for (key, _) in COLUMNS {
        if let Some(expected) = expected.get(key).and_then(Value::as_f64) {
            let found = found(key).unwrap_or_else(|| panic!("{what}: no {key}"));
            // On a quadratic the previous update is of no use, and its coefficient is 0 but for rounding.
            let absolute = if key == "momentum" { 1e-15 } else { 1e-300 };
            close(found, expected, absolute, &format!("{what} {key}"));
        }
    }
    if let Some(expected) = expected.get("rejected").and_then(Value::as_bool) {
        assert_eq!(rejected, expected, "{what}");
    }
}

fn compare_params(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        close(found, expected, 1e-9, &format!("{what} parameter {index}"));
    }
}

fn check(path: &Path) {
    let case = reference::case(path);
    let name = case["case"].as_str().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let text = reference::problem_file(&case, directory.path());
    let setup = Setup::from_str(&text, name, directory.path(), &Overrides::default()).unwrap();
    let mut session = setup.build().unwrap();
    for expected in case["trace"].as_array().unwrap() {
        let mut taken: Option<StepRecord> = None;
        session.advance(&|| 0.0, &mut |progress| match progress {
            Progress::Step { record, .. } => taken = Some(record.clone()),
            Progress::Ended { outcome, .. } => panic!("{name}: {outcome:?}"),
        });
        let record = taken.unwrap();
        assert_eq!(expected["step"].as_u64().unwrap(), record.step);
        let what = format!("{name} step {}", record.step);
        let by_name = |key: &str| record.get(COLUMNS.iter().find(|(name, _)| *name == key).unwrap().1);
        compare(expected, by_name, record.rejected, &what);
        if let Some(expected) = expected.get("params") {
            compare_params(&record.params, &numbers(expected), &what);
            assert_eq!(session.params(0, record.step), record.params.as_slice());
        }
    }
    if let Some(expected) = case.get("final_params") {
        compare_params(&session.params(0, session.latest()), &params(expected), name);
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

#[test]
fn every_reference_trace_agrees() {
    let mut paths: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert!(paths.len() >= 27, "only {} reference traces found", paths.len());
    let failures: Vec<_> = paths
        .iter()
        .filter_map(|path| {
            let failure = std::panic::catch_unwind(|| check(path)).err()?;
            Some(failure.downcast_ref::<String>().cloned().unwrap_or_else(|| format!("{}: panicked", path.display())))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} disagree:\n{}", failures.len(), paths.len(), failures.join("\n"));
}

/// The program itself: a problem file with data and initial parameters in, a trace and final parameters out.
#[test]
fn the_program_writes_the_reference_traces() {
    for name in [
        "rosenbrock-kfac",
        "mlp-classification-adamqlr-minibatch",
        "mlp-regression-kfac-eigen",
        "mlp-regression-kfac-reject",
    ] {
        let case = reference::case(&folder().join(format!("{name}.json")));
        let place = Place::new();
        place.write("case.toml", reference::problem_file(&case, &place.at("")));
        let ran = place.run(&["run", "case.toml", "--trace", "-", "--save-params", "end.safetensors"]);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let steps: Vec<&Value> = lines.iter().filter(|line| line.get("loss").is_some()).collect();
        let trace = case["trace"].as_array().unwrap();
        assert_eq!(steps.len(), trace.len(), "{name}");
        for (line, expected) in steps.iter().zip(trace) {
            let what = format!("{name} step {}", line["step"]);
            assert_eq!(line["step"], expected["step"]);
            compare(expected, |key| line.get(key).and_then(Value::as_f64), line["rejected"] == true, &what);
            if let Some(expected) = expected.get("params") {
                compare_params(&numbers(&line["params"]), &numbers(expected), &what);
            }
        }
        let bytes = fs::read(place.at("end.safetensors")).unwrap();
        let (layout, expected) = match case.get("final_params") {
            Some(layers) => (Layout::Layers(reference::sizes(&case)), params(layers)),
            None => (Layout::Flat(2), numbers(&trace[trace.len() - 1]["params"])),
        };
        compare_params(&decode_params(&bytes, "end.safetensors", &layout).unwrap(), &expected, name);
    }
}
