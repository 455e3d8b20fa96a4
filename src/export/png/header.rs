//! Title, subtitle and legend.

use super::{
    PNG_SIZE,
    canvas::{Canvas, Pen},
    ink::Ink,
    layout::MARGIN,
    text::{Anchor, Type},
};
use crate::figure::{Figure, LegendEntry};

/// Length of a legend's piece of line.
const SAMPLE: f64 = 76.0;
/// Between the parts of an entry, and between entries.
const GAPS: [f64; 2] = [11.0, 34.0];

/// Draws the header and returns where it ends.
pub(super) fn draw(canvas: &mut Canvas, ink: &Ink, figure: &Figure) -> f64 {
    let width = f64::from(PNG_SIZE[0]);
    let subtitle = Type::regular(24.0, ink.muted);
    canvas.text(&figure.subtitle, [width - MARGIN - 8.0, 56.0], subtitle, Anchor::End);
    let room = width - 3.0 * MARGIN - canvas.fonts.width(&figure.subtitle, subtitle);
    let sizes = [34.0, 30.0, 26.0].map(|size| Type::bold(size, ink.text));
    let title = sizes.into_iter().find(|&kind| canvas.fonts.width(&figure.title, kind) <= room).unwrap_or(sizes[2]);
    let text = canvas.fonts.shortened(&figure.title, title, room);
    canvas.text(&text, [MARGIN, 56.0], title, Anchor::Start);
    legend(canvas, ink, figure, 74.0)
}

/// Draws the legend from `top` on, in the largest size that needs at most two rows, and returns where it ends.
fn legend(canvas: &mut Canvas, ink: &Ink, figure: &Figure, top: f64) -> f64 {
    let rows_at = |size: f64| rows(canvas, &figure.legend, size);
    let sizes = [23.0, 20.0, 18.0];
    let size = sizes.into_iter().find(|&size| rows_at(size).len() <= 2).unwrap_or(16.0);
    let rows = rows_at(size);
    let step = size * 1.65;
    for (index, row) in rows.iter().enumerate() {
        let base = top + size * 1.25 + index as f64 * step;
        for &(x, entry) in row {
            draw_entry(canvas, ink, figure, entry, [x, base], size);
        }
    }
    top + size * 0.6 + rows.len() as f64 * step
}

fn kinds(size: f64, ink: Option<&Ink>) -> [Type; 2] {
    let colour = |of: fn(&Ink) -> [u8; 3]| ink.map(of).unwrap_or_default();
    [Type::bold(size, colour(|ink| ink.text)), Type::regular(size, colour(|ink| ink.muted))]
}

/// Entries with their left ends, row by row.
fn rows<'a>(canvas: &Canvas, legend: &'a [LegendEntry], size: f64) -> Vec<Vec<(f64, &'a LegendEntry)>> {
    let right = f64::from(PNG_SIZE[0]) - MARGIN;
    let [label, state] = kinds(size, None);
    let mut rows: Vec<Vec<(f64, &LegendEntry)>> = Vec::new();
    let mut x = MARGIN;
    for entry in legend {
        let width =
            SAMPLE + 2.0 * GAPS[0] + canvas.fonts.width(&entry.label, label) + canvas.fonts.width(&entry.state, state);
        if let Some(row) = rows.last_mut().filter(|_| x + width <= right) {
            row.push((x, entry));
        } else {
            x = MARGIN;
            rows.push(vec![(x, entry)]);
        }
        x += width + GAPS[1];
    }
    rows
}

fn draw_entry(canvas: &mut Canvas, ink: &Ink, figure: &Figure, entry: &LegendEntry, [x, base]: [f64; 2], size: f64) {
    let middle = base - 0.36 * size;
    if let Some(style) = figure.styles.get(entry.lane) {
        let pen = Pen::patterned(4.0, style.colour, style.pattern);
        let radius = 0.36 * size;
        canvas.line(&[[x + 2.0 * radius + 6.0, middle], [x + SAMPLE, middle]], pen);
        canvas.marker(style.marker, [x + radius, middle], radius, style.colour);
    }
    let [label, state] = kinds(size, Some(ink));
    let x = x + SAMPLE + GAPS[0];
    let room = f64::from(PNG_SIZE[0]) - MARGIN - x;
    let text = canvas.fonts.shortened(&entry.label, label, room);
    canvas.text(&text, [x, base], label, Anchor::Start);
    let used = canvas.fonts.width(&text, label) + GAPS[0];
    let text = canvas.fonts.shortened(&entry.state, state, room - used);
    canvas.text(&text, [x + used, base], state, Anchor::Start);
}
