//! What kind of point it is where the gradient vanishes.

use nalgebra::{DMatrix, DVector};

use super::{Curvature, record::RECORDED_PARAMS};
use crate::{
    math::Real,
    problem::{Oracle, Problem},
};

/// An eigenvalue within so small a share of the largest one has no sign.
const FLAT: f64 = 1e-6;

/// How what is said of a maximum begins.
pub(super) const MAXIMUM: &str = "a maximum";
/// How what is said of a saddle begins.
pub(super) const SADDLE: &str = "a saddle";

/// In words, where the Hessian at θ has a negative eigenvalue; `None` also where there is no Hessian or there are too many parameters.
///
/// It costs a curvature product for every pair of parameters, and the oracle is then linearised at θ.
pub(super) fn negative_curvature<T: Real>(
    problem: &dyn Problem<T>,
    oracle: &mut dyn Oracle<T>,
    theta: &DVector<T>,
) -> Option<String> {
    let n = theta.len();
    if n > RECORDED_PARAMS || !problem.curvatures().contains(&Curvature::Hessian) {
        return None;
    }
    oracle.linearise(theta, &mut DVector::zeros(n));
    let axes: Vec<DVector<T>> =
        (0..n).map(|i| DVector::from_fn(n, |j, _| T::of(f64::from(u8::from(i == j))))).collect();
    let mut hessian = DMatrix::<f64>::zeros(n, n);
    for i in 0..n {
        hessian[(i, i)] = oracle.gram(Curvature::Hessian, &[&axes[i]])[(0, 0)].into();
        for j in 0..i {
            hessian[(i, j)] = oracle.gram(Curvature::Hessian, &[&axes[i], &axes[j]])[(0, 1)].into();
            hessian[(j, i)] = hessian[(i, j)];
        }
    }
    if hessian.iter().any(|entry| !entry.is_finite()) {
        return None;
    }
    let eigenvalues = hessian.symmetric_eigenvalues();
    let flat = FLAT * eigenvalues.amax();
    match eigenvalues.iter().filter(|eigenvalue| **eigenvalue < -flat).count() {
        0 => None,
        all if all == n => Some(format!("{MAXIMUM} (curvature negative)")),
        some => Some(format!("{SADDLE} (curvature negative along {some} of {n} directions)")),
    }
}
