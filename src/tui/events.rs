//! Everything that can wake the screen, in one channel.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

use crossterm::event::{self, MouseButton, MouseEventKind};
use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP},
    iterator::{Handle, Signals},
};

use super::{
    action::{Action, MouseAction},
    worker::{self, Reply},
};

/// What can wake the screen.
#[derive(Debug)]
pub enum Event {
    /// A key, the mouse, a resize, or the end of an export.
    Action(Action),
    /// The worker replied, or panicked.
    Worker(Result<Reply, String>),
    /// Another part panicked.
    Panic(&'static str, String),
    /// The terminal is gone.
    Hangup,
    /// A signal that ends the program.
    Signal(i32),
    /// A signal that stops it.
    Stop,
    /// It was continued.
    Continue,
}

/// The channel.
pub fn channel() -> (Sender<Event>, Receiver<Event>) {
    mpsc::channel()
}

/// Starts a thread whose panic becomes an event.
pub fn spawn(
    part: &'static str,
    sender: Sender<Event>,
    work: impl FnOnce(&Sender<Event>) + Send + 'static,
) -> io::Result<()> {
    thread::Builder::new().name(part.to_owned()).spawn(move || {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(&sender))) {
            let _ = sender.send(Event::Panic(part, worker::sentence(panic.as_ref())));
        }
    })?;
    Ok(())
}

/// Waits for signals until the handle is closed.
pub fn watch_signals(sender: Sender<Event>) -> io::Result<Handle> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT])?;
    let handle = signals.handle();
    spawn("signal watch", sender, move |sender| {
        for signal in signals.forever() {
            let event = match signal {
                SIGTSTP => Event::Stop,
                SIGCONT => Event::Continue,
                SIGHUP => Event::Hangup,
                other => Event::Signal(other),
            };
            if sender.send(event).is_err() {
                return;
            }
        }
    })?;
    Ok(handle)
}

/// Waits for keys, the mouse and resizes for as long as anybody listens.
pub fn watch_terminal(sender: Sender<Event>) -> io::Result<()> {
    spawn("input", sender, |sender| {
        loop {
            let event = match event::read() {
                Ok(event) => translate(&event).map(Event::Action),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
                Err(_) => Some(Event::Hangup),
            };
            let over = matches!(event, Some(Event::Hangup));
            if event.is_some_and(|event| sender.send(event).is_err()) || over {
                return;
            }
        }
    })
}

/// What a terminal event means, if anything.
fn translate(event: &event::Event) -> Option<Action> {
    match event {
        event::Event::Key(key) => Some(Action::Key(*key)),
        event::Event::Resize(columns, rows) => Some(Action::Resize(*columns, *rows)),
        event::Event::Mouse(mouse) => {
            let what = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => MouseAction::Press,
                MouseEventKind::Drag(MouseButton::Left) => MouseAction::Drag,
                MouseEventKind::ScrollUp => MouseAction::WheelUp,
                MouseEventKind::ScrollDown => MouseAction::WheelDown,
                _ => return None,
            };
            Some(Action::Mouse(what, mouse.column, mouse.row))
        }
        _ => None,
    }
}
