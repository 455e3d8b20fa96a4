//! Reals that do not overflow.

use std::{
    cmp::Ordering,
    ops::{Add, Div, Mul, Neg, Sub},
};

use super::{Marks, Number};

/// A number of the precision of `f64` and of practically any size: m·2ᵉ.
///
/// It gives e^1000 and what becomes of it (1/(1 + e^1000), ln(1 + e^1000)) their values. Its logarithm is one of an `f64`; e^e^800 is the largest it tells from ∞.
#[derive(Clone, Copy, Debug)]
pub struct Wide {
    /// 0, not finite, or from 1 to 2 but for its sign; any number beside an exponent whose last digit is lost.
    mantissa: f64,
    /// A whole number; an `f64`, as the exponent of e^(1e300) is not an integer's.
    exponent: f64,
}

/// Exponents end here.
const FARTHEST: f64 = 1.5e308;
/// ln 2 in two parts, of which the first has zeros at its end.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// Within these exponents an `f64` is exact.
const EXACT: f64 = 1000.0;

impl Wide {
    fn new(mantissa: f64, exponent: f64) -> Self {
        if mantissa == 0.0 || !mantissa.is_finite() {
            return Self { mantissa, exponent: 0.0 };
        }
        // No bit of so large an exponent is left for the mantissa's size.
        if exponent.abs() > 2f64.powi(52) {
            return Self { mantissa, exponent: exponent.clamp(-FARTHEST, FARTHEST) };
        }
        let (mantissa, exponent) =
            if mantissa.is_subnormal() { (mantissa * 2f64.powi(64), exponent - 64.0) } else { (mantissa, exponent) };
        let bits = mantissa.to_bits();
        let shift = ((bits >> 52) & 0x7ff) as i32 - 1023;
        // The bits of the exponent become those of 1.
        let mantissa = f64::from_bits((bits & !(0x7ff << 52)) | (1023 << 52));
        Self { mantissa, exponent: (exponent + f64::from(shift)).clamp(-FARTHEST, FARTHEST) }
    }

    fn is_small(self) -> bool {
        self.exponent.abs() <= EXACT
    }

    /// A result of `f64`s if it can be trusted.
    fn trusted(value: f64) -> Option<Self> {
        value.is_normal().then(|| Self::of(value))
    }
}

impl Number for Wide {
    type Marks = Trail;

    const EXACTING: bool = true;

    fn of(value: f64) -> Self {
        Self::new(value, 0.0)
    }

    fn get(self) -> f64 {
        if self.exponent > 1023.0 {
            return self.mantissa * f64::INFINITY;
        }
        if self.exponent < -1100.0 {
            return self.mantissa * 0.0;
        }
        let half = (self.exponent / 2.0).floor();
        self.mantissa * 2f64.powi(half as i32) * 2f64.powi((self.exponent - half) as i32)
    }

    fn is_beyond(self) -> bool {
        !self.is_small()
    }

    fn exp(self) -> Self {
        let x = self.get();
        if let Some(value) = Self::trusted(x.exp()) {
            return value;
        }
        if x.is_nan() || !self.mantissa.is_finite() {
            return Self::of(x.exp());
        }
        let x = x.clamp(-f64::MAX, f64::MAX);
        let exponent = (x / std::f64::consts::LN_2).floor().clamp(-FARTHEST, FARTHEST);
        let rest = (-exponent).mul_add(LN_2[1], (-exponent).mul_add(LN_2[0], x));
        Self::new(rest.clamp(-1.0, 1.0).exp(), exponent)
    }

    fn ln(self) -> Self {
        if self.is_small() {
            return Self::of(self.get().ln());
        }
        if self.exponent.abs() >= FARTHEST {
            return Self::of(f64::INFINITY.copysign(self.exponent));
        }
        Self::of(self.exponent.mul_add(std::f64::consts::LN_2, self.mantissa.ln()))
    }

    fn sqrt(self) -> Self {
        if self.is_small() {
            return Self::of(self.get().sqrt());
        }
        let half = (self.exponent / 2.0).floor();
        Self::new((self.mantissa * 2f64.powi((self.exponent - 2.0 * half) as i32)).sqrt(), half)
    }

    fn pow(self, exponent: Self) -> Self {
        let (x, p) = (self.get(), exponent.get());
        let plain = x.powf(p);
        let is_exact = (self.is_small() && exponent.is_small()) && (plain.is_normal() || x == 0.0 || !x.is_finite());
        if is_exact || plain.is_nan() {
            return Self::of(plain);
        }
        if exponent.is_zero() {
            return Self::of(1.0);
        }
        // A whole number so large that it has no last digit is even.
        let is_odd = p.is_finite() && p % 2.0 != 0.0;
        if self.mantissa < 0.0 && p.is_finite() && p.fract() != 0.0 {
            return Self::of(f64::NAN);
        }
        let size = (exponent * self.abs().ln()).exp();
        if self.mantissa < 0.0 && is_odd { -size } else { size }
    }

    fn powi(self, exponent: i32) -> Self {
        self.pow(Self::of(exponent.into()))
    }

    fn is_zero(self) -> bool {
        self.mantissa == 0.0
    }

    fn is_finite(self) -> bool {
        self.mantissa.is_finite()
    }
}

impl PartialEq for Wide {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let by_sign = self.mantissa.partial_cmp(&0.0)?.cmp(&other.mantissa.partial_cmp(&0.0)?);
        let sizes = || {
            if self.exponent - other.exponent == 0.0 || !self.mantissa.is_finite() || !other.mantissa.is_finite() {
                return self.mantissa.partial_cmp(&other.mantissa);
            }
            let order = self.exponent.partial_cmp(&other.exponent)?;
            Some(if self.mantissa < 0.0 { order.reverse() } else { order })
        };
        if by_sign != Ordering::Equal || self.mantissa == 0.0 { Some(by_sign) } else { sizes() }
    }
}

impl Neg for Wide {
    type Output = Self;

    fn neg(self) -> Self {
        Self { mantissa: -self.mantissa, ..self }
    }
}

impl Add for Wide {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let is_plain = |number: Self| number.mantissa == 0.0 || !number.mantissa.is_finite();
        if is_plain(self) || is_plain(other) {
            // A sum with 0, ∞ or NaN needs no common exponent.
            return if other.mantissa == 0.0 {
                self
            } else if self.mantissa == 0.0 {
                other
            } else {
                Self::of(
                    (if self.mantissa.is_finite() { 0.0 } else { self.mantissa })
                        + (if other.mantissa.is_finite() { 0.0 } else { other.mantissa }),
                )
            };
        }
        let (large, small) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let shift = small.exponent - large.exponent;
        if shift < -64.0 {
            return large;
        }
        Self::new(large.mantissa + small.mantissa * 2f64.powi(shift as i32), large.exponent)
    }
}

impl Sub for Wide {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Wide {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self::new(self.mantissa * other.mantissa, self.exponent + other.exponent)
    }
}

impl Div for Wide {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        Self::new(self.mantissa / other.mantissa, self.exponent - other.exponent)
    }
}

/// In which directions a jet moves, and whether it has a kink.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trail(u8);

const KINK: u8 = 1 << 7;

impl Marks for Trail {
    fn moves(self, direction: usize) -> bool {
        self.0 & (1 << direction) != 0
    }

    fn kinked(self) -> bool {
        self.0 & KINK != 0
    }

    fn moving(self, direction: usize) -> Self {
        Self(self.0 | (1 << direction))
    }

    fn kink(self) -> Self {
        Self(self.0 | KINK)
    }

    fn join(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Wide, expected: f64) {
        assert!((found.get() - expected).abs() <= 4e-15 * expected.abs(), "{found:?} instead of {expected}");
    }

    #[test]
    fn what_an_f64_holds_is_held() {
        for value in [0.0, 1.0, -3.25, 1e308, -5e-324, f64::MAX, f64::MIN_POSITIVE] {
            assert_eq!(Wide::of(value).get().to_bits(), value.to_bits());
        }
        assert!(Wide::of(f64::NAN).get().is_nan());
        assert_eq!((Wide::of(f64::INFINITY) + Wide::of(1e300)).get(), f64::INFINITY);
        assert!((Wide::of(f64::INFINITY) - Wide::of(f64::INFINITY)).get().is_nan());
    }

    #[test]
    fn nothing_overflows_on_the_way() {
        let huge = Wide::of(1000.0).exp();
        close(huge.ln(), 1000.0);
        close(Wide::of(1e20).exp().ln(), 1e20);
        close(Wide::of(-1e300).exp().ln(), -1e300);
        close(huge / (Wide::of(1.0) + huge), 1.0);
        close((huge * huge).sqrt().ln(), 1000.0);
        close(huge.pow(Wide::of(-0.001)), (-1f64).exp());
        close((-huge).pow(Wide::of(3.0)).abs().ln(), 3000.0);
        close(huge * Wide::of(-1000.0).exp(), 1.0);
        assert!((-huge).pow(Wide::of(3.0)) < -huge && huge > Wide::of(1e308) && -huge < Wide::of(0.0));
        assert!((-huge).pow(Wide::of(0.5)).get().is_nan());
        // 1/(1 + e^e^1000), whose size nothing can say any more, is 0.
        close(Wide::of(1.0) / (Wide::of(1.0) + huge.exp()), 0.0);
    }
}
