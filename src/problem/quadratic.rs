//! Quadratic functions.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, StandardNormal};

use super::{
    Curvature, Oracle, Problem,
    analytic::{Analytic, AnalyticOracle},
};
use crate::math::{Purpose, Real, stream};

/// f(θ) = ½(θ − c)ᵀC(θ − c), C symmetric. On it the quadratic model is exact.
///
/// With gradient noise σ the function of step t is f_t(θ) = f(θ) + σξ_tᵀ(θ − c), ξ_t standard normal: its gradient is f's plus noise,
/// its curvature f's, and a loss before and after a step are measured on the same f_t, as on a batch of examples.
///
/// With C positive semi-definite it is least squares (r = C^½(θ − c)), and the generalised Gauss–Newton matrix is C as well.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadratic<T: Real> {
    matrix: Arc<DMatrix<T>>,
    center: DVector<T>,
    start: DVector<T>,
    noise: Option<Noise<T>>,
}

/// σ and the seed of its ξ_t, and σξ_t of the step selected.
#[derive(Clone, Debug, PartialEq)]
struct Noise<T: Real> {
    sigma: f64,
    seed: u64,
    tilt: DVector<T>,
}

impl<T: Real> Quadratic<T> {
    /// Of a symmetric n×n matrix C, a center c and a start, both of length n.
    ///
    /// # Panics
    /// If the shapes disagree.
    pub fn new(matrix: DMatrix<T>, center: DVector<T>, start: DVector<T>) -> Self {
        assert!(matrix.is_square() && matrix.nrows() == center.len() && center.len() == start.len(), "shapes disagree");
        Self { matrix: Arc::new(matrix), center, start, noise: None }
    }

    /// The same with gradient noise of standard deviation `sigma`, a function of `seed` and the step.
    #[must_use]
    pub fn with_noise(self, sigma: f64, seed: u64) -> Self {
        let tilt = DVector::zeros(self.center.len());
        Self { noise: (sigma > 0.0).then_some(Noise { sigma, seed, tilt }), ..self }
    }

    /// σξ_tᵀ(θ − c).
    fn tilted(&self, theta: &DVector<T>) -> T {
        let tilt = self.noise.iter().flat_map(|noise| noise.tilt.iter());
        tilt.zip(theta.iter().zip(self.center.iter())).fold(T::zero(), |sum, (&t, (&x, &c))| sum + t * (x - c))
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

    fn select(&mut self, step: u64) {
        if let Some(noise) = &mut self.noise {
            let mut rng = stream(noise.seed, Purpose::GradientNoise, step);
            noise.tilt.apply(|value| {
                let normal: f64 = StandardNormal.sample(&mut rng);
                *value = T::of(noise.sigma * normal);
            });
        }
    }

    fn value(&mut self, theta: &DVector<T>) -> T {
        self.noiseless_value(theta) + self.tilted(theta)
    }

    fn noiseless_value(&mut self, theta: &DVector<T>) -> T {
        let off = |i: usize| theta[i] - self.center[i];
        T::of(0.5) * self.form(off, off)
    }

    fn value_and_gradient(&mut self, theta: &DVector<T>, gradient: &mut DVector<T>) -> T {
        gradient.fill(T::zero());
        let mut twice = T::zero();
        for (j, column) in self.matrix.column_iter().enumerate() {
            gradient.axpy(theta[j] - self.center[j], &column, T::one());
        }
        for (i, &slope) in gradient.iter().enumerate() {
            twice += (theta[i] - self.center[i]) * slope;
        }
        if let Some(noise) = &self.noise {
            *gradient += &noise.tilt;
        }
        T::of(0.5) * twice + self.tilted(theta)
    }

    fn hessian_form(&mut self, _theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T {
        self.form(|i| u[i], |j| v[j])
    }

    fn gauss_newton_form(&mut self, theta: &DVector<T>, u: &DVector<T>, v: &DVector<T>) -> T {
        self.hessian_form(theta, u, v)
    }

    fn gauss_newton(&mut self, _theta: &DVector<T>, matrix: &mut DMatrix<T>) {
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
