//! Functions written once, over any scalar, and differentiated automatically.

use nalgebra::{DMatrix, DVector};
use num_dual::{Dual64, DualNum, HyperDual64};

use super::analytic::Analytic;

/// Reals, and reals that carry derivatives along.
pub trait Scalar: DualNum<Primitive = f64> + Copy {}

impl<S: DualNum<Primitive = f64> + Copy> Scalar for S {}

/// A function of n variables.
///
/// Its derivatives are exact, by forward-mode automatic differentiation: dual numbers for ∇f and J, hyper-dual numbers for uᵀHv.
pub trait Formula: Clone + Send + Sync + 'static {
    /// n.
    fn dim(&self) -> usize;

    /// How many residuals r there are, if f = Σr².
    fn residual_count(&self) -> Option<usize>;

    /// r into `out`, or f alone where there are no residuals; `work` is room for what leads there. Both are empty.
    fn evaluate<S: Scalar>(&self, x: &[S], work: &mut Vec<S>, out: &mut Vec<S>);
}

/// A formula as a closed-form function, with the room that evaluating it takes.
#[derive(Clone, Debug)]
pub(super) struct Differentiated<F> {
    formula: F,
    plain: Room<f64>,
    dual: Room<Dual64>,
    hyper: Room<HyperDual64>,
    /// Jᵣ, column by column.
    jacobian: Vec<f64>,
}

/// An argument, what leads to the result, and the result.
#[derive(Clone, Debug)]
struct Room<S> {
    x: Vec<S>,
    work: Vec<S>,
    parts: Vec<S>,
}

impl<S: Scalar> Room<S> {
    fn new() -> Self {
        Self { x: Vec::new(), work: Vec::new(), parts: Vec::new() }
    }

    /// Makes these the argument.
    fn put(&mut self, x: impl Iterator<Item = S>) {
        self.x.clear();
        self.x.extend(x);
    }

    /// The residuals at the argument, or f alone.
    fn parts(&mut self, formula: &impl Formula) -> &[S] {
        self.work.clear();
        self.parts.clear();
        formula.evaluate(&self.x, &mut self.work, &mut self.parts);
        &self.parts
    }

    /// f at the argument.
    fn total(&mut self, formula: &impl Formula) -> S {
        let residuals = formula.residual_count().is_some();
        let parts = self.parts(formula);
        if residuals { parts.iter().fold(S::from(0.0), |sum, &r| sum + r * r) } else { parts[0] }
    }
}

impl<F: Formula> Differentiated<F> {
    pub(super) fn new(formula: F) -> Self {
        Self { formula, plain: Room::new(), dual: Room::new(), hyper: Room::new(), jacobian: Vec::new() }
    }

    /// θ with the rates u and v.
    fn put_rates(&mut self, theta: &DVector<f64>, u: impl Fn(usize) -> f64, v: impl Fn(usize) -> f64) {
        self.hyper.put(theta.iter().enumerate().map(|(i, &x)| HyperDual64::new(x, u(i), v(i), 0.0)));
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
        self.plain.put(theta.iter().copied());
        self.plain.total(&self.formula)
    }

    fn value_and_gradient(&mut self, theta: &DVector<f64>, gradient: &mut DVector<f64>) -> f64 {
        self.dual.put(theta.iter().map(|&x| Dual64::new(x, 0.0)));
        let mut value = f64::NAN;
        for axis in 0..theta.len() {
            self.dual.x[axis].eps = 1.0;
            let total = self.dual.total(&self.formula);
            self.dual.x[axis].eps = 0.0;
            (value, gradient[axis]) = (total.re, total.eps);
        }
        value
    }

    fn hessian_form(&mut self, theta: &DVector<f64>, u: &DVector<f64>, v: &DVector<f64>) -> f64 {
        self.put_rates(theta, |i| u[i], |i| v[i]);
        self.hyper.total(&self.formula).eps1eps2
    }

    /// 2(Jᵣu)ᵀ(Jᵣv); without residuals there is no Gauss–Newton matrix and the Hessian stands in.
    fn gauss_newton_form(&mut self, theta: &DVector<f64>, u: &DVector<f64>, v: &DVector<f64>) -> f64 {
        if self.formula.residual_count().is_none() {
            return self.hessian_form(theta, u, v);
        }
        self.put_rates(theta, |i| u[i], |i| v[i]);
        2.0 * self.hyper.parts(&self.formula).iter().map(|r| r.eps1 * r.eps2).sum::<f64>()
    }

    fn gauss_newton(&mut self, theta: &DVector<f64>, matrix: &mut DMatrix<f64>) {
        let n = theta.len();
        let residuals = self.formula.residual_count();
        if residuals.is_some() {
            self.jacobian.clear();
            for axis in 0..n {
                let rate = unit(axis);
                self.dual.put(theta.iter().enumerate().map(|(i, &x)| Dual64::new(x, rate(i))));
                self.jacobian.extend(self.dual.parts(&self.formula).iter().map(|r| r.eps));
            }
        }
        for i in 0..n {
            for j in 0..=i {
                matrix[(i, j)] = if let Some(count) = residuals {
                    let [a, b] = [i, j].map(|axis| &self.jacobian[axis * count..(axis + 1) * count]);
                    2.0 * a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>()
                } else {
                    self.put_rates(theta, unit(i), unit(j));
                    self.hyper.total(&self.formula).eps1eps2
                };
                matrix[(j, i)] = matrix[(i, j)];
            }
        }
    }
}
