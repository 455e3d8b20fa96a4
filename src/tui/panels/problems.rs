//! The bundled problems, to choose from.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::{cut, padded, window};
use crate::tui::app::App;

/// Draws the list with one entry chosen.
pub fn render(app: &App, chosen: usize, area: Rect, buf: &mut Buffer) {
    let names = app.choices.iter().map(|choice| choice.name.width()).max().unwrap_or(0);
    let summaries = app.choices.iter().map(|choice| choice.summary.width()).max().unwrap_or(0);
    let inside = window(app.theme, "problems", (names + 2 + summaries, app.choices.len() + 2), area, buf);
    let rows = usize::from(inside.height).saturating_sub(2);
    // The chosen entry is always in sight.
    let top = (chosen + 1).saturating_sub(rows);
    for (row, (index, choice)) in app.choices.iter().enumerate().skip(top).take(rows).enumerate() {
        let line = Rect { y: inside.y + row as u16, height: 1, ..inside };
        let (name, text) = if index == chosen {
            (app.theme.chosen(), app.theme.chosen())
        } else {
            (app.theme.strong(), app.theme.quiet())
        };
        let room = usize::from(inside.width).saturating_sub(names + 2);
        Line::from(vec![
            Span::styled(format!("{}  ", padded(&choice.name, names)), name),
            Span::styled(padded(&cut(&choice.summary, room), room), text),
        ])
        .render(line, buf);
    }
    if inside.height > 1 {
        let keys = Line::from(vec![
            Span::styled("↑↓", app.theme.strong()),
            Span::styled(" choose · ", app.theme.quiet()),
            Span::styled("enter", app.theme.strong()),
            Span::styled(" open · ", app.theme.quiet()),
            Span::styled("esc", app.theme.strong()),
            Span::styled(" back", app.theme.quiet()),
        ]);
        keys.render(Rect { y: inside.bottom() - 1, height: 1, ..inside }, buf);
    }
}
