//! The elementary functions with their first and second derivatives.

use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10};

use super::{Jet, Marks, Number, is_doubtful};

/// 1/(1 + e⁻ˣ), without overflow.
fn sigmoid<R: Number>(x: R) -> R {
    let (one, small) = (R::of(1.0), (-x.abs()).exp());
    if x < R::of(0.0) { small / (one + small) } else { one / (one + small) }
}

/// Its derivative: (1 − s)s, without the loss of 1 − s.
fn sigmoid_slope<R: Number>(x: R) -> R {
    let small = (-x.abs()).exp();
    let sum = R::of(1.0) + small;
    small / (sum * sum)
}

/// √(a² + b²).
fn length<R: Number>(a: R, b: R) -> R {
    if R::EXACTING { (a * a + b * b).sqrt() } else { R::of(a.get().hypot(b.get())) }
}

impl<R: Number, const N: usize, const M: usize> Jet<R, N, M> {
    /// The same value and derivatives, at a kink if it is one.
    fn kink_if(self, kink: bool) -> Self {
        if kink { Self { marks: self.marks.kink(), ..self } } else { self }
    }

    /// sin x.
    #[must_use]
    pub fn sin(self) -> Self {
        let x = self.value;
        let value = x.via(f64::sin);
        self.chain(value, || x.via(f64::cos), || -value)
    }

    /// cos x.
    #[must_use]
    pub fn cos(self) -> Self {
        let x = self.value;
        let value = x.via(f64::cos);
        self.chain(value, || -x.via(f64::sin), || -value)
    }

    /// tan x.
    #[must_use]
    pub fn tan(self) -> Self {
        let t = self.value.via(f64::tan);
        let slope = R::of(1.0) + t * t;
        self.chain(t, || slope, || (t + t) * slope)
    }

    /// The inverse of sin.
    #[must_use]
    pub fn asin(self) -> Self {
        let x = self.value;
        let slope = R::of(1.0) / ((R::of(1.0) - x) * (R::of(1.0) + x)).sqrt();
        self.chain(x.via(f64::asin), || slope, || x * slope * slope * slope)
    }

    /// The inverse of cos.
    #[must_use]
    pub fn acos(self) -> Self {
        let x = self.value;
        let slope = R::of(1.0) / ((R::of(1.0) - x) * (R::of(1.0) + x)).sqrt();
        self.chain(x.via(f64::acos), || -slope, || -x * slope * slope * slope)
    }

    /// The inverse of tan.
    #[must_use]
    pub fn atan(self) -> Self {
        let x = self.value;
        let slope = R::of(1.0) / (R::of(1.0) + x * x);
        self.chain(x.via(f64::atan), || slope, || -(x + x) * slope * slope)
    }

    /// sinh x.
    #[must_use]
    pub fn sinh(self) -> Self {
        let [sinh, cosh] = [sinh(self.value), cosh(self.value)];
        self.chain(sinh, || cosh, || sinh)
    }

    /// cosh x.
    #[must_use]
    pub fn cosh(self) -> Self {
        let [sinh, cosh] = [sinh(self.value), cosh(self.value)];
        self.chain(cosh, || sinh, || cosh)
    }

    /// tanh x; its derivative, 1 − tanh² x, is four times that of the sigmoid at 2x.
    #[must_use]
    pub fn tanh(self) -> Self {
        let x = self.value;
        let value = x.via(f64::tanh);
        let slope = || R::of(4.0) * sigmoid_slope(x + x);
        self.chain(value, slope, || -(value + value) * slope())
    }

    /// The inverse of sinh.
    #[must_use]
    pub fn asinh(self) -> Self {
        let x = self.value;
        let value = x.extended(f64::asinh, |x| x.sign() * (x.abs().ln() + R::of(LN_2)));
        let slope = || R::of(1.0) / length(R::of(1.0), x);
        self.chain(value, slope, || -x * slope() * slope() * slope())
    }

    /// The inverse of cosh.
    #[must_use]
    pub fn acosh(self) -> Self {
        let x = self.value;
        let value = x.extended(f64::acosh, |x| x.ln() + R::of(LN_2));
        let slope = || R::of(1.0) / ((x - R::of(1.0)).sqrt() * (x + R::of(1.0)).sqrt());
        self.chain(value, slope, || -x * slope() * slope() * slope())
    }

    /// The inverse of tanh.
    #[must_use]
    pub fn atanh(self) -> Self {
        let x = self.value;
        let slope = || R::of(1.0) / ((R::of(1.0) - x) * (R::of(1.0) + x));
        self.chain(x.via(f64::atanh), slope, || (x + x) * slope() * slope())
    }

    /// eˣ.
    #[must_use]
    pub fn exp(self) -> Self {
        let value = self.value.exp();
        self.chain(value, || value, || value)
    }

    /// eˣ − 1, exact for small x.
    #[must_use]
    pub fn expm1(self) -> Self {
        let x = self.value;
        self.chain(x.extended(f64::exp_m1, |x| x.exp() - R::of(1.0)), || x.exp(), || x.exp())
    }

    /// The natural logarithm.
    #[must_use]
    pub fn ln(self) -> Self {
        self.logarithm(self.value.ln(), 1.0)
    }

    /// ln(1 + x), exact for small x.
    #[must_use]
    pub fn log1p(self) -> Self {
        let x = self.value;
        let slope = R::of(1.0) / (R::of(1.0) + x);
        self.chain_by(x.extended(f64::ln_1p, |x| (R::of(1.0) + x).ln()), || slope, || -slope)
    }

    /// The logarithm to base 2.
    #[must_use]
    pub fn log2(self) -> Self {
        self.logarithm(self.value.extended(f64::log2, |x| x.ln() / R::of(LN_2)), LN_2)
    }

    /// The logarithm to base 10.
    #[must_use]
    pub fn log10(self) -> Self {
        self.logarithm(self.value.extended(f64::log10, |x| x.ln() / R::of(LN_10)), LN_10)
    }

    fn logarithm(self, value: R, unit: f64) -> Self {
        let x = self.value;
        let slope = R::of(1.0) / (x * R::of(unit));
        let value = if is_doubtful(x) { R::of(f64::NAN) } else { value };
        self.chain_by(value, || slope, || R::of(-1.0) / x)
    }

    /// √x.
    #[must_use]
    pub fn sqrt(self) -> Self {
        if R::EXACTING && self.value.is_zero() {
            return self.powf(0.5);
        }
        let x = self.value;
        let value = x.sqrt();
        let slope = R::of(0.5) / value;
        self.chain_by(value, || slope, || R::of(-0.5) / x)
    }

    /// ∛x, of negative x too.
    #[must_use]
    pub fn cbrt(self) -> Self {
        let x = self.value;
        let value = x.extended(f64::cbrt, |x| x.sign() * x.abs().pow(R::of(1.0 / 3.0)));
        let slope = R::of(1.0) / (R::of(3.0) * value * value);
        self.chain_by(value, || slope, || R::of(-2.0 / 3.0) / x)
    }

    /// |x|; at 0 its derivative is 0, the middle of its slopes.
    #[must_use]
    pub fn abs(self) -> Self {
        let x = self.value;
        self.chain(x.abs(), || x.sign(), || R::of(0.0)).kink_if(x.is_zero())
    }

    /// −1, 0 or 1; its derivative is 0.
    #[must_use]
    pub fn sign(self) -> Self {
        Self::constant(self.value.sign())
    }

    /// The whole number below; its derivative is 0.
    #[must_use]
    pub fn floor(self) -> Self {
        Self::constant(if self.value.is_beyond() && !(self.value.get() == 0.0) {
            self.value
        } else {
            self.value.via(f64::floor)
        })
    }

    /// The whole number above; its derivative is 0.
    #[must_use]
    pub fn ceil(self) -> Self {
        Self::constant(-(-self).floor().value)
    }

    /// The error function.
    #[must_use]
    pub fn erf(self) -> Self {
        let x = self.value;
        let slope = || R::of(FRAC_2_SQRT_PI) * (-(x * x)).exp();
        self.chain(x.via(libm::erf), slope, || -(x + x) * slope())
    }

    /// 1 − erf x, exact for large x.
    #[must_use]
    pub fn erfc(self) -> Self {
        let x = self.value;
        let slope = || R::of(-FRAC_2_SQRT_PI) * (-(x * x)).exp();
        self.chain(x.via(libm::erfc), slope, || -(x + x) * slope())
    }

    /// The logistic function 1/(1 + e⁻ˣ).
    #[must_use]
    pub fn sigmoid(self) -> Self {
        let x = self.value;
        let slope = || sigmoid_slope(x);
        self.chain(sigmoid(x), slope, || -slope() * (x / R::of(2.0)).via(f64::tanh))
    }

    /// ln(1 + eˣ).
    #[must_use]
    pub fn softplus(self) -> Self {
        let x = self.value;
        // Beyond 40, e⁻ˣ is lost beside x.
        let value = if x > R::of(40.0) { x } else { x.via(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()) };
        self.chain(value, || sigmoid(x), || sigmoid_slope(x))
    }

    /// The larger; where both are equal, the derivative is the mean of theirs.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        if self.value > other.value {
            self
        } else if self.value < other.value {
            other
        } else {
            self.even(other)
        }
    }

    /// The smaller; where both are equal, the derivative is the mean of theirs.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        -(-self).max(-other)
    }

    /// Between two of the same value.
    fn even(self, other: Self) -> Self {
        let middle = (self + other) * 0.5;
        let value = if self.value == other.value { self.value } else { middle.value };
        Self { value, ..middle }.kink_if(true)
    }

    /// √(a² + b²); at 0, the tip of a cone, its derivative is 0.
    #[must_use]
    pub fn hypot(self, other: Self) -> Self {
        let (a, b) = (self.value, other.value);
        let value = length(a, b);
        if R::EXACTING && value.is_zero() && self.is_finite() && other.is_finite() {
            let tip = Self::constant(value);
            return Self { marks: self.marks.join(other.marks), ..tip }.kink_if(true);
        }
        let (cos, sin) = (a / value, b / value);
        self.chain_two(other, value, || [cos, sin], || [sin * sin / value, -(sin * cos) / value, cos * cos / value])
    }

    /// The angle of the point (x, y) = (`other`, `self`).
    #[must_use]
    pub fn atan2(self, other: Self) -> Self {
        let (y, x) = (self.value, other.value);
        let length = length(x, y);
        let (cos, sin) = (x / length, y / length);
        let (along, square) = (sin * cos / length / length, (sin * sin - cos * cos) / length / length);
        let doubtful = is_doubtful(length) && !length.is_zero();
        self.chain_two(
            other,
            R::of(if doubtful { f64::NAN } else { angle(y, x) }),
            || [cos / length, -sin / length],
            || [-(along + along), square, along + along],
        )
    }
}

/// The angle, of coordinates of any size.
fn angle<R: Number>(y: R, x: R) -> f64 {
    if R::EXACTING && (y.is_beyond() || x.is_beyond()) {
        let size = if y.abs() > x.abs() { y.abs() } else { x.abs() };
        return (y / size).get().atan2((x / size).get());
    }
    y.get().atan2(x.get())
}

fn sinh<R: Number>(x: R) -> R {
    x.extended(f64::sinh, |x| x.sign() * x.abs().exp() / R::of(2.0))
}

fn cosh<R: Number>(x: R) -> R {
    x.extended(f64::cosh, |x| x.abs().exp() / R::of(2.0))
}
