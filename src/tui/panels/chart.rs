//! Charts on a canvas: bands, curves, marks, the cursor, and ticks around them.

use ratatui::{buffer::Buffer, layout::Rect, style::Color};
use unicode_width::UnicodeWidthStr;

use super::note;
use crate::{
    figure::{Axis, Chart, MarkKind, MeasuredOn, palette::Pattern},
    tui::{
        app::App,
        canvas::{Canvas, Pen},
        layout::GUTTER,
    },
};

/// The colour of a lane's ink.
pub fn ink(app: &App, lane: usize) -> Color {
    app.styles.get(lane).map_or(Color::Reset, |style| app.theme.lane(style))
}

/// The pen of a lane's lines.
pub fn pen(app: &App, lane: usize, layer: u8) -> Pen {
    let pattern = app.styles.get(lane).map_or(Pattern::Solid, |style| style.pattern);
    Pen { colour: ink(app, lane), pattern, layer, thick: app.theme.thick(), sparse: false }
}

/// Draws a chart into its plot area, with the labels of its y ticks to the left.
pub fn render(app: &App, chart: &Chart, plot: Rect, buf: &mut Buffer) {
    render_bare(app, chart, plot, buf);
    y_labels(app, &chart.y, plot, buf);
}

/// Draws a chart into its plot area; what its y axis says stands elsewhere.
pub fn render_bare(app: &App, chart: &Chart, plot: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let mut canvas = Canvas::new(plot);
    for band in &chart.bands {
        let [low, high] = band.between;
        if high > low {
            if let Some(ground) = theme.band() {
                canvas.band(band.between, ground);
            }
            for edge in band.between.into_iter().filter(|edge| 0.0 < *edge && *edge < 1.0) {
                // Where there are no colours, the fewer dots the better.
                let pattern = if theme.colourful() { Pattern::Solid } else { Pattern::Dotted };
                let pen = Pen::behind(theme.threshold(), pattern);
                canvas.polyline(&[[0.0, edge], [1.0, edge]], pen);
            }
        }
    }
    for lane in app.drawing_order() {
        for curve in chart.curves.iter().filter(|curve| curve.lane == lane) {
            let pen = match curve.on {
                MeasuredOn::Batch => pen(app, lane, 1),
                MeasuredOn::AllData => Pen { pattern: Pattern::Dotted, ..pen(app, lane, 1) },
            };
            curve.pieces.iter().for_each(|piece| canvas.polyline(piece, pen));
        }
    }
    for example in &chart.examples {
        let colour = example.class.map_or(theme.contour(), |class| theme.class(class));
        canvas.glyph_behind(example.at, '•', colour);
    }
    if !theme.colourful() {
        markers_at_ends(app, chart, &mut canvas);
    }
    for lane in app.drawing_order() {
        for mark in chart.marks.iter().filter(|mark| mark.lane == lane) {
            let symbol = match mark.kind {
                MarkKind::Raised => '▲',
                MarkKind::Lowered => '▼',
                MarkKind::Above => '↑',
                MarkKind::Below => '↓',
                MarkKind::Rejected => '×',
                MarkKind::Hollow => '○',
                MarkKind::Now => app.styles.get(lane).map_or('●', |style| style.marker.symbol()),
            };
            canvas.glyph(mark.at, symbol, ink(app, lane));
        }
    }
    for cursor in &chart.cursors {
        let colour = cursor.lane.map_or(theme.quiet().fg.unwrap_or_default(), |lane| ink(app, lane));
        canvas.vertical(cursor.at, colour, theme.cursor_ground());
    }
    canvas.paint(plot, buf);
    band_labels(app, chart, plot, buf);
    if let Some(word) = &chart.empty {
        // Where every row has a threshold, another panel says it.
        if let Some(free) = between_lines(chart, plot) {
            note(app, word, free, buf);
        }
    }
}

/// Without colours a curve is known by its lane's marker at its end.
fn markers_at_ends(app: &App, chart: &Chart, canvas: &mut Canvas) {
    for curve in chart.curves.iter().filter(|curve| curve.on == MeasuredOn::Batch) {
        let end = curve.pieces.last().and_then(|piece| piece.last());
        if let (Some(end), Some(style)) = (end, app.styles.get(curve.lane)) {
            canvas.glyph(*end, style.marker.symbol(), ink(app, curve.lane));
        }
    }
}

/// The part of a plot around the row nearest to its middle on which no threshold lies.
fn between_lines(chart: &Chart, plot: Rect) -> Option<Rect> {
    let row = |edge: f64| ((1.0 - edge) * f64::from(plot.height)) as u16;
    let lines: Vec<u16> = chart.bands.iter().flat_map(|band| band.between).map(row).collect();
    let middle = plot.height / 2;
    let free = (0..plot.height).filter(|row| !lines.contains(row)).min_by_key(|row| row.abs_diff(middle));
    free.map(|free| Rect { y: plot.y + free, height: 1, ..plot })
}

/// Says inside each band what it means, as far right as nothing is drawn, where it is high enough.
fn band_labels(app: &App, chart: &Chart, plot: Rect, buf: &mut Buffer) {
    for band in chart.bands.iter().filter(|band| band.between[1] > band.between[0]) {
        let row = |at: f64| (1.0 - at) * f64::from(plot.height);
        let (top, bottom) = (row(band.between[1]).ceil() as u16, row(band.between[0]).floor() as u16);
        let words = band.label.split_once(": ").map_or(&*band.label, |(_, words)| words);
        let width = words.width() as u16;
        if bottom < top + 2 || plot.width < 3 * width {
            continue;
        }
        // Nearest to the outer edge first, away from the thresholds.
        let outer_first = if top == 0 { (top..bottom).collect::<Vec<_>>() } else { (top..bottom).rev().collect() };
        let free = |x: u16, y: u16| (x - 1..=x + width).all(|x| buf[(x, y)].symbol() == " ");
        let across = (plot.x + 1..plot.right() - width).rev();
        let place = outer_first.into_iter().map(|row| plot.y + row);
        let place = place.flat_map(|y| across.clone().map(move |x| (x, y))).find(|&(x, y)| free(x, y));
        if let Some((x, y)) = place {
            buf.set_string(x, y, words, app.theme.quiet());
        }
    }
}

/// Names the thresholds of a ratio to the left of its plot, in place of ticks on the same rows.
pub fn threshold_labels(app: &App, chart: &Chart, plot: Rect, buf: &mut Buffer) {
    let edges = chart.bands.iter().filter(|band| band.between[1] > band.between[0]);
    let edges: Vec<f64> = edges.flat_map(|band| band.between).filter(|edge| 0.0 < *edge && *edge < 1.0).collect();
    let [low, high] = edges[..] else { return };
    let row = |edge: f64| (((1.0 - edge) * f64::from(plot.height)) as u16).min(plot.height.saturating_sub(1));
    for (edge, label) in [(low, "1/4"), (high, "3/4")] {
        let place = format!("{label:>width$}", width = usize::from(GUTTER) - 1);
        buf.set_string(plot.x - GUTTER, plot.y + row(edge), place, app.theme.text());
    }
}

/// Labels of an axis to the left of a plot: where two fall on the same row, the one nearer its middle.
pub fn y_labels(app: &App, axis: &Axis, plot: Rect, buf: &mut Buffer) {
    if plot.height == 0 {
        return;
    }
    let rows = f64::from(plot.height);
    let mut nearest: Vec<Option<(f64, &str)>> = vec![None; usize::from(plot.height)];
    for tick in axis.ticks.iter().filter(|tick| !tick.label.is_empty() && (0.0..=1.0).contains(&tick.at)) {
        let place = (1.0 - tick.at) * rows;
        let row = (place as usize).min(nearest.len() - 1);
        let off = (place - row as f64 - 0.5).abs();
        if nearest[row].is_none_or(|(other, _)| off < other) {
            nearest[row] = Some((off, &tick.label));
        }
    }
    for (row, label) in nearest.iter().enumerate().filter_map(|(row, entry)| Some((row, entry.as_ref()?.1))) {
        // Part of a number is another number: what finds no room is left out.
        let (width, room) = (label.width() as u16, GUTTER);
        if width > room {
            continue;
        }
        let x = plot.x - width - u16::from(width < room);
        buf.set_string(x, plot.y + row as u16, label, app.theme.quiet());
    }
}

/// Labels of an axis in the row below a plot, and what it measures at the right end where there is room.
pub fn x_labels(app: &App, axis: &Axis, plot: Rect, buf: &mut Buffer) {
    let y = plot.bottom();
    let mut free = plot.x.saturating_sub(GUTTER);
    for tick in axis.ticks.iter().filter(|tick| !tick.label.is_empty() && (0.0..=1.0).contains(&tick.at)) {
        let width = tick.label.width() as u16;
        let column = plot.x + ((tick.at * f64::from(plot.width)) as u16).min(plot.width.saturating_sub(1));
        let x = column.saturating_sub(width / 2).min(plot.right().saturating_sub(width));
        if x >= free {
            buf.set_string(x, y, &tick.label, app.theme.quiet());
            free = x + width + 1;
        }
    }
    // In fewer words where there is little room.
    let brief = axis.label.split(" (").next().unwrap_or_default();
    let briefest = brief.split(" of ").next().unwrap_or_default();
    let fits = |label: &&str| free + (label.width() as u16) < plot.right();
    if let Some(label) = [axis.label.as_str(), brief, briefest].into_iter().find(fits) {
        buf.set_string(plot.right() - label.width() as u16, y, label, app.theme.quiet());
    }
}
