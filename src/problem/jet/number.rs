//! The reals that jets are made of.

use std::{
    fmt::Debug,
    ops::{Add, Div, Mul, Neg, Sub},
};

/// A real number with the functions that all others are made of.
pub trait Number:
    Copy
    + Debug
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// What a jet remembers of how it came about.
    type Marks: Marks;

    /// Whether zeros have rules of their own, instead of 0·∞.
    const EXACTING: bool;

    /// This number.
    fn of(value: f64) -> Self;

    /// The nearest `f64`: infinite where it is too large for one.
    fn get(self) -> f64;

    /// Whether it is a number other than 0 that an `f64` cannot hold.
    fn is_beyond(self) -> bool;

    /// eˣ.
    #[must_use]
    fn exp(self) -> Self;

    /// The natural logarithm.
    #[must_use]
    fn ln(self) -> Self;

    /// √x.
    #[must_use]
    fn sqrt(self) -> Self;

    /// xᵖ, also of negative x where p is a whole number.
    #[must_use]
    fn pow(self, exponent: Self) -> Self;

    /// xᵏ.
    #[must_use]
    fn powi(self, exponent: i32) -> Self;

    /// A function of an `f64`.
    #[must_use]
    fn via(self, function: impl FnOnce(f64) -> f64) -> Self {
        Self::of(function(self.get()))
    }

    /// A function of an `f64`, and what it is where argument or result are too large for one.
    #[must_use]
    fn extended(self, function: impl FnOnce(f64) -> f64, beyond: impl FnOnce(Self) -> Self) -> Self {
        let value = self.via(function);
        if Self::EXACTING && (self.is_beyond() || !value.is_finite()) { beyond(self) } else { value }
    }

    /// Whether it is 0.
    fn is_zero(self) -> bool {
        self == Self::of(0.0)
    }

    /// Whether it is neither infinite nor NaN.
    fn is_finite(self) -> bool;

    /// |x|.
    #[must_use]
    fn abs(self) -> Self {
        if self < Self::of(0.0) { -self } else { self }
    }

    /// −1, 0 or 1.
    #[must_use]
    fn sign(self) -> Self {
        let zero = Self::of(0.0);
        if self > zero {
            Self::of(1.0)
        } else if self < zero {
            Self::of(-1.0)
        } else {
            self
        }
    }
}

/// What a jet depends on.
pub trait Marks: Copy + Debug + Default + Send + Sync {
    /// Whether it changes along a direction, be it at rate 0.
    fn moves(self, direction: usize) -> bool;

    /// Whether a derivative was chosen where there is none, at a kink.
    fn kinked(self) -> bool;

    /// That it changes along a direction.
    #[must_use]
    fn moving(self, direction: usize) -> Self;

    /// That it has a kink here.
    #[must_use]
    fn kink(self) -> Self;

    /// Of what depends on both.
    #[must_use]
    fn join(self, other: Self) -> Self;
}

/// Nothing is remembered: everything may move.
///
/// In its place a jet has a gap between its value and its rates. They are written one by one; read in pairs, as compilers like to, each
/// read would have to wait for both writes to reach the cache.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(16))]
pub struct Unmarked;

impl Marks for Unmarked {
    fn moves(self, _direction: usize) -> bool {
        true
    }

    fn kinked(self) -> bool {
        false
    }

    fn moving(self, _direction: usize) -> Self {
        self
    }

    fn kink(self) -> Self {
        self
    }

    fn join(self, _other: Self) -> Self {
        self
    }
}

impl Number for f64 {
    type Marks = Unmarked;

    const EXACTING: bool = false;

    fn of(value: f64) -> Self {
        value
    }

    fn get(self) -> f64 {
        self
    }

    fn is_beyond(self) -> bool {
        false
    }

    fn exp(self) -> Self {
        Self::exp(self)
    }

    fn ln(self) -> Self {
        Self::ln(self)
    }

    fn sqrt(self) -> Self {
        Self::sqrt(self)
    }

    fn pow(self, exponent: Self) -> Self {
        self.powf(exponent)
    }

    fn powi(self, exponent: i32) -> Self {
        Self::powi(self, exponent)
    }

    fn is_finite(self) -> bool {
        Self::is_finite(self)
    }

    fn abs(self) -> Self {
        Self::abs(self)
    }
}
