//! Single steps along a path: a dot each, or each tenth, hundredth … where they would run together.

use super::Window;
use crate::{
    figure::{Point, clip::inside},
    session::LaneHistory,
};

/// So many dots at most.
const MOST: usize = 600;
/// Dots are told apart when they lie so many places apart, or this part of the plot area.
const APART: f64 = 4.0;
const PART: f64 = 1.0 / 60.0;

/// Where the lane was after every so many steps, oldest first, as far as that is in view and kept; and after how many.
pub(super) fn steps(past: &LaneHistory, window: Window, last: usize, resolution: [usize; 2]) -> (Vec<Point>, usize) {
    let mut every = 1;
    while last / every > MOST {
        every *= 10;
    }
    loop {
        let place = |step| Some(window.unit([past.param(0, step)?, past.param(1, step)?]));
        let mut dots: Vec<Point> = (0..=last).step_by(every).filter_map(place).collect();
        // Ten times fewer would not show a path any more.
        if every * 300 > last || !crowded(&dots, resolution) {
            dots.retain(|&at| inside(at));
            return (dots, every);
        }
        every *= 10;
    }
}

/// Whether most of the way in view is made in steps too short to be told apart.
fn crowded(dots: &[Point], resolution: [usize; 2]) -> bool {
    let [across, up] = resolution.map(|places| places.max(1) as f64);
    let (mut short, mut long) = (0.0, 0.0);
    for pair in dots.windows(2).filter(|pair| inside(pair[0]) || inside(pair[1])) {
        let [dx, dy] = [0, 1].map(|axis| (pair[1][axis] - pair[0][axis]).clamp(-1.0, 1.0));
        let length = (dx * across).hypot(dy * up);
        if length < APART.max(PART * across.min(up)) { short += length } else { long += length }
    }
    short > long
}
