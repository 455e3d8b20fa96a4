//! Loss, α, λ and ρ above each other, over one x axis and with one cursor.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use super::{
    chart::{self, ink},
    focusable,
};
use crate::{
    figure::{Chart, TraceKind, TraceOptions, trace},
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
        let ticks = [usize::from(plot.width / 10).max(2), usize::from(plot.height * 2 / 3).max(3)];
        let options = TraceOptions {
            rows: Some(usize::from(plot.height)),
            y_zoom: app.zoom.heights.get(index).copied().unwrap_or_default(),
            ..app.trace_options(plot, ticks)
        };
        let data = trace(kind, &app.history, &options);
        let room = usize::from(area.width).saturating_sub(data.title.width() + 8);
        focusable(app, focused(index), &data.title, readouts(app, &data, room), area, buf);
        chart::render(app, &data, plot, buf);
        if kind == TraceKind::Rho && options.y_zoom == 0 {
            chart::threshold_labels(app, &data, plot, buf);
        }
        if labels > 0 {
            chart::x_labels(app, &data.x, plot, buf);
        }
    }
}

/// The values at the cursor: of every optimiser where there is room, else of the chosen one.
fn readouts(app: &App, data: &Chart, room: usize) -> Line<'static> {
    let line = |only: Option<usize>| {
        let mut line = Line::default();
        for readout in data.readouts.iter().filter(|readout| only.is_none_or(|lane| readout.lane == lane)) {
            let marker = app.styles.get(readout.lane).map_or(' ', |style| style.marker.symbol());
            let style = if readout.lane == app.lane { app.theme.strong() } else { app.theme.text() };
            line.push_span(Span::styled(format!(" {marker} "), Style::new().fg(ink(app, readout.lane))));
            line.push_span(Span::styled(format!("{} ", readout.text), style));
        }
        line
    };
    [line(None), line(Some(app.lane))].into_iter().find(|line| line.width() <= room).unwrap_or_default()
}
