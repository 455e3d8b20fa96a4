//! Where to go.

mod adam;
mod block_inverse;
mod gradient;
mod kfac;

use nalgebra::DVector;

use super::{Blocks, Cost, DirectionRecipe, Visitor, halt::Halt};
use crate::{
    math::Real,
    problem::{Network, Oracle, Problem},
};

pub use adam::Adam;
pub use gradient::Gradient;
pub use kfac::{Kfac, default_estimator};

use kfac::KfacSettings;

/// What a direction may look at: the oracle, linearised at θ, and what is known there.
pub struct Local<'a, T: Real> {
    /// The problem at θ.
    pub oracle: &'a mut dyn Oracle<T>,
    /// g.
    pub gradient: &'a DVector<T>,
    /// λ.
    pub lambda: T,
    /// The step, from 1.
    pub step: u64,
    /// The fixed learning rate, if it is fixed.
    pub fixed_learning_rate: Option<T>,
    /// What is spent.
    pub cost: &'a mut Cost,
}

/// One of the directions, with its state.
#[derive(Clone, Debug)]
pub enum Direction<T: Real> {
    /// g, with velocity.
    Gradient(Gradient<T>),
    /// m̂ / (√v̂ + ε).
    Adam(Adam<T>),
    /// (F̂ + λI)⁻¹g.
    Kfac(Box<Kfac<T>>),
}

impl<T: Real> Direction<T> {
    /// As the recipe says, for a problem of `dim` parameters.
    pub fn new(recipe: &DirectionRecipe, problem: &dyn Problem<T>, dim: usize) -> Self {
        match *recipe {
            DirectionRecipe::Gradient { momentum } => Self::Gradient(Gradient::new(dim, T::of(momentum))),
            DirectionRecipe::Adam { beta1, beta2, eps, eps_root } => {
                Self::Adam(Adam::new(dim, [beta1, beta2], T::of(eps), T::of(eps_root)))
            }
            DirectionRecipe::Kfac { ema, estimator, inversion, blocks, inverse_interval, norm_constraint } => {
                let settings = KfacSettings {
                    ema: T::of(ema),
                    estimator: estimator
                        .unwrap_or_else(|| default_estimator(problem.network().map_or(0, Network::outputs))),
                    inversion,
                    full: blocks == Blocks::Full,
                    interval: inverse_interval.max(1),
                    norm_constraint: norm_constraint.map(T::of),
                };
                Self::Kfac(Box::new(Kfac::new(problem, settings)))
            }
        }
    }

    /// Takes note of the gradient (and K-FAC of the batch's statistics) and proposes where to go.
    ///
    /// # Errors
    /// A factor that has no finite inverse.
    pub fn propose(&mut self, local: &mut Local<'_, T>, direction: &mut DVector<T>) -> Result<(), Halt> {
        match self {
            Self::Gradient(gradient) => gradient.propose(local.gradient, direction),
            Self::Adam(adam) => adam.propose(local.gradient, direction),
            Self::Kfac(kfac) => {
                kfac.observe(local.oracle);
                kfac.propose(local, direction)?;
            }
        }
        Ok(())
    }

    /// Fails where the state has overflowed, which it can only where ‖g‖² does.
    pub(super) fn check(&self, norm: T) -> Result<(), Halt> {
        match self {
            Self::Adam(adam) => adam.check(norm),
            Self::Gradient(_) | Self::Kfac(_) => Ok(()),
        }
    }

    /// Proposes anew at the same point with another λ, without taking note of it again. Only K-FAC's direction depends on λ.
    ///
    /// # Errors
    /// A factor that has no finite inverse.
    pub fn propose_again(&mut self, local: &mut Local<'_, T>, direction: &mut DVector<T>) -> Result<(), Halt> {
        match self {
            Self::Kfac(kfac) => kfac.propose(local, direction),
            Self::Gradient(_) | Self::Adam(_) => Ok(()),
        }
    }

    /// Keeps the state as it is before a step that may be undone.
    pub fn remember(&mut self) {
        match self {
            Self::Gradient(gradient) => gradient.remember(),
            Self::Adam(adam) => adam.remember(),
            Self::Kfac(_) => {}
        }
    }

    /// Undoes the last proposal. K-FAC's factors stay: what they saw of the curvature at θ is true wherever the step went.
    pub fn restore(&mut self) {
        match self {
            Self::Gradient(gradient) => gradient.restore(),
            Self::Adam(adam) => adam.restore(),
            Self::Kfac(_) => {}
        }
    }

    /// Shows everything the next step depends on.
    pub fn visit(&mut self, visitor: &mut dyn Visitor<T>) {
        match self {
            Self::Gradient(gradient) => gradient.visit(visitor),
            Self::Adam(adam) => adam.visit(visitor),
            Self::Kfac(kfac) => kfac.visit(visitor),
        }
    }

    /// How many numbers the state holds.
    pub fn numbers(&self) -> usize {
        match self {
            Self::Gradient(gradient) => gradient.numbers(),
            Self::Adam(adam) => adam.numbers(),
            Self::Kfac(kfac) => kfac.numbers(),
        }
    }
}
