//! The colours of all that is not a lane.

use crate::figure::palette::{Rgb, Theme};

/// A theme's colours.
pub(super) struct Ink {
    pub(super) theme: Theme,
    pub(super) background: Rgb,
    pub(super) text: Rgb,
    pub(super) muted: Rgb,
    pub(super) frame: Rgb,
    pub(super) grid: Rgb,
    pub(super) band: Rgb,
}

impl Ink {
    pub(super) fn of(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self {
                theme,
                background: [0xFF, 0xFF, 0xFF],
                text: [0x1B, 0x1F, 0x24],
                muted: [0x5B, 0x64, 0x70],
                frame: [0x9A, 0xA3, 0xAE],
                grid: [0xE4, 0xE8, 0xEC],
                band: [0xF0, 0xF3, 0xF6],
            },
            Theme::Dark => Self {
                theme,
                background: [0x0D, 0x11, 0x17],
                text: [0xE8, 0xEC, 0xF1],
                muted: [0x9A, 0xA4, 0xB2],
                frame: [0x56, 0x61, 0x72],
                grid: [0x22, 0x2A, 0x36],
                band: [0x17, 0x1E, 0x29],
            },
        }
    }
}
