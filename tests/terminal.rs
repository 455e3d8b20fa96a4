//! The screen in a real terminal.
#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "support/pty.rs"]
mod pty;

use std::{
    io::Write as _,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use pty::{LEFT, PATIENCE, RIGHT, SHIFT_RIGHT, Session, cells, size};

#[test]
fn it_starts_steps_goes_back_and_quits() {
    let mut session = Session::rosenbrock(&[]);
    for text in ["rosenbrock", "landscape", "‖step‖", "this step", "Adam", "K-FAC", "? help"] {
        session.until(text);
    }
    session.press(RIGHT);
    session.until("step 1/");
    session.press(SHIFT_RIGHT);
    session.until("step 11/");
    session.press(LEFT);
    session.until("step 10/");
    session.until("10 gradients + 10 products + 10 losses");
    session.press("q");
    assert!(session.end().success());
}

#[test]
fn it_plays_at_once_and_goes_where_it_is_told() {
    let mut session = Session::start(&["rosenbrock"], &[], Path::new("."));
    session.until("step 5/");
    session.press("q");
    assert!(session.end().success());
    let mut session = Session::start(&["rosenbrock", "--at", "27", "--lane", "2"], &[], Path::new("."));
    session.until("step 27/");
    session.until("paused");
    session.press("q");
    assert!(session.end().success());
    let mut session = Session::start(&["rosenbrock", "--lane", "nobody"], &[], Path::new("."));
    assert_eq!(session.end().exit_code(), 2);
}

#[test]
fn it_plays_and_pauses() {
    let mut session = Session::rosenbrock(&[]);
    session.press(" ");
    session.until("step 5/");
    session.press(" ");
    session.until("paused");
    session.press("\x03");
    assert!(session.end().success());
}

#[test]
fn a_resize_is_followed_even_to_almost_nothing() {
    let mut session = Session::rosenbrock(&[]);
    for (rows, columns, text) in [(24, 80, "landscape"), (10, 40, "rhoscope needs 80 × 24"), (50, 160, "landscape")] {
        session.screen.lock().unwrap().0.screen_mut().set_size(cells(rows), cells(columns));
        session.master.resize(size(rows, columns)).unwrap();
        session.until(text);
    }
    session.press(RIGHT);
    session.until("step 1/");
    session.press("q");
    assert!(session.end().success());
}

/// Reports of a terminal, whole and cut off: the keys after them work.
#[test]
fn keys_survive_whatever_a_terminal_reports() {
    for report in
        ["\x1b[?2026;2$y", "\x1b[?997;1n", "\x1b[?1", "\x1b[<0;1", "\x1b]11;rgb:10", "\x1bP>|x", "\x1b[200~lost"]
    {
        let mut session = Session::rosenbrock(&[]);
        session.press(report);
        thread::sleep(Duration::from_millis(600));
        session.press(RIGHT);
        session.until("step 1/");
        session.press("q");
        assert!(session.end().success(), "{report:?}");
    }
}

#[test]
fn characters_mouse_and_sequences_cut_in_two_are_read() {
    let mut session = Session::rosenbrock(&[]);
    for half in ["\x1b[1;", "2C"] {
        session.press(half);
        thread::sleep(Duration::from_millis(30));
    }
    session.until("step 10/");
    session.press("m");
    session.until("mouse on");
    session.press("o");
    session.until("not as by default");
    session.press("n\x15");
    for half in [&"ζζ".as_bytes()[..1], &"ζζ".as_bytes()[1..]] {
        session.keys.write_all(half).unwrap();
        session.keys.flush().unwrap();
        thread::sleep(Duration::from_millis(10));
    }
    session.until("ζζ");
    session.press("\x1b");
    session.press("\x03");
    assert!(session.end().success());
}

#[test]
fn an_optimiser_is_changed_and_the_run_goes_on_from_here() {
    let mut session = Session::rosenbrock(&[]);
    session.press(SHIFT_RIGHT);
    session.until("step 10/");
    session.press("o");
    session.until("not as by default");
    // The second key from the list: AdamQLR's keys, the seventh of which is the damping.
    session.press("\r");
    session.until("←→ value");
    session.press("jjjjjj");
    session.until("damping: initial damping λ");
    session.press("-3\r");
    session.until("`damping` is -3; expected a number of at least 0");
    session.press("\x7f\x7f250\r");
    session.until("• damping");
    session.press("c");
    session.until("going on from step 10");
    session.press(RIGHT);
    session.until("step 11/");
    session.until("λ 250");
    session.press("o");
    session.until("not as by default");
    session.press("\x1b");
    session.until_gone("not as by default");
    session.press("q");
    assert!(session.end().success());
}

#[test]
fn an_export_writes_a_picture_beside_older_ones() {
    let directory = tempfile::tempdir().unwrap();
    let mut session = Session::start(&["rosenbrock", "--at", "0"], &[], directory.path());
    session.until("step 0/");
    session.press(SHIFT_RIGHT);
    session.until("step 10/");
    session.press("e");
    session.until("exported to rhoscope-rosenbrock-step10.png");
    session.press("e");
    session.until("exported to rhoscope-rosenbrock-step10-2.png");
    for name in ["rhoscope-rosenbrock-step10.png", "rhoscope-rosenbrock-step10-2.png"] {
        let bytes = std::fs::read(directory.path().join(name)).unwrap();
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
    }
    session.press("q");
    assert!(session.end().success());
}

#[test]
fn an_export_that_cannot_be_written_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let gone = directory.path().join("gone");
    std::fs::create_dir(&gone).unwrap();
    let mut session = Session::start(&["rosenbrock", "--at", "0"], &[], &gone);
    session.until("step 0/");
    std::fs::remove_dir(&gone).unwrap();
    session.press("e");
    session.until("cannot write rhoscope-rosenbrock-step0.png: ");
    session.press("q");
    assert!(session.end().success());
}

#[test]
fn a_trace_appears_when_the_screen_is_left() {
    let names = |directory: &Path| {
        let names = std::fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let valley = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/valley.toml");
    let arguments = [valley, "--at", "0", "--trace", "t.jsonl", "--csv", "t.csv"];
    let directory = tempfile::tempdir().unwrap();
    let mut session = Session::start(&arguments, &[], directory.path());
    session.until("step 0/");
    session.press(SHIFT_RIGHT);
    session.until("step 10/");
    session.press("q");
    assert!(session.end().success());
    assert_eq!(names(directory.path()), ["t.csv", "t.jsonl"]);
    let [csv, json] = ["t.csv", "t.jsonl"].map(|name| std::fs::read_to_string(directory.path().join(name)).unwrap());
    // Three optimisers, and the step that tells f after the one shown.
    assert_eq!((csv.lines().count(), json.lines().count()), (1 + 3 * 11, 1 + 3 * 11 + 3));
}

#[test]
fn a_terminal_that_cannot_show_the_screen_is_told_so() {
    for (name, value, part) in
        [("TERM", "dumb", "TERM is `dumb`"), ("TERM", "", "TERM is empty"), ("LC_ALL", "C", "not UTF-8")]
    {
        let mut session = Session::start(&["rosenbrock"], &[(name, value)], Path::new("."));
        session.until(part);
        assert!(session.text().contains("rhoscope run"), "{}", session.text());
        assert_eq!(session.end().exit_code(), 2);
        assert!(!session.written().contains('\x1b'), "{}", session.written());
    }
}

/// What was left out of the data, and what an option has made of the problem, is told before anything else.
#[test]
fn what_should_be_known_first_is_the_first_message() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("d.csv"), "x,y\n0.1,0.2\n0.2,\n0.3,0.1\n").unwrap();
    let problem = "[problem]\nkind = \"mlp\"\nlayers = [1, 4, 1]\nactivation = \"tanh\"\nloss = \"mse\"\n\
         data = { csv = \"d.csv\", inputs = [\"x\"], targets = [\"y\"], missing = \"skip-row\" }\n";
    std::fs::write(directory.path().join("p.toml"), problem).unwrap();
    for (arguments, text) in [
        (&["p.toml"][..], "d.csv: 1 row was skipped of 3, as it lacks a value (it is row 3)"),
        (
            &["rosenbrock", "--set", "problem.start=[0, 0, 0]"],
            "with --set the problem has 3 parameters, and as it is written it has 2; only two can be drawn as a map",
        ),
    ] {
        let mut session = Session::start(arguments, &[], directory.path());
        session.until(text);
        // Until the next key.
        session.press(" ");
        session.until_gone(text);
        session.press("q");
        assert!(session.end().success());
    }
}

#[test]
fn it_stops_and_comes_back() {
    let mut session = Session::rosenbrock(&[]);
    session.press("m");
    session.until("mouse on");
    session.press("\x1a");
    let began = Instant::now();
    while session.screen.lock().unwrap().0.screen().alternate_screen() {
        assert!(began.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(50));
    assert!(session.cooked());
    session.signal("CONT");
    let began = Instant::now();
    while !session.screen.lock().unwrap().0.screen().alternate_screen() {
        assert!(began.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(5));
    }
    session.press(RIGHT);
    session.until("step 1/");
    session.press("q");
    assert!(session.end().success());
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_of_the_worker_ends_the_program_with_a_word() {
    let mut session = Session::start(&["rosenbrock"], &[("RHOSCOPE_PANIC", "worker")], Path::new("."));
    let status = session.end();
    assert_eq!(status.exit_code(), 1);
    let began = Instant::now();
    while !session.written().contains("the worker stopped unexpectedly") {
        assert!(began.elapsed() < PATIENCE, "{}", session.written());
        thread::sleep(Duration::from_millis(5));
    }
    // The panic speaks after the terminal has been given back.
    let written = session.written();
    assert!(written.find("asked to panic in the worker").unwrap() > written.find("\x1b[?1049l").unwrap());
    assert!(!written[written.find("\x1b[?1049l").unwrap()..].contains("landscape"));
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_of_the_screen_restores_the_terminal() {
    let mut session = Session::rosenbrock(&[("RHOSCOPE_PANIC", "screen")]);
    session.press(" ");
    let status = session.end();
    assert!(!status.success());
    let written = session.written();
    assert!(written.find("asked to panic in the screen").unwrap() > written.find("\x1b[?1049l").unwrap());
}

#[test]
fn a_key_is_answered_while_steps_are_slow() {
    // A step of it takes half a minute.
    let arguments =
        ["mlp-digits", "--at", "0", "--set", "problem.layers=[64, 4000, 4000, 10]", "--set", "problem.batch_size=0"];
    let mut session = Session::start(&arguments, &[], Path::new("."));
    session.until("step 0/");
    session.press(SHIFT_RIGHT);
    session.until("computing");
    for (key, text) in [("?", "play or pause"), ("?", "digits"), ("x", "x axis: evaluations"), ("x", "x axis: seconds")]
    {
        session.press(key);
        session.until(text);
        // While the step that was under way when the key was pressed still is, and not because it is over.
        assert!(session.text().contains("computing"), "the steps were not slow:\n{}", session.text());
        assert!(session.text().contains("step 0/"), "{}", session.text());
    }
    session.press("q");
    assert!(session.end().success());
}
