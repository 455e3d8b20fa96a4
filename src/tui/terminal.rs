//! The terminal: taking it over and, whatever happens, giving it back.
//!
//! All bytes pass one gate that is open only between entering and leaving, so that a thread that is still drawing when another
//! one panics cannot write over the restored screen.

use std::{
    io::{self, Write},
    panic,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crossterm::{
    cursor::{Hide, Show},
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    queue,
    terminal::{
        BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
        SetTitle, disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{Frame, backend::CrosstermBackend, layout::Rect};

/// xterm's stack of window titles: save, and restore.
const PUSH_TITLE: &[u8] = b"\x1b[22;2t";
const POP_TITLE: &[u8] = b"\x1b[23;2t";

/// Whether the terminal is ours.
static OPEN: Mutex<bool> = Mutex::new(false);

fn gate() -> MutexGuard<'static, bool> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Collects a frame and writes it in one go, through the gate.
#[derive(Debug, Default)]
struct Gated {
    bytes: Vec<u8>,
}

impl Write for Gated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let open = gate();
        let written = if *open { write_all(&self.bytes) } else { Ok(()) };
        self.bytes.clear();
        written
    }
}

fn write_all(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// The terminal while it is ours; dropping it gives it back.
#[derive(Debug)]
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Gated>>,
    title: String,
    mouse: bool,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When the terminal cannot be put into raw mode or written to.
    pub fn enter(title: &str) -> io::Result<Self> {
        let inner = ratatui::Terminal::new(CrosstermBackend::new(Gated::default()))?;
        let mut terminal = Self { inner, title: title.to_owned(), mouse: false };
        terminal.resume()?;
        Ok(terminal)
    }

    /// Takes the terminal over again, after [`leave`] or after the process was continued; the next frame is drawn in full.
    ///
    /// # Errors
    /// As [`Terminal::enter`].
    pub fn resume(&mut self) -> io::Result<()> {
        // The shell may have changed the mode behind our back, so the memory of the one before is given up first.
        leave();
        enable_raw_mode()?;
        let mut bytes = Vec::new();
        bytes.extend_from_slice(PUSH_TITLE);
        queue!(
            bytes,
            EnterAlternateScreen,
            SetTitle(self.title.as_str()),
            EnableBracketedPaste,
            Hide,
            Clear(ClearType::All)
        )?;
        if self.mouse {
            queue!(bytes, EnableMouseCapture)?;
        }
        {
            let mut open = gate();
            *open = true;
            write_all(&bytes)?;
        }
        // Not `clear`: that asks the terminal where its cursor is, and some never answer.
        let size = self.inner.size()?;
        self.inner.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Captures the mouse, or gives it back.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        let mut bytes = Vec::new();
        if on {
            queue!(bytes, EnableMouseCapture)?;
        } else {
            queue!(bytes, DisableMouseCapture)?;
        }
        if *gate() { write_all(&bytes) } else { Ok(()) }
    }

    /// Sets the window's title.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn set_title(&mut self, title: &str) -> io::Result<()> {
        if self.title == title {
            return Ok(());
        }
        title.clone_into(&mut self.title);
        let mut bytes = Vec::new();
        queue!(bytes, SetTitle(title))?;
        if *gate() { write_all(&bytes) } else { Ok(()) }
    }

    /// Draws a frame, as one synchronised update so that it never tears.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(self.inner.backend_mut(), BeginSynchronizedUpdate)?;
        self.inner.draw(view)?;
        queue!(self.inner.backend_mut(), EndSynchronizedUpdate)?;
        self.inner.backend_mut().flush()
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal does not tell.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.inner.size()?;
        Ok((size.width, size.height))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

/// Gives the terminal back, if it is ours. Failures are not reported: there is nowhere left to report them to.
pub fn leave() {
    let mut open = gate();
    if !std::mem::replace(&mut *open, false) {
        return;
    }
    let mut bytes = Vec::new();
    let queued =
        queue!(bytes, EndSynchronizedUpdate, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
    bytes.extend_from_slice(POP_TITLE);
    let _ = queued.and_then(|()| write_all(&bytes));
    let _ = disable_raw_mode();
}

/// Makes any panic, in whatever thread, give the terminal back before it speaks.
pub fn restore_on_panic() {
    let speak = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        leave();
        speak(info);
    }));
}
