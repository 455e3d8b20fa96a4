//! The first line: which problem, which step, how fast.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::cut_at_word;
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
    // What the problem shows matters most: where it does not fit, other parts go first, the least needed before the others.
    let summary = &app.opening.summary;
    let parts = |program: bool, epochs: bool, axis: bool| {
        let right = Line::from(vec![
            Span::styled("step ", theme.quiet()),
            Span::styled(app.cursor.to_string(), theme.strong()),
            Span::styled(format!("/{planned}  "), theme.quiet()),
            Span::styled(if epochs { epoch(app) } else { String::new() }, theme.quiet()),
            Span::styled(state.clone(), if app.playing { theme.accent() } else { theme.quiet() }),
            Span::styled(if axis { format!("  x: {} ", app.x_axis.name()) } else { " ".to_owned() }, theme.quiet()),
        ]);
        let left = Line::from(vec![
            Span::styled(if program { " rhoscope " } else { "" }, theme.quiet()),
            Span::styled(format!(" {}  ", app.opening.name), theme.strong()),
        ]);
        let room = usize::from(area.width).saturating_sub(left.width() + right.width() + 1);
        (left, right, room)
    };
    let all = [(true, true, true), (false, true, true), (false, true, false), (false, false, false)];
    let fitting = all.into_iter().map(|(p, e, x)| parts(p, e, x)).find(|(.., room)| summary.width() <= *room);
    // A few letters of it say nothing, and even less without the name of the program.
    let (mut left, right, room) = fitting.unwrap_or_else(|| {
        let most = parts(false, false, false);
        if most.2 < 16 { parts(true, true, true) } else { most }
    });
    let summary = if room < 16 { String::new() } else { cut_at_word(summary, room) };
    left.push_span(Span::styled(summary, theme.quiet()));
    left.render(area, buf);
    right.right_aligned().render(area, buf);
}

/// How many passes over the data the cursor's step is, where there are data and a pass takes several steps.
fn epoch(app: &App) -> String {
    match app.opening.data.as_ref().map(|data| data.per_epoch) {
        Some(per_epoch) if per_epoch > 1 => format!("epoch {:.1}  ", app.cursor as f64 / per_epoch as f64),
        _ => String::new(),
    }
}
