//! Small charts beside and above each other, in the frame of the large panel.

use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

use super::{
    chart::{self, ink},
    cut, inside, note,
};
use crate::{
    figure::{Grid, GridColumn},
    tui::{app::App, layout::GUTTER},
};

/// With less height than this beside the lanes' values, the charts need it more.
const WORTH_VALUES: u16 = 14;

/// Draws the charts.
pub fn render(app: &App, grid: &Grid, area: Rect, buf: &mut Buffer) {
    let inside = inside(area);
    if let Some(word) = &grid.empty {
        return note(app, word, inside, buf);
    }
    let count = grid.columns.len().max(1) as u16;
    let width = inside.width.saturating_sub(GUTTER + count - 1) / count;
    for (index, column) in grid.columns.iter().enumerate() {
        let x = inside.x + GUTTER + index as u16 * (width + 1);
        let place = Rect { x, width, ..inside };
        render_column(app, column, place, index == 0, buf);
        if index > 0 {
            for y in place.top()..place.bottom() {
                buf.set_string(x - 1, y, "│", app.theme.border(false));
            }
        }
    }
}

fn render_column(app: &App, column: &GridColumn, place: Rect, first: bool, buf: &mut Buffer) {
    let theme = app.theme;
    let width = usize::from(place.width);
    let values = column.values.len() as u16;
    let with_values = place.height >= WORTH_VALUES + values;
    let mut y = place.y;
    let heading = cut(&column.heading, width);
    buf.set_string(place.x, y, &heading, theme.strong());
    // What a row of charts is about begins in the gutter, where its axis is labelled.
    let caption = |y: u16, room: usize, title: &str, buf: &mut Buffer| {
        if first {
            let title = if title.width() > room { title.split(' ').next().unwrap_or_default() } else { title };
            buf.set_string(place.x - GUTTER, y, cut(title, room), theme.quiet());
        }
    };
    let gutter = usize::from(GUTTER);
    let title = |index: usize| column.charts.get(index).map_or("", |chart| chart.title.as_str());
    if with_values {
        for value in &column.values {
            y += 1;
            let marker = app.styles.get(value.lane).map_or(' ', |style| style.marker.symbol());
            buf.set_string(place.x, y, marker.to_string(), ratatui::style::Style::new().fg(ink(app, value.lane)));
            buf.set_string(place.x + 2, y, cut(&value.text, width.saturating_sub(2)), theme.text());
        }
        y += 1;
        caption(y, gutter + width, title(0), buf);
    } else {
        caption(y, gutter - 1, title(0), buf);
    }
    y += 1;
    let charts = column.charts.len().max(1) as u16;
    // Below all of them the labels of the x axis, above all but the first a caption.
    let plots = (place.bottom() - y).saturating_sub(charts);
    for (index, data) in column.charts.iter().enumerate() {
        let index = index as u16;
        if index > 0 {
            caption(y, gutter + width, &data.title, buf);
            y += 1;
        }
        let height = plots / charts + u16::from(index < plots % charts);
        let plot = Rect { y, height, ..place };
        // The labels of a common axis stand on its left.
        if first {
            chart::render(app, data, plot, buf);
        } else {
            chart::render_bare(app, data, plot, buf);
        }
        y += height;
        if index + 1 == charts {
            chart::x_labels(app, &data.x, plot, buf);
        }
    }
}
