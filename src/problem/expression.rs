//! Functions that a user writes down.

use std::sync::Arc;

use nalgebra::DVector;

use super::{
    Curvature, Oracle, Problem,
    analytic::AnalyticOracle,
    formula::{Differentiated, Formula, Scalar},
};

/// An elementary function of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are called what they are")]
pub enum Elementary {
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    Ln,
    Log2,
    Log10,
    Sqrt,
    Cbrt,
    Abs,
}

impl Elementary {
    /// Every function with the name it is written by.
    pub const ALL: [(&'static str, Self); 17] = [
        ("sin", Self::Sin),
        ("cos", Self::Cos),
        ("tan", Self::Tan),
        ("asin", Self::Asin),
        ("acos", Self::Acos),
        ("atan", Self::Atan),
        ("sinh", Self::Sinh),
        ("cosh", Self::Cosh),
        ("tanh", Self::Tanh),
        ("exp", Self::Exp),
        ("ln", Self::Ln),
        ("log", Self::Ln),
        ("log2", Self::Log2),
        ("log10", Self::Log10),
        ("sqrt", Self::Sqrt),
        ("cbrt", Self::Cbrt),
        ("abs", Self::Abs),
    ];

    fn of<S: Scalar>(self, x: S) -> S {
        match self {
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Asin => x.asin(),
            Self::Acos => x.acos(),
            Self::Atan => x.atan(),
            Self::Sinh => x.sinh(),
            Self::Cosh => x.cosh(),
            Self::Tanh => x.tanh(),
            Self::Exp => x.exp(),
            Self::Ln => x.ln(),
            Self::Log2 => x.log2(),
            Self::Log10 => x.log10(),
            Self::Sqrt => x.sqrt(),
            Self::Cbrt => x.cbrt(),
            Self::Abs => x.abs(),
        }
    }
}

/// One operation; operands are the numbers of earlier nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    /// A number.
    Constant(f64),
    /// The variable of this index.
    Variable(usize),
    /// a + b.
    Add(usize, usize),
    /// a − b.
    Sub(usize, usize),
    /// a·b.
    Mul(usize, usize),
    /// a/b.
    Div(usize, usize),
    /// −a.
    Neg(usize),
    /// aᵏ, k an integer: defined for every a.
    PowInteger(usize, i32),
    /// aᵖ, p a constant.
    PowConstant(usize, f64),
    /// aᵇ = e^(b ln a).
    Pow(usize, usize),
    /// An elementary function of a.
    Apply(Elementary, usize),
}

/// Expressions in n variables as a list of operations in the order of their evaluation.
///
/// Either f itself (one root) or residuals r (any number of roots) with f = Σr².
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tape {
    nodes: Vec<Node>,
    roots: Vec<usize>,
    residuals: bool,
    variables: usize,
}

impl Tape {
    /// An empty tape in so many variables.
    pub fn new(variables: usize, residuals: bool) -> Self {
        Self { residuals, variables, ..Self::default() }
    }

    /// Adds an operation and gives its number; one that is there already is used again, and one on constants is done at once.
    pub fn push(&mut self, node: Node) -> usize {
        let node = self.fold(node);
        // NaN equals nothing, so a constant that is one is only not shared.
        self.nodes.iter().position(|known| *known == node).unwrap_or_else(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
    }

    /// The value of a node that is a constant.
    pub fn constant(&self, node: usize) -> Option<f64> {
        match self.nodes[node] {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Declares a node to be f, or the next residual.
    pub fn push_root(&mut self, node: usize) {
        self.roots.push(node);
    }

    fn fold(&self, node: Node) -> Node {
        let operands = match node {
            Node::Constant(_) | Node::Variable(_) => return node,
            Node::Add(a, b) | Node::Sub(a, b) | Node::Mul(a, b) | Node::Div(a, b) | Node::Pow(a, b) => {
                [Some(a), Some(b)]
            }
            Node::Neg(a) | Node::PowInteger(a, _) | Node::PowConstant(a, _) | Node::Apply(_, a) => [Some(a), None],
        };
        if operands.into_iter().flatten().all(|operand| self.constant(operand).is_some()) {
            let values: Vec<f64> =
                self.nodes.iter().map(|node| if let Node::Constant(c) = node { *c } else { 0.0 }).collect();
            return Node::Constant(apply(node, &[], &values));
        }
        node
    }
}

fn apply<S: Scalar>(node: Node, x: &[S], values: &[S]) -> S {
    match node {
        Node::Constant(value) => S::from(value),
        Node::Variable(index) => x[index],
        Node::Add(a, b) => values[a] + values[b],
        Node::Sub(a, b) => values[a] - values[b],
        Node::Mul(a, b) => values[a] * values[b],
        Node::Div(a, b) => values[a] / values[b],
        Node::Neg(a) => -values[a],
        Node::PowInteger(a, power) => values[a].powi(power),
        Node::PowConstant(a, power) => values[a].powf(power),
        Node::Pow(a, b) => values[a].powd(values[b]),
        Node::Apply(function, a) => function.of(values[a]),
    }
}

impl Formula for Arc<Tape> {
    fn dim(&self) -> usize {
        self.variables
    }

    fn residual_count(&self) -> Option<usize> {
        self.residuals.then_some(self.roots.len())
    }

    fn evaluate<S: Scalar>(&self, x: &[S], values: &mut Vec<S>, out: &mut Vec<S>) {
        for &node in &self.nodes {
            let value = apply(node, x, values);
            values.push(value);
        }
        out.extend(self.roots.iter().map(|&root| values[root]));
    }
}

/// A function written down by a user, with its start.
#[derive(Clone, Debug)]
pub struct Expression {
    tape: Arc<Tape>,
    names: Vec<String>,
    start: Vec<f64>,
}

impl Expression {
    /// The names of the variables and where they start, in the order of the tape's variables. `None` if their numbers differ.
    pub fn new(tape: Tape, names: Vec<String>, start: Vec<f64>) -> Option<Self> {
        let fits = tape.variables == names.len() && names.len() == start.len() && !tape.roots.is_empty();
        fits.then(|| Self { tape: Arc::new(tape), names, start })
    }
}

impl Problem<f64> for Expression {
    fn start(&self) -> DVector<f64> {
        DVector::from_column_slice(&self.start)
    }

    fn oracle(&self) -> Box<dyn Oracle<f64>> {
        Box::new(AnalyticOracle::new(Differentiated::new(Arc::clone(&self.tape))))
    }

    fn curvatures(&self) -> &[Curvature] {
        if self.tape.residuals { &[Curvature::Fisher, Curvature::Hessian] } else { &[Curvature::Hessian] }
    }

    fn blocks(&self) -> Vec<(usize, usize)> {
        vec![(self.start.len(), 1)]
    }

    fn parameter_name(&self, index: usize) -> String {
        self.names[index].clone()
    }
}
