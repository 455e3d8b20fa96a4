//! The screen: several optimisers side by side in a terminal.
//!
//! ```text
//!   keys, resizes ─┐                            ┌─▶ views (pure functions of &App) ─▶ terminal
//!   signals ───────┼─▶ events ─▶ App::update ───┤
//!   worker's replies ┘                          └─▶ effects: requests to the worker, exports, suspend, quit
//! ```
//!
//! The screen's thread sleeps until an event comes. The mathematics runs on the [worker]'s thread; a PNG is drawn on one of its own.

pub mod action;
pub mod app;
pub mod canvas;
mod events;
mod export;
mod input;
pub mod judging;
pub mod keys;
pub mod layout;
pub mod opening;
pub mod panels;
pub mod signals;
pub mod source;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod trace;
pub mod worker;

use std::{
    io,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use signal_hook::{consts::SIGTSTP, low_level::emulate_default_handler};
use thiserror::Error;

use crate::{data, session::Setup};
use action::{Action, Effect};
use app::{App, Choice, Start};
use events::Event;
use opening::{Opener, Opening};
use signals::Patience;
use terminal::Terminal;
use theme::{Brightness, Depth, Theme, detect_brightness};
use trace::TraceFiles;
use worker::{Reply, Worker};

/// Frames are drawn at most this often.
const FRAME: Duration = Duration::from_micros(16_600);
/// How long a frame waits for the picture, or the numbers of a step long gone, that it is about to show.
const PATIENCE: Duration = Duration::from_millis(15);

/// Why the screen could not be shown, or ended early.
#[derive(Debug, Error)]
pub enum TuiError {
    /// The problem cannot be opened.
    #[error("{0}")]
    Problem(String),
    /// The terminal cannot be used.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
    /// A trace could not be written.
    #[error("{0}")]
    Trace(String),
    /// A part of the program panicked; the terminal has been restored and the panic's own words printed.
    #[error("the {part} stopped unexpectedly ({panic}); this is a fault of rhoscope itself")]
    Panic {
        /// Which part.
        part: &'static str,
        /// What it said.
        panic: String,
    },
}

/// How to show the screen.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Dark or light; what the terminal says, else dark, by default.
    pub brightness: Option<Brightness>,
    /// How long the problem is meant to run, and how often its lanes are evaluated.
    pub pace: source::Pace,
    /// What to show first.
    pub start: Start,
    /// Where every step goes, once the screen is left.
    pub trace: TraceFiles,
}

/// Shows a problem until the user quits.
///
/// # Errors
/// When the problem cannot be opened, the terminal cannot be used, or a part of the program panics.
pub fn run(setup: Setup, options: Options) -> Result<(), TuiError> {
    let choices = source::choices(setup.data_folder.as_deref());
    run_opener(source::opener(setup, options.pace), choices, options)
}

/// Shows what an opener opens, with these problems to choose from, until the user quits.
///
/// # Errors
/// As [`run`].
pub fn run_opener(opener: Opener, choices: Vec<Choice>, options: Options) -> Result<(), TuiError> {
    let ended = show(opener, choices, options);
    // Where something went wrong the worker may still be writing what nobody waits for.
    data::abandon(|| ended)
}

fn show(opener: Opener, choices: Vec<Choice>, options: Options) -> Result<(), TuiError> {
    let (sender, events) = events::channel();
    // Before there is a file to lose.
    let watch = events::watch_signals(sender.clone())?;
    let traced = !options.trace.is_empty();
    let worker = {
        let sender = sender.clone();
        Worker::spawn(opener, options.trace, move |reply| sender.send(Event::Worker(reply)).is_ok())?
    };
    let opening = match first_reply(&events)? {
        Begun::Opened(opening) => *opening,
        Begun::Ended(Ended::Quit) => return Ok(()),
        Begun::Ended(Ended::Signal(signal)) => return Ok(signals::end_at_once(signal)?),
    };
    let variable = |name: &str| std::env::var(name).ok();
    let brightness = options.brightness.unwrap_or_else(|| detect_brightness(variable));
    let mut app = App::new(opening, choices, Theme::new(brightness, Depth::detect(variable)));
    app.begin(&options.start).map_err(TuiError::Problem)?;
    terminal::restore_on_panic();
    let mut screen = Screen { terminal: Terminal::enter(&window_title(&app))?, app, worker, sender: sender.clone() };
    events::watch_terminal(sender)?;
    let ended = screen.run(&events);
    // The terminal is given back before anything is waited for.
    let Screen { terminal, worker, .. } = screen;
    drop(terminal);
    if traced {
        let patience = Patience::begin();
        let mut impatient = None;
        let closed = worker.close(|| {
            impatient = events.try_iter().find_map(|event| match event {
                Event::Signal(signal) if patience.is_over(signal) => Some(signal),
                _ => None,
            });
            impatient.is_some()
        });
        match impatient {
            Some(signal) => return Ok(signals::end_at_once(signal)?),
            None => closed.map_err(TuiError::Trace)?,
        }
    }
    watch.close();
    let ended = match ended {
        Err(TuiError::Terminal(error)) if is_gone(&error) => Ended::Quit,
        ended => ended?,
    };
    match ended {
        Ended::Quit => Ok(()),
        // Dying by the signal, rather than of it, tells whoever sent it the truth.
        Ended::Signal(signal) => Ok(emulate_default_handler(signal)?),
    }
}

/// Whether a terminal is no longer there: of a closed window the hang-up may come later than what cannot be written.
fn is_gone(error: &io::Error) -> bool {
    /// As every Unix numbers it.
    const EIO: i32 = 5;
    cfg!(unix) && error.raw_os_error() == Some(EIO) || error.kind() == io::ErrorKind::BrokenPipe
}

/// What came first.
enum Begun {
    Opened(Box<Opening>),
    Ended(Ended),
}

/// Waits until the problem is open; data can take a while, in which nobody need wait.
fn first_reply(events: &Receiver<Event>) -> Result<Begun, TuiError> {
    loop {
        return match events.recv() {
            Ok(Event::Worker(Ok(Reply::Opened(opening)))) => Ok(Begun::Opened(opening)),
            Ok(Event::Worker(Ok(Reply::NotOpened(sentence)))) => Err(TuiError::Problem(sentence)),
            Ok(Event::Worker(Err(panic))) => Err(TuiError::Panic { part: "worker", panic }),
            Ok(Event::Hangup) => Ok(Begun::Ended(Ended::Quit)),
            Ok(Event::Signal(signal)) => Ok(Begun::Ended(Ended::Signal(signal))),
            Ok(Event::Stop) => {
                emulate_default_handler(SIGTSTP)?;
                continue;
            }
            // A resize; the screen asks for the size when it begins.
            Ok(Event::Action(_) | Event::Continue) => continue,
            _ => Err(TuiError::Panic { part: "worker", panic: "it said nothing".to_owned() }),
        };
    }
}

fn window_title(app: &App) -> String {
    format!("rhoscope · {}", app.opening.name)
}

enum Ended {
    Quit,
    Signal(i32),
}

struct Screen {
    terminal: Terminal,
    app: App,
    worker: Worker,
    sender: Sender<Event>,
}

impl Screen {
    /// Events in, frames out, until the end.
    fn run(&mut self, events: &Receiver<Event>) -> Result<Ended, TuiError> {
        let (columns, rows) = self.terminal.size()?;
        let effects = self.app.update(Action::Resize(columns, rows));
        self.perform(effects)?;
        let mut clock = Clock::new();
        loop {
            let wait = clock.until_frame(&self.app);
            let first = match wait {
                None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => events.recv_timeout(wait),
            };
            // All that is queued is taken in before the next frame, so that repeated keys never lag behind the screen.
            for event in first.into_iter().chain(events.try_iter().take(10_000)) {
                clock.dirty = true;
                if let Some(ended) = self.event(event)? {
                    return Ok(ended);
                }
            }
            if let Some(elapsed) = clock.tick(&self.app) {
                let effects = self.app.update(Action::Tick(elapsed));
                self.perform(effects)?;
            }
            if clock.due(&self.app) {
                self.draw()?;
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        #[cfg(debug_assertions)]
        if self.app.playing {
            panic_if_asked("screen");
        }
        self.terminal.set_title(&window_title(&self.app))?;
        let app = &self.app;
        self.terminal.draw(|frame| {
            let area = frame.area();
            // A terminal that has changed its size will say so in a moment; until then nothing would fit.
            if (area.width, area.height) == app.size {
                panels::render(app, area, frame.buffer_mut());
            }
        })
    }

    fn event(&mut self, event: Event) -> Result<Option<Ended>, TuiError> {
        let action = match event {
            Event::Action(action) => action,
            Event::Worker(Ok(reply)) => Action::Reply(reply),
            Event::Worker(Err(panic)) => return Err(TuiError::Panic { part: "worker", panic }),
            Event::Panic(part, panic) => return Err(TuiError::Panic { part, panic }),
            Event::Hangup => return Ok(Some(Ended::Quit)),
            Event::Signal(signal) => return Ok(Some(Ended::Signal(signal))),
            Event::Stop => {
                self.suspend()?;
                return Ok(None);
            }
            Event::Continue => {
                self.terminal.resume()?;
                return Ok(None);
            }
        };
        let effects = self.app.update(action);
        Ok(self.perform(effects)?.then_some(Ended::Quit))
    }

    /// Does what the app asks for; true when it asks to quit.
    fn perform(&mut self, effects: Vec<Effect>) -> io::Result<bool> {
        for effect in effects {
            match effect {
                Effect::Request(request) => self.worker.ask(request),
                Effect::Export(figure) => {
                    let job =
                        export::Job { figure: *figure, problem: self.app.opening.name.clone(), step: self.app.cursor };
                    export::spawn(job, self.sender.clone())?;
                }
                Effect::CaptureMouse(on) => self.terminal.capture_mouse(on)?,
                Effect::Suspend => self.suspend()?,
                Effect::Quit => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Gives the terminal back and stops, as the shell expects of ctrl-z, until continued.
    fn suspend(&mut self) -> io::Result<()> {
        terminal::leave();
        emulate_default_handler(SIGTSTP)?;
        self.terminal.resume()?;
        let (columns, rows) = self.terminal.size()?;
        let effects = self.app.update(Action::Resize(columns, rows));
        self.perform(effects)?;
        Ok(())
    }
}

/// When to draw, and how much time has passed for what plays.
struct Clock {
    /// Whether anything has happened since the last frame.
    dirty: bool,
    drawn: Option<Instant>,
    ticked: Option<Instant>,
    /// Since when a frame waits for what it shows.
    waiting: Option<Instant>,
}

impl Clock {
    fn new() -> Self {
        Self { dirty: true, drawn: None, ticked: None, waiting: None }
    }

    fn since(at: Option<Instant>) -> Duration {
        at.map_or(Duration::MAX, |at| at.elapsed())
    }

    /// How long to sleep at most; `None` while only an event can change anything.
    fn until_frame(&self, app: &App) -> Option<Duration> {
        if !self.dirty && !app.animated() {
            return None;
        }
        let frame = FRAME.saturating_sub(Self::since(self.drawn));
        let picture = self.waiting.map_or(Duration::ZERO, |since| PATIENCE.saturating_sub(since.elapsed()));
        Some(frame.max(picture))
    }

    /// The time since the last tick, when the next one is due.
    fn tick(&mut self, app: &App) -> Option<Duration> {
        if !app.animated() {
            self.ticked = None;
            return None;
        }
        let elapsed = self.ticked.map_or(FRAME, |at| at.elapsed());
        (elapsed >= FRAME || self.ticked.is_none()).then(|| {
            self.ticked = Some(Instant::now());
            self.dirty = true;
            elapsed
        })
    }

    /// Whether to draw now.
    fn due(&mut self, app: &App) -> bool {
        if !self.dirty || Self::since(self.drawn) < FRAME {
            return false;
        }
        if app.awaits_picture() || app.awaits_recall() {
            let since = *self.waiting.get_or_insert_with(Instant::now);
            if since.elapsed() < PATIENCE {
                return false;
            }
        } else {
            self.waiting = None;
        }
        self.dirty = false;
        self.drawn = Some(Instant::now());
        true
    }
}

/// Lets tests see that a panic leaves a usable terminal.
#[cfg(debug_assertions)]
fn panic_if_asked(part: &str) {
    assert!(std::env::var("RHOSCOPE_PANIC").as_deref() != Ok(part), "asked to panic in the {part}");
}
