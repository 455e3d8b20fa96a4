//! What can be wrong with a problem file or with an option that changes it.

use thiserror::Error;

pub(crate) use crate::nearest::{hint, list};
use crate::{data::DataError, problem::mlp::MlpError};

/// Why a problem could not be set up. Every sentence says where, what was found and what is accepted.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The file could not be read.
    #[error("cannot read the problem file {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Neither bundled nor a file.
    #[error("`{name}` is neither a bundled problem nor a file; {hint}")]
    NoSuchProblem {
        /// What was asked for.
        name: String,
        /// The nearest bundled name, or all of them.
        hint: String,
    },
    /// The text is not TOML.
    #[error("{file}, line {line}, column {column}: not valid TOML: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What the parser expected.
        message: String,
    },
    /// A key is not known here.
    #[error("{place}: there is no key `{key}`; {hint}")]
    UnknownKey {
        /// File and line, or the option.
        place: String,
        /// The key with its path.
        key: String,
        /// The nearest known key, or all of them.
        hint: String,
    },
    /// A key is needed.
    #[error("{place}: `{key}` is missing; expected {accepted}")]
    Missing {
        /// File and line, or the option.
        place: String,
        /// The key with its path.
        key: String,
        /// What it may be.
        accepted: String,
    },
    /// A value is not what its key takes.
    #[error("{place}: `{key}` is {found}; expected {accepted}")]
    Value {
        /// File and line, or the option.
        place: String,
        /// The key with its path.
        key: String,
        /// What is there.
        found: String,
        /// What it may be.
        accepted: String,
    },
    /// Keys, or options, that do not go together.
    #[error("{place}: {message}")]
    Conflict {
        /// File and line, or the option.
        place: String,
        /// Which, and what to do.
        message: String,
    },
    /// A formula cannot be read; the caret points at the character.
    #[error("{place}: `{key}`, character {column}: {message}\n  {text}\n  {:>caret$}", "^")]
    Formula {
        /// File and line, or the option.
        place: String,
        /// The key with its path.
        key: String,
        /// The part of the formula around the character.
        text: String,
        /// From 1, in characters.
        column: usize,
        /// The same in the part that is shown.
        caret: usize,
        /// What is wrong.
        message: String,
    },
    /// Layers, loss, data and parameters do not fit together.
    #[error("{file}: `problem`: {source}")]
    Mlp {
        /// The file.
        file: String,
        /// What does not fit.
        source: MlpError,
    },
    /// The data or the initial parameters are at fault.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// A text from a file as a terminal may show it: control characters, which could move its cursor, become �.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}
