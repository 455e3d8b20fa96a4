//! Powers, and what they are at 0.

use std::array;

use super::{Jet, Marks, Number, is_doubtful};

/// Whole exponents up to this have rules for every base.
pub(crate) const LARGEST_WHOLE: f64 = 1e4;

impl<R: Number, const N: usize, const M: usize> Jet<R, N, M> {
    /// xᵏ, k a whole number: of every x.
    #[must_use]
    pub fn powi(self, exponent: i32) -> Self {
        let (x, k) = (self.value, f64::from(exponent));
        match exponent {
            0 => Self::constant(R::of(1.0)),
            1 => self,
            2 => self * self,
            _ => self.chain(
                x.powi(exponent),
                || R::of(k) * x.powi(exponent - 1),
                || R::of(k * (k - 1.0)) * x.powi(exponent - 2),
            ),
        }
    }

    /// xᵖ: of x ≥ 0, and of x < 0 where p is a whole number.
    #[must_use]
    pub fn powf(self, exponent: f64) -> Self {
        let (x, p) = (self.value, exponent);
        if p == 0.0 {
            return Self::constant(R::of(1.0));
        }
        let rooted = p > 0.0 && p < 1.0 && is_doubtful(x);
        let value = if rooted { R::of(f64::NAN) } else { x.pow(R::of(p)) };
        // One power is enough, as long as it is one that can be divided by x.
        let usable = !x.is_zero() && !value.is_zero() && value.is_finite();
        let first = || R::of(p) * if usable { value / x } else { x.pow(R::of(p - 1.0)) };
        let second = || R::of(p * (p - 1.0)) * if usable { value / x / x } else { x.pow(R::of(p - 2.0)) };
        if R::EXACTING && x.is_zero() && p > 0.0 {
            return self.powf_at_zero(p, first(), second());
        }
        self.chain(value, first, second)
    }

    /// |x|ᵖ.
    #[must_use]
    pub fn abs_powf(self, exponent: f64) -> Self {
        if self.value < R::of(0.0) { (-self).powf(exponent) } else { self.powf(exponent) }
    }

    /// xᵖ at x = 0, p > 0.
    ///
    /// Where x stands still there, it is O(t²) along the path, for it is smooth and either stays above 0 or only |x| counts. So xᵖ is O(t²ᵖ):
    /// it has the derivative 0 for p > ½ and the second derivative 0 for p > 1; for p = ½ it is the tip of a cone, whose derivative is
    /// taken as 0, as that of |x| is. Below, and where x itself has a kink, there is none.
    fn powf_at_zero(self, p: f64, first: R, second: R) -> Self {
        let (zero, none) = (R::of(0.0), R::of(f64::NAN));
        let stands = |i: usize| self.rates[i].is_zero();
        let kinked = self.marks.kinked();
        let is_root = p - 0.5 == 0.0;
        let rates = array::from_fn(|i| {
            if !self.marks.moves(i) {
                zero
            } else if p > 1.0 || !stands(i) {
                first * self.rates[i]
            } else if p >= 0.5 && !kinked {
                zero
            } else {
                none
            }
        });
        let mut bend = self.bend;
        if M == 1 {
            bend[0] = if !self.moves_both() {
                zero
            } else if p > 2.0 {
                second * self.rates[0] * self.rates[1] + super::vanishing(first, self.largest_rate(), self.bend[0])
            } else if stands(0) && stands(1) {
                if (p > 1.0 || is_root) && !kinked { zero } else { none }
            } else {
                second * self.rates[0] * self.rates[1] + super::vanishing(first, self.largest_rate(), self.bend[0])
            };
        }
        Self { value: zero, rates, bend, marks: self.marks }.at_tip(is_root)
    }

    fn at_tip(self, tip: bool) -> Self {
        if tip { Self { marks: self.marks.kink(), ..self } } else { self }
    }

    /// cˣ.
    #[must_use]
    pub fn exponential(self, base: f64) -> Self {
        self.exponential_of(R::of(base))
    }

    /// cˣ of c > 0, from c and ln c.
    #[must_use]
    pub fn growth(self, base: f64, ln: f64) -> Self {
        let (value, ln) = (R::of(base).pow(self.value), R::of(ln));
        self.chain(value, || value * ln, || value * ln * ln)
    }

    fn exponential_of(self, base: R) -> Self {
        let (zero, none, x) = (R::of(0.0), R::of(f64::NAN), self.value);
        let value = base.pow(x);
        if base > zero {
            let ln = base.ln();
            return self.chain(value, || value * ln, || value * ln * ln);
        }
        // 0ˣ is 0 on the whole right side. The powers of a negative number are a number here and there.
        let rate = if base.is_zero() && x > zero { zero } else { none };
        self.chain(value, || rate, || rate)
    }

    /// aᵇ: of a > 0, of a = 0 with b ≥ 0, and of a < 0 where b is a whole number.
    #[must_use]
    pub fn pow(self, other: Self) -> Self {
        if R::EXACTING && !other.moves() {
            let p = other.value.get();
            return if p.fract() == 0.0 && p.abs() <= LARGEST_WHOLE { self.powi(p as i32) } else { self.powf(p) };
        }
        if R::EXACTING && !self.moves() {
            return other.exponential_of(self.value);
        }
        let (a, b) = (self.value, other.value);
        let (zero, one, none) = (R::of(0.0), R::of(1.0), R::of(f64::NAN));
        let value = if is_doubtful(a) && b > zero && b < one { none } else { a.pow(b) };
        if a > zero {
            let inverse = one / a;
            let share = value * inverse;
            let of_a = share * b;
            // ln is asked for only where derivatives are.
            let ln = || a.ln();
            return self.chain_two(
                other,
                value,
                || [of_a, value * ln()],
                || {
                    let ln = ln();
                    [of_a * (b - one) * inverse, share * (one + b * ln), value * ln * ln]
                },
            );
        }
        let of_a = if b.is_zero() { zero } else { b * a.pow(b - one) };
        let of_aa = if b.is_zero() || b == one { zero } else { b * (b - one) * a.pow(b - one - one) };
        if a.is_zero() && b > zero {
            // a^(b−1)·(1 + b ln a) as a → 0.
            let of_ab = if b > one { zero } else { R::of(f64::NEG_INFINITY) };
            return self.chain_two(other, value, || [of_a, zero], || [of_aa, of_ab, zero]);
        }
        self.chain_two(other, value, || [of_a, none], || [of_aa, none, none])
    }
}
