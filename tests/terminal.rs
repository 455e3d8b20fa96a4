//! The screen in a real terminal: a pseudo-terminal of the system, and an emulator that keeps what it would show.
#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    io::{Read, Write},
    num::NonZero,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(30);

/// A program in a terminal.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    screen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
}

impl Session {
    fn start(arguments: &[&str], environment: &[(&str, &str)], directory: &Path) -> Self {
        let pair = native_pty_system().openpty(size(40, 120)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_rhoscope"));
        command.args(arguments);
        command.cwd(directory);
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        command.env_remove("COLORFGBG");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new((vt100::Parser::new(cells(40), cells(120), 0), Vec::new())));
        let mut output = pair.master.try_clone_reader().unwrap();
        let sink = Arc::clone(&screen);
        thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let mut screen = sink.lock().unwrap();
                screen.0.process(&bytes[..count]);
                screen.1.extend_from_slice(&bytes[..count]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { child, master: pair.master, keys, screen }
    }

    fn rosenbrock(environment: &[(&str, &str)]) -> Self {
        let session = Self::start(&["rosenbrock", "--at", "0"], environment, Path::new("."));
        session.until("step 0/");
        session
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn text(&self) -> String {
        self.screen.lock().unwrap().0.screen().contents()
    }

    /// Waits until the screen shows a text.
    fn until(&self, text: &str) {
        let began = Instant::now();
        while !self.text().contains(text) {
            assert!(began.elapsed() < PATIENCE, "never showed {text:?}:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn until_gone(&self, text: &str) {
        let began = Instant::now();
        while self.text().contains(text) {
            assert!(began.elapsed() < PATIENCE, "still shows {text:?}:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the end, and checks that the terminal is as it was.
    fn end(&mut self) -> ExitStatus {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        };
        let began = Instant::now();
        loop {
            let screen = self.screen.lock().unwrap();
            let shown = screen.0.screen();
            if !shown.alternate_screen() && !shown.hide_cursor() {
                assert_eq!(shown.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
                assert!(!shown.bracketed_paste());
                break;
            }
            assert!(began.elapsed() < PATIENCE, "the terminal was not restored");
            drop(screen);
            thread::sleep(Duration::from_millis(5));
        }
        assert!(self.cooked(), "the terminal is still raw");
        status
    }

    /// Whether the terminal echoes and works line by line again.
    fn cooked(&self) -> bool {
        let path = self.master.tty_name().unwrap();
        let output = Command::new("stty").args(["-a", "-F"]).arg(path).output().unwrap();
        let settings = String::from_utf8_lossy(&output.stdout).into_owned();
        settings.contains(" icanon") && settings.contains(" echo ")
    }

    /// Everything the program wrote.
    fn written(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap().1).into_owned()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

const RIGHT: &str = "\x1b[C";
const LEFT: &str = "\x1b[D";
const SHIFT_RIGHT: &str = "\x1b[1;2C";

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

    let directory = tempfile::tempdir().unwrap();
    let mut session = Session::start(&arguments, &[], directory.path());
    session.until("step 0/");
    session.signal("TERM");
    assert_eq!(session.end().signal(), Some("Terminated"));
    assert!(names(directory.path()).is_empty(), "{:?}", names(directory.path()));
}

#[test]
fn signals_restore_the_terminal_and_end_the_program() {
    let signals =
        [("TERM", "Terminated"), ("INT", "Interrupt"), ("USR1", "User defined signal 1"), ("ALRM", "Alarm clock")];
    for (name, number) in signals {
        let mut session = Session::rosenbrock(&[]);
        session.signal(name);
        let status = session.end();
        assert!(!status.success());
        assert_eq!(status.signal(), Some(number), "{status}");
    }
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
    let arguments =
        ["mlp-digits", "--at", "0", "--set", "problem.layers=[64, 500, 500, 10]", "--set", "problem.batch_size=0"];
    let mut session = Session::start(&arguments, &[], Path::new("."));
    session.until("step 0/");
    session.press(SHIFT_RIGHT);
    session.until("computing");
    let mut slowest = Duration::ZERO;
    for (key, text) in [("?", "play or pause"), ("?", "digits"), ("x", "x axis: evaluations"), ("x", "x axis: seconds")]
    {
        let began = Instant::now();
        session.press(key);
        session.until(text);
        slowest = slowest.max(began.elapsed());
    }
    assert!(session.text().contains("computing"), "the steps were not slow:\n{}", session.text());
    // 50 ms on an idle machine; tests share theirs.
    assert!(slowest < Duration::from_millis(400), "{slowest:?}");
    session.press("q");
    assert!(session.end().success());
}
