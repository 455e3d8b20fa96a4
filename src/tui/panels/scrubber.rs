//! The time line: what is computed, what is planned, and where the cursor is.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::tui::app::App;

/// Draws the line.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let (latest, last) = (app.history.latest(), usize::from(area.width).saturating_sub(1));
    let total = app.total().max(1);
    let column = |step: usize| (step as f64 / total as f64 * last as f64).round() as usize;
    let (cursor, recorded) = (column(app.cursor), column(latest));
    for x in 0..area.width {
        let at = usize::from(x);
        let (symbol, style) = if at == cursor {
            ("●", app.theme.accent())
        } else if at < cursor {
            ("━", app.theme.accent())
        } else if at <= recorded {
            ("━", app.theme.quiet())
        } else {
            ("─", app.theme.border(false))
        };
        buf.set_string(area.x + x, area.y, symbol, style);
    }
}
