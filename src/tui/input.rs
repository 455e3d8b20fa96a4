//! Reads keys, the mouse and pastes from the terminal's bytes.
//!
//! Terminals also send reports that nobody here asked for: answers to an earlier program's questions, notices of modes that it left
//! on, sequences cut by a slow connection. Every report, finished or not, is dropped, and the keys after it work.

mod meaning;
mod mouse;
mod sequence;
#[cfg(test)]
mod tests;

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal as _, Read as _},
    os::fd::AsFd as _,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender},
    thread,
    time::{Duration, Instant},
};

use crossterm::event::Event;

use sequence::{Rest, Sequences};

/// How long the rest of a key's sequence may take: an escape byte that stays alone for so long is the escape key.
const ESCAPE: Duration = Duration::from_millis(50);
/// How long a report may pause.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a report may take as a whole. Without it a key that is held down would keep an unfinished report alive.
const REPORT: Duration = Duration::from_millis(500);
/// How long a paste may pause.
const PASTE: Duration = Duration::from_millis(500);

/// Turns bytes into events. It is told the time and reads no clock.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    sequences: Sequences,
    /// When the unfinished sequence began, and when its last byte came.
    unfinished: Option<(Instant, Instant)>,
}

impl Decoder {
    /// Takes bytes that came at a time.
    pub fn feed(&mut self, bytes: &[u8], now: Instant, take: &mut impl FnMut(Event)) {
        if self.overdue(now) {
            self.expire(take);
        }
        for &byte in bytes {
            // Sequences that follow each other at once are none the longer for it.
            let before = self.sequences.count();
            self.sequences.feed(byte, &mut |token| meaning::event(token).into_iter().for_each(&mut *take));
            let began = self.unfinished.filter(|_| self.sequences.count() == before).map_or(now, |(began, _)| began);
            self.unfinished = self.sequences.awaits().map(|_| (began, now));
        }
    }

    /// When to give up on an unfinished sequence, if there is one.
    pub fn due(&self) -> Option<Instant> {
        let (began, last) = self.unfinished?;
        Some(match self.sequences.awaits()? {
            Rest::Key => last + ESCAPE,
            Rest::Report => (last + PAUSE).min(began + REPORT),
            Rest::Paste => last + PASTE,
        })
    }

    /// Gives up on an unfinished sequence.
    pub fn expire(&mut self, take: &mut impl FnMut(Event)) {
        self.sequences.expire(&mut |token| meaning::event(token).into_iter().for_each(&mut *take));
        self.unfinished = None;
    }

    /// Whether a report has taken too long although bytes kept coming. A pause alone is judged by whoever waits for the bytes.
    fn overdue(&self, now: Instant) -> bool {
        self.sequences.awaits() == Some(Rest::Report)
            && self.unfinished.is_some_and(|(began, _)| now.duration_since(began) >= REPORT)
    }
}

/// The terminal to read from: standard input or, where that is something else, the controlling terminal.
pub(super) fn open() -> io::Result<File> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        Ok(File::from(stdin.as_fd().try_clone_to_owned()?))
    } else {
        OpenOptions::new().read(true).write(true).open("/dev/tty")
    }
}

/// Passes bytes on as they come, until the terminal is gone or nobody listens.
pub(super) fn read(mut terminal: File, chunks: &SyncSender<Vec<u8>>) {
    let mut bytes = vec![0; 4096];
    loop {
        match terminal.read(&mut bytes) {
            Ok(0) => return,
            Ok(count) => {
                if chunks.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Another program left the terminal so.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(10)),
            Err(_) => return,
        }
    }
}

/// Decodes until the bytes end; `take` says whether anybody still listens.
pub(super) fn decode(chunks: &Receiver<Vec<u8>>, mut take: impl FnMut(Event) -> bool) {
    let mut decoder = Decoder::default();
    let mut listening = true;
    while listening {
        let mut pass_on = |event| listening = listening && take(event);
        let next = match decoder.due() {
            None => chunks.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => chunks.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        match next {
            Ok(bytes) => decoder.feed(&bytes, Instant::now(), &mut pass_on),
            Err(RecvTimeoutError::Timeout) => decoder.expire(&mut pass_on),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
