//! Reals of jets that carry no derivatives.

use std::{
    cmp::Ordering,
    ops::{Add, Div, Mul, Neg, Sub},
};

use super::{Marks, Number};

/// An `f64` without room for what jets remember: a value alone needs no gap beside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plain(f64);

macro_rules! operators {
    ($($operator:ident $name:ident),*) => {$(
        impl $operator for Plain {
            type Output = Self;

            fn $name(self, other: Self) -> Self {
                Self(self.0.$name(other.0))
            }
        }
    )*};
}

operators!(Add add, Sub sub, Mul mul, Div div);

impl Neg for Plain {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl PartialOrd for Plain {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }
}

/// Nothing moves.
impl Marks for () {
    fn moves(self, _direction: usize) -> bool {
        false
    }

    fn kinked(self) -> bool {
        false
    }

    fn moving(self, _direction: usize) -> Self {}

    fn kink(self) -> Self {}

    fn join(self, _other: Self) -> Self {}
}

impl Number for Plain {
    type Marks = ();

    const EXACTING: bool = false;

    fn of(value: f64) -> Self {
        Self(value)
    }

    fn get(self) -> f64 {
        self.0
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
        Self(self.0.powf(exponent.0))
    }

    fn powi(self, exponent: i32) -> Self {
        Self(self.0.powi(exponent))
    }

    fn is_finite(self) -> bool {
        self.0.is_finite()
    }

    fn abs(self) -> Self {
        Self(self.0.abs())
    }
}
