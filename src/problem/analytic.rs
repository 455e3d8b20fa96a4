//! The oracle of problems given in closed form.

use nalgebra::{DMatrix, DVector, Matrix2};

use super::{Curvature, Estimator, Factors, Oracle};
use crate::math::Real;

/// A function with closed-form derivatives. Evaluating it may use room of its own, and leaves everything else as it was.
pub(super) trait Analytic<T: Real>: Clone + Send + Sync {
    /// n.
    fn dim(&self) -> usize;
    /// Becomes the function of step `step`, where it is another at every step.
    fn select(&mut self, step: u64) {
        let _ = step;
    }
    /// f(θ).
    fn value(&mut self, theta: &DVector<T>) -> T;
    /// f(θ) without the noise of a step.
    fn noiseless_value(&mut self, theta: &DVector<T>) -> T {
        self.value(theta)
    }
    /// f(to) − f(from) with digits that the difference of two values of f has lost, where there is a way.
    fn change(&mut self, from: &DVector<T>, to: &DVector<T>) -> Option<T> {
        let _ = (from, to);
        None
    }
    /// f(θ), and ∇f(θ) into `gradient`.
    fn value_and_gradient(&mut self, theta: &DVector<T>, gradient: &mut DVector<T>) -> T;
    /// uᵀHv, H the Hessian at θ.
    fn hessian_form(&mut self, theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T;
    /// uᵀGv, G the generalised Gauss–Newton matrix at θ.
    fn gauss_newton_form(&mut self, theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T;
    /// G itself, which damped Gauss–Newton (K-FAC without layers) has to factorise.
    fn gauss_newton(&mut self, theta: &DVector<T>, matrix: &mut DMatrix<T>);
}

/// The function, and the point it was last linearised at.
pub(super) struct AnalyticOracle<T: Real, F> {
    function: F,
    theta: DVector<T>,
    /// Room for the Gauss–Newton matrix.
    curvature: DMatrix<T>,
}

impl<T: Real, F: Analytic<T>> AnalyticOracle<T, F> {
    pub(super) fn new(function: F) -> Self {
        Self { theta: DVector::zeros(function.dim()), curvature: DMatrix::zeros(0, 0), function }
    }
}

impl<T: Real, F: Analytic<T>> Oracle<T> for AnalyticOracle<T, F> {
    fn select(&mut self, step: u64) {
        self.function.select(step);
    }

    fn loss(&mut self, theta: &DVector<T>) -> T {
        self.function.value(theta)
    }

    fn full_loss(&mut self, theta: &DVector<T>) -> T {
        self.function.noiseless_value(theta)
    }

    fn change(&mut self, trial: &DVector<T>) -> Option<T> {
        self.function.change(&self.theta, trial)
    }

    fn linearise(&mut self, theta: &DVector<T>, gradient: &mut DVector<T>) -> T {
        self.theta.copy_from(theta);
        self.function.value_and_gradient(theta, gradient)
    }

    fn gram(&mut self, curvature: Curvature, directions: &[&DVector<T>]) -> Matrix2<T> {
        let mut form = |u, v| match curvature {
            Curvature::Hessian => self.function.hessian_form(&self.theta, u, v),
            Curvature::Fisher | Curvature::Empirical => self.function.gauss_newton_form(&self.theta, u, v),
        };
        let mut gram = Matrix2::zeros();
        for (i, u) in directions.iter().enumerate() {
            for (j, v) in directions.iter().enumerate().skip(i) {
                gram[(i, j)] = form(u, v);
                gram[(j, i)] = gram[(i, j)];
            }
        }
        gram
    }

    fn statistics(&mut self, estimator: Estimator, share: T, factors: &mut [Factors<T>]) {
        let Factors { a, g } = &mut factors[0];
        self.full_statistics(estimator, share, a);
        g.fill(T::one());
    }

    fn full_statistics(&mut self, _estimator: Estimator, share: T, matrix: &mut DMatrix<T>) {
        if self.curvature.shape() != matrix.shape() {
            self.curvature = DMatrix::zeros(matrix.nrows(), matrix.ncols());
        }
        self.function.gauss_newton(&self.theta, &mut self.curvature);
        matrix.zip_apply(&self.curvature, |x, new| *x += share * (new - *x));
    }
}
