//! The gradient, with or without a velocity.

use nalgebra::DVector;

use crate::{math::Real, optim::Visitor};

/// u ← μu + g, no Nesterov; with μ = 0 the gradient itself.
#[derive(Clone, Debug)]
pub struct Gradient<T: Real> {
    momentum: T,
    velocity: DVector<T>,
    before: DVector<T>,
}

impl<T: Real> Gradient<T> {
    pub(super) fn new(dim: usize, momentum: T) -> Self {
        Self { momentum, velocity: DVector::zeros(dim), before: DVector::zeros(0) }
    }

    /// μ, if there is a velocity.
    pub fn momentum(&self) -> Option<T> {
        (self.momentum > T::zero()).then_some(self.momentum)
    }

    pub(super) fn propose(&mut self, gradient: &DVector<T>, direction: &mut DVector<T>) {
        self.velocity.axpy(T::one(), gradient, self.momentum);
        direction.copy_from(&self.velocity);
    }

    pub(super) fn remember(&mut self) {
        if self.before.is_empty() {
            self.before = self.velocity.clone();
        } else {
            self.before.copy_from(&self.velocity);
        }
    }

    pub(super) fn restore(&mut self) {
        self.velocity.copy_from(&self.before);
    }

    /// What is remembered for a step that may be undone is not needed between steps.
    pub(super) fn visit(&mut self, visitor: &mut dyn Visitor<T>) {
        visitor.reals("velocity", self.velocity.as_mut_slice());
    }

    pub(super) fn numbers(&self) -> usize {
        self.velocity.len() + self.before.len()
    }
}
