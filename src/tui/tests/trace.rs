//! The files that the steps of the screen go to.

use std::{fs, path::PathBuf};

use serde_json::Value;

use super::*;
use crate::tui::{action::Change, trace::TraceFiles, worker::Request};

const SIZE: (u16, u16) = (120, 40);

struct Traced {
    stage: Stage,
    folder: tempfile::TempDir,
}

impl Traced {
    fn new() -> Self {
        Self::of(VALLEY)
    }

    fn of(problem: &str) -> Self {
        let (mut stage, folder) = (Stage::new(problem, SIZE, Depth::True), tempfile::tempdir().unwrap());
        let files = TraceFiles { json: Some(folder.path().join("t.jsonl")), csv: Some(folder.path().join("t.csv")) };
        // The app has asked for the first step, which has been taken already.
        stage.press(Command::Restart);
        stage.engine.trace(files).unwrap();
        stage.press(Command::Restart);
        Self { stage, folder }
    }

    fn names(&self) -> Vec<PathBuf> {
        let mut names: Vec<_> = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    }

    fn close(&mut self) -> Result<(), String> {
        match self.stage.engine.handle(Request::Close) {
            Some(Reply::Closed(result)) => result,
            other => panic!("{other:?}"),
        }
    }

    /// Quits; the lines of both files.
    fn quit(mut self) -> [Vec<String>; 2] {
        assert!(self.names().iter().all(|path| path.extension().unwrap() == "tmp"), "{:?}", self.names());
        assert_eq!(self.close(), Ok(()));
        let files = ["t.jsonl", "t.csv"].map(|name| self.folder.path().join(name));
        assert_eq!(self.names(), [files[1].clone(), files[0].clone()]);
        files.map(|path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect())
    }
}

/// The lines of some lanes' steps.
fn steps_of(lines: &[String], label: &str, up_to: u64) -> Vec<String> {
    let of = |line: &&String| {
        if line.starts_with('{') {
            let line: Value = serde_json::from_str(line).unwrap();
            return line["optimiser"] == label && line.get("cost").is_some() && line["step"].as_u64().unwrap() <= up_to;
        }
        let fields: Vec<&str> = line.split(',').collect();
        fields[0] == label && fields[1].parse::<u64>().unwrap() <= up_to
    };
    lines.iter().filter(of).cloned().collect()
}

#[test]
fn every_step_computed_is_in_the_files_once_the_screen_is_left() {
    let mut traced = Traced::new();
    traced.stage.times(3, Command::Step(10)).times(20, Command::Step(-1)).press(Command::Step(5));
    let recorded: Vec<_> = traced.stage.app.history.lanes().to_vec();
    let [json, csv] = traced.quit();
    let header: Value = serde_json::from_str(&json[0]).unwrap();
    assert_eq!(header["header"]["optimisers"][1]["label"], "AdamQLR");
    for lane in recorded {
        let lines = steps_of(&json, lane.label(), u64::MAX);
        // One step is computed ahead.
        assert_eq!(lines.len(), 31);
        for (line, step) in lines.iter().zip(1..=30) {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["step"], step);
            assert_eq!(line["loss"].as_f64(), lane.value(crate::optim::Quantity::Loss, step));
            assert_eq!(line["params"][1].as_f64(), lane.param(1, step));
        }
        assert_eq!(steps_of(&csv, lane.label(), u64::MAX).len(), 31);
        assert!(
            json[94..]
                .iter()
                .any(|line| line.contains(lane.label()) && line.contains(r#""outcome":"finished","step":31"#))
        );
    }
    assert_eq!((json.len(), csv.len()), (1 + 3 * 31 + 3, 1 + 3 * 31));
}

#[test]
fn a_run_begun_anew_begins_the_files_anew() {
    let mut traced = Traced::new();
    traced.stage.times(3, Command::Step(10)).press(Command::Restart).press(Command::Step(2));
    let [json, csv] = traced.quit();
    assert_eq!((json.len(), csv.len()), (1 + 3 * 3 + 3, 1 + 3 * 3));
    let mut traced = Traced::new();
    traced
        .stage
        .times(3, Command::Step(10))
        .press(Command::Problems)
        .press(Command::Latest)
        .press(Command::Up)
        .press(Command::Enter);
    assert_eq!(traced.stage.app.opening.name, "quadratic-round");
    let [json, _] = traced.quit();
    assert!(json[0].contains(r#""kind":"quadratic""#) && !json[0].contains("rosenbrock"), "{}", json[0]);
}

#[test]
fn after_an_edit_the_files_hold_the_run_as_it_stands() {
    let mut undisturbed = Traced::new();
    undisturbed.stage.times(3, Command::Step(10));
    let undisturbed = undisturbed.quit();
    let mut traced = Traced::new();
    traced.stage.times(4, Command::Step(10)).times(2, Command::Step(-10));
    // Adam goes, AdamQLR gets another λ, K-FAC another label.
    traced.stage.press(Command::Optimisers).press(Command::First).press(Command::Change(Change::Remove));
    traced.stage.press(Command::First).press(Command::Enter);
    let keys = traced.stage.app.picker.as_ref().unwrap().keys();
    let row = keys.iter().position(|key| key.name == "damping").unwrap();
    traced.stage.times(row, Command::Down).press(Command::Change(Change::Type('7'))).press(Command::Enter);
    traced.stage.press(Command::Back).press(Command::Down).press(Command::Change(Change::Rename));
    traced.stage.press(Command::Change(Change::Type('!'))).press(Command::Enter);
    traced.stage.press(Command::Change(Change::Continue));
    assert_eq!((traced.stage.app.cursor, traced.stage.message().contains("going on")), (20, true));
    traced.stage.press(Command::Step(10));
    let lines = traced.quit();
    let header: Value = serde_json::from_str(&lines[0][0]).unwrap();
    let labels: Vec<_> = header["header"]["optimisers"].as_array().unwrap().iter().map(|lane| &lane["label"]).collect();
    assert_eq!(labels, ["AdamQLR", "!"]);
    assert_eq!(header["header"]["optimisers"][0]["damping"], 7.0);
    for (lines, undisturbed) in lines.iter().zip(&undisturbed) {
        let kept = steps_of(lines, "!", u64::MAX);
        let renamed = |line: &String| line.replacen("K-FAC", "!", 1);
        let expected: Vec<_> = steps_of(undisturbed, "K-FAC", u64::MAX).iter().map(renamed).collect();
        assert!(kept.len() > 20 && kept == expected, "{kept:?}");
        assert!(steps_of(lines, "Adam", u64::MAX).is_empty() && steps_of(lines, "AdamQLR", 20).is_empty());
        assert_eq!(steps_of(lines, "AdamQLR", u64::MAX).len(), 11);
    }
}

#[test]
fn what_was_found_on_the_data_is_in_the_trace_once() {
    let mut traced = Traced::of(DIGITS);
    traced.stage.times(2, Command::Step(10)).times(4, Command::Step(-1));
    // Four steps are an epoch, so an evaluation is due where the run is gone on from, and there has been one.
    traced.stage.press(Command::Optimisers).press(Command::Change(Change::Duplicate));
    traced.stage.press(Command::Change(Change::Continue)).press(Command::Step(10));
    assert_eq!(traced.stage.app.cursor, 26);
    let [json, csv] = traced.quit();
    let evaluations = |label: &str| -> Vec<u64> {
        let lines = json.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let of = lines.filter(|line| line["optimiser"] == label && line.get("test_accuracy").is_some());
        of.map(|line| line["step"].as_u64().unwrap()).collect()
    };
    assert_eq!(evaluations("Adam"), [0, 4, 8, 12, 16, 20, 24]);
    assert_eq!(evaluations("AdamQLR"), [0, 4, 8, 12, 16, 20, 24]);
    assert_eq!(evaluations("AdamQLR-2"), [16, 20, 24]);
    assert!(csv.iter().all(|line| !line.contains("epoch")), "a row of CSV is a step");
}

#[test]
fn what_is_not_closed_leaves_nothing_and_what_cannot_be_written_is_said() {
    let Traced { mut stage, folder } = Traced::new();
    stage.press(Command::Step(10));
    drop(stage);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let mut traced = Traced::new();
    traced.stage.press(Command::Step(10));
    let folder = traced.folder.path().to_owned();
    fs::remove_dir_all(&folder).unwrap();
    // An edit would take over what was written, and a restart would begin anew; there is no place for either.
    traced.stage.press(Command::Optimisers).press(Command::Change(Change::Remove));
    traced.stage.press(Command::Change(Change::Continue));
    let message = traced.stage.message().to_owned();
    assert_eq!(message.matches("cannot write").count(), 1, "{message}");
    assert!(message.ends_with("; the run goes on without it"), "{message}");
    traced.stage.press(Command::Restart);
    let message = traced.stage.message().to_owned();
    assert!(message.contains("there is no directory") && message.contains("t.jsonl"), "{message}");
    traced.stage.press(Command::Step(10));
    assert_eq!(traced.stage.app.cursor, 10);
    assert!(traced.close().unwrap_err().contains("there is no directory"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_line_and_the_run_goes_on() {
    let mut stage = Stage::valley(SIZE);
    let full = TraceFiles { json: Some("/dev/full".into()), csv: None };
    stage.engine.trace(full).unwrap();
    for _ in 0..30 {
        stage.press(Command::Step(1));
        if stage.app.message.is_some() {
            break;
        }
    }
    assert_eq!(stage.message(), "cannot write /dev/full: the disk is full; the run goes on without it");
    let cursor = stage.app.cursor;
    stage.press(Command::Step(10));
    assert_eq!((stage.app.cursor, stage.message()), (cursor + 10, ""));
    let Some(Reply::Closed(result)) = stage.engine.handle(Request::Close) else { panic!() };
    assert_eq!(result, Err("cannot write /dev/full: the disk is full".to_owned()));
}
