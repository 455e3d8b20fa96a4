//! A table of what is taken for what, in percent of a row.

use plotters::prelude::{Color, Rectangle};

use super::{
    Area, Drawn,
    elements::rgb,
    ink::Ink,
    pixels::{UNITS, px},
    text::{END, MIDDLE, START, bold, fitted, regular, width},
};
use crate::figure::{
    ConfusionMatrix, LaneStyle,
    palette::{Rgb, mix, readable},
};

const TITLE: f64 = 22.0;
const WORDS: f64 = 18.0;

/// Draws the table as large as the area allows.
pub(super) fn draw(area: &Area, ink: &Ink, matrix: &ConfusionMatrix, styles: &[LaneStyle]) -> Drawn {
    let [all_width, all_height] = <[u32; 2]>::from(area.dim_in_pixel()).map(u32::cast_signed);
    fitted(area, &matrix.title, &bold(TITLE, ink.text).pos(START), (0, px(TITLE)), all_width)?;
    let words = |colour| regular(WORDS, colour);
    if let Some(word) = &matrix.empty {
        return area.draw_text(word, &words(ink.muted).pos(MIDDLE), (all_width / 2, all_height / 2));
    }
    let legend = "rows: what they are; columns: what they were taken for, in % of the row";
    for (line, text) in [matrix.caption.as_str(), legend].into_iter().enumerate() {
        let style = words(ink.muted).pos(START);
        let base = px(2.3 * TITLE + 1.3 * WORDS * line as f64);
        fitted(area, text, &style, (0, base), all_width)?;
    }
    let mut names = matrix.names.iter().map(|name| width(area, name, &words(ink.text)));
    let names = names.try_fold(0, |widest, width| Ok(widest.max(width?)))?.min(all_width / 3) + px(12.0);
    let classes = whole(matrix.names.len().max(1));
    let top = px(5.4 * TITLE);
    // Whole pixels, so that neighbours neither overlap nor leave a line between them.
    let cell = [(all_width - names) / classes, ((all_height - top) / classes).min((all_width - names) / classes)];
    let cell = cell.map(|units| units / UNITS * UNITS);
    let full = styles.get(matrix.lane).map_or(ink.text.rgb().into(), |style| style.colour);
    // Three digits need about two and a half times their height across, and half as much again down.
    let [across, down] = cell.map(|units| f64::from(units) / f64::from(UNITS));
    let size = WORDS.min(across / 2.4).min(down / 1.5);
    for (index, name) in matrix.names.iter().enumerate() {
        let index = whole(index);
        let style = regular(size.max(10.0), ink.text).pos(MIDDLE);
        let middle = names + index * cell[0] + cell[0] / 2;
        fitted(area, name, &style, (middle, top - px(10.0)), cell[0] - px(4.0))?;
        let base = top + index * cell[1] + cell[1] / 2 + px(0.36 * WORDS);
        fitted(area, name, &words(ink.text).pos(END), (names - px(10.0), base), names - px(12.0))?;
    }
    for (row, cells) in matrix.cells.iter().enumerate() {
        for (column, entry) in cells.iter().enumerate() {
            let corner = (names + whole(column) * cell[0], top + whole(row) * cell[1]);
            let [page, text] = [ink.background, ink.text].map(|colour| Rgb::from(colour.rgb()));
            let tint = mix(page, full, entry.depth);
            let ground = rgb(tint);
            area.draw(&Rectangle::new([corner, (corner.0 + cell[0], corner.1 + cell[1])], ground.filled()))?;
            let colour = rgb(readable(tint, [text, page]));
            let style = if row == column { bold(size, colour) } else { regular(size, colour) };
            let middle = (corner.0 + cell[0] / 2, corner.1 + cell[1] / 2 + px(0.36 * size));
            area.draw_text(&entry.text, &style.pos(MIDDLE), middle)?;
        }
    }
    Ok(())
}

/// A number of classes, which are few.
fn whole(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
