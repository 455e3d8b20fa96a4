//! The shade a colour has on each theme's grounds: the same hue, light enough on dark and dark enough on light to be seen.

use super::{BLUE, BLUISH_GREEN, GREY, OLIVE, ORANGE, REDDISH_PURPLE, Rgb, SKY_BLUE, Theme, VERMILION};

/// A colour as a theme shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shade {
    /// In 24 bits.
    pub rgb: Rgb,
    /// In xterm's palette of 256.
    pub xterm: u8,
}

const fn shade_of(rgb: u32, xterm: u8) -> Shade {
    let [_, r, g, b] = rgb.to_be_bytes();
    Shade { rgb: [r, g, b], xterm }
}

/// Each colour of lanes and classes on dark, on light, and for a projector. Contrast to every ground of the theme is at least 3, for a
/// projector 4.5, in 24 bits and in 256 colours, where each also stays another colour than all others.
const SHADES: [(Rgb, [Shade; 3]); 8] = [
    (BLUISH_GREEN, [shade_of(0x34_B68A, 72), shade_of(0x01_7554, 22), shade_of(0x02_6D4E, 22)]),
    (REDDISH_PURPLE, [shade_of(0xE3_8DBC, 175), shade_of(0x9B_4C79, 126), shade_of(0x94_4673, 126)]),
    (VERMILION, [shade_of(0xFC_823B, 209), shade_of(0xAA_4B03, 124), shade_of(0xA1_4602, 124)]),
    (SKY_BLUE, [shade_of(0x8E_D4FF, 117), shade_of(0x04_6F9C, 25), shade_of(0x02_6793, 25)]),
    (BLUE, [shade_of(0x4F_A9EC, 39), shade_of(0x00_4974, 18), shade_of(0x00_436B, 18)]),
    (ORANGE, [shade_of(0xFA_B22E, 214), shade_of(0x8C_5F00, 94), shade_of(0x84_5901, 94)]),
    (OLIVE, [shade_of(0xB7_B855, 143), shade_of(0x65_6403, 58), shade_of(0x5D_5C00, 58)]),
    (GREY, [shade_of(0xB3_B2B2, 145), shade_of(0x62_6161, 59), shade_of(0x55_5554, 59)]),
];

/// The shade of a lane's or class's colour; another colour has none.
pub fn shade(theme: Theme, colour: Rgb) -> Option<Shade> {
    let column = match theme {
        Theme::Dark => 0,
        Theme::Light => 1,
        Theme::Projector => 2,
    };
    SHADES.iter().find(|(base, _)| *base == colour).map(|(_, shades)| shades[column])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::figure::palette::{Family, contour_colour, contrast, field_colour, lane_styles, region_colour};

    const THEMES: [(Theme, f64); 3] = [(Theme::Dark, 3.0), (Theme::Light, 3.0), (Theme::Projector, 4.5)];

    #[test]
    fn every_lane_stands_out_on_every_ground() {
        let styles = lane_styles(&[Family::Other; 8]);
        for (theme, least) in THEMES {
            for style in &styles {
                let colour = shade(theme, style.colour).unwrap().rgb;
                for place in 0..=200 {
                    let place = f64::from(place) / 200.0;
                    for ground in [field_colour(theme, place), contour_colour(theme, place)] {
                        let found = contrast(colour, ground);
                        assert!(found >= least, "{theme:?} {colour:?} on {ground:?}: {found}");
                    }
                }
            }
        }
    }

    #[test]
    fn examples_stand_out_on_every_region() {
        for (theme, _) in THEMES {
            for class in 0..8 {
                let colour = shade(theme, crate::figure::palette::class_colour(class)).unwrap().rgb;
                for region in 0..8 {
                    for sure in 0..=10 {
                        let ground = region_colour(theme, region, f64::from(sure) / 10.0);
                        assert!(contrast(colour, ground) >= 3.0, "{theme:?} {class} on {region}: {ground:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn shades_of_different_colours_differ() {
        for (theme, _) in THEMES {
            let shades = SHADES.map(|(base, _)| shade(theme, base).unwrap());
            assert_eq!(shades.iter().map(|shade| shade.rgb).collect::<HashSet<_>>().len(), 8);
            assert_eq!(shades.iter().map(|shade| shade.xterm).collect::<HashSet<_>>().len(), 8);
        }
    }
}
