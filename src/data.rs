//! Files into data sets and parameters.

pub mod checkpoint;
mod csv;
mod digits;
mod durable;
mod fetch;
mod gzip;
mod holdout;
pub mod idx;
mod images;
mod known;
mod params;
mod places;
mod stream;
mod synthetic;
mod tensor;
mod uci;
mod unfinished;

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::{
    math::Real,
    problem::{DataInfo, Splits, Targets},
};

pub use checkpoint::{Checkpoint, hex};
pub use csv::{Column, CsvSource, Dialect, Header, Missing};
pub use digits::digits;
pub use durable::sync_directory_of;
pub use fetch::{Arrived, FetchError, fetch, verify};
pub use holdout::Holdout;
pub use images::{IdxSource, ImageTargets};
pub use known::{KnownSet, SetFile, Task};
pub use params::{Layout, ParamRules, decode as decode_params, encode as encode_params, read as read_params};
pub use places::Places;
pub use synthetic::{Shape, Synthetic};
pub use tensor::Width;
pub use unfinished::{Unfinished, abandon};

/// Where the examples of a problem come from.
#[derive(Clone, Debug, PartialEq)]
pub enum DataSource {
    /// Columns of a CSV file.
    Csv(CsvSource),
    /// Images in IDX files.
    Idx(IdxSource),
    /// Drawn at random.
    Synthetic(Synthetic),
    /// A set known by name, and what its images are for where it has some.
    Known(KnownSet, ImageTargets),
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
    /// The file is not there, and its path is spelt as on Windows.
    #[error("cannot read {path}: {source}; paths are written with /, also on Windows: {slashes}")]
    Backslashes {
        /// The file, as written.
        path: String,
        /// What the system said.
        source: std::io::Error,
        /// The same path as it is to be written.
        slashes: String,
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
    /// A known set is not on this computer.
    #[error("the data set {set} is not here: {looked}; {remedy}")]
    Absent {
        /// Its name.
        set: &'static str,
        /// Where it was looked for, and what is missing.
        looked: String,
        /// How to get it.
        remedy: String,
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

/// Where files are and how chance falls.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// What the path of a CSV file is relative to.
    pub directory: &'a Path,
    /// Where known sets are.
    pub places: &'a Places,
    /// Used where the source has none of its own.
    pub seed: u64,
}

impl DataSource {
    /// Loads the examples. A set that comes in one piece gives up what `holdout` asks for; others are split as they were published.
    ///
    /// # Errors
    /// If a file cannot be read or does not hold what `targets` asks for.
    pub fn load<T: Real>(
        &self,
        around: &Surroundings<'_>,
        targets: TargetKind,
        holdout: Holdout,
    ) -> Result<Splits<T>, DataError> {
        let mut info = DataInfo::default();
        let (examples, name) = match self {
            Self::Csv(csv) => {
                let (examples, found) = csv.load(around.directory, targets)?;
                info = found;
                (examples, csv.path.as_str())
            }
            Self::Idx(idx) => return idx.load(around, targets, holdout),
            Self::Synthetic(synthetic) => (synthetic.draw(around.seed), synthetic.shape.as_str()),
            Self::Known(set @ KnownSet::Digits, _) => {
                info.picture = set.picture_size();
                info.classes.extend(set.class_names().into_iter().flatten().map(str::to_owned));
                (digits()?, set.as_str())
            }
            Self::Known(KnownSet::FashionMnistSmall, targets) => return images::small(*targets),
            Self::Known(set @ (KnownSet::FashionMnist | KnownSet::Mnist), targets) => {
                return images::load(*set, around.places, *targets);
            }
            Self::Known(set @ (KnownSet::UciEnergy | KnownSet::UciProtein), _) => {
                return uci::load(*set, around.places).map(Splits::cast);
            }
        };
        Ok(Splits { info, ..holdout.split(examples, around.seed, name)? }.cast())
    }

    /// Whether it comes already split.
    pub fn is_split(&self) -> bool {
        match self {
            Self::Known(set, _) => *set != KnownSet::Digits,
            Self::Idx(idx) => idx.test_images.is_some(),
            Self::Csv(_) | Self::Synthetic(_) => false,
        }
    }
}

/// Where a file of a problem file is. One that is not there and is spelt with backslashes is refused with the other spelling.
pub(crate) fn data_path(directory: &Path, written: &str) -> Result<PathBuf, DataError> {
    let path = directory.join(written);
    if written.contains('\\')
        && std::path::MAIN_SEPARATOR != '\\'
        && let Err(source) = path.metadata()
    {
        let slashes = written.replace('\\', "/");
        return Err(DataError::Backslashes { path: written.to_owned(), source, slashes });
    }
    Ok(path)
}

/// What to say where more classes are listed than a network has outputs.
fn too_many(listed: usize, outputs: usize) -> String {
    format!("`classes` lists {listed} classes, but the network has {outputs} outputs")
}

/// How many outputs a network needs for these targets: the rows of values, or at least this many classes.
pub fn outputs_needed(targets: &Targets) -> usize {
    match targets {
        Targets::Values(values) => values.nrows(),
        Targets::Classes(classes) => classes.iter().max().map_or(0, |largest| largest + 1),
    }
}
