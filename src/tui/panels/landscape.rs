//! A map of a plane: shades, level lines, data points, paths, minima.

use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

use super::chart::{ink, pen, x_labels, y_labels};
use crate::{
    figure::{Landscape, Path, palette::Pattern},
    tui::{
        app::App,
        canvas::{Canvas, Pen},
        layout::GUTTER,
    },
};

/// So many of the latest steps are bright.
const NEWEST: usize = 8;

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
        let pen = Pen { sparse: !theme.colourful(), ..Pen::behind(theme.level(contour.shade), Pattern::Solid) };
        contour.lines.iter().for_each(|line| canvas.polyline(line, pen));
    }
    for example in &map.examples {
        let colour = example.class.map_or(theme.contour(), |class| theme.class(class));
        let symbol = if theme.colourful() { '•' } else { example.class.map_or('•', digit) };
        canvas.glyph(example.at, symbol, colour);
    }
    draw_paths(app, map, &mut canvas);
    canvas.paint(plot, buf);
    outside(app, map, plot, buf);
    y_labels(app, &map.y, plot, buf);
    y_name(app, &map.y.label, plot, buf);
    x_labels(app, &map.x, plot, buf);
}

/// A class where there are no colours.
fn digit(class: u8) -> char {
    char::from_digit(u32::from(class) % 10, 10).unwrap_or('·')
}

/// The lanes' paths in the order in which they are drawn.
fn paths<'a>(app: &App, map: &'a Landscape) -> impl Iterator<Item = &'a Path> {
    app.drawing_order().filter_map(|lane| map.paths.iter().find(|path| path.lane == lane))
}

/// Lines, then steps, then where the lanes are, and the minima over everything.
fn draw_paths(app: &App, map: &Landscape, canvas: &mut Canvas) {
    for path in paths(app, map) {
        path.pieces.iter().for_each(|piece| canvas.polyline(piece, pen(app, path.lane, 1)));
    }
    canvas.halo(app.theme.halo());
    for path in paths(app, map) {
        let Some(style) = app.styles.get(path.lane) else { continue };
        let newest = path.steps.len().saturating_sub(NEWEST);
        for (index, at) in path.steps.iter().enumerate() {
            let ink = if index < newest { app.theme.lane(style) } else { app.theme.lane_bright(style) };
            canvas.badge(*at, '•', ink, app.theme.halo());
        }
    }
    let star = app.theme.accent().fg.unwrap_or_default();
    let cells: Vec<_> = map.minima.iter().map(|minimum| canvas.cell_at(*minimum)).collect();
    for minimum in &map.minima {
        canvas.badge(*minimum, '★', star, app.theme.halo());
    }
    // A lane that has arrived stands beside the star, whose ground then has its colour.
    let mut arrived = vec![0_u32; cells.len()];
    for path in paths(app, map) {
        let (Some(now), Some(style)) = (path.now, app.styles.get(path.lane)) else { continue };
        let symbol = style.marker.symbol();
        let here = canvas.cell_at(now);
        let Some(index) = cells.iter().position(|cell| cell.is_some() && *cell == here) else {
            canvas.badge(now, symbol, ink(app, path.lane), app.theme.halo());
            continue;
        };
        let ground = app.theme.colourful().then(|| ink(app, path.lane));
        canvas.badge(map.minima[index], '★', app.theme.on_lane(style), ground);
        arrived[index] += 1;
        canvas.badge(canvas.beside(map.minima[index], arrived[index]), symbol, ink(app, path.lane), app.theme.halo());
    }
}

/// Lanes that are out of view: at the border an arrow, the marker, and where they are.
fn outside(app: &App, map: &Landscape, plot: Rect, buf: &mut Buffer) {
    let mut taken: Vec<u16> = Vec::new();
    for path in paths(app, map) {
        let (Some(away), Some(style)) = (&path.away, app.styles.get(path.lane)) else { continue };
        let last = plot.height.saturating_sub(1);
        let row = (((1.0 - away.at[1]) * f64::from(plot.height)) as u16).min(last);
        // The nearest row that no other lane has.
        let free = (0..=last).filter(|row| !taken.contains(row)).min_by_key(|other| other.abs_diff(row));
        let Some(row) = free else { continue };
        taken.push(row);
        let (marker, arrow, text) = (style.marker.symbol(), away.arrow, &away.text);
        let long = if away.at[0] > 0.5 { format!("{text} {marker}{arrow}") } else { format!("{arrow}{marker} {text}") };
        let words = if long.width() < usize::from(plot.width) { long } else { format!("{arrow}{marker}") };
        let width = words.width() as u16;
        let middle = (away.at[0] * f64::from(plot.width)) as u16;
        let x = plot.x + middle.saturating_sub(width / 2).min(plot.width.saturating_sub(width));
        let mut look = app.theme.text().fg(ink(app, path.lane));
        look.bg = app.theme.halo();
        buf.set_string(x, plot.y + row, words, look);
    }
}

/// The name of the upward axis: beside its labels where there is room, else in the corner.
fn y_name(app: &App, name: &str, plot: Rect, buf: &mut Buffer) {
    let width = name.width() as u16;
    let beside = plot.x.checked_sub(width + 1).filter(|_| width < GUTTER);
    if let Some(x) = beside.filter(|_| buf[(plot.x - 2, plot.y)].symbol() == " ") {
        buf.set_string(x, plot.y, name, app.theme.quiet());
    } else if beside.is_none() && width < plot.width {
        buf.set_string(plot.x, plot.y, name, app.theme.quiet());
    }
}
