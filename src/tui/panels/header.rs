//! The first line: which problem, which step, how fast.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};

use super::cut;
use crate::tui::app::{App, speed_name};

/// Draws the line.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let state = if app.playing {
        format!("▶ {}", speed_name(app.speed))
    } else if app.computing() {
        "… computing".to_owned()
    } else {
        format!("paused, {}", speed_name(app.speed))
    };
    let planned = app.opening.steps;
    let right = Line::from(vec![
        Span::styled("step ", theme.quiet()),
        Span::styled(app.cursor.to_string(), theme.strong()),
        Span::styled(format!("/{planned}  "), theme.quiet()),
        Span::styled(state, if app.playing { theme.accent() } else { theme.quiet() }),
        Span::styled(format!("  x: {} ", app.x_axis.name()), theme.quiet()),
    ]);
    let room = usize::from(area.width).saturating_sub(right.width() + 1);
    let name = format!(" {} ", app.opening.name);
    let summary = cut(&app.opening.summary, room.saturating_sub(10 + name.chars().count() + 2));
    Line::from(vec![
        Span::styled(" rhoscope ", theme.quiet()),
        Span::styled(name, theme.strong()),
        Span::styled(format!(" {summary}"), theme.quiet()),
    ])
    .render(area, buf);
    right.right_aligned().render(area, buf);
}
