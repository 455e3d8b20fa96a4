//! **rhoscope**: see why second-order optimisers work.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::float_cmp))]

#[cfg(feature = "app")]
pub mod claim;
#[cfg(feature = "app")]
pub mod cli;
#[cfg(feature = "app")]
pub mod data;
#[cfg(feature = "app")]
pub mod export;
#[cfg(feature = "app")]
pub mod figure;
pub mod math;
#[cfg(feature = "app")]
mod nearest;
pub mod optim;
pub mod problem;
pub mod session;
#[cfg(feature = "app")]
pub mod tui;
