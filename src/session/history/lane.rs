//! One lane's past: a column for every quantity, and what adds up.

use super::{
    label::shown,
    recalled::{Memory, Recalled},
    tail::Tail,
    thinned::{Extremes, Summary, Thinned},
};
use crate::{
    optim::{Cost, Outcome, Quantity, StepRecord},
    session::EvaluationRecord,
};

/// So many of the latest steps are kept whole.
pub const REACH: usize = 1 << 16;

/// So many steps before an edit are still there after it, for what goes on across it.
pub const BEFORE_AN_EDIT: usize = 64;

/// Marks a rejected step among the bits that tell which quantities are present.
const REJECTED: u32 = 1 << 31;
/// Marks a step whose ρ is lost in the rounding of f.
const LOST: u32 = 1 << 30;
const _: () = assert!(Quantity::ALL.len() <= 30);

type Column = Thinned<f64, Extremes>;

/// What adds up from step to step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    cost: Cost,
    pub(super) seconds: f64,
    pub(super) rejections: u32,
}

impl Summary for Totals {
    fn join(&mut self, later: Self) {
        *self = later;
    }
}

/// So many evaluations of a lane are kept; when there are more, every second one goes.
const MOST_EVALUATIONS: usize = 2048;
/// The same where their outputs are more numbers than this: 16 MB.
const MOST_OUTPUTS: usize = 1 << 22;

/// One lane's past. Step 0 is the start; records are counted from step 1.
#[derive(Clone, Debug)]
pub struct LaneHistory {
    label: String,
    start: Vec<f64>,
    /// What each quantity was; none of one that was never computed.
    columns: Vec<Option<Column>>,
    /// What a column is before its first value.
    absent: Column,
    params: Vec<Column>,
    /// Which quantities are present, whether the step was rejected, and whether its ρ is lost.
    flags: Tail<u32>,
    totals: Thinned<Totals, Totals>,
    pub(super) recalled: Memory,
    calibration: Option<Calibration>,
    outcome: Option<(u64, Outcome)>,
    arrived: Option<(usize, f64)>,
    evaluations: Vec<EvaluationRecord>,
    /// The step after which the lane begins.
    origin: usize,
    /// What the steps before it cost, in the lane it went out from.
    pub(super) inherited: Cost,
    pub(super) reach: usize,
}

/// How λ₀ was found at a lane's first step.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Calibration {
    from: f64,
    unsettled: bool,
}

impl LaneHistory {
    /// A lane that begins after step `origin`; up to there it has no values.
    pub(super) fn beginning_after(origin: usize, label: &str, start: Vec<f64>, reach: usize) -> Self {
        Self {
            label: shown(label),
            columns: vec![None; Quantity::ALL.len()],
            absent: Thinned::starting_at(origin, reach),
            params: vec![Thinned::starting_at(origin, reach); start.len()],
            start,
            flags: Tail::starting_at(origin, reach),
            totals: Thinned::starting_at(origin, reach),
            recalled: Memory::default(),
            calibration: None,
            outcome: None,
            arrived: None,
            evaluations: Vec::new(),
            origin,
            inherited: Cost::default(),
            reach,
        }
    }

    /// The same lane up to step `step`, under a label; `again` are its steps before that which are no longer kept, as far as
    /// [`needed_from`](Self::needed_from) asks for them.
    pub(super) fn up_to(&self, step: usize, label: &str, again: &[Recalled]) -> Self {
        let mut lane = self.clone();
        let at = self.totals.cut_at(step);
        for (bit, column) in lane.columns.iter_mut().enumerate() {
            if let Some(column) = column {
                column.cut(at, |index, value| Extremes::of(present(&self.flags, bit, index).then_some(value)));
            }
        }
        lane.absent.cut(at, |_, _| Extremes::NOTHING);
        lane.params.iter_mut().for_each(|column| column.cut(at, |_, value| Extremes::of(Some(value))));
        lane.flags.cut(at);
        lane.totals.cut(at, |_, totals| totals);
        lane.label = shown(label);
        lane.recalled = self.recalled.up_to(step);
        lane.calibration = self.calibration.filter(|_| step > self.origin);
        lane.outcome = self.outcome.clone().filter(|(end, _)| *end <= step as u64);
        lane.arrived = self.arrived.filter(|(at, _)| *at <= step);
        lane.evaluations.retain(|evaluation| evaluation.step <= step as u64);
        for recalled in again {
            // Time passed then and not now.
            let of = recalled.record.step as usize;
            if of <= at + 1 {
                lane.recalled.insert(recalled.clone());
            }
            if of == lane.len() + 1 {
                lane.push(&recalled.record, self.seconds(of));
            }
        }
        lane
    }

    /// The steps after this one are needed again to go on from step `step`; `step` itself where none is.
    pub(super) fn needed_from(&self, step: usize) -> usize {
        let step = step.min(self.len()).max(self.origin);
        let before = step.saturating_sub(BEFORE_AN_EDIT).max(self.origin);
        if before >= self.flags.first() { step } else { before.min(self.totals.cut_at(step)) }
    }

    /// The step after which the lane begins: 0, unless it was added later. Steps up to there have no values.
    pub fn origin(&self) -> usize {
        self.origin
    }

    /// The lane's label, as it is [`shown`].
    pub fn label(&self) -> &str {
        &self.label
    }

    /// How many steps were taken, those before the lane began included.
    pub fn len(&self) -> usize {
        self.flags.end()
    }

    /// Whether no step was taken yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many numbers are kept.
    pub fn kept(&self) -> usize {
        let columns = self.columns.iter().flatten().chain(&self.params).map(Column::kept).sum::<usize>();
        columns + self.absent.kept() + self.flags.kept() + self.totals.kept() + self.recalled.len()
    }

    /// Whether the record of a step can be told: it is kept or was recalled, or there is none.
    pub fn knows(&self, step: usize) -> bool {
        let kept = step <= self.origin || step > self.flags.first() + usize::from(self.dropped());
        kept || step > self.len() || self.recalled.get(step).is_some()
    }

    /// Whether steps are no longer kept. The first that is kept does not tell its own cost, which is a difference.
    fn dropped(&self) -> bool {
        self.flags.first() > self.origin
    }

    /// How many steps the finest summary that reaches back to a step takes together: 1 where the steps themselves are kept.
    pub fn resolution(&self, step: usize) -> usize {
        self.totals.resolution(step.saturating_sub(1))
    }

    /// The number of parameters recorded at every step: all of them, or 0 where there are more than
    /// [`RECORDED_PARAMS`](crate::optim::RECORDED_PARAMS).
    pub fn recorded_params(&self) -> usize {
        self.start.len()
    }

    /// Appends a record with the lane's own compute time so far, in seconds.
    pub fn push(&mut self, record: &StepRecord, seconds: f64) {
        let mut flags = 0;
        for (quantity, column) in Quantity::ALL.into_iter().zip(&mut self.columns) {
            let value = record.get(quantity);
            if value.is_some() {
                flags |= 1 << quantity as u32;
                column.get_or_insert_with(|| self.absent.clone());
            }
            if let Some(column) = column {
                column.push(value.unwrap_or(0.0), Extremes::of(value));
            }
        }
        self.absent.push(0.0, Extremes::NOTHING);
        for (column, &value) in self.params.iter_mut().zip(&record.params) {
            column.push(value, Extremes::of(Some(value)));
        }
        flags |= if record.rejected { REJECTED } else { 0 };
        flags |= if record.lost { LOST } else { 0 };
        self.flags.push(flags);
        let mut totals = self.totals.last().or_else(|| self.totals_by(self.len())).unwrap_or_default();
        totals.cost += record.cost;
        totals.rejections += u32::from(record.rejected);
        totals.seconds = seconds;
        self.totals.push(totals, totals);
        let calibration =
            record.calibrated_from.map(|from| Calibration { from, unsettled: record.calibration_unsettled });
        self.calibration = self.calibration.or(calibration);
    }

    /// Takes in a step that was computed again.
    pub fn recall(&mut self, recalled: Recalled) {
        self.recalled.insert(recalled);
    }

    /// Notes how the lane ended, and after which step.
    pub fn end(&mut self, step: u64, outcome: Outcome) {
        self.outcome = Some((step, outcome));
    }

    /// Notes f after the lane's last step so far, on all training data.
    pub fn arrive(&mut self, loss: Option<f64>) {
        self.arrived = loss.map(|loss| (self.len(), loss));
    }

    /// f on all training data after step `step`, if it was the last when that was measured.
    pub fn arrived(&self, step: usize) -> Option<f64> {
        self.arrived.filter(|(at, _)| *at == step).map(|(_, loss)| loss)
    }

    /// Notes how the lane does on all of the data. A later word on a step takes the place of an earlier one.
    pub fn evaluated(&mut self, record: EvaluationRecord) {
        self.evaluations.truncate(self.evaluations.partition_point(|earlier| earlier.step < record.step));
        self.evaluations.push(record);
        let outputs = |record: &EvaluationRecord| record.outputs.as_ref().map_or(0, nalgebra::DMatrix::len);
        let numbers = self.evaluations.last().map_or(0, outputs) * self.evaluations.len();
        if self.evaluations.len() > MOST_EVALUATIONS || numbers > MOST_OUTPUTS && self.evaluations.len() > 2 {
            // The first and the latest one stay.
            let mut later = self.evaluations.len();
            let first = later - 1;
            self.evaluations.retain(|_| {
                later -= 1;
                later == first || later.is_multiple_of(2)
            });
        }
    }

    /// How the lane did on all of the data, as far as that was looked at, in order of steps. Those beyond the steps recorded are
    /// left out: the session may be ahead.
    pub fn evaluations(&self) -> &[EvaluationRecord] {
        &self.evaluations[..self.evaluations.partition_point(|it| it.step <= self.len() as u64)]
    }

    /// The latest evaluation at or before a step.
    pub fn evaluation(&self, step: usize) -> Option<&EvaluationRecord> {
        let known = self.evaluations();
        known[..known.partition_point(|it| it.step <= step as u64)].last()
    }

    /// How the lane ended and after which step, if it has.
    pub fn outcome(&self) -> Option<(u64, &Outcome)> {
        self.outcome.as_ref().map(|(step, outcome)| (*step, outcome))
    }

    /// A quantity of step `step` (from 1), if it was computed and is [known](Self::knows).
    pub fn value(&self, quantity: Quantity, step: usize) -> Option<f64> {
        let index = step.checked_sub(1)?;
        match self.flags.get(index) {
            Some(_) if !present(&self.flags, quantity as usize, index) => None,
            Some(_) => self.columns[quantity as usize].as_ref()?.get(index),
            None => self.recalled.get(step)?.record.get(quantity),
        }
    }

    /// The same for drawing: where the step is no longer kept, the last value of the run of steps before it.
    pub fn drawn(&self, quantity: Quantity, step: usize) -> Option<f64> {
        let index = step.checked_sub(1)?;
        if index >= self.flags.first() {
            return self.value(quantity, step);
        }
        self.columns[quantity as usize].as_ref()?.latest_by(index)?.some().map(|run| run.last)
    }

    /// Smallest and largest present value of a quantity over the steps `from..to` (from 1, `to` excluded). Where they are no longer
    /// kept, over the shortest runs of steps kept that cover them.
    pub fn extremes(&self, quantity: Quantity, from: usize, to: usize) -> Option<(f64, f64)> {
        let mut all = Extremes::NOTHING;
        let of = |index, value| Extremes::of(present(&self.flags, quantity as usize, index).then_some(value));
        self.columns[quantity as usize].as_ref()?.cover(from.max(1) - 1, to.max(1) - 1, of, |part| all.join(part));
        all.some().map(|all| (all.low, all.high))
    }

    /// Parameter `axis` after step `step` (0: the start), if it is [known](Self::knows).
    pub fn param(&self, axis: usize, step: usize) -> Option<f64> {
        // A lane that began later has stood at its start until then.
        match step.checked_sub(1).filter(|_| step > self.origin) {
            None => self.start.get(axis).copied(),
            Some(index) => {
                let kept = self.params.get(axis)?.get(index);
                kept.or_else(|| self.recalled.get(step)?.record.params.get(axis).copied())
            }
        }
    }

    /// The same for drawing: where the step is no longer kept, at the end of the run of steps before it.
    pub fn drawn_param(&self, axis: usize, step: usize) -> Option<f64> {
        let column = self.params.get(axis)?;
        let index = step.checked_sub(1).filter(|_| step > self.origin);
        match index.filter(|index| *index < column.first()) {
            None => self.param(axis, step),
            Some(index) => column.latest_by(index).map(|run| run.last).or_else(|| self.start.get(axis).copied()),
        }
    }

    /// Smallest and largest value of parameter `axis` after the steps `from..to` (0: the start), as [`extremes`](Self::extremes).
    pub fn param_extremes(&self, axis: usize, from: usize, to: usize) -> Option<(f64, f64)> {
        let mut all = Extremes::NOTHING;
        let of = |_, value| Extremes::of(Some(value));
        self.params.get(axis)?.cover(from.max(1) - 1, to.max(1) - 1, of, |part| all.join(part));
        if from <= self.origin && to > from {
            all.join(Extremes::of(Some(self.start[axis])));
        }
        all.some().map(|all| (all.low, all.high))
    }

    /// The whole record of a step (from 1), if it is [known](Self::knows).
    pub fn record(&self, step: usize) -> Option<StepRecord> {
        let index = step.checked_sub(1).filter(|index| *index < self.len())?;
        if self.flags.get(index).is_none() || (self.dropped() && index == self.flags.first()) {
            return self.recalled.get(step).map(|recalled| recalled.record.clone());
        }
        let mut record = StepRecord::new(step as u64);
        for quantity in Quantity::ALL {
            if let Some(value) = self.value(quantity, step) {
                record.set(quantity, value);
            }
        }
        record.rejected = self.rejected(step);
        record.lost = self.lost(step);
        record.cost = self.cost(step);
        let before = self.cost(step - 1);
        record.cost.losses -= before.losses;
        record.cost.gradients -= before.gradients;
        record.cost.products -= before.products;
        record.cost.factorisations -= before.factorisations;
        record.params = self.params.iter().filter_map(|column| column.get(index)).collect();
        let calibration = self.calibration.filter(|_| step == self.origin + 1);
        record.calibrated_from = calibration.map(|calibration| calibration.from);
        record.calibration_unsettled = calibration.is_some_and(|calibration| calibration.unsettled);
        Some(record)
    }

    /// Whether step `step` was rejected, if it is [known](Self::knows); false where it is not.
    pub fn rejected(&self, step: usize) -> bool {
        self.marked(step, REJECTED, |record| record.rejected)
    }

    /// Whether the ρ of step `step` is lost in the rounding of f, if the step is [known](Self::knows); false where it is not.
    pub fn lost(&self, step: usize) -> bool {
        self.marked(step, LOST, |record| record.lost)
    }

    fn marked(&self, step: usize, mark: u32, of: impl Fn(&StepRecord) -> bool) -> bool {
        let kept = step.checked_sub(1).and_then(|index| self.flags.get(index)).map(|flags| flags & mark != 0);
        kept.unwrap_or_else(|| self.recalled.get(step).is_some_and(|recalled| of(&recalled.record)))
    }

    /// How many of the steps `from..to` (from 1, `to` excluded) were rejected; those not taken yet were not. Those no longer kept
    /// are counted where a run of them ends. O(log n).
    pub fn rejections(&self, from: usize, to: usize) -> u32 {
        let up_to = |end: usize| self.totals(end.saturating_sub(1).min(self.len())).rejections;
        up_to(to).saturating_sub(up_to(from))
    }

    /// All that steps 1 to `step` cost, those before the lane began included, which its lane of origin took; where the step is not [known](Self::knows), what those up to the nearest one before did.
    pub fn cost(&self, step: usize) -> Cost {
        let gone = step <= self.flags.first();
        let mut cost = match if gone { self.recalled.get(step) } else { None } {
            Some(recalled) => recalled.cost,
            None => self.totals(step).cost,
        };
        // Before it began it was that other lane, whose cost is told by that one.
        if step >= self.origin {
            cost += self.inherited;
        }
        cost
    }

    /// The lane's own compute time for steps 1 to `step`, in seconds; where they are no longer kept, to the nearest one before
    /// that tells.
    pub fn seconds(&self, step: usize) -> f64 {
        self.totals(step).seconds
    }

    pub(super) fn totals(&self, step: usize) -> Totals {
        if step > self.len() { None } else { self.totals_by(step) }.unwrap_or_default()
    }

    /// The totals after the last step up to `step` that tells them.
    fn totals_by(&self, step: usize) -> Option<Totals> {
        let index = step.checked_sub(1)?;
        self.totals.get(index).or_else(|| self.totals.latest_by(index))
    }
}

/// Whether a quantity was computed in a step that is kept.
fn present(flags: &Tail<u32>, quantity: usize, index: usize) -> bool {
    flags.get(index).is_some_and(|flags| flags >> quantity & 1 == 1)
}
