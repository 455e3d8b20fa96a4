//! Quadratics whose curvature is an expectation of Kronecker products: what K-FAC approximates, in the open.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector, Matrix2};
use rand_distr::{Distribution, StandardNormal};

use super::{Curvature, Estimator, Factors, Oracle, Problem};
use crate::math::{Panel, PanelMut, Purpose, Real, stream};

/// f(X) = ½·(1/S) Σ_s (l_sᵀ X r_s)², X of rows×cols, θ = vec X: least squares with C = E\[(llᵀ) ⊗ (rrᵀ)\].
///
/// K-FAC replaces C by A ⊗ G = E\[llᵀ\] ⊗ E\[rrᵀ\]. With one sample the two are equal; with more they differ by the correlation of llᵀ and rrᵀ.
///
/// Source: Martens & Grosse 2015, §3.1, where l is a layer's input and r the back-propagated derivative.
#[derive(Clone, Debug)]
pub struct KroneckerQuadratic<T: Real> {
    samples: Arc<Samples<T>>,
    start: DVector<T>,
}

#[derive(Debug)]
struct Samples<T: Real> {
    /// rows×S.
    left: DMatrix<T>,
    /// cols×S.
    right: DMatrix<T>,
}

impl<T: Real> KroneckerQuadratic<T> {
    /// Samples l, r and the start are standard normal, a function of `seed`.
    ///
    /// # Panics
    /// If a size is 0.
    pub fn new(rows: usize, cols: usize, samples: usize, seed: u64) -> Self {
        assert!(rows > 0 && cols > 0 && samples > 0, "sizes are at least 1");
        let mut rng = stream(seed, Purpose::Problem, 0);
        let mut draw = |rows, columns| {
            DMatrix::from_fn(rows, columns, |_, _| {
                let value: f64 = StandardNormal.sample(&mut rng);
                T::of(value)
            })
        };
        let (left, right) = (draw(rows, samples), draw(cols, samples));
        let start = draw(rows * cols, 1);
        Self { samples: Arc::new(Samples { left, right }), start: DVector::from_column_slice(start.as_slice()) }
    }
}

impl<T: Real> Problem<T> for KroneckerQuadratic<T> {
    fn start(&self) -> DVector<T> {
        self.start.clone()
    }

    fn oracle(&self) -> Box<dyn Oracle<T>> {
        let Samples { left, right } = self.samples.as_ref();
        Box::new(KroneckerOracle {
            through: DMatrix::zeros(right.nrows(), left.ncols()),
            residuals: [DVector::zeros(left.ncols()), DVector::zeros(left.ncols())],
            slopes: DMatrix::zeros(0, 0),
            samples: Arc::clone(&self.samples),
        })
    }

    fn curvatures(&self) -> &[Curvature] {
        &[Curvature::Fisher, Curvature::Hessian]
    }

    fn blocks(&self) -> Vec<(usize, usize)> {
        vec![(self.samples.left.nrows(), self.samples.right.nrows())]
    }

    /// X = 0; where C is singular, one of many.
    fn minima(&self) -> Vec<DVector<T>> {
        vec![DVector::zeros(self.start.len())]
    }

    fn parameter_name(&self, index: usize) -> String {
        let rows = self.samples.left.nrows();
        format!("X[{}, {}]", index % rows, index / rows)
    }
}

struct KroneckerOracle<T: Real> {
    samples: Arc<Samples<T>>,
    /// XᵀL, cols×S.
    through: DMatrix<T>,
    /// Of one X or two.
    residuals: [DVector<T>; 2],
    /// vec(l_s r_sᵀ), the derivative of a residual by θ, one column a sample; made where C itself is asked for.
    slopes: DMatrix<T>,
}

impl<T: Real> KroneckerOracle<T> {
    /// The residuals l_sᵀ X r_s for any X, into the first or the second place for them.
    fn residuals(&mut self, place: usize, x: &DVector<T>) -> &DVector<T> {
        let Samples { left, right } = self.samples.as_ref();
        let panel = Panel::new(x.as_slice(), left.nrows());
        PanelMut::from(&mut self.through).set_tr_mul(T::one(), panel, left.into(), T::zero());
        for (s, residual) in self.residuals[place].iter_mut().enumerate() {
            *residual = self.through.column(s).dot(&right.column(s));
        }
        &self.residuals[place]
    }

    fn share(&self) -> T {
        T::one() / T::of(self.samples.left.ncols() as f64)
    }
}

impl<T: Real> Oracle<T> for KroneckerOracle<T> {
    /// The function is the same at every step.
    fn select(&mut self, _step: u64) {}

    fn loss(&mut self, theta: &DVector<T>) -> T {
        T::of(0.5) * self.share() * self.residuals(0, theta).norm_squared()
    }

    fn linearise(&mut self, theta: &DVector<T>, gradient: &mut DVector<T>) -> T {
        self.residuals(0, theta);
        let Samples { left, right } = self.samples.as_ref();
        // ∇X = (1/S) L·diag(residuals)·Rᵀ. What led to the residuals is not needed any more.
        let weighted = &mut self.through;
        weighted.copy_from(right);
        for (mut column, &residual) in weighted.column_iter_mut().zip(self.residuals[0].iter()) {
            column *= residual;
        }
        let share = T::one() / T::of(left.ncols() as f64);
        let mut target = PanelMut::new(gradient.as_mut_slice(), left.nrows());
        target.set_mul_tr(share, left.into(), (&*weighted).into(), T::zero());
        T::of(0.5) * share * self.residuals[0].norm_squared()
    }

    /// The same for every curvature: f is quadratic, and least squares.
    fn gram(&mut self, _curvature: Curvature, directions: &[&DVector<T>]) -> Matrix2<T> {
        for (place, direction) in directions.iter().enumerate() {
            self.residuals(place, direction);
        }
        let along = &self.residuals[..directions.len()];
        let mut gram = Matrix2::zeros();
        for (i, u) in along.iter().enumerate() {
            for (j, v) in along.iter().enumerate() {
                gram[(i, j)] = self.share() * u.dot(v);
            }
        }
        gram
    }

    fn statistics(&mut self, _estimator: Estimator, share: T, factors: &mut [Factors<T>]) {
        let Samples { left, right } = self.samples.as_ref();
        let (keep, weight) = (T::one() - share, share * self.share());
        PanelMut::from(&mut factors[0].a).set_square(weight, left.into(), keep);
        PanelMut::from(&mut factors[0].g).set_square(weight, right.into(), keep);
    }

    /// C = (1/S) Σ vec(l_s r_sᵀ) vec(l_s r_sᵀ)ᵀ.
    fn full_statistics(&mut self, _estimator: Estimator, share: T, matrix: &mut DMatrix<T>) {
        let Samples { left, right } = self.samples.as_ref();
        let rows = left.nrows();
        if self.slopes.is_empty() {
            self.slopes =
                DMatrix::from_fn(matrix.nrows(), left.ncols(), |i, s| left[(i % rows, s)] * right[(i / rows, s)]);
        }
        let weight = share * self.share();
        PanelMut::from(matrix).set_square(weight, (&self.slopes).into(), T::one() - share);
    }
}
