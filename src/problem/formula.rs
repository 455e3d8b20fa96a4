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

    /// r into `out`, or f alone where there are no residuals.
    fn evaluate<S: Scalar>(&self, x: &[S], out: &mut Vec<S>);
}

/// A formula as a closed-form function.
#[derive(Clone, Debug)]
pub(super) struct Differentiated<F>(pub(super) F);

impl<F: Formula> Differentiated<F> {
    /// f over any scalar.
    fn total<S: Scalar>(&self, x: &[S]) -> S {
        let mut parts = Vec::with_capacity(self.0.residual_count().unwrap_or(1));
        self.0.evaluate(x, &mut parts);
        match self.0.residual_count() {
            None => parts[0],
            Some(_) => parts.iter().fold(S::from(0.0), |sum, &r| sum + r * r),
        }
    }

    /// Jᵣv.
    fn residual_rates(&self, theta: &DVector<f64>, v: &DVector<f64>) -> Vec<f64> {
        let x: Vec<_> = theta.iter().zip(v.iter()).map(|(&x, &rate)| Dual64::new(x, rate)).collect();
        let mut parts = Vec::new();
        self.0.evaluate(&x, &mut parts);
        parts.iter().map(|r| r.eps).collect()
    }
}

fn unit(len: usize, axis: usize) -> DVector<f64> {
    DVector::from_fn(len, |i, _| if i == axis { 1.0 } else { 0.0 })
}

impl<F: Formula> Analytic<f64> for Differentiated<F> {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn value(&self, theta: &DVector<f64>) -> f64 {
        self.total(theta.as_slice())
    }

    fn value_and_gradient(&self, theta: &DVector<f64>, gradient: &mut DVector<f64>) -> f64 {
        let mut x: Vec<_> = theta.iter().map(|&x| Dual64::new(x, 0.0)).collect();
        let mut value = f64::NAN;
        for axis in 0..x.len() {
            x[axis].eps = 1.0;
            let total = self.total(&x);
            x[axis].eps = 0.0;
            (value, gradient[axis]) = (total.re, total.eps);
        }
        value
    }

    fn hessian_form(&self, theta: &DVector<f64>, u: &DVector<f64>, v: &DVector<f64>) -> f64 {
        let parts = theta.iter().zip(u.iter()).zip(v.iter());
        let x: Vec<_> = parts.map(|((&x, &u), &v)| HyperDual64::new(x, u, v, 0.0)).collect();
        self.total(&x).eps1eps2
    }

    /// 2(Jᵣu)ᵀ(Jᵣv); without residuals there is no Gauss–Newton matrix and the Hessian stands in.
    fn gauss_newton_form(&self, theta: &DVector<f64>, u: &DVector<f64>, v: &DVector<f64>) -> f64 {
        if self.0.residual_count().is_none() {
            return self.hessian_form(theta, u, v);
        }
        let (u, v) = (self.residual_rates(theta, u), self.residual_rates(theta, v));
        2.0 * u.iter().zip(&v).map(|(a, b)| a * b).sum::<f64>()
    }

    fn gauss_newton(&self, theta: &DVector<f64>, matrix: &mut DMatrix<f64>) {
        let n = theta.len();
        if self.0.residual_count().is_none() {
            for i in 0..n {
                for j in 0..=i {
                    matrix[(i, j)] = self.hessian_form(theta, &unit(n, i), &unit(n, j));
                    matrix[(j, i)] = matrix[(i, j)];
                }
            }
            return;
        }
        let columns: Vec<_> = (0..n).map(|axis| self.residual_rates(theta, &unit(n, axis))).collect();
        for i in 0..n {
            for j in 0..=i {
                matrix[(i, j)] = 2.0 * columns[i].iter().zip(&columns[j]).map(|(a, b)| a * b).sum::<f64>();
                matrix[(j, i)] = matrix[(i, j)];
            }
        }
    }
}
