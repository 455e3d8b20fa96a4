//! A lane's values, thinned to what a chart of so many bins can show.

use super::{Measure, XAxis};
use crate::{figure::Point, session::LaneHistory};

/// The summaries of a history cover runs of this many steps; bins that are multiples of it are read from them directly.
const BLOCK: usize = 16;

/// One quantity of one lane over the visible part of an axis.
pub(super) struct Series<'a> {
    pub(super) lane: usize,
    pub(super) past: &'a LaneHistory,
    measure: Measure,
    lag: usize,
    /// The value after the last step, of a quantity that the step after tells.
    end: Option<f64>,
    axis: XAxis,
    /// The visible part of the axis.
    range: [f64; 2],
    /// The steps to draw, from 1, the end excluded: the visible ones and a neighbour on both sides.
    pub(super) steps: std::ops::Range<usize>,
}

impl<'a> Series<'a> {
    /// The series of the steps whose place lies in `range`. `what`: the measure, how many steps before the end of its step a value
    /// belongs, and the value after the last step.
    pub(super) fn new(
        lane: usize,
        past: &'a LaneHistory,
        what: (Measure, usize, Option<f64>),
        axis: XAxis,
        range: [f64; 2],
    ) -> Self {
        let (measure, lag, end) = what;
        let place = |index: usize| axis.place(past, index + 1 - lag);
        let from = first(past.len(), |index| place(index) >= range[0]);
        let to = first(past.len(), |index| place(index) > range[1]);
        let steps = from.saturating_sub(1) + 1..(to + 1).min(past.len()) + 1;
        Self { lane, past, measure, lag, end, axis, range, steps }
    }

    /// Where step `step`'s value belongs on the axis.
    pub(super) fn x(&self, step: usize) -> f64 {
        self.axis.place(self.past, step - self.lag)
    }

    /// Which part of the visible axis the series covers, 0 to 1.
    pub(super) fn coverage(&self) -> f64 {
        if self.steps.is_empty() {
            return 0.0;
        }
        ((self.x(self.steps.end - 1) - self.x(self.steps.start)) / (self.range[1] - self.range[0])).clamp(0.0, 1.0)
    }

    /// The largest value.
    pub(super) fn largest(&self) -> Option<f64> {
        self.measure.extremes(self.past, self.steps.start, self.steps.end).map(|(_, high)| high)
    }

    /// The value that belongs to the place where step `step` has ended.
    pub(super) fn value_after(&self, step: usize) -> Option<f64> {
        let later = self.measure.drawn(self.past, step + self.lag);
        if step == self.past.len() && self.lag > 0 { later.or(self.end) } else { later }
    }

    /// Unbroken pieces of (place, value): every step where there are at most as many as bins, else both extremes of each bin. Where
    /// the history tells steps apart no longer, its runs are the bins.
    pub(super) fn sample(&self, bins: usize) -> Vec<Vec<Point>> {
        let stride = match self.steps.len().div_ceil(bins) {
            0 | 1 => 1,
            few if few <= BLOCK => few,
            many => many.next_multiple_of(BLOCK),
        };
        let mut pieces = self.extremes(stride);
        self.append_last(&mut pieces);
        pieces
    }

    fn extremes(&self, stride: usize) -> Vec<Vec<Point>> {
        let mut pieces = Pieces::default();
        let mut last = 0.0;
        // Bins begin at multiples of the stride whatever is visible, so that a moving window does not make curves shimmer.
        let begin = |step: usize, stride: usize| (step - 1) / stride * stride + 1;
        let stride_at = |step: usize| stride.max(self.past.resolution(step));
        let mut from = begin(self.steps.start, stride_at(self.steps.start));
        while from < self.steps.end {
            let stride = stride_at(from);
            let to = (begin(from, stride) + stride).min(self.past.len() + 1);
            match self.measure.extremes(self.past, from, to) {
                None => pieces.cut(),
                Some((low, high)) => {
                    let x = self.x(from + (to - 1 - from) / 2);
                    // The nearer extreme first: a rising curve goes up through its bins, a falling one down.
                    let (near, far) = if (last - low).abs() <= (last - high).abs() { (low, high) } else { (high, low) };
                    pieces.push([x, near]);
                    if high > low {
                        pieces.push([x, far]);
                    }
                    last = far;
                }
            }
            from = to;
        }
        pieces.all
    }

    /// The value after the last step, which no further step tells.
    fn append_last(&self, pieces: &mut Vec<Vec<Point>>) {
        let end = self.past.len();
        let Some(value) = self.end.filter(|_| self.steps.end > end) else { return };
        let point = [self.axis.place(self.past, end), value];
        let broken = end > 0 && self.measure.drawn(self.past, end).is_none();
        match pieces.last_mut().filter(|_| !broken) {
            Some(piece) => piece.push(point),
            None => pieces.push(vec![point]),
        }
    }
}

#[derive(Default)]
struct Pieces {
    all: Vec<Vec<Point>>,
    open: bool,
}

impl Pieces {
    fn push(&mut self, point: Point) {
        match self.all.last_mut().filter(|_| self.open) {
            Some(piece) => piece.push(point),
            None => self.all.push(vec![point]),
        }
        self.open = true;
    }

    fn cut(&mut self) {
        self.open = false;
    }
}

/// The first index below `len` that satisfies a predicate which stays true once it is, or `len`.
pub(super) fn first(len: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
