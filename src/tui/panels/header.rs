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
        Span::styled(epoch(app), theme.quiet()),
        Span::styled(state, if app.playing { theme.accent() } else { theme.quiet() }),
        Span::styled(format!("  x: {} ", app.x_axis.name()), theme.quiet()),
    ]);
    let room = usize::from(area.width).saturating_sub(right.width() + 1);
    let name = format!(" {} ", app.opening.name);
    let room = room.saturating_sub(10 + name.chars().count() + 2);
    // A few letters of it say nothing.
    let summary = if room < 16 { String::new() } else { cut(&app.opening.summary, room) };
    Line::from(vec![
        Span::styled(" rhoscope ", theme.quiet()),
        Span::styled(name, theme.strong()),
        Span::styled(format!(" {summary}"), theme.quiet()),
    ])
    .render(area, buf);
    right.right_aligned().render(area, buf);
}

/// How many passes over the data the cursor's step is, where there are data and a pass takes several steps.
fn epoch(app: &App) -> String {
    match app.opening.data.as_ref().map(|data| data.per_epoch) {
        Some(per_epoch) if per_epoch > 1 => format!("epoch {:.1}  ", app.cursor as f64 / per_epoch as f64),
        _ => String::new(),
    }
}
