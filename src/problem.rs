//! What is minimised: value, gradient, curvature along vectors, and K-FAC's statistics. One file per family.
//!
//! Losses own all scaling: a mean over the batch, a sum over outputs and every factor ½ are in f, and gradient, curvature and factors follow.

mod analytic;
mod classical;
mod evaluation;
pub mod examples;
pub mod expression;
pub mod formula;
pub mod jet;
mod kronecker_quadratic;
pub mod mlp;
mod oracle;
mod quadratic;
mod rosenbrock;

use nalgebra::{DMatrix, DVector};

use crate::math::Real;

pub use classical::{Classical, TestFunction};
pub use evaluation::{Confusion, Evaluation, MOST_CLASSES};
pub use examples::{DataInfo, DataPiece, Examples, Part, Sample, Splits, Standardisation, Targets};
pub use expression::Expression;
pub use kronecker_quadratic::KroneckerQuadratic;
pub use mlp::Mlp;
pub use oracle::{Curvature, Estimator, Factors, Oracle};
pub use quadratic::Quadratic;
pub use rosenbrock::Rosenbrock;

/// A function to minimise.
pub trait Problem<T: Real>: Send + Sync {
    /// Where the optimisers start; its length is the number of parameters.
    fn start(&self) -> DVector<T>;

    /// A fresh oracle; every lane has its own.
    fn oracle(&self) -> Box<dyn Oracle<T>>;

    /// The curvatures there are, the default one first.
    fn curvatures(&self) -> &[Curvature];

    /// K-FAC's blocks in the order of the parameters: each is a column-major matrix of (inputs, outputs) parameters.
    /// A problem without layers is one block of n × 1, with A the generalised Gauss–Newton matrix and G = 1.
    fn blocks(&self) -> Vec<(usize, usize)>;

    /// c of a penalty ½c‖θ‖² that is part of f.
    fn l2(&self) -> T {
        T::zero()
    }

    /// The minima that are known.
    fn minima(&self) -> Vec<DVector<T>> {
        Vec::new()
    }

    /// The network, where the problem is one.
    fn network(&self) -> Option<&dyn Network<T>> {
        None
    }

    /// What parameter `index` is called.
    fn parameter_name(&self, index: usize) -> String {
        format!("θ[{index}]")
    }
}

/// A supervised model.
pub trait Network<T: Real> {
    /// A copy of the training examples in double precision.
    fn examples(&self) -> Examples;

    /// How many inputs there are.
    fn inputs(&self) -> usize;

    /// How many outputs there are.
    fn outputs(&self) -> usize;

    /// Whether the targets are classes.
    fn classifies(&self) -> bool;

    /// What is known of the data beside its numbers.
    fn data_info(&self) -> &DataInfo;

    /// Passes a part of the data to `sink`, all inputs before all targets; nothing if there is no such part.
    fn visit_data(&self, part: Part, sink: &mut dyn FnMut(DataPiece<'_>));

    /// How many steps an epoch takes.
    fn batches_per_epoch(&self) -> u64;

    /// How many examples a part of the data has.
    fn count(&self, part: Part) -> usize;

    /// At most so many examples of a part of the data, from all over it; `None` if nothing is held out for it.
    fn sample(&self, part: Part, most: usize) -> Option<Sample>;

    /// How the model does at θ on a part of the data; `None` if nothing is held out for it.
    fn evaluate(&self, theta: &DVector<T>, part: Part) -> Option<Evaluation>;

    /// The outputs, one column an example, for `inputs` with one column an example.
    fn predict(&self, theta: &DVector<T>, inputs: &DMatrix<f64>) -> DMatrix<f64>;
}
