//! Where everything goes.

use super::{
    Area, Drawn,
    pixels::{UNITS, px},
    plot::{TICK_GAP, label_width},
};
use crate::figure::{Figure, MainView};

/// Empty border around everything, in pixels as all lengths here.
pub(super) const MARGIN: f64 = 32.0;
/// Room above a plot area: its title and some air.
const HEAD: f64 = 38.0;
/// Room below the plot areas: tick labels and the name of the axis.
const FOOT: f64 = 84.0;
/// Room for a vertical axis label.
const UPWARD_LABEL: f64 = 30.0;
/// Between both columns.
const COLUMN_GAP: f64 = 34.0;
/// Part of the width for the large panel.
const MAIN_SHARE: f64 = 0.53;

/// The plot areas.
pub(super) struct Layout<'a> {
    pub(super) main: Area<'a>,
    pub(super) traces: Vec<Area<'a>>,
}

impl<'a> Layout<'a> {
    /// Plot areas in the body of the picture: the large panel at the left, the traces at the right, one below the other.
    pub(super) fn new(body: &Area<'a>, figure: &Figure) -> Drawn<Self> {
        let width = body.dim_in_pixel().0.cast_signed();
        let border = px(MARGIN) + (f64::from(width - px(2.0 * MARGIN)) * MAIN_SHARE) as i32;
        let (left, right) = body.split_horizontally(border);
        let y = match &figure.main {
            MainView::Landscape(landscape) => Some(&landscape.y),
            MainView::Chart(chart) => Some(&chart.y),
            MainView::Grid(_) | MainView::Gallery(_) | MainView::Confusion(_) => None,
        };
        let main = match y {
            Some(y) => {
                let labels = px(MARGIN + UPWARD_LABEL + TICK_GAP) + label_width(body, y)?;
                left.margin(px(HEAD), px(FOOT), labels, px(COLUMN_GAP / 2.0))
            }
            // These find room for their titles and labels themselves.
            None => left.margin(px(HEAD / 4.0), px(MARGIN / 2.0), px(MARGIN), px(COLUMN_GAP / 2.0)),
        };
        let mut labels = 0;
        for chart in &figure.traces {
            labels = labels.max(label_width(body, &chart.y)?);
        }
        let column = right.margin(0, px(FOOT), px(COLUMN_GAP / 2.0 + TICK_GAP) + labels, px(MARGIN + 8.0));
        let cells = column.split_evenly((figure.traces.len(), 1));
        let traces = cells.iter().map(|cell| on_pixels(&cell.margin(px(HEAD), 0, 0, 0))).collect();
        Ok(Self { main: on_pixels(&main), traces })
    }
}

/// The largest area within another whose borders lie between pixels.
pub(super) fn on_pixels<'a>(area: &Area<'a>) -> Area<'a> {
    let (x, y) = area.get_pixel_range();
    let [before, after] = [|from: i32| (-from).rem_euclid(UNITS), |to: i32| to.rem_euclid(UNITS)];
    area.margin(before(y.start), after(y.end), before(x.start), after(x.end))
}
