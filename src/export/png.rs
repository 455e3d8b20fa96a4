//! A figure as a PNG, fit for a slide.
//!
//! The large panel stands at the left, the four traces at the right over one horizontal axis, the legend above. All places come
//! scaled from [`figure`](crate::figure); here they only become pixels.

mod chart;
mod confusion;
mod elements;
mod free;
mod gallery;
mod grid;
mod header;
mod ink;
mod layout;
mod map;
mod pixels;
mod plot;
mod text;

use std::convert::Infallible;

use plotters::{
    coord::Shift,
    prelude::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
};
use tiny_skia::Pixmap;

use crate::figure::{Detail, Figure, LaneStyle, MainView, palette::Theme};
use chart::Look;
use ink::Ink;
use layout::Layout;
use pixels::Pixels;
use text::Fonts;

/// Width and height of the picture in pixels.
pub const PNG_SIZE: [u32; 2] = [1600, 1000];

/// Width over height of the large panel's plot area, for [`Window::fitted`](crate::figure::Window::fitted). A landscape of
/// another shape keeps it and leaves room at its sides.
pub const MAIN_ASPECT: f64 = 0.935;
/// How closely to look for the large panel.
pub const MAIN_DETAIL: Detail = Detail { size: [327, 300], bins: 1600, ticks: [6, 6] };
/// Places that can be told apart on the large panel, across and up.
pub const MAIN_RESOLUTION: [usize; 2] = [1600, 1600];
/// Bins that can be told apart on a trace.
pub const TRACE_BINS: usize = 1200;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The picture's memory could not be had.
    #[error("no memory for a picture of {0} by {1} pixels")]
    Memory(u32, u32),
    /// The built-in font cannot be read.
    #[error("the built-in font cannot be read")]
    Font,
    /// The picture could not be drawn.
    #[error("the picture cannot be drawn: {0}")]
    Drawing(#[from] DrawingAreaErrorKind<Infallible>),
    /// The pixels could not be compressed.
    #[error("the picture cannot be encoded as PNG: {0}")]
    Encoding(Box<dyn std::error::Error + Send + Sync>),
}

/// A part of the picture.
type Area<'a> = DrawingArea<Pixels<'a>, Shift>;
type Drawn<T = ()> = Result<T, DrawingAreaErrorKind<Infallible>>;

/// The bytes of a PNG file of [`PNG_SIZE`] that shows the figure.
///
/// # Errors
///
/// When memory runs out or the picture cannot be encoded.
pub fn png(figure: &Figure, theme: Theme) -> Result<Vec<u8>, PngError> {
    let [width, height] = PNG_SIZE;
    let mut picture = Pixmap::new(width, height).ok_or(PngError::Memory(width, height))?;
    draw(&Pixels::new(&mut picture, Fonts::installed()?).into_drawing_area(), &Ink::of(theme), figure)?;
    picture.encode_png().map_err(|error| PngError::Encoding(Box::new(error)))
}

fn draw(root: &Area, ink: &Ink, figure: &Figure) -> Drawn {
    root.fill(&ink.background)?;
    let styles: Vec<LaneStyle> = figure.styles.iter().map(|style| style.on(ink.theme)).collect();
    let body = header::draw(root, ink, figure, &styles)?;
    let layout = Layout::new(&body, figure)?;
    match &figure.main {
        MainView::Landscape(landscape) => map::draw(&layout.main, ink, landscape, &styles)?,
        MainView::Chart(chart) => {
            let look = Look { x_labels: true, y_ticks: true, y_label: true, line: 3.6 * ink.weight };
            chart::draw(&layout.main, ink, chart, &look, &styles)?;
        }
        MainView::Grid(grid) => grid::draw(&layout.main, ink, grid, &styles)?,
        MainView::Gallery(gallery) => gallery::draw(&layout.main, ink, gallery, &styles)?,
        MainView::Confusion(matrix) => confusion::draw(&layout.main, ink, matrix, &styles)?,
    }
    let last = figure.traces.len().saturating_sub(1);
    for (index, (chart, area)) in figure.traces.iter().zip(&layout.traces).enumerate() {
        let look = Look { x_labels: index == last, y_ticks: true, y_label: false, line: 2.8 * ink.weight };
        chart::draw(area, ink, chart, &look, &styles)?;
    }
    root.present()
}

#[cfg(test)]
mod tests;
