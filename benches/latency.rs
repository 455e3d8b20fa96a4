//! What a user waits for, on a real pseudo-terminal: from start to the first frame, and from a key to the screen.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::{
    io::{Read, Write},
    num::NonZero,
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The program on a pseudo-terminal, and what it writes.
struct Session {
    screen: vt100::Parser,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    output: Receiver<Vec<u8>>,
}

impl Session {
    fn start(arguments: &[&str]) -> Self {
        let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_rhoscope"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let (rows, columns) = (NonZero::new(40).unwrap(), NonZero::new(120).unwrap());
        Self { screen: vt100::Parser::new(rows, columns, 0), child, master: pair.master, output }
    }

    /// Until the screen shows the text, or no longer does.
    fn until(&mut self, text: &str, shown: bool) {
        while self.screen.screen().contents().contains(text) != shown {
            let bytes = self.output.recv_timeout(Duration::from_secs(20)).unwrap();
            self.screen.process(&bytes);
        }
    }

    /// Until nothing has been written for a while.
    fn settle(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(60)) {
            self.screen.process(&bytes);
        }
    }

    fn end(mut self, keys: &mut dyn Write) {
        keys.write_all(b"q").unwrap();
        self.child.wait().unwrap();
    }
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("{what:<44} median {:6.2} ms   p90 {:6.2} ms   n {}", at(0.5), at(0.9), times.len());
}

fn starts() -> Vec<Duration> {
    (0..20)
        .map(|_| {
            let began = Instant::now();
            let mut session = Session::start(&["rosenbrock"]);
            session.until("optimisers", true);
            let took = began.elapsed();
            let mut keys = session.master.take_writer().unwrap();
            session.end(&mut keys);
            took
        })
        .collect()
}

/// One key after another, each answered before the next; `busy` while the worker computes.
fn keys(problem: &str, busy: bool) -> Vec<Duration> {
    let mut session = Session::start(&[problem]);
    session.until("optimisers", true);
    let mut keys = session.master.take_writer().unwrap();
    session.settle();
    if busy {
        keys.write_all(b"]]]]]]] ").unwrap();
        thread::sleep(Duration::from_secs(1));
    } else {
        keys.write_all(b"LLLL").unwrap();
        session.settle();
    }
    let mut times = Vec::new();
    for (key, help) in [("?", true), ("\x1b", false)].into_iter().cycle().take(60) {
        let began = Instant::now();
        keys.write_all(key.as_bytes()).unwrap();
        session.until("play or pause", help);
        times.push(began.elapsed());
        if busy { thread::sleep(Duration::from_millis(40)) } else { session.settle() }
    }
    session.end(&mut keys);
    times
}

fn main() {
    report("start to first frame, 120×40", starts());
    report("key to screen, nothing computing", keys("rosenbrock", false));
    report("key to screen, mlp-digits playing", keys("mlp-digits", true));
}
