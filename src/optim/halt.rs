//! Why an optimiser takes no more steps.

use nalgebra::DVector;

use super::{Outcome, damping::smallest_normal};
use crate::{math::Real, problem::Problem};

/// Why no step can be taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Halt {
    /// ‖g‖² is 0, or so small that the products of a step underflow.
    ZeroGradient,
    /// So many steps in a row left every parameter as it was.
    Stalled(u32),
    /// Something is not finite.
    NotFinite {
        /// What.
        quantity: &'static str,
        /// The value found.
        value: f64,
        /// Which component, of a vector.
        index: Option<usize>,
    },
    /// A damped factor of K-FAC has no inverse.
    Singular,
}

impl Halt {
    /// The outcome of a lane that stops at step `step`.
    pub fn outcome<T: Real>(self, step: u64, problem: &dyn Problem<T>) -> Outcome {
        match self {
            Self::ZeroGradient => Outcome::Converged("the gradient is zero".to_owned()),
            Self::Stalled(steps) => Outcome::Converged(format!("no parameter changed in the last {steps} steps")),
            Self::Singular => {
                Outcome::Diverged(format!("a damped curvature factor has no finite inverse at step {step}"))
            }
            Self::NotFinite { quantity, value, index } => {
                let value = if value.is_nan() { "not a number" } else { "infinite" };
                let place = index.map_or(String::new(), |index| format!(" at {}", problem.parameter_name(index)));
                Outcome::Diverged(format!("{quantity}{place} is {value} at step {step}"))
            }
        }
    }
}

/// Products of numbers below this lose precision in a step: √(smallest normal number)/ε.
pub(super) fn negligible_norm<T: Real>() -> T {
    smallest_normal::<T>().sqrt() / T::default_epsilon()
}

/// Passes a finite number.
pub(super) fn finite<T: Real>(quantity: &'static str, value: T) -> Result<(), Halt> {
    if value.is_finite() { Ok(()) } else { Err(Halt::NotFinite { quantity, value: value.into(), index: None }) }
}

/// Passes a vector of finite numbers.
pub(super) fn all_finite<T: Real>(quantity: &'static str, vector: &DVector<T>) -> Result<(), Halt> {
    match vector.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(Halt::NotFinite { quantity, value: vector[index].into(), index: Some(index) }),
    }
}

/// ‖vector‖, if every component is finite: one quick pass, and a second one only where squares overflow.
pub(super) fn norm<T: Real>(quantity: &'static str, vector: &DVector<T>) -> Result<T, Halt> {
    let squared = vector.norm_squared();
    if squared.is_finite() {
        return Ok(squared.sqrt());
    }
    all_finite(quantity, vector)?;
    let largest = vector.amax();
    let scaled = vector.iter().fold(T::zero(), |sum, &value| sum + (value / largest) * (value / largest));
    Ok(largest * scaled.sqrt())
}
