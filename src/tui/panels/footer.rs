//! The last line: a message until the next key, else the keys most needed.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph, Widget, Wrap},
};
use unicode_width::UnicodeWidthStr;

use super::wrapped;
use crate::tui::{
    action::Command,
    app::{App, Message},
    keys,
};

/// Draws the line.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    if let Some(message) = &app.message {
        return tell(app, message, area, buf);
    }
    let mut line = Line::default();
    for (command, hint) in hints(app, area) {
        let (key, mut what) = hint.split_once(' ').unwrap_or((hint, ""));
        if command == Command::PlayPause && app.playing {
            what = "stop";
        }
        line.push_span(Span::styled(if line.width() == 0 { "" } else { BETWEEN }, theme.border(false)));
        line.push_span(Span::styled(key, theme.strong()));
        line.push_span(Span::styled(format!(" {what}"), theme.quiet()));
    }
    line.render(area, buf);
}

/// Draws a message. One too long for the area reaches over the time line to its left; one too long for the line takes more of them,
/// so that what it says to do is never cut off.
fn tell(app: &App, message: &Message, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let style = if message.warning { theme.warning() } else { theme.notice() };
    let whole = Rect::new(1, area.y, area.right().saturating_sub(2), 1);
    let width = message.text.width() as u16;
    if width <= whole.width {
        let x = if width <= area.width { area.x } else { area.right() - 1 - width };
        let place = Rect { x: x.saturating_sub(1), width: width + 2, ..area }.intersection(buf.area);
        buf.set_stringn(place.x, place.y, " ".repeat(usize::from(place.width)), usize::from(place.width), theme.text());
        buf.set_string(x, area.y, &message.text, style);
        return;
    }
    let text = Paragraph::new(message.text.as_str()).style(style).wrap(Wrap { trim: true });
    let most = buf.area.height.saturating_sub(2).min(8);
    let rows = (1..most)
        .find(|rows| wrapped(&message.text, usize::from(whole.width)).len() <= usize::from(*rows))
        .unwrap_or(most);
    let place = Rect { x: 0, y: (area.y + 1).saturating_sub(rows), width: buf.area.width, height: rows };
    Clear.render(place, buf);
    buf.set_style(place, theme.text());
    text.render(Rect { x: whole.x, width: whole.width, ..place }, buf);
}

const BETWEEN: &str = " · ";

/// The hints for which there is room.
fn hints(app: &App, area: Rect) -> impl Iterator<Item = (Command, &'static str)> {
    let several = app.views().len() > 1;
    let mut end = 0;
    keys::hints().filter(move |(_, hint)| several || *hint != keys::VIEW_HINT).take_while(move |(_, hint)| {
        end += hint.width() + if end == 0 { 0 } else { BETWEEN.width() };
        end <= usize::from(area.width)
    })
}

/// What the key named at a column of the line does.
pub fn command_at(app: &App, area: Rect, column: u16, row: u16) -> Option<Command> {
    if app.message.is_some() || !area.contains((column, row).into()) {
        return None;
    }
    let mut start = usize::from(area.x);
    hints(app, area).find_map(|(command, hint)| {
        let place = start..start + hint.width();
        start = place.end + BETWEEN.width();
        place.contains(&usize::from(column)).then_some(command)
    })
}
