//! Whether a step is to be the last, and whether it says anything of ρ.

use nalgebra::DVector;

use super::{Attempt, Optimiser, Workspace};
use crate::{
    math::Real,
    optim::{
        QuadraticModel,
        arrival::{STALLED_STEPS, Standing},
        halt::{Cause, Halt},
    },
    problem::Oracle,
};

/// Of a change of f below so many roundings of f the plain difference may have no digit left.
const CANCELLED: f64 = 65_536.0;

impl<T: Real> Optimiser<T> {
    /// A reason to stop where a small gradient or standing still gives rise to the question.
    pub(super) fn end(
        &self,
        attempt: &Attempt<T>,
        oracle: &mut dyn Oracle<T>,
        theta: &DVector<T>,
        space: &Workspace<T>,
    ) -> Result<(), Halt> {
        let still = self.stalled >= STALLED_STEPS;
        if !still && !self.arrival.is_quiet() {
            return Ok(());
        }
        let (loss, gradient, params) = (attempt.loss, attempt.gradient_norm, theta.norm());
        let mut along = |vector: &DVector<T>| {
            QuadraticModel::new(&[vector], &space.gradient, oracle.gram(self.curvature, &[vector]))
        };
        // Not charged: this is the question of the end, not a part of the step.
        let steepest = along(&space.gradient);
        let proposed = attempt.model.is_none().then(|| along(&space.direction));
        let Some(model) = attempt.model.as_ref().or(proposed.as_ref()) else { return Ok(()) };
        if let Some(halt) = self.arrival.judge(&Standing { loss, gradient, params, models: [model, &steepest] }, still)
        {
            return Err(halt);
        }
        if still {
            return Err(Halt::Stalled {
                cause: self.cause(model, attempt.weights.w[0], params),
                gradient: gradient.into(),
            });
        }
        if attempt.model.is_some() {
            // For the new loss the oracle keeps the vectors it was asked about last: they are to be the attempt's.
            let (vectors, count) = self.vectors(&space.direction);
            oracle.gram(self.curvature, &vectors[..count]);
        }
        Ok(())
    }

    /// What keeps a lane where it is.
    fn cause(&self, model: &QuadraticModel<T>, rate: T, params: T) -> Cause {
        let (rate, lambda) = (rate.abs(), self.damping.lambda());
        let distance = model.extremum_distance();
        let damped = lambda * model.d[(0, 0)] > model.a[(0, 0)].abs();
        if self.rejected >= STALLED_STEPS {
            Cause::Rejected(lambda.into())
        } else if self.arrival.is_quiet() && distance > params {
            Cause::Flat(distance.into())
        } else if damped {
            Cause::Damping(lambda.into())
        } else if u64::from(self.stalled) >= self.steps {
            Cause::NeverMoved(rate.into())
        } else {
            Cause::LearningRate(rate.into())
        }
    }

    /// f′ − f, with more digits where the difference of the two has lost most of its own.
    ///
    /// Residuals that are small beside their terms know f worse than its last digits: a change below [`CANCELLED`] roundings of f would make
    /// ρ noise, and λ run away by it. `rho_floor = 0`, the references' behaviour, leaves the plain difference.
    pub(super) fn actual(
        &self,
        oracle: &mut dyn Oracle<T>,
        trial: &DVector<T>,
        loss: T,
        new_loss: Option<T>,
        change: Option<T>,
    ) -> Option<T> {
        let difference = new_loss? - loss;
        let small = T::of(CANCELLED) * T::default_epsilon() * loss.abs();
        let cancelled = |change: T| change.abs() < small && difference.abs() < small;
        if self.rho_floor <= T::zero() || !change.is_some_and(cancelled) {
            return Some(difference);
        }
        oracle.change(trial).or(Some(difference))
    }

    /// How much of a change of f is lost in rounding, where ΔM is.
    pub(super) fn rounding(&self, loss: T, change: Option<T>) -> Option<T> {
        let rounding = self.rho_floor * T::default_epsilon() * loss.abs();
        change.filter(|change| change.abs() < rounding).map(|_| rounding)
    }
}
