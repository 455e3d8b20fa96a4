//! A plane seen from above: f as shades and level lines, and the lanes' paths through it.
//!
//! The [`Ground`] is costly and stays the same while the optimisers move; it is sampled once per window and size.
//! The paths on it are cheap and drawn anew for every frame.

mod away;
mod ground;
mod levels;
mod paths;
mod steps;
mod window;

use super::{Landscape, Path, Scale, clip::inside, number};
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
        let place = paths::place(past, last);
        let now = place.map(|(x, y)| window.unit([x, y]));
        let pieces = paths::pieces(past, window, last, options.resolution);
        let (steps, every) = steps::steps(past, window, last, options.resolution);
        let away = place.and_then(|place| away::away(place, window));
        Path { lane, pieces, now: now.filter(|&at| inside(at)), away, steps, every }
    });
    let paths: Vec<Path> = paths.collect();
    let bare = ground.bare();
    let title = if options.cursor == 0 { bare.title } else { bare.title + &spacing(&paths, history) };
    Landscape { title, paths, ..bare }
}

/// What a dot on a path means.
fn spacing(paths: &[Path], history: &History) -> String {
    let Some(least) = paths.iter().map(|path| path.every).min() else { return String::new() };
    let wider = paths.iter().filter(|path| path.every > least);
    let others =
        wider.map(|path| format!(", {} every {}", history.lanes()[path.lane].label(), number::count(path.every)));
    let usual =
        if least == 1 { "a dot a step".to_owned() } else { format!("a dot every {} steps", number::count(least)) };
    format!(" · {usual}{}", others.collect::<String>())
}

/// An axis of the plane.
fn axis(label: &str, range: [f64; 2], about: usize) -> super::Axis {
    let mut axis = super::traces::axis(label, range, Scale::Linear, about);
    let largest = range[0].abs().max(range[1].abs());
    if !axis.ticks.iter().any(|tick| tick.label.chars().count() > WIDEST) || (1e-3..1e4).contains(&largest) {
        return axis;
    }
    // Of large and of small numbers the power of ten is said once.
    let exponent = largest.log10().floor() as i32;
    let unit = 10_f64.powi(exponent);
    let places: Vec<f64> = axis.ticks.iter().filter(|tick| !tick.label.is_empty()).map(|tick| tick.at).collect();
    let step = places.windows(2).map(|pair| pair[1] - pair[0]).fold(1.0, f64::min) * ((range[1] - range[0]) / unit);
    for tick in axis.ticks.iter_mut().filter(|tick| !tick.label.is_empty()) {
        tick.label = number::tick(Scale::Linear.value(range, tick.at) / unit, step);
    }
    axis.label = format!("{label} ×1e{exponent}");
    axis
}

/// Labels longer than this do not fit beside the map.
const WIDEST: usize = 5;

#[cfg(test)]
mod tests;
