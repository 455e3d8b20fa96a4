//! Tapes as they are evaluated.

use std::sync::Arc;

use super::{Node, Tape, apply, rewrite};
use crate::problem::{
    formula::Formula,
    jet::{Jet, LARGE, Number},
};

/// A tape made quick, and written anew where that tells more about zeros.
#[derive(Debug)]
pub(super) struct Program {
    quick: Tape,
    rewritten: Tape,
}

impl Program {
    pub(super) fn new(tape: &Tape) -> Self {
        Self { quick: quick(tape), rewritten: rewrite::rewritten(tape) }
    }

    pub(super) fn has_residuals(&self) -> bool {
        self.quick.residuals
    }
}

impl Formula for Arc<Program> {
    fn dim(&self) -> usize {
        self.quick.variables
    }

    fn residual_count(&self) -> Option<usize> {
        self.quick.residuals.then_some(self.quick.roots.len())
    }

    fn evaluate<R: Number, const N: usize, const M: usize>(
        &self,
        x: &[Jet<R, N, M>],
        values: &mut Vec<Jet<R, N, M>>,
        out: &mut Vec<Jet<R, N, M>>,
    ) {
        let tape = if R::EXACTING { &self.rewritten } else { &self.quick };
        for &node in &tape.nodes {
            let value = apply(node, x, values);
            values.push(value);
        }
        out.extend(tape.roots.iter().map(|&root| values[root]));
    }
}

/// The same operations with the same rounding, but constants are a part of the operations on them.
///
/// Where jets are exacting a constant 0 has its rule, which a product with an `f64` has not: this is for the others.
fn quick(tape: &Tape) -> Tape {
    let mut new = Tape::new(tape.variables, tape.residuals);
    let mut places = vec![None; tape.nodes.len()];
    for (index, &node) in tape.nodes.iter().enumerate() {
        // One that is too large for an ordinary formula stays where it is seen.
        let ordinary = |a: usize| tape.constant(a).filter(|c| c.abs() < LARGE);
        let quick = match node {
            Node::Constant(_) => continue,
            Node::Add(a, b) | Node::Mul(a, b) => {
                let with = |a, c| {
                    if matches!(node, Node::Add(..)) { Node::AddConstant(a, c) } else { Node::MulConstant(a, c) }
                };
                match (ordinary(a), ordinary(b)) {
                    (None, Some(c)) => with(place(&mut new, &mut places, tape, a), c),
                    (Some(c), None) => with(place(&mut new, &mut places, tape, b), c),
                    _ => moved(node, |a| place(&mut new, &mut places, tape, a)),
                }
            }
            Node::Sub(a, b) => match (ordinary(a), ordinary(b)) {
                (None, Some(c)) => Node::AddConstant(place(&mut new, &mut places, tape, a), -c),
                (Some(c), None) => Node::SubFrom(c, place(&mut new, &mut places, tape, b)),
                _ => moved(node, |a| place(&mut new, &mut places, tape, a)),
            },
            Node::Div(a, b) => match ordinary(a) {
                Some(c) if tape.constant(b).is_none() => Node::DivConstant(c, place(&mut new, &mut places, tape, b)),
                _ => moved(node, |a| place(&mut new, &mut places, tape, a)),
            },
            Node::Exponential(base, a) if base > 0.0 => {
                Node::Growth(base, base.ln(), place(&mut new, &mut places, tape, a))
            }
            _ => moved(node, |a| place(&mut new, &mut places, tape, a)),
        };
        places[index] = Some(new.push(quick));
    }
    for &root in &tape.roots {
        let root = place(&mut new, &mut places, tape, root);
        new.push_root(root);
    }
    new
}

/// Where a number of the old tape stands on the new one; a constant comes to stand there when it is asked for.
fn place(new: &mut Tape, places: &mut [Option<usize>], tape: &Tape, index: usize) -> usize {
    *places[index].get_or_insert_with(|| new.push(tape.nodes[index]))
}

/// The operation on operands at other places.
fn moved(node: Node, mut at: impl FnMut(usize) -> usize) -> Node {
    match node {
        Node::Constant(_) | Node::Variable(_) => node,
        Node::Add(a, b) => Node::Add(at(a), at(b)),
        Node::Sub(a, b) => Node::Sub(at(a), at(b)),
        Node::Mul(a, b) => Node::Mul(at(a), at(b)),
        Node::Div(a, b) => Node::Div(at(a), at(b)),
        Node::AddConstant(a, c) => Node::AddConstant(at(a), c),
        Node::SubFrom(c, a) => Node::SubFrom(c, at(a)),
        Node::MulConstant(a, c) => Node::MulConstant(at(a), c),
        Node::DivConstant(c, a) => Node::DivConstant(c, at(a)),
        Node::Neg(a) => Node::Neg(at(a)),
        Node::PowInteger(a, power) => Node::PowInteger(at(a), power),
        Node::PowConstant(a, power) => Node::PowConstant(at(a), power),
        Node::AbsPower(a, power) => Node::AbsPower(at(a), power),
        Node::Exponential(base, a) => Node::Exponential(base, at(a)),
        Node::Growth(base, ln, a) => Node::Growth(base, ln, at(a)),
        Node::Apply(function, a) => Node::Apply(function, at(a)),
        Node::ApplyTwo(function, a, b) => Node::ApplyTwo(function, at(a), at(b)),
    }
}
