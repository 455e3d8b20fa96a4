//! One training step of a 784/50/10 network in single precision, at the batch sizes of docs/performance.md.

#![allow(missing_docs, clippy::unwrap_used)]

use divan::Bencher;
use nalgebra::DMatrix;
use rhoscope::{
    optim::{DirectionRecipe, Estimator, Optimiser, Recipe, StepRecord, Workspace, presets},
    problem::{
        Examples, Mlp, Problem, Targets,
        mlp::{Activation, Batching, Loss, initial_params},
    },
};

fn main() {
    divan::main();
}

const LAYERS: [usize; 3] = [784, 50, 10];
const BATCHES: [usize; 3] = [50, 500, 3200];

fn recipe(name: &str) -> Recipe {
    match name {
        "adam" => presets::adam(),
        "adamqlr" => presets::adamqlr(),
        _ => {
            let mut recipe = presets::kfac();
            if let DirectionRecipe::Kfac { estimator, .. } = &mut recipe.direction {
                *estimator = Some(Estimator::Sampled);
            }
            recipe
        }
    }
}

/// Images that look like images to the arithmetic: values of both signs, no structure.
fn network(batch: usize) -> Mlp<f32> {
    let examples = 4 * batch;
    let pixel = |i: usize, j: usize| (((i * 31 + j * 17) % 97) as f64 * 0.7).sin();
    let data = Examples {
        inputs: DMatrix::from_fn(LAYERS[0], examples, pixel),
        targets: Targets::Classes((0..examples).map(|n| (n * 7) % 10).collect()),
    };
    let batching = Batching { size: batch, shuffle: false };
    Mlp::new(
        &LAYERS,
        Activation::Relu,
        Loss::CrossEntropy,
        data.cast::<f32>(),
        initial_params(&LAYERS, 0),
        batching,
        0.0,
        0,
    )
    .unwrap()
}

fn step(bencher: Bencher<'_, '_>, name: &str, batch: usize) {
    let problem = network(batch);
    let mut optimiser = Optimiser::new(&recipe(name), &problem as &dyn Problem<f32>);
    let (mut oracle, mut theta) = (problem.oracle(), problem.start());
    let (mut space, mut record) = (Workspace::new(theta.len()), StepRecord::default());
    bencher.bench_local(|| optimiser.step(oracle.as_mut(), &mut theta, &mut space, &mut record).unwrap());
}

#[divan::bench(args = BATCHES)]
fn adam(bencher: Bencher<'_, '_>, batch: usize) {
    step(bencher, "adam", batch);
}

#[divan::bench(args = BATCHES)]
fn adamqlr(bencher: Bencher<'_, '_>, batch: usize) {
    step(bencher, "adamqlr", batch);
}

#[divan::bench(args = BATCHES)]
fn kfac_sampled(bencher: Bencher<'_, '_>, batch: usize) {
    step(bencher, "kfac", batch);
}
