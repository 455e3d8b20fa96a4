//! The large panel: a landscape, decision regions, a fit, the loss, or how the lanes do on the data.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};
use unicode_width::UnicodeWidthStr;

use super::{chart, confusion, focusable, gallery, grid, landscape, title};
use crate::{
    figure::{MainView, View},
    tui::{
        app::App,
        layout::{Panel, plot},
    },
};

/// Draws the panel.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let place = plot(area);
    let resolution = [2 * usize::from(place.width), 4 * usize::from(place.height)];
    let view = match app.view {
        View::Map => app.picture.sight().map(|sight| app.main_view(sight, resolution)),
        view => Some(app.plain_view(&app.trace_options(place, ticks(view, place)))),
    };
    let heading = match &view {
        None => &app.opening.name,
        Some(MainView::Landscape(map)) => &map.title,
        Some(MainView::Chart(data)) => &data.title,
        Some(MainView::Grid(data)) => &data.title,
        Some(MainView::Gallery(data)) => &data.title,
        Some(MainView::Confusion(data)) => &data.title,
    };
    let room = usize::from(area.width).saturating_sub(heading.width() + 8);
    focusable(app, app.focus == Panel::Main, heading, others(app, room), area, buf);
    match &view {
        None => {}
        Some(MainView::Landscape(map)) => landscape::render(app, map, place, buf),
        Some(MainView::Chart(data)) => {
            chart::render(app, data, place, buf);
            chart::x_labels(app, &data.x, place, buf);
        }
        Some(MainView::Grid(data)) => grid::render(app, data, area, buf),
        Some(MainView::Gallery(data)) => gallery::render(app, data, area, buf),
        Some(MainView::Confusion(data)) => confusion::render(app, data, area, buf),
    }
}

/// About how many ticks a chart of this view has across and up.
fn ticks(view: View, place: Rect) -> [usize; 2] {
    // A grid has up to three charts beside and two above each other.
    let [across, up] = if view == View::HeldOut { [30, 8] } else { [10, 3] };
    [usize::from(place.width / across).max(2), usize::from(place.height / up).max(2)]
}

/// Says that there is more to see, where there is.
fn others(app: &App, room: usize) -> Line<'static> {
    let views = app.views();
    let at = views.iter().position(|view| *view == app.view).unwrap_or_default();
    let text = format!("v: view {}/{}", at + 1, views.len());
    if views.len() < 2 || text.width() + 2 > room { Line::default() } else { title(&text, app.theme.quiet()) }
}
