//! Vectors and matrices.

mod real;

pub use real::Real;
