//! Why an optimiser takes no more steps.

use nalgebra::DVector;

use super::{Outcome, STALLED_STEPS, critical, damping::smallest_normal};
use crate::{
    math::Real,
    problem::{Oracle, Problem},
};

/// Why no step can be taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Halt {
    /// ‖g‖² is 0, or so small that the products of a step underflow.
    ZeroGradient,
    /// ‖g‖ is within the tolerance, and nothing is left to gain.
    SmallGradient {
        /// ‖g‖/‖g₀‖.
        share: f64,
        /// The largest one that is small.
        tolerance: f64,
    },
    /// Steps in a row left every parameter as it was, and nothing is left to gain within the precision of f and θ.
    Still {
        /// ‖g‖/‖g₀‖.
        share: f64,
    },
    /// Steps in a row left every parameter as it was, though there is something to gain.
    Stalled {
        /// What keeps the lane where it is.
        cause: Cause,
        /// ‖g‖.
        gradient: f64,
    },
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

/// What keeps a lane where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause {
    /// No step of the lane has moved it; α.
    NeverMoved(f64),
    /// Every step was rejected; λ.
    Rejected(f64),
    /// λ outweighs the curvature and makes the steps too small.
    Damping(f64),
    /// α makes the steps too small.
    LearningRate(f64),
    /// The gradient has all but vanished, but the model's extremum is this far away.
    Flat(f64),
}

impl Halt {
    /// The outcome of a lane that stops at θ, at step `step`.
    pub fn outcome<T: Real>(
        self,
        step: u64,
        problem: &dyn Problem<T>,
        oracle: &mut dyn Oracle<T>,
        theta: &DVector<T>,
    ) -> Outcome {
        let arrived = |reason: String, oracle: &mut dyn Oracle<T>| {
            let curvature = critical::negative_curvature(problem, oracle, theta);
            Outcome::Converged(match curvature {
                Some(curvature) => format!("{curvature}: {reason}"),
                None => reason,
            })
        };
        match self {
            Self::ZeroGradient => arrived("the gradient is zero".to_owned(), oracle),
            Self::SmallGradient { share, tolerance } => {
                let (share, tolerance) = (short(share), short(tolerance));
                arrived(format!("the gradient is {share} of the start's (tolerance {tolerance})"), oracle)
            }
            Self::Still { share } => {
                let share = short(share);
                let reason =
                    format!("the steps are below the precision of f and θ; the gradient is {share} of the start's");
                arrived(reason, oracle)
            }
            Self::Stalled { cause, gradient } => Outcome::Stalled(stalled(cause, gradient)),
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

fn stalled(cause: Cause, gradient: f64) -> String {
    let gradient = short(gradient);
    match cause {
        Cause::NeverMoved(rate) => {
            format!("never moved: α {} makes steps below the precision of θ; ‖g‖ is {gradient}", short(rate))
        }
        Cause::Rejected(lambda) => {
            format!("the last {STALLED_STEPS} steps were all rejected, up to λ {}; ‖g‖ is {gradient}", short(lambda))
        }
        Cause::Damping(lambda) => {
            format!("λ {} makes steps smaller than θ's precision; ‖g‖ is {gradient}", short(lambda))
        }
        Cause::LearningRate(rate) => {
            format!("α {} makes steps smaller than θ's precision; ‖g‖ is {gradient}", short(rate))
        }
        Cause::Flat(distance) => {
            format!("f is flat here: ‖g‖ is {gradient}, but the model's extremum is {} away", short(distance))
        }
    }
}

/// Two digits, as in `3e22` or `2.5e-11`; plain where that is as short.
fn short(value: f64) -> String {
    let plain = value.abs() <= 0.0 || (0.01..1000.0).contains(&value.abs());
    let text = if plain { format!("{value:.2}") } else { format!("{value:.1e}") };
    match text.split_once('e') {
        Some((digits, exponent)) => format!("{}e{exponent}", digits.strip_suffix(".0").unwrap_or(digits)),
        None => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let pairs = [
            (3.1e22, "3.1e22"),
            (3e22, "3e22"),
            (26.04, "26.04"),
            (0.5, "0.5"),
            (1e-10, "1e-10"),
            (0.0, "0"),
            (7.0, "7"),
        ];
        for (value, text) in pairs {
            assert_eq!(short(value), text);
        }
    }
}
