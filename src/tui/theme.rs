//! The colours, as one table per theme.

use std::sync::OnceLock;

use ratatui::style::{Color, Modifier, Style};

use crate::figure::palette::{self, LaneStyle, Rgb};

pub use palette::Theme as Brightness;

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits.
    True,
    /// The 256 of xterm.
    Indexed,
    /// None: marker, pattern, bold and reverse must do.
    Monochrome,
}

impl Depth {
    /// What the environment promises: `NO_COLOR`, `CLICOLOR=0` and `TERM=dumb` forbid colours, `COLORTERM` grants 24 bits.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let unforced = set("CLICOLOR_FORCE").is_none_or(|value| value == "0");
        let forbidden = set("CLICOLOR").is_some_and(|value| value == "0") && unforced;
        // The video terminals before colours.
        let plain =
            set("TERM").is_some_and(|term| term == "dumb" || term.starts_with("vt1") || term.starts_with("vt2"));
        if set("NO_COLOR").is_some() || forbidden || plain && unforced {
            Self::Monochrome
        } else if set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit")
            || set("TERM").is_some_and(|term| term.ends_with("-direct"))
        {
            Self::True
        } else {
            Self::Indexed
        }
    }
}

/// What `COLORFGBG` says of the terminal's ground, if it says anything; dark otherwise.
pub fn detect_brightness(variable: impl Fn(&str) -> Option<String>) -> Brightness {
    let ground = variable("COLORFGBG").and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok());
    if matches!(ground, Some(7 | 15)) { Brightness::Light } else { Brightness::Dark }
}

/// What every colour is for. A row of this table is a theme.
#[derive(Debug)]
struct Table {
    ground: Rgb,
    text: Rgb,
    quiet: Rgb,
    border: Rgb,
    accent: Rgb,
    cursor: Rgb,
    band: Rgb,
    notice: Rgb,
    warning: Rgb,
    contour: Rgb,
}

static DARK: Table = Table {
    ground: [16, 19, 24],
    text: [232, 234, 237],
    quiet: [150, 158, 168],
    border: [78, 86, 97],
    accent: [240, 228, 66],
    cursor: [52, 58, 68],
    band: [28, 34, 44],
    notice: [86, 180, 233],
    warning: [230, 159, 0],
    contour: [112, 122, 136],
};

static LIGHT: Table = Table {
    ground: [253, 253, 251],
    text: [20, 22, 26],
    quiet: [92, 98, 107],
    border: [160, 166, 174],
    accent: [0, 90, 156],
    cursor: [214, 218, 224],
    band: [236, 239, 243],
    notice: [0, 90, 156],
    warning: [166, 84, 0],
    contour: [138, 146, 156],
};

/// A theme in the colours of this terminal.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Dark or light.
    pub brightness: Brightness,
    /// How many colours there are.
    pub depth: Depth,
}

impl Theme {
    /// A theme.
    pub fn new(brightness: Brightness, depth: Depth) -> Self {
        Self { brightness, depth }
    }

    fn table(self) -> &'static Table {
        match self.brightness {
            Brightness::Dark => &DARK,
            Brightness::Light => &LIGHT,
        }
    }

    /// A colour of 8 bits a channel, as near as this terminal comes.
    pub fn colour(self, [r, g, b]: Rgb) -> Color {
        match self.depth {
            Depth::True => Color::Rgb(r, g, b),
            Depth::Indexed => Color::Indexed(indexed([r, g, b])),
            // crossterm drops bold and reverse with `NO_COLOR` set unless every colour is the terminal's own.
            Depth::Monochrome => Color::Reset,
        }
    }

    /// Whether there are colours at all.
    pub fn colourful(self) -> bool {
        self.depth != Depth::Monochrome
    }

    /// A ground colour, where there are colours.
    fn tint(self, rgb: Rgb) -> Option<Color> {
        self.colourful().then(|| self.colour(rgb))
    }

    /// Text on the ground.
    pub fn text(self) -> Style {
        Style::new().fg(self.colour(self.table().text)).bg(self.colour(self.table().ground))
    }

    /// What may be overlooked: units, ticks, hints.
    pub fn quiet(self) -> Style {
        Style::new().fg(self.colour(self.table().quiet))
    }

    /// What must be seen first: results, keys.
    pub fn strong(self) -> Style {
        Style::new().fg(self.colour(self.table().text)).add_modifier(Modifier::BOLD)
    }

    /// Frames.
    pub fn border(self, focused: bool) -> Style {
        let table = self.table();
        if focused {
            Style::new().fg(self.colour(table.accent)).add_modifier(Modifier::BOLD)
        } else {
            Style::new().fg(self.colour(table.border))
        }
    }

    /// What the user holds: the cursor's handle, the chosen entry.
    pub fn accent(self) -> Style {
        Style::new().fg(self.colour(self.table().accent)).add_modifier(Modifier::BOLD)
    }

    /// The chosen entry of a list.
    pub fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    /// A message.
    pub fn notice(self) -> Style {
        Style::new().fg(self.colour(self.table().notice)).add_modifier(Modifier::BOLD)
    }

    /// A message of something gone wrong, or λ raised.
    pub fn warning(self) -> Style {
        Style::new().fg(self.colour(self.table().warning)).add_modifier(Modifier::BOLD)
    }

    /// The ground under the cursor through time.
    pub fn cursor_ground(self) -> Option<Color> {
        self.tint(self.table().cursor)
    }

    /// The ground of a shaded band.
    pub fn band(self) -> Option<Color> {
        self.tint(self.table().band)
    }

    /// Level lines.
    pub fn contour(self) -> Color {
        self.colour(self.table().contour)
    }

    /// The ground at a shade from 0 to 1.
    pub fn field(self, shade: f64) -> Color {
        self.colour(ramps(self.brightness).field[step(shade)])
    }

    /// A level line at a shade from 0 to 1.
    pub fn level(self, shade: f64) -> Color {
        self.colour(ramps(self.brightness).level[step(shade)])
    }

    /// The ground where a class is predicted, with a confidence from 0 to 1.
    pub fn region(self, class: u8, confidence: f64) -> Color {
        let regions = &ramps(self.brightness).regions;
        self.colour(regions[usize::from(class) % regions.len()][step(confidence)])
    }

    /// A brightness from 0 to 1 of a picture: ink on the theme's ground.
    pub fn grey(self, brightness: f64) -> Color {
        self.colour(palette::mix(self.table().ground, self.table().text, brightness))
    }

    /// A ground of a lane's colour, from none (0) to full (1), and the ink that is read best on it, where there are colours.
    pub fn tinted(self, style: &LaneStyle, depth: f64) -> Option<(Color, Color)> {
        let Table { ground, text, .. } = *self.table();
        let tint = palette::mix(ground, style.colour, depth);
        Some((self.tint(tint)?, self.colour(palette::readable(tint, [text, ground]))))
    }

    /// A lane's colour.
    pub fn lane(self, style: &LaneStyle) -> Color {
        self.colour(style.colour)
    }
}

/// How many shades the screen tells apart.
const SHADES: usize = 128;
/// How many classes have colours of their own.
const CLASSES: usize = 8;

/// Colours along the scales of shades, computed once: they are asked for once a pixel.
struct Ramps {
    field: [Rgb; SHADES],
    level: [Rgb; SHADES],
    regions: [[Rgb; SHADES]; CLASSES],
}

fn ramps(brightness: Brightness) -> &'static Ramps {
    static DARK: OnceLock<Ramps> = OnceLock::new();
    static LIGHT: OnceLock<Ramps> = OnceLock::new();
    let cell = match brightness {
        Brightness::Dark => &DARK,
        Brightness::Light => &LIGHT,
    };
    cell.get_or_init(|| {
        let shade = |index: usize| index as f64 / (SHADES - 1) as f64;
        Ramps {
            field: std::array::from_fn(|i| palette::field_colour(brightness, shade(i))),
            level: std::array::from_fn(|i| palette::contour_colour(brightness, shade(i))),
            regions: std::array::from_fn(|class| {
                std::array::from_fn(|i| palette::region_colour(brightness, class as u8, shade(i)))
            }),
        }
    })
}

fn step(shade: f64) -> usize {
    (shade.clamp(0.0, 1.0) * (SHADES - 1) as f64).round() as usize
}

/// The nearest of xterm's 6 × 6 × 6 cube and 24 greys.
fn indexed(rgb: Rgb) -> u8 {
    const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |a: Rgb| a.iter().zip(rgb).map(|(&a, b)| (i32::from(a) - i32::from(b)).pow(2)).sum::<i32>();
    let nearest = |v: u8| (0..6_u8).min_by_key(|&i| CUBE[usize::from(i)].abs_diff(v)).unwrap_or(0);
    let [r, g, b] = rgb.map(nearest);
    let cube = [r, g, b].map(|i| CUBE[usize::from(i)]);
    let mean = (u32::from(rgb[0]) + u32::from(rgb[1]) + u32::from(rgb[2])) / 3;
    let grey = (mean.saturating_sub(3) / 10).min(23) as u8;
    if distance([8 + 10 * grey; 3]) < distance(cube) { 232 + grey } else { 16 + 36 * r + 6 * g + b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn the_environment_decides_the_depth() {
        let cases: [(&'static [(&str, &str)], Depth); 10] = [
            (&[("CLICOLOR", "0")], Depth::Monochrome),
            (&[("CLICOLOR", "1")], Depth::Indexed),
            (&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], Depth::Indexed),
            (&[("TERM", "vt100")], Depth::Monochrome),
            (&[], Depth::Indexed),
            (&[("COLORTERM", "truecolor")], Depth::True),
            (&[("TERM", "xterm-direct")], Depth::True),
            (&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")], Depth::Monochrome),
            (&[("COLORTERM", "truecolor"), ("NO_COLOR", "")], Depth::True),
            (&[("TERM", "dumb")], Depth::Monochrome),
        ];
        for (pairs, depth) in cases {
            assert_eq!(Depth::detect(environment(pairs)), depth, "{pairs:?}");
        }
    }

    #[test]
    fn the_ground_is_asked_for() {
        assert_eq!(detect_brightness(environment(&[("COLORFGBG", "0;15")])), Brightness::Light);
        assert_eq!(detect_brightness(environment(&[("COLORFGBG", "15;0")])), Brightness::Dark);
        assert_eq!(detect_brightness(environment(&[])), Brightness::Dark);
    }

    #[test]
    fn without_colours_every_colour_is_the_terminals_own() {
        let theme = Theme::new(Brightness::Dark, Depth::Monochrome);
        for style in [theme.text(), theme.quiet(), theme.strong(), theme.border(true), theme.warning(), theme.chosen()]
        {
            assert!(style.fg.is_none_or(|c| c == Color::Reset) && style.bg.is_none_or(|c| c == Color::Reset));
        }
        assert_eq!((theme.band(), theme.cursor_ground()), (None, None));
    }

    #[test]
    fn approximations_are_near() {
        assert_eq!(indexed([0, 0, 0]), 16);
        assert_eq!(indexed([255, 255, 255]), 231);
        assert_eq!(indexed([213, 94, 0]), 166);
        assert_eq!(indexed([128, 128, 128]), 244);
    }
}
