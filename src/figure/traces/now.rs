//! Where each lane stands at the cursor, as a mark and as a number.

use super::{TraceOptions, sample::Series};
use crate::figure::{LaneText, Mark, MarkKind, Point, clip::inside, number};

/// Place and value of a lane at the cursor.
pub(super) fn at(series: &Series, options: &TraceOptions) -> Option<Point> {
    let step = options.cursor?;
    // Before a lane begins it stands nowhere.
    if step < series.past.origin() {
        return None;
    }
    let step = step.min(series.past.len());
    Some([options.x_axis.place(series.past, step), series.value_after(step)?])
}

pub(super) fn mark(series: &Series, options: &TraceOptions, place: impl Fn(Point) -> Point) -> Option<Mark> {
    let at = place(at(series, options)?);
    inside(at).then_some(Mark { lane: series.lane, at, kind: MarkKind::Now })
}

/// The value, where it is known exactly.
pub(super) fn readout(series: &Series, options: &TraceOptions) -> Option<LaneText> {
    let [_, value] = at(series, options)?;
    let known = series.past.knows(options.cursor?.min(series.past.len()));
    known.then(|| LaneText { lane: series.lane, text: number::short(value) })
}
