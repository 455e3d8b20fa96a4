//! Quadratic functions.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::{
    Curvature, Oracle, Problem,
    analytic::{Analytic, AnalyticOracle},
};
use crate::math::Real;

/// f(θ) = ½(θ − c)ᵀC(θ − c), C symmetric. On it the quadratic model is exact.
///
/// With C positive semi-definite it is least squares (r = C^½(θ − c)), and the generalised Gauss–Newton matrix is C as well.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadratic<T: Real> {
    matrix: Arc<DMatrix<T>>,
    center: DVector<T>,
    start: DVector<T>,
}

impl<T: Real> Quadratic<T> {
    /// Of a symmetric n×n matrix C, a center c and a start, both of length n.
    ///
    /// # Panics
    /// If the shapes disagree.
    pub fn new(matrix: DMatrix<T>, center: DVector<T>, start: DVector<T>) -> Self {
        assert!(matrix.is_square() && matrix.nrows() == center.len() && center.len() == start.len(), "shapes disagree");
        Self { matrix: Arc::new(matrix), center, start }
    }

    /// uᵀCv without a temporary.
    fn form(&self, u: impl Fn(usize) -> T, v: impl Fn(usize) -> T) -> T {
        let mut sum = T::zero();
        for (j, column) in self.matrix.column_iter().enumerate() {
            let mut inner = T::zero();
            for (i, &entry) in column.iter().enumerate() {
                inner += u(i) * entry;
            }
            sum += inner * v(j);
        }
        sum
    }
}

impl<T: Real> Analytic<T> for Quadratic<T> {
    fn dim(&self) -> usize {
        self.center.len()
    }

    fn value(&self, theta: &DVector<T>) -> T {
        let off = |i: usize| theta[i] - self.center[i];
        T::of(0.5) * self.form(off, off)
    }

    fn value_and_gradient(&self, theta: &DVector<T>, gradient: &mut DVector<T>) -> T {
        gradient.fill(T::zero());
        let mut twice = T::zero();
        for (j, column) in self.matrix.column_iter().enumerate() {
            gradient.axpy(theta[j] - self.center[j], &column, T::one());
        }
        for (i, &slope) in gradient.iter().enumerate() {
            twice += (theta[i] - self.center[i]) * slope;
        }
        T::of(0.5) * twice
    }

    fn hessian_form(&self, _theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T {
        self.form(|i| u[i], |j| v[j])
    }

    fn gauss_newton_form(&self, theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T {
        self.hessian_form(theta, u, v)
    }

    fn gauss_newton(&self, _theta: &DVector<T>, matrix: &mut DMatrix<T>) {
        matrix.copy_from(&self.matrix);
    }
}

impl<T: Real> Problem<T> for Quadratic<T> {
    fn start(&self) -> DVector<T> {
        self.start.clone()
    }

    fn oracle(&self) -> Box<dyn Oracle<T>> {
        Box::new(AnalyticOracle::new(self.clone()))
    }

    fn curvatures(&self) -> &[Curvature] {
        &[Curvature::Hessian, Curvature::Fisher]
    }

    fn blocks(&self) -> Vec<(usize, usize)> {
        vec![(self.dim(), 1)]
    }

    /// The center, where C is positive definite: else it is a saddle, or the floor of a valley without an end.
    fn minima(&self) -> Vec<DVector<T>> {
        let definite = nalgebra::Cholesky::new(DMatrix::clone(&self.matrix)).is_some();
        if definite { vec![self.center.clone()] } else { Vec::new() }
    }
}
