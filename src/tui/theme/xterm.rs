//! The 256 colours of xterm: a cube of 6 × 6 × 6 and 24 greys.

use std::sync::OnceLock;

use crate::figure::palette::{Rgb, Theme, luminance};

const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The colour of a number from 16 on; those below belong to the terminal.
pub(super) fn rgb(index: u8) -> Rgb {
    if index >= 232 {
        return [8 + 10 * (index - 232); 3];
    }
    let index = usize::from(index.saturating_sub(16));
    [index / 36, index / 6 % 6, index % 6].map(|level| CUBE[level])
}

/// The nearest colour.
pub(super) fn nearest(rgb: Rgb) -> u8 {
    let distance = |a: Rgb| a.iter().zip(rgb).map(|(&a, b)| (i32::from(a) - i32::from(b)).pow(2)).sum::<i32>();
    let nearest = |v: u8| (0..6_u8).min_by_key(|&i| CUBE[usize::from(i)].abs_diff(v)).unwrap_or(0);
    let [r, g, b] = rgb.map(nearest);
    let cube = [r, g, b].map(|i| CUBE[usize::from(i)]);
    let mean = (u32::from(rgb[0]) + u32::from(rgb[1]) + u32::from(rgb[2])) / 3;
    let grey = (mean.saturating_sub(3) / 10).min(23) as u8;
    if distance([8 + 10 * grey; 3]) < distance(cube) { 232 + grey } else { 16 + 36 * r + 6 * g + b }
}

/// The nearest colour that is dark enough on dark, and light enough on light, for what is drawn on it.
pub(super) fn ground(theme: Theme, [r, g, b]: Rgb) -> u8 {
    static LUMINANCES: OnceLock<Vec<f64>> = OnceLock::new();
    let luminances = LUMINANCES.get_or_init(|| (16..=255).map(|index| luminance(rgb(index))).collect());
    let fits = |index: &u8| {
        let light = luminances[usize::from(*index) - 16];
        match theme {
            Theme::Dark => light <= 0.0765,
            Theme::Light => light >= 0.56,
            Theme::Projector => light >= 0.77,
        }
    };
    let distance = |index: &u8| {
        let here = rgb(*index);
        here.iter().zip([r, g, b]).map(|(&a, b)| (i32::from(a) - i32::from(b)).pow(2)).sum::<i32>()
    };
    (16..=255).filter(fits).min_by_key(distance).unwrap_or(16)
}
