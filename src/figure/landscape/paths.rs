//! Paths thinned to what can be seen, at a cost that follows what is seen and not the number of steps.

use super::Window;
use crate::{
    figure::{Point, clip::clip},
    session::LaneHistory,
};

/// The history summarises runs of this many steps, of its square, and so on.
const BLOCK: usize = 16;
/// With more points than this a path is an area rather than a line, and may be drawn more coarsely.
const ENOUGH: usize = 6000;

/// The visible pieces of a lane's path from its start to step `last`.
pub(super) fn pieces(past: &LaneHistory, window: Window, last: usize, resolution: [usize; 2]) -> Vec<Vec<Point>> {
    let resolution = resolution.map(|places| places.max(1) as f64);
    let mut walk = Walk { past, window, resolution, finest: 1, points: Vec::new() };
    for attempt in 0.. {
        walk.points.clear();
        walk.step(0);
        walk.all(last);
        // Of a step long gone only the run is known in which it lies, unless it was asked for.
        walk.step(last);
        if walk.points.len() <= ENOUGH {
            break;
        }
        // First several places count as one. A path that leaps about all the time is still too long then: of every run of steps
        // only the first and the last are kept, which fill the same area.
        if attempt < 2 {
            walk.resolution = walk.resolution.map(|places| places / 2.0);
        } else {
            walk.finest *= BLOCK;
        }
    }
    clip(walk.points)
}

/// Where a lane was after a step: exactly where that is known, else at the end of the run of steps before it.
pub(super) fn place(past: &LaneHistory, step: usize) -> Option<(f64, f64)> {
    let place = |axis| past.param(axis, step).or_else(|| past.drawn_param(axis, step));
    place(0).zip(place(1))
}

struct Walk<'a> {
    past: &'a LaneHistory,
    window: Window,
    resolution: [f64; 2],
    /// Runs of so many steps are not looked into.
    finest: usize,
    points: Vec<Point>,
}

impl Walk<'_> {
    /// Steps 1 to `last`, in the largest aligned blocks.
    fn all(&mut self, last: usize) {
        let mut size = BLOCK;
        while size * BLOCK < last {
            size *= BLOCK;
        }
        for from in (1..=last).step_by(size) {
            self.block(from, size, last);
        }
    }

    /// The steps `from .. from + size` up to `last`: one point if they stay in one place, else block by block.
    fn block(&mut self, from: usize, size: usize, last: usize) {
        let to = (from + size).min(last + 1);
        if size <= 1 {
            return self.step(from);
        }
        if self.points.len() > ENOUGH {
            return;
        }
        match self.bounds(from, to) {
            Some([x, y]) if self.one_place(x, y) => self.step(to - 1),
            // The history goes no further into this run: where it began is known from the one before.
            Some(_) if size <= self.past.resolution(from) => self.step(to - 1),
            Some([x, y]) if outside(x) || outside(y) || size <= self.finest => {
                self.step(from);
                self.step(to - 1);
            }
            _ => {
                for from in (from..to).step_by(size / BLOCK) {
                    self.block(from, size / BLOCK, last);
                }
            }
        }
    }

    /// Lower and upper end of the steps' places along both axes.
    fn bounds(&self, from: usize, to: usize) -> Option<[Point; 2]> {
        let (x, y) = (self.past.param_extremes(0, from, to)?, self.past.param_extremes(1, from, to)?);
        let (low, high) = (self.window.unit([x.0, y.0]), self.window.unit([x.1, y.1]));
        Some([[low[0], high[0]], [low[1], high[1]]])
    }

    fn one_place(&self, x: Point, y: Point) -> bool {
        (x[1] - x[0]) * self.resolution[0] < 1.0 && (y[1] - y[0]) * self.resolution[1] < 1.0
    }

    /// Adds a step, unless it is where the last one was.
    fn step(&mut self, step: usize) {
        let Some((x, y)) = place(self.past, step) else { return };
        let point = self.window.unit([x, y]);
        let far = |last: &Point| (0..2).any(|axis| (point[axis] - last[axis]).abs() * self.resolution[axis] >= 0.25);
        if self.points.last().is_none_or(far) {
            self.points.push(point);
        }
    }
}

/// Whether all places lie beyond the same side of the plot area.
fn outside([low, high]: Point) -> bool {
    high < 0.0 || low > 1.0
}
