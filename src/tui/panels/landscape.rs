//! A map of a plane: shades, level lines, data points, paths, minima.

use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

use super::chart::{background, ink, pen, x_labels, y_labels};
use crate::{
    figure::{Landscape, palette::class_colour},
    tui::{app::App, canvas::Canvas, canvas::Pen},
};

/// Draws a map into its plot area, with labels around it.
pub fn render(app: &App, map: &Landscape, plot: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let mut canvas = Canvas::new(plot);
    if let Some(field) = &map.field
        && theme.colourful()
    {
        let (columns, rows) = (f64::from(plot.width), f64::from(2 * plot.height));
        canvas.shade(|x, y| {
            let at = [(x as f64 + 0.5) / columns, 1.0 - (y as f64 + 0.5) / rows];
            let shade = field.shade_at(at)?;
            Some(match field.class_at(at) {
                Some(class) => theme.region(class, shade),
                None => theme.field(shade),
            })
        });
    }
    for contour in map.contours.iter() {
        let pen = Pen { colour: theme.level(contour.shade), pattern: background(app), layer: 0 };
        contour.lines.iter().for_each(|line| canvas.polyline(line, pen));
    }
    for example in &map.examples {
        let colour = example.class.map_or(theme.contour(), |class| theme.colour(class_colour(class)));
        let symbol = if theme.colourful() { '•' } else { example.class.map_or('•', digit) };
        canvas.glyph(example.at, symbol, colour);
    }
    let paths = || app.drawing_order().filter_map(|lane| map.paths.iter().find(|path| path.lane == lane));
    for path in paths() {
        path.pieces.iter().for_each(|piece| canvas.polyline(piece, pen(app, path.lane, 1)));
    }
    for minimum in &map.minima {
        canvas.glyph(*minimum, '★', theme.accent().fg.unwrap_or_default());
    }
    for path in paths() {
        if let (Some(now), Some(style)) = (path.now, app.styles.get(path.lane)) {
            canvas.glyph(now, style.marker.symbol(), ink(app, path.lane));
        }
    }
    canvas.paint(plot, buf);
    y_labels(app, &map.y, plot, buf);
    if buf[(plot.x - 2, plot.y)].symbol() == " " {
        buf.set_string(plot.x - 1 - map.y.label.width() as u16, plot.y, &map.y.label, theme.quiet());
    }
    x_labels(app, &map.x, plot, buf);
}

/// A class where there are no colours.
fn digit(class: u8) -> char {
    char::from_digit(u32::from(class) % 10, 10).unwrap_or('·')
}
