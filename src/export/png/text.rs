//! Text from the embedded font, as outlines.

use ab_glyph::{Font, FontRef, OutlineCurve};
use plotters::{
    coord::CoordTranslate,
    prelude::{DrawingArea, FontStyle, FontTransform, IntoFont, RGBColor, TextStyle},
};
use plotters_backend::{
    BackendTextStyle,
    text_anchor::{HPos, Pos, VPos},
};
use tiny_skia::{Path, PathBuilder, Transform};

use super::{
    Drawn, PngError,
    pixels::{Pixels, px},
};

/// DejaVu Sans: it has Greek, arrows and raised digits.
const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-Bold.ttf");
/// Height of its capitals and digits, in em.
const CAPITALS: f64 = 0.729;

/// A text that begins, has its middle or ends at its place, which lies on its base line.
pub(super) const START: Pos = Pos { h_pos: HPos::Left, v_pos: VPos::Bottom };
pub(super) const MIDDLE: Pos = Pos { h_pos: HPos::Center, v_pos: VPos::Bottom };
pub(super) const END: Pos = Pos { h_pos: HPos::Right, v_pos: VPos::Bottom };

/// Both faces.
pub(super) struct Fonts {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

impl Fonts {
    pub(super) fn embedded() -> Result<Self, PngError> {
        Ok(Self { regular: FontRef::try_from_slice(REGULAR)?, bold: FontRef::try_from_slice(BOLD)? })
    }

    /// Width and height of a text: its box stands on the base line and is as high as capitals are, whatever hangs below or
    /// rises above, so that a box in the middle of a line has its digits there.
    pub(super) fn size<S: BackendTextStyle>(&self, text: &str, style: &S) -> (u32, u32) {
        (self.layout(text, style).1.ceil() as u32, (CAPITALS * style.size()).ceil() as u32)
    }

    /// The outlines of a text at a place of the picture.
    pub(super) fn outline<S: BackendTextStyle>(&self, text: &str, style: &S, [x, y]: [f32; 2]) -> Option<Path> {
        let (path, width) = self.layout(text, style);
        let height = CAPITALS * style.size();
        let across = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -width / 2.0,
            HPos::Right => -width,
        };
        let down = match style.anchor().v_pos {
            VPos::Top => height,
            VPos::Center => height / 2.0,
            VPos::Bottom => 0.0,
        };
        let turn = match style.transform() {
            FontTransform::None => Transform::identity(),
            FontTransform::Rotate90 => Transform::from_rotate(90.0),
            FontTransform::Rotate180 => Transform::from_rotate(180.0),
            FontTransform::Rotate270 => Transform::from_rotate(270.0),
        };
        let place = Transform::from_translate(across as f32, down as f32).post_concat(turn).post_translate(x, y);
        path.and_then(|path| path.transform(place))
    }

    /// The outlines of a text that begins at the origin, and its width.
    fn layout<S: BackendTextStyle>(&self, text: &str, style: &S) -> (Option<Path>, f64) {
        let font = if matches!(style.style(), FontStyle::Bold) { &self.bold } else { &self.regular };
        let scale = style.size() / f64::from(font.units_per_em().unwrap_or(2048.0));
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

/// Text of a size (em) in pixels.
pub(super) fn regular(size: f64, colour: RGBColor) -> TextStyle<'static> {
    ("DejaVu Sans", px(size), FontStyle::Normal).into_font().color(&colour)
}

/// Bold text of a size (em) in pixels.
pub(super) fn bold(size: f64, colour: RGBColor) -> TextStyle<'static> {
    ("DejaVu Sans", px(size), FontStyle::Bold).into_font().color(&colour)
}

/// Width of a text.
pub(super) fn width<C: CoordTranslate>(area: &DrawingArea<Pixels<'_>, C>, text: &str, style: &TextStyle) -> Drawn<i32> {
    Ok(area.estimate_text_size(text, style)?.0.cast_signed())
}

/// The text, or its beginning with an ellipsis where it would be wider than `room`.
pub(super) fn shortened<C: CoordTranslate>(
    area: &DrawingArea<Pixels<'_>, C>,
    text: &str,
    style: &TextStyle,
    room: i32,
) -> Drawn<String> {
    let mut shown = text.to_owned();
    let mut kept = text;
    while width(area, &shown, style)? > room && !kept.is_empty() {
        kept = kept.char_indices().next_back().map_or("", |(end, _)| &kept[..end]);
        shown = format!("{}…", kept.trim_end());
    }
    Ok(shown)
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
