//! Marks on curves, thinned so that they stay readable: at most a few per slot of the axis.

use super::sample::{Series, first};
use crate::{
    figure::{Mark, MarkKind, Point, clip::inside},
    optim::Quantity,
};

/// Slots of more steps than this are judged by their ends, not step by step.
const SCANNED: usize = 64;

/// Where λ was raised and lowered: per slot the rarer of the two, at its first step, since that one is the event.
pub(super) fn changes(series: &Series, slots: usize, place: impl Fn(Point) -> Point) -> Vec<Mark> {
    let value = |quantity, step| series.past.drawn(quantity, step);
    let mark = |(step, kind): (usize, MarkKind)| {
        let lambda = value(Quantity::Damping, step)?;
        let at = place([series.x(step), lambda]);
        inside(at).then_some(Mark { lane: series.lane, at, kind })
    };
    let change = |first: usize, last: usize| {
        let (before, after) = (value(Quantity::Damping, first)?, value(Quantity::NextDamping, last)?);
        match after.total_cmp(&before) {
            std::cmp::Ordering::Greater => Some((first, MarkKind::Raised)),
            std::cmp::Ordering::Less => Some((first, MarkKind::Lowered)),
            std::cmp::Ordering::Equal => None,
        }
    };
    in_slots(series, slots, |from, to| {
        if to - from > SCANNED {
            return change(from, to - 1);
        }
        let all = || (from..to).filter_map(|step| change(step, step));
        let raised = all().filter(|(_, kind)| *kind == MarkKind::Raised).count();
        let rarer = if raised > 0 && 2 * raised <= all().count() { MarkKind::Raised } else { MarkKind::Lowered };
        all().find(|(_, kind)| *kind == rarer).or_else(|| all().next())
    })
    .filter_map(mark)
    .collect()
}

/// The first rejected step of each slot.
pub(super) fn rejections(series: &Series, slots: usize, place: impl Fn(Point) -> Point) -> Vec<Mark> {
    let any = |from, to| series.past.rejections(from, to) > 0;
    in_slots(series, slots, |from, to| {
        any(from, to).then(|| from + first(to - from, |index| any(from, from + index + 1)))
    })
    .filter_map(|step| Some([series.x(step), series.past.drawn(Quantity::Loss, step)?]))
    .map(place)
    .filter(|&at| inside(at))
    .map(|at| Mark { lane: series.lane, at, kind: MarkKind::Rejected })
    .collect()
}

/// ρ of the first step of each slot that says little: one whose model promised a rise.
pub(super) fn hollow(series: &Series, slots: usize, place: impl Fn(Point) -> Point) -> Vec<Mark> {
    let climbs = |from, to| series.past.extremes(Quantity::ModelChange, from, to).is_some_and(|(_, high)| high > 0.0);
    in_slots(series, slots, |from, to| {
        climbs(from, to).then(|| from + first(to - from, |index| climbs(from, from + index + 1)))
    })
    .filter_map(|step| Some([series.x(step), series.past.drawn(Quantity::Rho, step)?]))
    .map(place)
    .filter(|&at| inside(at))
    .map(|at| Mark { lane: series.lane, at, kind: MarkKind::Hollow })
    .collect()
}

/// Marks at the upper and lower edge for points beyond it, at most one per slot and edge.
pub(in crate::figure) fn beyond(lane: usize, points: impl Iterator<Item = Point>, slots: usize) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut last = [None; 2];
    for [x, y] in points.filter(|point| (0.0..=1.0).contains(&point[0])) {
        let (edge, kind) = match y {
            y if y > 1.0 => (1, MarkKind::Above),
            y if y < 0.0 => (0, MarkKind::Below),
            _ => continue,
        };
        let slot = Some((x * slots as f64) as usize);
        if last[edge] != slot {
            last[edge] = slot;
            marks.push(Mark { lane, at: [x, edge as f64], kind });
        }
    }
    marks
}

/// The series' steps in equal runs that begin at fixed steps, as many as there are slots in the part of the axis the series covers;
/// each run is asked for one thing.
fn in_slots<T>(series: &Series, slots: usize, ask: impl Fn(usize, usize) -> Option<T>) -> impl Iterator<Item = T> {
    let slots = (slots as f64 * series.coverage()).ceil().max(1.0) as usize;
    // Slots shorter than what the history tells apart would all show the same.
    let stride = series.steps.len().div_ceil(slots).max(series.past.resolution(series.steps.start));
    let start = (series.steps.start - 1) / stride * stride + 1;
    let end = series.steps.end;
    (start..end).step_by(stride).filter_map(move |from| ask(from, (from + stride).min(end)))
}
