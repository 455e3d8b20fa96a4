//! Quantities and functions by name.

use std::ops::Range;

use super::{
    expression::{Flag, Function, Number, Stepwise, Text, Truth, Whole},
    read::{Fault, Part, Reader, Typed},
};
use crate::{nearest::hint, optim::RECORDED_PARAMS};

/// What goes through steps.
pub(super) const OVER: [&str; 7] = ["count", "first", "all", "any", "max", "min", "median"];

/// Every name that is followed by a parenthesis.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let (stepwise, flags) = (Stepwise::ALL.map(|(name, _)| name), Flag::ALL.map(|(name, _)| name));
    let (whole, functions) = (Whole::ALL.map(|(name, _)| name), Function::ALL.map(|(name, _)| name));
    // It is a quantity of steps as well.
    let whole = whole.into_iter().filter(|name| *name != "evaluations");
    stepwise.into_iter().chain(flags).chain(["x", "outcome"]).chain(whole).chain(functions).chain(OVER)
}

/// How a name is used; `None` where there is no such name.
pub(super) fn form(name: &str) -> Option<String> {
    let by = |table: &[&str]| table.contains(&name);
    Some(if OVER.contains(&name) {
        let body = if by(&["max", "min", "median"]) { "rho(\"LABEL\", k)" } else { "rho(\"LABEL\", k) < 1/4" };
        format!("{name}(k: {body}) or with a range {name}(k in 10..50: {body})")
    } else if name == "x" {
        "x(\"LABEL\", k, i), i being the number of a parameter from 0".to_owned()
    } else if name == "evaluations" {
        "evaluations(\"LABEL\") or evaluations(\"LABEL\", k)".to_owned()
    } else if Stepwise::ALL.iter().any(|(known, _)| *known == name) || Flag::ALL.iter().any(|(known, _)| *known == name)
    {
        format!("{name}(\"LABEL\", k)")
    } else if Whole::ALL.iter().any(|(known, _)| *known == name) || name == "outcome" {
        format!("{name}(\"LABEL\")")
    } else if Function::ALL.iter().any(|(known, _)| *known == name) {
        format!("{name}(…)")
    } else {
        return None;
    })
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, found)| *found)
}

impl Reader<'_> {
    /// A quantity or function with its arguments.
    pub(super) fn call(&mut self, name: &str, arguments: Vec<Typed>, written: &Range<usize>) -> Result<Part, Fault> {
        let at = written.start;
        let Some(form) = form(name) else {
            return Err(self.fault(at, format!("unknown function {name}; {}", hint(name, names(), "functions"))));
        };
        if OVER.contains(&name) {
            return Err(self.fault(at, format!("{name} goes through steps: write {form}")));
        }
        let count = arguments.len();
        let mut arguments = arguments.into_iter();
        let (first, second, third) = (arguments.next(), arguments.next(), arguments.next());
        let unfit = |reader: &Self| {
            let counted = if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") };
            reader.fault(at, format!("{name} has {counted}; write {form}"))
        };
        let Some(first) = first else { return Err(unfit(self)) };
        if let Some(function) = find(&Function::ALL, name) {
            if count != 1 {
                return Err(unfit(self));
            }
            let number = self.number(first, &format!("`{name}`"))?;
            return Ok(Part::Number(Number::Apply(function, Box::new(number))));
        }
        let lane = self.lane(&first, &form)?;
        match (count, second, third) {
            (3, Some(step), Some(index)) if name == "x" => {
                let step = self.step(lane, step, 0)?;
                let index = self.parameter(&index)?;
                Ok(Part::Number(Number::Parameter { lane, step, index }))
            }
            (2, Some(step), None) => {
                if let Some(quantity) = find(&Stepwise::ALL, name) {
                    return Ok(Part::Number(Number::At(quantity, lane, self.step(lane, step, 1)?)));
                }
                if let Some(flag) = find(&Flag::ALL, name) {
                    let step = self.step(lane, step, 1)?;
                    return Ok(Part::Truth(Truth::Flag { flag, lane, step, written: written.clone() }));
                }
                Err(unfit(self))
            }
            (1, ..) if name == "outcome" => Ok(Part::Text(Text::Outcome(lane))),
            (1, ..) => {
                find(&Whole::ALL, name).map(|whole| Part::Number(Number::Of(whole, lane))).ok_or_else(|| unfit(self))
            }
            _ => Err(unfit(self)),
        }
    }

    fn lane(&mut self, typed: &Typed, form: &str) -> Result<usize, Fault> {
        let Part::Text(Text::Literal(label)) = &typed.part else {
            let message = format!("the label of a lane stands in quotes: write {form}");
            return Err(self.fault(typed.written.start, message));
        };
        if let Some(lane) = self.labels.iter().position(|known| known == label) {
            return Ok(lane);
        }
        if self.scope.lanes.is_some() {
            let hint = hint(label, self.labels.iter().map(String::as_str), "labels");
            return Err(self.fault(typed.written.start, format!("no optimiser is labelled \"{label}\"; {hint}")));
        }
        self.labels.push(label.clone());
        Ok(self.labels.len() - 1)
    }

    /// A step as an argument, counted from `first`.
    fn step(&mut self, lane: usize, typed: Typed, first: i64) -> Result<Box<Number>, Fault> {
        let at = typed.written.start;
        let step = self.number(typed, "a step")?;
        if let Number::Constant(value) = step {
            if value.fract() != 0.0 || value < first as f64 {
                return Err(self.fault(at, format!("steps are whole numbers from {first}; found {value}")));
            }
            if let Some(steps) = self.scope.steps.filter(|steps| value > *steps as f64) {
                return Err(self.fault(at, format!("the run takes {steps} steps; there is no step {value}")));
            }
        }
        self.note(lane, &step, first);
        Ok(Box::new(step))
    }

    fn parameter(&self, typed: &Typed) -> Result<usize, Fault> {
        let at = typed.written.start;
        let Part::Number(Number::Constant(index)) = typed.part else {
            return Err(self.fault(at, "the number of a parameter is written out, from 0"));
        };
        if index.fract() != 0.0 || index < 0.0 {
            return Err(self.fault(at, format!("parameters are counted by whole numbers from 0; found {index}")));
        }
        match self.scope.parameters {
            Some(all) if all > RECORDED_PARAMS => {
                let message = format!("a step records at most {RECORDED_PARAMS} parameters; this problem has {all}");
                Err(self.fault(at, message))
            }
            Some(all) if index >= all as f64 => {
                Err(self
                    .fault(at, format!("there are {all} parameters, counted from 0; there is no parameter {index}")))
            }
            None if index >= RECORDED_PARAMS as f64 => {
                Err(self.fault(at, format!("a step records at most {RECORDED_PARAMS} parameters")))
            }
            _ => Ok(index as usize),
        }
    }
}
