//! Formulas in problem files into tapes of operations.
//!
//! Numbers, variables, `pi` and `e`, + − * / ^ (also **), parentheses, and the functions of [`Elementary`]. −x^2 is −(x²); 2^3^2 is 2^(3²).

use std::sync::LazyLock;

use pest::{
    Parser, Span,
    error::{Error, ErrorVariant},
    iterators::{Pair, Pairs},
    pratt_parser::{Assoc, Op, PrattParser},
};

use crate::problem::expression::{Elementary, Node, Tape};

/// Longer formulas are refused, so that no formula takes long to read.
const LONGEST: usize = 4096;
/// Deeper ones too, so that none overflows the stack.
const DEEPEST: usize = 64;

#[derive(pest_derive::Parser)]
#[grammar = "session/setup/formula.pest"]
struct FormulaParser;

static PRATT: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    PrattParser::new()
        .op(Op::infix(Rule::add, Assoc::Left) | Op::infix(Rule::subtract, Assoc::Left))
        .op(Op::infix(Rule::multiply, Assoc::Left) | Op::infix(Rule::divide, Assoc::Left))
        .op(Op::prefix(Rule::negative) | Op::prefix(Rule::positive))
        .op(Op::infix(Rule::power, Assoc::Right))
});

/// A fault at a place of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The character it is at, from 1.
    pub(crate) column: usize,
    /// What is wrong.
    pub(crate) message: String,
}

impl From<Error<Rule>> for Fault {
    fn from(error: Error<Rule>) -> Self {
        let column = match error.line_col {
            pest::error::LineColLocation::Pos((_, column)) | pest::error::LineColLocation::Span((_, column), _) => {
                column
            }
        };
        let message = match error.variant {
            ErrorVariant::CustomError { message } => message,
            ErrorVariant::ParsingError { positives, .. } => format!("expected {}", expectation(&positives)),
        };
        Self { column, message }
    }
}

fn expectation(rules: &[Rule]) -> String {
    let operator = rules.contains(&Rule::add);
    let operand = rules.contains(&Rule::number);
    match (operator, operand) {
        (true, false) => "an operator (+ - * / ^) or the end".to_owned(),
        (false, _) => "a number, a variable, a function or a parenthesis".to_owned(),
        (true, true) => "an operator or an operand".to_owned(),
    }
}

/// Reads a formula in these variables onto the tape and declares it a root.
pub(crate) fn read(text: &str, variables: &[String], tape: &mut Tape) -> Result<(), Fault> {
    if text.len() > LONGEST {
        return Err(Fault { column: LONGEST, message: format!("the formula is longer than {LONGEST} characters") });
    }
    refuse_depth(text)?;
    let mut pairs = FormulaParser::parse(Rule::formula, text)?;
    let sum = pairs.next().and_then(|formula| formula.into_inner().next());
    let Some(sum) = sum else { return Err(Fault { column: 1, message: "the formula is empty".to_owned() }) };
    let root = Reader { variables, tape }.sum(sum.into_inner())?;
    tape.push_root(root);
    Ok(())
}

/// Parentheses nest, and so do signs and powers that follow each other (−−x, x^y^z): the parser recurses with them.
fn refuse_depth(text: &str) -> Result<(), Fault> {
    let (mut open, mut chain) = (0usize, 0usize);
    let mut before = '(';
    for (index, character) in text.chars().enumerate().filter(|(_, character)| !character.is_whitespace()) {
        let prefix = matches!(before, '(' | ',' | '+' | '-' | '*' | '/' | '^');
        match character {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            '^' => chain += 1,
            '+' | '-' | '*' if prefix => chain += 1,
            '+' | '-' | '/' | ',' => chain = 0,
            _ => {}
        }
        before = character;
        if open > DEEPEST || chain > DEEPEST {
            return Err(Fault { column: index + 1, message: format!("nested more than {DEEPEST} deep") });
        }
    }
    Ok(())
}

struct Reader<'a> {
    variables: &'a [String],
    tape: &'a mut Tape,
}

impl Reader<'_> {
    fn sum(&mut self, pairs: Pairs<'_, Rule>) -> Result<usize, Fault> {
        let tape = std::cell::RefCell::new(self);
        PRATT
            .map_primary(|pair| tape.borrow_mut().primary(pair))
            .map_prefix(|sign, operand| {
                let operand = operand?;
                Ok(match sign.as_rule() {
                    Rule::negative => tape.borrow_mut().tape.push(Node::Neg(operand)),
                    _ => operand,
                })
            })
            .map_infix(|left, operator, right| {
                let (left, right) = (left?, right?);
                let mut reader = tape.borrow_mut();
                let tape = &mut *reader.tape;
                let node = match operator.as_rule() {
                    Rule::add => Node::Add(left, right),
                    Rule::subtract => Node::Sub(left, right),
                    Rule::multiply => Node::Mul(left, right),
                    Rule::divide => Node::Div(left, right),
                    _ => power(tape, left, right),
                };
                Ok(tape.push(node))
            })
            .parse(pairs)
    }

    fn primary(&mut self, pair: Pair<'_, Rule>) -> Result<usize, Fault> {
        match pair.as_rule() {
            Rule::number => {
                let value: f64 = pair.as_str().parse().unwrap_or(f64::NAN);
                if !value.is_finite() {
                    return Err(fault(pair.as_span(), "the number is too large"));
                }
                Ok(self.tape.push(Node::Constant(value)))
            }
            Rule::name => self.name(&pair),
            Rule::call => self.call(pair),
            _ => self.sum(pair.into_inner()),
        }
    }

    fn name(&mut self, pair: &Pair<'_, Rule>) -> Result<usize, Fault> {
        let name = pair.as_str();
        // A variable may be called e; then it is the variable.
        let node = match self.variables.iter().position(|variable| variable == name) {
            Some(index) => Node::Variable(index),
            None if name == "pi" => Node::Constant(std::f64::consts::PI),
            None if name == "e" => Node::Constant(std::f64::consts::E),
            None if Elementary::ALL.iter().any(|(known, _)| *known == name) => {
                return Err(fault(pair.as_span(), format!("{name} is a function: write {name}(…)")));
            }
            None => {
                let known = self.variables.iter().map(String::as_str).chain(["pi", "e"]);
                let hint = super::error::hint(name, known, "names");
                return Err(fault(
                    pair.as_span(),
                    format!("unknown name {name}; {hint}; variables are declared by `start`"),
                ));
            }
        };
        Ok(self.tape.push(node))
    }

    fn call(&mut self, pair: Pair<'_, Rule>) -> Result<usize, Fault> {
        let span = pair.as_span();
        let mut parts = pair.into_inner();
        let name = parts.next().map_or("", |name| name.as_str());
        let Some((_, function)) = Elementary::ALL.iter().find(|(known, _)| *known == name) else {
            let hint = super::error::hint(name, Elementary::ALL.iter().map(|(known, _)| *known), "functions");
            return Err(fault(span, format!("unknown function {name}; {hint}")));
        };
        let arguments = parts.map(|sum| self.sum(sum.into_inner())).collect::<Result<Vec<_>, _>>()?;
        match arguments[..] {
            [argument] => Ok(self.tape.push(Node::Apply(*function, argument))),
            _ => Err(fault(span, format!("{name} takes one argument, found {}", arguments.len()))),
        }
    }
}

/// aᵇ in its most widely defined form.
fn power(tape: &Tape, base: usize, exponent: usize) -> Node {
    match tape.constant(exponent) {
        // Second derivatives multiply by k(k − 1), which must stay a whole number.
        Some(value) if value.fract() == 0.0 && value.abs() <= 1e4 => Node::PowInteger(base, value as i32),
        Some(value) => Node::PowConstant(base, value),
        None => Node::Pow(base, exponent),
    }
}

fn fault(span: Span<'_>, message: impl Into<String>) -> Fault {
    Error::new_from_span(ErrorVariant::CustomError { message: message.into() }, span).into()
}
