//! Every option of step size and damping does what it says, by arithmetic done beside it.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/by_option.rs"]
mod by_option;
#[path = "support/problems.rs"]
mod problems;

use nalgebra::{DMatrix, DVector, dvector};
use rhoscope::{
    optim::Quantity as Q,
    problem::{Problem as _, Quadratic},
};

use by_option::{all_close, bowl, close, column, parabola, recipe, records, rosenbrock};
use problems::run;

/// Along the gradient of ½cx² the model gives α = 1/c at every step: what is left is the clip, the factor and the average.
#[test]
fn alpha_is_clipped_then_amplified_then_averaged() {
    let options = "lr_clip=0.3,amplification=1.5,lr_ema=0.5,curvature=hessian";
    for name in ["sgdqlr:damping_rule=none,", "gradient+minimiser:"] {
        // 1/c = ½ → 0.3 → 0.45 → 0.225, then ½·0.225 + ½·0.45, …
        let up = records(&format!("{name}{options}"), &parabola(2.0), 4);
        all_close(&column(&up, Q::LearningRate), &[0.225, 0.3375, 0.393_75, 0.421_875]);
        all_close(&column(&up, Q::ModelLearningRate), &[0.5; 4]);
        // The clip is symmetric: −½ → −0.3.
        let down = records(&format!("{name}{options}"), &parabola(-2.0), 2);
        all_close(&column(&down, Q::LearningRate), &[-0.225, -0.3375]);
        // Within the clip nothing is cut.
        let within = records(&format!("{name}{options}"), &parabola(4.0), 1);
        all_close(&column(&within, Q::LearningRate), &[0.25 * 1.5 * 0.5]);
    }
    // ΔM and the step are those of the α used: here of 2.5 times the minimiser, past the parabola's other side.
    let far = records(
        "gradient+minimiser+constant:damping=0,amplification=2.5,ratio=undamped,monitor=true",
        &parabola(2.0),
        1,
    );
    close(far[0].1[0], 1.0 - 2.5 * 0.5 * 2.0);
    close(far[0].0.get(Q::ModelChange).unwrap(), far[0].1[0].powi(2) - 1.0);
    close(far[0].0.get(Q::Rho).unwrap(), 1.0);
}

#[test]
fn saddle_free_follows_the_size_of_the_curvature_and_keeps_its_sign_in_the_model() {
    let concave = parabola(-2.0);
    for name in ["gradient+minimiser", "adam+minimiser"] {
        for (saddle_free, side) in [(false, -1.0), (true, 1.0)] {
            let spec = format!("{name}:curvature=hessian,monitor=true,saddle_free={saddle_free}");
            let (record, theta) = records(&spec, &concave, 1).remove(0);
            let value = |quantity| record.get(quantity).unwrap();
            assert!(value(Q::Curvature) < 0.0);
            let alpha = side * value(Q::GradDotDirection) / value(Q::Curvature).abs();
            close(value(Q::LearningRate), alpha);
            let change = 0.5 * alpha * alpha * value(Q::Curvature) - alpha * value(Q::GradDotDirection);
            close(value(Q::ModelChange), change);
            // The model is exact here, so f changed by as much: down with |κ|, up the hill to the top without.
            close(value(Q::NewLoss) - value(Q::Loss), change);
            assert_eq!(value(Q::NewLoss) < value(Q::Loss), saddle_free);
            close(theta[0], if saddle_free { 2.0 } else { 0.0 });
        }
    }
    // K-FAC's α too: with two directions of curvature of different sign, against the one without.
    let saddle =
        Quadratic::new(DMatrix::from_row_slice(2, 2, &[-4.0, 0.0, 0.0, 1.0]), dvector![0.0, 0.0], dvector![1.0, 0.2]);
    let alpha = |more: &str| {
        let spec = format!("kfac+minimiser+constant:damping=5,curvature=hessian{more}");
        records(&spec, &saddle, 1)[0].0.get(Q::LearningRate).unwrap()
    };
    // κ including λ is positive, and nothing is turned …
    close(alpha(",saddle_free=true"), alpha(""));
    // … and −κ where it is not: λ = 0 leaves Δ = θ, whose curvature is negative.
    let undamped = |more: &str| {
        let spec = format!("kfac+minimiser:inversion=eigen{more}");
        records(&spec, &saddle, 1)[0].0.get(Q::LearningRate).unwrap()
    };
    close(undamped(",curvature=hessian"), 1.0);
    close(undamped(",curvature=hessian,saddle_free=true"), -1.0);
}

#[test]
fn lambda_stays_within_its_bounds() {
    // On a quadratic ρ = 1 and λ falls at every step.
    let falling = records("sgdqlr:ratio=undamped,damping=1,damping_decrease=0.5,damping_min=0.2", &bowl(), 5);
    all_close(&column(&falling, Q::Damping), &[1.0, 0.5, 0.25, 0.2, 0.2]);
    let highest = |more: &str| {
        let (taken, _) = run(&recipe(&format!("kfac:damping=1e-4,damping_increase=3{more}")), &rosenbrock(), 40);
        column(&taken, Q::NextDamping).into_iter().fold(0.0, f64::max)
    };
    assert!(highest("") > 1.5e-4, "λ does not rise by itself: the test shows nothing");
    assert_eq!(highest(",damping_max=1.15e-4").to_bits(), 1.15e-4_f64.to_bits());
}

#[test]
fn constant_keeps_lambda_and_none_has_none() {
    for name in ["adamqlr:curvature=hessian,damping_rule=constant", "adam+minimiser+constant:curvature=hessian"] {
        for (record, _) in records(&format!("{name},damping=0.7"), &rosenbrock(), 30) {
            let value = |quantity| record.get(quantity).unwrap();
            close(value(Q::Damping), 0.7);
            close(value(Q::NextDamping), 0.7);
            close(value(Q::Curvature), value(Q::DirectionCurvature) + 0.7 * value(Q::DirectionSquaredNorm));
            assert_eq!((record.cost.losses, record.cost.products), (0, 1));
        }
    }
    for name in ["adamqlr:curvature=hessian,damping_rule=none,damping=0.7", "adam+minimiser:curvature=hessian"] {
        for (record, _) in records(name, &rosenbrock(), 30) {
            assert_eq!((record.get(Q::Damping), record.get(Q::NextDamping)), (Some(0.0), Some(0.0)));
            assert_eq!(record.get(Q::Curvature), record.get(Q::DirectionCurvature));
            assert_eq!((record.cost.losses, record.get(Q::NewLoss), record.get(Q::Rho)), (0, None, None));
        }
    }
}

#[test]
fn a_damping_interval_waits_then_takes_the_power_and_spares_losses() {
    for name in ["kfac:", "gradient+minimiser+levenberg-marquardt:ratio=undamped,damping=1,damping_decrease=0.9,"] {
        let taken = records(&format!("{name}damping_interval=3"), &bowl(), 2);
        let first: Vec<u32> = taken.iter().map(|(record, _)| record.cost.losses).collect();
        assert_eq!(first, [0, 0]);
    }
    let taken = records(
        "gradient+minimiser+levenberg-marquardt:ratio=undamped,damping=1,damping_decrease=0.9,damping_interval=3",
        &bowl(),
        7,
    );
    let lambda = 0.9_f64.powi(3);
    all_close(&column(&taken, Q::Damping), &[1.0, 1.0, 1.0, lambda, lambda, lambda, lambda * lambda]);
    let losses: Vec<u32> = taken.iter().map(|(record, _)| record.cost.losses).collect();
    assert_eq!(losses, [0, 0, 1, 0, 0, 1, 0]);
}

/// ∂M/∂w₂ = 0 at (α, −μ) with α as given.
#[test]
fn with_a_fixed_rate_the_momentum_minimises_the_model() {
    for spec in [
        "kfac:lr=0.3",
        "kfac+minimiser+levenberg-marquardt:lr=0.3",
        "adam+minimiser+constant:lr=0.05,adaptive_momentum=true,damping=0.5,curvature=hessian",
        "gradient+minimiser:lr=1e-4,adaptive_momentum=true",
    ] {
        let mut with_two = 0;
        for (record, _) in records(spec, &rosenbrock(), 12) {
            let value = |quantity| record.get(quantity).unwrap();
            let rate = value(Q::LearningRate);
            assert!([0.3, 0.05, 1e-4].iter().any(|given| (rate - given).abs() < 1e-15), "{spec}: {rate}");
            if record.step == 1 {
                assert_eq!(record.get(Q::Momentum), Some(0.0));
                continue;
            }
            let lambda = value(Q::Damping);
            let cross = value(Q::CrossCurvature) + lambda * value(Q::CrossProduct);
            let own = value(Q::PreviousCurvature) + lambda * value(Q::PreviousSquaredNorm);
            let slope = cross * rate - own * value(Q::Momentum) - value(Q::GradDotPrevious);
            assert!(slope.abs() < 1e-9 * (cross * rate).abs().max(value(Q::GradDotPrevious).abs()), "{spec}: {slope}");
            with_two += usize::from(value(Q::Momentum).abs() > 1e-6);
        }
        assert!(with_two > 3, "{spec}: there is no momentum to speak of");
    }
}

/// With an adaptive momentum any direction minimises over the plane it spans with the previous update, and does no worse than along it.
#[test]
fn a_second_vector_only_helps() {
    for direction in ["gradient", "adam"] {
        let one = records(&format!("{direction}+minimiser"), &bowl(), 2);
        let two = records(&format!("{direction}+minimiser:adaptive_momentum=true"), &bowl(), 2);
        assert_eq!(one[0].1, two[0].1);
        let loss = |theta: &DVector<f64>| bowl().oracle().loss(theta);
        // Two vectors span the plane: the minimum is reached.
        let (with, without) = (loss(&two[1].1), loss(&one[1].1));
        assert!(with < 1e-20 && without > 1e-6, "{direction}: {with:e} and {without:e}");
        // A fixed one is taken as given: the update is −αd + μ·(previous update).
        let fixed = records(&format!("{direction}+minimiser:momentum=0.4"), &bowl(), 2);
        assert_eq!(fixed[0].1, one[0].1);
        all_close(&column(&fixed, Q::Momentum), &[0.4, 0.4]);
        let (record, previous) = (&fixed[1].0, &fixed[0].1 - bowl().start());
        let value = |quantity| record.get(quantity).unwrap();
        close(
            value(Q::LearningRate),
            (value(Q::GradDotDirection) + 0.4 * value(Q::CrossCurvature)) / value(Q::Curvature),
        );
        close(value(Q::PreviousSquaredNorm), previous.norm_squared());
    }
}

#[test]
fn a_rejected_step_leaves_everything_but_lambda() {
    for spec in [
        "kfac:damping=1e-4,reject=true",
        "kfac+minimiser+levenberg-marquardt:damping=1e-4,reject=true",
        "adam+minimiser+levenberg-marquardt:reject=true,adaptive_momentum=true",
        "gradient+minimiser+constant:damping=1e-4,amplification=3,reject=true",
    ] {
        let (taken, _) = run(&recipe(spec), &rosenbrock(), 60);
        let (mut theta, mut update, mut rejected) = (rosenbrock().start(), None::<f64>, 0);
        for (index, (record, after)) in taken.iter().enumerate() {
            let value = |quantity| record.get(quantity).unwrap();
            if let (Some(update), Some(previous)) = (update, record.get(Q::PreviousSquaredNorm)) {
                close(previous, update);
            }
            assert_eq!(record.rejected, value(Q::NewLoss) > value(Q::Loss), "{spec} step {}", index + 1);
            if record.rejected {
                rejected += 1;
                assert_eq!(*after, theta);
                // At least by the factor of a rejection; the rule may raise it besides.
                assert!(value(Q::NextDamping) > 1.79 * value(Q::Damping), "{spec}: {record:?}");
            } else {
                update = Some((after - &theta).norm_squared());
                theta.clone_from(after);
            }
        }
        assert!(rejected > 0 && rejected < taken.len(), "{spec}: {rejected} rejected, the test shows nothing");
    }
}

#[test]
fn epsilon_stands_beside_the_root_and_epsilon_root_under_it() {
    // At the first step m̂ = g and v̂ = g², whatever the decays.
    let g = 2.0_f64;
    for (spec, direction) in [
        ("adam:lr=0.1,eps=0.5", g / (g + 0.5)),
        ("adam:lr=0.1,eps=0,eps_root=0.5", g / (g * g + 0.5).sqrt()),
        ("adam+fixed:lr=0.1,eps=0.25,eps_root=0.5,beta1=0.3,beta2=0.7", g / ((g * g + 0.5).sqrt() + 0.25)),
    ] {
        close(1.0 - records(spec, &parabola(g), 1)[0].1[0], 0.1 * direction);
    }
}

/// The second step of Adam with decays that show.
#[test]
fn the_decays_weigh_the_past() {
    let taken = records("adam:lr=0.1,beta1=0.5,beta2=0.75,eps=0", &parabola(2.0), 2);
    let (first, second) = (2.0, 2.0 * taken[0].1[0]);
    let m = (0.5 * (0.5 * first) + 0.5 * second) / (1.0 - 0.25);
    let v = (0.75 * (0.25 * first * first) + 0.25 * second * second) / (1.0 - 0.75 * 0.75);
    close(taken[0].1[0] - taken[1].1[0], 0.1 * m / v.sqrt());
}
