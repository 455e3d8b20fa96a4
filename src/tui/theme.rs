//! The colours, as one table per theme.

mod xterm;

use std::sync::OnceLock;

use ratatui::style::{Color, Modifier, Style};

use crate::figure::palette::{self, LaneStyle, Rgb, shade};

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
    threshold: Rgb,
}

static DARK: Table = Table {
    ground: [16, 19, 24],
    text: [232, 234, 237],
    quiet: [150, 158, 168],
    border: [100, 109, 121],
    accent: [240, 228, 66],
    cursor: [52, 58, 68],
    band: [28, 34, 44],
    notice: [86, 180, 233],
    warning: [230, 159, 0],
    contour: [112, 122, 136],
    threshold: [190, 198, 208],
};

static LIGHT: Table = Table {
    ground: [253, 253, 251],
    text: [20, 22, 26],
    quiet: [92, 98, 107],
    border: [128, 134, 143],
    accent: [0, 90, 156],
    cursor: [214, 218, 224],
    band: [236, 239, 243],
    notice: [0, 90, 156],
    warning: [166, 84, 0],
    contour: [110, 118, 128],
    threshold: [70, 76, 86],
};

static PROJECTOR: Table = Table {
    ground: [255, 255, 255],
    text: [0, 0, 0],
    quiet: [60, 64, 70],
    border: [96, 102, 110],
    accent: [0, 60, 130],
    cursor: [222, 228, 236],
    band: [236, 241, 247],
    notice: [0, 60, 130],
    warning: [150, 50, 0],
    contour: [80, 86, 94],
    threshold: [30, 34, 40],
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
            Brightness::Projector => &PROJECTOR,
        }
    }

    /// Whether lines are drawn twice as thick.
    pub fn thick(self) -> bool {
        self.brightness == Brightness::Projector
    }

    /// A colour of 8 bits a channel, as near as this terminal comes.
    pub fn colour(self, [r, g, b]: Rgb) -> Color {
        match self.depth {
            Depth::True => Color::Rgb(r, g, b),
            Depth::Indexed => Color::Indexed(xterm::nearest([r, g, b])),
            // crossterm drops bold and reverse with `NO_COLOR` set unless every colour is the terminal's own.
            Depth::Monochrome => Color::Reset,
        }
    }

    /// Whether there are colours at all.
    pub fn colourful(self) -> bool {
        self.depth != Depth::Monochrome
    }

    /// A ground colour, where there are colours.
    fn tint(self, tone: Tone) -> Option<Color> {
        self.colourful().then(|| self.tone(tone))
    }

    /// A colour that is known in both depths.
    fn tone(self, tone: Tone) -> Color {
        match self.depth {
            Depth::True => Color::Rgb(tone.rgb[0], tone.rgb[1], tone.rgb[2]),
            Depth::Indexed => Color::Indexed(tone.xterm),
            Depth::Monochrome => Color::Reset,
        }
    }

    /// Text on the ground.
    pub fn text(self) -> Style {
        Style::new().fg(self.colour(self.table().text)).bg(self.tone(ramps(self.brightness).ground))
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
        self.tint(ramps(self.brightness).cursor)
    }

    /// The ground of a shaded band.
    pub fn band(self) -> Option<Color> {
        self.tint(ramps(self.brightness).band)
    }

    /// The ground right behind a path, so that it stands clear of the map.
    pub fn halo(self) -> Option<Color> {
        self.tint(ramps(self.brightness).ground)
    }

    /// Where a band begins.
    pub fn threshold(self) -> Color {
        self.colour(self.table().threshold)
    }

    /// Data points without a class.
    pub fn contour(self) -> Color {
        self.colour(self.table().contour)
    }

    /// The ground at a shade from 0 to 1.
    pub fn field(self, shade: f64) -> Color {
        self.tone(ramps(self.brightness).field[step(shade)])
    }

    /// A level line at a shade from 0 to 1.
    pub fn level(self, shade: f64) -> Color {
        self.tone(ramps(self.brightness).level[step(shade)])
    }

    /// The ground where a class is predicted, with a confidence from 0 to 1.
    pub fn region(self, class: u8, confidence: f64) -> Color {
        let regions = &ramps(self.brightness).regions;
        self.tone(regions[usize::from(class) % regions.len()][step(confidence)])
    }

    /// A brightness from 0 to 1 of a picture: ink on the theme's ground.
    pub fn grey(self, brightness: f64) -> Color {
        self.colour(palette::mix(self.table().ground, self.table().text, brightness))
    }

    /// A ground of a lane's colour, from none (0) to full (1), and the ink that is read best on it, where there are colours.
    pub fn tinted(self, style: &LaneStyle, depth: f64) -> Option<(Color, Color)> {
        let Table { ground, text, .. } = *self.table();
        let tint = palette::mix(ground, style.on(self.brightness).colour, depth);
        self.colourful().then_some(())?;
        Some((self.colour(tint), self.colour(palette::readable(tint, [text, ground]))))
    }

    /// A lane's colour.
    pub fn lane(self, style: &LaneStyle) -> Color {
        self.shaded(style.colour)
    }

    /// A class's colour.
    pub fn class(self, class: u8) -> Color {
        self.shaded(palette::class_colour(class))
    }

    /// A lane's colour where it is newest: nearer to the text's.
    pub fn lane_bright(self, style: &LaneStyle) -> Color {
        self.colour(palette::mix(style.on(self.brightness).colour, self.table().text, 0.55))
    }

    /// The ink that is read best on a lane's colour.
    pub fn on_lane(self, style: &LaneStyle) -> Color {
        let Table { ground, text, .. } = *self.table();
        self.colour(palette::readable(style.on(self.brightness).colour, [text, ground]))
    }

    fn shaded(self, colour: Rgb) -> Color {
        match shade(self.brightness, colour) {
            Some(shade) => self.tone(Tone { rgb: shade.rgb, xterm: shade.xterm }),
            None => self.colour(colour),
        }
    }
}

/// A colour in both depths.
#[derive(Clone, Copy)]
struct Tone {
    rgb: Rgb,
    xterm: u8,
}

/// How many shades the screen tells apart.
const SHADES: usize = 128;
/// How many classes have colours of their own.
const CLASSES: usize = 8;

/// Colours along the scales of shades, computed once: they are asked for once a pixel.
struct Ramps {
    field: [Tone; SHADES],
    level: [Tone; SHADES],
    regions: [[Tone; SHADES]; CLASSES],
    ground: Tone,
    band: Tone,
    cursor: Tone,
}

fn ramps(brightness: Brightness) -> &'static Ramps {
    static DARK: OnceLock<Ramps> = OnceLock::new();
    static LIGHT: OnceLock<Ramps> = OnceLock::new();
    static PROJECTOR: OnceLock<Ramps> = OnceLock::new();
    let cell = match brightness {
        Brightness::Dark => &DARK,
        Brightness::Light => &LIGHT,
        Brightness::Projector => &PROJECTOR,
    };
    cell.get_or_init(|| {
        let shade = |index: usize| index as f64 / (SHADES - 1) as f64;
        let tone = |rgb: Rgb| Tone { rgb, xterm: xterm::ground(brightness, rgb) };
        let table = Theme::new(brightness, Depth::True).table();
        Ramps {
            field: std::array::from_fn(|i| tone(palette::field_colour(brightness, shade(i)))),
            level: std::array::from_fn(|i| tone(palette::contour_colour(brightness, shade(i)))),
            regions: std::array::from_fn(|class| {
                std::array::from_fn(|i| tone(palette::region_colour(brightness, class as u8, shade(i))))
            }),
            ground: tone(table.ground),
            band: tone(table.band),
            cursor: tone(table.cursor),
        }
    })
}

fn step(shade: f64) -> usize {
    (shade.clamp(0.0, 1.0) * (SHADES - 1) as f64).round() as usize
}

#[cfg(test)]
mod tests;
