//! Results into files: traces as JSON Lines and CSV, parameters, pictures. The one place that writes them.

mod csv;
mod earlier;
mod file;
mod jsonl;
mod params;
mod png;

use thiserror::Error;

use crate::optim::{Quantity, StepRecord};

pub use csv::CsvTrace;
pub use earlier::EarlierError;
pub use file::{OutputFile, leftovers};
pub use jsonl::JsonTrace;
pub use params::{lane_paths, slug};
pub use png::{MAIN_ASPECT, MAIN_DETAIL, MAIN_RESOLUTION, PNG_SIZE, PngError, TRACE_BINS, png};

/// Why a result could not be written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The reader of a pipe went away, which is its good right.
    #[error("the reader of the output has gone")]
    ClosedPipe,
    /// Everything else.
    #[error("cannot write {path}: {problem}")]
    Write {
        /// The file.
        path: String,
        /// What is in the way.
        problem: String,
    },
}

impl ExportError {
    /// What went wrong with a write to `path`.
    pub fn of(error: &std::io::Error, path: &str) -> Self {
        file::failure(error, path.to_owned())
    }
}

/// The quantities of a trace, under their names and in their order.
pub const COLUMNS: [(&str, Quantity); 14] = [
    ("loss", Quantity::Loss),
    ("new_loss", Quantity::NewLoss),
    ("learning_rate", Quantity::LearningRate),
    ("momentum", Quantity::Momentum),
    ("damping", Quantity::Damping),
    ("next_damping", Quantity::NextDamping),
    ("rho", Quantity::Rho),
    ("model_change", Quantity::ModelChange),
    ("curvature", Quantity::Curvature),
    ("grad_dot_direction", Quantity::GradDotDirection),
    ("grad_norm", Quantity::GradNorm),
    ("update_norm", Quantity::UpdateNorm),
    ("loss_all", Quantity::FullLoss),
    ("rho_all", Quantity::FullRho),
];

/// What a step cost, under the names of a trace and in their order.
fn costs(record: &StepRecord) -> [(&'static str, u32); 4] {
    let cost = record.cost;
    [
        ("losses", cost.losses),
        ("gradients", cost.gradients),
        ("products", cost.products),
        ("factorisations", cost.factorisations),
    ]
}
