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
    /// How the inputs were made of what was published, where they were not taken as they are.
    pub standardised: Option<Standardisation>,
    /// What steps are taken on.
    pub train: Examples<T>,
    /// What settings are chosen by.
    pub validation: Option<Examples<T>>,
    /// What is looked at last.
    pub test: Option<Examples<T>>,
    /// What is known of them beside their numbers.
    pub info: DataInfo,
}

/// What is known of a data set beside its numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataInfo {
    /// Pixels across and down, where the inputs are pictures.
    pub picture: Option<[usize; 2]>,
    /// Class names in order; empty where classes are only numbers.
    pub classes: Vec<String>,
    /// What a user should be told about the data, one sentence each.
    pub notes: Vec<String>,
}

/// A piece of a part of the data, in order, when all of it is visited.
#[derive(Clone, Copy, Debug)]
pub enum DataPiece<'a> {
    /// The inputs of an example.
    Inputs(&'a [f64]),
    /// The target values of an example.
    Values(&'a [f64]),
    /// The classes of all examples.
    Classes(&'a [usize]),
}

/// Every input is (x − mean)/deviation of what was published: a pair for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Standardisation(pub Vec<(f64, f64)>);

impl Standardisation {
    /// What was published, of inputs with one column an example.
    pub fn undone(&self, mut inputs: DMatrix<f64>) -> DMatrix<f64> {
        for mut example in inputs.column_iter_mut() {
            for (x, (mean, deviation)) in example.iter_mut().zip(&self.0) {
                *x = *x * deviation + mean;
            }
        }
        inputs
    }
}

/// A few examples to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// As the network takes them.
    pub examples: Examples,
    /// Their inputs as they were published.
    pub raw: DMatrix<f64>,
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
            standardised: self.standardised,
            train: self.train.cast(),
            validation: self.validation.map(Examples::cast),
            test: self.test.map(Examples::cast),
            info: self.info,
        }
    }
}

/// Nothing held out.
impl<T: Real> From<Examples<T>> for Splits<T> {
    fn from(train: Examples<T>) -> Self {
        Self { standardised: None, train, validation: None, test: None, info: DataInfo::default() }
    }
}
