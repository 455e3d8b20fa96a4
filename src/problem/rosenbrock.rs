//! Rosenbrock's valley.

use nalgebra::{DMatrix, DVector, dvector};

use super::{
    Curvature, Oracle, Problem,
    analytic::{Analytic, AnalyticOracle},
};
use crate::math::Real;

/// f(x, y) = s·((a − x)² + b(y − x²)²): a curved valley, flat along its floor.
///
/// As least squares f = s·(r₁² + r₂²) with r = (a − x, √b(y − x²)), so its generalised Gauss–Newton matrix is 2s·JᵣᵀJᵣ.
/// Minimum: f(a, a²) = 0.
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
    /// Where the optimisers start.
    pub start: [T; 2],
}

impl<T: Real> Rosenbrock<T> {
    /// (2s·Jᵣᵀ)-weighted parts: the rows of Jᵣ without √b, and the residual y − x².
    fn valley(&self, theta: &DVector<T>) -> (T, T) {
        let (x, y) = (theta[0], theta[1]);
        (x, y - x * x)
    }
}

impl<T: Real> Analytic<T> for Rosenbrock<T> {
    fn dim(&self) -> usize {
        2
    }

    fn value(&self, theta: &DVector<T>) -> T {
        let (x, off) = self.valley(theta);
        let near = self.a - x;
        self.scale * (near * near + self.b * off * off)
    }

    fn value_and_gradient(&self, theta: &DVector<T>, gradient: &mut DVector<T>) -> T {
        let (x, off) = self.valley(theta);
        let near = self.a - x;
        let two = T::of(2.0);
        let slope = two * self.scale * self.b * off;
        gradient[0] = -two * self.scale * near - slope * two * x;
        gradient[1] = slope;
        self.scale * (near * near + self.b * off * off)
    }

    fn hessian_form(&self, theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T {
        // H = G + 2s·b·(y − x²)·∇²(y − x²), and ∇²(y − x²) has the one entry −2.
        let (_, off) = self.valley(theta);
        self.gauss_newton_form(theta, u, v) - T::of(4.0) * self.scale * self.b * off * u[0] * v[0]
    }

    fn gauss_newton_form(&self, theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T {
        let twice_x = T::of(2.0) * theta[0];
        let along = |d: &DVector<T>| d[1] - twice_x * d[0];
        T::of(2.0) * self.scale * (u[0] * v[0] + self.b * along(u) * along(v))
    }

    fn gauss_newton(&self, theta: &DVector<T>, matrix: &mut DMatrix<T>) {
        let two = T::of(2.0);
        let (twice_x, weight) = (two * theta[0], two * self.scale);
        matrix[(0, 0)] = weight * (T::one() + self.b * twice_x * twice_x);
        matrix[(0, 1)] = -weight * self.b * twice_x;
        matrix[(1, 0)] = matrix[(0, 1)];
        matrix[(1, 1)] = weight * self.b;
    }
}

impl<T: Real> Problem<T> for Rosenbrock<T> {
    fn start(&self) -> DVector<T> {
        dvector![self.start[0], self.start[1]]
    }

    fn oracle(&self) -> Box<dyn Oracle<T>> {
        Box::new(AnalyticOracle::new(self.clone()))
    }

    fn curvatures(&self) -> &[Curvature] {
        &[Curvature::Fisher, Curvature::Hessian]
    }

    fn blocks(&self) -> Vec<(usize, usize)> {
        vec![(2, 1)]
    }

    fn minima(&self) -> Vec<DVector<T>> {
        vec![dvector![self.a, self.a * self.a]]
    }

    fn parameter_name(&self, index: usize) -> String {
        ["x", "y"][index].to_owned()
    }
}
