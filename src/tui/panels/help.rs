//! The keys, from the one table that also dispatches them.

use std::iter;

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
        keys::{Binding, Group, KEYMAP},
        theme::Theme,
    },
};

/// A heading and its rows.
struct Block {
    heading: &'static str,
    rows: Vec<Row>,
}

enum Row {
    Key(&'static Binding),
    /// Two beside each other: they are short, and there are many.
    Events(Vec<EventKind>),
}

impl Row {
    /// How wide its keys are written.
    fn label(&self) -> usize {
        if let Self::Key(binding) = self { binding.label.chars().count() } else { 0 }
    }

    fn line(&self, theme: Theme, labels: usize) -> Line<'static> {
        match self {
            Self::Key(binding) => Line::from(vec![
                Span::styled(format!("  {}  ", padded(binding.label, labels)), theme.strong()),
                Span::styled(binding.what, theme.text()),
            ]),
            Self::Events(kinds) => {
                let across = EventKind::ALL.iter().map(|kind| kind.words().chars().count()).max().unwrap_or(0);
                let spans = kinds.iter().flat_map(|&kind| {
                    [
                        Span::styled(format!("  {} ", kind.symbol()), style(theme, kind)),
                        Span::styled(padded(kind.words(), across), theme.text()),
                    ]
                });
                spans.collect()
            }
        }
    }
}

fn blocks() -> Vec<Block> {
    let rows =
        |group| KEYMAP.iter().filter(move |row| row.group == group && !row.label.is_empty()).map(Row::Key).collect();
    let keys = Group::ALL.into_iter().map(|group| Block { heading: group.title(), rows: rows(group) });
    let kinds: Vec<EventKind> = EventKind::ALL.into_iter().rev().collect();
    let events = kinds.chunks(2).map(|pair| Row::Events(pair.to_vec())).collect();
    keys.chain([Block { heading: "On the time line, of the optimiser explained", rows: events }]).collect()
}

/// The blocks below each other.
fn column(theme: Theme, blocks: &[Block]) -> Vec<Line<'static>> {
    let labels = blocks.iter().flat_map(|block| &block.rows).map(Row::label).max().unwrap_or(0);
    let lines = |block: &Block| {
        let rows = block.rows.iter().map(|row| row.line(theme, labels));
        iter::once(Line::styled(block.heading, theme.accent())).chain(rows).collect::<Vec<_>>()
    };
    blocks.iter().map(lines).collect::<Vec<_>>().join(&Line::default())
}

fn width(lines: &[Line<'_>]) -> usize {
    lines.iter().map(Line::width).max().unwrap_or(0)
}

/// Two columns of about the same height.
fn halves(theme: Theme, blocks: &[Block]) -> [Vec<Line<'static>>; 2] {
    let height = |blocks: &[Block]| blocks.iter().map(|block| block.rows.len() + 2).sum::<usize>();
    let higher = |split: &usize| height(&blocks[..*split]).max(height(&blocks[*split..]));
    let split = (1..blocks.len()).min_by_key(higher).unwrap_or(blocks.len());
    [column(theme, &blocks[..split]), column(theme, &blocks[split..])]
}

/// Columns between the two.
const GAP: usize = 4;

/// Draws the overlay from row `top` on, in two columns where there is room for them.
pub fn render(app: &App, top: usize, area: Rect, buf: &mut Buffer) {
    let blocks = blocks();
    let [left, right] = halves(app.theme, &blocks);
    let both = width(&left) + GAP + width(&right);
    if both + 6 <= usize::from(area.width) {
        let height = left.len().max(right.len());
        let inside = window(app.theme, "keys", (both, height), area, buf);
        let top = scrolled(app, top, height, inside, buf);
        let beside = (width(&left) + GAP) as u16;
        Paragraph::new(left).scroll((top, 0)).render(inside, buf);
        let place = Rect { x: inside.x + beside, width: inside.width.saturating_sub(beside), ..inside };
        return Paragraph::new(right).scroll((top, 0)).render(place, buf);
    }
    let lines = column(app.theme, &blocks);
    let inside = window(app.theme, "keys", (width(&lines), lines.len()), area, buf);
    let top = scrolled(app, top, lines.len(), inside, buf);
    Paragraph::new(lines).scroll((top, 0)).render(inside, buf);
}

/// The first row to show, and a note on the frame where others are out of sight.
fn scrolled(app: &App, top: usize, height: usize, inside: Rect, buf: &mut Buffer) -> u16 {
    let hidden = height.saturating_sub(usize::from(inside.height));
    let top = top.min(hidden);
    if hidden > 0 {
        let note = if top < hidden { " ↓ more " } else { " ↑ more " };
        let x = inside.right().saturating_sub(note.chars().count() as u16);
        buf.set_string(x, inside.bottom(), note, app.theme.accent());
    }
    top as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Brightness, Depth};

    #[test]
    fn all_keys_are_in_sight_at_120_by_40() {
        let [left, right] = halves(Theme::new(Brightness::Dark, Depth::True), &blocks());
        assert!(left.len().max(right.len()) + 4 <= 40, "{} and {} rows", left.len(), right.len());
        assert!(width(&left) + GAP + width(&right) + 6 <= 120, "{} and {} columns", width(&left), width(&right));
    }
}
