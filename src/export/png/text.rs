//! Text from the embedded font, as outlines.

use ab_glyph::{Font, FontRef, OutlineCurve};
use tiny_skia::{Path, PathBuilder, Transform};

use super::{PngError, canvas::Canvas};
use crate::figure::{Point, palette::Rgb};

/// DejaVu Sans: it has Greek, arrows and raised digits.
const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-Bold.ttf");

/// Both faces.
pub(super) struct Fonts {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

/// A text's look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    /// The font's size (em) in pixels.
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) colour: Rgb,
}

impl Type {
    pub(super) fn regular(size: f64, colour: Rgb) -> Self {
        Self { size, bold: false, colour }
    }

    pub(super) fn bold(size: f64, colour: Rgb) -> Self {
        Self { size, bold: true, colour }
    }
}

/// Which point of a text its place means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Fonts {
    pub(super) fn embedded() -> Result<Self, PngError> {
        Ok(Self { regular: FontRef::try_from_slice(REGULAR)?, bold: FontRef::try_from_slice(BOLD)? })
    }

    fn face(&self, bold: bool) -> &FontRef<'static> {
        if bold { &self.bold } else { &self.regular }
    }

    /// Width of a text in pixels.
    pub(super) fn width(&self, text: &str, kind: Type) -> f64 {
        self.layout(text, kind).1
    }

    /// The text, or its beginning with an ellipsis where it would be wider than `width`.
    pub(super) fn shortened(&self, text: &str, kind: Type, width: f64) -> String {
        let mut shown = text.to_owned();
        let mut kept = text;
        while self.width(&shown, kind) > width && !kept.is_empty() {
            kept = kept.char_indices().next_back().map_or("", |(end, _)| &kept[..end]);
            shown = format!("{}…", kept.trim_end());
        }
        shown
    }

    /// The outlines of a text that begins at the origin, and its width.
    fn layout(&self, text: &str, kind: Type) -> (Option<Path>, f64) {
        let font = self.face(kind.bold);
        let scale = kind.size / f64::from(font.units_per_em().unwrap_or(2048.0));
        let (mut x, mut previous) = (0.0, None);
        let mut path = PathBuilder::new();
        for character in text.chars() {
            let glyph = font.glyph_id(character);
            if let Some(previous) = previous.replace(glyph) {
                x += f64::from(font.kern_unscaled(previous, glyph)) * scale;
            }
            if let Some(outline) = font.outline(glyph) {
                trace(&mut path, &outline.curves, x as f32, scale as f32);
            }
            x += f64::from(font.h_advance_unscaled(glyph)) * scale;
        }
        (path.finish(), x)
    }
}

impl Canvas {
    /// Writes a text with its base line through `at`.
    pub(super) fn text(&mut self, text: &str, at: Point, kind: Type, anchor: Anchor) {
        self.place(text, at, kind, anchor, Transform::identity());
    }

    /// Writes a text upwards.
    pub(super) fn text_upwards(&mut self, text: &str, at: Point, kind: Type, anchor: Anchor) {
        self.place(text, at, kind, anchor, Transform::from_row(0.0, -1.0, 1.0, 0.0, 0.0, 0.0));
    }

    fn place(&mut self, text: &str, at: Point, kind: Type, anchor: Anchor, turn: Transform) {
        let (path, width) = self.fonts.layout(text, kind);
        let shift = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let transform =
            Transform::from_translate(shift as f32, 0.0).post_concat(turn).post_translate(at[0] as f32, at[1] as f32);
        if let Some(path) = path.and_then(|path| path.transform(transform)) {
            self.fill(&path, kind.colour);
        }
    }
}

/// Adds a glyph's curves. The font's y grows upwards, the picture's downwards. A curve that does not continue the last one
/// begins a new loop.
fn trace(path: &mut PathBuilder, curves: &[OutlineCurve], x: f32, scale: f32) {
    let map = |point: ab_glyph::Point| (x + point.x * scale, -point.y * scale);
    let mut pen = None;
    for curve in curves {
        let (from, to) = match curve {
            OutlineCurve::Line(from, to) | OutlineCurve::Quad(from, _, to) | OutlineCurve::Cubic(from, _, _, to) => {
                (*from, *to)
            }
        };
        if pen != Some(from) {
            let (x, y) = map(from);
            path.move_to(x, y);
        }
        let (x, y) = map(to);
        match curve {
            OutlineCurve::Line(..) => path.line_to(x, y),
            OutlineCurve::Quad(_, control, _) => {
                let (cx, cy) = map(*control);
                path.quad_to(cx, cy, x, y);
            }
            OutlineCurve::Cubic(_, first, second, _) => {
                let ((ax, ay), (bx, by)) = (map(*first), map(*second));
                path.cubic_to(ax, ay, bx, by, x, y);
            }
        }
        pen = Some(to);
    }
}
