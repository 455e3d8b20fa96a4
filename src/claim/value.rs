//! What a number is known to be while a run goes on.

use super::expression::{Arithmetic, Comparison, Function};

/// A number of a run: known, absent, or open as long as steps are missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// It was not computed, or is not finite.
    Absent,
    /// It is this.
    Known(f64),
    /// It will be between these, or perhaps absent.
    Open {
        /// The least it can be.
        low: f64,
        /// The most it can be.
        high: f64,
        /// Whether it may turn out absent.
        perhaps_absent: bool,
    },
}

impl Value {
    /// Nothing is known yet.
    pub(super) const UNKNOWN: Self = Self::Open { low: f64::NEG_INFINITY, high: f64::INFINITY, perhaps_absent: true };

    /// A number, absent where it is not finite.
    pub(super) fn of(number: f64) -> Self {
        if number.is_finite() { Self::Known(number) } else { Self::Absent }
    }

    /// Between two numbers.
    pub(super) fn between(low: f64, high: f64, perhaps_absent: bool) -> Self {
        if low >= high && !perhaps_absent { Self::of(low) } else { Self::Open { low, high, perhaps_absent } }
    }

    /// The number, if it is known.
    pub fn known(self) -> Option<f64> {
        if let Self::Known(number) = self { Some(number) } else { None }
    }

    /// Between which numbers, and whether it may be absent; `None` where it is absent.
    fn bounds(self) -> Option<(f64, f64, bool)> {
        match self {
            Self::Absent => None,
            Self::Known(number) => Some((number, number, false)),
            Self::Open { low, high, perhaps_absent } => Some((low, high, perhaps_absent)),
        }
    }

    pub(super) fn negative(self) -> Self {
        match self {
            Self::Absent => Self::Absent,
            Self::Known(number) => Self::Known(-number),
            Self::Open { low, high, perhaps_absent } => Self::Open { low: -high, high: -low, perhaps_absent },
        }
    }

    pub(super) fn apply(self, function: Function) -> Self {
        match (self, function) {
            (Self::Known(number), Function::Abs) => Self::of(number.abs()),
            (Self::Known(number), Function::Log10) => Self::of(number.log10()),
            (Self::Absent, _) => Self::Absent,
            (Self::Open { low, high, perhaps_absent }, Function::Abs) => {
                let least = if low > 0.0 { low } else { (-high).max(0.0) };
                Self::Open { low: least, high: low.abs().max(high.abs()), perhaps_absent }
            }
            (Self::Open { .. }, Function::Log10) => Self::UNKNOWN,
        }
    }

    pub(super) fn joined(self, arithmetic: Arithmetic, other: Self) -> Self {
        if let (Self::Known(a), Self::Known(b)) = (self, other) {
            return Self::of(match arithmetic {
                Arithmetic::Add => a + b,
                Arithmetic::Subtract => a - b,
                Arithmetic::Multiply => a * b,
                Arithmetic::Divide => a / b,
                Arithmetic::Power => a.powf(b),
            });
        }
        let (Some((low, high, absent)), Some((from, to, missing))) = (self.bounds(), other.bounds()) else {
            return Self::Absent;
        };
        let perhaps_absent = absent || missing;
        let (low, high) = match (arithmetic, other) {
            (Arithmetic::Add, _) => (low + from, high + to),
            (Arithmetic::Subtract, _) => (low - to, high - from),
            // By a factor the order stays or turns; anything else is left open.
            (Arithmetic::Multiply, Self::Known(by)) if by > 0.0 => (low * by, high * by),
            (Arithmetic::Multiply, _) if low >= high && low > 0.0 => (low * from, low * to),
            (Arithmetic::Divide, Self::Known(by)) if by > 0.0 => (low / by, high / by),
            _ => return Self::UNKNOWN,
        };
        if low.is_nan() || high.is_nan() { Self::UNKNOWN } else { Self::Open { low, high, perhaps_absent } }
    }

    /// Whether the comparison holds, as far as that is certain. A number that is absent makes it false.
    pub(super) fn compare(self, comparison: Comparison, other: Self) -> Option<bool> {
        let (Some((low, high, absent)), Some((from, to, missing))) = (self.bounds(), other.bounds()) else {
            return Some(false);
        };
        let (always, never) = match comparison {
            Comparison::Less => (high < from, low >= to),
            Comparison::AtMost => (high <= from, low > to),
            Comparison::More => (low > to, high <= from),
            Comparison::AtLeast => (low >= to, high < from),
            Comparison::Equal => (low >= high && from >= to && low >= from && low <= from, high < from || low > to),
            Comparison::Different => (high < from || low > to, low >= high && from >= to && low >= from && low <= from),
        };
        match (always, never) {
            (_, true) => Some(false),
            (true, _) if !absent && !missing => Some(true),
            _ => None,
        }
    }
}
