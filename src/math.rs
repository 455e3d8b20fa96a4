//! Vectors and matrices on nalgebra, generic over one scalar trait, and a counter-based random stream.

mod gather;
mod kernel;
mod product;
mod random;
mod real;
mod scratch;
mod shared;
mod symmetric;
mod threads;

pub use gather::gather;
pub use product::{Panel, PanelMut};
pub use random::{Purpose, stream};
pub use real::Real;
pub(crate) use scratch::Scratch;
pub use symmetric::{DampedInverse, Eigenbasis};
pub use threads::set_threads;
