//! Shades for surfaces: evenly spaced to the eye, and quiet enough for the lanes' colours to stand out on top.

use super::{BLUE, BLUISH_GREEN, GREY, OLIVE, ORANGE, REDDISH_PURPLE, Rgb, SKY_BLUE, VERMILION, shade};

/// What the colours are shown on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// For paper.
    #[default]
    Light,
    /// For dark terminals.
    Dark,
    /// For the back row of a room that is not dark: few steps of the ground, high contrast, thick lines.
    Projector,
}

/// So many shades a projector tells apart.
const STEPS: f64 = 6.0;

/// Colour of the ground at a shade from 0 (low f, close to the background) to 1 (high f).
pub fn field_colour(theme: Theme, shade: f64) -> Rgb {
    match theme {
        Theme::Light => mix(&[[0xFD, 0xFD, 0xFB], [0xE6, 0xEC, 0xF2], [0xCE, 0xD7, 0xE6]], shade),
        Theme::Dark => mix(&[[0x0C, 0x10, 0x18], [0x17, 0x24, 0x38], [0x2A, 0x38, 0x58]], shade),
        Theme::Projector => {
            let step = (shade.clamp(0.0, 1.0) * STEPS).floor().min(STEPS - 1.0) / (STEPS - 1.0);
            mix(&[[0xFF, 0xFF, 0xFF], [0xEE, 0xF3, 0xFA], [0xDE, 0xE8, 0xF6]], step)
        }
    }
}

/// Colour of a level line at a shade: the ground's, but further from the background.
pub fn contour_colour(theme: Theme, shade: f64) -> Rgb {
    match theme {
        Theme::Light => mix(&[[0xD5, 0xDC, 0xE3], [0xC6, 0xD0, 0xDE], [0xB4, 0xC0, 0xD6]], shade),
        Theme::Dark => mix(&[[0x24, 0x33, 0x48], [0x32, 0x44, 0x60], [0x3E, 0x4E, 0x76]], shade),
        Theme::Projector => mix(&[[0xDE, 0xE6, 0xEE], [0xDA, 0xE3, 0xEF], [0xD3, 0xDF, 0xF0]], shade),
    }
}

/// Colour of a class: its examples. Eight differ.
pub fn class_colour(class: u8) -> Rgb {
    [BLUE, ORANGE, BLUISH_GREEN, REDDISH_PURPLE, SKY_BLUE, VERMILION, GREY, OLIVE][usize::from(class) % 8]
}

/// Colour of the region where a class is predicted, paler where the prediction is less sure (confidence 0 to 1).
pub fn region_colour(theme: Theme, class: u8, confidence: f64) -> Rgb {
    let background = field_colour(theme, 0.0);
    let colour = class_colour(class);
    let colour = shade(theme, colour).map_or(colour, |shade| shade.rgb);
    // Never the class's full colour: its examples must stand out on it.
    mix(&[background, colour], 0.06 + 0.22 * confidence.clamp(0.0, 1.0))
}

/// A place on a line through colours, straight between them in Oklab, where equal steps look equally large.
fn mix(anchors: &[Rgb], place: f64) -> Rgb {
    let place = if place.is_nan() { 0.0 } else { place.clamp(0.0, 1.0) } * (anchors.len() - 1) as f64;
    let index = (place.floor() as usize).min(anchors.len() - 2);
    let (from, to, t) = (oklab(anchors[index]), oklab(anchors[index + 1]), place - index as f64);
    rgb([0, 1, 2].map(|i| from[i] + t * (to[i] - from[i])))
}

/// sRGB to Oklab (B. Ottosson, 2020).
fn oklab(colour: Rgb) -> [f64; 3] {
    let [r, g, b] = colour.map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

/// Oklab to sRGB.
fn rgb([lightness, a, b]: [f64; 3]) -> Rgb {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let linear = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ];
    linear.map(|c| {
        let c = c.clamp(0.0, 1.0);
        let c = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (255.0 * c).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_ordered_to_the_eye() {
        for (theme, sign) in [(Theme::Light, -1.0), (Theme::Dark, 1.0)] {
            for ramp in [field_colour, contour_colour] as [fn(Theme, f64) -> Rgb; 2] {
                let lightness: Vec<f64> = (0..=20).map(|i| oklab(ramp(theme, f64::from(i) / 20.0))[0]).collect();
                assert!(lightness.windows(2).all(|pair| sign * (pair[1] - pair[0]) > 0.0), "{theme:?} {lightness:?}");
            }
        }
    }

    #[test]
    fn a_projector_has_few_shades() {
        let shades: std::collections::BTreeSet<Rgb> =
            (0..=500).map(|place| field_colour(Theme::Projector, f64::from(place) / 500.0)).collect();
        assert_eq!(shades.len(), STEPS as usize);
    }

    #[test]
    fn colours_survive_the_way_there_and_back() {
        for colour in [[0, 0, 0], [255, 255, 255], VERMILION, SKY_BLUE, OLIVE] {
            assert_eq!(rgb(oklab(colour)), colour);
        }
        assert_eq!(field_colour(Theme::Light, f64::NAN), field_colour(Theme::Light, -3.0));
    }
}
