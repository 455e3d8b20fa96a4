//! Figures into files' bytes.

mod png;

pub use png::{MAIN_ASPECT, PNG_SIZE, PngError, png};
