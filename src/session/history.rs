//! What happened so far: for every lane one column per quantity, with summaries that make a chart of 100 000 steps cheap.

use crate::optim::{Cost, Outcome, Quantity, StepRecord};

/// How many values one block of a column's summary covers, and how many blocks one block of the next level.
const FAN_OUT: usize = 16;

/// A growing column of reals with minima and maxima of every aligned run of 16, 256, 4096, … values.
#[derive(Clone, Debug, Default)]
struct Column {
    values: Vec<f64>,
    /// `levels[k][i]`: extremes of the present values `i·16^(k+1) .. (i+1)·16^(k+1)`; an empty block is `(∞, −∞)`.
    levels: Vec<Vec<(f64, f64)>>,
}

const NOTHING: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

fn widen(extremes: &mut (f64, f64), low: f64, high: f64) {
    extremes.0 = extremes.0.min(low);
    extremes.1 = extremes.1.max(high);
}

impl Column {
    /// Absent values keep a place (as 0) but do not enter the summaries.
    fn push(&mut self, value: Option<f64>) {
        let mut index = self.values.len();
        self.values.push(value.unwrap_or(0.0));
        for level in 0.. {
            let block = index / FAN_OUT;
            if level == self.levels.len() {
                match level.checked_sub(1) {
                    None => self.levels.push(Vec::new()),
                    Some(_) if block == 0 => break,
                    // A level opens when the one below begins its second block, with what the first one holds.
                    Some(below) => {
                        let mut first = NOTHING;
                        self.levels[below][..FAN_OUT].iter().for_each(|&(low, high)| widen(&mut first, low, high));
                        self.levels.push(vec![first]);
                    }
                }
            }
            let blocks = &mut self.levels[level];
            if block == blocks.len() {
                blocks.push(NOTHING);
            }
            if let Some(value) = value {
                widen(&mut blocks[block], value, value);
            }
            index = block;
        }
    }

    /// Extremes of the present values `from..to`, in O(log) blocks.
    fn extremes(&self, from: usize, to: usize, present: impl Fn(usize) -> bool) -> (f64, f64) {
        let mut all = NOTHING;
        let (mut low, mut high) = (from, to.min(self.values.len()));
        let mut level = 0;
        // Walk inwards: single items up to a block border on both sides, then the same one level up.
        loop {
            let item = |i: usize, all: &mut (f64, f64)| {
                if level == 0 {
                    if present(i) {
                        widen(all, self.values[i], self.values[i]);
                    }
                } else {
                    let (l, h) = self.levels[level - 1][i];
                    widen(all, l, h);
                }
            };
            if high <= low {
                return all;
            }
            let has_level = level < self.levels.len();
            if !has_level || high - low < 2 * FAN_OUT {
                (low..high).for_each(|i| item(i, &mut all));
                return all;
            }
            while low % FAN_OUT != 0 {
                item(low, &mut all);
                low += 1;
            }
            while high % FAN_OUT != 0 {
                high -= 1;
                item(high, &mut all);
            }
            low /= FAN_OUT;
            high /= FAN_OUT;
            level += 1;
        }
    }
}

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
    calibrated_from: Option<f64>,
    outcome: Option<(u64, Outcome)>,
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
            calibrated_from: None,
            outcome: None,
        }
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
        self.calibrated_from = self.calibrated_from.or(record.calibrated_from);
    }

    /// Notes how the lane ended, and after which step.
    pub fn end(&mut self, step: u64, outcome: Outcome) {
        self.outcome = Some((step, outcome));
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
        record.calibrated_from = self.calibrated_from.filter(|_| step == 1);
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
