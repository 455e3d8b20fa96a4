//! Claims from text into typed expressions.

use std::{ops::Range, sync::LazyLock};

use pest::{
    Parser, Span,
    error::{Error, ErrorVariant, LineColLocation},
    iterators::{Pair, Pairs},
    pratt_parser::{Assoc, Op, PrattParser},
};

use super::{
    Scope,
    expression::{Arithmetic, Comparison, Number, Sided, Text, Truth},
    over::Binder,
};
use crate::nearest::hint;

/// Longer claims are refused, so that no claim takes long to read.
const LONGEST: usize = 4096;
/// Deeper ones too, so that none overflows the stack.
const DEEPEST: usize = 64;
/// Likewise for operators.
const MOST_OPERATORS: usize = 256;

#[derive(pest_derive::Parser)]
#[grammar = "claim/claim.pest"]
struct ClaimParser;

static PRATT: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::or))
        .op(left(Rule::and))
        .op(Op::prefix(Rule::not))
        .op(left(Rule::less)
            | left(Rule::at_most)
            | left(Rule::more)
            | left(Rule::at_least)
            | left(Rule::equals)
            | left(Rule::differs))
        .op(left(Rule::add) | left(Rule::subtract))
        .op(left(Rule::multiply) | left(Rule::divide))
        .op(Op::prefix(Rule::negative) | Op::prefix(Rule::positive))
        .op(Op::infix(Rule::power, Assoc::Right))
});

/// A fault at a place of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The character it is at, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl From<Error<Rule>> for Fault {
    fn from(error: Error<Rule>) -> Self {
        let column = match error.line_col {
            LineColLocation::Pos((_, column)) | LineColLocation::Span((_, column), _) => column,
        };
        let message = match error.variant {
            ErrorVariant::CustomError { message } => message,
            ErrorVariant::ParsingError { positives, .. } => format!("expected {}", expectation(&positives)),
        };
        Self { column, message }
    }
}

fn expectation(rules: &[Rule]) -> &'static str {
    let operand = [Rule::number, Rule::expression, Rule::name].iter().any(|rule| rules.contains(rule));
    match (rules.contains(&Rule::add), operand) {
        (true, false) if rules.contains(&Rule::EOI) => "an operator (+ - * / ^ < <= > >= == != and or) or the end",
        (true, false) => "an operator, or `..`, a colon, a comma or a closing parenthesis where one is due",
        (true, true) => "an operator or an operand",
        (false, true) => "a number, a text, a quantity such as f(\"LABEL\", k), count(k: …) or a parenthesis",
        (false, false) => "a range as in (k in 10..50: …), or a colon",
    }
}

/// A part of a claim with its type, and where it stands.
pub(super) struct Typed {
    pub part: Part,
    pub written: Range<usize>,
}

pub(super) enum Part {
    Number(Number),
    Truth(Truth),
    Text(Text),
}

impl Part {
    fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Truth(_) => "something true or false",
            Self::Text(_) => "a text",
        }
    }
}

/// What is known while a claim is read.
pub(super) struct Reader<'s> {
    pub scope: &'s Scope<'s>,
    pub text: &'s str,
    /// The labels that lanes are numbers of.
    pub labels: Vec<String>,
    pub binders: Vec<Binder>,
    /// How often the part being read is evaluated.
    pub visits: f64,
}

/// Reads a claim; its text is on one line.
pub(super) fn read(text: &str, scope: &Scope<'_>) -> Result<(Truth, Vec<String>), Fault> {
    if text.len() > LONGEST {
        let message = format!("the claim has {} characters; at most {LONGEST} are accepted", text.len());
        return Err(Fault { column: 1, message });
    }
    refuse_depth(text)?;
    if text.trim().is_empty() {
        return Err(Fault { column: 1, message: "the claim is empty".to_owned() });
    }
    let mut pairs = ClaimParser::parse(Rule::claim, text)?;
    let labels = scope.lanes.map(<[String]>::to_vec).unwrap_or_default();
    let mut reader = Reader { scope, text, labels, binders: Vec::new(), visits: 1.0 };
    let expression = pairs.next().and_then(|claim| claim.into_inner().next());
    let Some(expression) = expression else {
        return Err(Fault { column: 1, message: "the claim is empty".to_owned() });
    };
    let typed = reader.expression(expression.into_inner())?;
    match typed.part {
        Part::Truth(truth) => Ok((truth, reader.labels)),
        part => {
            let message =
                format!("a claim is true or false, for instance steps(\"LABEL\") < 20; this is {}", part.kind());
            Err(reader.fault(typed.written.start, message))
        }
    }
}

/// Parentheses nest, and so do operators: what reads and judges a claim recurses with both.
fn refuse_depth(text: &str) -> Result<(), Fault> {
    let (mut open, mut operators, mut quote) = (0_usize, 0_usize, None);
    for (index, (at, character)) in text.char_indices().enumerate() {
        match (quote, character) {
            (Some(end), _) if character == end => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '(') => open += 1,
            (None, ')') => open = open.saturating_sub(1),
            (None, '^' | '-' | '+' | '−' | '*' | '·' | '×' | '/' | '<' | '>' | '=' | '≤' | '≥' | '≠') => {
                operators += 1;
            }
            (None, 'n') => operators += usize::from(text.get(at..).is_some_and(|rest| rest.starts_with("not"))),
            _ => {}
        }
        if open > DEEPEST || operators > MOST_OPERATORS {
            let message = if open > DEEPEST {
                format!("more than {DEEPEST} parentheses within each other")
            } else {
                format!("more than {MOST_OPERATORS} operators in one claim; make it two")
            };
            return Err(Fault { column: index + 1, message });
        }
    }
    Ok(())
}

impl Reader<'_> {
    /// A complaint about what stands at a byte.
    pub fn fault(&self, at: usize, message: impl Into<String>) -> Fault {
        let column = self.text.get(..at).map_or(1, |before| before.chars().count() + 1);
        Fault { column, message: message.into() }
    }

    pub fn expression(&mut self, pairs: Pairs<'_, Rule>) -> Result<Typed, Fault> {
        let reader = std::cell::RefCell::new(self);
        PRATT
            .map_primary(|pair| reader.borrow_mut().primary(pair))
            .map_prefix(|sign, operand| reader.borrow().prefixed(&sign, operand?))
            .map_infix(|left, operator, right| reader.borrow().joined(left?, &operator, right?))
            .parse(pairs)
    }

    fn prefixed(&self, sign: &Pair<'_, Rule>, operand: Typed) -> Result<Typed, Fault> {
        let written = sign.as_span().start()..operand.written.end;
        let part = match sign.as_rule() {
            Rule::not => Part::Truth(Truth::Not(Box::new(self.truth(operand, "`not`")?))),
            Rule::negative => Part::Number(match self.number(operand, "`-`")? {
                Number::Constant(constant) => Number::Constant(-constant),
                number => Number::Negative(Box::new(number)),
            }),
            _ => Part::Number(self.number(operand, "`+`")?),
        };
        Ok(Typed { part, written })
    }

    fn joined(&self, left: Typed, operator: &Pair<'_, Rule>, right: Typed) -> Result<Typed, Fault> {
        let written = left.written.start..right.written.end;
        let symbol = format!("`{}`", operator.as_str().trim());
        let comparison = match operator.as_rule() {
            Rule::less => Comparison::Less,
            Rule::at_most => Comparison::AtMost,
            Rule::more => Comparison::More,
            Rule::at_least => Comparison::AtLeast,
            Rule::equals => Comparison::Equal,
            Rule::differs => Comparison::Different,
            Rule::and | Rule::or => {
                let both = [self.truth(left, &symbol)?, self.truth(right, &symbol)?].map(Box::new);
                let [left, right] = both;
                let join = if operator.as_rule() == Rule::and { Truth::And } else { Truth::Or };
                return Ok(Typed { part: Part::Truth(join(left, right)), written });
            }
            rule => {
                let arithmetic = match rule {
                    Rule::add => Arithmetic::Add,
                    Rule::subtract => Arithmetic::Subtract,
                    Rule::multiply => Arithmetic::Multiply,
                    Rule::divide => Arithmetic::Divide,
                    _ => Arithmetic::Power,
                };
                let (left, right) = (self.number(left, &symbol)?, self.number(right, &symbol)?);
                let number = Number::Arithmetic(arithmetic, Box::new(left), Box::new(right));
                return Ok(Typed { part: Part::Number(number), written });
            }
        };
        let at = operator.as_span().start();
        Ok(Typed { part: Part::Truth(self.comparison(comparison, left, right, at)?), written })
    }

    fn comparison(&self, comparison: Comparison, left: Typed, right: Typed, at: usize) -> Result<Truth, Fault> {
        let kinds = (left.part.kind(), right.part.kind());
        let symbol = comparison.symbol();
        match (left.part, right.part) {
            (Part::Number(a), Part::Number(b)) => Ok(Truth::Compare {
                comparison,
                left: Sided { part: Box::new(a), written: left.written },
                right: Sided { part: Box::new(b), written: right.written },
            }),
            (Part::Text(a), Part::Text(b)) if matches!(comparison, Comparison::Equal | Comparison::Different) => {
                self.outcome_exists(&a, &b, &right.written)?;
                self.outcome_exists(&b, &a, &left.written)?;
                Ok(Truth::Same {
                    equal: comparison == Comparison::Equal,
                    left: Sided { part: Box::new(a), written: left.written },
                    right: Sided { part: Box::new(b), written: right.written },
                })
            }
            (Part::Text(_), Part::Text(_)) => {
                Err(self.fault(at, format!("texts are compared by == and !=, not by {symbol}")))
            }
            (Part::Truth(_), _) | (_, Part::Truth(_)) => Err(self.fault(
                at,
                format!("{symbol} compares two numbers or two texts; join comparisons by `and`, as in 1 < x and x < 2"),
            )),
            _ => {
                Err(self.fault(at, format!("{symbol} compares {} with {}; both must be of one kind", kinds.0, kinds.1)))
            }
        }
    }

    /// A text compared with an outcome must be one.
    fn outcome_exists(&self, outcome: &Text, literal: &Text, written: &Range<usize>) -> Result<(), Fault> {
        let (Text::Outcome(_), Text::Literal(word)) = (outcome, literal) else { return Ok(()) };
        if super::OUTCOMES.contains(&word.as_str()) {
            return Ok(());
        }
        let hint = hint(word, super::OUTCOMES, "outcomes");
        Err(self.fault(written.start, format!("a lane does not end as \"{word}\"; {hint}")))
    }

    pub fn number(&self, typed: Typed, what: &str) -> Result<Number, Fault> {
        match typed.part {
            Part::Number(number) => Ok(number),
            part => Err(self.fault(typed.written.start, format!("{what} takes numbers; this is {}", part.kind()))),
        }
    }

    pub fn truth(&self, typed: Typed, what: &str) -> Result<Truth, Fault> {
        match typed.part {
            Part::Truth(truth) => Ok(truth),
            part => Err(self.fault(
                typed.written.start,
                format!("{what} takes what is true or false, for instance a comparison; this is {}", part.kind()),
            )),
        }
    }

    fn primary(&mut self, pair: Pair<'_, Rule>) -> Result<Typed, Fault> {
        let span = pair.as_span();
        let written = span.start()..span.start() + span.as_str().trim_end().len();
        let part = match pair.as_rule() {
            Rule::number => {
                let value: f64 = pair.as_str().parse().unwrap_or(f64::NAN);
                if !value.is_finite() {
                    return Err(self.fault(written.start, "the number is too large"));
                }
                Part::Number(Number::Constant(value))
            }
            Rule::text => {
                let text = pair.as_str();
                Part::Text(Text::Literal(text.get(1..text.len() - 1).unwrap_or_default().to_owned()))
            }
            Rule::name => self.name(pair.as_str(), span)?,
            Rule::call => {
                let mut parts = pair.into_inner();
                let name = parts.next().map_or("", |name| name.as_str());
                let arguments = parts.map(|part| self.expression(part.into_inner())).collect::<Result<Vec<_>, _>>()?;
                self.call(name, arguments, &written)?
            }
            Rule::over => self.over(pair)?,
            // A parenthesis.
            _ => match pair.into_inner().next() {
                Some(inside) => self.expression(inside.into_inner())?.part,
                None => return Err(self.fault(written.start, "the parenthesis is empty")),
            },
        };
        Ok(Typed { part, written })
    }

    fn name(&self, name: &str, span: Span<'_>) -> Result<Part, Fault> {
        if let Some(slot) = self.binders.iter().position(|binder| binder.name == name) {
            return Ok(Part::Number(Number::Step(slot)));
        }
        match name {
            "true" => return Ok(Part::Truth(Truth::Known(true))),
            "false" => return Ok(Part::Truth(Truth::Known(false))),
            _ => {}
        }
        let message = match super::calls::form(name) {
            Some(form) => format!("write {form}"),
            None if self.labels.iter().any(|label| label == name) => {
                format!("the label of a lane stands in quotes: write \"{name}\"")
            }
            None if self.binders.is_empty() => {
                format!("unknown name {name}; steps are named by count(k: …), first, all, any, max, min and median")
            }
            None => {
                let known: Vec<&str> = self.binders.iter().map(|binder| binder.name.as_str()).collect();
                format!("unknown name {name}; {}", hint(name, known, "names of steps here"))
            }
        };
        Err(self.fault(span.start(), message))
    }
}
