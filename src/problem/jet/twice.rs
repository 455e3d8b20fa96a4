//! Reals with twice the digits of an `f64`.

use std::{
    cmp::Ordering,
    f64,
    ops::{Add, Div, Mul, Neg, Sub},
};

use twofloat::TwoFloat;

use super::Number;

/// Beyond it e^x or e^−x has no room for 32 digits.
const LARGEST_EXPONENT: f64 = 650.0;
/// How often the argument of the series is halved.
const HALVINGS: i32 = 8;
const SHARE: f64 = 1.0 / 256.0;
/// r is at most ln 2/512: the next term is below 1e-38.
const TERMS: i32 = 10;

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

operators!(Add add, Sub sub, Mul mul);

impl Div for Twice {
    type Output = Self;

    /// Long division, digit by digit in `f64`: the quotient of the library is one of 16 digits.
    fn div(self, other: Self) -> Self {
        let first = self.0.hi() / other.0.hi();
        let rest = self.0 - other.0 * first;
        let second = rest.hi() / other.0.hi();
        let rest = rest - other.0 * second;
        let quotient = TwoFloat::new_add(first, second) + rest.hi() / other.0.hi();
        // Of an infinite number, or by one, the rest is not a number.
        Self(if quotient.is_valid() { quotient } else { TwoFloat::from(first) })
    }
}

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

    /// e^x = 2^k·(e^(r/256))^256 with x = k ln 2 + r, by its series: the library divides on the way, see above.
    fn exp(self) -> Self {
        let x = self.get();
        if x.is_nan() || x.abs() >= LARGEST_EXPONENT {
            return Self::of(x.exp());
        }
        let k = (x / f64::consts::LN_2).round();
        let r = (self.0 - twofloat::consts::LN_2 * k) * SHARE;
        // e^r − 1, which keeps its digits as r is small, and e^2r − 1 = (e^r − 1)² + 2(e^r − 1).
        let mut term = Self(r);
        let mut rest = r;
        for n in 2..=TERMS {
            term = term * Self(r) / Self::of(f64::from(n));
            rest += term.0;
        }
        for _ in 0..HALVINGS {
            rest = rest * rest + rest * 2.0;
        }
        Self((rest + 1.0) * k.exp2())
    }

    /// One step of Newton's method from the 16 digits of `f64`.
    fn ln(self) -> Self {
        let x = self.get();
        let near = x.ln();
        if !near.is_finite() {
            return Self::of(near);
        }
        Self((self * Self::of(-near).exp()).0 - 1.0 + near)
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
        let power = Self(self.0.powi(exponent.abs()));
        if exponent < 0 { Self::of(1.0) / power } else { power }
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
        let rest = f64::from((third * Twice::of(3.0) - Twice::of(1.0)).0.abs());
        assert!(rest < 1e-31, "{rest:e}");
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
