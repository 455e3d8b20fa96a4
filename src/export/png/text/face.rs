//! One typeface: which text it covers, how it shapes it, and its outlines.

use harfrust::{
    Buffer, Direction, Font, GlyphId, Script, ShapeOptions, ShaperFont,
    font::{
        Source,
        glyph::outline::{DrawMemory, DrawOptions, PathSink},
    },
    shape,
};
use tiny_skia::PathBuilder;

/// A typeface that text can be set in.
pub(super) struct Face(Font);

/// Where and how large text is set: the start of its base line and its em, in units of the picture.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    pub(super) at: [f64; 2],
    pub(super) size: f64,
}

impl Face {
    /// The face at an index of a font file; `None` if it is not one that can be read.
    pub(super) fn new(source: impl Into<Source>, index: u32) -> Option<Self> {
        Font::new(source, index).map(Self)
    }

    /// Whether every visible character of a text has a glyph.
    pub(super) fn covers(&self, text: &str) -> bool {
        let map = self.0.charmap();
        text.chars().all(|character| {
            is_invisible(character) || map.map_unicode(character).is_some_and(|glyph| glyph.to_u32() != 0)
        })
    }

    /// Whether the glyph of a character has an outline: those of bitmap and colour fonts have none.
    pub(super) fn has_outline(&self, character: char) -> bool {
        let glyph = self.0.charmap().map_unicode(character);
        let outline = glyph.and_then(|glyph| self.0.outline_glyphs().get(glyph));
        outline.and_then(|outline| outline.extents().ok()).is_some_and(|box_| box_.width.abs() > 0.0)
    }

    /// Adds the outlines of a text of one script and direction, and returns how far it reaches.
    pub(super) fn set(
        &self,
        text: &str,
        script: Option<Script>,
        right_to_left: bool,
        to: Setting,
        path: &mut PathBuilder,
    ) -> f64 {
        let mut buffer = Buffer::new();
        buffer.push_str(text);
        buffer.set_direction(if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
        buffer.set_script(script);
        if shape(&ShaperFont::new(&self.0), &mut buffer, ShapeOptions::new()).is_err() {
            return 0.0;
        }
        let scale = to.size / f64::from(self.0.units_per_em().max(1));
        let outlines = self.0.outline_glyphs();
        let mut reached = 0.0;
        for (glyph, place) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
            if let Some(outline) = outlines.get(GlyphId::new(glyph.glyph_id)) {
                let x = to.at[0] + reached + f64::from(place.x_offset) * scale;
                let y = to.at[1] - f64::from(place.y_offset) * scale;
                let mut pen = Pen { path, at: [x as f32, y as f32], scale: scale as f32 };
                // A damaged glyph of an installed font stays away; the others are still text.
                let _ = outline.draw(&DrawOptions::new(), DrawMemory::Scratch, &mut pen);
            }
            reached += f64::from(place.x_advance) * scale;
        }
        reached
    }

    /// The glyphs of a text, from left to right.
    #[cfg(test)]
    pub(super) fn glyphs(&self, text: &str, script: Option<Script>, right_to_left: bool) -> Vec<u32> {
        let mut buffer = Buffer::new();
        buffer.push_str(text);
        buffer.set_direction(if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
        buffer.set_script(script);
        shape(&ShaperFont::new(&self.0), &mut buffer, ShapeOptions::new()).unwrap();
        buffer.glyph_infos().iter().map(|glyph| glyph.glyph_id).collect()
    }

    /// The glyph of a character by itself.
    #[cfg(test)]
    pub(super) fn glyph(&self, character: char) -> u32 {
        self.0.charmap().map_unicode(character).map_or(0, GlyphId::to_u32)
    }
}

/// Whether a character is never drawn by itself: joiners, direction marks and variation selectors.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Draws into a path. The font's y grows upwards, the picture's downwards.
struct Pen<'p> {
    path: &'p mut PathBuilder,
    at: [f32; 2],
    scale: f32,
}

impl Pen<'_> {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        (self.at[0] + x * self.scale, self.at[1] - y * self.scale)
    }
}

impl PathSink for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let ((cx, cy), (x, y)) = (self.place(cx, cy), self.place(x, y));
        self.path.quad_to(cx, cy, x, y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by), (x, y)) = (self.place(ax, ay), self.place(bx, by), self.place(x, y));
        self.path.cubic_to(ax, ay, bx, by, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
