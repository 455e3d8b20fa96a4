//! A table of what is taken for what: one row a class, in percent of its examples.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

use super::{chart::ink, cut, inside, note};
use crate::{figure::ConfusionMatrix, tui::app::App};

/// `100`.
const NARROWEST: usize = 3;
const WIDEST: usize = 10;

/// Draws the table.
pub fn render(app: &App, matrix: &ConfusionMatrix, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let inside = inside(area);
    if let Some(word) = &matrix.empty {
        return note(app, word, inside, buf);
    }
    let widest = matrix.names.iter().map(|name| name.width()).max().unwrap_or(0);
    let classes = matrix.names.len().max(1);
    let width = usize::from(inside.width.saturating_sub(1));
    // The columns need at least their numbers; what they leave is the rows' names'.
    let names = widest.min(width.saturating_sub(classes * NARROWEST + 1)).max(2);
    let column = ((width - (names + 1).min(width)) / classes).clamp(NARROWEST, WIDEST);
    let rows = usize::from(inside.height);
    let header = 3;
    let height = if rows >= header + 2 * classes { 2 } else { 1 };
    let x = |index: usize| inside.x + 1 + (names + 1 + index * column) as u16;
    let marker = app.styles.get(matrix.lane).map_or(' ', |style| style.marker.symbol());
    buf.set_string(inside.x + 1, inside.y, marker.to_string(), Style::new().fg(ink(app, matrix.lane)));
    buf.set_string(inside.x + 3, inside.y, cut(&matrix.caption, width.saturating_sub(2)), theme.text());
    let legend = "% of a row, taken for:";
    buf.set_string(inside.x + 1, inside.y + 1, cut(legend, width), theme.quiet());
    for (index, name) in matrix.names.iter().enumerate() {
        let text = format!("{:>column$}", cut_plainly(name, column - 1));
        if usize::from(x(index)) + column <= usize::from(inside.right()) {
            buf.set_string(x(index), inside.y + 2, text, theme.quiet());
        }
    }
    for (class, cells) in matrix.cells.iter().enumerate() {
        let y = inside.y + (header + class * height) as u16;
        if usize::from(y) + height > usize::from(inside.bottom()) {
            break;
        }
        let name = cut(&matrix.names[class], names);
        buf.set_string(inside.x + 1, y, name, theme.text());
        for (taken, &share) in cells.iter().enumerate() {
            if usize::from(x(taken)) + column > usize::from(inside.right()) {
                break;
            }
            // Nothing is a blank: the mistakes are to be seen.
            let text = if share > 0.0 { format!("{:.0}", 100.0 * share) } else { String::new() };
            let text = if share > 0.0 && share < 0.005 { "<1".to_owned() } else { text };
            let style = if class == taken { theme.strong() } else { theme.text() };
            let style = match theme.share(share) {
                Some((ground, ink)) => style.bg(ground).fg(ink),
                None => style,
            };
            for line in 0..height as u16 {
                let text = if line == 0 { &*text } else { "" };
                buf.set_string(x(taken), y + line, format!("{text:>column$}"), style);
            }
        }
    }
}

/// The beginning of a name, without a sign that there is more: every column has one.
fn cut_plainly(name: &str, width: usize) -> String {
    let mut short = String::new();
    for c in name.chars() {
        if short.width() + c.to_string().width() > width {
            break;
        }
        short.push(c);
    }
    short
}
