//! Small charts beside and above each other in the large panel's place.

use super::{
    Area, Drawn,
    chart::{self, Look},
    elements::{Symbol, rgb},
    ink::Ink,
    layout::on_pixels,
    pixels::px,
    plot::{LABEL, TICK_GAP, label_width},
    text::{MIDDLE, START, bold, fitted, regular},
};
use crate::figure::{Grid, LaneStyle};

/// Size of a column's heading, and of the lanes' values below it.
const HEADING: f64 = 22.0;
const VALUE: f64 = 19.0;
/// From one line of values to the next.
const LINE: f64 = 1.35 * VALUE;
/// Between two columns, and above every chart, for its title.
const GAP: f64 = 22.0;
const HEAD: f64 = 34.0;
/// Below the lowest charts: tick labels and what the axis is.
const FOOT: f64 = 74.0;

/// Draws the charts in an area that has labels and titles inside it.
pub(super) fn draw(area: &Area, ink: &Ink, grid: &Grid, styles: &[LaneStyle]) -> Drawn {
    let (width, _) = area.dim_in_pixel();
    let heading = bold(HEADING, ink.text).pos(START);
    fitted(area, &grid.title, &heading, (0, px(HEADING)), width.cast_signed())?;
    if let Some(word) = &grid.empty {
        let middle = (width.cast_signed() / 2, area.dim_in_pixel().1.cast_signed() / 2);
        return area.draw_text(word, &regular(LABEL, ink.muted).pos(MIDDLE), middle);
    }
    let labels = grid.columns.first().into_iter().flat_map(|column| &column.charts);
    let labels = labels.map(|chart| label_width(area, &chart.y)).try_fold(0, |widest, width| Ok(widest.max(width?)))?;
    let below_title = area.margin(px(1.6 * HEADING), 0, labels + px(TICK_GAP), 0);
    let values = grid.columns.iter().map(|column| column.values.len()).max().unwrap_or(0);
    for (index, (place, column)) in
        below_title.split_evenly((1, grid.columns.len())).iter().zip(&grid.columns).enumerate()
    {
        let place = place.margin(0, 0, 0, px(GAP));
        let room = place.dim_in_pixel().0.cast_signed();
        fitted(&place, &column.heading, &heading, (0, px(HEADING)), room)?;
        for (line, value) in column.values.iter().enumerate() {
            let base = px(HEADING + LINE * (line + 1) as f64);
            if let Some(style) = styles.get(value.lane) {
                let at = (px(8.0), base - px(0.36 * VALUE));
                place.draw(&Symbol::marker(style.marker, at, 0.36 * VALUE, rgb(style.colour)))?;
            }
            fitted(&place, &value.text, &regular(VALUE, ink.text).pos(START), (px(24.0), base), room - px(24.0))?;
        }
        let charts = place.margin(px(1.3 * HEADING + LINE * values as f64), px(FOOT), 0, 0);
        let cells = charts.split_evenly((column.charts.len(), 1));
        for (row, (cell, data)) in cells.iter().zip(&column.charts).enumerate() {
            let mut data = data.clone();
            if index > 0 {
                data.title.clear();
            }
            let look = Look { x_labels: row + 1 == cells.len(), y_ticks: index == 0, y_label: false, line: 3.0 };
            chart::draw(&on_pixels(&cell.margin(px(HEAD), 0, 0, 0)), ink, &data, &look, styles)?;
        }
    }
    Ok(())
}
