//! Runs of optimisers as options name them, on problems small enough to check by hand.

#![allow(dead_code, reason = "shared by tests that each need a part of it")]

use std::path::Path;

use nalgebra::{DMatrix, DVector, dvector};
use rhoscope::{
    optim::{Quantity as Q, Recipe, StepRecord},
    problem::{Problem, Quadratic, Rosenbrock},
    session::setup::{Overrides, Setup},
};

use super::problems::run;

/// What an option on the command line makes of an optimiser.
pub fn recipe(spec: &str) -> Recipe {
    let overrides = Overrides { optimisers: vec![spec.to_owned()], ..Overrides::default() };
    let setup = Setup::from_str("[problem]\nkind = \"rosenbrock\"", "p.toml", Path::new(""), &overrides);
    setup.unwrap_or_else(|error| panic!("{error}")).lanes.remove(0).recipe
}

pub fn rosenbrock() -> Rosenbrock<f64> {
    Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] }
}

/// f = ½cx² from x = 1.
pub fn parabola(c: f64) -> Quadratic<f64> {
    Quadratic::new(DMatrix::from_element(1, 1, c), dvector![0.0], dvector![1.0])
}

pub fn bowl() -> Quadratic<f64> {
    Quadratic::new(DMatrix::from_row_slice(2, 2, &[3.0, 1.0, 1.0, 20.0]), dvector![0.5, -0.5], dvector![2.0, 0.3])
}

pub fn records(spec: &str, problem: &dyn Problem<f64>, steps: usize) -> Vec<(StepRecord, DVector<f64>)> {
    let (records, halt) = run(&recipe(spec), problem, steps);
    assert!(halt.is_none() && records.len() == steps, "{spec}: {halt:?}");
    records
}

pub fn column(records: &[(StepRecord, DVector<f64>)], quantity: Q) -> Vec<f64> {
    records.iter().map(|(record, _)| record.get(quantity).unwrap_or_else(|| panic!("{quantity:?}"))).collect()
}

#[track_caller]
pub fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-11 * expected.abs().max(1e-3), "{found} instead of {expected}");
}

#[track_caller]
pub fn all_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (&found, &expected) in found.iter().zip(expected) {
        close(found, expected);
    }
}
