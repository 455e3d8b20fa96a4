//! f on all training data beside f on the batch.

use nalgebra::DVector;

use super::{Quantity, StepRecord};
use crate::{math::Real, problem::Oracle};

/// Records f and ρ on all training data, for watching.
///
/// It steers no step and is charged to nobody. What it keeps is a function of θ, so a checkpoint need not hold it.
#[derive(Clone, Copy, Debug)]
pub(super) struct WholeLoss<T> {
    on: bool,
    /// f on all data where the next step begins, once it is known.
    here: Option<T>,
}

impl<T: Real> WholeLoss<T> {
    pub(super) fn new(on: bool) -> Self {
        Self { on, here: None }
    }

    /// θ is another one now.
    pub(super) fn forget(&mut self) {
        self.here = None;
    }

    /// Notes f on all data at θ and, where the model predicted a `change`, ρ on all data of the move to `trial`.
    pub(super) fn note(
        &mut self,
        oracle: &mut dyn Oracle<T>,
        [theta, trial]: [&DVector<T>; 2],
        change: Option<T>,
        record: &mut StepRecord,
    ) {
        if !self.on {
            return;
        }
        let before = self.here.unwrap_or_else(|| oracle.full_loss(theta));
        let after = oracle.full_loss(trial);
        record.set(Quantity::FullLoss, before);
        if let Some(change) = change {
            record.set(Quantity::FullRho, (after - before) / change);
        }
        self.here = Some(if record.rejected { before } else { after });
    }
}
