//! Any direction with any step size and any damping rule: one choice for each slot of the frame.

use super::recipe::{
    Blocks,
    Coefficient::{Adaptive, Fixed},
    DampingRecipe, DampingRule, DirectionRecipe, Inversion, Ratio, Recipe, StepSizeRecipe,
};

/// Where to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectionKind {
    /// g.
    Gradient,
    /// m̂ / (√v̂ + ε).
    Adam,
    /// (F̂ + λI)⁻¹g.
    Kfac,
}

/// How far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepSizeKind {
    /// Coefficients given beforehand.
    Fixed,
    /// Coefficients that minimise the quadratic model.
    Minimiser,
}

/// A direction, a step size and a damping rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Composition {
    /// Where to go.
    pub direction: DirectionKind,
    /// How far.
    pub step_size: StepSizeKind,
    /// How λ follows the steps.
    pub damping: DampingRule,
}

impl DirectionKind {
    /// Every direction, in the order shown.
    pub const ALL: [Self; 3] = [Self::Gradient, Self::Adam, Self::Kfac];

    fn recipe(self) -> DirectionRecipe {
        match self {
            Self::Gradient => DirectionRecipe::Gradient { momentum: 0.0 },
            Self::Adam => DirectionRecipe::Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8, eps_root: 0.0 },
            Self::Kfac => DirectionRecipe::Kfac {
                ema: 0.95,
                estimator: None,
                inversion: Inversion::PiFactored,
                blocks: Blocks::Kronecker,
                inverse_interval: 1,
                norm_constraint: None,
            },
        }
    }

    /// α where it is fixed and not given: customary for the gradient and Adam; the damped Newton step for K-FAC.
    fn learning_rate(self) -> f64 {
        match self {
            Self::Gradient => 0.01,
            Self::Adam => 1e-3,
            Self::Kfac => 1.0,
        }
    }
}

impl StepSizeKind {
    /// Every step size, in the order shown.
    pub const ALL: [Self; 2] = [Self::Fixed, Self::Minimiser];
}

impl Composition {
    /// Whether anything in it [depends on λ](Recipe::uses_damping).
    pub fn uses_damping(self) -> bool {
        self.recipe().uses_damping()
    }

    /// What it is made of. Every part brings the values of the optimiser it is known from: AdamQLR's damping for the gradient and
    /// Adam, K-FAC's damping, ratio and adaptive momentum for K-FAC.
    pub fn recipe(self) -> Recipe {
        let kfac = self.direction == DirectionKind::Kfac;
        Recipe {
            direction: self.direction.recipe(),
            step_size: self.step_size_recipe(),
            damping: match self.damping {
                DampingRule::None => no_damping(),
                rule if kfac => DampingRecipe { rule, raise_if_undefined: true, ..damping(1.0, 0.9, 1.0 / 0.9) },
                rule => DampingRecipe { rule, ..damping(1e-3, 0.5, 2.0) },
            },
            curvature: None,
            ratio: if kfac { Ratio::Undamped } else { Ratio::Damped },
            monitor: false,
            monitor_all: false,
            rho_floor: 16.0,
            tolerance: 1e-10,
        }
    }

    fn step_size_recipe(self) -> StepSizeRecipe {
        let (learning_rate, momentum) = match (self.step_size, self.direction) {
            (StepSizeKind::Fixed, direction) => (Fixed(direction.learning_rate()), Fixed(0.0)),
            (StepSizeKind::Minimiser, DirectionKind::Kfac) => (Adaptive, Adaptive),
            (StepSizeKind::Minimiser, _) => (Adaptive, Fixed(0.0)),
        };
        StepSizeRecipe { learning_rate, momentum, saddle_free: false, clip: None, amplification: 1.0, ema: 0.0 }
    }
}

/// Levenberg–Marquardt damping with these λ₀, ω_dec and ω_inc.
pub(super) fn damping(initial: f64, decrease: f64, increase: f64) -> DampingRecipe {
    DampingRecipe {
        rule: DampingRule::LevenbergMarquardt,
        initial,
        decrease,
        increase,
        min: 1e-8,
        max: None,
        interval: 1,
        raise_if_undefined: false,
        reject: None,
        calibrate: false,
    }
}

/// λ = 0.
pub(super) fn no_damping() -> DampingRecipe {
    DampingRecipe { rule: DampingRule::None, ..damping(0.0, 1.0, 1.0) }
}
