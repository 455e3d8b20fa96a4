//! How a problem is minimised: a direction, a step size and a damping rule, composed by one [`step`](Optimiser::step).
//!
//! | name | direction | step size | damping |
//! |---|---|---|---|
//! | SGD | g, with velocity | fixed | none |
//! | Adam | m̂/(√v̂ + ε) | fixed | none |
//! | SGD-QLR | g | minimiser of M | Levenberg–Marquardt |
//! | **AdamQLR** | m̂/(√v̂ + ε) | minimiser of M | Levenberg–Marquardt |
//! | K-FAC | (F̂ + λI)⁻¹g and the previous update | minimiser of M over both | Levenberg–Marquardt |
//!
//! and any other choice of the three is a [`Composition`]. M is the [quadratic model](QuadraticModel) of f around θ.

mod arrival;
mod composition;
mod critical;
mod damping;
mod direction;
mod halt;
mod optimiser;
pub mod presets;
mod quadratic_model;
mod recipe;
mod record;
mod state;
mod step_size;
mod whole;

pub use arrival::STALLED_STEPS;
pub use composition::{Composition, DirectionKind, StepSizeKind};
pub use damping::{Damping, RHO_HIGH, RHO_LOW, Verdict};
pub use direction::{Adam, Direction, Gradient, Kfac, default_estimator};
pub use halt::{Cause, Halt};
pub use optimiser::{Attempt, CALIBRATION_ROUNDS, Calibration, Optimiser, Workspace};
pub use quadratic_model::QuadraticModel;
pub use recipe::{
    Blocks, Coefficient, Curvature, DampingRecipe, DampingRule, DirectionRecipe, Estimator, Inversion, Ratio, Recipe,
    StepSizeRecipe,
};
pub use record::{Cost, Outcome, Quantity, RECORDED_PARAMS, StepRecord};
pub use state::{Restorer, SavedState, Saver, StateError, Visitor};
pub use step_size::{StepSize, Weights};
