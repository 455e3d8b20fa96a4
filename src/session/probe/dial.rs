//! The steps that other λ would have led to.

use super::{Probed, doubles, finite};
use crate::{
    math::Real,
    optim::{Attempt, RECORDED_PARAMS},
};

/// Values of λ on either side of the step's own.
const SIDE: i32 = 30;
/// They reach at least so many decades, and on to at most so many while ‖u‖ still changes.
const DECADES: [i32; 2] = [4, 12];
/// ‖u‖ has settled where a decade changes it by less than this share of the step's own length.
const SETTLED: f64 = 0.01;

/// The same step with other λ, everything else as it was.
///
/// K-FAC's direction and coefficients change with λ; of the others only the length does.
#[derive(Clone, Debug, PartialEq)]
pub struct Dial {
    /// λ, ascending, the step's own among them.
    pub lambda: Vec<f64>,
    /// What each would have led to; `None` where no step could have been taken.
    pub turns: Vec<Option<Turn>>,
    /// Where the step's own λ stands.
    pub own: usize,
    /// The λ after which f would have been lowest; `None` where f is finite after none.
    pub best: Option<f64>,
}

/// The step with one λ.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// ‖u‖.
    pub update_norm: f64,
    /// α.
    pub learning_rate: f64,
    /// ΔM, as the optimiser's ratio has it.
    pub predicted: Option<f64>,
    /// f(θ + u) − f(θ), where it is finite.
    pub actual: Option<f64>,
    /// Their quotient.
    pub rho: Option<f64>,
    /// θ + u, of at most [`RECORDED_PARAMS`] parameters.
    pub end: Option<Vec<f64>>,
}

pub(super) fn dial<T: Real>(probed: &mut Probed<T>) -> Option<Dial> {
    if !probed.optimiser.uses_damping() {
        return None;
    }
    let own: f64 = probed.attempt.lambda.into();
    let centre = if own > 0.0 { own } else { scale(&probed.attempt) };
    let down = reach(probed, centre, -1);
    let up = reach(probed, centre, 1);
    let place = |i: i32| {
        let decades = if i < 0 { down } else { up };
        centre * 10_f64.powf(f64::from(decades) * f64::from(i) / f64::from(SIDE))
    };
    let others = (-SIDE..=SIDE).filter(|i| *i != 0).map(place);
    let mut lambda: Vec<f64> = others.collect();
    // Without damping the step's own λ, 0, stands before all others.
    let at = lambda.partition_point(|lambda| *lambda < own);
    lambda.insert(at, own);
    let turns: Vec<Option<Turn>> = lambda.iter().map(|&lambda| turn(probed, lambda)).collect();
    let fall = |i: &usize| turns[*i].as_ref().and_then(|turn| turn.actual).unwrap_or(f64::INFINITY);
    let best = (0..turns.len()).min_by(|i, j| fall(i).total_cmp(&fall(j))).filter(|i| fall(i).is_finite());
    Some(Dial { best: best.map(|i| lambda[i]), lambda, turns, own: at })
}

/// A λ as large as the curvature along the first vector; 1 where there is none.
fn scale<T: Real>(attempt: &Attempt<T>) -> f64 {
    let along = attempt.model.as_ref().map(|model| (model.a[(0, 0)] / model.d[(0, 0)]).abs().into());
    along.filter(|scale: &f64| scale.is_normal()).unwrap_or(1.0)
}

/// How many decades from `centre`, up or down, the values of λ go.
fn reach<T: Real>(probed: &mut Probed<T>, centre: f64, sign: i32) -> i32 {
    let [least, most] = DECADES;
    let own: f64 = probed.attempt.update_norm.into();
    let mut length = |decades: i32| turn(probed, centre * 10_f64.powi(sign * decades)).map(|turn| turn.update_norm);
    let mut last = length(least);
    for decades in least..most {
        let next = length(decades + 1);
        match (last, next) {
            (Some(last), Some(next)) if (next - last).abs() > SETTLED * own => {}
            _ => return decades,
        }
        last = next;
    }
    most
}

fn turn<T: Real>(probed: &mut Probed<T>, lambda: f64) -> Option<Turn> {
    let lambda = T::of(lambda);
    let mut optimiser = probed.optimiser.clone();
    let Probed { oracle, theta, space, attempt: first, .. } = probed;
    let attempt = optimiser.attempt_with(lambda, first, oracle.as_mut(), theta, space).ok()?;
    let (loss, predicted): (f64, Option<f64>) = (first.loss.into(), attempt.predicted.and_then(finite));
    let actual = attempt.new_loss.and_then(finite).map(|after| after - loss);
    Some(Turn {
        update_norm: attempt.update_norm.into(),
        learning_rate: attempt.weights.w[0].into(),
        predicted,
        actual,
        rho: attempt.rho.and_then(finite),
        end: (theta.len() <= RECORDED_PARAMS).then(|| doubles(space.trial())),
    })
}
