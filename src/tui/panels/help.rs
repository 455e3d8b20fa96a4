//! The keys, from the one table that also dispatches them.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::{Paragraph, Widget},
};

use super::{padded, scrubber::style, window};
use crate::{
    figure::events::EventKind,
    tui::{
        app::App,
        keys::{Group, KEYMAP},
        theme::Theme,
    },
};

fn lines(theme: Theme) -> Vec<Line<'static>> {
    let rows = || KEYMAP.iter().filter(|binding| !binding.label.is_empty());
    let widest = rows().map(|binding| binding.label.chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for group in Group::ALL {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(group.title(), theme.accent()));
        for binding in rows().filter(|binding| binding.group == group) {
            lines.push(Line::from(vec![
                Span::styled(format!("  {}  ", padded(binding.label, widest)), theme.strong()),
                Span::styled(binding.what, theme.text()),
            ]));
        }
    }
    lines.push(Line::default());
    lines.push(Line::styled("On the time line, of the optimiser explained", theme.accent()));
    for kind in EventKind::ALL.iter().rev() {
        lines.push(Line::from(vec![
            Span::styled(format!("  {}  ", padded(&kind.symbol().to_string(), widest)), style(theme, *kind)),
            Span::styled(kind.words(), theme.text()),
        ]));
    }
    lines
}

/// Draws the overlay from row `top` on.
pub fn render(app: &App, top: usize, area: Rect, buf: &mut Buffer) {
    let lines = lines(app.theme);
    let width = lines.iter().map(Line::width).max().unwrap_or(0);
    let inside = window(app.theme, "keys", (width, lines.len()), area, buf);
    let hidden = lines.len().saturating_sub(usize::from(inside.height));
    let top = top.min(hidden);
    if hidden > 0 {
        let note = if top < hidden { " ↓ more " } else { " ↑ more " };
        let x = inside.right().saturating_sub(note.chars().count() as u16);
        buf.set_string(x, inside.bottom(), note, app.theme.accent());
    }
    Paragraph::new(lines).scroll((top as u16, 0)).render(inside, buf);
}
