//! What happened so far: for every lane one column per quantity, with summaries that make a chart of 100 000 steps cheap.

mod column;

use super::{Edit, EditedLane, EvaluationRecord};
use crate::optim::{Cost, Outcome, Quantity, StepRecord};
use column::{Column, widen};

/// So many evaluations of a lane are kept; when there are more, every second one goes.
const MOST_EVALUATIONS: usize = 2048;

/// One lane's past. Step 0 is the start; records are counted from step 1.
#[derive(Clone, Debug)]
pub struct LaneHistory {
    label: String,
    start: Vec<f64>,
    columns: Vec<Column>,
    params: Vec<Column>,
    present: Vec<u32>,
    /// How many of the steps so far were rejected.
    rejected: Vec<u32>,
    costs: Vec<Cost>,
    seconds: Vec<f64>,
    calibration: Option<Calibration>,
    outcome: Option<(u64, Outcome)>,
    evaluations: Vec<EvaluationRecord>,
    /// The step after which the lane begins.
    origin: usize,
}

/// How λ₀ was found at a lane's first step.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Calibration {
    from: f64,
    unsettled: bool,
}

impl LaneHistory {
    fn new(label: String, start: Vec<f64>) -> Self {
        Self {
            label,
            columns: vec![Column::default(); Quantity::ALL.len()],
            params: vec![Column::default(); start.len()],
            start,
            present: Vec::new(),
            rejected: Vec::new(),
            costs: Vec::new(),
            seconds: Vec::new(),
            calibration: None,
            outcome: None,
            evaluations: Vec::new(),
            origin: 0,
        }
    }

    /// A lane that begins after step `origin`; up to there it has a place in every column, but no values.
    fn beginning_after(origin: usize, label: String, start: Vec<f64>) -> Self {
        let mut lane = Self::new(label, start);
        let mut nothing = StepRecord::default();
        nothing.params.extend(lane.start.iter().copied());
        (0..origin).for_each(|_| lane.push(&nothing, 0.0));
        lane.origin = origin;
        lane
    }

    /// The same lane up to step `step`, under a label.
    fn up_to(&self, step: usize, label: String) -> Self {
        let shorter = |column: &Column, bit: usize| column.first(step, |i| self.present[i] >> bit & 1 == 1);
        Self {
            label,
            start: self.start.clone(),
            columns: self.columns.iter().enumerate().map(|(bit, column)| shorter(column, bit)).collect(),
            params: self.params.iter().map(|column| column.first(step, |_| true)).collect(),
            present: self.present.iter().take(step).copied().collect(),
            rejected: self.rejected.iter().take(step).copied().collect(),
            costs: self.costs.iter().take(step).copied().collect(),
            seconds: self.seconds.iter().take(step).copied().collect(),
            calibration: self.calibration.filter(|_| step > self.origin),
            outcome: self.outcome.clone().filter(|(at, _)| *at <= step as u64),
            evaluations: self.evaluations.iter().filter(|it| it.step <= step as u64).cloned().collect(),
            origin: self.origin,
        }
    }

    /// The step after which the lane begins: 0, unless it was added later. Steps up to there have no values.
    pub fn origin(&self) -> usize {
        self.origin
    }

    /// The lane's label.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// How many steps are recorded.
    pub fn len(&self) -> usize {
        self.present.len()
    }

    /// Whether no step is recorded yet.
    pub fn is_empty(&self) -> bool {
        self.present.is_empty()
    }

    /// The number of parameters recorded at every step: all of them, or 0 where there are more than
    /// [`RECORDED_PARAMS`](crate::optim::RECORDED_PARAMS).
    pub fn recorded_params(&self) -> usize {
        self.start.len()
    }

    /// Appends a record with the lane's own compute time so far, in seconds.
    pub fn push(&mut self, record: &StepRecord, seconds: f64) {
        let mut present = 0;
        for (quantity, column) in Quantity::ALL.into_iter().zip(&mut self.columns) {
            let value = record.get(quantity);
            present |= u32::from(value.is_some()) << quantity as u32;
            column.push(value);
        }
        for (column, &value) in self.params.iter_mut().zip(&record.params) {
            column.push(Some(value));
        }
        self.present.push(present);
        self.rejected.push(self.rejected.last().copied().unwrap_or(0) + u32::from(record.rejected));
        let mut cost = self.costs.last().copied().unwrap_or_default();
        cost += record.cost;
        self.costs.push(cost);
        self.seconds.push(seconds);
        let calibration =
            record.calibrated_from.map(|from| Calibration { from, unsettled: record.calibration_unsettled });
        self.calibration = self.calibration.or(calibration);
    }

    /// Notes how the lane ended, and after which step.
    pub fn end(&mut self, step: u64, outcome: Outcome) {
        self.outcome = Some((step, outcome));
    }

    /// Notes how the lane does on all of the data. A later word on a step takes the place of an earlier one.
    pub fn evaluated(&mut self, record: EvaluationRecord) {
        self.evaluations.truncate(self.evaluations.partition_point(|earlier| earlier.step < record.step));
        self.evaluations.push(record);
        if self.evaluations.len() > MOST_EVALUATIONS {
            let mut index = 0;
            // The first and the latest one stay.
            self.evaluations.retain(|_| {
                index += 1;
                index % 2 == 1
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

    /// A quantity of step `step` (from 1), if it was computed.
    pub fn value(&self, quantity: Quantity, step: usize) -> Option<f64> {
        let index = step.checked_sub(1)?;
        (self.present.get(index)? >> quantity as u32 & 1 == 1).then(|| self.columns[quantity as usize].values[index])
    }

    /// Smallest and largest present value of a quantity over the steps `from..to` (from 1, `to` excluded).
    pub fn extremes(&self, quantity: Quantity, from: usize, to: usize) -> Option<(f64, f64)> {
        let (from, to) = (from.max(1) - 1, to.max(1) - 1);
        let bit = quantity as u32;
        let (low, high) = self.columns[quantity as usize].extremes(from, to, |i| self.present[i] >> bit & 1 == 1);
        (low <= high).then_some((low, high))
    }

    /// Parameter `axis` after step `step` (0: the start).
    pub fn param(&self, axis: usize, step: usize) -> Option<f64> {
        match step.checked_sub(1) {
            None => self.start.get(axis).copied(),
            Some(index) => self.params.get(axis)?.values.get(index).copied(),
        }
    }

    /// Smallest and largest value of parameter `axis` after the steps `from..to` (0: the start).
    pub fn param_extremes(&self, axis: usize, from: usize, to: usize) -> Option<(f64, f64)> {
        let column = self.params.get(axis)?;
        let mut all = column.extremes(from.max(1) - 1, to.max(1) - 1, |_| true);
        if from == 0 && to > 0 {
            widen(&mut all, self.start[axis], self.start[axis]);
        }
        (all.0 <= all.1).then_some(all)
    }

    /// The whole record of a step (from 1).
    pub fn record(&self, step: usize) -> Option<StepRecord> {
        let index = step.checked_sub(1)?;
        if index >= self.len() {
            return None;
        }
        let mut record = StepRecord::new(step as u64);
        for quantity in Quantity::ALL {
            if let Some(value) = self.value(quantity, step) {
                record.set(quantity, value);
            }
        }
        record.rejected = self.rejected(step);
        record.cost = self.costs[index];
        if let Some(before) = index.checked_sub(1).map(|i| self.costs[i]) {
            record.cost.losses -= before.losses;
            record.cost.gradients -= before.gradients;
            record.cost.products -= before.products;
            record.cost.factorisations -= before.factorisations;
        }
        record.params = self.params.iter().map(|column| column.values[index]).collect();
        let calibration = self.calibration.filter(|_| step == self.origin + 1);
        record.calibrated_from = calibration.map(|calibration| calibration.from);
        record.calibration_unsettled = calibration.is_some_and(|calibration| calibration.unsettled);
        Some(record)
    }

    /// Whether step `step` was rejected.
    pub fn rejected(&self, step: usize) -> bool {
        step > 0 && self.rejections(step, step + 1) > 0
    }

    /// How many of the steps `from..to` (from 1, `to` excluded) were rejected; those not taken yet were not. O(1).
    pub fn rejections(&self, from: usize, to: usize) -> u32 {
        let up_to = |end: usize| {
            let steps = end.saturating_sub(1).min(self.rejected.len());
            steps.checked_sub(1).map_or(0, |last| self.rejected[last])
        };
        up_to(to).saturating_sub(up_to(from))
    }

    /// All that steps 1 to `step` cost.
    pub fn cost(&self, step: usize) -> Cost {
        step.checked_sub(1).and_then(|index| self.costs.get(index)).copied().unwrap_or_default()
    }

    /// The lane's own compute time for steps 1 to `step`, in seconds.
    pub fn seconds(&self, step: usize) -> f64 {
        step.checked_sub(1).and_then(|index| self.seconds.get(index)).copied().unwrap_or_default()
    }
}

/// What happened so far, in all lanes.
#[derive(Clone, Debug, Default)]
pub struct History {
    lanes: Vec<LaneHistory>,
}

impl History {
    /// An empty history; each lane brings its label and, where they are recorded, its starting parameters.
    pub fn new(lanes: impl IntoIterator<Item = (String, Vec<f64>)>) -> Self {
        Self { lanes: lanes.into_iter().map(|(label, start)| LaneHistory::new(label, start)).collect() }
    }

    /// What is left of this history by an edit of its session: lanes kept end at the edit's step, lanes started begin there.
    #[must_use]
    pub fn edited(&self, edit: &Edit) -> Self {
        let step = usize::try_from(edit.step).unwrap_or(usize::MAX);
        let lane = |lane: &EditedLane| match lane {
            EditedLane::Kept { lane, label } => self.lanes[*lane].up_to(step, label.clone()),
            EditedLane::Started(spec) => {
                let from = &self.lanes[edit.from];
                let step_of_start = step.min(from.len());
                let start = (0..from.recorded_params()).filter_map(|axis| from.param(axis, step_of_start)).collect();
                LaneHistory::beginning_after(step, spec.label.clone(), start)
            }
        };
        Self { lanes: edit.lanes.iter().map(lane).collect() }
    }

    /// The lanes, in file order.
    pub fn lanes(&self) -> &[LaneHistory] {
        &self.lanes
    }

    /// One lane, to append to.
    pub fn lane_mut(&mut self, lane: usize) -> &mut LaneHistory {
        &mut self.lanes[lane]
    }

    /// The latest step any lane has taken.
    pub fn latest(&self) -> usize {
        self.lanes.iter().map(LaneHistory::len).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejections_are_counted_over_any_range() {
        let rejected = [false, true, true, false, true];
        let mut history = History::new([("lane".to_owned(), Vec::new())]);
        for (index, &rejected) in rejected.iter().enumerate() {
            let mut record = StepRecord::new(index as u64 + 1);
            record.rejected = rejected;
            history.lane_mut(0).push(&record, 0.0);
        }
        let lane = &history.lanes()[0];
        for from in 0..8 {
            assert_eq!(lane.rejected(from), from > 0 && rejected.get(from - 1) == Some(&true), "{from}");
            assert_eq!(
                lane.record(from).map(|record| record.rejected),
                from.checked_sub(1).and_then(|i| rejected.get(i)).copied()
            );
            for to in 0..8 {
                let counted = (from..to).filter(|&step| lane.rejected(step)).count();
                assert_eq!(lane.rejections(from, to) as usize, counted, "{from}..{to}");
            }
        }
    }
}
