//! The colours of all that is not a lane.

use plotters::prelude::RGBColor;

use crate::figure::palette::Theme;

/// A theme's colours.
pub(super) struct Ink {
    pub(super) theme: Theme,
    pub(super) background: RGBColor,
    pub(super) text: RGBColor,
    pub(super) muted: RGBColor,
    pub(super) frame: RGBColor,
    pub(super) grid: RGBColor,
    pub(super) band: RGBColor,
    /// Where a band begins.
    pub(super) threshold: RGBColor,
    /// How much thicker lines and marks are than usual.
    pub(super) weight: f64,
}

impl Ink {
    pub(super) fn of(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self {
                theme,
                background: RGBColor(0xFF, 0xFF, 0xFF),
                text: RGBColor(0x1B, 0x1F, 0x24),
                muted: RGBColor(0x5B, 0x64, 0x70),
                frame: RGBColor(0x7C, 0x86, 0x92),
                grid: RGBColor(0xE4, 0xE8, 0xEC),
                band: RGBColor(0xF0, 0xF3, 0xF6),
                threshold: RGBColor(0x5B, 0x64, 0x70),
                weight: 1.0,
            },
            Theme::Dark => Self {
                theme,
                background: RGBColor(0x0D, 0x11, 0x17),
                text: RGBColor(0xE8, 0xEC, 0xF1),
                muted: RGBColor(0x9A, 0xA4, 0xB2),
                frame: RGBColor(0x6B, 0x77, 0x89),
                grid: RGBColor(0x22, 0x2A, 0x36),
                band: RGBColor(0x17, 0x1E, 0x29),
                threshold: RGBColor(0x9A, 0xA4, 0xB2),
                weight: 1.0,
            },
            Theme::Projector => Self {
                theme,
                background: RGBColor(0xFF, 0xFF, 0xFF),
                text: RGBColor(0, 0, 0),
                muted: RGBColor(0x3C, 0x40, 0x46),
                frame: RGBColor(0x50, 0x56, 0x5E),
                grid: RGBColor(0xE4, 0xE8, 0xEC),
                band: RGBColor(0xEC, 0xF1, 0xF7),
                threshold: RGBColor(0x1E, 0x22, 0x28),
                weight: 1.5,
            },
        }
    }
}
