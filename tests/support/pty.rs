//! The screen in a real terminal: a pseudo-terminal of the system, and an emulator that keeps what it would show.

#![allow(dead_code, reason = "not every test needs it")]

use std::{
    io::{Read, Write},
    num::NonZero,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Longer than anything takes; only what hangs is cut off by it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A program in a terminal.
pub struct Session {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    pub keys: Box<dyn Write + Send>,
    pub screen: Arc<Mutex<(vt100::Parser, Vec<u8>)>>,
    closed: Arc<AtomicBool>,
}

impl Session {
    pub fn start(arguments: &[&str], environment: &[(&str, &str)], directory: &Path) -> Self {
        Self::start_by(&[&[env!("CARGO_BIN_EXE_rhoscope")], arguments].concat(), environment, directory)
    }

    /// Starts it by another command, which is to replace itself by it.
    pub fn start_by(words: &[&str], environment: &[(&str, &str)], directory: &Path) -> Self {
        let pair = native_pty_system().openpty(size(40, 120)).unwrap();
        let mut command = CommandBuilder::new(words[0]);
        command.args(&words[1..]);
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
        let closed = Arc::new(AtomicBool::new(false));
        let is_closed = Arc::clone(&closed);
        thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                if is_closed.load(Ordering::Relaxed) {
                    return;
                }
                let mut screen = sink.lock().unwrap();
                screen.0.process(&bytes[..count]);
                screen.1.extend_from_slice(&bytes[..count]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { child, master: pair.master, keys, screen, closed }
    }

    pub fn rosenbrock(environment: &[(&str, &str)]) -> Self {
        let session = Self::start(&["rosenbrock", "--at", "0"], environment, Path::new("."));
        session.until("step 0/");
        session
    }

    /// Closes the window: the terminal is gone once the program has written once more.
    pub fn close(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        self.keys = Box::new(std::io::sink());
        self.master = native_pty_system().openpty(size(1, 1)).unwrap().master;
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub fn text(&self) -> String {
        self.screen.lock().unwrap().0.screen().contents()
    }

    /// Waits until the screen shows a text.
    pub fn until(&self, text: &str) {
        let began = Instant::now();
        while !self.text().contains(text) {
            assert!(began.elapsed() < PATIENCE, "never showed {text:?}:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn until_gone(&self, text: &str) {
        let began = Instant::now();
        while self.text().contains(text) {
            assert!(began.elapsed() < PATIENCE, "still shows {text:?}:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the end, and checks that the terminal is as it was.
    pub fn end(&mut self) -> ExitStatus {
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
    pub fn cooked(&self) -> bool {
        let path = self.master.tty_name().unwrap();
        let output = Command::new("stty").args(["-a", "-F"]).arg(path).output().unwrap();
        let settings = String::from_utf8_lossy(&output.stdout).into_owned();
        settings.contains(" icanon") && settings.contains(" echo ")
    }

    /// Everything the program wrote.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap().1).into_owned()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

pub fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

pub const RIGHT: &str = "\x1b[C";
pub const LEFT: &str = "\x1b[D";
pub const SHIFT_RIGHT: &str = "\x1b[1;2C";
