//! What is shown where nothing else fits.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::Line,
    widgets::{Paragraph, Widget, Wrap},
};

use crate::tui::{app::App, layout::SMALLEST};

/// Asks for more room, in the middle of what there is.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let (columns, rows) = SMALLEST;
    let lines = vec![
        Line::styled("A little more room, please", app.theme.strong()),
        Line::styled(
            format!("rhoscope needs {columns} × {rows}; this is {} × {}", area.width, area.height),
            app.theme.text(),
        ),
        Line::styled("q quits", app.theme.quiet()),
    ];
    let top = area.y + area.height.saturating_sub(3) / 2;
    let place = Rect { y: top, height: area.bottom() - top, ..area };
    Paragraph::new(lines).centered().wrap(Wrap { trim: true }).render(place, buf);
}
