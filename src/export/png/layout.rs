//! Where everything goes.

use super::{
    PNG_SIZE,
    canvas::{Area, Canvas},
    text::Type,
};
use crate::figure::{Axis, Figure, MainView};

/// Empty border around everything.
pub(super) const MARGIN: f64 = 32.0;
/// Size of panel titles.
pub(super) const TITLE: f64 = 22.0;
/// Size of tick labels.
pub(super) const LABEL: f64 = 20.0;
/// From a plot area up to the base line of its title.
pub(super) const TITLE_RISE: f64 = 10.0;
/// From a plot area to its tick labels.
pub(super) const TICK_GAP: f64 = 9.0;
/// From the bottom of a plot area to the base line of its axis label.
pub(super) const AXIS_LABEL_DROP: f64 = 58.0;
/// Room for a vertical axis label.
const UPWARD_LABEL: f64 = 30.0;
/// From one trace to the next: a title and some air.
const TRACE_GAP: f64 = 40.0;
/// Between both columns.
const COLUMN_GAP: f64 = 34.0;
/// Part of the width for the large panel.
const MAIN_SHARE: f64 = 0.59;

/// The plot areas.
pub(super) struct Layout {
    pub(super) main: Area,
    pub(super) traces: Vec<Area>,
}

impl Layout {
    /// Plot areas below the header, which ends at `below`.
    pub(super) fn new(canvas: &Canvas, figure: &Figure, below: f64) -> Self {
        let [width, height] = PNG_SIZE.map(f64::from);
        let (top, bottom) = (below + TITLE + TITLE_RISE + 6.0, height - MARGIN + 6.0 - AXIS_LABEL_DROP);
        let border = MARGIN + (width - 2.0 * MARGIN) * MAIN_SHARE;
        let axis = match &figure.main {
            MainView::Landscape(landscape) => &landscape.y,
            MainView::Chart(chart) => &chart.y,
        };
        let main = Area {
            left: MARGIN + UPWARD_LABEL + label_width(canvas, axis) + TICK_GAP,
            top,
            right: border - COLUMN_GAP / 2.0,
            bottom,
        };
        let labels = figure.traces.iter().map(|chart| label_width(canvas, &chart.y)).fold(0.0, f64::max);
        let count = figure.traces.len().max(1) as f64;
        let each = ((bottom - top) - TRACE_GAP * (count - 1.0)) / count;
        let (left, right) = (border + COLUMN_GAP / 2.0 + labels + TICK_GAP, width - MARGIN - 8.0);
        let traces = (0..figure.traces.len()).map(|index| {
            let top = top + index as f64 * (each + TRACE_GAP);
            Area { left, top, right, bottom: top + each }
        });
        Self { main: whole(main), traces: traces.map(whole).collect() }
    }
}

/// Width of the widest tick label.
pub(super) fn label_width(canvas: &Canvas, axis: &Axis) -> f64 {
    let kind = Type::regular(LABEL, [0; 3]);
    axis.ticks.iter().map(|tick| canvas.fonts.width(&tick.label, kind)).fold(0.0, f64::max)
}

/// The nearest area whose borders lie between pixels, so that straight lines are sharp.
pub(super) fn whole(area: Area) -> Area {
    Area { left: area.left.round(), top: area.top.round(), right: area.right.round(), bottom: area.bottom.round() }
}
