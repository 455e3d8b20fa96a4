//! Derivatives against central differences.

use nalgebra::DVector;
use proptest::prelude::*;
use rhoscope::problem::{Curvature, Oracle, Problem};

pub fn close(found: f64, expected: f64, scale: f64) -> Result<(), TestCaseError> {
    prop_assert!((found - expected).abs() <= 1e-6 * (1.0 + scale.abs()), "{} instead of {}", found, expected);
    Ok(())
}

/// On the batch of step 2: f against itself, ∇f against differences of f, uᵀHv and vᵀHv against those of ∇f.
/// The oracle comes back linearised at θ, and the gradient there with it.
pub fn derivatives_agree(
    problem: &dyn Problem<f64>,
    theta: &DVector<f64>,
    u: &DVector<f64>,
    v: &DVector<f64>,
) -> Result<Box<dyn Oracle<f64>>, TestCaseError> {
    let mut oracle = problem.oracle();
    oracle.select(2);
    let (h, mut gradient) = (1e-5, DVector::zeros(theta.len()));
    let at = oracle.linearise(theta, &mut gradient);
    close(oracle.loss(theta), at, at)?;
    let change = (oracle.loss(&(theta + v * h)) - oracle.loss(&(theta - v * h))) / (2.0 * h);
    close(gradient.dot(v), change, gradient.norm() * v.norm() + at.abs() * 1e-3)?;

    let hessian = oracle.gram(Curvature::Hessian, &[u, v]);
    prop_assert!((hessian[(0, 1)] - hessian[(1, 0)]).abs() <= 1e-9 * hessian.amax());
    let mut slope = |theta: &DVector<f64>| {
        let mut g = DVector::zeros(theta.len());
        oracle.linearise(theta, &mut g);
        g
    };
    let change = (slope(&(theta + v * h)) - slope(&(theta - v * h))) / (2.0 * h);
    close(hessian[(0, 1)], u.dot(&change), hessian.amax())?;
    close(hessian[(1, 1)], v.dot(&change), hessian.amax())?;
    slope(theta);
    Ok(oracle)
}
