//! Examples in the form that forward passes read, and how a network does on all of them.

use nalgebra::DMatrix;

use super::{
    Loss,
    loss::Goal,
    pass::{Forward, Shape},
};
use crate::{
    math::{Panel, Real},
    problem::{Confusion, DataPiece, Evaluation, Examples, MOST_CLASSES, Targets},
};

/// How many examples an evaluation passes forward at once, which bounds its memory.
const CHUNK: usize = 1000;

/// Where the largest entry is, the first of several; `None` where an entry is not finite.
fn largest<T: Real>(z: &[T]) -> Option<usize> {
    let best = (1..z.len()).fold(0, |best, index| if z[index] > z[best] { index } else { best });
    z.iter().all(nalgebra::ComplexField::is_finite).then_some(best)
}

/// Inputs with their row of ones, and their targets.
pub(super) struct Data<T: Real> {
    pub(super) inputs: DMatrix<T>,
    pub(super) goals: Goal<T>,
}

impl<T: Real> Data<T> {
    pub(super) fn new(examples: Examples<T>) -> Self {
        let rows = examples.inputs.nrows();
        let goals = match examples.targets {
            Targets::Values(values) => Goal::Values(values),
            Targets::Classes(classes) => Goal::Classes(classes),
        };
        Self { inputs: examples.inputs.insert_row(rows, T::one()), goals }
    }

    pub(super) fn len(&self) -> usize {
        self.inputs.ncols()
    }

    /// As they were given, in double precision.
    pub(super) fn examples(&self) -> Examples {
        Examples {
            inputs: self.inputs.rows(0, self.inputs.nrows() - 1).map(Into::into),
            targets: match &self.goals {
                Goal::Values(values) => Targets::Values(values.map(Into::into)),
                Goal::Classes(classes) => Targets::Classes(classes.clone()),
            },
        }
    }

    /// Those at these places, in this order.
    pub(super) fn examples_at(&self, places: &[usize]) -> Examples {
        let inputs = self.inputs.rows(0, self.inputs.nrows() - 1);
        Examples {
            inputs: inputs.select_columns(places).map(Into::into),
            targets: match &self.goals {
                Goal::Values(values) => Targets::Values(values.select_columns(places).map(Into::into)),
                Goal::Classes(classes) => Targets::Classes(places.iter().map(|&place| classes[place]).collect()),
            },
        }
    }

    /// Mean loss of the network at θ, in pieces and without a penalty; `pass` is where activations go.
    pub(super) fn mean_loss(&self, shape: &Shape, theta: &[T], pass: &mut Forward<T>) -> f64 {
        let rows = self.inputs.nrows();
        let pieces = self.inputs.as_slice().chunks(CHUNK * rows).enumerate();
        let losses = pieces.map(|(piece, inputs)| -> f64 {
            pass.run(shape, theta, Panel::new(inputs, rows));
            Loss::total(pass.outputs(), &self.goals, |n| piece * CHUNK + n).into()
        });
        losses.sum::<f64>() / self.len() as f64
    }

    /// Passes the inputs of every example to `sink`, then the targets.
    pub(super) fn visit(&self, sink: &mut dyn FnMut(DataPiece<'_>)) {
        let mut buffer = Vec::new();
        for example in self.inputs.column_iter() {
            buffer.clear();
            buffer.extend(example.iter().take(example.len() - 1).map(|&value| -> f64 { value.into() }));
            sink(DataPiece::Inputs(&buffer));
        }
        match &self.goals {
            Goal::Classes(classes) => sink(DataPiece::Classes(classes)),
            Goal::Values(values) => {
                for example in values.column_iter() {
                    buffer.clear();
                    buffer.extend(example.iter().map(|&value| -> f64 { value.into() }));
                    sink(DataPiece::Values(&buffer));
                }
            }
        }
    }

    /// Mean loss, accuracy and confusion of the network at θ.
    pub(super) fn evaluate(&self, shape: &Shape, theta: &[T]) -> Evaluation {
        let (rows, examples) = (self.inputs.nrows(), self.len());
        let mut pass = Forward::new(shape);
        let (mut loss, mut right) = (0.0, Some(0_usize));
        let classifies = matches!(self.goals, Goal::Classes(_));
        let mut confusion = (classifies && shape.outputs() <= MOST_CLASSES).then(|| Confusion::new(shape.outputs()));
        for (chunk, inputs) in self.inputs.as_slice().chunks(CHUNK * rows).enumerate() {
            pass.run(shape, theta, Panel::new(inputs, rows));
            let first = chunk * CHUNK;
            let total: f64 = Loss::total(pass.outputs(), &self.goals, |n| first + n).into();
            loss += total;
            if let Goal::Classes(classes) = &self.goals {
                for (z, &class) in pass.outputs().column_iter().zip(&classes[first..]) {
                    let taken = largest(z.as_slice());
                    right = right.zip(taken).map(|(right, taken)| right + usize::from(taken == class));
                    if let (Some(confusion), Some(taken)) = (&mut confusion, taken) {
                        confusion.note(class, taken);
                    }
                }
            }
        }
        // A network whose outputs overflow says nothing of classes.
        let right = right.filter(|_| classifies);
        let confusion = confusion.filter(|_| right.is_some());
        let accuracy = right.map(|right| right as f64 / examples as f64);
        Evaluation { loss: loss / examples as f64, accuracy, confusion }
    }
}
