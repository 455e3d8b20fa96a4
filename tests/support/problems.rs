//! Small problems, runs on them, and what the oracles say written out densely.

#![allow(dead_code, reason = "shared by tests that each need a part of it")]

use nalgebra::{DMatrix, DVector};
use rhoscope::{
    optim::{Curvature, Halt, Optimiser, Recipe, StepRecord, Workspace},
    problem::{
        Estimator, Examples, Factors, Mlp, Problem, Quadratic, Targets,
        mlp::{Activation, Batching, Loss, initial_params},
    },
};

/// Runs `steps` steps and gives every record with θ after it.
pub fn run(
    recipe: &Recipe,
    problem: &dyn Problem<f64>,
    steps: usize,
) -> (Vec<(StepRecord, DVector<f64>)>, Option<Halt>) {
    let mut optimiser = Optimiser::new(recipe, problem);
    let (mut oracle, mut theta) = (problem.oracle(), problem.start());
    let (mut space, mut record) = (Workspace::new(theta.len()), StepRecord::default());
    let mut records = Vec::new();
    for _ in 0..steps {
        match optimiser.step(oracle.as_mut(), &mut theta, &mut space, &mut record) {
            Ok(()) => records.push((record.clone(), theta.clone())),
            Err(halt) => return (records, Some(halt)),
        }
    }
    (records, None)
}

pub fn quadratic(entries: &[f64]) -> (DMatrix<f64>, Quadratic<f64>) {
    let root = DMatrix::from_column_slice(3, 3, &entries[..9]);
    let matrix = root.transpose() * root + DMatrix::identity(3, 3) * 0.2;
    let (center, start) = (DVector::from_column_slice(&entries[9..12]), DVector::from_column_slice(&entries[12..15]));
    (matrix.clone(), Quadratic::new(matrix, center, start))
}

pub fn data(inputs: usize, outputs: usize, examples: usize, classes: bool) -> Examples {
    let wave = |i: usize, j: usize, s: f64| (((i + 1) * (j + 2) * (j + 3)) as f64 * s).sin();
    Examples {
        inputs: DMatrix::from_fn(inputs, examples, |i, j| wave(i, j, 0.77)),
        targets: if classes {
            Targets::Classes((0..examples).map(|n| (n * n) % outputs).collect())
        } else {
            Targets::Values(DMatrix::from_fn(outputs, examples, |i, j| wave(i, j, 1.31)))
        },
    }
}

pub fn network(layers: &[usize], activation: Activation, loss: Loss, examples: usize) -> Mlp<f64> {
    let data = data(layers[0], layers[layers.len() - 1], examples, loss == Loss::CrossEntropy);
    Mlp::new(layers, activation, loss, data, initial_params(layers, 4), Batching { size: 0, shuffle: false }, 0.0, 4)
        .unwrap()
}

/// C as a dense matrix, column by column through the only access there is.
pub fn dense(problem: &dyn Problem<f64>, curvature: Curvature) -> DMatrix<f64> {
    let theta = problem.start();
    let n = theta.len();
    let mut oracle = problem.oracle();
    oracle.select(1);
    oracle.linearise(&theta, &mut DVector::zeros(n));
    let axis = |i| DVector::from_fn(n, |k, _| if k == i { 1.0 } else { 0.0 });
    let mut matrix = DMatrix::zeros(n, n);
    for i in 0..n {
        for j in 0..=i {
            let entry = if i == j {
                oracle.gram(curvature, &[&axis(i)])[(0, 0)]
            } else {
                oracle.gram(curvature, &[&axis(i), &axis(j)])[(0, 1)]
            };
            matrix[(i, j)] = entry;
            matrix[(j, i)] = entry;
        }
    }
    matrix
}

pub fn statistics(problem: &dyn Problem<f64>, estimator: Estimator) -> Vec<Factors<f64>> {
    let theta = problem.start();
    let mut oracle = problem.oracle();
    oracle.select(1);
    oracle.linearise(&theta, &mut DVector::zeros(theta.len()));
    let mut factors: Vec<_> = problem.blocks().into_iter().map(Factors::zeros).collect();
    oracle.statistics(estimator, 1.0, &mut factors);
    factors
}

/// The diagonal blocks of `matrix` that belong to the problem's layers.
pub fn blocks(problem: &dyn Problem<f64>, matrix: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
    let mut from = 0;
    problem
        .blocks()
        .into_iter()
        .map(|(inputs, outputs)| {
            let size = inputs * outputs;
            from += size;
            matrix.view((from - size, from - size), (size, size)).into_owned()
        })
        .collect()
}

/// Columns of W one after another: the block of θ is G ⊗ A in nalgebra's order, which is the paper's A ⊗ G for vec by rows.
pub fn kronecker(factors: &Factors<f64>) -> DMatrix<f64> {
    let (a, g) = factors.symmetric();
    g.kronecker(&a)
}
