//! How a problem is minimised: a direction, a step size and a damping rule, composed by one `step`.

pub mod presets;
mod recipe;
mod record;

pub use recipe::{
    Coefficient, Curvature, DampingRecipe, DampingRule, DirectionRecipe, Estimator, Inversion, Ratio, Recipe,
    StepSizeRecipe,
};
pub use record::{Cost, Outcome, Quantity, RECORDED_PARAMS, StepRecord};
