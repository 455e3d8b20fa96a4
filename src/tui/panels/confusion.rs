//! A table of what is taken for what: one row a class, in percent of its examples.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

use super::{chart::ink, cut, inside, note};
use crate::{figure::ConfusionMatrix, tui::app::App};

/// `100`.
const NARROWEST: usize = 3;
/// Wider ones are no easier to read, unless they are as much higher.
const WIDEST: usize = 12;

/// Draws the table, or as many of the classes as there is room for.
pub fn render(app: &App, matrix: &ConfusionMatrix, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let inside = inside(area);
    if let Some(word) = &matrix.empty {
        return note(app, word, inside, buf);
    }
    let (width, rows) = (usize::from(inside.width.saturating_sub(1)), usize::from(inside.height));
    let classes = matrix.names.len().max(1);
    let longest = matrix.names.iter().map(|name| name.width()).max().unwrap_or(0);
    // The columns need at least their numbers; what they leave is the rows' names'.
    let names = longest.min(width.saturating_sub(classes * NARROWEST + 1)).max(2);
    // What the numbers are is said where there is a row for it.
    let header = if rows >= 3 + classes { 3 } else { 2 };
    let widest = WIDEST.max(2 * (rows.saturating_sub(header) / classes));
    let column = (width.saturating_sub(names + 1) / classes).clamp(NARROWEST, widest);
    // About square, as a cell is twice as high as wide.
    let height = (rows.saturating_sub(header) / classes).clamp(1, column.div_ceil(2));
    let shown = classes.min((width.saturating_sub(names + 1)) / column).min(rows.saturating_sub(header) / height);
    let x = |index: usize| inside.x + 1 + (names + 1 + index * column) as u16;

    let style = app.styles.get(matrix.lane);
    let marker = style.map_or(' ', |style| style.marker.symbol());
    buf.set_string(inside.x + 1, inside.y, marker.to_string(), Style::new().fg(ink(app, matrix.lane)));
    let caption = match classes - shown {
        0 => matrix.caption.clone(),
        more => format!("{more} more classes; {}", matrix.caption),
    };
    buf.set_string(inside.x + 3, inside.y, cut(&caption, width.saturating_sub(2)), theme.text());
    if header > 2 {
        buf.set_string(inside.x + 1, inside.y + 1, cut("% of a row, taken for:", width), theme.quiet());
    }
    for (index, name) in matrix.names.iter().enumerate().take(shown) {
        let text = format!("{:^column$}", cut_plainly(name, column - 1));
        buf.set_string(x(index), inside.y + header as u16 - 1, text, theme.quiet());
    }
    for (class, cells) in matrix.cells.iter().enumerate().take(shown) {
        let y = inside.y + (header + class * height) as u16;
        buf.set_string(inside.x + 1, y + ((height - 1) / 2) as u16, cut(&matrix.names[class], names), theme.text());
        for (taken, cell) in cells.iter().enumerate().take(shown) {
            let weight = if class == taken { theme.strong() } else { theme.text() };
            let colours = style.and_then(|style| theme.tinted(style, cell.depth));
            let weight = colours.map_or(weight, |(ground, ink)| weight.bg(ground).fg(ink));
            for line in 0..height {
                let text = if line == (height - 1) / 2 { &*cell.text } else { "" };
                buf.set_string(x(taken), y + line as u16, format!("{text:^column$}"), weight);
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
