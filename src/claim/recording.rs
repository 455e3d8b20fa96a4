//! What claims read of a run: exactly, over all of its steps, and nothing else.

use super::{
    Claim,
    expression::{Flag, Number, Stepwise, Truth, Whole},
    value::Value,
};
use crate::optim::{Outcome, Quantity, StepRecord};

/// A number of every step of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Recorded(Quantity),
    Rejected,
    Evaluations,
    Parameter(usize),
}

/// What a claim reads of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Read {
    Column(Column),
    Whole(Whole),
}

/// What is measured of a lane at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conclusion {
    /// f, on all training data and without noise.
    pub loss: Option<f64>,
    /// The loss on the test examples.
    pub test: Option<f64>,
    /// The loss on the validation examples.
    pub validation: Option<f64>,
    /// The share of held-out examples classified right.
    pub accuracy: Option<f64>,
}

/// A lane's steps so far.
#[derive(Clone, Debug)]
struct Lane {
    label: String,
    /// The parameters before the first step, where they are recorded.
    start: Vec<f64>,
    start_loss: Option<f64>,
    columns: Vec<(Column, Vec<Option<f64>>)>,
    wholes: Vec<Whole>,
    len: usize,
    evaluations: f64,
    outcome: Option<&'static str>,
    conclusion: Option<Conclusion>,
}

/// What claims read of a run so far.
#[derive(Clone, Debug)]
pub struct Recording {
    steps: usize,
    lanes: Vec<Lane>,
}

impl Recording {
    /// For these claims about a run of at most so many steps; each lane brings its label, its starting parameters where they are
    /// recorded.
    pub fn new<'c>(
        claims: impl IntoIterator<Item = &'c Claim>,
        steps: u64,
        lanes: impl IntoIterator<Item = (String, Vec<f64>)>,
    ) -> Self {
        let lane = |(label, start)| Lane {
            label,
            start,
            start_loss: None,
            columns: Vec::new(),
            wholes: Vec::new(),
            len: 0,
            evaluations: 0.0,
            outcome: None,
            conclusion: None,
        };
        let mut recording =
            Self { steps: usize::try_from(steps).unwrap_or(usize::MAX), lanes: lanes.into_iter().map(lane).collect() };
        for claim in claims {
            claim.truth.reads(&mut |lane, read| recording.keep(&claim.labels[lane], read));
        }
        recording
    }

    fn keep(&mut self, label: &str, read: Read) {
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.label == label) else { return };
        match read {
            Read::Column(column) if !lane.columns.iter().any(|(known, _)| *known == column) => {
                lane.columns.push((column, Vec::new()));
            }
            Read::Whole(whole) if !lane.wholes.contains(&whole) => lane.wholes.push(whole),
            Read::Column(_) | Read::Whole(_) => {}
        }
    }

    /// Whether a claim reads f at a lane's start. What nobody reads need not be measured: on much data it takes longer than a step.
    pub fn reads_start(&self, lane: usize) -> bool {
        self.reads(lane, Whole::Start)
    }

    /// Whether a claim reads f at a lane's end.
    pub fn reads_final(&self, lane: usize) -> bool {
        self.reads(lane, Whole::Final)
    }

    /// Whether a claim reads how a lane does on held-out data.
    pub fn reads_held_out(&self, lane: usize) -> bool {
        [Whole::Test, Whole::Validation, Whole::Accuracy].into_iter().any(|whole| self.reads(lane, whole))
    }

    fn reads(&self, lane: usize, whole: Whole) -> bool {
        self.lanes.get(lane).is_some_and(|lane| lane.wholes.contains(&whole))
    }

    /// Notes f at a lane's start, on all training data.
    pub fn begin(&mut self, lane: usize, loss: Option<f64>) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.start_loss = loss;
        }
    }

    /// Takes down a step. Those beyond the run are left out.
    pub fn step(&mut self, lane: usize, record: &StepRecord) {
        let steps = self.steps;
        let Some(lane) = self.lanes.get_mut(lane).filter(|lane| lane.len < steps && lane.outcome.is_none()) else {
            return;
        };
        lane.len += 1;
        lane.evaluations += record.cost.evaluations();
        for (column, values) in &mut lane.columns {
            values.push(match *column {
                Column::Recorded(quantity) => record.get(quantity),
                Column::Rejected => Some(f64::from(u8::from(record.rejected))),
                Column::Evaluations => Some(lane.evaluations),
                Column::Parameter(index) => record.params.get(index).copied(),
            });
        }
    }

    /// Notes how a lane ended.
    pub fn end(&mut self, lane: usize, outcome: &Outcome) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.outcome.get_or_insert(outcome.name());
        }
    }

    /// Notes what was measured of a lane where it stands at its end.
    pub fn conclude(&mut self, lane: usize, conclusion: Conclusion) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.outcome.get_or_insert(Outcome::Finished.name());
            lane.conclusion = Some(conclusion);
        }
    }

    /// Whether a lane has taken all its steps and is still to be [concluded](Self::conclude).
    pub fn awaits_conclusion(&self, lane: usize) -> bool {
        self.lanes.get(lane).is_some_and(|it| it.conclusion.is_none() && (it.outcome.is_some() || it.len >= self.steps))
    }

    /// Whether nothing is missing any more.
    pub fn is_complete(&self) -> bool {
        self.lanes.iter().all(|lane| lane.conclusion.is_some())
    }

    /// How many steps the run takes.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// The lane of a label.
    pub(super) fn lane(&self, label: &str) -> Option<usize> {
        self.lanes.iter().position(|lane| lane.label == label)
    }

    /// How many steps a lane has taken, and how many it may take.
    pub(super) fn taken(&self, lane: usize) -> (usize, usize) {
        let lane = &self.lanes[lane];
        (lane.len, if lane.outcome.is_some() { lane.len } else { self.steps })
    }

    /// How a lane ended, if it has.
    pub(super) fn outcome(&self, lane: usize) -> Option<&'static str> {
        self.lanes[lane].outcome
    }

    /// A number of a step, from 1; parameters from 0.
    pub(super) fn value(&self, lane: usize, column: Column, step: usize) -> Value {
        let lane = &self.lanes[lane];
        let Some(index) = step.checked_sub(1) else {
            return match column {
                Column::Parameter(index) => lane.start.get(index).map_or(Value::Absent, |&start| Value::of(start)),
                _ => Value::Absent,
            };
        };
        if index < lane.len {
            let values = lane.columns.iter().find(|(known, _)| *known == column).map(|(_, values)| values);
            return values.and_then(|values| values[index]).map_or(Value::Absent, Value::of);
        }
        if lane.outcome.is_some() || index >= self.steps { Value::Absent } else { Value::UNKNOWN }
    }

    /// A number of a whole lane.
    pub(super) fn whole(&self, lane: usize, whole: Whole) -> Value {
        let (len, most) = self.taken(lane);
        let lane = &self.lanes[lane];
        let measured = |measure: fn(&Conclusion) -> Option<f64>| match &lane.conclusion {
            Some(conclusion) => measure(conclusion).map_or(Value::Absent, Value::of),
            None => Value::UNKNOWN,
        };
        match whole {
            Whole::Steps => Value::between(len as f64, most as f64, false),
            Whole::Start => lane.start_loss.map_or(Value::Absent, Value::of),
            Whole::Evaluations if len == most => Value::of(lane.evaluations),
            Whole::Evaluations => Value::between(lane.evaluations, f64::INFINITY, false),
            Whole::Final => measured(|conclusion| conclusion.loss),
            Whole::Test => measured(|conclusion| conclusion.test),
            Whole::Validation => measured(|conclusion| conclusion.validation),
            Whole::Accuracy => measured(|conclusion| conclusion.accuracy),
        }
    }
}

impl Stepwise {
    /// What it is computed from.
    fn columns(self) -> &'static [Column] {
        const RECORDED: [Column; Quantity::ALL.len()] = {
            let mut columns = [Column::Rejected; Quantity::ALL.len()];
            let mut index = 0;
            while index < columns.len() {
                columns[index] = Column::Recorded(Quantity::ALL[index]);
                index += 1;
            }
            columns
        };
        match self {
            Self::Recorded(quantity) => std::slice::from_ref(&RECORDED[quantity as usize]),
            Self::Actual => &[Column::Recorded(Quantity::Loss), Column::Recorded(Quantity::NewLoss)],
            Self::Evaluations => &[Column::Evaluations],
        }
    }
}

impl Truth {
    /// Tells of everything that is read, with the number of its lane.
    fn reads(&self, sink: &mut impl FnMut(usize, Read)) {
        match self {
            // How a lane ended is always kept.
            Self::Known(_) | Self::Same { .. } => {}
            Self::Not(truth) => truth.reads(sink),
            Self::And(left, right) | Self::Or(left, right) => {
                left.reads(sink);
                right.reads(sink);
            }
            Self::Compare { left, right, .. } => {
                left.part.reads(sink);
                right.part.reads(sink);
            }
            Self::Flag { flag, lane, step, .. } => {
                step.reads(sink);
                match flag {
                    Flag::Rejected => sink(*lane, Read::Column(Column::Rejected)),
                    Flag::Raised | Flag::Lowered => {
                        sink(*lane, Read::Column(Column::Recorded(Quantity::Damping)));
                        sink(*lane, Read::Column(Column::Recorded(Quantity::NextDamping)));
                    }
                }
            }
            Self::All(over) | Self::Any(over) => {
                over.ends().for_each(|end| end.reads(sink));
                over.body.reads(sink);
            }
        }
    }
}

impl Number {
    fn reads(&self, sink: &mut impl FnMut(usize, Read)) {
        match self {
            Self::Constant(_) | Self::Step(_) => {}
            Self::Of(whole, lane) => sink(*lane, Read::Whole(*whole)),
            Self::Negative(number) | Self::Apply(_, number) => number.reads(sink),
            Self::Arithmetic(_, left, right) => {
                left.reads(sink);
                right.reads(sink);
            }
            Self::At(stepwise, lane, step) => {
                step.reads(sink);
                stepwise.columns().iter().for_each(|column| sink(*lane, Read::Column(*column)));
            }
            Self::Parameter { lane, step, index } => {
                step.reads(sink);
                sink(*lane, Read::Column(Column::Parameter(*index)));
            }
            Self::Count(over) | Self::First(over) => {
                over.ends().for_each(|end| end.reads(sink));
                over.body.reads(sink);
            }
            Self::Max(over) | Self::Min(over) | Self::Median(over) => {
                over.ends().for_each(|end| end.reads(sink));
                over.body.reads(sink);
            }
        }
    }
}
