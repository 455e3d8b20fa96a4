//! Files into data sets and parameters.

mod csv;
mod digits;
mod params;
mod synthetic;

use std::path::Path;

use thiserror::Error;

use crate::problem::{Examples, Targets};

pub use csv::{Column, CsvSource};
pub use digits::digits;
pub use params::{Layout, Width, decode as decode_params, encode as encode_params, read as read_params};
pub use synthetic::{Shape, Synthetic};

/// Where the examples of a problem come from.
#[derive(Clone, Debug, PartialEq)]
pub enum DataSource {
    /// Columns of a CSV file.
    Csv(CsvSource),
    /// Drawn at random.
    Synthetic(Synthetic),
    /// A set known by name.
    Known(KnownSet),
}

/// A data set known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownSet {
    /// 1 797 handwritten digits of 8 × 8 pixels.
    Digits,
}

impl KnownSet {
    /// Every set.
    pub const ALL: [Self; 1] = [Self::Digits];

    /// As written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Digits => "digits",
        }
    }
}

/// What targets are to be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// Real numbers.
    Values,
    /// A class label from 0 to one less than this.
    Classes(usize),
}

/// Why data or parameters could not be read. Every sentence names the file and the place in it.
#[derive(Debug, Error)]
pub enum DataError {
    /// The file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something about the file as a whole.
    #[error("{path}: {problem}")]
    File {
        /// The file.
        path: String,
        /// What was found and what is accepted.
        problem: String,
    },
    /// A row of a table.
    #[error("{path}, row {row}: {problem}")]
    Row {
        /// The file.
        path: String,
        /// The line, from 1.
        row: u64,
        /// What was found and what is accepted.
        problem: String,
    },
    /// A cell of a table.
    #[error("{path}, row {row}, column {column}: {problem}")]
    Cell {
        /// The file.
        path: String,
        /// The line, from 1.
        row: u64,
        /// The column's number from 0, or its name.
        column: String,
        /// What was found and what is accepted.
        problem: String,
    },
    /// A tensor of a parameter file.
    #[error("{path}, tensor `{tensor}`: found {found}; expected {expected}")]
    Tensor {
        /// The file.
        path: String,
        /// Its name.
        tensor: String,
        /// What is there.
        found: String,
        /// What is needed.
        expected: String,
    },
}

impl DataSource {
    /// Loads the examples; a CSV file's path is relative to `directory`, `seed` is used where the source has none of its own.
    ///
    /// # Errors
    /// If a file cannot be read or does not hold what `targets` asks for.
    pub fn load(&self, directory: &Path, targets: TargetKind, seed: u64) -> Result<Examples, DataError> {
        match self {
            Self::Csv(csv) => csv.load(directory, targets),
            Self::Synthetic(synthetic) => Ok(synthetic.draw(seed)),
            Self::Known(KnownSet::Digits) => digits(),
        }
    }
}

/// How many outputs a network needs for these targets: the rows of values, or at least this many classes.
pub fn outputs_needed(targets: &Targets) -> usize {
    match targets {
        Targets::Values(values) => values.nrows(),
        Targets::Classes(classes) => classes.iter().max().map_or(0, |largest| largest + 1),
    }
}
