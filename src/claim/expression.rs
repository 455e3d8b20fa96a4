//! A claim as read: every part has a type, and names are numbers of lanes, quantities and steps.

use std::ops::Range;

use crate::optim::Quantity;

/// So many steps may be bound within each other.
pub(super) const MOST_BINDERS: usize = 4;

/// What a lane does at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stepwise {
    /// A number of the record.
    Recorded(Quantity),
    /// f after the step minus f before it, on the step's batch.
    Actual,
    /// What all steps so far cost, in gradients.
    Evaluations,
}

impl Stepwise {
    /// Every one with the name it is written by.
    pub(super) const ALL: [(&'static str, Self); 15] = [
        ("f", Self::Recorded(Quantity::Loss)),
        ("new_f", Self::Recorded(Quantity::NewLoss)),
        ("alpha", Self::Recorded(Quantity::LearningRate)),
        ("mu", Self::Recorded(Quantity::Momentum)),
        ("lambda", Self::Recorded(Quantity::Damping)),
        ("next_lambda", Self::Recorded(Quantity::NextDamping)),
        ("rho", Self::Recorded(Quantity::Rho)),
        ("f_all", Self::Recorded(Quantity::FullLoss)),
        ("rho_all", Self::Recorded(Quantity::FullRho)),
        ("predicted", Self::Recorded(Quantity::ModelChange)),
        ("actual", Self::Actual),
        ("norm_g", Self::Recorded(Quantity::GradNorm)),
        ("norm_step", Self::Recorded(Quantity::UpdateNorm)),
        ("kappa", Self::Recorded(Quantity::Curvature)),
        ("evaluations", Self::Evaluations),
    ];
}

/// What is true or false of a lane at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    /// λ′ > λ.
    Raised,
    /// λ′ < λ.
    Lowered,
    /// The step was undone.
    Rejected,
}

impl Flag {
    /// Every one with the name it is written by.
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("raised", Self::Raised), ("lowered", Self::Lowered), ("rejected", Self::Rejected)];
}

/// A number that a whole lane has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// How many steps it took.
    Steps,
    /// f at the end, on all training data and without noise.
    Final,
    /// f at the start, likewise.
    Start,
    /// What its steps cost, in gradients.
    Evaluations,
    /// The loss on the test examples at the end.
    Test,
    /// The loss on the validation examples at the end.
    Validation,
    /// The share of held-out examples classified right at the end.
    Accuracy,
}

impl Whole {
    /// Every one with the name it is written by.
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("steps", Self::Steps),
        ("final", Self::Final),
        ("start", Self::Start),
        ("evaluations", Self::Evaluations),
        ("test", Self::Test),
        ("validation", Self::Validation),
        ("accuracy", Self::Accuracy),
    ];
}

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Log10,
}

impl Function {
    /// Every one with the name it is written by.
    pub(super) const ALL: [(&'static str, Self); 2] = [("abs", Self::Abs), ("log10", Self::Log10)];
}

/// A sum, a product, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// <
    Less,
    /// <=
    AtMost,
    /// >
    More,
    /// >=
    AtLeast,
    /// ==
    Equal,
    /// !=
    Different,
}

impl Comparison {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Different => "!=",
        }
    }
}

/// A lane that is read at a bound step plus an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub lane: usize,
    pub offset: i64,
    /// The first step that there is to read: 0 for parameters, else 1.
    pub first: i64,
}

/// Which of the steps in a range.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Over<Body> {
    /// What the step is called.
    pub name: String,
    /// Where its value is kept during evaluation: the number of binders around this one.
    pub slot: usize,
    /// The first step; 1 where none is given.
    pub from: Option<Box<Number>>,
    /// The last step, itself included; the end of the lanes that are read where none is given.
    pub to: Option<Box<Number>>,
    /// What the body reads at this step.
    pub reads: Vec<Read>,
    /// What is asked of each step.
    pub body: Box<Body>,
}

impl<Body> Over<Body> {
    /// The ends that are given.
    pub fn ends(&self) -> impl Iterator<Item = &Number> {
        self.from.iter().chain(&self.to).map(Box::as_ref)
    }
}

/// Something that is a number, or absent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Number {
    Constant(f64),
    /// The value of a bound step.
    Step(usize),
    Negative(Box<Number>),
    Arithmetic(Arithmetic, Box<Number>, Box<Number>),
    Apply(Function, Box<Number>),
    At(Stepwise, usize, Box<Number>),
    /// Parameter `index` of a lane after a step.
    Parameter {
        lane: usize,
        step: Box<Number>,
        index: usize,
    },
    Of(Whole, usize),
    Count(Over<Truth>),
    First(Over<Truth>),
    Max(Over<Number>),
    Min(Over<Number>),
    Median(Over<Number>),
}

/// A text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Text {
    Literal(String),
    /// How a lane ended.
    Outcome(usize),
}

/// Something that is true or false.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Truth {
    Known(bool),
    Not(Box<Truth>),
    And(Box<Truth>, Box<Truth>),
    Or(Box<Truth>, Box<Truth>),
    Compare { comparison: Comparison, left: Sided<Number>, right: Sided<Number> },
    Same { equal: bool, left: Sided<Text>, right: Sided<Text> },
    Flag { flag: Flag, lane: usize, step: Box<Number>, written: Range<usize> },
    All(Over<Truth>),
    Any(Over<Truth>),
}

/// One side of a comparison, and where it stands in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sided<Part> {
    pub part: Box<Part>,
    pub written: Range<usize>,
}
