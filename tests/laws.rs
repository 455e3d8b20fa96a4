//! Where theory says what must come out, it does.

#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/problems.rs"]
mod problems;

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rhoscope::{
    optim::{
        Blocks, Cause, Coefficient, Curvature, DampingRule, DirectionRecipe, Halt, Inversion, Optimiser, Quantity as Q,
        Ratio, Recipe, StepRecord, Workspace, presets,
    },
    problem::{
        Estimator, KroneckerQuadratic, Mlp, Part, Problem, Quadratic, Rosenbrock,
        mlp::{Activation, Batching, Loss, initial_params},
    },
    session::{LaneSpec, Session},
};

use problems::{blocks, data, dense, kronecker, network, quadratic, run, statistics};

fn undamped(recipe: Recipe) -> Recipe {
    presets::without_damping(recipe)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn one_undamped_step_along_the_gradient_is_the_line_minimiser(entries in prop::collection::vec(-2.0f64..2.0, 15)) {
        let (matrix, problem) = quadratic(&entries);
        let g = &matrix * (problem.start() - problem.minima()[0].clone());
        prop_assume!(g.norm() > 1e-6);
        let (records, _) = run(&undamped(presets::sgdqlr()), &problem, 1);
        let alpha = g.dot(&g) / g.dot(&(&matrix * &g));
        let (record, theta) = &records[0];
        prop_assert!((record.get(Q::LearningRate).unwrap() - alpha).abs() < 1e-10 * alpha);
        // At the line's minimum the new gradient stands at right angles to the old one.
        let after = &matrix * (theta - problem.minima()[0].clone());
        prop_assert!(after.dot(&g).abs() < 1e-9 * g.norm_squared());
    }

    #[test]
    fn rho_is_one_undamped_and_known_damped_on_quadratics(
        entries in prop::collection::vec(-2.0f64..2.0, 15), damping in 0.0f64..3.0,
        which in prop::sample::select(vec!["sgdqlr", "adamqlr"]),
    ) {
        let (_, problem) = quadratic(&entries);
        let mut recipe = if which == "sgdqlr" { presets::sgdqlr() } else { presets::adamqlr() };
        recipe.damping.initial = damping;
        for ratio in [Ratio::Damped, Ratio::Undamped] {
            recipe.ratio = ratio;
            for (record, _) in run(&recipe, &problem, 5).0 {
                let value = |q| record.get(q).unwrap();
                // Far from convergence: else Δf is a difference of equal numbers.
                if value(Q::NewLoss) < 1e-3 * value(Q::Loss) || value(Q::ModelChange).abs() < 1e-6 * value(Q::Loss) {
                    break;
                }
                let expected = match ratio {
                    Ratio::Undamped => 1.0,
                    Ratio::Damped => 1.0 + value(Q::Damping) * value(Q::DirectionSquaredNorm) / value(Q::Curvature),
                };
                prop_assert!((value(Q::Rho) - expected).abs() < 1e-7 * expected, "{} not {}", value(Q::Rho), expected);
                prop_assert!(expected < 2.0);
            }
        }
    }

    #[test]
    fn kfac_without_layers_and_damping_reaches_a_quadratics_minimum_in_one_step(entries in prop::collection::vec(-2.0f64..2.0, 15)) {
        let (_, problem) = quadratic(&entries);
        let (records, _) = run(&undamped(presets::kfac()), &problem, 1);
        prop_assert!((&records[0].1 - problem.minima()[0].clone()).norm() < 1e-9 * (1.0 + problem.start().norm()));
        prop_assert!((records[0].0.get(Q::LearningRate).unwrap() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn adamqlr_goes_where_adam_goes(entries in prop::collection::vec(-2.0f64..2.0, 15)) {
        let (_, problem) = quadratic(&entries);
        let (adam, _) = run(&presets::adam(), &problem, 1);
        let (adamqlr, _) = run(&presets::adamqlr(), &problem, 1);
        let (a, b) = (&adam[0].1 - problem.start(), &adamqlr[0].1 - problem.start());
        let cosine = a.dot(&b) / (a.norm() * b.norm());
        prop_assert!((cosine - 1.0).abs() < 1e-9, "{}", cosine);
    }
}

#[test]
fn kfac_blocks_equal_the_gauss_newton_blocks_of_a_deep_linear_network() {
    // With identity units and mse every example has the same J of outputs by pre-activations, so E[aaᵀ ⊗ ssᵀ] = E[aaᵀ] ⊗ E[ssᵀ].
    let problem = network(&[3, 4, 2, 3], Activation::Identity, Loss::Mse, 9);
    let expected = blocks(&problem, &dense(&problem, Curvature::Fisher));
    for (factors, expected) in statistics(&problem, Estimator::Exact).iter().zip(expected) {
        assert!((kronecker(factors) - &expected).amax() < 1e-12 * expected.amax());
    }
}

#[test]
fn kfac_blocks_equal_the_gauss_newton_blocks_for_one_example() {
    for (loss, activation) in
        [(Loss::Mse, Activation::Tanh), (Loss::CrossEntropy, Activation::Tanh), (Loss::CrossEntropy, Activation::Relu)]
    {
        let problem = network(&[3, 4, 3], activation, loss, 1);
        let expected = blocks(&problem, &dense(&problem, Curvature::Fisher));
        for (factors, expected) in statistics(&problem, Estimator::Exact).iter().zip(expected) {
            assert!((kronecker(factors) - &expected).amax() < 1e-12 * (1.0 + expected.amax()));
        }
    }
}

#[test]
fn kfac_blocks_differ_where_the_approximation_is_one() {
    let problem = network(&[3, 4, 3], Activation::Tanh, Loss::CrossEntropy, 9);
    let expected = blocks(&problem, &dense(&problem, Curvature::Fisher));
    let first = &statistics(&problem, Estimator::Exact)[0];
    assert!((kronecker(first) - &expected[0]).amax() > 1e-3 * expected[0].amax());
}

#[test]
fn fisher_and_hessian_agree_for_a_linear_model() {
    for loss in [Loss::Mse, Loss::CrossEntropy] {
        let problem = network(&[4, 3], Activation::Identity, loss, 11);
        let (fisher, hessian) = (dense(&problem, Curvature::Fisher), dense(&problem, Curvature::Hessian));
        assert!((fisher - hessian).amax() < 1e-12);
    }
}

/// The direction of K-FAC's first step, at fixed α = 1 and without momentum: θ − θ′.
fn first_direction(problem: &Mlp<f64>, inversion: Inversion, lambda: f64) -> DVector<f64> {
    first_step(problem, inversion, Blocks::Kronecker, lambda)
}

fn first_step(problem: &dyn Problem<f64>, inversion: Inversion, blocks: Blocks, lambda: f64) -> DVector<f64> {
    let mut recipe = presets::kfac();
    recipe.damping.initial = lambda;
    recipe.damping.rule = DampingRule::Constant;
    recipe.step_size.learning_rate = Coefficient::Fixed(1.0);
    recipe.step_size.momentum = Coefficient::Fixed(0.0);
    if let DirectionRecipe::Kfac { inversion: slot, blocks: form, .. } = &mut recipe.direction {
        (*slot, *form) = (inversion, blocks);
    }
    problem.start() - run(&recipe, problem, 1).0.remove(0).1
}

#[test]
fn eigen_inversion_is_the_dense_inverse_and_pi_factored_tends_to_it() {
    let problem = network(&[3, 4, 2], Activation::Tanh, Loss::Mse, 12);
    let mut gradient = DVector::zeros(problem.start().len());
    problem.oracle().linearise(&problem.start(), &mut gradient);
    let exact = |lambda: f64| {
        let mut from = 0;
        let mut solution = Vec::new();
        for factors in statistics(&problem, Estimator::Exact) {
            let block = kronecker(&factors);
            let size = block.nrows();
            let damped = block + DMatrix::identity(size, size) * lambda;
            solution.extend(damped.lu().solve(&gradient.rows(from, size)).unwrap().iter());
            from += size;
        }
        DVector::from_vec(solution)
    };
    let off = |inversion, lambda| {
        let expected = exact(lambda);
        (first_direction(&problem, inversion, lambda) - &expected).norm() / expected.norm()
    };
    for lambda in [1e-3, 1.0, 30.0] {
        assert!(off(Inversion::Eigen, lambda) < 1e-8, "{}", off(Inversion::Eigen, lambda));
    }
    let errors = [1e-4, 1e-6, 1e-8, 1e-10].map(|lambda| off(Inversion::PiFactored, lambda));
    assert!(errors[0] > 1e-4 && errors.windows(2).all(|pair| pair[1] < pair[0]), "{errors:?}");
    assert!(errors[3] < 0.01, "{errors:?}");
}

#[test]
fn sampled_factors_average_to_the_exact_ones() {
    for (loss, seeds) in [(Loss::CrossEntropy, 4000), (Loss::Mse, 4000)] {
        let layers = [3, 4, 3];
        let data = data(3, 3, 6, loss == Loss::CrossEntropy);
        let start = initial_params(&layers, 4);
        let mut mean: Vec<DMatrix<f64>> = Vec::new();
        let mut exact = Vec::new();
        for seed in 0..seeds {
            let problem = Mlp::new(
                &layers,
                Activation::Tanh,
                loss,
                data.clone(),
                start.clone(),
                Batching { size: 0, shuffle: false },
                0.0,
                seed,
            )
            .unwrap();
            if seed == 0 {
                exact = statistics(&problem, Estimator::Exact);
                mean = exact.iter().map(|f| f.g.clone() * 0.0).collect();
            }
            for (mean, factors) in mean.iter_mut().zip(statistics(&problem, Estimator::Sampled)) {
                *mean += factors.g / seeds as f64;
            }
        }
        for (mean, exact) in mean.iter().zip(&exact) {
            assert!((mean - &exact.g).amax() < 0.06 * exact.g.amax(), "{loss:?}: {mean} against {}", exact.g);
        }
    }
}

#[test]
fn decreasing_loss_never_raises_the_loss_and_restores_adams_moments() {
    let problem = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
    let mut recipe = presets::adamqlr();
    recipe.curvature = Some(Curvature::Hessian);
    recipe.damping.rule = DampingRule::DecreasingLoss;
    let (records, _) = run(&recipe, &problem, 400);
    let mut last = problem.start();
    let mut rejected = 0;
    for (record, theta) in &records {
        if record.rejected {
            rejected += 1;
            assert_eq!(*theta, last);
        } else {
            assert!(record.get(Q::NewLoss).unwrap() <= record.get(Q::Loss).unwrap());
        }
        last = theta.clone();
    }
    assert!(rejected > 0, "no step was rejected: the test shows nothing");
}

#[test]
fn a_calibrated_lambda_is_a_fixed_point_of_the_rule() {
    let problem = network(&[3, 5, 2], Activation::Tanh, Loss::Mse, 20);
    let mut recipe = presets::kfac();
    recipe.damping.initial = 1e-6;
    recipe.damping.calibrate = true;
    recipe.damping.decrease = 0.8;
    recipe.damping.increase = 1.25;
    let (records, _) = run(&recipe, &problem, 1);
    let record = &records[0].0;
    assert_eq!(record.calibrated_from, Some(1e-6));
    let (lambda, next) = (record.get(Q::Damping).unwrap(), record.get(Q::NextDamping).unwrap());
    assert!(record.calibration_unsettled || (lambda - next).abs() < 1e-15, "{lambda} then {next}");
    assert!(!record.calibration_unsettled);
}

#[test]
fn a_zero_gradient_is_convergence_and_overflow_is_named() {
    let at_minimum = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![1.0, 1.0] };
    let (records, halt) = run(&presets::kfac(), &at_minimum, 3);
    assert!(records.is_empty());
    assert_eq!(halt, Some(Halt::ZeroGradient));
    let mut wild = presets::sgd();
    wild.step_size.learning_rate = Coefficient::Fixed(1.0);
    let problem = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
    let (records, halt) = run(&wild, &problem, 50);
    assert!(records.iter().all(|(_, theta)| theta.iter().all(|x| x.is_finite())));
    let outcome = halt.unwrap().outcome(
        records.len() as u64 + 1,
        &problem as &dyn Problem<f64>,
        Problem::<f64>::oracle(&problem).as_mut(),
        &problem.start(),
    );
    assert_eq!(outcome.name(), "diverged");
    assert!(outcome.reason().unwrap().contains("step"), "{outcome:?}");
}

#[test]
fn a_lane_that_stands_still_ends() {
    let problem = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
    let mut still = presets::sgd();
    still.step_size.learning_rate = Coefficient::Fixed(1e-300);
    let (records, halt) = run(&still, &problem, 1000);
    assert_eq!(records.len(), 100);
    assert!(
        matches!(halt, Some(Halt::Stalled { cause: Cause::NeverMoved(rate), .. }) if rate < 1e-299),
        "not converged: {halt:?}"
    );
}

#[test]
fn single_precision_follows_double() {
    let (wide, narrow) = (
        Rosenbrock { a: 1.0f64, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] },
        Rosenbrock { a: 1.0f32, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] },
    );
    for recipe in [presets::adam(), presets::adamqlr(), presets::kfac()] {
        let expected = run(&recipe, &wide, 3).0.remove(2).1;
        let mut optimiser = Optimiser::<f32>::new(&recipe, &narrow);
        let (mut oracle, mut theta) = (Problem::<f32>::oracle(&narrow), Problem::<f32>::start(&narrow));
        let (mut space, mut record) = (Workspace::new(2), StepRecord::default());
        for _ in 0..3 {
            optimiser.step(oracle.as_mut(), &mut theta, &mut space, &mut record).unwrap();
        }
        for (found, expected) in theta.iter().zip(expected.iter()) {
            assert!((f64::from(*found) - expected).abs() < 2e-3, "{found} {expected}");
        }
    }
}

/// (C + λI)⁻¹g at the start, by a dense solve.
fn newton(problem: &dyn Problem<f64>, lambda: f64) -> DVector<f64> {
    let (start, n) = (problem.start(), problem.start().len());
    let mut gradient = DVector::zeros(n);
    let mut oracle = problem.oracle();
    oracle.select(1);
    oracle.linearise(&start, &mut gradient);
    let damped = dense(problem, Curvature::Fisher) + DMatrix::identity(n, n) * lambda;
    damped.lu().solve(&gradient).unwrap()
}

#[test]
fn full_blocks_give_damped_newton_with_c_itself() {
    let entries: Vec<f64> = (0..15).map(|i| (f64::from(i) * 0.7).sin() * 2.0).collect();
    let problems: Vec<Box<dyn Problem<f64>>> = vec![
        Box::new(quadratic(&entries).1),
        Box::new(Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0, 0.3] }),
        Box::new(KroneckerQuadratic::new(3, 4, 20, 1)),
        Box::new(network(&[3, 4, 2], Activation::Tanh, Loss::Mse, 12)),
        Box::new(network(&[3, 5, 4, 3], Activation::Relu, Loss::CrossEntropy, 9)),
    ];
    for (index, problem) in problems.iter().enumerate() {
        for lambda in [1e-2, 1.0, 30.0] {
            for inversion in [Inversion::PiFactored, Inversion::Eigen] {
                let expected = newton(problem.as_ref(), lambda);
                let step = first_step(problem.as_ref(), inversion, Blocks::Full, lambda);
                assert!((step - &expected).norm() < 1e-9 * expected.norm(), "problem {index}, λ = {lambda}");
            }
        }
    }
}

#[test]
fn full_blocks_equal_a_kronecker_product_where_c_is_one() {
    let (exact, inexact) = (KroneckerQuadratic::new(3, 4, 1, 1), KroneckerQuadratic::new(3, 4, 20, 1));
    let step = |problem, blocks| first_step(problem, Inversion::Eigen, blocks, 0.1);
    let apart = |problem| {
        let full = step(problem, Blocks::Full);
        (step(problem, Blocks::Kronecker) - &full).norm() / full.norm()
    };
    assert!(apart(&exact) < 1e-12, "{}", apart(&exact));
    assert!(apart(&inexact) > 0.1, "{}", apart(&inexact));
}

/// One in batches, one whose gradient is noisy, and one that is the same at every step.
fn sessions() -> Vec<(Session, Option<f64>)> {
    let monitored = |recipe: Recipe| Recipe { monitor_all: true, ..recipe };
    let lanes: Vec<LaneSpec> = [presets::adam(), presets::adamqlr(), presets::kfac()]
        .into_iter()
        .enumerate()
        .map(|(lane, recipe)| LaneSpec { label: lane.to_string(), recipe: monitored(recipe) })
        .collect();
    let layers = [3, 6, 2];
    let batching = Batching { size: 7, shuffle: true };
    let (data, start, l2) = (data(3, 2, 30, true), initial_params(&layers, 4), 0.01);
    let batches = Mlp::<f64>::new(&layers, Activation::Tanh, Loss::CrossEntropy, data, start, batching, l2, 4).unwrap();
    let matrix = DMatrix::from_row_slice(2, 2, &[3.0, 1.0, 1.0, 20.0]);
    let (center, start) = (DVector::from_vec(vec![0.5, -0.5]), DVector::from_vec(vec![2.0, 0.3]));
    let noisy = Quadratic::new(matrix, center, start).with_noise(1.0, 3);
    let valley = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
    vec![
        (Session::new::<f64>(Box::new(batches), &lanes), Some(l2)),
        (Session::new::<f64>(Box::new(noisy), &lanes), None),
        (Session::new::<f64>(Box::new(valley), &lanes), None),
    ]
}

#[test]
fn f_on_all_data_is_measured_where_a_step_begins_and_rho_by_the_same_prediction() {
    for (index, (mut session, l2)) in sessions().into_iter().enumerate() {
        let mut before: Vec<f64> = (0..3).map(|lane| session.final_loss(lane).unwrap()).collect();
        let mut apart = 0;
        for _ in 0..12 {
            let mut records = Vec::new();
            session.advance(&|| 0.0, &mut |progress| {
                if let rhoscope::session::Progress::Step { lane, record, .. } = progress {
                    records.push((lane, record.clone()));
                }
            });
            for (lane, record) in records {
                let after = session.final_loss(lane).unwrap();
                assert_eq!(record.get(Q::FullLoss), Some(before[lane]), "problem {index}, lane {lane}");
                let expected = record.get(Q::ModelChange).map(|change| (after - before[lane]) / change);
                assert_eq!(record.get(Q::FullRho), expected, "problem {index}, lane {lane}");
                let batch = record.get(Q::Loss).unwrap();
                apart += usize::from((batch - before[lane]).abs() > 1e-9 * batch.abs());
                before[lane] = after;
            }
        }
        assert_eq!(apart > 0, index < 2, "problem {index}: a step's own f is another only with batches or noise");
        if let Some(l2) = l2 {
            for (lane, full) in before.iter().enumerate() {
                let penalty: f64 = session.params(lane, 12).iter().map(|x| 0.5 * l2 * x * x).sum();
                let mean = session.evaluate(lane, Part::Train).unwrap().loss;
                assert!((mean + penalty - full).abs() < 1e-12 * full, "lane {lane}");
            }
        }
    }
}

#[test]
fn watching_all_data_changes_no_step_and_costs_nothing() {
    let problem = network(&[3, 4, 2], Activation::Tanh, Loss::Mse, 12);
    for recipe in [presets::adam(), presets::adamqlr(), presets::kfac()] {
        let watched = Recipe { monitor_all: true, ..recipe.clone() };
        let (plain, watched) = (run(&recipe, &problem, 6).0, run(&watched, &problem, 6).0);
        for ((plain, theta), (watched, same)) in plain.iter().zip(&watched) {
            assert_eq!((theta, plain.cost, plain.get(Q::Rho)), (same, watched.cost, watched.get(Q::Rho)));
            assert!(plain.get(Q::FullLoss).is_none() && watched.get(Q::FullLoss).is_some());
        }
    }
}
