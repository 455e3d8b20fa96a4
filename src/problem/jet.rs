//! Numbers that carry derivatives along two directions, so that functions written once are differentiated as they are computed.
//!
//! A jet of `f64` follows the ordinary rules, as fast as they go. A jet of [`Wide`] has no overflow and, at zeros, the rules that the ordinary ones
//! hide behind 0·∞: it is asked where the ordinary one ends in something that is not finite, and where something on the way is so large
//! (`LARGE`) that what underflows elsewhere could matter beside it: h″ of a negative power of e^500 is 0 in `f64`, and times two rates
//! of e^500 it is not.

mod functions;
mod number;
mod plain;
mod power;
mod twice;
mod wide;

use std::{
    array,
    ops::{Add, Div, Mul, Neg, Sub},
};

pub use number::{Marks, Number, Unmarked};
pub use plain::Plain;
pub(crate) use power::LARGEST_WHOLE;
pub use twice::Twice;
pub use wide::{Trail, Wide};

/// Numbers in ordinary formulas are smaller. A derivative that underflows, below 1e-308, and two such rates make less than 1e-108.
pub(crate) const LARGE: f64 = 1e100;

/// Whether a plain number may be what underflow left of another one, in a place where that could matter.
fn is_doubtful<R: Number>(x: R) -> bool {
    !R::EXACTING && x.abs() < R::of(1.0 / LARGE)
}

/// A value, its rates along N directions and, with M = 1, the second derivative along two.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Jet<R: Number, const N: usize, const M: usize> {
    /// The value.
    pub value: R,
    /// What it depends on.
    marks: R::Marks,
    /// ∂/∂u and, where there is a second direction, ∂/∂v.
    pub rates: [R; N],
    /// ∂²/∂u∂v.
    pub bend: [R; M],
}

impl<R: Number, const N: usize, const M: usize> Jet<R, N, M> {
    /// A number that nothing moves.
    pub fn constant(value: R) -> Self {
        let zero = R::of(0.0);
        Self { value, rates: [zero; N], bend: [zero; M], marks: R::Marks::default() }
    }

    /// A variable that moves at these rates.
    pub fn variable(value: f64, rates: [f64; N]) -> Self {
        let mut marks = R::Marks::default();
        for (direction, &rate) in rates.iter().enumerate() {
            marks = if rate == 0.0 { marks } else { marks.moving(direction) };
        }
        Self { rates: rates.map(R::of), marks, ..Self::constant(R::of(value)) }
    }

    /// Whether the value and every derivative is finite.
    pub fn is_finite(self) -> bool {
        self.value.is_finite() && self.rates.iter().chain(&self.bend).all(|part| part.is_finite())
    }

    /// Whether it depends on anything that moves.
    fn moves(self) -> bool {
        (0..N).any(|direction| self.marks.moves(direction))
    }

    /// Whether it moves in both directions.
    fn moves_both(self) -> bool {
        self.marks.moves(0) && self.marks.moves(1)
    }

    /// h(self), from h, h′ and h″ there.
    fn chain(self, value: R, first: impl FnOnce() -> R, second: impl FnOnce() -> R) -> Self {
        if N == 0 {
            return Self::constant(value);
        }
        let slope = first();
        let rates = array::from_fn(|i| if self.marks.moves(i) { slope * self.rates[i] } else { R::of(0.0) });
        let mut bend = self.bend;
        if M == 1 {
            bend[0] = if self.moves_both() {
                second() * self.rates[0] * self.rates[1] + vanishing(slope, self.largest_rate(), self.bend[0])
            } else {
                R::of(0.0)
            };
        }
        Self { value, rates, bend, marks: self.marks }
    }

    /// h(self), from h, h′ and h″/h′ there: h″ itself may be too small for a number where its product with the rates is not.
    fn chain_by(self, value: R, first: impl FnOnce() -> R, relative: impl FnOnce() -> R) -> Self {
        if N == 0 {
            return Self::constant(value);
        }
        let slope = first();
        let mut jet = self.chain(value, || slope, || R::of(0.0));
        if M == 1 && self.moves_both() {
            jet.bend[0] =
                jet.rates[0] * (relative() * self.rates[1]) + vanishing(slope, self.largest_rate(), self.bend[0]);
        }
        jet
    }

    /// h(self, other), from h, its two first and three second derivatives there: of a, of b; of aa, of ab, of bb.
    fn chain_two(self, other: Self, value: R, first: impl FnOnce() -> [R; 2], second: impl FnOnce() -> [R; 3]) -> Self {
        if N == 0 {
            return Self::constant(value);
        }
        let (a, b) = (self, other);
        let [of_a, of_b] = first();
        let when = |moves: bool, part: R| if moves { part } else { R::of(0.0) };
        let rates =
            array::from_fn(|i| when(a.marks.moves(i), of_a * a.rates[i]) + when(b.marks.moves(i), of_b * b.rates[i]));
        let mut bend = a.bend;
        if M == 1 {
            let [aa, ab, bb] = second();
            bend[0] = when(a.moves_both(), aa * a.rates[0] * a.rates[1] + of_a * a.bend[0])
                + when(a.marks.moves(0) && b.marks.moves(1), ab * a.rates[0] * b.rates[1])
                + when(a.marks.moves(1) && b.marks.moves(0), ab * a.rates[1] * b.rates[0])
                + when(b.moves_both(), bb * b.rates[0] * b.rates[1] + of_b * b.bend[0]);
        }
        Self { value, rates, bend, marks: a.marks.join(b.marks) }
    }

    /// A number that is finite if, and only if, all rates are.
    fn largest_rate(self) -> R {
        self.rates.iter().fold(R::of(0.0), |sum, &rate| sum + rate.abs())
    }
}

/// factor·rate, a part of (ab)′ = a·b′ + a′·b. Where a is 0 and a′ finite, (ab)′ = a′·b whatever b′ is, as long as b is continuous.
fn vanishing<R: Number>(factor: R, own_rate: R, rate: R) -> R {
    if R::EXACTING && factor.is_zero() && own_rate.is_finite() { R::of(0.0) } else { factor * rate }
}

impl<R: Number, const N: usize, const M: usize> Neg for Jet<R, N, M> {
    type Output = Self;

    fn neg(self) -> Self {
        Self { value: -self.value, rates: self.rates.map(R::neg), bend: self.bend.map(R::neg), marks: self.marks }
    }
}

impl<R: Number, const N: usize, const M: usize> Add for Jet<R, N, M> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            rates: array::from_fn(|i| self.rates[i] + other.rates[i]),
            bend: array::from_fn(|i| self.bend[i] + other.bend[i]),
            marks: self.marks.join(other.marks),
        }
    }
}

impl<R: Number, const N: usize, const M: usize> Sub for Jet<R, N, M> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            rates: array::from_fn(|i| self.rates[i] - other.rates[i]),
            bend: array::from_fn(|i| self.bend[i] - other.bend[i]),
            marks: self.marks.join(other.marks),
        }
    }
}

impl<R: Number, const N: usize, const M: usize> Mul for Jet<R, N, M> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (a, b) = (self, other);
        let rates =
            array::from_fn(|i| vanishing(a.value, a.rates[i], b.rates[i]) + vanishing(b.value, b.rates[i], a.rates[i]));
        let mut bend = a.bend;
        if M == 1 {
            bend[0] = vanishing(a.value, a.largest_rate(), b.bend[0])
                + crossed(a, b)
                + crossed(b, a)
                + vanishing(b.value, b.largest_rate(), a.bend[0]);
        }
        Self { value: a.value * b.value, rates, bend, marks: a.marks.join(b.marks) }
    }
}

/// ∂a/∂u·∂b/∂v.
fn crossed<R: Number, const N: usize, const M: usize>(a: Jet<R, N, M>, b: Jet<R, N, M>) -> R {
    if a.marks.moves(0) && b.marks.moves(1) { a.rates[0] * b.rates[1] } else { R::of(0.0) }
}

impl<R: Number, const N: usize, const M: usize> Div for Jet<R, N, M> {
    type Output = Self;

    /// From q·b = a: q′ = (a′ − q·b′)/b, which squares nothing and so overflows only where a or b do.
    fn div(self, other: Self) -> Self {
        let (a, b) = (self, other);
        let value = if is_doubtful(b.value) { R::of(f64::NAN) } else { a.value / b.value };
        let rates = array::from_fn(|i| (a.rates[i] - vanishing(value, a.rates[i], b.rates[i])) / b.value);
        let mut quotient = Self { value, rates, bend: a.bend, marks: a.marks.join(b.marks) };
        if M == 1 {
            let rest = vanishing(value, quotient.largest_rate(), b.bend[0]);
            quotient.bend[0] = (a.bend[0] - crossed(quotient, b) - crossed(b, quotient) - rest) / b.value;
        }
        quotient
    }
}

impl<R: Number, const N: usize, const M: usize> Add<f64> for Jet<R, N, M> {
    type Output = Self;

    fn add(self, other: f64) -> Self {
        Self { value: self.value + R::of(other), ..self }
    }
}

impl<R: Number, const N: usize, const M: usize> Sub<f64> for Jet<R, N, M> {
    type Output = Self;

    fn sub(self, other: f64) -> Self {
        Self { value: self.value - R::of(other), ..self }
    }
}

impl<R: Number, const N: usize, const M: usize> Mul<f64> for Jet<R, N, M> {
    type Output = Self;

    fn mul(self, other: f64) -> Self {
        let factor = R::of(other);
        let scaled = |part: R| part * factor;
        Self { value: self.value * factor, rates: self.rates.map(scaled), bend: self.bend.map(scaled), ..self }
    }
}

impl<R: Number, const N: usize, const M: usize> Div<f64> for Jet<R, N, M> {
    type Output = Self;

    fn div(self, other: f64) -> Self {
        let divisor = R::of(other);
        let scaled = |part: R| part / divisor;
        Self { value: self.value / divisor, rates: self.rates.map(scaled), bend: self.bend.map(scaled), ..self }
    }
}
