//! Several optimisers side by side on one problem.

mod history;
#[cfg(feature = "app")]
pub mod setup;

use crate::{
    optim::{Outcome, Recipe, StepRecord},
    problem::Examples,
};

pub use history::{History, LaneHistory};
#[cfg(feature = "app")]
pub use setup::{Setup, SetupError};

/// A lane: one optimiser under a label.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneSpec {
    /// Unique among the lanes.
    pub label: String,
    /// What it is made of.
    pub recipe: Recipe,
}

/// What a lane did when the session advanced.
#[derive(Debug)]
pub enum Progress<'a> {
    /// It took a step.
    Step {
        /// Which lane.
        lane: usize,
        /// What the step did.
        record: &'a StepRecord,
        /// The lane's own compute time so far, in seconds, on the caller's clock.
        seconds: f64,
    },
    /// It ended after step `step` and takes no more.
    Ended {
        /// Which lane.
        lane: usize,
        /// The last step it took.
        step: u64,
        /// How.
        outcome: Outcome,
    },
}

/// What can be looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Geometry {
    /// A function of two parameters: its landscape, with the minima that are known.
    Plane {
        /// Known minima.
        minima: Vec<[f64; 2]>,
    },
    /// A classifier of points in the plane.
    Regions {
        /// How many classes.
        classes: usize,
    },
    /// A regression over one input.
    Fit,
    /// Nothing with a picture: show the loss.
    Loss,
}

/// The lanes, where they stand, and the way back.
pub struct Session {}

impl Session {
    /// How many lanes there are.
    pub fn lanes(&self) -> usize {
        todo!()
    }
    /// An empty history with this session's labels and starting points.
    pub fn empty_history(&self) -> History {
        todo!()
    }
    /// The latest step any lane has taken.
    pub fn latest(&self) -> u64 {
        todo!()
    }
    /// Lets every lane that has not ended take one step; `clock` is read around each lane's own work. False once all have ended.
    pub fn advance(&mut self, clock: &dyn Fn() -> f64, sink: &mut dyn FnMut(Progress<'_>)) -> bool {
        let _ = (clock, sink);
        todo!()
    }
    /// What can be looked at.
    pub fn geometry(&self) -> Geometry {
        todo!()
    }
    /// f at every pair, for a problem of two parameters: rows (y) outer, columns (x) inner.
    pub fn surface(&self, xs: &[f64], ys: &[f64]) -> Vec<f64> {
        let _ = (xs, ys);
        todo!()
    }
    /// The parameters of a lane after step `step`, recomputed exactly from the nearest checkpoint.
    pub fn params(&mut self, lane: usize, step: u64) -> Vec<f64> {
        let _ = (lane, step);
        todo!()
    }
    /// A network's outputs (one column an example) at parameters θ; `inputs` has one column an example.
    pub fn predict(&self, params: &[f64], inputs: &nalgebra::DMatrix<f64>) -> nalgebra::DMatrix<f64> {
        let _ = (params, inputs);
        todo!()
    }
    /// The data, where the problem has some.
    pub fn examples(&self) -> Option<&Examples> {
        todo!()
    }
}
