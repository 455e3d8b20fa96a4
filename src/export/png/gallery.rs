//! Pictures with what the lanes make of them.

use plotters::{
    element::{Drawable, PointCollection},
    prelude::{Color, DrawingBackend},
};
use plotters_backend::{BackendCoord, DrawingErrorKind};

use super::{
    Area, Drawn,
    elements::{Symbol, rgb},
    ink::Ink,
    pixels::{Pixels, UNITS, px},
    text::{START, bold, fitted, regular},
};
use crate::figure::{
    Answered, Gallery, LaneStyle, Picture,
    palette::{Rgb, mix},
};

const TITLE: f64 = 22.0;
const WORDS: f64 = 16.0;
const GAP: f64 = 14.0;
/// Words below a picture: what it shows, and one line a lane.
const LINE: f64 = 1.3 * WORDS;
/// About this wide is a picture, and so wide are the words of an answer.
const WIDTH: f64 = 145.0;
const WIDEST_ANSWER: f64 = 165.0;

/// Draws as many pictures as there is room for.
pub(super) fn draw(area: &Area, ink: &Ink, gallery: &Gallery, styles: &[LaneStyle]) -> Drawn {
    let room = area.dim_in_pixel().0.cast_signed();
    fitted(area, &gallery.title, &bold(TITLE, ink.text).pos(START), (0, px(TITLE)), room)?;
    let room = area.margin(px(1.6 * TITLE), 0, 0, 0);
    let [width, height] = <[u32; 2]>::from(room.dim_in_pixel()).map(|units| f64::from(units) / f64::from(UNITS));
    let lanes = gallery.pictures.iter().map(|picture| picture.answers.len()).max().unwrap_or(0);
    let is_drawn = |picture: &Picture| picture.answers.iter().any(|it| matches!(it.what, Answered::Drawn(_)));
    let drawn = gallery.pictures.first().is_some_and(is_drawn);
    let [columns, rows] = gallery.size;
    let beside = if drawn { lanes as f64 } else { 0.0 };
    // As wide as leaves room for all that stands beside it; a pixel of a picture is a whole number of pixels here.
    let widest = WIDTH.min((width + GAP) / (1.0 + beside) - GAP);
    let zoom = (widest / columns.max(1) as f64).floor().max(1.0);
    let size = [columns, rows].map(|pixels| pixels as f64 * zoom);
    let words = if drawn { LINE } else { LINE * (lanes + 1) as f64 };
    let column = if drawn { size[0] } else { size[0].max(WIDEST_ANSWER) };
    let tile = [(column + GAP) * (1.0 + beside), size[1] + words + GAP];
    let across = ((width + GAP) / tile[0]).floor().max(1.0) as usize;
    let down = ((height + GAP) / tile[1]).floor().max(1.0) as usize;
    for (index, picture) in gallery.pictures.iter().take(across * down).enumerate() {
        let at = [(index % across) as f64 * tile[0], (index / across) as f64 * tile[1]];
        let place = room.margin(px(at[1]), 0, px(at[0]), 0);
        let bitmap = |pixels: &[f32], x: f64| Bitmap::new(ink, pixels, gallery.size, zoom as usize, (px(x), 0));
        place.draw(&bitmap(&picture.pixels, 0.0))?;
        let line = |line: usize| px(size[1] + LINE * (line + 1) as f64 - 0.2 * WORDS);
        let text = |words: &str, style, x: f64, row: usize, room: f64| -> Drawn {
            fitted(&place, words, &style, (px(x), line(row)), px(room))
        };
        let first = if drawn { "original" } else { picture.name.as_deref().unwrap_or_default() };
        text(first, bold(WORDS, ink.text).pos(START), 0.0, 0, column)?;
        for (index, answer) in picture.answers.iter().enumerate() {
            let Some(style) = styles.get(answer.lane) else { continue };
            let (x, row) = if drawn { ((index + 1) as f64 * (size[0] + GAP), 0) } else { (0.0, index + 1) };
            let at = (px(x + 7.0), line(row) - px(0.36 * WORDS));
            place.draw(&Symbol::marker(style.marker, at, 0.34 * WORDS, rgb(style.colour)))?;
            match &answer.what {
                Answered::Drawn(pixels) => place.draw(&bitmap(pixels, x))?,
                Answered::Named { text: words, right } => {
                    let verdict = if *right { "✓" } else { "✗" };
                    let words = format!("{verdict} {words}");
                    let colour = if *right { ink.muted } else { ink.text };
                    text(&words, regular(WORDS, colour).pos(START), 20.0, row, column - 20.0)?;
                }
            }
        }
    }
    Ok(())
}

/// A picture: ink on the page's ground.
struct Bitmap {
    at: (i32, i32),
    size: (u32, u32),
    bytes: Vec<u8>,
}

impl Bitmap {
    fn new(ink: &Ink, brightness: &[f32], [columns, rows]: [usize; 2], zoom: usize, at: (i32, i32)) -> Self {
        let [ground, text] = [ink.background, ink.text].map(|colour| Rgb::from(colour.rgb()));
        let colour = |value: f32| mix(ground, text, value.into());
        let (width, height) = (columns * zoom, rows * zoom);
        let places = (0..height).flat_map(|y| (0..width).map(move |x| y / zoom * columns + x / zoom));
        let bytes = places.flat_map(|index| colour(brightness.get(index).copied().unwrap_or(0.0))).collect();
        Self { at, size: (width as u32, height as u32), bytes }
    }
}

impl<'a> PointCollection<'a, (i32, i32)> for &'a Bitmap {
    type Point = &'a (i32, i32);
    type IntoIter = std::iter::Once<&'a (i32, i32)>;

    fn point_iter(self) -> Self::IntoIter {
        std::iter::once(&self.at)
    }
}

impl<'p> Drawable<Pixels<'p>> for Bitmap {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut places: I,
        backend: &mut Pixels<'p>,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<<Pixels<'p> as DrawingBackend>::ErrorType>> {
        places.next().map_or(Ok(()), |place| backend.blit_bitmap(place, self.size, &self.bytes))
    }
}
