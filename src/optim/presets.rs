//! The optimisers by name. Each says in its body what it is: a direction, a step size, a damping rule.

use super::recipe::{
    Coefficient::{Adaptive, Fixed},
    DampingRecipe, DampingRule, DirectionRecipe, Inversion, Ratio, Recipe, StepSizeRecipe,
};

/// SGD: the gradient, a fixed step size, no damping.
pub fn sgd() -> Recipe {
    undamped(gradient(), fixed(0.01))
}

/// Adam: its direction, a fixed step size, no damping.
pub fn adam() -> Recipe {
    undamped(adam_direction(), fixed(1e-3))
}

/// SGD-QLR: the gradient, the model's minimiser, Levenberg–Marquardt damping.
pub fn sgdqlr() -> Recipe {
    Recipe { damping: levenberg_marquardt(1e-3, 0.5, 2.0), ..undamped(gradient(), minimiser()) }
}

/// AdamQLR (untuned): **Adam's direction, the quadratic model's step size, Levenberg–Marquardt damping**.
pub fn adamqlr() -> Recipe {
    Recipe { damping: levenberg_marquardt(1e-3, 0.5, 2.0), ..undamped(adam_direction(), minimiser()) }
}

/// K-FAC: its direction and the previous update, the model's minimiser over both, Levenberg–Marquardt damping.
pub fn kfac() -> Recipe {
    Recipe {
        direction: DirectionRecipe::Kfac {
            ema: 0.95,
            estimator: None,
            inversion: Inversion::PiFactored,
            inverse_interval: 1,
            norm_constraint: None,
        },
        step_size: StepSizeRecipe { momentum: Adaptive, ..minimiser() },
        damping: DampingRecipe { raise_if_undefined: true, ..levenberg_marquardt(1.0, 0.9, 1.0 / 0.9) },
        curvature: None,
        ratio: Ratio::Undamped,
        monitor: false,
    }
}

/// The paper's values from which its tuning starts: slower damping from a larger λ₀.
pub fn tuned(recipe: Recipe) -> Recipe {
    Recipe { damping: levenberg_marquardt(1.0, 0.95, 1.0526), ..recipe }
}

/// Without damping: λ = 0 throughout, and no second loss.
pub fn without_damping(recipe: Recipe) -> Recipe {
    Recipe { damping: no_damping(), ..recipe }
}

fn undamped(direction: DirectionRecipe, step_size: StepSizeRecipe) -> Recipe {
    Recipe { direction, step_size, damping: no_damping(), curvature: None, ratio: Ratio::Damped, monitor: false }
}

fn gradient() -> DirectionRecipe {
    DirectionRecipe::Gradient { momentum: 0.0 }
}

fn adam_direction() -> DirectionRecipe {
    DirectionRecipe::Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8, eps_root: 0.0 }
}

fn fixed(learning_rate: f64) -> StepSizeRecipe {
    StepSizeRecipe { learning_rate: Fixed(learning_rate), ..minimiser() }
}

fn minimiser() -> StepSizeRecipe {
    StepSizeRecipe {
        learning_rate: Adaptive,
        momentum: Fixed(0.0),
        saddle_free: false,
        clip: None,
        amplification: 1.0,
        ema: 0.0,
    }
}

fn levenberg_marquardt(initial: f64, decrease: f64, increase: f64) -> DampingRecipe {
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

fn no_damping() -> DampingRecipe {
    DampingRecipe { rule: DampingRule::None, ..levenberg_marquardt(0.0, 1.0, 1.0) }
}
