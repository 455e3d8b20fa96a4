//! A plane seen from above: f as shades and level lines, and the lanes' paths through it.
//!
//! The [`Ground`] is costly and stays the same while the optimisers move; it is sampled once per window and size.
//! The paths on it are cheap and drawn anew for every frame.

mod ground;
mod levels;
mod paths;
mod window;

use super::{Landscape, Path, Scale, clip::inside};
use crate::session::History;

pub(super) use ground::places;
pub use ground::{Ground, GroundOptions, Surface};
pub use window::Window;

/// What of the paths to show.
#[derive(Clone, Debug, PartialEq)]
pub struct PathOptions {
    /// The step all views show; paths end there.
    pub cursor: usize,
    /// Lanes left out; a lane beyond the end is shown.
    pub hidden: Vec<bool>,
    /// How many places across and up can be told apart, for instance pixels or braille dots.
    pub resolution: [usize; 2],
}

/// The paths on their ground.
pub fn landscape(ground: &Ground, history: &History, options: &PathOptions) -> Landscape {
    let window = ground.window();
    let visible = |lane: usize| !options.hidden.get(lane).copied().unwrap_or(false);
    let lanes = history.lanes().iter().enumerate().filter(|(lane, past)| visible(*lane) && past.recorded_params() == 2);
    let lanes = lanes.filter(|(_, past)| options.cursor >= past.origin());
    let paths = lanes.map(|(lane, past)| {
        let last = options.cursor.min(past.len());
        let now = paths::place(past, last).map(|(x, y)| window.unit([x, y]));
        let pieces = paths::pieces(past, window, last, options.resolution);
        Path { lane, pieces, now: now.filter(|&at| inside(at)) }
    });
    Landscape { paths: paths.collect(), ..ground.bare() }
}

/// An axis of the plane.
fn axis(label: &str, range: [f64; 2], about: usize) -> super::Axis {
    super::traces::axis(label, range, Scale::Linear, about)
}

#[cfg(test)]
mod tests;
