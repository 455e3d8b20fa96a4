//! **rhoscope**: see why second-order optimisers work.

#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "app")]
pub mod data;
#[cfg(feature = "app")]
pub mod export;
pub mod math;
pub mod optim;
pub mod problem;
pub mod session;
