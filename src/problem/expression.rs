//! Functions that a user writes down.

mod functions;
mod program;
mod rewrite;

use std::sync::Arc;

use nalgebra::DVector;

use super::{
    Curvature, Oracle, Problem,
    analytic::AnalyticOracle,
    formula::Differentiated,
    jet::{Jet, Number},
};

use program::Program;

pub use functions::{Binary, Elementary};

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
    /// a + c, c a constant.
    AddConstant(usize, f64),
    /// c − a, c a constant.
    SubFrom(f64, usize),
    /// a·c, c a constant.
    MulConstant(usize, f64),
    /// c/a, c a constant.
    DivConstant(f64, usize),
    /// −a.
    Neg(usize),
    /// aᵏ, k an integer: defined for every a.
    PowInteger(usize, i32),
    /// aᵖ, p a constant.
    PowConstant(usize, f64),
    /// |a|ᵖ, p a constant.
    AbsPower(usize, f64),
    /// cᵃ, c a constant.
    Exponential(f64, usize),
    /// cᵃ, c > 0 a constant, with ln c beside it.
    Growth(f64, f64, usize),
    /// An elementary function of a.
    Apply(Elementary, usize),
    /// A function of a and b.
    ApplyTwo(Binary, usize, usize),
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
        let node = self.without_abs(node);
        let operands = match node {
            Node::Constant(_) | Node::Variable(_) => return node,
            Node::Add(a, b) | Node::Sub(a, b) | Node::Mul(a, b) | Node::Div(a, b) | Node::ApplyTwo(_, a, b) => {
                [Some(a), Some(b)]
            }
            Node::Neg(a)
            | Node::AddConstant(a, _)
            | Node::SubFrom(_, a)
            | Node::MulConstant(a, _)
            | Node::DivConstant(_, a)
            | Node::Growth(_, _, a)
            | Node::PowInteger(a, _)
            | Node::PowConstant(a, _)
            | Node::AbsPower(a, _)
            | Node::Exponential(_, a)
            | Node::Apply(_, a) => [Some(a), None],
        };
        if operands.into_iter().flatten().all(|operand| self.constant(operand).is_some()) {
            let values: Vec<Jet<f64, 0, 0>> = self
                .nodes
                .iter()
                .map(|node| Jet::constant(if let Node::Constant(c) = node { *c } else { 0.0 }))
                .collect();
            let value = apply(node, &[], &values).value;
            // What overflows by itself may be part of something that does not: e^1000/e^999.
            return if value.is_finite() { Node::Constant(value) } else { node };
        }
        node
    }
}

impl Tape {
    /// |a|ᵏ of an even k is aᵏ, and |aᵏ| too, and they have no kink.
    fn without_abs(&self, node: Node) -> Node {
        let inside = |a: usize| match self.nodes[a] {
            Node::Apply(Elementary::Abs, inside) => inside,
            _ => a,
        };
        match node {
            Node::PowInteger(a, power) if power % 2 == 0 => Node::PowInteger(inside(a), power),
            Node::Mul(a, b) if a == b => Node::Mul(inside(a), inside(a)),
            Node::Apply(Elementary::Abs, a) => match self.nodes[a] {
                even @ Node::PowInteger(_, power) if power % 2 == 0 => even,
                square @ Node::Mul(a, b) if a == b => square,
                _ => node,
            },
            _ => node,
        }
    }
}

#[expect(clippy::inline_always, reason = "a jet returned through memory is read back in pairs, see `Unmarked`")]
#[inline(always)]
fn apply<R: Number, const N: usize, const M: usize>(
    node: Node,
    x: &[Jet<R, N, M>],
    values: &[Jet<R, N, M>],
) -> Jet<R, N, M> {
    match node {
        Node::Constant(value) => Jet::constant(R::of(value)),
        Node::Variable(index) => x[index],
        Node::Add(a, b) => values[a] + values[b],
        Node::Sub(a, b) => values[a] - values[b],
        Node::Mul(a, b) => values[a] * values[b],
        Node::Div(a, b) => values[a] / values[b],
        Node::AddConstant(a, c) => values[a] + c,
        Node::SubFrom(c, a) => -values[a] + c,
        Node::MulConstant(a, c) => values[a] * c,
        Node::DivConstant(c, a) => Jet::constant(R::of(c)) / values[a],
        Node::Neg(a) => -values[a],
        Node::PowInteger(a, power) => values[a].powi(power),
        Node::PowConstant(a, power) => values[a].powf(power),
        Node::AbsPower(a, power) => values[a].abs_powf(power),
        Node::Exponential(base, a) => values[a].exponential(base),
        Node::Growth(base, ln, a) => values[a].growth(base, ln),
        Node::Apply(function, a) => function.of(values[a]),
        Node::ApplyTwo(function, a, b) => function.of(values[a], values[b]),
    }
}

/// A function written down by a user, with its start.
#[derive(Clone, Debug)]
pub struct Expression {
    program: Arc<Program>,
    names: Vec<String>,
    start: Vec<f64>,
}

impl Expression {
    /// The names of the variables and where they start, in the order of the tape's variables. `None` if their numbers differ.
    pub fn new(tape: &Tape, names: Vec<String>, start: Vec<f64>) -> Option<Self> {
        let fits = tape.variables == names.len() && names.len() == start.len() && !tape.roots.is_empty();
        fits.then(|| Self { program: Arc::new(Program::new(tape)), names, start })
    }
}

impl Problem<f64> for Expression {
    fn start(&self) -> DVector<f64> {
        DVector::from_column_slice(&self.start)
    }

    fn oracle(&self) -> Box<dyn Oracle<f64>> {
        Box::new(AnalyticOracle::new(Differentiated::new(Arc::clone(&self.program))))
    }

    fn curvatures(&self) -> &[Curvature] {
        if self.program.has_residuals() { &[Curvature::Fisher, Curvature::Hessian] } else { &[Curvature::Hessian] }
    }

    fn blocks(&self) -> Vec<(usize, usize)> {
        vec![(self.start.len(), 1)]
    }

    fn parameter_name(&self, index: usize) -> String {
        self.names[index].clone()
    }
}
