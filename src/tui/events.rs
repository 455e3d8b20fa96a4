//! Everything that can wake the screen, in one channel.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

use crossterm::{
    event::{self, MouseButton, MouseEventKind},
    terminal,
};
use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGTSTP, SIGWINCH},
    iterator::{Handle, Signals},
};

use super::{
    action::{Action, MouseAction},
    input, signals,
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
    let mut signals = Signals::new([signals::ending(), signals::heeded(&[SIGTSTP]), vec![SIGCONT, SIGWINCH]].concat())?;
    let handle = signals.handle();
    spawn("signal watch", sender, move |sender| {
        for signal in signals.forever() {
            let event = match signal {
                SIGTSTP => Event::Stop,
                SIGCONT => Event::Continue,
                SIGHUP => Event::Hangup,
                SIGWINCH => match terminal::size() {
                    Ok((columns, rows)) => Event::Action(Action::Resize(columns, rows)),
                    // It will say so again, or is gone.
                    Err(_) => continue,
                },
                other => Event::Signal(other),
            };
            if sender.send(event).is_err() {
                return;
            }
        }
    })?;
    Ok(handle)
}

/// Waits for keys and the mouse for as long as anybody listens. One thread reads and one decodes, so that the rest of a sequence is
/// awaited for a while and no longer.
pub fn watch_terminal(sender: Sender<Event>) -> io::Result<()> {
    let terminal = input::open()?;
    let (bytes, chunks) = mpsc::sync_channel(16);
    spawn("input", sender.clone(), move |_| input::read(terminal, &bytes))?;
    spawn("keys", sender, move |sender| {
        input::decode(&chunks, |event| {
            translate(&event).is_none_or(|action| sender.send(Event::Action(action)).is_ok())
        });
        // Either the terminal has gone, or nobody listens.
        let _ = sender.send(Event::Hangup);
    })
}

/// What a terminal event means, if anything.
fn translate(event: &event::Event) -> Option<Action> {
    match event {
        event::Event::Key(key) => Some(Action::Key(*key)),
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
