//! Lanes that are out of view: where they left, and where they are.

use super::Window;
use crate::figure::{Away, clip::inside, number::short};

/// What to say at the border of a lane that is beyond it.
pub(super) fn away((x, y): (f64, f64), window: Window) -> Option<Away> {
    let place = window.unit([x, y]);
    if inside(place) || x.is_nan() || y.is_nan() {
        return None;
    }
    let side = |at: f64| i8::from(at > 1.0) - i8::from(at < 0.0);
    let arrow = match (side(place[0]), side(place[1])) {
        (-1, 1) => '↖',
        (0, 1) => '↑',
        (1, 1) => '↗',
        (-1, 0) => '←',
        (-1, -1) => '↙',
        (0, -1) => '↓',
        (1, -1) => '↘',
        _ => '→',
    };
    Some(Away { at: place.map(|at| at.clamp(0.0, 1.0)), arrow, text: format!("({}, {})", short(x), short(y)) })
}
