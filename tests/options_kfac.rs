//! Every option of K-FAC does what it says, by dense matrices made beside it; and going back is exact.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/by_option.rs"]
mod by_option;
#[path = "support/problems.rs"]
mod problems;

use std::path::Path;

use nalgebra::{DMatrix, DVector};
use rhoscope::{
    optim::{Curvature, Quantity as Q, StepRecord},
    problem::{
        Estimator, Mlp, Problem, Rosenbrock,
        mlp::{Activation, Batching, Loss, initial_params},
    },
    session::setup::{Overrides, Setup},
};

use by_option::{all_close, bowl, close, records, rosenbrock};
use problems::{blocks, data, dense, kronecker, network, statistics};

/// Between refreshes Δ is made with the old inverse: here that of the first step's Gauss–Newton matrix.
#[test]
fn an_inverse_interval_keeps_the_inverse_and_spares_factorisations() {
    let problem = rosenbrock();
    let at = |interval: u32| {
        records(&format!("kfac+fixed+constant:lr=0.1,damping=2,inverse_interval={interval}"), &problem, 7)
    };
    let (every, third) = (at(1), at(3));
    let factorisations = |records: &[(StepRecord, DVector<f64>)]| -> Vec<u32> {
        records.iter().map(|(record, _)| record.cost.factorisations).collect()
    };
    assert_eq!(factorisations(&every), [2; 7]);
    assert_eq!(factorisations(&third), [2, 0, 0, 2, 0, 0, 2]);
    assert_eq!(every[0].1, third[0].1);
    let mut gradient = DVector::zeros(2);
    problem.oracle().linearise(&third[0].1, &mut gradient);
    let old = dense(&problem, Curvature::Fisher) + DMatrix::identity(2, 2) * 2.0;
    let expected = &third[0].1 - old.lu().solve(&gradient).unwrap() * 0.1;
    all_close(third[1].1.as_slice(), expected.as_slice());
    assert!((&every[1].1 - expected).norm() > 1e-6, "the inverses do not differ: the test shows nothing");
}

#[test]
fn a_norm_constraint_bounds_a_fixed_step() {
    let spec = |limit: f64| format!("kfac+fixed+constant:lr=0.5,damping=0.1,monitor=true,norm_constraint={limit}");
    let free = records("kfac+fixed+constant:lr=0.5,damping=0.1,monitor=true", &rosenbrock(), 1).remove(0);
    let size = 0.25 * free.0.get(Q::GradDotDirection).unwrap();
    let start = rosenbrock().start();
    let loose = records(&spec(1.01 * size), &rosenbrock(), 1).remove(0);
    assert_eq!(loose.1, free.1, "a bound that does not bind changes nothing");
    for share in [0.81, 0.25, 1e-4] {
        // √(c/(α²Δᵀg)): a shorter step along the same line.
        let tight = records(&spec(share * size), &rosenbrock(), 1).remove(0);
        let expected = (&free.1 - &start) * share.sqrt();
        assert!((&tight.1 - &start - &expected).norm() < 1e-12);
        close(tight.0.get(Q::GradDotDirection).unwrap(), free.0.get(Q::GradDotDirection).unwrap() * share.sqrt());
    }
}

#[test]
fn calibration_finds_a_lambda_the_rule_leaves_alone() {
    let problems: [(&str, Box<dyn Problem<f64>>); 3] = [
        ("regression", Box::new(network(&[3, 5, 2], Activation::Tanh, Loss::Mse, 20))),
        ("classification", Box::new(network(&[3, 5, 3], Activation::Tanh, Loss::CrossEntropy, 20))),
        ("rosenbrock", Box::new(rosenbrock())),
    ];
    for spec in [
        "kfac:damping=1e-6,damping_decrease=0.8,damping_increase=1.25",
        "kfac:damping=1e-6,lr=0.9,momentum=0,damping_interval=5,damping_decrease=0.8,damping_increase=1.25",
        "kfac+fixed+constant:damping=1e-6,lr=0.9,damping_decrease=0.8,damping_increase=1.25",
    ] {
        for (name, problem) in &problems {
            let (record, theta) = records(&format!("{spec},calibrate=true"), problem.as_ref(), 1).remove(0);
            assert_eq!(record.calibrated_from, Some(1e-6), "{spec} on {name}");
            let lambda = record.get(Q::Damping).unwrap();
            // A lane that starts there takes the same step and keeps λ.
            let from = spec.replace("damping=1e-6", &format!("damping={lambda:?},monitor=true"));
            let (again, there) = records(&from, problem.as_ref(), 1).remove(0);
            assert_eq!(there, theta, "{spec} on {name}");
            assert!(!record.calibration_unsettled, "{spec} on {name}");
            let rho = again.get(Q::Rho).unwrap();
            let at_floor = lambda <= 1e-8 && rho > 0.75;
            assert!((0.25..=0.75).contains(&rho) || at_floor, "{spec} on {name}: λ {lambda} has ρ {rho}");
        }
    }
    // Where the model is exact ρ stays 1 and λ falls for as long as the rounds last.
    let (record, _) = records("kfac:calibrate=true", &bowl(), 1).remove(0);
    assert!(record.calibration_unsettled);
    close(record.get(Q::Damping).unwrap(), 0.9_f64.powi(100));
}

fn penalised(l2: f64) -> Mlp<f64> {
    let layers = [3, 4, 2];
    let batching = Batching { size: 0, shuffle: false };
    Mlp::new(&layers, Activation::Tanh, Loss::Mse, data(3, 2, 11, false), initial_params(&layers, 4), batching, l2, 4)
        .unwrap()
}

#[test]
fn l2_is_the_penalty_written_out() {
    let (plain, with) = (penalised(0.0), penalised(0.3));
    let theta = plain.start();
    let n = theta.len();
    let [mut g, mut h] = [DVector::zeros(n), DVector::zeros(n)];
    let f = plain.oracle().linearise(&theta, &mut g);
    close(with.oracle().linearise(&theta, &mut h), f + 0.15 * theta.norm_squared());
    all_close(h.as_slice(), (&g + &theta * 0.3).as_slice());
    for curvature in [Curvature::Hessian, Curvature::Fisher] {
        let expected = dense(&plain, curvature) + DMatrix::identity(n, n) * 0.3;
        assert!((dense(&with, curvature) - expected).amax() < 1e-12);
    }
    // In K-FAC's inverse it stands beside λ: λ = 0.2 with a penalty of 0.3 is λ = 0.5 on the penalised gradient.
    let step = records("kfac+fixed+constant:lr=1,damping=0.2,inversion=eigen", &with, 1).remove(0).1;
    let mut from = 0;
    for factors in statistics(&plain, Estimator::Exact) {
        let block = kronecker(&factors);
        let size = block.nrows();
        let damped = block + DMatrix::identity(size, size) * 0.5;
        let delta = damped.lu().solve(&h.rows(from, size)).unwrap();
        for i in 0..size {
            assert!((theta[from + i] - step[from + i] - delta[i]).abs() < 1e-9);
        }
        from += size;
    }
}

#[test]
fn the_empirical_estimator_sees_the_targets() {
    for loss in [Loss::Mse, Loss::CrossEntropy] {
        // For one example A ⊗ G is the outer product of that example's gradient.
        let one = network(&[3, 4, 2], Activation::Tanh, loss, 1);
        let expected = blocks(&one, &dense(&one, Curvature::Empirical));
        for (factors, expected) in statistics(&one, Estimator::Empirical).iter().zip(expected) {
            assert!((kronecker(factors) - &expected).amax() < 1e-12 * (1.0 + expected.amax()), "{loss:?}");
        }
        let many = network(&[3, 4, 2], Activation::Tanh, loss, 9);
        let (exact, empirical) = (statistics(&many, Estimator::Exact), statistics(&many, Estimator::Empirical));
        for (exact, empirical) in exact.iter().zip(&empirical) {
            assert_eq!(exact.a, empirical.a, "A does not depend on targets");
            assert!((&exact.g - &empirical.g).amax() > 1e-3 * exact.g.amax());
        }
        let step = |estimator: &str| records(&format!("kfac:estimator={estimator}"), &many, 1).remove(0).1;
        assert_ne!(step("exact"), step("empirical"));
        assert_ne!(step("exact"), step("sampled"));
    }
}

/// W ← γW + 1, X ← X + (X_new − X)/W: with γ = 0 the factors are the current batch's, with γ = 1 the mean of all.
#[test]
fn the_factors_average_with_their_decay() {
    let problem = rosenbrock();
    let gauss_newton = |theta: &DVector<f64>| {
        let at = Rosenbrock { start: theta.as_slice().to_vec(), ..problem.clone() };
        dense(&at, Curvature::Fisher)
    };
    let first = gauss_newton(&problem.start());
    for ema in [0.0, 0.5, 1.0] {
        let spec = format!("kfac+fixed+constant:lr=0.2,damping=3,ema={ema}");
        let taken = records(&spec, &problem, 2);
        let theta = &taken[0].1;
        let second = gauss_newton(theta);
        let weight = ema + 1.0;
        let average = &first + (second - &first) / weight + DMatrix::identity(2, 2) * 3.0;
        let mut gradient = DVector::zeros(2);
        problem.oracle().linearise(theta, &mut gradient);
        let expected = theta - average.lu().solve(&gradient).unwrap() * 0.2;
        all_close(taken[1].1.as_slice(), expected.as_slice());
    }
}

/// Going back recomputes every step exactly, shuffled batches and sampled factors included.
#[test]
fn replay_is_exact() {
    let text = |layers: &str, data: &str, loss: &str, batch: usize| {
        format!(
            "seed = 9\n[problem]\nkind = \"mlp\"\nlayers = {layers}\nloss = \"{loss}\"\nactivation = \"tanh\"\n\
             data = {data}\nbatch_size = {batch}\nshuffle = true\n"
        )
    };
    let specs = [
        "kfac:estimator=sampled,reject=true,inverse_interval=3,damping_interval=2",
        "adam+minimiser+decreasing-loss:adaptive_momentum=true,lr_ema=0.5",
        "adamqlr",
    ];
    let overrides = Overrides { optimisers: specs.map(str::to_owned).to_vec(), ..Overrides::default() };
    for (text, steps) in [
        (text("[1, 3, 1]", "{ synthetic = \"sine\", samples = 55 }", "mse", 7), 500),
        (text("[64, 24, 10]", "{ set = \"digits\" }", "cross-entropy", 64), 450),
    ] {
        let setup = Setup::from_str(&text, "p.toml", Path::new(""), &overrides).unwrap();
        let mut session = setup.build().unwrap();
        let mut kept = vec![Vec::new(); specs.len()];
        for step in 0..=steps {
            for (lane, kept) in kept.iter_mut().enumerate() {
                kept.push(session.params(lane, step));
            }
            session.advance(&|| 0.0, &mut |_| {});
        }
        for step in [0, 1, 2, 63, 64, 65, 130, 131, 333, 332, 17, 448, 449, 400] {
            for (lane, kept) in kept.iter().enumerate() {
                assert_eq!(session.params(lane, step), kept[step as usize], "{} at {step}", specs[lane]);
            }
        }
        assert!(kept[0][1] != kept[0][2] && kept[1][steps as usize] != kept[1][0]);
    }
}
