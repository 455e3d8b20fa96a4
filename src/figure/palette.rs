//! Colours, markers and line patterns: one look per lane, the same on the screen and on paper.
//!
//! The lane colours are those of Okabe and Ito, all but one, which people with the common kinds of colour blindness tell apart. Colour is
//! never alone: every lane also has its own marker and line pattern.

mod ramp;
mod shade;

use crate::optim::{Coefficient, DirectionRecipe, Recipe};

pub use ramp::{Theme, class_colour, contour_colour, field_colour, region_colour};
pub use shade::{Shade, shade};

/// Red, green and blue, 0 to 255 each.
pub type Rgb = [u8; 3];

/// Between two colours, the second at 1.
pub fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|channel| {
        let [a, b] = [from, to].map(|colour| f64::from(colour[channel]));
        (a + share.clamp(0.0, 1.0) * (b - a)).round() as u8
    })
}

/// Of two inks the one that is read better on a ground: the one of higher contrast, as the WCAG defines it.
pub fn readable(ground: Rgb, inks: [Rgb; 2]) -> Rgb {
    if contrast(ground, inks[0]) >= contrast(ground, inks[1]) { inks[0] } else { inks[1] }
}

/// The contrast of two colours as the WCAG defines it: 1 for none, 21 for black on white.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let [a, b] = [luminance(a), luminance(b)];
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The relative luminance of an sRGB colour, 0 to 1.
pub fn luminance(colour: Rgb) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

/// The optimisers that have a colour of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Gradient descent with a fixed step size.
    Sgd,
    /// Adam's direction with a fixed step size.
    Adam,
    /// The gradient with the model's step size.
    SgdQlr,
    /// Adam's direction with the model's step size.
    AdamQlr,
    /// K-FAC's direction.
    Kfac,
    /// Not known.
    Other,
}

impl Family {
    /// The family a recipe belongs to.
    pub fn of(recipe: &Recipe) -> Self {
        let adaptive = matches!(recipe.step_size.learning_rate, Coefficient::Adaptive);
        match (&recipe.direction, adaptive) {
            (DirectionRecipe::Gradient { .. }, false) => Self::Sgd,
            (DirectionRecipe::Gradient { .. }, true) => Self::SgdQlr,
            (DirectionRecipe::Adam { .. }, false) => Self::Adam,
            (DirectionRecipe::Adam { .. }, true) => Self::AdamQlr,
            (DirectionRecipe::Kfac { .. }, _) => Self::Kfac,
        }
    }

    /// The family a name or label speaks of: `AdamQLR (untuned)` is [`AdamQlr`](Self::AdamQlr), `K-FAC` is [`Kfac`](Self::Kfac).
    pub fn named(name: &str) -> Self {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        // The longer names first: each shorter one is the beginning of a longer one.
        let families = [
            ("adamqlr", Self::AdamQlr),
            ("sgdqlr", Self::SgdQlr),
            ("kfac", Self::Kfac),
            ("adam", Self::Adam),
            ("sgd", Self::Sgd),
        ];
        families.into_iter().find(|(start, _)| name.starts_with(start)).map_or(Self::Other, |(_, family)| family)
    }
}

/// The shape that stands for a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Marker {
    /// ●
    Circle,
    /// ◆
    Diamond,
    /// ■
    Square,
    /// ▲
    Triangle,
    /// ✚
    Plus,
    /// ✖
    Cross,
    /// ▼
    Wedge,
    /// ○
    Ring,
}

impl Marker {
    /// Every marker.
    pub const ALL: [Self; 8] =
        [Self::Circle, Self::Diamond, Self::Square, Self::Triangle, Self::Plus, Self::Cross, Self::Wedge, Self::Ring];

    /// The character that shows it, one cell wide.
    pub fn symbol(self) -> char {
        match self {
            Self::Circle => '●',
            Self::Diamond => '◆',
            Self::Square => '■',
            Self::Triangle => '▲',
            Self::Plus => '✚',
            Self::Cross => '✖',
            Self::Wedge => '▼',
            Self::Ring => '○',
        }
    }
}

/// How a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// ───
    Solid,
    /// ╴╴╴
    Dashed,
    /// ···
    Dotted,
    /// ─·─
    DashDot,
    /// ── ──
    LongDash,
    /// ─··─
    DashDotDot,
}

impl Pattern {
    /// Every pattern.
    pub const ALL: [Self; 6] =
        [Self::Solid, Self::Dashed, Self::Dotted, Self::DashDot, Self::LongDash, Self::DashDotDot];

    /// Lengths drawn and left out in turn, in line widths; empty for a solid line.
    pub fn dashes(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[4.0, 2.5],
            Self::Dotted => &[1.0, 1.6],
            Self::DashDot => &[5.0, 2.0, 1.0, 2.0],
            Self::LongDash => &[9.0, 3.0],
            Self::DashDotDot => &[5.0, 1.8, 1.0, 1.8, 1.0, 1.8],
        }
    }

    /// The share of the line that is drawn: 1 for a solid one.
    pub fn coverage(self) -> f64 {
        let dashes = self.dashes();
        let drawn: f64 = dashes.iter().step_by(2).sum();
        if dashes.is_empty() { 1.0 } else { drawn / dashes.iter().sum::<f64>() }
    }

    /// Whether the pattern is drawn `distance` line widths from its beginning.
    pub fn drawn(self, distance: f64) -> bool {
        let dashes = self.dashes();
        let period: f64 = dashes.iter().sum();
        let mut rest = if period > 0.0 { distance.rem_euclid(period) } else { return true };
        for (index, &length) in dashes.iter().enumerate() {
            if rest < length {
                return index % 2 == 0;
            }
            rest -= length;
        }
        false
    }
}

/// How a lane looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LaneStyle {
    /// Its colour.
    pub colour: Rgb,
    /// Its marker.
    pub marker: Marker,
    /// Its line.
    pub pattern: Pattern,
}

impl LaneStyle {
    /// The same in the shade that is seen on a theme's grounds.
    #[must_use]
    pub fn on(self, theme: Theme) -> Self {
        Self { colour: shade(theme, self.colour).map_or(self.colour, |shade| shade.rgb), ..self }
    }
}

const BLUISH_GREEN: Rgb = [0x00, 0x9E, 0x73];
const REDDISH_PURPLE: Rgb = [0xCC, 0x79, 0xA7];
const VERMILION: Rgb = [0xD5, 0x5E, 0x00];
const SKY_BLUE: Rgb = [0x56, 0xB4, 0xE9];
const BLUE: Rgb = [0x00, 0x72, 0xB2];
const ORANGE: Rgb = [0xE6, 0x9F, 0x00];
/// In place of the palette's yellow, which is lost on white.
const OLIVE: Rgb = [0x99, 0x99, 0x33];
const GREY: Rgb = [0x8C, 0x8C, 0x8C];

/// In which order colours go to lanes whose family's own is taken.
const SPARE: [Rgb; 8] = [ORANGE, SKY_BLUE, BLUE, GREY, BLUISH_GREEN, REDDISH_PURPLE, VERMILION, OLIVE];

/// The look of every lane, in order: the first lane of a family has the family's own, further ones what is left over. Up to eight
/// lanes have different colours and markers; beyond that the three properties repeat out of step.
pub fn lane_styles(families: &[Family]) -> Vec<LaneStyle> {
    let mut styles: Vec<Option<LaneStyle>> = vec![None; families.len()];
    let taken = |styles: &[Option<LaneStyle>], colour: Rgb| styles.iter().flatten().any(|style| style.colour == colour);
    for (lane, own) in families.iter().map(|family| own_style(*family)).enumerate() {
        if let Some(own) = own.filter(|own| !taken(&styles, own.colour)) {
            styles[lane] = Some(own);
        }
    }
    for lane in 0..styles.len() {
        if styles[lane].is_none() {
            let colour = least_used(&SPARE, &styles.iter().flatten().map(|style| style.colour));
            let marker = least_used(&Marker::ALL, &styles.iter().flatten().map(|style| style.marker));
            let pattern = least_used(&Pattern::ALL, &styles.iter().flatten().map(|style| style.pattern));
            styles[lane] = Some(LaneStyle { colour, marker, pattern });
        }
    }
    styles.into_iter().flatten().collect()
}

fn own_style(family: Family) -> Option<LaneStyle> {
    let (colour, marker, pattern) = match family {
        Family::Adam => (BLUISH_GREEN, Marker::Circle, Pattern::Dashed),
        Family::AdamQlr => (REDDISH_PURPLE, Marker::Diamond, Pattern::Solid),
        Family::Kfac => (VERMILION, Marker::Square, Pattern::DashDot),
        Family::Sgd => (SKY_BLUE, Marker::Triangle, Pattern::LongDash),
        Family::SgdQlr => (BLUE, Marker::Plus, Pattern::Dotted),
        Family::Other => return None,
    };
    Some(LaneStyle { colour, marker, pattern })
}

/// The first of the choices that is in use least often.
fn least_used<T: Copy + PartialEq>(choices: &[T], used: &(impl Iterator<Item = T> + Clone)) -> T {
    let uses = |choice: &T| used.clone().filter(|other| other == choice).count();
    let mut best = (choices[0], uses(&choices[0]));
    for choice in &choices[1..] {
        let count = uses(choice);
        if count < best.1 {
            best = (*choice, count);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::optim::presets;

    #[test]
    fn presets_and_labels_have_the_family_colours() {
        for (recipe, label, family) in [
            (presets::adam(), "adam", Family::Adam),
            (presets::adamqlr(), "AdamQLR (untuned)", Family::AdamQlr),
            (presets::kfac(), "K-FAC", Family::Kfac),
            (presets::sgd(), "SGD 0.01", Family::Sgd),
            (presets::sgdqlr(), "sgd-qlr", Family::SgdQlr),
        ] {
            assert_eq!(Family::of(&recipe), family);
            assert_eq!(Family::named(label), family);
        }
        assert_eq!(Family::named("mine"), Family::Other);
        let styles = lane_styles(&[Family::Adam, Family::AdamQlr, Family::Kfac]);
        assert_eq!(styles[0].colour, [0, 0x9E, 0x73]);
        assert_eq!(styles[1].colour, [0xCC, 0x79, 0xA7]);
        assert_eq!(styles[2].colour, [0xD5, 0x5E, 0]);
    }

    #[test]
    fn eight_lanes_look_different_even_of_one_family() {
        for family in [Family::AdamQlr, Family::Sgd, Family::Other] {
            let styles = lane_styles(&[family; 8]);
            assert_eq!(styles.iter().map(|style| style.colour).collect::<HashSet<_>>().len(), 8);
            assert_eq!(styles.iter().map(|style| style.marker).collect::<HashSet<_>>().len(), 8);
        }
        let many = lane_styles(&[Family::Adam; 24]);
        assert_eq!(many.iter().collect::<HashSet<_>>().len(), 24);
    }

    #[test]
    fn a_later_lane_keeps_its_own_colour_from_an_unknown_earlier_one() {
        let styles = lane_styles(&[Family::Other, Family::Sgd]);
        assert_eq!(styles[1].colour, SKY_BLUE);
        assert_ne!(styles[0].colour, SKY_BLUE);
    }

    #[test]
    fn patterns_repeat() {
        assert!(Pattern::Solid.drawn(1e6));
        assert!(Pattern::Dashed.drawn(0.0) && Pattern::Dashed.drawn(3.9));
        assert!(!Pattern::Dashed.drawn(4.1) && Pattern::Dashed.drawn(6.6));
        assert_eq!(
            [Pattern::Solid, Pattern::LongDash].map(|pattern| (100.0 * pattern.coverage()).round() as u8),
            [100, 75]
        );
    }
}
