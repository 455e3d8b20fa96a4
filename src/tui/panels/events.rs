//! The events of all lanes, to go to.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::{cut, list, padded, scrubber::style, window, window_area};
use crate::{
    figure::number::count,
    tui::app::{App, Listed},
};

/// How wide the list would like to be.
const WIDTH: usize = 90;

fn wanted(app: &App) -> (usize, usize) {
    (WIDTH, app.event_list.rows.len() + 2)
}

fn place(app: &App, area: Rect) -> (Rect, usize) {
    let inside = window_area(wanted(app), area);
    let place = Rect { height: inside.height.saturating_sub(2), ..inside };
    (place, list::top(app.event_list.chosen, usize::from(place.height), app.event_list.rows.len()))
}

/// Which event is at a row of the screen.
pub fn at(app: &App, area: Rect, column: u16, row: u16) -> Option<usize> {
    let (place, first) = place(app, area);
    let index = first + usize::from(row.saturating_sub(place.y));
    (place.contains((column, row).into()) && index < app.event_list.rows.len()).then_some(index)
}

/// Draws the overlay.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let total = app.event_list.rows.len();
    let title = format!("events · {} of {}", count((app.event_list.chosen + 1).min(total)), count(total));
    let inside = window(app.theme, &title, wanted(app), area, buf);
    let (place, first) = place(app, area);
    let labels = app.history.lanes().iter().map(|lane| lane.label().width()).max().unwrap_or(0).min(24);
    let steps = app.event_list.rows.last().map_or(0, |row| count(row.step).width());
    for (y, (index, row)) in (place.y..place.bottom()).zip(app.event_list.rows.iter().enumerate().skip(first)) {
        let line = Rect { y, height: 1, ..place };
        entry(app, index == app.event_list.chosen, *row, [steps, labels], line, buf);
    }
    let hints = [("↑↓", "choose"), ("enter", "go there"), ("g G", "first, last"), ("esc", "back")];
    list::keys(app.theme, &hints, Rect { y: inside.bottom().saturating_sub(1), height: 1, ..inside }, buf);
}

/// The step, the lane, and what happened there with its numbers.
fn entry(app: &App, chosen: bool, row: Listed, [steps, labels]: [usize; 2], area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let (Some(past), Some(events)) = (app.history.lanes().get(row.lane), app.events_of(row.lane)) else { return };
    let own = Style::new().fg(theme.lane(&app.styles[row.lane]));
    let or = |style: Style| if chosen { theme.chosen() } else { style };
    let step = count(row.step);
    let room = usize::from(area.width).saturating_sub(steps + labels + 8);
    Line::from(vec![
        Span::styled(format!("{}{step}  ", " ".repeat(steps.saturating_sub(step.width()))), or(theme.strong())),
        Span::styled(format!("{} ", app.styles[row.lane].marker.symbol()), or(own)),
        Span::styled(format!("{}  ", padded(past.label(), labels)), or(theme.text())),
        Span::styled(format!("{} ", row.kind.symbol()), or(style(theme, row.kind))),
        Span::styled(padded(&cut(&events.in_words(past, row.step), room), room), or(theme.text())),
    ])
    .render(area, buf);
}
