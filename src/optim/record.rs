//! What one step did: plain numbers, and how a lane ended.

use arrayvec::ArrayVec;

use super::critical::{MAXIMUM, SADDLE};
use crate::math::Real;

/// Parameters are recorded step by step only for problems of at most this many.
pub const RECORDED_PARAMS: usize = 16;

/// A real quantity of a step; the columns of a history and the fields of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Quantity {
    /// f(θ) before the step, on the step's batch.
    Loss,
    /// f(θ′) after the step, on the same batch.
    NewLoss,
    /// α, as used.
    LearningRate,
    /// μ, the coefficient of the previous update.
    Momentum,
    /// λ, as used in this step.
    Damping,
    /// λ′, what the rule made of it.
    NextDamping,
    /// ρ = (f′ − f)/ΔM.
    Rho,
    /// ΔM, the change of f that the quadratic model predicts.
    ModelChange,
    /// κ = dᵀ(C + λI)d.
    Curvature,
    /// gᵀd.
    GradDotDirection,
    /// ‖g‖.
    GradNorm,
    /// ‖θ′ − θ‖, of the attempt if it was rejected.
    UpdateNorm,
    /// dᵀCd, without λ.
    DirectionCurvature,
    /// ‖d‖².
    DirectionSquaredNorm,
    /// α* as the model gives it, before a clip, an amplification or an average.
    ModelLearningRate,
    /// dᵀCp, p the previous update.
    CrossCurvature,
    /// pᵀCp.
    PreviousCurvature,
    /// dᵀp.
    CrossProduct,
    /// ‖p‖².
    PreviousSquaredNorm,
    /// gᵀp.
    GradDotPrevious,
    /// f(θ) before the step, on all training data or without noise; where `monitor_all` asks for it.
    FullLoss,
    /// The change of that f over ΔM, the same prediction as in ρ; where `monitor_all` asks for it.
    FullRho,
}

impl Quantity {
    /// Every quantity, in the order of the columns.
    pub const ALL: [Self; 22] = [
        Self::Loss,
        Self::NewLoss,
        Self::LearningRate,
        Self::Momentum,
        Self::Damping,
        Self::NextDamping,
        Self::Rho,
        Self::ModelChange,
        Self::Curvature,
        Self::GradDotDirection,
        Self::GradNorm,
        Self::UpdateNorm,
        Self::DirectionCurvature,
        Self::DirectionSquaredNorm,
        Self::ModelLearningRate,
        Self::CrossCurvature,
        Self::PreviousCurvature,
        Self::CrossProduct,
        Self::PreviousSquaredNorm,
        Self::GradDotPrevious,
        Self::FullLoss,
        Self::FullRho,
    ];
}

/// What a step cost, counted in evaluations on its batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Losses without a gradient.
    pub losses: u32,
    /// Losses with their gradient.
    pub gradients: u32,
    /// Curvature–vector products (one JVP or HVP each).
    pub products: u32,
    /// Matrices factorised or inverted.
    pub factorisations: u32,
}

impl Cost {
    /// The cost in gradient-equivalents: a gradient counts 1, a product 1, a loss alone ½
    /// (one forward pass against a forward and a backward one). Factorisations do not depend on the batch and count nothing here.
    pub fn evaluations(self) -> f64 {
        f64::from(self.gradients) + f64::from(self.products) + 0.5 * f64::from(self.losses)
    }
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.losses = self.losses.saturating_add(other.losses);
        self.gradients = self.gradients.saturating_add(other.gradients);
        self.products = self.products.saturating_add(other.products);
        self.factorisations = self.factorisations.saturating_add(other.factorisations);
    }
}

/// Everything one step did. A quantity that was not computed is `None`, and none is ever NaN or infinite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepRecord {
    /// Steps are counted from 1.
    pub step: u64,
    values: [f64; Quantity::ALL.len()],
    present: u32,
    /// θ and the direction's state stayed as they were.
    pub rejected: bool,
    /// The predicted change is so small beside f that ρ is lost in rounding; λ stayed.
    pub lost: bool,
    /// What this step cost.
    pub cost: Cost,
    /// θ after the step, where there are at most [`RECORDED_PARAMS`].
    pub params: ArrayVec<f64, RECORDED_PARAMS>,
    /// The λ that `calibrate` started from, on the first step only.
    pub calibrated_from: Option<f64>,
    /// Calibration did not settle; on the first step only.
    pub calibration_unsettled: bool,
}

impl StepRecord {
    /// An empty record of step `step`.
    pub fn new(step: u64) -> Self {
        Self { step, ..Self::default() }
    }

    /// Makes it an empty record of step `step`, in place: a copy of it all would cost as much as a small step.
    pub fn reset(&mut self, step: u64) {
        let Self { step: own, values, present, rejected, lost, cost, params, calibrated_from, calibration_unsettled } =
            self;
        (*own, *values, *present, *cost) = (step, [0.0; Quantity::ALL.len()], 0, Cost::default());
        (*rejected, *lost, *calibration_unsettled) = (false, false, false);
        *calibrated_from = None;
        params.clear();
    }

    /// Notes θ after the step, where it is short.
    #[inline]
    pub(super) fn note_params<T: Real>(&mut self, theta: &[T]) {
        if theta.len() <= RECORDED_PARAMS {
            self.params.extend(theta.iter().map(|&value| value.into()));
        }
    }

    /// A quantity, if the step computed it.
    #[inline]
    pub fn get(&self, quantity: Quantity) -> Option<f64> {
        (self.present >> quantity as u32 & 1 == 1).then(|| self.values[quantity as usize])
    }

    /// Notes a quantity; a non-finite one is left out, so that absent is never NaN.
    #[inline]
    pub fn set(&mut self, quantity: Quantity, value: impl Into<f64>) {
        let value = value.into();
        if value.is_finite() {
            self.values[quantity as usize] = value;
            self.present |= 1 << quantity as u32;
        }
    }
}

/// How a lane ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// All steps asked for were taken.
    Finished,
    /// The gradient has vanished, or is small and nothing is left to gain; the reason says which.
    Converged(String),
    /// Nothing moves any more though the gradient is not small; the reason says what keeps it.
    Stalled(String),
    /// Something became non-finite; the reason names it. The last good iterate is kept.
    Diverged(String),
}

impl Outcome {
    /// `finished`, `converged`, `stalled` or `diverged`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Converged(_) => "converged",
            Self::Stalled(_) => "stalled",
            Self::Diverged(_) => "diverged",
        }
    }

    /// Why, where there is something to say.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Finished => None,
            Self::Converged(reason) | Self::Stalled(reason) | Self::Diverged(reason) => Some(reason),
        }
    }

    /// Whether it arrived where f has no minimum, as far as that was looked at: its reason begins with what it is.
    pub fn is_at_no_minimum(&self) -> bool {
        matches!(self, Self::Converged(reason) if [MAXIMUM, SADDLE].iter().any(|place| reason.starts_with(place)))
    }

    /// Whether it came to nothing.
    pub fn failed(&self) -> bool {
        matches!(self, Self::Stalled(_) | Self::Diverged(_))
    }
}
