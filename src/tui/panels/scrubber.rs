//! The time line: what is computed, what is planned, where the cursor is, and what happened to the lane explained.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    figure::events::EventKind,
    tui::{app::App, theme::Theme},
};

/// Draws the line.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let (latest, last) = (app.history.latest(), usize::from(area.width).saturating_sub(1));
    let total = app.total().max(1);
    let column = |step: usize| (step as f64 / total as f64 * last as f64).round() as usize;
    // The first step of a column, so that its events can be asked for.
    let first = |column: usize| ((column as f64 - 0.5) / last.max(1) as f64 * total as f64).ceil().max(0.0) as usize;
    let (cursor, recorded) = (column(app.cursor), column(latest));
    for x in 0..area.width {
        let at = usize::from(x);
        let events = app.lane_events().map(|events| events.within(first(at), first(at + 1))).unwrap_or_default();
        let event = events.iter().map(|event| event.kind).max();
        let line = match at {
            _ if at < cursor => app.theme.accent(),
            _ if at <= recorded => app.theme.quiet(),
            _ => app.theme.border(false),
        };
        if at == cursor {
            buf.set_string(area.x + x, area.y, "●", app.theme.accent());
        } else if let Some(kind) = event {
            buf.set_string(area.x + x, area.y, kind.symbol().to_string(), style(app.theme, kind));
        } else {
            buf.set_string(area.x + x, area.y, if at <= recorded { "━" } else { "─" }, line);
        }
    }
}

/// How an event is written: what went wrong stands out.
pub fn style(theme: Theme, kind: EventKind) -> ratatui::style::Style {
    match kind {
        EventKind::Poor | EventKind::Rejected | EventKind::Negative | EventKind::Stalled | EventKind::Diverged => {
            theme.warning()
        }
        EventKind::FirstGood | EventKind::AtLeast | EventKind::AtMost | EventKind::Clipped | EventKind::Converged => {
            theme.notice()
        }
    }
}
