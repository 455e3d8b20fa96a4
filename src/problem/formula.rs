//! Functions written once, over any jet, and differentiated automatically.

use nalgebra::{DMatrix, DVector};

use super::{
    analytic::Analytic,
    jet::{Jet, LARGE, Number, Plain, Twice, Wide},
};

/// A function of n variables.
///
/// Its derivatives are exact, by forward-mode automatic differentiation: jets along one direction for ∇f and J, along two for uᵀHv.
pub trait Formula: Clone + Send + Sync + 'static {
    /// n.
    fn dim(&self) -> usize;

    /// How many residuals r there are, if f = Σr².
    fn residual_count(&self) -> Option<usize>;

    /// r into `out`, or f alone where there are no residuals; `work` is for what leads there. Both are empty.
    fn evaluate<R: Number, const N: usize, const M: usize>(
        &self,
        x: &[Jet<R, N, M>],
        work: &mut Vec<Jet<R, N, M>>,
        out: &mut Vec<Jet<R, N, M>>,
    );
}

/// A formula as a closed-form function, with the room that evaluating it takes.
///
/// Everything is computed in `f64` first. Where something on the way is not finite, be it that it overflowed or that a rule led to 0·∞, or
/// so large that what underflows beside it is missed, it is computed again in [`Wide`] numbers, which tell what the function has there:
/// so neither e^1000 in 1/(1 + e^1000) nor e^-1000 in e^-1000·e^500·e^500 does harm.
#[derive(Clone, Debug)]
pub(super) struct Differentiated<F> {
    formula: F,
    plain: Room<Plain, 0, 0>,
    twice: Room<Twice, 0, 0>,
    /// Where f was last computed with twice the digits, and what it was.
    latest: Option<(DVector<f64>, Twice)>,
    first: Room<f64, 1, 0>,
    second: Room<f64, 2, 1>,
    wide_first: Room<Wide, 1, 0>,
    wide_second: Room<Wide, 2, 1>,
    /// Jᵣ, column by column.
    jacobian: Vec<f64>,
}

/// An argument, what leads to the result, and the result.
#[derive(Clone, Debug)]
struct Room<R: Number, const N: usize, const M: usize> {
    x: Vec<Jet<R, N, M>>,
    work: Vec<Jet<R, N, M>>,
    parts: Vec<Jet<R, N, M>>,
}

impl<R: Number, const N: usize, const M: usize> Room<R, N, M> {
    fn new() -> Self {
        Self { x: Vec::new(), work: Vec::new(), parts: Vec::new() }
    }

    /// Makes θ, moving at these rates, the argument.
    fn put(&mut self, theta: &DVector<f64>, rates: impl Fn(usize) -> [f64; N]) {
        self.x.clear();
        self.x.extend(theta.iter().enumerate().map(|(i, &x)| Jet::variable(x, rates(i))));
    }

    /// The residuals at the argument, or f alone.
    fn parts(&mut self, formula: &impl Formula) -> &[Jet<R, N, M>] {
        self.work.clear();
        self.parts.clear();
        formula.evaluate(&self.x, &mut self.work, &mut self.parts);
        &self.parts
    }

    /// f at the argument.
    fn total(&mut self, formula: &impl Formula) -> Jet<R, N, M> {
        let residuals = formula.residual_count().is_some();
        let parts = self.parts(formula);
        if residuals { parts.iter().fold(Jet::constant(R::of(0.0)), |sum, &r| sum + r * r) } else { parts[0] }
    }
}

impl<R: Number, const N: usize, const M: usize> Room<R, N, M> {
    /// Whether every value on the way to the result is finite and of ordinary size: another one may have lost what the result depends on.
    fn is_sound(&self) -> bool {
        // Without a branch, which would keep the processor from looking at several at once.
        self.work.iter().fold(true, |sound, jet| sound & (jet.value.get().abs() < LARGE))
    }
}

impl<F: Formula> Differentiated<F> {
    pub(super) fn new(formula: F) -> Self {
        Self {
            formula,
            plain: Room::new(),
            twice: Room::new(),
            latest: None,
            first: Room::new(),
            second: Room::new(),
            wide_first: Room::new(),
            wide_second: Room::new(),
            jacobian: Vec::new(),
        }
    }

    /// f with twice the digits.
    fn precise(&mut self, theta: &DVector<f64>) -> Twice {
        if let Some((at, value)) = &self.latest
            && at == theta
        {
            return *value;
        }
        self.twice.put(theta, |_| []);
        let value = self.twice.total(&self.formula).value;
        match &mut self.latest {
            Some((at, known)) => {
                at.copy_from(theta);
                *known = value;
            }
            none => *none = Some((theta.clone(), value)),
        }
        value
    }

    /// f and its rate along one axis.
    fn along(&mut self, theta: &DVector<f64>, axis: usize) -> [f64; 2] {
        let rates = unit(axis);
        self.first.put(theta, |i| [rates(i)]);
        let plain = self.first.total(&self.formula);
        let is_sound = self.first.is_sound();
        if plain.is_finite() && is_sound {
            return [plain.value, plain.rates[0]];
        }
        // f is the same to the last bit with and without its derivatives.
        let keeps_value = plain.value.is_finite() && is_sound;
        self.wide_first.put(theta, |i| [rates(i)]);
        let total = self.wide_first.total(&self.formula);
        [if keeps_value { plain.value } else { total.value.get() }, total.rates[0].get()]
    }

    /// The second derivative of f along two directions.
    fn bend(&mut self, theta: &DVector<f64>, u: impl Fn(usize) -> f64, v: impl Fn(usize) -> f64) -> f64 {
        self.second.put(theta, |i| [u(i), v(i)]);
        let total = self.second.total(&self.formula);
        if total.is_finite() && self.second.is_sound() {
            return total.bend[0];
        }
        self.wide_second.put(theta, |i| [u(i), v(i)]);
        self.wide_second.total(&self.formula).bend[0].get()
    }

    /// The rates of the residuals along one axis, onto the end of Jᵣ.
    fn push_column(&mut self, theta: &DVector<f64>, axis: usize) {
        let rates = unit(axis);
        self.first.put(theta, |i| [rates(i)]);
        let parts = self.first.parts(&self.formula);
        let from = self.jacobian.len();
        self.jacobian.extend(parts.iter().map(|r| r.rates[0]));
        if self.first.is_sound() && self.jacobian[from..].iter().all(|rate| rate.is_finite()) {
            return;
        }
        self.jacobian.truncate(from);
        self.wide_first.put(theta, |i| [rates(i)]);
        self.jacobian.extend(self.wide_first.parts(&self.formula).iter().map(|r| r.rates[0].get()));
    }
}

fn unit(axis: usize) -> impl Fn(usize) -> f64 {
    move |i| if i == axis { 1.0 } else { 0.0 }
}

impl<F: Formula> Analytic<f64> for Differentiated<F> {
    fn dim(&self) -> usize {
        self.formula.dim()
    }

    fn value(&mut self, theta: &DVector<f64>) -> f64 {
        self.plain.put(theta, |_| []);
        let value = self.plain.total(&self.formula).value.get();
        if value.is_finite() && self.plain.is_sound() {
            return value;
        }
        self.wide_first.put(theta, |_| [0.0]);
        self.wide_first.total(&self.formula).value.get()
    }

    fn change(&mut self, from: &DVector<f64>, to: &DVector<f64>) -> Option<f64> {
        let before = self.precise(from);
        let change = (self.precise(to) - before).get();
        change.is_finite().then_some(change)
    }

    fn value_and_gradient(&mut self, theta: &DVector<f64>, gradient: &mut DVector<f64>) -> f64 {
        if self.latest.is_none() {
            // Once, for its room: no later step has to ask for memory.
            self.precise(theta);
        }
        let mut value = f64::NAN;
        for axis in 0..theta.len() {
            [value, gradient[axis]] = self.along(theta, axis);
        }
        value
    }

    fn hessian_form(&mut self, theta: &DVector<f64>, u: &DVector<f64>, v: &DVector<f64>) -> f64 {
        self.bend(theta, |i| u[i], |i| v[i])
    }

    /// 2(Jᵣu)ᵀ(Jᵣv); without residuals there is no Gauss–Newton matrix and the Hessian stands in.
    fn gauss_newton_form(&mut self, theta: &DVector<f64>, u: &DVector<f64>, v: &DVector<f64>) -> f64 {
        if self.formula.residual_count().is_none() {
            return self.hessian_form(theta, u, v);
        }
        self.second.put(theta, |i| [u[i], v[i]]);
        let form = 2.0 * self.second.parts(&self.formula).iter().map(|r| r.rates[0] * r.rates[1]).sum::<f64>();
        if form.is_finite() && self.second.is_sound() {
            return form;
        }
        self.wide_second.put(theta, |i| [u[i], v[i]]);
        let parts = self.wide_second.parts(&self.formula);
        let zero = Wide::of(0.0);
        2.0 * parts.iter().fold(zero, |sum, r| sum + r.rates[0] * r.rates[1]).get()
    }

    fn gauss_newton(&mut self, theta: &DVector<f64>, matrix: &mut DMatrix<f64>) {
        let n = theta.len();
        let residuals = self.formula.residual_count();
        if residuals.is_some() {
            self.jacobian.clear();
            for axis in 0..n {
                self.push_column(theta, axis);
            }
        }
        for i in 0..n {
            for j in 0..=i {
                matrix[(i, j)] = if let Some(count) = residuals {
                    let [a, b] = [i, j].map(|axis| &self.jacobian[axis * count..(axis + 1) * count]);
                    2.0 * a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>()
                } else {
                    self.bend(theta, unit(i), unit(j))
                };
                matrix[(j, i)] = matrix[(i, j)];
            }
        }
    }
}
