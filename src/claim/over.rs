//! `count(k in 10..50: …)` and its like: which steps are gone through, and what is asked of each.

use pest::iterators::Pair;

use super::{
    calls::{OVER, form},
    expression::{Arithmetic, MOST_BINDERS, Number, Over, Read, Truth},
    read::{Fault, Part, Reader, Rule, Typed},
};
use crate::nearest::hint;

/// A claim that looks at more steps than this, each of its ranges within another, would keep the user waiting.
const MOST_VISITS: f64 = 1e7;

/// A step that is bound around the part being read.
pub(super) struct Binder {
    pub name: String,
    reads: Vec<Read>,
}

impl Reader<'_> {
    /// `count(k in 10..50: …)` and its like.
    pub fn over(&mut self, pair: Pair<'_, Rule>) -> Result<Part, Fault> {
        let start = pair.as_span().start();
        let mut parts = pair.into_inner();
        let function = parts.next().map_or("", |name| name.as_str());
        if !OVER.contains(&function) {
            let message = form(function).map_or_else(
                || format!("unknown function {function}; {}", hint(function, OVER, "functions of steps")),
                |form| format!("{function} does not go through steps: write {form}"),
            );
            return Err(self.fault(start, message));
        }
        let Some(variable) = parts.next() else { return Err(self.fault(start, "a step must be named")) };
        let (name, at) = (variable.as_str(), variable.as_span().start());
        if self.binders.iter().any(|binder| binder.name == name) {
            return Err(self.fault(at, format!("{name} is a step already; give this one another name")));
        }
        if form(name).is_some() || matches!(name, "true" | "false" | "and" | "or" | "not" | "in") {
            return Err(
                self.fault(at, format!("{name} means something else; give the step another name, for instance k"))
            );
        }
        if self.binders.len() == MOST_BINDERS {
            let message = format!("at most {MOST_BINDERS} steps can be named within each other");
            return Err(self.fault(at, message));
        }
        let (mut from, mut to, mut body) = (None, None, None);
        for part in parts {
            match part.as_rule() {
                Rule::range => {
                    for end in part.into_inner() {
                        let place = if end.as_rule() == Rule::low { &mut from } else { &mut to };
                        if let Some(expression) = end.into_inner().next() {
                            let typed = self.expression(expression.into_inner())?;
                            let at = typed.written.start;
                            *place = Some((self.number(typed, "a range")?, at));
                        }
                    }
                }
                Rule::expression => body = Some(part),
                _ => {}
            }
        }
        let Some(body) = body else { return Err(self.fault(start, "there is nothing after the colon")) };
        let trips = self.trips(from.as_ref(), to.as_ref())?;
        let outside = self.visits;
        self.visits *= trips;
        if self.visits > MOST_VISITS {
            let message = format!(
                "this would look at steps {:.1e} times; at most {MOST_VISITS:.0e} are accepted: give ranges, as in (k in 1..50: …)",
                self.visits
            );
            return Err(self.fault(at, message));
        }
        self.binders.push(Binder { name: name.to_owned(), reads: Vec::new() });
        let body = self.expression(body.into_inner());
        self.visits = outside;
        let reads = self.binders.pop().map_or(Vec::new(), |binder| binder.reads);
        let [from, to] = [from, to].map(|end| end.map(|(number, _)| Box::new(number)));
        let slot = self.binders.len();
        let over = Over { name: name.to_owned(), slot, from, to, reads, body: Box::new(()) };
        self.gone_through(function, over, body?)
    }

    fn gone_through(&self, function: &str, over: Over<()>, body: Typed) -> Result<Part, Fault> {
        let what = format!("`{function}`");
        Ok(match function {
            "max" => Part::Number(Number::Max(over.asking(self.number(body, &what)?))),
            "min" => Part::Number(Number::Min(over.asking(self.number(body, &what)?))),
            "median" => Part::Number(Number::Median(over.asking(self.number(body, &what)?))),
            "count" => Part::Number(Number::Count(over.asking(self.truth(body, &what)?))),
            "first" => Part::Number(Number::First(over.asking(self.truth(body, &what)?))),
            "all" => Part::Truth(Truth::All(over.asking(self.truth(body, &what)?))),
            _ => Part::Truth(Truth::Any(over.asking(self.truth(body, &what)?))),
        })
    }

    /// How many steps a range has at most.
    fn trips(&self, from: Option<&(Number, usize)>, to: Option<&(Number, usize)>) -> Result<f64, Fault> {
        let steps = self.scope.steps.map_or(f64::INFINITY, |steps| steps as f64);
        let mut ends = [1.0, steps];
        for (end, given) in ends.iter_mut().zip([from, to]) {
            let Some((Number::Constant(value), at)) = given else { continue };
            if value.fract() != 0.0 || *value < 1.0 {
                return Err(self.fault(*at, format!("steps are whole numbers from 1; found {value}")));
            }
            if *value > steps {
                return Err(self.fault(*at, format!("the run takes {steps} steps; there is no step {value}")));
            }
            *end = *value;
        }
        match (from, to) {
            (Some((Number::Constant(low), at)), Some((Number::Constant(high), _))) if low > high => {
                Err(self.fault(*at, format!("the range is empty: {low} is after {high}")))
            }
            _ if self.scope.steps.is_none() => Ok(1.0),
            _ => Ok(ends[1] - ends[0] + 1.0),
        }
    }

    /// Notes that a lane is read at a step, so that ranges that are not given know how far they go.
    pub fn note(&mut self, lane: usize, step: &Number, first: i64) {
        let (slot, offset) = match step {
            Number::Step(slot) => (*slot, 0),
            Number::Arithmetic(arithmetic @ (Arithmetic::Add | Arithmetic::Subtract), a, b) => match (&**a, &**b) {
                (Number::Step(slot), Number::Constant(by)) | (Number::Constant(by), Number::Step(slot))
                    if by.abs() < 1e9 =>
                {
                    let by = *by as i64;
                    if *arithmetic == Arithmetic::Add {
                        (*slot, by)
                    } else if matches!(**a, Number::Step(_)) {
                        (*slot, -by)
                    } else {
                        return;
                    }
                }
                _ => return,
            },
            _ => return,
        };
        let read = Read { lane, offset, first };
        if let Some(binder) = self.binders.get_mut(slot)
            && !binder.reads.contains(&read)
        {
            binder.reads.push(read);
        }
    }
}

impl Over<()> {
    /// The same, asking this of every step.
    fn asking<Body>(self, body: Body) -> Over<Body> {
        let Self { name, slot, from, to, reads, .. } = self;
        Over { name, slot, from, to, reads, body: Box::new(body) }
    }
}
