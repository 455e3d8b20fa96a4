//! Title, subtitle and legend.

use plotters::prelude::TextStyle;

use super::{
    Area, Drawn,
    elements::{Symbol, rgb, stroke},
    ink::Ink,
    layout::MARGIN,
    pixels::px,
    plot::line,
    text::{END, START, bold, fitted, regular, shortened, width},
};
use crate::figure::{Figure, LaneStyle, LegendEntry};

/// From the top to the base line of the title, and to the legend.
const DROPS: [f64; 2] = [56.0, 74.0];
/// Length of a legend's piece of line.
const SAMPLE: f64 = 76.0;
/// Its width, at which two dashes of every pattern fit in.
const SAMPLE_WIDTH: f64 = 3.4;
/// Between the parts of an entry, and between entries.
const GAPS: [f64; 2] = [11.0, 34.0];
/// Rows of a legend, so that there is room for the charts whatever the number of lanes.
const MOST_ROWS: usize = 12;

/// Draws the header and returns what remains below.
pub(super) fn draw<'a>(root: &Area<'a>, ink: &Ink, figure: &Figure, styles: &[LaneStyle]) -> Drawn<Area<'a>> {
    let right = root.dim_in_pixel().0.cast_signed() - px(MARGIN);
    let subtitle = regular(24.0, ink.muted).pos(END);
    root.draw_text(&figure.subtitle, &subtitle, (right - px(8.0), px(DROPS[0])))?;
    let room = right - px(2.0 * MARGIN) - width(root, &figure.subtitle, &subtitle)?;
    let mut title = bold(34.0, ink.text).pos(START);
    for size in [30.0, 26.0] {
        if width(root, &figure.title, &title)? > room {
            title = bold(size, ink.text).pos(START);
        }
    }
    fitted(root, &figure.title, &title, (px(MARGIN), px(DROPS[0])), room)?;
    let height = legend(root, ink, figure, styles)?;
    Ok(root.split_vertically(px(DROPS[1]) + height).1)
}

/// How the legend's texts look.
struct Look {
    size: f64,
    label: TextStyle<'static>,
    state: TextStyle<'static>,
}

/// Draws the legend in the largest size that needs at most two rows, and returns its height.
fn legend(root: &Area, ink: &Ink, figure: &Figure, styles: &[LaneStyle]) -> Drawn<i32> {
    let look_of =
        |size| Look { size, label: bold(size, ink.text).pos(START), state: regular(size, ink.muted).pos(START) };
    let mut look = look_of(23.0);
    let mut rows = arrange(root, &figure.legend, &look)?;
    for size in [20.0, 18.0, 16.0] {
        if rows.len() > 2 {
            look = look_of(size);
            rows = arrange(root, &figure.legend, &look)?;
        }
    }
    let base = |row: usize| px(DROPS[1] + look.size * (1.25 + 1.65 * row as f64));
    if rows.len() > MOST_ROWS {
        let more = rows.drain(MOST_ROWS - 1..).map(|row| row.len()).sum::<usize>();
        root.draw_text(&format!("and {more} more"), &look.state, (px(MARGIN), base(MOST_ROWS - 1)))?;
        rows.push(Vec::new());
    }
    for (index, row) in rows.iter().enumerate() {
        for &(x, entry) in row {
            draw_entry(root, styles, entry, (x, base(index)), &look)?;
        }
    }
    Ok(px(look.size * (0.6 + 1.65 * rows.len() as f64)))
}

/// Entries with their left ends, row by row.
fn arrange<'a>(root: &Area, legend: &'a [LegendEntry], look: &Look) -> Drawn<Vec<Vec<(i32, &'a LegendEntry)>>> {
    let right = root.dim_in_pixel().0.cast_signed() - px(MARGIN);
    let mut rows: Vec<Vec<(i32, &LegendEntry)>> = Vec::new();
    let mut x = px(MARGIN);
    for entry in legend {
        let texts = width(root, &entry.label, &look.label)? + width(root, &entry.state, &look.state)?;
        let length = px(SAMPLE + 2.0 * GAPS[0]) + texts;
        if let Some(row) = rows.last_mut().filter(|_| x + length <= right) {
            row.push((x, entry));
        } else {
            x = px(MARGIN);
            rows.push(vec![(x, entry)]);
        }
        x += length + px(GAPS[1]);
    }
    Ok(rows)
}

fn draw_entry(root: &Area, styles: &[LaneStyle], entry: &LegendEntry, (x, base): (i32, i32), look: &Look) -> Drawn {
    let middle = base - px(0.36 * look.size);
    if let Some(style) = styles.get(entry.lane) {
        let radius = 0.36 * look.size;
        let sample = vec![(x + px(2.0 * radius + 6.0), middle), (x + px(SAMPLE), middle)];
        line(root, sample, style.pattern, stroke(rgb(style.colour), SAMPLE_WIDTH))?;
        root.draw(&Symbol::marker(style.marker, (x + px(radius), middle), radius, rgb(style.colour)))?;
    }
    let x = x + px(SAMPLE + GAPS[0]);
    let [label, state] = texts(root, entry, x, look)?;
    root.draw_text(&label.text, &look.label, (label.left, base))?;
    root.draw_text(&state.text, &look.state, (state.left, base))
}

/// A text with where it begins and ends.
struct Placed {
    text: String,
    left: i32,
    right: i32,
}

/// An entry's label and value from a place to the margin. The label gives way to the value, which is what the picture is made for.
fn texts(root: &Area, entry: &LegendEntry, left: i32, look: &Look) -> Drawn<[Placed; 2]> {
    let end = root.dim_in_pixel().0.cast_signed() - px(MARGIN);
    let place = |text: &str, style: &TextStyle, left: i32, right: i32| -> Drawn<Placed> {
        let text = shortened(root, text, style, right - left)?;
        let right = left + width(root, &text, style)?;
        Ok(Placed { text, left, right })
    };
    let value = width(root, &entry.state, &look.state)?.min((end - left) / 2) + px(GAPS[0]);
    let label = place(&entry.label, &look.label, left, end - value)?;
    let state = place(&entry.state, &look.state, label.right + px(GAPS[0]), end)?;
    Ok([label, state])
}

#[cfg(test)]
mod tests;
