//! The data of a supervised problem.

use nalgebra::DMatrix;

use crate::math::Real;

/// What the outputs are compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets<T: Real = f64> {
    /// One column an example, one row an output.
    Values(DMatrix<T>),
    /// One class an example.
    Classes(Vec<usize>),
}

/// Inputs with their targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Examples<T: Real = f64> {
    /// One column an example, one row an input.
    pub inputs: DMatrix<T>,
    /// As many as `inputs` has columns.
    pub targets: Targets<T>,
}

/// Examples to learn from and examples held out.
#[derive(Clone, Debug, PartialEq)]
pub struct Splits<T: Real = f64> {
    /// What steps are taken on.
    pub train: Examples<T>,
    /// What settings are chosen by.
    pub validation: Option<Examples<T>>,
    /// What is looked at last.
    pub test: Option<Examples<T>>,
}

/// One of the [`Splits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What steps are taken on.
    Train,
    /// What settings are chosen by.
    Validation,
    /// What is looked at last.
    Test,
}

/// How a model does on one part of the data, as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss of its examples, without a penalty on the parameters.
    pub loss: f64,
    /// The share of its examples whose largest output is their class; `None` without classes.
    pub accuracy: Option<f64>,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// As in traces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

impl<T: Real> Targets<T> {
    /// Every value through `cast`.
    fn map<U: Real>(self, cast: impl Fn(T) -> U) -> Targets<U> {
        match self {
            Self::Values(values) => Targets::Values(values.map(cast)),
            Self::Classes(classes) => Targets::Classes(classes),
        }
    }
}

impl<T: Real> Examples<T> {
    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.inputs.ncols()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// In another scalar.
    pub fn cast<U: Real>(self) -> Examples<U> {
        let cast = |value: T| U::of(value.into());
        Examples { inputs: self.inputs.map(cast), targets: self.targets.map(cast) }
    }

    /// The examples at these places, in this order.
    #[must_use]
    pub fn at(&self, places: &[usize]) -> Self {
        Self {
            inputs: self.inputs.select_columns(places),
            targets: match &self.targets {
                Targets::Values(values) => Targets::Values(values.select_columns(places)),
                Targets::Classes(classes) => Targets::Classes(places.iter().map(|&place| classes[place]).collect()),
            },
        }
    }
}

impl<T: Real> Splits<T> {
    /// In another scalar.
    pub fn cast<U: Real>(self) -> Splits<U> {
        Splits {
            train: self.train.cast(),
            validation: self.validation.map(Examples::cast),
            test: self.test.map(Examples::cast),
        }
    }
}

/// Nothing held out.
impl<T: Real> From<Examples<T>> for Splits<T> {
    fn from(train: Examples<T>) -> Self {
        Self { train, validation: None, test: None }
    }
}
