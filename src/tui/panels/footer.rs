//! The last line: a message until the next key, else the keys most needed.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::cut;
use crate::tui::{app::App, keys};

/// Draws the line. A message too long for the area reaches over the time line to its left.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    if let Some(message) = &app.message {
        let whole = Rect::new(1, area.y, area.right().saturating_sub(2), 1);
        let text = cut(&message.text, usize::from(whole.width));
        let width = text.width() as u16;
        let x = if width <= area.width { area.x } else { area.right() - 1 - width };
        let place = Rect { x: x.saturating_sub(1), width: width + 2, ..area }.intersection(buf.area);
        buf.set_stringn(place.x, place.y, " ".repeat(usize::from(place.width)), usize::from(place.width), theme.text());
        buf.set_string(x, area.y, text, if message.warning { theme.warning() } else { theme.notice() });
        return;
    }
    let mut line = Line::default();
    let several = app.views().len() > 1;
    for hint in keys::hints().filter(|hint| several || *hint != keys::VIEW_HINT) {
        let separator = if line.width() == 0 { "" } else { " · " };
        if line.width() + separator.width() + hint.width() > usize::from(area.width) {
            break;
        }
        let (key, what) = hint.split_once(' ').unwrap_or((hint, ""));
        line.push_span(Span::styled(separator, theme.border(false)));
        line.push_span(Span::styled(key, theme.strong()));
        line.push_span(Span::styled(format!(" {what}"), theme.quiet()));
    }
    line.render(area, buf);
}
