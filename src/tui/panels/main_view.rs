//! The large panel: a landscape, decision regions, a fit, or the loss.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{chart, focusable, landscape};
use crate::{
    figure::{Chart, MainView, TraceKind, TraceOptions, XAxis, trace},
    session::Geometry,
    tui::{
        app::App,
        layout::{Panel, plot},
    },
};

/// Draws the panel.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let place = plot(area);
    let resolution = [2 * usize::from(place.width), 4 * usize::from(place.height)];
    let focused = app.focus == Panel::Main;
    let frame = |heading: &str, buf: &mut Buffer| focusable(app, focused, heading, Line::default(), area, buf);
    let view = match (app.picture.sight(), &app.opening.geometry) {
        (_, Geometry::Loss) => Some(MainView::Chart(Box::new(loss(app, place)))),
        (sight, _) => sight.map(|sight| app.main_view(sight, resolution)),
    };
    match view {
        None => {
            frame(&app.opening.name, buf);
        }
        Some(MainView::Landscape(map)) => {
            frame(&map.title, buf);
            landscape::render(app, &map, place, buf);
        }
        Some(MainView::Chart(data)) => {
            frame(&data.title, buf);
            chart::render(app, &data, place, buf);
            chart::x_labels(app, &data.x, place, buf);
        }
    }
}

/// The fair comparison for problems without a plane to look at: loss over evaluations.
fn loss(app: &App, place: Rect) -> Chart {
    let ticks = [usize::from(place.width / 10).max(2), usize::from(place.height / 3).max(2)];
    let options = TraceOptions { x_axis: XAxis::Evaluations, zoom: None, ..app.trace_options(place, ticks) };
    Chart { title: "loss f over evaluations".to_owned(), ..trace(TraceKind::Loss, &app.history, &options) }
}
