//! One optimiser at work on a 784/50/10 network in single precision.

use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, StandardUniform};
use rhoscope::{
    math::{Purpose, stream},
    optim::{DirectionRecipe, Estimator, Optimiser, Recipe, StepRecord, Workspace, presets},
    problem::{
        Examples, Mlp, Oracle, Problem, Targets,
        mlp::{Activation, Batching, Loss, initial_params},
    },
};

use super::flops::{Asked, flops};

/// Sizes of the network.
pub const LAYERS: [usize; 3] = [784, 50, 10];

/// What is measured: a name, what it is made of, and what it asks of a step.
pub struct Subject {
    pub name: &'static str,
    pub recipe: Recipe,
    asked: Asked,
}

impl Subject {
    /// Every optimiser.
    pub fn all() -> [Self; 6] {
        let subject = |name, recipe, asked| Self { name, recipe, asked };
        [
            subject("SGD", presets::sgd(), Asked::Gradient),
            subject("Adam", presets::adam(), Asked::Gradient),
            subject("SGD-QLR", presets::sgdqlr(), Asked::Model),
            subject("AdamQLR", presets::adamqlr(), Asked::Model),
            subject("K-FAC sampled", kfac(Estimator::Sampled), Asked::Kfac { passes: 1 }),
            subject("K-FAC exact", kfac(Estimator::Exact), Asked::Kfac { passes: LAYERS[2] }),
        ]
    }

    /// Floating-point operations of a step.
    pub fn flops(&self, batch: usize) -> f64 {
        flops(&LAYERS, batch, self.asked)
    }
}

fn kfac(chosen: Estimator) -> Recipe {
    let mut recipe = presets::kfac();
    if let DirectionRecipe::Kfac { estimator, .. } = &mut recipe.direction {
        *estimator = Some(chosen);
    }
    recipe
}

/// Images that look like images to the arithmetic, and classes that can be learnt from them but not soon: near its end an optimiser would
/// compute with numbers too small for the usual speed.
pub fn network(batch: usize, shuffle: bool) -> Mlp<f32> {
    let examples = (4 * batch).max(6400);
    let mut rng = stream(0, Purpose::Data, 0);
    let inputs = DMatrix::from_fn(LAYERS[0], examples, |_, _| {
        let value: f64 = StandardUniform.sample(&mut rng);
        2.0 * value - 1.0
    });
    // The brightest of ten stripes.
    let stripe = LAYERS[0] / LAYERS[2];
    let class = |n| (0..LAYERS[2]).map(|k| inputs.column(n).rows(k * stripe, stripe).sum()).collect::<Vec<f64>>();
    let brightest = |n| DVector::from_vec(class(n)).imax();
    let targets = Targets::Classes((0..examples).map(brightest).collect());
    let data = Examples { inputs, targets };
    let batching = Batching { size: batch, shuffle };
    let (start, data) = (initial_params(&LAYERS, 0), data.cast::<f32>());
    Mlp::new(&LAYERS, Activation::Relu, Loss::CrossEntropy, data, start, batching, 0.0, 0).unwrap()
}

/// An optimiser, its iterate and its buffers.
pub struct Lane {
    start: (Optimiser<f32>, DVector<f32>),
    optimiser: Optimiser<f32>,
    oracle: Box<dyn Oracle<f32>>,
    theta: DVector<f32>,
    space: Workspace<f32>,
    record: StepRecord,
}

impl Lane {
    pub fn new(recipe: &Recipe, problem: &Mlp<f32>) -> Self {
        let theta = problem.start();
        let optimiser = Optimiser::new(recipe, problem);
        Self {
            start: (optimiser.clone(), theta.clone()),
            optimiser,
            oracle: problem.oracle(),
            space: Workspace::new(theta.len()),
            record: StepRecord::default(),
            theta,
        }
    }

    /// A step; where none can be taken, the first one of a new beginning.
    pub fn step(&mut self) {
        let Self { start, optimiser, oracle, theta, space, record } = self;
        if optimiser.step(oracle.as_mut(), theta, space, record).is_err() {
            (*optimiser, *theta) = start.clone();
            optimiser.step(oracle.as_mut(), theta, space, record).unwrap();
        }
    }
}
