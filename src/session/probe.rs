//! One step looked into: the state before it restored, and the first half of the step taken again.
//!
//! A probe changes nothing of the run and is charged to nobody. Notation: θ before the step, u = −Vw its update, θ′ = θ + u.

mod dial;
mod slice;

use nalgebra::DVector;

use super::checkpoints::State;
use crate::{
    math::Real,
    optim::{Attempt, Optimiser, StepRecord, Workspace},
    problem::{Oracle, Problem},
};

pub use dial::{Dial, Turn};
pub use slice::Slice;

/// What can be asked about one step of one lane, whatever its scalar.
pub trait Probe {
    /// What the step did, as its first half says anew.
    fn record(&self) -> &StepRecord;

    /// θ before the step.
    fn start(&self) -> Vec<f64>;

    /// u, of the attempt if the step was rejected.
    fn update(&self) -> Vec<f64>;

    /// f along the update beside what the quadratic model says of it; `None` where the step made no model.
    fn slice(&mut self) -> Option<Slice>;

    /// The steps that other λ would have led to; `None` where the step depends on none.
    fn dial(&mut self) -> Option<Dial>;
}

/// The first half of a step, with everything it was made of.
pub(super) struct Probed<T: Real> {
    oracle: Box<dyn Oracle<T>>,
    theta: DVector<T>,
    /// As the attempt left it.
    optimiser: Optimiser<T>,
    space: Workspace<T>,
    update: DVector<T>,
    attempt: Attempt<T>,
    record: StepRecord,
}

impl<T: Real> Probed<T> {
    /// The step after `before`; `None` if it could not be taken.
    pub(super) fn new(problem: &dyn Problem<T>, before: &State<T>) -> Option<Self> {
        let mut oracle = problem.oracle();
        let theta = before.theta.clone();
        let mut optimiser = before.optimiser.clone();
        let mut space = Workspace::new(theta.len());
        let attempt = optimiser.attempt(oracle.as_mut(), &theta, &mut space).ok()?;
        let mut record = StepRecord::default();
        optimiser.clone().settle(&attempt, oracle.as_mut(), &mut theta.clone(), &mut space.clone(), &mut record);
        let update = space.update().clone();
        Some(Self { oracle, theta, optimiser, space, update, attempt, record })
    }

    /// f(θ + tu) on the step's batch, where it is finite.
    fn loss_at(&mut self, t: f64) -> Option<f64> {
        let point = self.theta.zip_map(&self.update, |x, u| x + T::of(t) * u);
        finite(self.oracle.loss(&point))
    }
}

fn finite<T: Real>(value: T) -> Option<f64> {
    value.is_finite().then(|| value.into())
}

fn doubles<T: Real>(vector: &DVector<T>) -> Vec<f64> {
    vector.iter().map(|&value| value.into()).collect()
}

impl<T: Real> Probe for Probed<T> {
    fn record(&self) -> &StepRecord {
        &self.record
    }

    fn start(&self) -> Vec<f64> {
        doubles(&self.theta)
    }

    fn update(&self) -> Vec<f64> {
        doubles(&self.update)
    }

    fn slice(&mut self) -> Option<Slice> {
        slice::slice(self)
    }

    fn dial(&mut self) -> Option<Dial> {
        dial::dial(self)
    }
}
