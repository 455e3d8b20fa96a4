//! Reals with twice the digits of an `f64`.

use std::{
    cmp::Ordering,
    ops::{Add, Div, Mul, Neg, Sub},
};

use twofloat::TwoFloat;

use super::Number;

/// The sum of two `f64`, about 32 digits, without room for what jets remember.
///
/// A function that is known to 16 digits only is not a number here: what comes of it would look more exact than it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Twice(TwoFloat);

macro_rules! operators {
    ($($operator:ident $name:ident),*) => {$(
        impl $operator for Twice {
            type Output = Self;

            fn $name(self, other: Self) -> Self {
                Self(self.0.$name(other.0))
            }
        }
    )*};
}

operators!(Add add, Sub sub, Mul mul, Div div);

impl Neg for Twice {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl PartialOrd for Twice {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }
}

impl Twice {
    /// x, if it is a whole number that a power may have as its exponent.
    fn whole(self) -> Option<i32> {
        let x = self.get();
        (Self::of(x) == self && x.abs() <= super::LARGEST_WHOLE && x.fract() == 0.0).then_some(x as i32)
    }
}

impl Number for Twice {
    type Marks = ();

    const EXACTING: bool = false;

    fn of(value: f64) -> Self {
        Self(TwoFloat::from(value))
    }

    fn get(self) -> f64 {
        // Of an overflow the second part is not a number.
        if self.0.hi().is_finite() && !self.0.is_valid() { f64::NAN } else { self.0.hi() }
    }

    fn is_beyond(self) -> bool {
        false
    }

    fn exp(self) -> Self {
        Self(self.0.exp())
    }

    fn ln(self) -> Self {
        Self(self.0.ln())
    }

    fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }

    fn pow(self, exponent: Self) -> Self {
        match exponent.whole() {
            Some(whole) => self.powi(whole),
            None if self.is_zero() => self.via(|_| f64::NAN),
            None => (self.ln() * exponent).exp(),
        }
    }

    fn powi(self, exponent: i32) -> Self {
        Self(self.0.powi(exponent))
    }

    fn via(self, _function: impl FnOnce(f64) -> f64) -> Self {
        Self::of(f64::NAN)
    }

    fn is_finite(self) -> bool {
        self.get().is_finite()
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{E, LN_10, SQRT_2};

    use super::*;

    /// Beyond the 16 digits of an `f64`: x known to 32 digits, as two numbers.
    fn close(found: Twice, high: f64, low: f64) {
        let expected = TwoFloat::new_add(high, low);
        let error = ((found.0 - expected) / expected).abs();
        assert!(f64::from(error) < 1e-29, "{found:?} instead of {expected:?}");
    }

    #[test]
    fn functions_have_twice_the_digits() {
        let third = Twice::of(1.0) / Twice::of(3.0);
        assert!(f64::from((third * Twice::of(3.0) - Twice::of(1.0)).0.abs()) < 1e-31);
        // e, √2 and ln 10, each as its nearest `f64` and the rest.
        close(Twice::of(1.0).exp(), E, 1.445_646_891_729_250_2e-16);
        close(Twice::of(2.0).sqrt(), SQRT_2, -9.667_293_313_452_913e-17);
        close(Twice::of(10.0).ln(), LN_10, -2.170_756_223_382_249_4e-16);
        close(Twice::of(2.0).pow(Twice::of(0.5)), SQRT_2, -9.667_293_313_452_913e-17);
        close(Twice::of(-3.0).pow(Twice::of(-2.0)) * Twice::of(9.0), 1.0, 0.0);
    }

    #[test]
    fn what_is_known_to_16_digits_only_is_not_a_number() {
        assert!(Twice::of(1.0).via(f64::sin).get().is_nan());
        assert!(Twice::of(-2.0).pow(Twice::of(0.5)).get().is_nan());
        for overflow in [Twice::of(1e308) * Twice::of(10.0), Twice::of(1000.0).exp(), Twice::of(f64::NAN)] {
            assert!(!overflow.is_finite(), "{overflow:?}");
        }
    }
}
