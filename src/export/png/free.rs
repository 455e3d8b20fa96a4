//! Where on a chart a label covers least.

use crate::figure::{Chart, Point};

/// So many places are tried across a chart.
const TRIED: usize = 12;

/// A part of the unit square: from its lower left corner to its upper right one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Box {
    pub(super) from: Point,
    pub(super) to: Point,
}

impl Box {
    /// Whether a piece of line touches it, by narrowing the part of the line that can lie inside, side after side.
    fn meets(&self, [from, to]: [Point; 2]) -> bool {
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for axis in 0..2 {
            let delta = to[axis] - from[axis];
            for (slope, room) in [(-delta, from[axis] - self.from[axis]), (delta, self.to[axis] - from[axis])] {
                if slope.abs() < f64::MIN_POSITIVE {
                    if room < 0.0 {
                        return false;
                    }
                } else if slope < 0.0 {
                    enter = enter.max(room / slope);
                } else {
                    leave = leave.min(room / slope);
                }
            }
        }
        enter <= leave
    }

    fn wider(&self, by: Point) -> Self {
        Self { from: [self.from[0] - by[0], self.from[1] - by[1]], to: [self.to[0] + by[0], self.to[1] + by[1]] }
    }
}

/// The right end of a label that is `size` large and stands on `base`: of a row of places the one where it covers the fewest
/// curves and marks, each of which reaches `mark` to both sides; the rightmost of several.
pub(super) fn right_end(chart: &Chart, base: f64, size: Point, mark: Point, border: f64) -> f64 {
    let covered = |right: f64| {
        let label = Box { from: [right - size[0], base], to: [right, base + size[1]] };
        let around = label.wider(mark);
        let pieces = chart.curves.iter().flat_map(|curve| &curve.pieces);
        let lines = pieces.clone().flat_map(|piece| piece.windows(2).map(|pair| [pair[0], pair[1]]));
        let ends = pieces.filter_map(|piece| piece.last().copied());
        let points = ends.chain(chart.marks.iter().map(|mark| mark.at));
        lines.filter(|&line| label.meets(line)).count() + points.filter(|&point| around.meets([point; 2])).count()
    };
    let (first, last) = (1.0 - border, (size[0] + border).min(1.0 - border));
    let places = (0..TRIED).map(|index| first + (last - first) * index as f64 / (TRIED - 1) as f64);
    places.map(|right| (covered(right), right)).min_by_key(|(count, _)| *count).map_or(first, |(_, right)| right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        figure::{Curve, MeasuredOn, TraceKind, TraceOptions, trace},
        session::History,
    };

    fn chart(points: &[Point]) -> Chart {
        let curve = Curve { lane: 0, on: MeasuredOn::Batch, pieces: vec![points.to_vec()] };
        let empty = trace(TraceKind::Rho, &History::default(), &TraceOptions::default());
        Chart { curves: vec![curve], ..empty }
    }

    #[test]
    fn a_line_meets_a_box_that_it_passes_through() {
        let label = Box { from: [0.4, 0.4], to: [0.6, 0.5] };
        for (line, meets) in [
            ([[0.0, 0.0], [1.0, 1.0]], true),
            ([[0.45, 0.0], [0.45, 1.0]], true),
            ([[0.3, 0.0], [0.3, 1.0]], false),
            ([[0.5, 0.45]; 2], true),
            ([[0.5, 0.6]; 2], false),
        ] {
            assert_eq!(label.meets(line), meets, "{line:?}");
        }
    }

    #[test]
    fn a_label_keeps_out_of_the_way_of_curves() {
        let size = [0.2, 0.1];
        let place = |points: &[Point]| right_end(&chart(points), 0.05, size, [0.01; 2], 0.02);
        assert!((place(&[[0.0, 0.5], [1.0, 0.5]]) - 0.98).abs() < 1e-12, "free at the right");
        // A spike down where the label would be.
        let right = place(&[[0.0, 0.5], [0.84, 0.5], [0.85, 0.0], [0.86, 0.5], [1.0, 0.5]]);
        assert!(right < 0.85, "{right}");
        // No place is free: it still has one inside.
        let everywhere: Vec<Point> = (0..200).map(|i| [f64::from(i) / 199.0, f64::from(i % 2)]).collect();
        assert!((0.22..=0.98).contains(&place(&everywhere)));
    }
}
