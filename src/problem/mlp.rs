//! Multi-layer perceptrons on a data set.
//!
//! Shapes: an example is a column. With N examples in the batch, A_l is (n_l + 1)×N, the activations of layer l with a last row of ones;
//! W_l is (n_l + 1)×n_{l+1}, its last row the biases; Z_l = W_lᵀA_l; A_{l+1} = \[φ(Z_l); 1\]; the last layer is linear.
//! θ holds W_0, W_1, … one after another, each column by column: for every unit its weights, then its bias.

mod activation;
mod batches;
mod data;
mod init;
mod loss;
mod oracle;
mod pass;

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::{
    Curvature, DataInfo, DataPiece, Evaluation, Examples, Network, Oracle, Part, Problem, Sample, Splits,
    Standardisation, Targets,
};
use crate::math::Real;

pub use activation::Activation;
pub use batches::Batching;
pub use init::{initial_params, parameter_count};
pub use loss::Loss;

use batches::Batches;
use data::Data;
use oracle::MlpOracle;
use pass::Shape;

/// Why a network cannot be made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MlpError {
    /// Fewer than two sizes, or a size of 0.
    #[error("layers {0:?}: a network needs at least an input and an output size, each at least 1")]
    Layers(Vec<usize>),
    /// The data has another number of inputs.
    #[error("the first layer takes {layer} inputs, but the data has {data}")]
    Inputs {
        /// What the first layer takes.
        layer: usize,
        /// What the data has.
        data: usize,
    },
    /// The data has another number of targets.
    #[error("the last layer gives {layer} outputs, but the data has {data} targets")]
    Outputs {
        /// What the last layer gives.
        layer: usize,
        /// What the data has.
        data: usize,
    },
    /// A class without an output.
    #[error("example {example} has class {class}, but the last layer has {outputs} outputs (classes 0 to {})", outputs - 1)]
    Class {
        /// The example, from 0.
        example: usize,
        /// Its class.
        class: usize,
        /// How many outputs there are.
        outputs: usize,
    },
    /// A loss that does not fit the targets.
    #[error("the loss {loss} needs {needed}")]
    Targets {
        /// The loss.
        loss: &'static str,
        /// What it needs.
        needed: &'static str,
    },
    /// No data.
    #[error("the data has no examples")]
    Empty,
    /// Another number of parameters.
    #[error("the layers have {expected} parameters, but {found} are given")]
    Params {
        /// What the layers have.
        expected: usize,
        /// What is given.
        found: usize,
    },
}

/// A perceptron, its data and how it is judged.
///
/// f(θ) = (1/N) Σ loss(h(θ; xₙ), yₙ) + ½c‖θ‖² over the N examples of the step's batch.
#[derive(Clone)]
pub struct Mlp<T: Real> {
    shared: Arc<Shared<T>>,
    start: DVector<T>,
}

/// What all oracles of a network read.
struct Shared<T: Real> {
    shape: Shape,
    loss: Loss,
    l2: T,
    seed: u64,
    batches: Batches,
    standardised: Option<Standardisation>,
    train: Data<T>,
    validation: Option<Data<T>>,
    test: Option<Data<T>>,
    info: DataInfo,
}

impl<T: Real> Mlp<T> {
    /// A network of `layers` sizes (inputs first) on examples, starting at `start` (see [`initial_params`]).
    /// Steps are taken on the part to learn from; what is held out is only evaluated.
    ///
    /// # Errors
    /// If sizes, data, loss and parameters do not fit together.
    #[expect(clippy::too_many_arguments, reason = "each is one key of a problem file, and all of them are needed")]
    pub fn new(
        layers: &[usize],
        activation: Activation,
        loss: Loss,
        examples: impl Into<Splits<T>>,
        start: DVector<T>,
        batching: Batching,
        l2: T,
        seed: u64,
    ) -> Result<Self, MlpError> {
        let Splits { standardised, train, validation, test, info } = examples.into();
        for part in [Some(&train), validation.as_ref(), test.as_ref()].into_iter().flatten() {
            check(layers, loss, part)?;
        }
        let expected = parameter_count(layers);
        if start.len() != expected {
            return Err(MlpError::Params { expected, found: start.len() });
        }
        let batches = Batches::new(train.len(), batching, seed);
        let shape = Shape::new(layers, activation);
        let (train, validation, test) = (Data::new(train), validation.map(Data::new), test.map(Data::new));
        let shared = Shared { shape, loss, l2, seed, batches, standardised, train, validation, test, info };
        Ok(Self { shared: Arc::new(shared), start })
    }
}

fn check<T: Real>(layers: &[usize], loss: Loss, examples: &Examples<T>) -> Result<(), MlpError> {
    if layers.len() < 2 || layers.contains(&0) {
        return Err(MlpError::Layers(layers.to_vec()));
    }
    if examples.is_empty() {
        return Err(MlpError::Empty);
    }
    let (inputs, outputs) = (layers[0], layers[layers.len() - 1]);
    if examples.inputs.nrows() != inputs {
        return Err(MlpError::Inputs { layer: inputs, data: examples.inputs.nrows() });
    }
    match (loss, &examples.targets) {
        (Loss::CrossEntropy, Targets::Classes(classes)) => match classes.iter().position(|&class| class >= outputs) {
            Some(example) => Err(MlpError::Class { example, class: classes[example], outputs }),
            None => Ok(()),
        },
        (Loss::CrossEntropy, Targets::Values(_)) => {
            Err(MlpError::Targets { loss: loss.name(), needed: "one column of class labels" })
        }
        (Loss::Mse, Targets::Classes(_)) => {
            Err(MlpError::Targets { loss: loss.name(), needed: "numbers as targets, not classes" })
        }
        (Loss::Mse, Targets::Values(values)) if values.nrows() != outputs => {
            Err(MlpError::Outputs { layer: outputs, data: values.nrows() })
        }
        (Loss::Mse, Targets::Values(_)) => Ok(()),
    }
}

impl<T: Real> Mlp<T> {
    fn part(&self, part: Part) -> Option<&Data<T>> {
        match part {
            Part::Train => Some(&self.shared.train),
            Part::Validation => self.shared.validation.as_ref(),
            Part::Test => self.shared.test.as_ref(),
        }
    }
}

/// At most `most` of `len` places, such that the first few are spread over all of them whatever their number, even where places
/// near each other are alike: multiples of the golden section, modulo 1.
fn spread(len: usize, most: usize) -> Vec<usize> {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let mut places: Vec<usize> = Vec::new();
    for k in 0..2 * most {
        let place = ((k as f64 * GOLDEN).fract() * len as f64) as usize;
        if places.len() < most.min(len) && !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

impl<T: Real> Problem<T> for Mlp<T> {
    fn start(&self) -> DVector<T> {
        self.start.clone()
    }

    fn oracle(&self) -> Box<dyn Oracle<T>> {
        Box::new(MlpOracle::new(Arc::clone(&self.shared)))
    }

    fn curvatures(&self) -> &[Curvature] {
        &[Curvature::Fisher, Curvature::Hessian, Curvature::Empirical]
    }

    fn blocks(&self) -> Vec<(usize, usize)> {
        self.shared.shape.blocks().collect()
    }

    fn l2(&self) -> T {
        self.shared.l2
    }

    fn network(&self) -> Option<&dyn Network<T>> {
        Some(self)
    }

    fn parameter_name(&self, index: usize) -> String {
        let mut index = index;
        for (layer, (inputs, outputs)) in self.shared.shape.blocks().enumerate() {
            if index < inputs * outputs {
                let (unit, input) = (index / inputs, index % inputs);
                return if input + 1 == inputs {
                    format!("layers.{layer}.bias[{unit}]")
                } else {
                    format!("layers.{layer}.weight[{unit}, {input}]")
                };
            }
            index -= inputs * outputs;
        }
        format!("θ[{index}]")
    }
}

impl<T: Real> Network<T> for Mlp<T> {
    fn examples(&self) -> Examples {
        self.shared.train.examples()
    }

    fn inputs(&self) -> usize {
        self.shared.shape.sizes[0]
    }

    fn classifies(&self) -> bool {
        self.shared.loss == Loss::CrossEntropy
    }

    fn data_info(&self) -> &DataInfo {
        &self.shared.info
    }

    fn visit_data(&self, part: Part, sink: &mut dyn FnMut(DataPiece<'_>)) {
        if let Some(data) = self.part(part) {
            data.visit(sink);
        }
    }

    fn batches_per_epoch(&self) -> u64 {
        self.shared.batches.per_epoch()
    }

    fn count(&self, part: Part) -> usize {
        self.part(part).map_or(0, Data::len)
    }

    fn sample(&self, part: Part, most: usize) -> Option<Sample> {
        let part = self.part(part)?;
        let examples = part.examples_at(&spread(part.len(), most));
        let raw = match &self.shared.standardised {
            Some(standardised) => standardised.undone(examples.inputs.clone()),
            None => examples.inputs.clone(),
        };
        Some(Sample { examples, raw })
    }

    fn evaluate(&self, theta: &DVector<T>, part: Part) -> Option<Evaluation> {
        Some(self.part(part)?.evaluate(&self.shared.shape, theta.as_slice()))
    }

    fn outputs(&self) -> usize {
        self.shared.shape.outputs()
    }

    fn predict(&self, theta: &DVector<T>, inputs: &DMatrix<f64>) -> DMatrix<f64> {
        let inputs = inputs.map(T::of).insert_row(inputs.nrows(), T::one());
        let mut pass = pass::Forward::new(&self.shared.shape);
        pass.run(&self.shared.shape, theta.as_slice(), (&inputs).into());
        pass.outputs().map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn the_first_few_of_spread_places_are_far_apart() {
        for (len, most, count) in [(250, 24, 24), (10_000, 24, 24), (5, 24, 5), (1, 3, 1), (7, 2, 2)] {
            let places = spread(len, most);
            assert_eq!(places.len(), count, "{len} {most}");
            assert!(places.iter().all(|place| *place < len));
        }
        // Of ten equal runs, eight places meet at least seven.
        let mut runs: Vec<usize> = spread(250, 24)[..8].iter().map(|place| place / 25).collect();
        runs.sort_unstable();
        runs.dedup();
        assert!(runs.len() >= 7, "{runs:?}");
    }
}
