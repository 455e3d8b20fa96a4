//! Every optimiser, and compositions of all kinds, on every bundled problem.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

use rhoscope::{
    optim::{Outcome, Quantity as Q, StepRecord},
    session::{
        Progress,
        setup::{BUNDLED, Overrides, Setup},
    },
};

const STEPS: u64 = 60;

/// Optimisers, and whether each step minimises the model over what it proposes: then on a convex quadratic, where M(δ) + f ≥ f(θ + δ), none climbs.
const SPECS: [(&str, bool); 18] = [
    ("sgd:lr=1e-3", false),
    ("adam", false),
    ("sgdqlr", true),
    ("adamqlr", true),
    ("kfac", true),
    ("sgdqlr:preset=undamped", true),
    ("adamqlr:preset=undamped", true),
    ("adamqlr:preset=tuned", true),
    ("gradient+minimiser+constant", true),
    ("gradient+minimiser+levenberg-marquardt:adaptive_momentum=true", true),
    ("gradient+minimiser+decreasing-loss:momentum=0.5", false),
    ("adam+minimiser:adaptive_momentum=true", true),
    ("adam+minimiser+decreasing-loss", true),
    ("adam+minimiser+levenberg-marquardt:reject=true,lr_ema=0.5,amplification=1.2,lr_clip=10", false),
    ("kfac+minimiser+decreasing-loss:saddle_free=true", false),
    ("kfac+minimiser+constant:damping=0.1,calibrate=true", true),
    ("kfac+minimiser+levenberg-marquardt:lr=0.5,inversion=eigen,inverse_interval=3", false),
    ("kfac+fixed+levenberg-marquardt:lr=0.5,norm_constraint=1e-2,reject=true", false),
];

const CONVEX: [&str; 7] = [
    "quadratic-round",
    "quadratic-narrow",
    "quadratic-rotated",
    "quadratic-spectrum",
    "kronecker-exact",
    "kronecker-inexact",
    "booth",
];

struct Lane {
    records: Vec<StepRecord>,
    outcome: Option<Outcome>,
}

fn run(problem: &str) -> Vec<Lane> {
    let overrides = Overrides { optimisers: SPECS.map(|(spec, _)| spec.to_owned()).to_vec(), ..Overrides::default() };
    let mut session = Setup::bundled(problem, &overrides).unwrap().build().unwrap();
    let mut lanes: Vec<Lane> = SPECS.iter().map(|_| Lane { records: Vec::new(), outcome: None }).collect();
    for _ in 0..STEPS {
        session.advance(&|| 0.0, &mut |progress| match progress {
            Progress::Step { lane, record, .. } => lanes[lane].records.push(record.clone()),
            Progress::Ended { lane, outcome, .. } => lanes[lane].outcome = Some(outcome),
        });
    }
    for (lane, (spec, _)) in SPECS.iter().enumerate() {
        assert!(session.params(lane, STEPS).iter().all(|value| value.is_finite()), "{spec} on {problem}");
    }
    lanes
}

/// f after a step where it is not recorded: the loss the next one begins with.
fn after(records: &[StepRecord], index: usize) -> Option<f64> {
    records[index].get(Q::NewLoss).or_else(|| records.get(index + 1)?.get(Q::Loss))
}

/// These read whole data sets and take long steps; `tests/train.rs` trains them.
const TRAINED: [&str; 5] = ["mlp-fashion", "mlp-fashion-full", "uci-energy", "uci-protein", "autoencoder"];

#[test]
fn every_optimiser_on_every_problem_goes_on_or_says_why_not() {
    for bundled in BUNDLED.iter().filter(|bundled| !TRAINED.contains(&bundled.name)) {
        for ((spec, _), lane) in SPECS.iter().zip(run(bundled.name)) {
            let what = format!("{spec} on {}", bundled.name);
            match &lane.outcome {
                None => assert_eq!(lane.records.len() as u64, STEPS, "{what}"),
                Some(outcome) => assert!(outcome.reason().is_some_and(|reason| !reason.is_empty()), "{what}"),
            }
            for record in &lane.records {
                for quantity in [Q::Loss, Q::LearningRate, Q::Damping, Q::NextDamping, Q::GradNorm, Q::UpdateNorm] {
                    assert!(record.get(quantity).is_some(), "{what} step {}: {quantity:?} was lost", record.step);
                }
            }
            // Only a fixed step that is too long for the problem may diverge.
            if let Some(Outcome::Diverged(reason)) = &lane.outcome {
                assert!(spec.contains("lr="), "{what}: {reason}");
            }
        }
    }
}

#[test]
fn minimisers_descend_on_convex_quadratics() {
    for problem in CONVEX {
        for ((spec, _), lane) in SPECS.iter().zip(run(problem)).filter(|((_, descends), _)| *descends) {
            let records = &lane.records;
            assert!(!records.is_empty());
            // Below this f is a difference of equal numbers.
            let noise = 1e-28 * records[0].get(Q::Loss).unwrap();
            for index in 0..records.len() {
                let (before, after) = (records[index].get(Q::Loss).unwrap(), after(records, index));
                let highest = before * (1.0 + 1e-12) + noise;
                assert!(
                    records[index].rejected || after.is_none_or(|after| after <= highest),
                    "{spec} on {problem} step {}: from {before:e} to {after:?}",
                    index + 1
                );
            }
            let (first, last) = (records[0].get(Q::Loss).unwrap(), records[records.len() - 1].get(Q::Loss).unwrap());
            let arrived = matches!(lane.outcome, Some(Outcome::Converged(_)));
            assert!(arrived || last < 0.5 * first, "{spec} on {problem}: {first:e} to {last:e}");
        }
    }
}
