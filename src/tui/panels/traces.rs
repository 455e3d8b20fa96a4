//! Loss, α, λ and ρ above each other, over one x axis and with one cursor.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};
use unicode_width::UnicodeWidthStr;

use super::{chart, focusable, title};
use crate::{
    figure::{Chart, TraceKind, trace},
    tui::{
        app::App,
        layout::{Panel, plot_above},
    },
};

/// Draws the traces; the last one has the labels of the x axis.
pub fn render(app: &App, areas: &[(usize, Rect)], buf: &mut Buffer) {
    let focused = |index: usize| app.focus == Panel::Trace(index);
    let last = areas.last().map(|(index, _)| *index);
    for &(index, area) in areas {
        let Some(&kind) = TraceKind::ALL.get(index) else { continue };
        let labels = u16::from(Some(index) == last);
        let plot = plot_above(area, labels);
        let ticks = [usize::from(plot.width / 10).max(2), usize::from(plot.height / 2).max(2)];
        let data = trace(kind, &app.history, &app.trace_options(plot, ticks));
        let right = bands(app, &data, usize::from(area.width).saturating_sub(data.title.width() + 8));
        focusable(app, focused(index), &data.title, right, area, buf);
        chart::render(app, &data, plot, buf);
        if kind == TraceKind::Rho {
            chart::threshold_labels(app, &data, plot, buf);
        }
        if labels > 0 {
            chart::x_labels(app, &data.x, plot, buf);
        }
    }
}

/// What the shaded bands mean, as far as there is room.
fn bands(app: &App, data: &Chart, room: usize) -> Line<'static> {
    let shaded = data.bands.iter().filter(|band| band.between[1] > band.between[0]);
    let text = shaded.map(|band| band.label.as_str()).collect::<Vec<_>>().join(" · ");
    if text.is_empty() || text.width() + 2 > room { Line::default() } else { title(&text, app.theme.quiet()) }
}
