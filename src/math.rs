//! Vectors and matrices on nalgebra, generic over one scalar trait, and a counter-based random stream.

mod random;
mod real;
mod symmetric;
mod views;

pub use random::{Purpose, stream};
pub use real::Real;
pub use symmetric::{DampedInverse, Eigenbasis};
pub use views::{StridedView, top_rows, top_rows_transposed};
