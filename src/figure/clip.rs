//! Cutting polylines to the unit square.

use super::Point;

/// The parts of a polyline inside the unit square, cut exactly at its border. A lone point inside is a piece of its own.
pub(super) fn clip(points: impl IntoIterator<Item = Point>) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    let mut previous: Option<Point> = None;
    for point in points {
        match previous {
            None => {
                if inside(point) {
                    pieces.push(vec![point]);
                    open = true;
                }
            }
            Some(from) if open && inside(point) => {
                if let Some(piece) = pieces.last_mut().filter(|_| !same(from, point)) {
                    piece.push(point);
                }
            }
            Some(from) => match visible_part(from, point) {
                None => open = false,
                Some((start, end)) => {
                    match pieces.last_mut().filter(|_| open) {
                        Some(piece) => piece.push(end),
                        None => pieces.push(vec![start, end]),
                    }
                    open = inside(point);
                }
            },
        }
        previous = Some(point);
    }
    pieces
}

/// Whether a point lies in the unit square, its border included.
pub(super) fn inside([x, y]: Point) -> bool {
    (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)
}

fn same(a: Point, b: Point) -> bool {
    (a[0] - b[0]).abs() + (a[1] - b[1]).abs() < f64::EPSILON
}

/// The part of a segment inside the unit square, by narrowing its parameter interval border after border.
fn visible_part(from: Point, to: Point) -> Option<(Point, Point)> {
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        let (start, delta) = (from[axis], to[axis] - from[axis]);
        // Inside where 0 ≤ start + t·delta ≤ 1.
        for (slope, room) in [(-delta, start), (delta, 1.0 - start)] {
            if slope.abs() < f64::MIN_POSITIVE {
                if room < 0.0 {
                    return None;
                }
            } else if slope < 0.0 {
                enter = enter.max(room / slope);
            } else {
                leave = leave.min(room / slope);
            }
        }
    }
    let at = |t: f64| [0, 1].map(|axis| (from[axis] + t * (to[axis] - from[axis])).clamp(0.0, 1.0));
    // Exactly the end points where nothing is cut off.
    let start = if enter > 0.0 { at(enter) } else { from };
    let end = if leave < 1.0 { at(leave) } else { to };
    (enter <= leave).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_through_the_square_is_cut_at_its_border() {
        let pieces = clip([[-1.0, 0.5], [2.0, 0.5]]);
        assert_eq!(pieces, [[[0.0, 0.5], [1.0, 0.5]]]);
    }

    #[test]
    fn leaving_and_coming_back_makes_two_pieces() {
        let pieces = clip([[0.2, 0.5], [0.4, 2.0], [0.6, 0.5]]);
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces[0][0], [0.2, 0.5]);
        assert_eq!(pieces[1].last(), Some(&[0.6, 0.5]));
    }

    #[test]
    fn what_passes_by_is_not_seen_and_a_lone_point_is() {
        assert!(clip([[-1.0, 1.0], [1.0, 3.0]]).is_empty());
        assert_eq!(clip([[0.5, 0.5]]), [[[0.5, 0.5]]]);
        assert!(clip([[1.5, 0.5]]).is_empty());
    }

    proptest! {
        #[test]
        fn all_that_is_left_is_inside_and_all_inside_is_left(points in prop::collection::vec([-2.0..3.0_f64, -2.0..3.0_f64], 0..20)) {
            let pieces = clip(points.iter().copied());
            prop_assert!(pieces.iter().flatten().all(|&point| inside(point)));
            for &point in points.iter().filter(|&&point| inside(point)) {
                prop_assert!(pieces.iter().flatten().any(|&kept| same(kept, point)));
            }
        }
    }
}
