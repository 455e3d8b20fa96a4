//! What an optimiser may ask of a problem.

use nalgebra::{DMatrix, DVector, Matrix2};

use crate::math::Real;

/// Which matrix C the quadratic model uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curvature {
    /// The Hessian of f on the batch.
    Hessian,
    /// The Fisher information of the model's outputs, which for these losses is the generalised Gauss–Newton matrix.
    Fisher,
    /// The second moment of the per-example gradients. It is *not* the Fisher: the targets are the data's, not the model's.
    Empirical,
}

/// Whose targets the back-propagated derivatives of K-FAC's factor G belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimator {
    /// The expectation over the model's own outputs, exactly: one backward pass an output.
    Exact,
    /// One target an example drawn from the model's own output distribution.
    Sampled,
    /// The data's targets.
    Empirical,
}

/// The Kronecker factors of one block: A of the inputs, G of the output derivatives; the block of C is A ⊗ G.
///
/// Both are symmetric, and only their lower triangles mean anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors<T: Real> {
    /// E\[aaᵀ\], the constant 1 of the bias last.
    pub a: DMatrix<T>,
    /// E\[ssᵀ\].
    pub g: DMatrix<T>,
}

impl<T: Real> Factors<T> {
    /// Zeros, for a block of `inputs` × `outputs` parameters.
    pub fn zeros((inputs, outputs): (usize, usize)) -> Self {
        Self { a: DMatrix::zeros(inputs, inputs), g: DMatrix::zeros(outputs, outputs) }
    }

    /// Both factors with their upper triangles filled in.
    pub fn symmetric(&self) -> (DMatrix<T>, DMatrix<T>) {
        let fill = |matrix: &DMatrix<T>| {
            let mut matrix = matrix.clone();
            matrix.fill_upper_triangle_with_lower_triangle();
            matrix
        };
        (fill(&self.a), fill(&self.g))
    }
}

/// Answers about f on one batch. It keeps what a point's evaluation leaves behind, so that curvature there costs one more pass.
///
/// The order within a step: [`select`](Oracle::select) a batch, [`linearise`](Oracle::linearise) at θ, then any number of
/// [`gram`](Oracle::gram) and [`statistics`](Oracle::statistics), which speak of that θ, and of [`loss`](Oracle::loss) at other points,
/// which leaves the linearisation alone.
pub trait Oracle<T: Real>: Send {
    /// Chooses the batch of step `step` (from 1).
    fn select(&mut self, step: u64);

    /// f(θ) on the batch.
    fn loss(&mut self, theta: &DVector<T>) -> T;

    /// f(θ) on all training data, or without its noise: the same at every step. It leaves the linearisation alone.
    fn full_loss(&mut self, theta: &DVector<T>) -> T {
        self.loss(theta)
    }

    /// f(θ′) at θ′ = θ − Vw, V the vectors of the last [`gram`](Oracle::gram) at the linearisation θ: an oracle may use what it learnt along them.
    fn loss_along(&mut self, trial: &DVector<T>, weights: &[T]) -> T {
        let _ = weights;
        self.loss(trial)
    }

    /// f(θ′) − f(θ), θ the last linearisation, with digits that the difference of two values of f has lost; `None` where there is no way.
    /// It leaves the linearisation alone.
    fn change(&mut self, trial: &DVector<T>) -> Option<T> {
        let _ = trial;
        None
    }

    /// f(θ), and ∇f(θ) into `gradient`.
    fn linearise(&mut self, theta: &DVector<T>, gradient: &mut DVector<T>) -> T;

    /// VᵀCV at the last linearisation, for one or two vectors: the only access to curvature, since C is never formed.
    /// Entries of an absent second vector are 0.
    fn gram(&mut self, curvature: Curvature, directions: &[&DVector<T>]) -> Matrix2<T>;

    /// Averages K-FAC's factors at the last linearisation in, one pair a block: X ← (1 − share)·X + share·X_new.
    fn statistics(&mut self, estimator: Estimator, share: T, factors: &mut [Factors<T>]);

    /// Averages C at the last linearisation in, as one n×n matrix over all parameters: X ← (1 − share)·X + share·C.
    /// A penalty is left out, and only the lower triangle means anything.
    fn full_statistics(&mut self, estimator: Estimator, share: T, matrix: &mut DMatrix<T>);
}
