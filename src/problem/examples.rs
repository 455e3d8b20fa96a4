//! The data of a supervised problem.

use nalgebra::DMatrix;

/// What the outputs are compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One column an example, one row an output.
    Values(DMatrix<f64>),
    /// One class an example.
    Classes(Vec<usize>),
}

/// Inputs with their targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Examples {
    /// One column an example, one row an input.
    pub inputs: DMatrix<f64>,
    /// As many as `inputs` has columns.
    pub targets: Targets,
}

impl Examples {
    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.inputs.ncols()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
