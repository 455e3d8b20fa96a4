//! A plotters backend on tiny-skia: anti-aliased, and finer than its pixels.
//!
//! Places of a backend are whole numbers. A pixel therefore counts as [`UNITS`] of them each way: curves stay smooth, and every
//! length in tenths of a pixel is exact.

use std::convert::Infallible;

use plotters::prelude::DrawingBackend;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
use tiny_skia::{FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke, Transform};

use super::text::Fonts;

/// Units of the backend in a pixel.
pub(super) const UNITS: i32 = 10;
/// Upright and level lines below this width, in pixels, are set on whole pixels.
const THIN: f32 = 2.0;

/// A length in pixels as units.
pub(super) fn px(length: f64) -> i32 {
    (length * f64::from(UNITS)).round() as i32
}

/// The same for what cannot be negative: radii and widths of lines.
pub(super) fn thickness(length: f64) -> u32 {
    px(length).unsigned_abs()
}

/// Draws on a picture.
pub(super) struct Pixels<'a> {
    picture: &'a mut Pixmap,
    fonts: Fonts,
}

type Done = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Pixels<'a> {
    pub(super) fn new(picture: &'a mut Pixmap, fonts: Fonts) -> Self {
        Self { picture, fonts }
    }

    fn fill(&mut self, path: Option<Path>, colour: BackendColor) {
        if let Some(path) = path {
            self.picture.fill_path(&path, &paint(colour), FillRule::Winding, to_pixels(), None);
        }
    }

    fn stroke<S: BackendStyle>(&mut self, path: Option<Path>, style: &S, line_join: LineJoin) {
        if let Some(path) = path {
            let stroke = Stroke { width: style.stroke_width() as f32, line_join, ..Stroke::default() };
            self.picture.stroke_path(&path, &paint(style.color()), &stroke, to_pixels(), None);
        }
    }
}

impl DrawingBackend for Pixels<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.picture.width() * UNITS as u32, self.picture.height() * UNITS as u32)
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Done {
        self.draw_rect((x, y), (x + 1, y + 1), &colour, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        let mut path: Vec<[f32; 2]> = points.iter().copied().map(real).collect();
        if let [from, to] = points.as_slice() {
            for (axis, straight) in [from.0 == to.0, from.1 == to.1].into_iter().enumerate() {
                if straight {
                    for point in &mut path {
                        point[axis] = sharp(point[axis], style);
                    }
                }
            }
        }
        self.stroke(polyline(path, false), style, LineJoin::Round);
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        lower_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        let ([left, top], [right, bottom]) = (real(upper_left), real(lower_right));
        if fill {
            let [left, top, right, bottom] = [left, top, right, bottom].map(|edge| edge / UNITS as f32);
            if let Some(area) = Rect::from_ltrb(left, top, right, bottom) {
                self.picture.fill_rect(area, &paint(style.color()), Transform::identity(), None);
            }
        } else {
            let [left, top, right, bottom] = [left, top, right, bottom].map(|edge| sharp(edge, style));
            self.stroke(
                polyline([[left, top], [right, top], [right, bottom], [left, bottom]], true),
                style,
                LineJoin::Miter,
            );
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, fill: bool) -> Done {
        let [x, y] = real(centre);
        let path = PathBuilder::from_circle(x, y, radius as f32);
        if fill {
            self.fill(path, style.color());
        } else {
            self.stroke(path, style, LineJoin::Round);
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Done {
        self.fill(polyline(corners.into_iter().map(real), true), style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done {
        let path = self.fonts.outline(text, style, real(at));
        self.fill(path, style.color());
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok(self.fonts.size(text, style))
    }

    /// A bitmap (red, green and blue of each of its `width` · `height` places) is not enlarged: each place becomes a pixel.
    fn blit_bitmap(&mut self, (x, y): BackendCoord, (width, _): (u32, u32), bitmap: &[u8]) -> Done {
        let across = self.picture.width() as usize;
        let (left, top) = ((x / UNITS).max(0) as usize, (y / UNITS).max(0) as usize);
        let rows = self.picture.pixels_mut().chunks_exact_mut(across).skip(top);
        for (row, source) in rows.zip(bitmap.chunks_exact(3 * width.max(1) as usize)) {
            for (pixel, colour) in row.iter_mut().skip(left).zip(source.chunks_exact(3)) {
                *pixel = PremultipliedColorU8::from_rgba(colour[0], colour[1], colour[2], 255).unwrap_or(*pixel);
            }
        }
        Ok(())
    }
}

fn to_pixels() -> Transform {
    let scale = 1.0 / UNITS as f32;
    Transform::from_scale(scale, scale)
}

fn real((x, y): BackendCoord) -> [f32; 2] {
    [x as f32, y as f32]
}

/// The place of a thin line, along the axis it crosses, with which it begins at a whole pixel; a thick one stays where it is.
fn sharp<S: BackendStyle>(place: f32, style: &S) -> f32 {
    let (width, unit) = (style.stroke_width() as f32, UNITS as f32);
    if width < THIN * unit { ((place - width / 2.0) / unit - 0.5).ceil() * unit + width / 2.0 } else { place }
}

fn paint(BackendColor { rgb: (r, g, b), alpha }: BackendColor) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(r, g, b, (255.0 * alpha) as u8);
    paint
}

/// The path through points; none where it would have no extent.
fn polyline(points: impl IntoIterator<Item = [f32; 2]>, closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for [x, y] in points {
        if path.is_empty() {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

#[cfg(test)]
mod tests;
