//! A step looked into: what its views must be, whatever the numbers.

#![allow(missing_docs, clippy::unwrap_used)]

use nalgebra::{DMatrix, DVector};
use rhoscope::{
    math::Real,
    optim::{Coefficient, Curvature, Quantity as Q, Ratio, Recipe, StepRecord, presets},
    problem::{KroneckerQuadratic, Problem, Quadratic, Rosenbrock},
    session::{LaneSpec, Probe, Progress, Session, Turn},
};

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1e-300)
}

fn rosenbrock() -> Box<dyn Problem<f64>> {
    Box::new(Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] })
}

fn bowl() -> Box<dyn Problem<f64>> {
    let matrix = DMatrix::from_row_slice(3, 3, &[4.0, 1.0, 0.0, 1.0, 3.0, 0.5, 0.0, 0.5, 2.0]);
    Box::new(Quadratic::new(matrix, DVector::zeros(3), DVector::from_column_slice(&[1.0, -2.0, 0.5])))
}

fn with_hessian(recipe: Recipe) -> Recipe {
    Recipe { curvature: Some(Curvature::Hessian), tolerance: 0.0, ..recipe }
}

/// What each of the next `steps` steps does.
fn play(session: &mut Session, steps: usize) -> Vec<StepRecord> {
    let mut records = Vec::new();
    for _ in 0..steps {
        session.advance(&|| 0.0, &mut |progress| {
            if let Progress::Step { record, .. } = progress {
                records.push(record.clone());
            }
        });
    }
    records
}

/// A session of one lane after `steps` steps, and what each of them did.
fn played<T: Real>(problem: Box<dyn Problem<T>>, recipe: Recipe, steps: usize) -> (Session, Vec<StepRecord>) {
    let mut session = Session::new(problem, &[LaneSpec { label: "lane".to_owned(), recipe }]);
    let records = play(&mut session, steps);
    (session, records)
}

/// Looks into some of the first twelve steps of each recipe on Rosenbrock's valley.
fn look(mut at: impl FnMut(&Recipe, &mut dyn Probe, StepRecord)) {
    for recipe in recipes() {
        let (mut session, _) = played(rosenbrock(), recipe.clone(), 12);
        for step in [1, 2, 5, 9, 12] {
            let mut probe = session.probe(0, step).unwrap();
            let record = probe.record().clone();
            at(&recipe, probe.as_mut(), record);
        }
    }
}

fn recipes() -> Vec<Recipe> {
    let mut averaged = with_hessian(presets::adamqlr());
    (averaged.step_size.ema, averaged.step_size.clip) = (0.9, Some(0.05));
    let mut rejecting = presets::kfac();
    (rejecting.damping.reject, rejecting.damping.initial) = (Some(2.0), 1e-6);
    let mut calibrating = presets::kfac();
    calibrating.damping.calibrate = true;
    let undamped = presets::without_damping(with_hessian(presets::adamqlr()));
    vec![with_hessian(presets::adamqlr()), presets::kfac(), averaged, rejecting, calibrating, undamped]
}

#[test]
fn a_probe_finds_the_step_that_was_taken_and_changes_nothing() {
    for recipe in recipes() {
        let (mut session, records) = played(rosenbrock(), recipe.clone(), 10);
        for step in [1, 2, 7, 10] {
            let mut probe = session.probe(0, step).unwrap();
            assert_eq!(probe.record(), &records[step as usize - 1], "{recipe:?}");
            probe.slice();
            probe.dial();
        }
        assert!(session.probe(0, 0).is_none() && session.probe(0, 11).is_none());
        let (_, longer) = played(rosenbrock(), recipe.clone(), 15);
        let more = play(&mut session, 5);
        assert_eq!(more[..], longer[10..], "the run goes on as if nobody had looked");
    }
}

#[test]
fn the_slice_begins_at_f_ends_at_f_after_and_has_the_model_s_slope() {
    look(|recipe, probe, record| {
        let slice = probe.slice().unwrap();
        let at = |t: f64| slice.t.iter().position(|other| other.to_bits() == t.to_bits()).unwrap();
        let loss = record.get(Q::Loss).unwrap();
        assert_eq!(slice.truth[at(0.0)], Some(loss));
        assert_eq!([slice.model[at(0.0)], slice.model_undamped[at(0.0)]].map(f64::to_bits), [loss.to_bits(); 2]);
        if let Some(after) = record.get(Q::NewLoss) {
            assert_eq!(slice.truth[at(1.0)], Some(after));
        }
        if let (Some(rho), Some(actual)) = (record.get(Q::Rho), slice.actual) {
            assert_eq!(slice.rho, Some(rho));
            assert!(close(actual, rho * slice.predicted, 1e-6), "{actual} {rho} {}", slice.predicted);
        }
        // The parabola that ρ is measured against passes through f′ where ρ is 1.
        let judged = if recipe.ratio == Ratio::Damped { &slice.model } else { &slice.model_undamped };
        assert!((judged[at(1.0)] - loss - slice.predicted).abs() < 1e-12 * (1.0 + loss), "{recipe:?}");
        // Both parabolas and f have one slope at 0.
        let h = slice.t[at(0.0) + 1];
        let centred = |f: &dyn Fn(usize) -> f64| (f(at(0.0) + 1) - f(at(0.0) - 1)) / (2.0 * h);
        let slopes = [&slice.model, &slice.model_undamped].map(|model| centred(&|i| model[i]));
        assert!(close(slopes[0], slopes[1], 1e-9), "{slopes:?}");
        let (theta, update) = (probe.start(), probe.update());
        let gradient = [
            -2.0 * (1.0 - theta[0]) - 400.0 * theta[0] * (theta[1] - theta[0] * theta[0]),
            200.0 * (theta[1] - theta[0] * theta[0]),
        ];
        let slope = gradient[0] * update[0] + gradient[1] * update[1];
        assert!(close(slopes[0], slope, 1e-6), "{slopes:?} {slope}");
    });
}

#[test]
fn on_a_quadratic_the_undamped_model_is_f_itself() {
    for recipe in [with_hessian(presets::adamqlr()), presets::kfac(), with_hessian(presets::sgdqlr())] {
        let (mut session, _) = played(bowl(), recipe, 4);
        let slice = session.probe(0, 3).unwrap().slice().unwrap();
        for (truth, model) in slice.truth.iter().zip(&slice.model_undamped) {
            assert!((truth.unwrap() - model).abs() < 1e-12 * (1.0 + model.abs()), "{truth:?} {model}");
        }
        // The least point of f along u is where the undamped parabola is least: beyond 1, since λ makes the step shorter.
        let found = slice.true_minimiser.unwrap();
        let (f, g) = (slice.model_undamped[10], slice.model_undamped[50]);
        let middle = slice.model_undamped[30];
        let (slope, bend) = (4.0 * middle - g - 3.0 * f, 4.0 * (f + g - 2.0 * middle));
        assert!((found + slope / bend).abs() < 1e-6, "{found} {}", -slope / bend);
        assert!(close(slice.model_minimiser.unwrap(), 1.0, 1e-9));
    }
}

#[test]
fn the_dial_at_the_step_s_own_lambda_is_the_step() {
    look(|_, probe, record| {
        let dial = probe.dial().unwrap();
        assert_eq!(dial.lambda.len(), 61);
        assert!(dial.lambda.windows(2).all(|pair| pair[0] < pair[1]));
        let own = record.get(Q::Damping).unwrap();
        assert_eq!(dial.lambda[dial.own].to_bits(), own.to_bits());
        if own > 0.0 {
            assert!(dial.lambda[0] <= 1.001e-4 * own && dial.lambda[60] >= 0.999e4 * own);
        }
        let turn = dial.turns[dial.own].as_ref().unwrap();
        let exact = |quantity, value: Option<f64>| {
            let recorded = record.get(quantity);
            assert_eq!(recorded, value, "{quantity:?} at step {}", record.step);
        };
        exact(Q::UpdateNorm, Some(turn.update_norm));
        exact(Q::LearningRate, Some(turn.learning_rate));
        exact(Q::ModelChange, turn.predicted);
        if record.get(Q::Rho).is_some() {
            exact(Q::Rho, turn.rho);
        }
        if let Some((after, before)) = record.get(Q::NewLoss).zip(record.get(Q::Loss)) {
            assert_eq!(turn.actual, Some(after - before));
        }
        let ends: Vec<f64> = probe.start().iter().zip(probe.update()).map(|(x, u)| x + u).collect();
        assert_eq!(turn.end.as_deref(), Some(&ends[..]));
        let best = dial.best.unwrap();
        let actual = |turn: &Option<Turn>| turn.as_ref().and_then(|turn| turn.actual).unwrap_or(f64::INFINITY);
        let least = dial.turns.iter().map(actual).fold(f64::INFINITY, f64::min);
        let at = dial.lambda.iter().position(|lambda| lambda.to_bits() == best.to_bits()).unwrap();
        assert_eq!(actual(&dial.turns[at]).to_bits(), least.to_bits());
    });
}

#[test]
fn as_lambda_grows_kfac_turns_to_the_gradient_and_its_step_falls_as_one_over_lambda() {
    let mut recipe = presets::kfac();
    recipe.step_size.momentum = Coefficient::Fixed(0.0);
    let (mut session, _) = played(bowl(), recipe, 3);
    let mut probe = session.probe(0, 2).unwrap();
    let (theta, dial) = (probe.start(), probe.dial().unwrap());
    let [before, last] = [&dial.turns[50], &dial.turns[60]].map(|turn| turn.as_ref().unwrap());
    let products = [dial.lambda[50] * before.update_norm, dial.lambda[60] * last.update_norm];
    assert!(close(products[0], products[1], 1e-2), "{products:?}");
    let matrix = DMatrix::from_row_slice(3, 3, &[4.0, 1.0, 0.0, 1.0, 3.0, 0.5, 0.0, 0.5, 2.0]);
    let theta = DVector::from_vec(theta);
    let gradient = &matrix * &theta;
    let update = DVector::from_vec(last.end.clone().unwrap()) - &theta;
    let cosine = -update.dot(&gradient) / (update.norm() * gradient.norm());
    assert!(cosine > 1.0 - 1e-6, "{cosine}");
    // Without λ in ΔM ρ is 1 wherever the dial stands.
    for turn in dial.turns.iter().flatten() {
        assert!(turn.rho.is_none_or(|rho| (rho - 1.0).abs() < 1e-6), "{turn:?}");
    }
}

#[test]
fn with_lambda_in_the_prediction_rho_on_a_quadratic_is_as_the_formula_says() {
    let (mut session, _) = played(bowl(), with_hessian(presets::adamqlr()), 3);
    let mut probe = session.probe(0, 3).unwrap();
    let record = probe.record().clone();
    let [curvature, squared] = [Q::DirectionCurvature, Q::DirectionSquaredNorm].map(|q| record.get(q).unwrap());
    let dial = probe.dial().unwrap();
    for (lambda, turn) in dial.lambda.iter().zip(&dial.turns) {
        let expected = 1.0 + lambda * squared / (curvature + lambda * squared);
        let rho = turn.as_ref().unwrap().rho.unwrap();
        assert!((rho - expected).abs() < 1e-6, "{lambda}: {rho} {expected}");
    }
}

#[test]
fn what_has_no_model_has_no_slice_and_what_has_no_lambda_no_dial() {
    let (mut session, _) = played(rosenbrock(), presets::adam(), 3);
    let mut probe = session.probe(0, 2).unwrap();
    assert!(probe.slice().is_none() && probe.dial().is_none());
    session.keep_no_past();
    assert!(session.probe(0, 2).is_none());
}

#[test]
fn lanes_in_single_precision_and_with_factors_are_looked_into_too() {
    let problem: Box<dyn Problem<f32>> = Box::new(KroneckerQuadratic::new(5, 4, 12, 3));
    let (mut session, records) = played(problem, presets::kfac(), 6);
    let mut probe = session.probe(0, 4).unwrap();
    assert_eq!(probe.record(), &records[3]);
    assert!(probe.slice().unwrap().truth.iter().all(Option::is_some));
    let dial = probe.dial().unwrap();
    assert_eq!(records[3].get(Q::UpdateNorm), dial.turns[dial.own].as_ref().map(|turn| turn.update_norm));
    assert!(dial.turns.iter().flatten().all(|turn| turn.end.is_none()), "20 parameters are too many to list");
}
