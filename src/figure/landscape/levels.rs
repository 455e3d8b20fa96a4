//! Shading and level lines: even steps of the logarithm of f above its lowest value.

use contour::contour_rings;

use crate::figure::{Contour, Point};

/// The lowest and the highest shade are at most this far apart.
const DECADES: f64 = 12.0;

/// The logarithmic scale on which a function's values are shown.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    /// The lowest value known.
    base: f64,
    /// log₁₀(f − base) at shades 0 and 1.
    ends: [f64; 2],
}

impl Levels {
    /// The scale for these values; `lowest` are values of f at known minima.
    pub(super) fn of(values: &[f64], lowest: impl Iterator<Item = f64>) -> Self {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let base = lowest.filter(|value| value.is_finite()).chain(finite()).fold(f64::INFINITY, f64::min);
        let base = if base.is_finite() { base } else { 0.0 };
        let mut heights: Vec<f64> = finite().map(|value| value - base).filter(|height| *height > 0.0).collect();
        heights.sort_by(f64::total_cmp);
        let quantile = |q: f64| heights.get(((heights.len() as f64 - 1.0) * q) as usize).copied();
        // Single points at the very bottom or on a steep edge do not set the scale for all others.
        let (low, high) = (quantile(0.005).unwrap_or(1.0).log10(), quantile(0.998).unwrap_or(1.0).log10());
        let low = low.max(high - DECADES);
        Self { base, ends: if high - low > 1e-6 { [low, high] } else { [low - 1.0, low + 1.0] } }
    }

    /// log₁₀ of the height above the lowest value, no lower than can be shown.
    fn height(&self, value: f64) -> f64 {
        (value - self.base).max(f64::MIN_POSITIVE).log10().max(self.ends[0] - 2.0)
    }

    fn place(&self, height: f64) -> f64 {
        (height - self.ends[0]) / (self.ends[1] - self.ends[0])
    }

    /// 0 to 1; `None` where f is not finite.
    pub(super) fn shade(&self, value: f64) -> Option<f64> {
        value.is_finite().then(|| self.place(self.height(value)).clamp(0.0, 1.0))
    }

    /// Heights of the level lines: about ten, at round numbers.
    fn heights(&self) -> Vec<f64> {
        let [low, high] = self.ends;
        let (multiples, stride): (&[f64], i32) = match high - low {
            span if span < 0.7 => (&[1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], 1),
            span if span < 1.5 => (&[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0], 1),
            span if span < 3.0 => (&[1.0, 2.0, 5.0], 1),
            span if span < 6.0 => (&[1.0, 3.0], 1),
            _ => (&[1.0], 1),
        };
        let decades = low.floor() as i32..=high.ceil() as i32;
        let heights = decades.filter(|decade| decade % stride == 0);
        let heights = heights.flat_map(|decade| multiples.iter().map(move |m| f64::from(decade) + m.log10()));
        heights.filter(|height| (low..=high).contains(height)).collect()
    }

    /// Level lines over a grid of values, row by row from the bottom, its border points on the border of the plot area.
    pub(super) fn contours(&self, values: &[f64], size: [usize; 2]) -> Vec<Contour> {
        if values.len() != size[0] * size[1] {
            return Vec::new();
        }
        // What is not finite counts as a very high wall.
        let wall = self.ends[1] + 3.0;
        let grid: Vec<f64> =
            values.iter().map(|&value| if value.is_finite() { self.height(value) } else { wall }).collect();
        let level = |height: f64| {
            let rings = contour_rings(&grid, height, size[0], size[1]).unwrap_or_default();
            let lines = rings.iter().flat_map(|ring| {
                let ring: Vec<Point> = ring.iter().map(|point| [point.x, point.y]).collect();
                inner_parts(&ring, size).into_iter().map(|part| interpolated(&part, &grid, size, height))
            });
            Contour { level: self.base + 10_f64.powf(height), shade: self.place(height), lines: lines.collect() }
        };
        self.heights().into_iter().map(level).filter(|contour| !contour.lines.is_empty()).collect()
    }
}

/// The parts of a closed ring that do not run along the border of the grid. Rings close around the outside, half a cell beyond the
/// outermost points, which lie at ½, 1½, …
fn inner_parts(ring: &[Point], size: [usize; 2]) -> Vec<Vec<Point>> {
    let outside = |point: &Point| (0..2).any(|axis| point[axis] < 0.25 || point[axis] > size[axis] as f64 - 0.25);
    let Some(first) = ring.iter().position(outside) else {
        return vec![ring.to_vec()];
    };
    // The ring's last point repeats its first one. Turned to begin outside, every part is whole.
    let turn = &ring[..ring.len().saturating_sub(1).max(1)];
    let turned: Vec<Point> = turn.iter().cycle().skip(first).take(turn.len()).copied().collect();
    turned.split(outside).filter(|part| part.len() > 1).map(<[Point]>::to_vec).collect()
}

/// Moves every point of a line, which lies in the middle between two grid points, to where the level really is,
/// and maps it to the plot area.
fn interpolated(part: &[Point], grid: &[f64], size: [usize; 2], height: f64) -> Vec<Point> {
    let at = |i: usize, j: usize| grid[j.min(size[1] - 1) * size[0] + i.min(size[0] - 1)];
    let crossing = |a: f64, b: f64| if (b - a).abs() > 0.0 { ((height - a) / (b - a)).clamp(0.0, 1.0) } else { 0.5 };
    let unit = |[x, y]: Point| [x / (size[0] - 1) as f64, y / (size[1] - 1) as f64];
    let point = |&[x, y]: &Point| {
        if (x - x.round()).abs() < 0.25 {
            let (right, j) = (x.round() as usize, y as usize);
            let left = right.saturating_sub(1);
            [left as f64 + crossing(at(left, j), at(right, j)), j as f64]
        } else {
            let (i, above) = (x as usize, y.round() as usize);
            let below = above.saturating_sub(1);
            [i as f64, below as f64 + crossing(at(i, below), at(i, above))]
        }
    };
    part.iter().map(point).map(unit).collect()
}
