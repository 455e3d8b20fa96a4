//! Expressions written anew, so that powers at 0 show what they are: √(x²) is |x|, and (x²)^¾ is |x|^1.5.

use super::{Binary, Elementary, Node, Tape};
use crate::problem::jet::LARGEST_WHOLE;

/// The same function of the reals, with powers of powers taken together.
pub(super) fn rewritten(tape: &Tape) -> Tape {
    let mut new = Tape::new(tape.variables, tape.residuals);
    let mut places = Vec::with_capacity(tape.nodes.len());
    for &node in &tape.nodes {
        let at = |a: usize| -> usize { places[a] };
        let place = match node {
            Node::Constant(_) | Node::Variable(_) => new.push(node),
            Node::Add(a, b) => new.push(Node::Add(at(a), at(b))),
            Node::Sub(a, b) => new.push(Node::Sub(at(a), at(b))),
            Node::Mul(a, b) if at(a) == at(b) => whole(&mut new, at(a), 2),
            Node::Mul(a, b) => new.push(Node::Mul(at(a), at(b))),
            Node::Div(a, b) => new.push(Node::Div(at(a), at(b))),
            Node::AddConstant(a, c) => new.push(Node::AddConstant(at(a), c)),
            Node::SubFrom(c, a) => new.push(Node::SubFrom(c, at(a))),
            Node::MulConstant(a, c) => new.push(Node::MulConstant(at(a), c)),
            Node::DivConstant(c, a) => new.push(Node::DivConstant(c, at(a))),
            Node::Neg(a) => new.push(Node::Neg(at(a))),
            Node::PowInteger(a, power) => whole(&mut new, at(a), power),
            Node::PowConstant(a, power) => broken(&mut new, at(a), power),
            Node::AbsPower(a, power) => absolute(&mut new, at(a), power),
            Node::Exponential(base, a) | Node::Growth(base, _, a) => new.push(Node::Exponential(base, at(a))),
            Node::Apply(Elementary::Sqrt, a) => broken(&mut new, at(a), 0.5),
            Node::Apply(Elementary::Abs, a) => absolute(&mut new, at(a), 1.0),
            Node::Apply(Elementary::Cbrt, a) => match new.nodes[at(a)] {
                Node::PowInteger(base, power) if power > 0 && power % 3 == 0 => whole(&mut new, base, power / 3),
                _ => new.push(Node::Apply(Elementary::Cbrt, at(a))),
            },
            Node::Apply(function, a) => new.push(Node::Apply(function, at(a))),
            Node::ApplyTwo(function, a, b) => match (function, new.constant(at(b))) {
                (Binary::Pow, Some(power)) => power_of(&mut new, at(a), power),
                _ => new.push(Node::ApplyTwo(function, at(a), at(b))),
            },
        };
        places.push(place);
    }
    for &root in &tape.roots {
        new.push_root(places[root]);
    }
    new
}

fn is_whole(power: f64) -> bool {
    power.fract() == 0.0 && power.abs() <= LARGEST_WHOLE
}

fn power_of(tape: &mut Tape, base: usize, power: f64) -> usize {
    if is_whole(power) { whole(tape, base, power as i32) } else { broken(tape, base, power) }
}

/// baseᵏ.
fn whole(tape: &mut Tape, base: usize, power: i32) -> usize {
    let k = f64::from(power);
    match tape.nodes[base] {
        _ if power == 1 => base,
        Node::Apply(Elementary::Abs, a) if power > 0 => absolute(tape, a, k),
        Node::AbsPower(a, p) if power > 0 => absolute(tape, a, p * k),
        Node::PowConstant(a, p) if power > 0 && p > 0.0 && !is_whole(p * k) => broken(tape, a, p * k),
        _ => tape.push(Node::PowInteger(base, power)),
    }
}

/// baseᵖ, p not a whole number: of base ≥ 0 only.
fn broken(tape: &mut Tape, base: usize, p: f64) -> usize {
    match tape.nodes[base] {
        Node::PowInteger(a, k) if k > 0 && k % 2 == 0 => absolute(tape, a, p * f64::from(k)),
        Node::PowInteger(a, k) if k > 0 && !is_whole(p * f64::from(k)) => broken(tape, a, p * f64::from(k)),
        Node::Apply(Elementary::Abs, a) => absolute(tape, a, p),
        Node::AbsPower(a, q) => absolute(tape, a, p * q),
        Node::PowConstant(a, q) if q > 0.0 && !is_whole(p * q) => broken(tape, a, p * q),
        _ => tape.push(Node::PowConstant(base, p)),
    }
}

/// |base|ᵖ.
fn absolute(tape: &mut Tape, base: usize, p: f64) -> usize {
    match tape.nodes[base] {
        _ if is_whole(p) && p % 2.0 == 0.0 => whole(tape, base, p as i32),
        Node::PowInteger(a, k) if k > 1 => absolute(tape, a, p * f64::from(k)),
        Node::Apply(Elementary::Abs, a) => absolute(tape, a, p),
        Node::AbsPower(a, q) => absolute(tape, a, p * q),
        _ if p - 1.0 == 0.0 => tape.push(Node::Apply(Elementary::Abs, base)),
        _ => tape.push(Node::AbsPower(base, p)),
    }
}
