//! Where a claim is decided: its judgement, the step to look at, and what its comparisons compare.

use std::ops::Range;

use super::{
    Claim, Comparison, Recording,
    evaluate::Evaluation,
    expression::{MOST_BINDERS, Number, Over, Sided, Text, Truth},
    value::Value,
};

/// A step of a lane to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The lane's label, where one lane is meant.
    pub lane: Option<String>,
    /// The step.
    pub step: usize,
}

/// A comparison of a claim with what stands on its sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The left side as written; of a property such as `raised("A", 3)` all of it.
    pub left: String,
    /// Its value, where the left side is a number that is not written out.
    pub left_value: Option<Value>,
    /// How a lane ended, where the left side asks that.
    pub left_word: Option<String>,
    /// The comparison and the right side; `None` for a property.
    pub right: Option<(Comparison, String)>,
    /// Its value, likewise.
    pub right_value: Option<Value>,
    /// Likewise.
    pub right_word: Option<String>,
    /// The steps that were put in, by name, where the comparison is asked of each step of a range.
    pub at: Vec<(String, usize)>,
    /// Whether it holds.
    pub holds: Option<bool>,
}

/// What came of a claim.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// Whether it holds; `None` while steps are missing.
    pub holds: Option<bool>,
    /// Where to look; `None` while it is open, or where it is about no step.
    pub point: Option<Point>,
    /// What its comparisons compare.
    pub sides: Vec<Side>,
}

impl Claim {
    /// Judges the claim by what was recorded so far.
    pub fn judge(&self, recording: &Recording) -> Judgement {
        let mut judge =
            Judge { claim: self, evaluation: Evaluation::new(self, recording), bound: [None; MOST_BINDERS] };
        let holds = judge.evaluation.truth(&self.truth);
        let point = holds.and_then(|holds| judge.point(&self.truth, holds));
        let mut sides = Vec::new();
        judge.sides(&self.truth, &mut sides);
        let point = point.map(|(lane, step)| Point { lane: lane.map(|lane| self.labels[lane].clone()), step });
        Judgement { holds, point, sides }
    }
}

struct Judge<'c> {
    claim: &'c Claim,
    evaluation: Evaluation<'c>,
    bound: [Option<(&'c str, usize)>; MOST_BINDERS],
}

/// A lane (as a number of the claim's labels) and a step.
type Found = (Option<usize>, usize);

impl<'c> Judge<'c> {
    /// Where a part that was judged so is decided.
    fn point(&mut self, truth: &'c Truth, holds: bool) -> Option<Found> {
        match truth {
            Truth::Known(_) => None,
            Truth::Not(truth) => self.point(truth, !holds),
            Truth::And(left, right) | Truth::Or(left, right) => {
                let both = matches!(truth, Truth::And(..)) == holds;
                // Where one part alone decides, that part is meant.
                for part in [left, right] {
                    if (both || self.evaluation.truth(part) == Some(holds))
                        && let Some(found) = self.point(part, holds)
                    {
                        return Some(found);
                    }
                }
                None
            }
            Truth::Compare { left, right, .. } => self.number(&left.part).or_else(|| self.number(&right.part)),
            Truth::Same { left, right, .. } => {
                let lane = |side: &Sided<Text>| if let Text::Outcome(lane) = &*side.part { Some(*lane) } else { None };
                let lane = lane(left).or_else(|| lane(right))?;
                Some((Some(lane), self.evaluation.last_step(lane)))
            }
            Truth::Flag { lane, step, .. } => {
                let step = self.evaluation.number(step).known()?;
                Some((Some(*lane), step as usize))
            }
            Truth::All(over) => {
                let step = if holds { self.last(over) } else { self.find(over, false) }?;
                Some((self.lane(over, holds, step), step))
            }
            Truth::Any(over) => {
                let step = if holds { self.find(over, true) } else { self.last(over) }?;
                Some((self.lane(over, holds, step), step))
            }
        }
    }

    /// The lane that a range's body is about at a step.
    fn lane(&mut self, over: &'c Over<Truth>, holds: bool, step: usize) -> Option<usize> {
        self.evaluation.bind(over.slot, step);
        self.point(&over.body, holds)?.0
    }

    fn last<Body>(&mut self, over: &Over<Body>) -> Option<usize> {
        let steps = self.evaluation.steps(over)?;
        (steps.from <= steps.to).then_some(steps.to)
    }

    /// The first step whose body is `wanted`.
    fn find(&mut self, over: &Over<Truth>, wanted: bool) -> Option<usize> {
        let steps = self.evaluation.steps(over)?;
        (steps.from..=steps.to).find(|&step| {
            self.evaluation.bind(over.slot, step);
            self.evaluation.truth(&over.body) == Some(wanted)
        })
    }

    fn number(&mut self, number: &'c Number) -> Option<Found> {
        match number {
            Number::Constant(_) | Number::Step(_) => None,
            Number::Negative(number) | Number::Apply(_, number) => self.number(number),
            Number::Arithmetic(_, left, right) => self.number(left).or_else(|| self.number(right)),
            Number::At(_, lane, step) | Number::Parameter { lane, step, .. } => {
                let step = self.evaluation.number(step).known().filter(|step| *step >= 0.0)?;
                Some((Some(*lane), step as usize))
            }
            Number::Of(_, lane) => Some((Some(*lane), self.evaluation.last_step(*lane))),
            Number::Count(over) | Number::First(over) => {
                let step = self.find(over, true)?;
                Some((self.lane(over, true, step), step))
            }
            Number::Max(over) | Number::Min(over) | Number::Median(over) => {
                let value = self.evaluation.number(number).known()?;
                let step = self.nearest(over, value)?;
                self.evaluation.bind(over.slot, step);
                Some((self.number(&over.body).and_then(|found| found.0), step))
            }
        }
    }

    /// The first step whose body comes nearest to a value.
    fn nearest(&mut self, over: &Over<Number>, wanted: f64) -> Option<usize> {
        let steps = self.evaluation.steps(over)?;
        let mut best: Option<(f64, usize)> = None;
        for step in steps.from..=steps.to {
            self.evaluation.bind(over.slot, step);
            if let Some(value) = self.evaluation.number(&over.body).known() {
                let off = (value - wanted).abs();
                if best.is_none_or(|(least, _)| off < least) {
                    best = Some((off, step));
                }
            }
        }
        best.map(|(_, step)| step)
    }

    /// The comparisons that a part consists of. Of one that is asked of every step, those at the step that decides it.
    fn sides(&mut self, truth: &'c Truth, sides: &mut Vec<Side>) {
        match truth {
            Truth::Known(_) => {}
            Truth::Not(truth) => self.sides(truth, sides),
            Truth::And(left, right) | Truth::Or(left, right) => {
                self.sides(left, sides);
                self.sides(right, sides);
            }
            Truth::Compare { comparison, left, right } => {
                let value = |judge: &mut Self, side: &Sided<Number>| {
                    (!matches!(*side.part, Number::Constant(_) | Number::Step(_)))
                        .then(|| judge.evaluation.number(&side.part))
                };
                let (left_value, right_value) = (value(self, left), value(self, right));
                let right = Some((*comparison, self.written(&right.written)));
                let side = self.side(self.written(&left.written), right, truth);
                sides.push(Side { left_value, right_value, ..side });
            }
            Truth::Same { equal, left, right } => {
                let word = |judge: &Self, side: &Sided<Text>| {
                    let outcome = matches!(*side.part, Text::Outcome(_));
                    judge.evaluation.text(&side.part).filter(|_| outcome).map(str::to_owned)
                };
                let (left_word, right_word) = (word(self, left), word(self, right));
                let comparison = if *equal { Comparison::Equal } else { Comparison::Different };
                let right = Some((comparison, self.written(&right.written)));
                let side = self.side(self.written(&left.written), right, truth);
                sides.push(Side { left_word, right_word, ..side });
            }
            Truth::Flag { written, .. } => {
                let side = self.side(self.written(written), None, truth);
                sides.push(side);
            }
            Truth::All(over) | Truth::Any(over) => {
                let all = matches!(truth, Truth::All(_));
                let wanted = if all { Some(false) } else { Some(true) };
                let decides = wanted.and_then(|wanted| self.find(over, wanted)).or_else(|| self.last(over));
                if let Some(step) = decides {
                    self.evaluation.bind(over.slot, step);
                    self.bound[over.slot] = Some((&over.name, step));
                    self.sides(&over.body, sides);
                    self.bound[over.slot] = None;
                }
            }
        }
    }

    fn side(&mut self, left: String, right: Option<(Comparison, String)>, truth: &Truth) -> Side {
        let bound = self.bound.iter().flatten();
        Side {
            left,
            left_value: None,
            left_word: None,
            right,
            right_value: None,
            right_word: None,
            at: bound.map(|(name, step)| ((*name).to_owned(), *step)).collect(),
            holds: self.evaluation.truth(truth),
        }
    }

    fn written(&self, at: &Range<usize>) -> String {
        let text = self.claim.text.get(at.clone()).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
