//! The same point with another λ: λ₀ by trial, and steps that might have been.

use nalgebra::DVector;

use super::{Attempt, Calibration, Here, Optimiser, Workspace};
use crate::{
    math::Real,
    optim::{Cost, Halt},
    problem::Oracle,
};

/// Calibration gives up after so many rounds.
pub const CALIBRATION_ROUNDS: u32 = 100;

impl<T: Real> Optimiser<T> {
    /// λ₀ as the fixed point of the rule at the start: try the step without taking it, adapt λ, until λ stays.
    pub(super) fn calibrate(
        &mut self,
        here: Here<T>,
        oracle: &mut dyn Oracle<T>,
        theta: &DVector<T>,
        space: &mut Workspace<T>,
        cost: &mut Cost,
    ) -> Result<Option<Calibration<T>>, Halt> {
        if self.steps > 0 || !self.damping.calibrates() {
            return Ok(None);
        }
        let from = self.damping.lambda();
        for _ in 0..CALIBRATION_ROUNDS {
            let attempt = self.rehearse(here, oracle, theta, space)?;
            *cost += attempt.cost;
            let next = self.damping.calibrated(attempt.rho);
            if attempt.lambda == next || attempt.rounding.is_some() {
                return Ok(Some(Calibration { from, unsettled: false }));
            }
            self.impose(next, oracle, space, cost)?;
        }
        Ok(Some(Calibration { from, unsettled: true }))
    }

    /// The attempt again from the same point with another λ, everything else as it was. It expects oracle and `space` as
    /// [`attempt`](Self::attempt) left them, and computes f′ even where that did not.
    ///
    /// K-FAC's direction changes with λ (between refreshes of its inverses only the coefficients do), the others' only in length.
    ///
    /// # Errors
    /// [`Halt`] where that step could not be taken.
    pub fn attempt_with(
        &mut self,
        lambda: T,
        attempt: &Attempt<T>,
        oracle: &mut dyn Oracle<T>,
        theta: &DVector<T>,
        space: &mut Workspace<T>,
    ) -> Result<Attempt<T>, Halt> {
        let here = Here { loss: attempt.loss, gradient_norm: attempt.gradient_norm };
        let mut cost = Cost::default();
        self.impose(lambda, oracle, space, &mut cost)?;
        let again = self.rehearse(here, oracle, theta, space)?;
        cost += again.cost;
        Ok(Attempt { cost, ..again })
    }

    /// Another λ, and the direction that goes with it.
    fn impose(
        &mut self,
        lambda: T,
        oracle: &mut dyn Oracle<T>,
        space: &mut Workspace<T>,
        cost: &mut Cost,
    ) -> Result<(), Halt> {
        self.damping.set(lambda);
        let Workspace { gradient, direction, .. } = space;
        let mut local = self.local(oracle, gradient, cost);
        self.direction.propose_again(&mut local, direction)
    }

    /// The rest of an attempt for the direction in `space`. f′ is always computed; one that is not finite is absent.
    fn rehearse(
        &self,
        here: Here<T>,
        oracle: &mut dyn Oracle<T>,
        theta: &DVector<T>,
        space: &mut Workspace<T>,
    ) -> Result<Attempt<T>, Halt> {
        let mut cost = Cost::default();
        let model = self.model(oracle, space, &mut cost);
        let weights = self.weigh(model.as_ref(), space)?;
        let update_norm = self.move_along(theta, weights.w, space)?;
        let attempt = self.weighed(here, model, weights, update_norm);
        cost.losses += 1;
        let new_loss = attempt.loss_at(oracle, &space.trial);
        let new_loss = new_loss.is_finite().then_some(new_loss);
        Ok(Attempt { cost, ..self.compare(attempt, new_loss, oracle, space) })
    }
}
