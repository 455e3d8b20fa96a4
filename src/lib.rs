//! **rhoscope**: see why second-order optimisers work.

pub mod math;
pub mod optim;
pub mod problem;
pub mod session;
