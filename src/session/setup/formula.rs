//! Formulas in problem files into tapes of operations.
//!
//! Numbers, variables, `pi` and `e`, + − * / ^ (also **, ·, × and ²), parentheses, and the functions of [`Elementary`] and [`Binary`].
//! −x^2 is −(x²); 2^3^2 is 2^(3²). docs/expressions.md says it for users.

use std::sync::LazyLock;

use pest::{
    Parser, Span,
    error::{Error, ErrorVariant},
    iterators::{Pair, Pairs},
    pratt_parser::{Assoc, Op, PrattParser},
};

use crate::problem::{
    expression::{Binary, Elementary, Node, Tape},
    jet::LARGEST_WHOLE,
};

/// Longer formulas are refused, so that no formula takes long to read.
const LONGEST: usize = 4096;
/// Deeper ones too, so that none overflows the stack.
const DEEPEST: usize = 64;
/// So many characters of a formula are shown before a fault, and after it.
const SHOWN: (usize, usize) = (48, 24);
/// A name longer than this is shown in part.
const LONGEST_NAME: usize = 32;

#[derive(pest_derive::Parser)]
#[grammar = "session/setup/formula.pest"]
struct FormulaParser;

static PRATT: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    PrattParser::new()
        .op(Op::infix(Rule::add, Assoc::Left) | Op::infix(Rule::subtract, Assoc::Left))
        .op(Op::infix(Rule::multiply, Assoc::Left) | Op::infix(Rule::divide, Assoc::Left))
        .op(Op::prefix(Rule::negative) | Op::prefix(Rule::positive))
        .op(Op::infix(Rule::power, Assoc::Right))
        .op(Op::postfix(Rule::raised))
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
    let length = text.chars().count();
    if length > LONGEST {
        let message = format!("the formula has {length} characters; at most {LONGEST} are accepted");
        return Err(Fault { column: LONGEST + 1, message });
    }
    refuse_depth(text)?;
    let mut pairs = FormulaParser::parse(Rule::formula, text)?;
    let sum = pairs.next().and_then(|formula| formula.into_inner().next());
    let Some(sum) = sum else { return Err(Fault { column: 1, message: "the formula is empty".to_owned() }) };
    let root = Reader { variables, tape }.sum(sum.into_inner())?;
    tape.push_root(root);
    Ok(())
}

/// The part of a formula around a character, and where in that part the character is, from 1.
pub(crate) fn excerpt(text: &str, column: usize) -> (String, usize) {
    let length = text.chars().count();
    let (before, after) = SHOWN;
    let from = if column > before + 2 { column - 1 - before } else { 0 };
    let to = if column + after + 2 < length { column + after } else { length };
    let mut part = String::new();
    if from > 0 {
        part.push('…');
    }
    part.extend(text.chars().skip(from).take(to - from));
    if to < length {
        part.push('…');
    }
    (part, if from > 0 { column - from + 1 } else { column })
}

/// A name as a message shows it.
fn short(name: &str) -> String {
    if name.len() <= LONGEST_NAME { name.to_owned() } else { format!("{}…", &name[..LONGEST_NAME]) }
}

/// Parentheses nest, and so do signs and powers that follow each other (−−x, x^y^z): the parser recurses with them.
fn refuse_depth(text: &str) -> Result<(), Fault> {
    let (mut open, mut chain) = (0usize, 0usize);
    let mut before = '(';
    for (index, character) in text.chars().enumerate().filter(|(_, character)| !character.is_whitespace()) {
        let prefix = matches!(before, '(' | ',' | '+' | '-' | '−' | '*' | '·' | '⋅' | '×' | '/' | '÷' | '^');
        match character {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            '^' => chain += 1,
            '+' | '-' | '−' | '*' if prefix => chain += 1,
            '+' | '-' | '−' | '/' | '÷' | ',' => chain = 0,
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
            .map_postfix(|operand, exponent| {
                let (operand, exponent) = (operand?, raised(&exponent)?);
                let mut reader = tape.borrow_mut();
                let exponent = reader.tape.push(Node::Constant(exponent));
                let node = power(reader.tape, operand, exponent);
                Ok(reader.tape.push(node))
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
                let value: f64 = pair.as_str().replace('−', "-").parse().unwrap_or(f64::NAN);
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
            None if name == "pi" || name == "π" => Node::Constant(std::f64::consts::PI),
            None if name == "e" => Node::Constant(std::f64::consts::E),
            None if functions().any(|known| known == name) => {
                return Err(fault(pair.as_span(), format!("{name} is a function: write {name}(…)")));
            }
            None => {
                let known = self.variables.iter().map(String::as_str).chain(["pi", "e"]);
                let hint = super::error::hint(name, known, "names");
                return Err(fault(
                    pair.as_span(),
                    format!("unknown name {}; {hint}; variables are declared by `start`", short(name)),
                ));
            }
        };
        Ok(self.tape.push(node))
    }

    fn call(&mut self, pair: Pair<'_, Rule>) -> Result<usize, Fault> {
        let span = pair.as_span();
        let mut parts = pair.into_inner();
        let name = parts.next().map_or("", |name| name.as_str());
        let unary = Elementary::ALL.iter().find(|(known, _)| *known == name);
        let binary = Binary::ALL.iter().find(|(known, _)| *known == name);
        if unary.is_none() && binary.is_none() {
            let hint = super::error::hint(name, functions(), "functions");
            return Err(fault(span, format!("unknown function {}; {hint}", short(name))));
        }
        let arguments = parts.map(|sum| self.sum(sum.into_inner())).collect::<Result<Vec<_>, _>>()?;
        let found = arguments.len();
        match (unary, binary, &arguments[..]) {
            (Some(&(_, function)), _, &[argument]) => Ok(self.tape.push(Node::Apply(function, argument))),
            (_, Some(&(_, Binary::Pow)), &[base, exponent]) => {
                let node = power(self.tape, base, exponent);
                Ok(self.tape.push(node))
            }
            (_, Some(&(_, function)), &[first, ref rest @ ..])
                if rest.len() == 1 || !rest.is_empty() && function.takes_more() =>
            {
                Ok(rest.iter().fold(first, |before, &next| self.tape.push(Node::ApplyTwo(function, before, next))))
            }
            (_, Some((_, function)), _) => {
                let more = if function.takes_more() { " or more" } else { "" };
                Err(fault(span, format!("{name} takes two{more} arguments, found {found}")))
            }
            _ => Err(fault(span, format!("{name} takes one argument, found {found}"))),
        }
    }
}

/// The names of all functions.
fn functions() -> impl Iterator<Item = &'static str> {
    Elementary::ALL.iter().map(|(name, _)| *name).chain(Binary::ALL.iter().map(|(name, _)| *name))
}

/// The number that raised digits write.
fn raised(pair: &Pair<'_, Rule>) -> Result<f64, Fault> {
    let plain: String = pair
        .as_str()
        .chars()
        .map(|character| match character {
            '⁻' => '-',
            '⁺' => '+',
            _ => "⁰¹²³⁴⁵⁶⁷⁸⁹"
                .chars()
                .zip('0'..='9')
                .find(|(up, _)| *up == character)
                .map_or(character, |(_, digit)| digit),
        })
        .collect();
    let value: f64 = plain.parse().unwrap_or(f64::NAN);
    if value.is_finite() { Ok(value) } else { Err(fault(pair.as_span(), "the number is too large")) }
}

/// aᵇ in its most widely defined form.
fn power(tape: &Tape, base: usize, exponent: usize) -> Node {
    match tape.constant(exponent) {
        // Second derivatives multiply by k(k − 1), which must stay a whole number.
        Some(value) if value.fract() == 0.0 && value.abs() <= LARGEST_WHOLE => Node::PowInteger(base, value as i32),
        Some(value) => Node::PowConstant(base, value),
        None => match tape.constant(base) {
            #[expect(clippy::float_cmp, reason = "e itself is meant")]
            Some(base) if base == std::f64::consts::E => Node::Apply(Elementary::Exp, exponent),
            Some(base) => Node::Exponential(base, exponent),
            None => Node::ApplyTwo(Binary::Pow, base, exponent),
        },
    }
}

fn fault(span: Span<'_>, message: impl Into<String>) -> Fault {
    Error::new_from_span(ErrorVariant::CustomError { message: message.into() }, span).into()
}
