//! Rosenbrock's valley.

use nalgebra::{DMatrix, DVector};

use super::{
    Curvature, Oracle, Problem,
    analytic::{Analytic, AnalyticOracle},
};
use crate::math::Real;

/// f(x) = s·Σᵢ ((a − xᵢ)² + b(xᵢ₊₁ − xᵢ²)²), i = 1 … n−1: a curved valley, flat along its floor; with n = 2 the textbook function.
///
/// As least squares f = s·Σr² with r = (a − xᵢ, √b(xᵢ₊₁ − xᵢ²)), so its generalised Gauss–Newton matrix is 2s·JᵣᵀJᵣ.
/// Minimum: f(a, a²) = 0 for n = 2, f(1, …, 1) = 0 for a = 1.
///
/// Source: H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a function", Comput. J. 3(3), 1960,
/// doi:10.1093/comjnl/3.3.175.
#[derive(Clone, Debug, PartialEq)]
pub struct Rosenbrock<T: Real> {
    /// Where the valley ends.
    pub a: T,
    /// How steep its walls are.
    pub b: T,
    /// s.
    pub scale: T,
    /// Where the optimisers start; its length n ≥ 2 is the dimension.
    pub start: Vec<T>,
}

impl<T: Real> Analytic<T> for Rosenbrock<T> {
    fn dim(&self) -> usize {
        self.start.len()
    }

    fn value(&mut self, theta: &DVector<T>) -> T {
        let mut sum = T::zero();
        for link in theta.as_slice().windows(2) {
            let (near, off) = (self.a - link[0], link[1] - link[0] * link[0]);
            sum += near * near + self.b * off * off;
        }
        self.scale * sum
    }

    fn value_and_gradient(&mut self, theta: &DVector<T>, gradient: &mut DVector<T>) -> T {
        let two = T::of(2.0);
        let mut sum = T::zero();
        gradient[0] = T::zero();
        for (i, link) in theta.as_slice().windows(2).enumerate() {
            let (near, off) = (self.a - link[0], link[1] - link[0] * link[0]);
            let slope = two * self.scale * self.b * off;
            gradient[i] -= two * self.scale * near + slope * two * link[0];
            gradient[i + 1] = slope;
            sum += near * near + self.b * off * off;
        }
        self.scale * sum
    }

    fn hessian_form(&mut self, theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T {
        // H = G + Σ 2s·b·(xᵢ₊₁ − xᵢ²)·∇²(xᵢ₊₁ − xᵢ²), and that last Hessian has the one entry −2.
        let mut bent = T::zero();
        for (i, link) in theta.as_slice().windows(2).enumerate() {
            bent += (link[1] - link[0] * link[0]) * u[i] * v[i];
        }
        self.gauss_newton_form(theta, u, v) - T::of(4.0) * self.scale * self.b * bent
    }

    fn gauss_newton_form(&mut self, theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T {
        let mut sum = T::zero();
        for i in 0..theta.len() - 1 {
            let twice = T::of(2.0) * theta[i];
            sum += u[i] * v[i] + self.b * (u[i + 1] - twice * u[i]) * (v[i + 1] - twice * v[i]);
        }
        T::of(2.0) * self.scale * sum
    }

    fn gauss_newton(&mut self, theta: &DVector<T>, matrix: &mut DMatrix<T>) {
        let two = T::of(2.0);
        let weight = two * self.scale;
        matrix.fill(T::zero());
        for i in 0..theta.len() - 1 {
            let twice = two * theta[i];
            matrix[(i, i)] += weight * (T::one() + self.b * twice * twice);
            matrix[(i, i + 1)] = -weight * self.b * twice;
            matrix[(i + 1, i)] = matrix[(i, i + 1)];
            matrix[(i + 1, i + 1)] = weight * self.b;
        }
    }
}

impl<T: Real> Problem<T> for Rosenbrock<T> {
    fn start(&self) -> DVector<T> {
        DVector::from_column_slice(&self.start)
    }

    fn oracle(&self) -> Box<dyn Oracle<T>> {
        Box::new(AnalyticOracle::new(self.clone()))
    }

    fn curvatures(&self) -> &[Curvature] {
        &[Curvature::Fisher, Curvature::Hessian]
    }

    fn blocks(&self) -> Vec<(usize, usize)> {
        vec![(self.start.len(), 1)]
    }

    /// In more than two dimensions the terms pull against each other unless a = 1.
    fn minima(&self) -> Vec<DVector<T>> {
        let n = self.start.len();
        if n == 2 {
            vec![DVector::from_vec(vec![self.a, self.a * self.a])]
        } else if self.a == T::one() {
            vec![DVector::from_element(n, T::one())]
        } else {
            Vec::new()
        }
    }

    fn parameter_name(&self, index: usize) -> String {
        match (self.start.len(), index) {
            (2, 0) => "x".to_owned(),
            (2, _) => "y".to_owned(),
            _ => format!("x{}", index + 1),
        }
    }
}
