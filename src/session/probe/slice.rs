//! f along a step, and the parabola that was believed.

use super::{Probed, finite};
use crate::math::Real;

/// Points from t = −1/4 to 9/4, a fortieth apart.
const POINTS: usize = 101;
/// The points at t = 0 and at t = 1.
const ZERO: usize = 10;
const ONE: usize = 50;
/// Each leaves 0.618 of the bracket, all of them 4e-11. The rounding of f then decides, at about 1e-8.
const REFINEMENTS: usize = 50;

/// f(θ + tu) on the step's batch, and the quadratic model of it.
///
/// ```text
/// model            f + t·gᵀu + ½t²(uᵀCu + λ‖u‖²)
/// model_undamped   f + t·gᵀu + ½t²·uᵀCu
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// t, ascending; 0 and 1 are in it.
    pub t: Vec<f64>,
    /// f there, where it is finite.
    pub truth: Vec<Option<f64>>,
    /// The damped model, f(θ) included.
    pub model: Vec<f64>,
    /// The model without λ.
    pub model_undamped: Vec<f64>,
    /// ΔM, as the optimiser's ratio has it.
    pub predicted: f64,
    /// f(θ′) − f(θ), where it is finite.
    pub actual: Option<f64>,
    /// Their quotient, by the step's own arithmetic where that computed it.
    pub rho: Option<f64>,
    /// The t at which f is least, if that is not at an end of the range.
    pub true_minimiser: Option<f64>,
    /// The t at which the damped model is least: 1 where every coefficient minimises it. `None` if it has no minimum.
    pub model_minimiser: Option<f64>,
}

pub(super) fn slice<T: Real>(probed: &mut Probed<T>) -> Option<Slice> {
    let attempt = &probed.attempt;
    let (model, w) = (attempt.model.as_ref()?, attempt.weights.w);
    let slope: f64 = (-model.b.dot(&w)).into();
    let curvature: f64 = (w.transpose() * model.a * w)[0].into();
    let squared_norm: f64 = (w.transpose() * model.d * w)[0].into();
    let (loss, lambda): (f64, f64) = (attempt.loss.into(), attempt.lambda.into());
    let (predicted, rho, new_loss) = (attempt.predicted?, attempt.rho, attempt.new_loss);

    let damped = curvature + lambda * squared_norm;
    let t: Vec<f64> = (0..POINTS).map(|i| (i as f64 - ZERO as f64) / (ONE - ZERO) as f64).collect();
    let parabola = |bend: f64| t.iter().map(|t| loss + t * slope + 0.5 * t * t * bend).collect();
    let (model, model_undamped) = (parabola(damped), parabola(curvature));
    let new_loss = new_loss.and_then(finite);
    // What the step measured is not measured again: another way to f may differ in its last digits.
    let truth = t.iter().enumerate().map(|(i, &t)| match i {
        ZERO => Some(loss),
        ONE if new_loss.is_some() => new_loss,
        _ => probed.loss_at(t),
    });
    let truth: Vec<Option<f64>> = truth.collect();
    let predicted: f64 = predicted.into();
    let actual = truth[ONE].map(|after| after - loss);
    let quotient = || actual.map(|actual| actual / predicted).filter(|rho| rho.is_finite());
    let rho = rho.and_then(finite).or_else(quotient);
    let true_minimiser = minimiser(probed, &t, &truth);
    let model_minimiser = (damped > 0.0).then(|| -slope / damped);
    Some(Slice { t, truth, model, model_undamped, predicted, actual, rho, true_minimiser, model_minimiser })
}

/// Where f is least, by golden sections around the lowest point.
fn minimiser<T: Real>(probed: &mut Probed<T>, t: &[f64], truth: &[Option<f64>]) -> Option<f64> {
    let height = |i: usize| truth[i].unwrap_or(f64::INFINITY);
    let lowest = (0..t.len()).min_by(|&i, &j| height(i).total_cmp(&height(j)))?;
    if lowest == 0 || lowest + 1 == t.len() {
        return None;
    }
    let section = (5_f64.sqrt() - 1.0) / 2.0;
    let mut at = |t: f64| probed.loss_at(t).unwrap_or(f64::INFINITY);
    let [mut low, mut high] = [t[lowest - 1], t[lowest + 1]];
    let [mut left, mut right] = [high - section * (high - low), low + section * (high - low)];
    let [mut f_left, mut f_right] = [at(left), at(right)];
    for _ in 0..REFINEMENTS {
        if f_left <= f_right {
            (high, right, f_right) = (right, left, f_left);
            left = high - section * (high - low);
            f_left = at(left);
        } else {
            (low, left, f_left) = (left, right, f_right);
            right = low + section * (high - low);
            f_right = at(right);
        }
    }
    Some(0.5 * (low + high))
}
