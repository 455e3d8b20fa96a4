//! Hidden units.

use crate::math::Real;

/// φ, applied elementwise. Its derivatives are given by its value a = φ(z), so that z need not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// max(0, z); its derivative at 0 is taken as 0.
    Relu,
    /// tanh z.
    Tanh,
    /// 1/(1 + e⁻ᶻ).
    Sigmoid,
    /// ln(1 + eᶻ).
    Softplus,
    /// z.
    Identity,
}

impl Activation {
    /// φ(z).
    #[inline]
    pub fn value<T: Real>(self, z: T) -> T {
        match self {
            Self::Relu => relu(z),
            Self::Tanh => z.tanh(),
            Self::Sigmoid => sigmoid(z),
            // ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|) does not overflow.
            Self::Softplus => z.max(T::zero()) + (-z.abs()).exp().ln_1p(),
            Self::Identity => z,
        }
    }

    /// z ← φ(z), elementwise.
    #[inline]
    pub(super) fn apply<T: Real>(self, values: &mut [T]) {
        match self {
            // A branch per slice, not per element, lets the common case be vectorised.
            Self::Relu => values.iter_mut().for_each(|z| *z = relu(*z)),
            _ => values.iter_mut().for_each(|z| *z = self.value(*z)),
        }
    }

    /// φ′(z), from a = φ(z).
    #[inline]
    pub fn slope<T: Real>(self, a: T) -> T {
        match self {
            Self::Relu => {
                if a > T::zero() {
                    T::one()
                } else {
                    T::zero()
                }
            }
            Self::Tanh => T::one() - a * a,
            Self::Sigmoid => a * (T::one() - a),
            // φ′ = σ(z) = 1 − e^−φ(z).
            Self::Softplus => -(-a).exp_m1(),
            Self::Identity => T::one(),
        }
    }

    /// φ″(z), from a = φ(z).
    #[inline]
    pub fn bend<T: Real>(self, a: T) -> T {
        match self {
            Self::Relu | Self::Identity => T::zero(),
            Self::Tanh => -T::of(2.0) * a * (T::one() - a * a),
            Self::Sigmoid => a * (T::one() - a) * (T::one() - a - a),
            Self::Softplus => {
                let slope = self.slope(a);
                slope * (T::one() - slope)
            }
        }
    }

    /// Whether φ″ is 0 wherever it exists.
    pub fn is_piecewise_linear(self) -> bool {
        matches!(self, Self::Relu | Self::Identity)
    }
}

/// Written so that NaN stays NaN.
#[inline]
fn relu<T: Real>(z: T) -> T {
    if z < T::zero() { T::zero() } else { z }
}

fn sigmoid<T: Real>(z: T) -> T {
    // e^−|z| does not overflow.
    let tail = (-z.abs()).exp();
    let upper = T::one() / (T::one() + tail);
    if z < T::zero() { tail * upper } else { upper }
}

#[cfg(test)]
mod tests {
    use super::Activation::{Identity, Relu, Sigmoid, Softplus, Tanh};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn slope_and_bend_are_the_derivatives(z in -4.0f64..4.0) {
            prop_assume!(z.abs() > 1e-3);
            let h = 1e-5;
            for phi in [Relu, Tanh, Sigmoid, Softplus, Identity] {
                let slope = |z: f64| phi.slope(phi.value(z));
                prop_assert!((slope(z) - (phi.value(z + h) - phi.value(z - h)) / (2.0 * h)).abs() < 1e-8);
                prop_assert!((phi.bend(phi.value(z)) - (slope(z + h) - slope(z - h)) / (2.0 * h)).abs() < 1e-8);
            }
        }

        #[test]
        fn nothing_overflows(z in prop::num::f64::NORMAL) {
            for phi in [Tanh, Sigmoid, Softplus] {
                let a = phi.value(z);
                prop_assert!(a.is_finite() && phi.slope(a).is_finite() && phi.bend(a).is_finite());
            }
        }
    }

    #[test]
    fn the_kink_of_relu_has_slope_zero() {
        assert!(Relu.slope(Relu.value(0.0f64)).abs() < f64::EPSILON);
    }
}
