//! The first half of a step, as plain data.

use nalgebra::DVector;

use crate::{
    math::Real,
    optim::{Cost, QuadraticModel, Quantity, StepRecord, Verdict, Weights},
    problem::Oracle,
};

/// What a step is about to do, and how well the model foresaw it, before anything is decided.
///
/// The vectors belonging to it, g, d, u = −Vw and θ′, stand in the [`Workspace`](super::Workspace) of the step.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt<T: Real> {
    /// f(θ) on the step's batch.
    pub loss: T,
    /// ‖g‖.
    pub gradient_norm: T,
    /// λ.
    pub lambda: T,
    /// M over the vectors proposed, where something asked for it.
    pub model: Option<QuadraticModel<T>>,
    /// w, with u = −Vw: w₁ is α.
    pub weights: Weights<T>,
    /// μ, where the optimiser has one.
    pub momentum: Option<f64>,
    /// ‖u‖.
    pub update_norm: T,
    /// f(θ′) on the same batch; `None` where nothing asked for it, or where a rule answers its overflow by a rejection.
    pub new_loss: Option<T>,
    /// ΔM, with or without λ as the optimiser's ratio has it.
    pub predicted: Option<T>,
    /// f′ − f, with more digits than the difference of the two where the oracle has them.
    pub actual: Option<T>,
    /// ρ = (f′ − f)/ΔM.
    pub rho: Option<T>,
    /// How much of a change of f rounding hides, where it hides the one predicted: ρ is then lost.
    pub rounding: Option<T>,
    /// What λ₀ was found from, at the first step of an optimiser that calibrates.
    pub calibration: Option<Calibration<T>>,
    /// What it cost.
    pub cost: Cost,
}

/// How λ₀ was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration<T> {
    /// The λ it began with.
    pub from: T,
    /// It gave up before λ stayed.
    pub unsettled: bool,
}

impl<T: Real> Attempt<T> {
    /// f′; along vectors whose curvature was asked for, the oracle knows a shorter way.
    pub(super) fn loss_at(&self, oracle: &mut dyn Oracle<T>, trial: &DVector<T>) -> T {
        match &self.model {
            Some(model) => oracle.loss_along(trial, &self.weights.w.as_slice()[..model.vectors]),
            None => oracle.loss(trial),
        }
    }

    /// Notes its quantities.
    pub(super) fn note(&self, record: &mut StepRecord) {
        use Quantity as Q;
        let mut set = |quantity, value: Option<T>| {
            if let Some(value) = value {
                record.set(quantity, value);
            }
        };
        set(Q::Loss, Some(self.loss));
        set(Q::GradNorm, Some(self.gradient_norm));
        set(Q::NewLoss, self.new_loss);
        set(Q::LearningRate, Some(self.weights.w[0]));
        set(Q::Damping, Some(self.lambda));
        set(Q::ModelLearningRate, self.weights.model_learning_rate);
        set(Q::ModelChange, self.predicted);
        set(Q::Rho, self.rho);
        set(Q::UpdateNorm, Some(self.update_norm));
        if let Some(model) = &self.model {
            set(Q::Curvature, Some(model.curvature(self.lambda)));
            set(Q::GradDotDirection, Some(model.b[0]));
            set(Q::DirectionCurvature, Some(model.a[(0, 0)]));
            set(Q::DirectionSquaredNorm, Some(model.d[(0, 0)]));
            if model.vectors == 2 {
                set(Q::CrossCurvature, Some(model.a[(0, 1)]));
                set(Q::PreviousCurvature, Some(model.a[(1, 1)]));
                set(Q::CrossProduct, Some(model.d[(0, 1)]));
                set(Q::PreviousSquaredNorm, Some(model.d[(1, 1)]));
                set(Q::GradDotPrevious, Some(model.b[1]));
            }
        }
        if let Some(momentum) = self.momentum {
            record.set(Q::Momentum, momentum);
        }
        record.lost = self.rounding.is_some() && self.rho.is_some();
        record.cost = self.cost;
        if let Some(Calibration { from, unsettled }) = self.calibration {
            (record.calibrated_from, record.calibration_unsettled) = (Some(from.into()), unsettled);
        }
    }
}

impl<T: Real> Verdict<T> {
    /// Notes λ′, and whether the step is undone.
    pub(super) fn note(&self, record: &mut StepRecord) {
        record.set(Quantity::NextDamping, self.next);
        record.rejected = self.rejected;
    }
}
