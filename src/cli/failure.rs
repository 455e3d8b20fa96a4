//! How a command may end other than well.

use std::io;

use crate::{export::ExportError, session::SetupError};

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// Usage, bad input or files: 2.
    Input(String),
    /// Every optimiser stalled or diverged, or a result could not be produced: 1.
    Result(String),
    /// The reader of the output went away: 0.
    ClosedPipe,
    /// Stopped by this signal, with nothing to write.
    Interrupted(i32),
    /// Stopped by this signal, with everything so far written.
    Stopped(i32, String),
}

impl Failure {
    /// Standard output could not be written.
    #[expect(clippy::needless_pass_by_value, reason = "it is used as a function on errors")]
    pub fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Input(format!("cannot write to standard output: {error}")),
        }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Input(_) => 2,
            Self::Result(_) => 1,
            Self::ClosedPipe => 0,
            Self::Interrupted(signal) | Self::Stopped(signal, _) => code_of(*signal),
        }
    }

    /// What to tell the user, if there is anything to tell.
    pub fn message(&self) -> Option<String> {
        match self {
            Self::Input(message) | Self::Result(message) | Self::Stopped(_, message) => Some(without_numbers(message)),
            Self::ClosedPipe => None,
            Self::Interrupted(_) => Some("interrupted; no file was written".to_owned()),
        }
    }
}

/// The exit code of a program that a signal has ended.
pub(super) fn code_of(signal: i32) -> u8 {
    128 + u8::try_from(signal).unwrap_or(0)
}

/// A message without the system's numbers of errors, which say nothing to a reader: `(os error 2)`.
fn without_numbers(message: &str) -> String {
    let mut parts = message.split(" (os error ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => text += rest,
            _ => text.extend([" (os error ", part]),
        }
    }
    text
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        Self::Input(error.to_string())
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::ClosedPipe => Self::ClosedPipe,
            ExportError::Write { .. } => Self::Input(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_errors_are_left_out() {
        assert_eq!(without_numbers("a: gone (os error 2); b (os error 13)"), "a: gone; b");
        assert_eq!(without_numbers("λ (os error of old)"), "λ (os error of old)");
    }
}
