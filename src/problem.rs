//! What is minimised.

pub mod examples;

pub use examples::{Examples, Targets};
