//! What stands for characters that no font has: a box with the code point in it, so that two of them can be told apart.

use harfrust::Script;
use tiny_skia::PathBuilder;
use unicode_width::UnicodeWidthStr;

use super::face::{Face, Setting, is_invisible};

/// Lengths in em: the digits of the code, the line of the frame, and from the frame to both the digits and the neighbours.
const DIGITS: f64 = 0.44;
const FRAME: f64 = 0.05;
const GAP: f64 = 0.06;
/// The frame's lower and upper edge above the base line, in em.
const EDGES: [f64; 2] = [-0.16, 0.80];
/// Height of the digits themselves, in their em.
const TALL: f64 = 0.729;

/// Adds one box for a whole grapheme cluster, and returns how far it reaches.
pub(super) fn set(digits: &Face, cluster: &str, to: Setting, path: &mut PathBuilder) -> f64 {
    let character = cluster.chars().find(|character| !is_invisible(*character)).or_else(|| cluster.chars().next());
    let code = format!("{:04X}", character.map_or(0, u32::from));
    let (upper, lower) = code.split_at(code.len().div_ceil(2));
    let wide = |text: &str| {
        let nowhere = Setting { at: [0.0; 2], size: DIGITS * to.size };
        digits.set(text, Some(Script::LATIN), false, nowhere, &mut PathBuilder::new())
    };
    let [frame, gap] = [FRAME, GAP].map(|length| length * to.size);
    let inside = wide(upper).max(wide(lower)) + 2.0 * gap;
    // An ideograph or an emoji is as wide as it is high.
    let advance = (inside + 2.0 * (frame + gap)).max(if cluster.width() > 1 { to.size } else { 0.0 });
    let left = to.at[0] + gap;
    let right = to.at[0] + advance - gap;
    let [bottom, top] = EDGES.map(|edge| to.at[1] - edge * to.size);
    // The second rectangle is turned the other way round, which makes it a hole.
    outline(path, [[left, top], [right, top], [right, bottom], [left, bottom]]);
    let [inner_left, inner_right, inner_top, inner_bottom] = [left + frame, right - frame, top + frame, bottom - frame];
    outline(
        path,
        [[inner_left, inner_top], [inner_left, inner_bottom], [inner_right, inner_bottom], [inner_right, inner_top]],
    );
    let middle = f64::midpoint(left, right);
    let spare = (inner_bottom - inner_top - 2.0 * TALL * DIGITS * to.size) / 3.0;
    let bases = [inner_bottom - 2.0 * spare - TALL * DIGITS * to.size, inner_bottom - spare];
    for (text, base) in [upper, lower].into_iter().zip(bases) {
        let at = Setting { at: [middle - wide(text) / 2.0, base], size: DIGITS * to.size };
        digits.set(text, Some(Script::LATIN), false, at, path);
    }
    advance
}

fn outline(path: &mut PathBuilder, corners: [[f64; 2]; 4]) {
    for (index, [x, y]) in corners.into_iter().enumerate() {
        if index == 0 {
            path.move_to(x as f32, y as f32);
        } else {
            path.line_to(x as f32, y as f32);
        }
    }
    path.close();
}
