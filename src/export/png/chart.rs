//! A chart of curves.

use super::{
    canvas::{Area, Canvas, Pen},
    ink::Ink,
    layout::{AXIS_LABEL_DROP, LABEL, TICK_GAP, TITLE, TITLE_RISE, label_width},
    text::{Anchor, Type},
};
use crate::figure::{
    Axis, Chart, Example, LaneStyle, Mark, MarkKind, Point,
    palette::{Marker, Pattern, class_colour},
};

/// How a chart is drawn.
pub(super) struct Plot {
    /// Where.
    pub(super) area: Area,
    /// Whether its horizontal axis is labelled.
    pub(super) x_labels: bool,
    /// Whether its vertical axis is named; a title may say enough.
    pub(super) y_label: bool,
    /// Width of the curves.
    pub(super) line: f64,
}

/// Draws a chart.
pub(super) fn draw(canvas: &mut Canvas, ink: &Ink, chart: &Chart, plot: &Plot, styles: &[LaneStyle]) {
    let area = plot.area;
    title(canvas, ink, &chart.title, area);
    bands(canvas, ink, chart, area);
    grid(canvas, ink, &chart.x, &chart.y, area);
    examples(canvas, ink, &chart.examples, area);
    cursors(canvas, ink, chart, area, styles);
    for curve in &chart.curves {
        let Some(style) = styles.get(curve.lane) else { continue };
        for piece in &curve.pieces {
            let pen = pen(piece, plot, *style);
            canvas.line(&piece.iter().map(|&point| area.at(point)).collect::<Vec<_>>(), pen);
        }
    }
    for mark in &chart.marks {
        draw_mark(canvas, ink, mark, area, styles);
    }
    canvas.frame(area, Pen::solid(1.5, ink.frame));
    ticks(canvas, ink, &chart.x, &chart.y, area, plot.x_labels);
    // Each lane's marker at the end of its curve, since patterns drown where a curve is ragged.
    for curve in &chart.curves {
        let end = curve.pieces.last().and_then(|piece| piece.last()).filter(|end| (1e-6..1.0 - 1e-6).contains(&end[1]));
        if let Some((style, &end)) = styles.get(curve.lane).zip(end) {
            canvas.rimmed_marker(style.marker, area.at(end), 6.5, style.colour, ink.background);
        }
    }
    if plot.y_label {
        y_label(canvas, ink, &chart.y, area);
    }
    if let Some(text) = &chart.empty {
        let centre = area.at([0.5, 0.5]);
        canvas.text(text, [centre[0], centre[1] + 7.0], Type::regular(LABEL, ink.muted), Anchor::Middle);
    }
}

/// A curve's pen. One that goes up and down at every pixel would fill all it covers: it becomes thin and translucent, and as no
/// pattern can be seen in it, solid.
fn pen(piece: &[Point], plot: &Plot, style: LaneStyle) -> Pen {
    let climbed: f64 = piece.windows(2).map(|pair| (pair[1][1] - pair[0][1]).abs()).sum::<f64>() * plot.area.height();
    let across = piece.first().zip(piece.last()).map_or(0.0, |(first, last)| last[0] - first[0]) * plot.area.width();
    if piece.len() > 100 && climbed > 8.0 * across {
        Pen { opacity: 0.5, ..Pen::solid(1.3, style.colour) }
    } else {
        Pen::patterned(plot.line, style.colour, style.pattern)
    }
}

/// A panel's title above its plot area.
pub(super) fn title(canvas: &mut Canvas, ink: &Ink, text: &str, area: Area) {
    canvas.text(text, [area.left, area.top - TITLE_RISE], Type::bold(TITLE, ink.text), Anchor::Start);
}

fn bands(canvas: &mut Canvas, ink: &Ink, chart: &Chart, area: Area) {
    for band in &chart.bands {
        let [low, high] = band.between;
        let (lower, upper) = (area.at([0.0, low])[1], area.at([0.0, high])[1]);
        if high - low > 1e-9 {
            canvas.rectangle(Area { top: upper, bottom: lower, ..area }, ink.band);
            // At its outer side and the later end, where curves have mostly settled in the middle.
            let base = if high > 0.5 { upper + 24.0 } else { lower - 10.0 };
            canvas.text(&band.label, [area.right - 10.0, base], Type::regular(18.0, ink.muted), Anchor::End);
        } else {
            canvas.line(&[[area.left, lower], [area.right, lower]], Pen::solid(1.5, ink.frame));
        }
    }
}

/// Lines at the labelled ticks.
fn grid(canvas: &mut Canvas, ink: &Ink, x: &Axis, y: &Axis, area: Area) {
    let pen = Pen::solid(1.0, ink.grid);
    let labelled = |axis: &Axis| {
        let ticks = axis.ticks.iter().filter(|tick| !tick.label.is_empty()).map(|tick| tick.at);
        ticks.collect::<Vec<_>>()
    };
    for at in labelled(x) {
        let x = area.at([at, 0.0])[0].round() + 0.5;
        canvas.line(&[[x, area.top], [x, area.bottom]], pen);
    }
    for at in labelled(y) {
        let y = area.at([0.0, at])[1].round() + 0.5;
        canvas.line(&[[area.left, y], [area.right, y]], pen);
    }
}

/// Data points; those of a class have its colour and shape.
pub(super) fn examples(canvas: &mut Canvas, ink: &Ink, examples: &[Example], area: Area) {
    for example in examples {
        let at = area.at(example.at);
        match example.class {
            Some(class) => {
                let marker = Marker::ALL[usize::from(class) % Marker::ALL.len()];
                canvas.marker(marker, at, 6.2, ink.background);
                canvas.marker(marker, at, 4.6, class_colour(class));
            }
            None => canvas.circle(at, 4.2, ink.frame),
        }
    }
}

fn cursors(canvas: &mut Canvas, ink: &Ink, chart: &Chart, area: Area, styles: &[LaneStyle]) {
    for cursor in &chart.cursors {
        let colour = cursor.lane.map_or(Some(ink.muted), |lane| styles.get(lane).map(|style| style.colour));
        let x = area.at([cursor.at, 0.0])[0];
        if let Some(colour) = colour {
            let pattern = if cursor.lane.is_some() { Pattern::Dotted } else { Pattern::Solid };
            canvas.line(&[[x, area.top], [x, area.bottom]], Pen::patterned(1.8, colour, pattern));
        }
    }
}

fn draw_mark(canvas: &mut Canvas, ink: &Ink, mark: &Mark, area: Area, styles: &[LaneStyle]) {
    let Some(style) = styles.get(mark.lane) else { return };
    let at = area.at(mark.at);
    match mark.kind {
        MarkKind::Raised => canvas.rimmed_marker(Marker::Triangle, at, 6.2, style.colour, ink.background),
        MarkKind::Lowered => canvas.rimmed_marker(Marker::Wedge, at, 6.2, style.colour, ink.background),
        MarkKind::Rejected => canvas.rimmed_marker(Marker::Cross, at, 6.0, style.colour, ink.background),
        MarkKind::Above => edge(canvas, ink, [at[0], at[1] + 4.0], 1.0, *style),
        MarkKind::Below => edge(canvas, ink, [at[0], at[1] - 4.0], -1.0, *style),
    }
}

/// An arrow head at an edge: the value lies beyond it.
fn edge(canvas: &mut Canvas, ink: &Ink, [x, y]: Point, inwards: f64, style: LaneStyle) {
    let head = [[x - 7.5, y + inwards * 10.0], [x, y], [x + 7.5, y + inwards * 10.0]];
    canvas.line(&head, Pen::solid(7.0, ink.background));
    canvas.line(&head, Pen::solid(3.4, style.colour));
}

/// Tick strokes and labels outside the plot area. A label that would touch the one before it is left out.
pub(super) fn ticks(canvas: &mut Canvas, ink: &Ink, x: &Axis, y: &Axis, area: Area, x_labels: bool) {
    let (pen, kind) = (Pen::solid(1.5, ink.frame), Type::regular(LABEL, ink.muted));
    let mut last = f64::INFINITY;
    for tick in &y.ticks {
        let y = area.at([0.0, tick.at])[1];
        canvas.line(&[[area.left, y], [area.left - length(&tick.label), y]], pen);
        if !tick.label.is_empty() && last - y > 1.05 * LABEL {
            canvas.text(&tick.label, [area.left - TICK_GAP, y + 0.36 * LABEL], kind, Anchor::End);
            last = y;
        }
    }
    let mut last = f64::NEG_INFINITY;
    for tick in &x.ticks {
        let x = area.at([tick.at, 0.0])[0];
        canvas.line(&[[x, area.bottom], [x, area.bottom + length(&tick.label)]], pen);
        let half = canvas.fonts.width(&tick.label, kind) / 2.0;
        if x_labels && !tick.label.is_empty() && x - half > last + 8.0 {
            canvas.text(&tick.label, [x, area.bottom + TICK_GAP + 0.82 * LABEL], kind, Anchor::Middle);
            last = x + half;
        }
    }
    if x_labels {
        let centre = f64::midpoint(area.left, area.right);
        canvas.text(&x.label, [centre, area.bottom + AXIS_LABEL_DROP], Type::regular(LABEL, ink.text), Anchor::Middle);
    }
}

/// Writes a vertical axis' label upwards, left of its tick labels.
pub(super) fn y_label(canvas: &mut Canvas, ink: &Ink, y: &Axis, area: Area) {
    let left = area.left - label_width(canvas, y) - TICK_GAP - 12.0;
    let middle = f64::midpoint(area.top, area.bottom);
    canvas.text_upwards(&y.label, [left, middle], Type::regular(LABEL, ink.text), Anchor::Middle);
}

/// Length of a tick's stroke.
fn length(label: &str) -> f64 {
    if label.is_empty() { 3.0 } else { 6.0 }
}
