//! Signals that ask to end: nothing that was recorded is lost, and nothing else is left.
#![cfg(all(feature = "app", target_os = "linux"))]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "support/pty.rs"]
mod pty;
mod support;

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use pty::{PATIENCE, RIGHT, SHIFT_RIGHT, Session};
use serde_json::Value;
use support::{BY_DEFAULT, Place, Ran, VALLEY};

/// With their numbers, and what a terminal calls them.
const SIGNALS: [(&str, i32, &str); 11] = [
    ("HUP", 1, "Hangup"),
    ("INT", 2, "Interrupt"),
    ("QUIT", 3, "Quit"),
    ("USR1", 10, "User defined signal 1"),
    ("USR2", 12, "User defined signal 2"),
    ("ALRM", 14, "Alarm clock"),
    ("TERM", 15, "Terminated"),
    ("XCPU", 24, "CPU time limit exceeded"),
    ("VTALRM", 26, "Virtual timer expired"),
    ("PROF", 27, "Profiling timer expired"),
    ("POLL", 29, "I/O possible"),
];

/// As nohup does.
const DEAF: [&str; 4] = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"];

/// A step of it takes half a minute or more.
const SLOW: [&str; 4] = ["--set", "problem.layers=[64, 4000, 4000, 10]", "--set", "problem.batch_size=0"];

fn start(place: &Place, by: &[&str], arguments: &[&str]) -> Child {
    let words = [by, &[env!("CARGO_BIN_EXE_rhoscope")], arguments].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(place.at("")).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap().success());
}

/// Waits until the trace being written beside `t.jsonl` has this in it.
fn recorded(place: &Place, child: &mut Child, text: &str) {
    let began = Instant::now();
    let has = |name: &String| std::fs::read_to_string(place.at(name)).is_ok_and(|it| it.contains(text));
    while !place.names().iter().filter(|name| name.starts_with(".t.jsonl.")).any(has) {
        assert_eq!(child.try_wait().unwrap(), None, "it was to go on until it is told to end");
        assert!(began.elapsed() < PATIENCE, "nothing was recorded");
        sleep(Duration::from_millis(5));
    }
}

/// The last step of a trace and a table that go up to the same one for every lane, with nothing missing on the way.
fn last_step(place: &Place, lanes: usize) -> u64 {
    let text = place.read("t.jsonl");
    assert!(text.ends_with('\n'));
    let all: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let steps: Vec<(&Value, u64)> = all
        .iter()
        .filter(|line| line.get("cost").is_some())
        .map(|line| (&line["optimiser"], line["step"].as_u64().unwrap()))
        .collect();
    let last = steps.last().unwrap().1;
    for label in all[0]["header"]["optimisers"].as_array().unwrap().iter().map(|lane| &lane["label"]) {
        let own = steps.iter().filter(|(lane, _)| *lane == label).map(|(_, step)| *step);
        assert_eq!(own.collect::<Vec<_>>(), (1..=last).collect::<Vec<_>>(), "{label}");
    }
    assert_eq!(steps.len() as u64, last * lanes as u64);
    let table = place.read("t.csv");
    assert!(table.ends_with('\n'));
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len() as u64, 1 + last * lanes as u64);
    assert!(rows.iter().all(|row| row.matches(',').count() == rows[0].matches(',').count()));
    last
}

fn names(directory: &Path) -> Vec<String> {
    let names = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // A signal that dumps a core may do so here.
    let mut names: Vec<_> = names.filter(|name| !name.starts_with("core")).collect();
    names.sort();
    names
}

#[test]
fn a_run_keeps_what_it_has_recorded() {
    for (signal, number, _) in SIGNALS {
        let place = Place::new();
        let arguments = ["run", "mlp-digits", "--steps", "1000000", "--trace", "t.jsonl", "--csv", "t.csv"];
        let mut child = start(&place, &BY_DEFAULT, &[&arguments[..], &["--save-params", "p.safetensors"]].concat());
        recorded(&place, &mut child, "\"step\":3");
        send(&child, signal);
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, Some(128 + number), "{signal}: {}", ran.stderr);
        let params = ["p.adam.safetensors", "p.adamqlr.safetensors", "p.k-fac.safetensors"];
        assert_eq!(place.names(), [&params[..], &["t.csv", "t.jsonl"]].concat(), "{signal}");
        let last = last_step(&place, 3);
        assert!(
            last >= 3 && ran.stderr.contains(&format!("interrupted after step {last} of 1000000")),
            "{}",
            ran.stderr
        );
        assert_eq!(ran.stdout.matches("stopped").count(), 3, "{}", ran.stdout);
    }
}

/// An earlier result goes where nobody is there to ask, and stays where somebody has stopped by hand what was to replace it.
#[test]
fn a_run_stopped_by_hand_spares_earlier_results() {
    for (signal, spared) in [("INT", true), ("TERM", false), ("HUP", false)] {
        let place = Place::new();
        place.write("t.jsonl", "old");
        let arguments = ["run", "mlp-digits", "--steps", "1000000", "--trace", "t.jsonl", "--csv", "t.csv"];
        let mut child = start(&place, &BY_DEFAULT, &arguments);
        recorded(&place, &mut child, "\"step\":3");
        send(&child, signal);
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(place.names(), ["t.csv", "t.jsonl"]);
        assert_eq!(place.read("t.jsonl") == "old", spared, "{signal}");
        assert_eq!(ran.stderr.contains("t.jsonl of an earlier run stays as it was"), spared, "{}", ran.stderr);
        assert!(place.read("t.csv").lines().count() >= 10);
    }
}

const TRAIN: [&str; 13] = [
    "train",
    "mlp-digits",
    "--epochs",
    "1000000",
    "--threads",
    "1",
    "--checkpoint",
    "c",
    "--checkpoint-every=1h",
    "--trace",
    "t.jsonl",
    "--csv",
    "t.csv",
];

#[test]
fn a_hang_up_and_its_like_lose_nothing() {
    for (signal, number, _) in SIGNALS {
        let place = Place::new();
        let mut child = start(&place, &BY_DEFAULT, &TRAIN);
        recorded(&place, &mut child, "\"step\":3");
        send(&child, signal);
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, Some(128 + number), "{signal}: {}", ran.stderr);
        assert_eq!(place.names(), ["c", "t.csv", "t.jsonl"], "{signal}");
        let last = last_step(&place, 3);
        let farewell = format!("interrupted after step {last}; go on with --resume c");
        assert!(last >= 3 && ran.stderr.contains(&farewell), "{signal}: {}", ran.stderr);
        // The checkpoint is of that step, and the traces lead up to it.
        let steps = (last + 1).to_string();
        let more = ["train", "mlp-digits", "--resume", "c", "--steps", &steps, "--trace", "t.jsonl", "--csv", "t.csv"];
        let ran = place.run(&more);
        assert_eq!((ran.code, last_step(&place, 3)), (Some(0), last + 1), "{signal}: {}", ran.stderr);
    }
}

#[test]
fn a_hang_up_that_was_to_be_ignored_is_ignored() {
    let place = Place::new();
    for arguments in [&TRAIN[..], &["run", "mlp-digits", "--steps", "1000000", "--trace", "t.jsonl", "--csv", "t.csv"]]
    {
        let mut child = start(&place, &DEAF, arguments);
        recorded(&place, &mut child, "\"step\":3");
        send(&child, "HUP");
        // More than it takes to end.
        recorded(&place, &mut child, "\"step\":50,");
        send(&child, "TERM");
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, Some(143), "{}", ran.stderr);
        assert!(last_step(&place, 3) >= 50);
    }
}

/// Who asks again does not wait for the end of a step that takes for ever, and even then nothing half-written stays.
#[test]
fn a_second_signal_ends_at_once() {
    let run = [
        "run",
        "mlp-digits",
        "--trace",
        "t.jsonl",
        "--csv",
        "t.csv",
        "--save-params",
        "p.safetensors",
        "--png",
        "p.png",
    ];
    for arguments in [&run[..], &TRAIN] {
        let place = Place::new();
        let mut child = start(&place, &BY_DEFAULT, &[arguments, &SLOW].concat());
        recorded(&place, &mut child, "");
        send(&child, "TERM");
        sleep(Duration::from_millis(400));
        assert_eq!(child.try_wait().unwrap(), None, "the step is not slow");
        send(&child, "INT");
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!((ran.code, place.names()), (Some(130), Vec::new()), "{}", ran.stderr);
        assert!(ran.stderr.contains("interrupted again"), "{}", ran.stderr);
    }
}

#[test]
fn the_screen_keeps_what_it_has_recorded_and_gives_the_terminal_back() {
    for (signal, _, name) in SIGNALS {
        let directory = tempfile::tempdir().unwrap();
        let arguments = [VALLEY, "--at", "0", "--trace", "t.jsonl", "--csv", "t.csv"];
        let mut session = Session::start(&arguments, &[], directory.path());
        session.until("step 0/");
        session.press(SHIFT_RIGHT);
        session.until("step 10/");
        session.signal(signal);
        let status = session.end();
        // A window that is closed is left as by q, and what other systems ignore as well.
        let as_by_q = ["HUP", "POLL"].contains(&signal);
        let expected = if as_by_q { None } else { Some(name) };
        assert_eq!((status.signal(), status.success()), (expected, as_by_q), "{signal}");
        assert_eq!(names(directory.path()), ["t.csv", "t.jsonl"], "{signal}");
        let [csv, json] =
            ["t.csv", "t.jsonl"].map(|name| std::fs::read_to_string(directory.path().join(name)).unwrap());
        // Three optimisers, and the step that tells f after the one shown.
        assert_eq!((csv.lines().count(), json.lines().count()), (1 + 3 * 11, 1 + 3 * 11 + 3), "{signal}");
        assert!(json.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    }
}

/// Whatever comes first, the signal, the end of the input or what can no longer be written.
#[test]
fn a_window_that_is_closed_while_it_plays_is_left_as_by_q() {
    for _ in 0..12 {
        let directory = tempfile::tempdir().unwrap();
        let mut session = Session::start(&[VALLEY, "--play", "--trace", "t.jsonl"], &[], directory.path());
        session.until("step 1");
        session.close();
        let status = session.child.wait().unwrap();
        assert!(status.success(), "{status:?}");
        let json = std::fs::read_to_string(directory.path().join("t.jsonl")).unwrap();
        assert!(json.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    }
}

#[test]
fn a_second_signal_ends_the_screen_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["mlp-digits", "--at", "0", "--trace", "t.jsonl", "--csv", "t.csv"];
    let mut session = Session::start(&[&arguments[..], &SLOW].concat(), &[], directory.path());
    session.until("step 0/");
    session.press(RIGHT);
    session.until("computing");
    session.signal("TERM");
    sleep(Duration::from_millis(400));
    assert!(session.child.try_wait().unwrap().is_none(), "the step is not slow");
    session.signal("QUIT");
    assert_eq!(session.end().signal(), Some("Quit"));
    assert!(names(directory.path()).is_empty(), "{:?}", names(directory.path()));
}

#[test]
fn the_screen_ignores_a_hang_up_that_was_to_be_ignored() {
    let words = [&DEAF[..], &[env!("CARGO_BIN_EXE_rhoscope"), VALLEY, "--at", "0"]].concat();
    let mut session = Session::start_by(&words, &[], Path::new("."));
    session.until("step 0/");
    session.signal("HUP");
    session.press(RIGHT);
    session.until("step 1/");
    session.press(RIGHT);
    session.until("step 2/");
    session.press("q");
    assert!(session.end().success());
}

#[test]
fn a_screen_that_cannot_begin_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = [VALLEY, "--lane", "nobody", "--trace", "t.jsonl"];
    let mut session = Session::start(&arguments, &[], directory.path());
    assert_eq!(session.end().exit_code(), 2);
    assert!(names(directory.path()).is_empty(), "{:?}", names(directory.path()));
}
