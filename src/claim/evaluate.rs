//! What parts of a claim come to over a recording.

use super::{
    Claim, Recording,
    expression::{Flag, MOST_BINDERS, Number, Over, Stepwise, Text, Truth},
    recording::Column,
    value::Value,
};
use crate::optim::Quantity;

/// A recording with the steps that are bound.
#[derive(Clone, Debug)]
pub(super) struct Evaluation<'r> {
    recording: &'r Recording,
    /// The recording's lane for each label of the claim.
    lanes: Vec<Option<usize>>,
    steps: [usize; MOST_BINDERS],
}

/// A range of steps: those to look at now, and the last that may belong to it once the run has gone on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Steps {
    pub from: usize,
    pub to: usize,
    pub perhaps: usize,
}

impl Steps {
    /// Whether steps may still be added.
    pub fn grows(self) -> bool {
        self.perhaps > self.to && self.perhaps >= self.from
    }

    /// How many may be.
    fn missing(self) -> usize {
        (self.perhaps + 1).saturating_sub(self.from.max(self.to + 1))
    }
}

impl<'r> Evaluation<'r> {
    pub fn new(claim: &Claim, recording: &'r Recording) -> Self {
        let lanes = claim.labels.iter().map(|label| recording.lane(label)).collect();
        Self { recording, lanes, steps: [0; MOST_BINDERS] }
    }

    /// Binds a step.
    pub fn bind(&mut self, slot: usize, step: usize) {
        self.steps[slot] = step;
    }

    /// The last step that a lane has taken.
    pub fn last_step(&self, lane: usize) -> usize {
        self.lanes[lane].map_or(0, |lane| self.recording.taken(lane).0)
    }

    /// What a text is; `None` while a lane goes on.
    pub fn text<'t>(&self, text: &'t Text) -> Option<&'t str> {
        match text {
            Text::Literal(text) => Some(text),
            Text::Outcome(lane) => self.lanes[*lane].and_then(|lane| self.recording.outcome(lane)),
        }
    }

    /// Whether a part holds; `None` while that is open.
    pub fn truth(&mut self, truth: &Truth) -> Option<bool> {
        match truth {
            Truth::Known(truth) => Some(*truth),
            Truth::Not(truth) => self.truth(truth).map(|truth| !truth),
            Truth::And(left, right) => match self.truth(left) {
                Some(false) => Some(false),
                left => match self.truth(right) {
                    Some(false) => Some(false),
                    right => left.and(right),
                },
            },
            Truth::Or(left, right) => match self.truth(left) {
                Some(true) => Some(true),
                left => match self.truth(right) {
                    Some(true) => Some(true),
                    right => left.and(right),
                },
            },
            Truth::Compare { comparison, left, right } => {
                let left = self.number(&left.part);
                left.compare(*comparison, self.number(&right.part))
            }
            Truth::Same { equal, left, right } => Some((self.text(&left.part)? == self.text(&right.part)?) == *equal),
            Truth::Flag { flag, lane, step, .. } => self.flag(*flag, *lane, step),
            Truth::All(over) => self.some(over, false).map(|found| !found),
            Truth::Any(over) => self.some(over, true),
        }
    }

    fn flag(&mut self, flag: Flag, lane: usize, step: &Number) -> Option<bool> {
        use super::Comparison::{Less, More};
        match flag {
            Flag::Rejected => {
                let rejected = self.column(Column::Rejected, lane, step, 1);
                rejected.compare(More, Value::Known(0.0))
            }
            Flag::Raised | Flag::Lowered => {
                let next = self.column(Column::Recorded(Quantity::NextDamping), lane, step, 1);
                let now = self.column(Column::Recorded(Quantity::Damping), lane, step, 1);
                next.compare(if flag == Flag::Raised { More } else { Less }, now)
            }
        }
    }

    /// Whether some step's body is `wanted`.
    fn some(&mut self, over: &Over<Truth>, wanted: bool) -> Option<bool> {
        let steps = self.steps(over)?;
        let mut open = steps.grows();
        for step in steps.from..=steps.to {
            self.bind(over.slot, step);
            match self.truth(&over.body) {
                Some(found) if found == wanted => return Some(true),
                Some(_) => {}
                None => open = true,
            }
        }
        if open { None } else { Some(false) }
    }

    /// A number as far as it is known.
    pub fn number(&mut self, number: &Number) -> Value {
        match number {
            Number::Constant(value) => Value::Known(*value),
            Number::Step(slot) => Value::Known(self.steps[*slot] as f64),
            Number::Negative(number) => self.number(number).negative(),
            Number::Apply(function, number) => self.number(number).apply(*function),
            Number::Arithmetic(arithmetic, left, right) => {
                let left = self.number(left);
                left.joined(*arithmetic, self.number(right))
            }
            Number::At(Stepwise::Recorded(quantity), lane, step) => {
                self.column(Column::Recorded(*quantity), *lane, step, 1)
            }
            Number::At(Stepwise::Actual, lane, step) => {
                let after = self.column(Column::Recorded(Quantity::NewLoss), *lane, step, 1);
                let before = self.column(Column::Recorded(Quantity::Loss), *lane, step, 1);
                after.joined(super::expression::Arithmetic::Subtract, before)
            }
            Number::At(Stepwise::Evaluations, lane, step) => self.column(Column::Evaluations, *lane, step, 1),
            Number::Parameter { lane, step, index } => self.column(Column::Parameter(*index), *lane, step, 0),
            Number::Of(whole, lane) => {
                self.lanes[*lane].map_or(Value::Absent, |lane| self.recording.whole(lane, *whole))
            }
            Number::Count(over) => self.count(over),
            Number::First(over) => self.first(over),
            Number::Max(over) => self.largest(over, |a, b| a > b),
            Number::Min(over) => self.largest(over, |a, b| a < b),
            Number::Median(over) => self.median(over),
        }
    }

    fn column(&mut self, column: Column, lane: usize, step: &Number, first: usize) -> Value {
        let Some(lane) = self.lanes[lane] else { return Value::Absent };
        match self.number(step) {
            Value::Known(step) if step.fract() == 0.0 && step >= first as f64 && step < 1e15 => {
                self.recording.value(lane, column, step as usize)
            }
            Value::Known(_) | Value::Absent => Value::Absent,
            Value::Open { .. } => Value::UNKNOWN,
        }
    }

    /// The steps of a range; `None` while one of its ends is open. Without ends it goes through the steps at which everything that the
    /// body reads is there.
    pub fn steps<Body>(&mut self, over: &Over<Body>) -> Option<Steps> {
        let run = self.recording.steps();
        let mut steps = Steps { from: 1, to: run, perhaps: run };
        match over.from.as_ref().map(|from| self.number(from)) {
            Some(Value::Known(from)) => steps.from = from.ceil().clamp(1.0, run as f64 + 1.0) as usize,
            Some(Value::Absent) => steps.from = run.saturating_add(1),
            Some(Value::Open { .. }) => return None,
            None => {
                let first = over.reads.iter().map(|read| read.first - read.offset).max().unwrap_or(1);
                steps.from = usize::try_from(first).unwrap_or(1).clamp(1, run.saturating_add(1));
            }
        }
        match over.to.as_ref().map(|to| self.number(to)) {
            Some(Value::Known(to)) => steps.to = to.floor().clamp(0.0, run as f64) as usize,
            Some(Value::Absent) => steps.to = 0,
            Some(Value::Open { .. }) => return None,
            None => {
                let (mut to, mut perhaps) = (run, run);
                for read in &over.reads {
                    let (now, later) = self.lanes[read.lane].map_or((0, 0), |lane| self.recording.taken(lane));
                    let up_to = |last: usize| {
                        let last = i64::try_from(last).unwrap_or(i64::MAX).saturating_sub(read.offset);
                        usize::try_from(last).unwrap_or(0)
                    };
                    (to, perhaps) = (to.min(up_to(now)), perhaps.min(up_to(later)));
                }
                return Some(Steps { to, perhaps, ..steps });
            }
        }
        Some(Steps { perhaps: steps.to, ..steps })
    }

    fn count(&mut self, over: &Over<Truth>) -> Value {
        let run = self.recording.steps() as f64;
        let Some(steps) = self.steps(over) else { return Value::Open { low: 0.0, high: run, perhaps_absent: false } };
        let (mut counted, mut open) = (0_usize, steps.missing());
        for step in steps.from..=steps.to {
            self.bind(over.slot, step);
            match self.truth(&over.body) {
                Some(true) => counted += 1,
                Some(false) => {}
                None => open += 1,
            }
        }
        Value::between(counted as f64, (counted + open) as f64, false)
    }

    fn first(&mut self, over: &Over<Truth>) -> Value {
        let run = self.recording.steps();
        let Some(steps) = self.steps(over) else { return Value::between(1.0, run as f64, true) };
        let mut open = None;
        for step in steps.from..=steps.to {
            self.bind(over.slot, step);
            match self.truth(&over.body) {
                Some(true) => return Value::between(open.unwrap_or(step) as f64, step as f64, false),
                Some(false) => {}
                None => open = open.or(Some(step)),
            }
        }
        if steps.grows() {
            open = open.or(Some(steps.from.max(steps.to + 1)));
        }
        open.map_or(Value::Absent, |open| Value::between(open as f64, steps.perhaps as f64, true))
    }

    /// The number that `beats` all others; those that are absent are left out.
    fn largest(&mut self, over: &Over<Number>, beats: fn(f64, f64) -> bool) -> Value {
        let Some(steps) = self.steps(over) else { return Value::UNKNOWN };
        let (mut best, mut open) = (None, steps.grows());
        for step in steps.from..=steps.to {
            self.bind(over.slot, step);
            match self.number(&over.body) {
                Value::Known(value) if best.is_none_or(|best| beats(value, best)) => best = Some(value),
                Value::Known(_) | Value::Absent => {}
                Value::Open { .. } => open = true,
            }
        }
        match (best, open) {
            (None, false) => Value::Absent,
            (None, true) => Value::UNKNOWN,
            (Some(best), false) => Value::Known(best),
            (Some(best), true) if beats(1.0, 0.0) => {
                Value::Open { low: best, high: f64::INFINITY, perhaps_absent: false }
            }
            (Some(best), true) => Value::Open { low: f64::NEG_INFINITY, high: best, perhaps_absent: false },
        }
    }

    fn median(&mut self, over: &Over<Number>) -> Value {
        let Some(steps) = self.steps(over) else { return Value::UNKNOWN };
        let mut values = Vec::new();
        let mut open = steps.grows();
        for step in steps.from..=steps.to {
            self.bind(over.slot, step);
            match self.number(&over.body) {
                Value::Known(value) => values.push(value),
                Value::Absent => {}
                Value::Open { .. } => open = true,
            }
        }
        if open {
            return Value::UNKNOWN;
        }
        if values.is_empty() {
            return Value::Absent;
        }
        values.sort_by(f64::total_cmp);
        let (below, above) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        // Halved first, so that the sum of two large numbers does not overflow.
        Value::of(below / 2.0 + above / 2.0)
    }
}
