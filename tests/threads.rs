//! One thread means one: with `set_threads(1)` no step, no gathering and no evaluation starts another.
//!
//! It is the only test here, because the count is of all threads of the process.

#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::{fs, num::NonZero};

use nalgebra::DMatrix;
use rhoscope::{
    math::set_threads,
    optim::{Curvature, DirectionRecipe, Inversion, Optimiser, Recipe, StepRecord, Workspace, presets},
    problem::{
        Examples, Mlp, Part, Problem, Targets,
        mlp::{Activation, Batching, Loss, initial_params},
    },
};

const LAYERS: [usize; 4] = [784, 300, 50, 10];

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

/// Batches so large that every product, solve and gathering is worth sharing.
fn network() -> Mlp<f32> {
    let inputs = DMatrix::from_fn(LAYERS[0], 2000, |i, j| (((i * 31 + j * 17) % 97) as f32 * 0.7).sin());
    let data = Examples { inputs, targets: Targets::Classes((0..2000).map(|n| (n * 7) % 10).collect()) };
    let batching = Batching { size: 1000, shuffle: true };
    Mlp::new(&LAYERS, Activation::Relu, Loss::CrossEntropy, data, initial_params(&LAYERS, 0), batching, 0.0, 0).unwrap()
}

fn recipes() -> Vec<Recipe> {
    let mut hessian = presets::adamqlr();
    hessian.curvature = Some(Curvature::Hessian);
    let mut eigen = presets::kfac();
    if let DirectionRecipe::Kfac { inversion, .. } = &mut eigen.direction {
        *inversion = Inversion::Eigen;
    }
    vec![presets::sgd(), presets::adam(), presets::sgdqlr(), presets::adamqlr(), hessian, presets::kfac(), eigen]
}

fn train(problem: &Mlp<f32>, recipe: &Recipe) {
    let mut optimiser = Optimiser::new(recipe, problem);
    let (mut oracle, mut theta) = (problem.oracle(), problem.start());
    let (mut space, mut record) = (Workspace::new(theta.len()), StepRecord::default());
    for _ in 0..2 {
        optimiser.step(oracle.as_mut(), &mut theta, &mut space, &mut record).unwrap();
    }
    assert!(problem.network().unwrap().evaluate(&theta, Part::Train).unwrap().loss.is_finite());
}

#[test]
fn one_thread_starts_no_other() {
    let problem = network();
    let before = threads();
    set_threads(NonZero::new(1));
    for recipe in recipes() {
        train(&problem, &recipe);
        assert_eq!(threads(), before, "{recipe:?}");
    }
    // Two do, or the count would count nothing.
    set_threads(NonZero::new(2));
    train(&problem, &presets::adam());
    assert!(threads() > before);
}
