//! Vectors and matrices on nalgebra, generic over one scalar trait, and a counter-based random stream.

mod norm;
mod product;
mod random;
mod real;
mod symmetric;

pub use norm::norm;
pub use product::{Panel, PanelMut};
pub use random::{Purpose, stream};
pub use real::Real;
pub use symmetric::{DampedInverse, Eigenbasis};
