//! What the overlays that list something share: the keys below, and which entry is under the mouse.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};

use crate::tui::theme::Theme;

/// The first of so many rows to show, so that the chosen one is in sight, near the middle where it can be.
pub fn top(chosen: usize, rows: usize, total: usize) -> usize {
    (chosen + 1).saturating_sub(rows.div_ceil(2)).min(total.saturating_sub(rows))
}

/// Draws keys with what they do, as far as there is room.
pub fn keys(theme: Theme, hints: &[(&'static str, &'static str)], area: Rect, buf: &mut Buffer) {
    let mut line = Line::default();
    for (key, what) in hints {
        let between = if line.width() == 0 { "" } else { " · " };
        if line.width() + between.chars().count() + key.chars().count() + 1 + what.len() > usize::from(area.width) {
            break;
        }
        line.push_span(Span::styled(between, theme.border(false)));
        line.push_span(Span::styled(*key, theme.strong()));
        line.push_span(Span::styled(format!(" {what}"), theme.quiet()));
    }
    line.render(area, buf);
}

#[cfg(test)]
mod tests {
    use super::top;

    #[test]
    fn the_chosen_row_is_always_in_sight() {
        for total in 1..30 {
            for rows in 1..12 {
                for chosen in 0..total {
                    let top = top(chosen, rows, total);
                    assert!((top..top + rows).contains(&chosen), "{chosen} of {total} in {rows}: {top}");
                    assert!(top == 0 || top + rows <= total);
                }
            }
        }
    }
}
