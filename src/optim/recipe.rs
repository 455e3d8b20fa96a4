//! What an optimiser is made of, as plain data: one choice for each slot of the frame
//! *direction + step size + damping*.

pub use crate::problem::{Curvature, Estimator};

/// How K-FAC inverts a damped block A ⊗ G + λI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inversion {
    /// (A + π√λ I)⁻¹ ⊗ (G + √λ/π I)⁻¹: damping shared between the factors.
    PiFactored,
    /// Exactly, in the eigenbases of A and G.
    Eigen,
}

/// What K-FAC's matrix is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// One block a layer, each a Kronecker product A ⊗ G.
    Kronecker,
    /// One block over all parameters, C itself: damped Newton (Gauss–Newton), for small problems.
    Full,
}

/// Whether ΔM in ρ = Δf/ΔM includes ½λ‖δ‖².
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ratio {
    /// It does (the paper's AdamQLR).
    Damped,
    /// It does not (K-FAC as kfac-jax runs it).
    Undamped,
}

/// A coefficient of a proposed vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coefficient {
    /// A constant.
    Fixed(f64),
    /// Whatever minimises the quadratic model.
    Adaptive,
}

/// Where to go.
#[derive(Clone, Debug, PartialEq)]
pub enum DirectionRecipe {
    /// u ← μu + g.
    Gradient {
        /// μ.
        momentum: f64,
    },
    /// m̂ / (√(v̂ + ε_root) + ε).
    Adam {
        /// β₁, the decay of the mean of gradients.
        beta1: f64,
        /// β₂, the decay of the mean of squared gradients.
        beta2: f64,
        /// ε, outside the root.
        eps: f64,
        /// ε_root, inside the root.
        eps_root: f64,
    },
    /// (F̂ + λI)⁻¹g.
    Kfac {
        /// γ of the factors' weighted average.
        ema: f64,
        /// `None`: exact up to 32 outputs, sampled above.
        estimator: Option<Estimator>,
        /// How a damped block is inverted.
        inversion: Inversion,
        /// What the matrix is made of.
        blocks: Blocks,
        /// Inverses refresh at steps 1, 1+k, 1+2k, …
        inverse_interval: u64,
        /// c: Δ is scaled by min(1, √(c/(α²Δᵀg))).
        norm_constraint: Option<f64>,
    },
}

/// How far.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSizeRecipe {
    /// α.
    pub learning_rate: Coefficient,
    /// μ, of the previous update, which is proposed beside the direction unless μ is fixed at 0.
    pub momentum: Coefficient,
    /// Use |κ| for α.
    pub saddle_free: bool,
    /// Clip α to [−c, c].
    pub clip: Option<f64>,
    /// Then multiply it by this.
    pub amplification: f64,
    /// Then average it: ᾱ ← e·ᾱ + (1−e)·α.
    pub ema: f64,
}

/// How λ follows the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DampingRule {
    /// Lower λ when ρ > 3/4, raise it when ρ < 1/4.
    LevenbergMarquardt,
    /// Lower λ when the loss did not rise, else reject the step and raise λ.
    DecreasingLoss,
    /// λ stays.
    Constant,
    /// λ = 0.
    None,
}

/// λ.
#[derive(Clone, Debug, PartialEq)]
pub struct DampingRecipe {
    /// How it follows the steps.
    pub rule: DampingRule,
    /// λ₀.
    pub initial: f64,
    /// ω_dec.
    pub decrease: f64,
    /// ω_inc.
    pub increase: f64,
    /// λ_min.
    pub min: f64,
    /// λ_max.
    pub max: Option<f64>,
    /// T: λ adapts at steps T, 2T, … by the T-th power of its factors.
    pub interval: u64,
    /// A ρ that is not a number raises λ (K-FAC) instead of leaving it.
    pub raise_if_undefined: bool,
    /// Reject a step whose loss rises, and multiply λ by this besides.
    pub reject: Option<f64>,
    /// Find λ₀ at the first step, as the fixed point of the rule.
    pub calibrate: bool,
}

/// An optimiser: direction + step size + damping, and what the quadratic model is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Where to go.
    pub direction: DirectionRecipe,
    /// How far.
    pub step_size: StepSizeRecipe,
    /// How much to distrust the model.
    pub damping: DampingRecipe,
    /// C of the model. `None`: Fisher where the problem has outputs or residuals, else the Hessian.
    pub curvature: Option<Curvature>,
    /// What ρ is measured against.
    pub ratio: Ratio,
    /// Compute κ, ΔM and ρ even where the optimiser does not need them.
    pub monitor: bool,
    /// Record f on all training data before each step, and ρ on them, for watching: neither is charged.
    pub monitor_all: bool,
    /// Where |ΔM| is below so many ε·|f|, ρ is lost in rounding and λ stays; 0: never.
    pub rho_floor: f64,
    /// A gradient of so small a share of the start's may be the end; 0: none is.
    pub tolerance: f64,
}

impl Recipe {
    /// Whether a step depends on λ. Along g or Adam's direction one of fixed size does not, and a rejected one would only be tried
    /// again.
    pub fn uses_damping(&self) -> bool {
        let coefficients = [self.step_size.learning_rate, self.step_size.momentum];
        matches!(self.direction, DirectionRecipe::Kfac { .. }) || coefficients.contains(&Coefficient::Adaptive)
    }
}
