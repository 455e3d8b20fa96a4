//! The optimisers by name. Each says in its body what it is: a direction, a step size, a damping rule.

use super::{
    composition::{
        Composition,
        DirectionKind::{self, Adam, Gradient, Kfac},
        StepSizeKind::{self, Fixed, Minimiser},
        damping, no_damping,
    },
    recipe::{
        DampingRule::{self, LevenbergMarquardt, None},
        Recipe,
    },
};

/// SGD: the gradient, a fixed step size, no damping.
pub fn sgd() -> Recipe {
    compose(Gradient, Fixed, None)
}

/// Adam: its direction, a fixed step size, no damping.
pub fn adam() -> Recipe {
    compose(Adam, Fixed, None)
}

/// SGD-QLR: the gradient, the model's minimiser, Levenberg–Marquardt damping.
pub fn sgdqlr() -> Recipe {
    compose(Gradient, Minimiser, LevenbergMarquardt)
}

/// AdamQLR (untuned): **Adam's direction, the quadratic model's step size, Levenberg–Marquardt damping**.
pub fn adamqlr() -> Recipe {
    compose(Adam, Minimiser, LevenbergMarquardt)
}

/// K-FAC: its direction and the previous update, the model's minimiser over both, Levenberg–Marquardt damping.
pub fn kfac() -> Recipe {
    compose(Kfac, Minimiser, LevenbergMarquardt)
}

/// Any other choice of the three.
pub fn compose(direction: DirectionKind, step_size: StepSizeKind, damping: DampingRule) -> Recipe {
    Composition { direction, step_size, damping }.recipe()
}

/// The paper's values from which its tuning starts: slower damping from a larger λ₀.
pub fn tuned(recipe: Recipe) -> Recipe {
    Recipe { damping: damping(1.0, 0.95, 1.0526), ..recipe }
}

/// Without damping: λ = 0 throughout, and no second loss.
pub fn without_damping(recipe: Recipe) -> Recipe {
    Recipe { damping: no_damping(), ..recipe }
}
