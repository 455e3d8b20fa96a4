//! Text of any script, as outlines.
//!
//! A line is put into visual order, cut into pieces of one direction, script and font, and shaped: letters join, marks stand on
//! their letters. What the built-in font lacks comes from the system's fonts, or is a box with its code.

mod face;
mod order;
mod replacement;
mod system;

use std::rc::Rc;

use plotters::{
    coord::CoordTranslate,
    prelude::{DrawingArea, FontStyle, FontTransform, IntoFont, RGBColor, TextStyle},
};
use plotters_backend::{
    BackendTextStyle,
    text_anchor::{HPos, Pos, VPos},
};
use tiny_skia::{Path, PathBuilder, Transform};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    Area, Drawn, PngError,
    pixels::{Pixels, px},
};

use face::{Face, Setting};
use system::System;

/// DejaVu Sans: it has Latin, Greek, Cyrillic, Hebrew and Arabic letters, arrows and raised digits.
const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-Bold.ttf");
/// No text longer than this fits anywhere, so no more of it is tried.
const LONGEST: usize = 2000;
/// Height of its capitals and digits, in em.
const CAPITALS: f64 = 0.729;

/// A text that begins, has its middle or ends at its place, which lies on its base line.
pub(super) const START: Pos = Pos { h_pos: HPos::Left, v_pos: VPos::Bottom };
pub(super) const MIDDLE: Pos = Pos { h_pos: HPos::Center, v_pos: VPos::Bottom };
pub(super) const END: Pos = Pos { h_pos: HPos::Right, v_pos: VPos::Bottom };

/// Both built-in faces, and what stands in for characters they lack.
pub(super) struct Fonts {
    regular: Rc<Face>,
    bold: Rc<Face>,
    system: Option<System>,
}

impl Fonts {
    /// The built-in faces alone, which look the same everywhere.
    pub(super) fn embedded() -> Result<Self, PngError> {
        let face = |bytes: &'static [u8]| Face::new(bytes, 0).map(Rc::new).ok_or(PngError::Font);
        Ok(Self { regular: face(REGULAR)?, bold: face(BOLD)?, system: None })
    }

    /// The built-in faces, then those installed on this machine.
    pub(super) fn installed() -> Result<Self, PngError> {
        Ok(Self { system: Some(System::new(system::installed)), ..Self::embedded()? })
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
        let bold = matches!(style.style(), FontStyle::Bold);
        let built_in = if bold { &self.bold } else { &self.regular };
        let text = order::one_line(text);
        let mut path = PathBuilder::new();
        let mut reached = 0.0;
        for piece in order::pieces(&text, |cluster| self.face_for(cluster, bold).map(Chosen)) {
            let (text, to) = (&text[piece.range], Setting { at: [reached, 0.0], size: style.size() });
            reached += match piece.font {
                Some(Chosen(face)) => face.set(text, piece.script, piece.right_to_left, to, &mut path),
                None => replacement::set(built_in, text, to, &mut path),
            };
        }
        (path.finish(), reached)
    }

    /// The face for a grapheme cluster; `None` where no font has all of it.
    fn face_for(&self, cluster: &str, bold: bool) -> Option<Rc<Face>> {
        let built_in = if bold { &self.bold } else { &self.regular };
        if built_in.covers(cluster) {
            return Some(Rc::clone(built_in));
        }
        // The other weight is better than a box, and closer than another family.
        let other = if bold { &self.regular } else { &self.bold };
        if other.covers(cluster) {
            return Some(Rc::clone(other));
        }
        self.system.as_ref()?.face_for(cluster, bold)
    }
}

#[cfg(test)]
impl Fonts {
    /// Whether the built-in font has a character.
    pub(super) fn has(&self, character: char) -> bool {
        self.regular.glyph(character) != 0
    }
}

/// A face, which is equal to itself only.
struct Chosen(Rc<Face>);

impl PartialEq for Chosen {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
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

/// The text, or its beginning with an ellipsis where it would be wider than `room`. No character is cut in two, whatever it is
/// made of.
pub(super) fn shortened<C: CoordTranslate>(
    area: &DrawingArea<Pixels<'_>, C>,
    text: &str,
    style: &TextStyle,
    room: i32,
) -> Drawn<String> {
    let is_long = text.grapheme_indices(true).nth(LONGEST).is_some();
    if !is_long && width(area, text, style)? <= room {
        return Ok(text.to_owned());
    }
    let ends: Vec<usize> = text.grapheme_indices(true).map(|(start, _)| start).take(LONGEST).collect();
    let cut = |index: usize| format!("{}…", ends.get(index).map_or("", |&end| text[..end].trim_end()));
    // Halving: what lies before `fits` fits (or nothing does), what lies from `too_wide` on does not.
    let (mut fits, mut too_wide) = (0, ends.len());
    while fits + 1 < too_wide {
        let middle = usize::midpoint(fits, too_wide);
        if width(area, &cut(middle), style)? <= room {
            fits = middle;
        } else {
            too_wide = middle;
        }
    }
    Ok(cut(fits))
}

/// A text at its place, shortened to what there is room for.
pub(super) fn fitted(area: &Area, text: &str, style: &TextStyle, at: (i32, i32), room: i32) -> Drawn {
    area.draw_text(&shortened(area, text, style, room)?, style, at)
}

#[cfg(test)]
mod tests;
