//! A figure as a PNG, fit for a slide.
//!
//! The large panel stands at the left, the four traces at the right over one horizontal axis, the legend above. All places come
//! scaled from [`figure`](crate::figure); here they only become pixels.

mod canvas;
mod chart;
mod header;
mod ink;
mod layout;
mod map;
mod text;

use crate::figure::{Figure, MainView, palette::Theme};
use canvas::Canvas;
use chart::Plot;
use ink::Ink;
use layout::Layout;

/// Width and height of the picture in pixels.
pub const PNG_SIZE: [u32; 2] = [1600, 1000];

/// Width over height of the large panel's plot area, for [`Window::fitted`](crate::figure::Window::fitted). A landscape of
/// another shape keeps it and leaves room at its sides.
pub const MAIN_ASPECT: f64 = 1.065;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The picture's memory could not be had.
    #[error("no memory for a picture of {0} by {1} pixels")]
    Memory(u32, u32),
    /// The built-in font cannot be read.
    #[error("the built-in font cannot be read: {0}")]
    Font(#[from] ab_glyph::InvalidFont),
    /// The pixels could not be compressed.
    #[error("the picture cannot be encoded as PNG: {0}")]
    Encoding(Box<dyn std::error::Error + Send + Sync>),
}

/// The bytes of a PNG file of [`PNG_SIZE`] that shows the figure.
///
/// # Errors
///
/// When memory runs out or the picture cannot be encoded.
pub fn png(figure: &Figure, theme: Theme) -> Result<Vec<u8>, PngError> {
    let ink = Ink::of(theme);
    let mut canvas = Canvas::new(PNG_SIZE, ink.background)?;
    let below = header::draw(&mut canvas, &ink, figure);
    let layout = Layout::new(&canvas, figure, below);
    match &figure.main {
        MainView::Landscape(landscape) => map::draw(&mut canvas, &ink, landscape, layout.main, &figure.styles),
        MainView::Chart(chart) => {
            let plot = Plot { area: layout.main, x_labels: true, y_label: true, line: 3.6 };
            chart::draw(&mut canvas, &ink, chart, &plot, &figure.styles);
        }
    }
    let last = figure.traces.len().saturating_sub(1);
    for (index, (chart, &area)) in figure.traces.iter().zip(&layout.traces).enumerate() {
        let plot = Plot { area, x_labels: index == last, y_label: false, line: 2.8 };
        chart::draw(&mut canvas, &ink, chart, &plot, &figure.styles);
    }
    canvas.encode()
}

#[cfg(test)]
mod tests;
