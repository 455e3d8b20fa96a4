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
type Block = Vec<Line<'static>>;

fn blocks(theme: Theme) -> Vec<Block> {
    let rows = || KEYMAP.iter().filter(|binding| !binding.label.is_empty());
    let widest = rows().map(|binding| binding.label.chars().count()).max().unwrap_or(0);
    let mut blocks = Vec::new();
    for group in Group::ALL {
        let row = |binding: &Binding| {
            Line::from(vec![
                Span::styled(format!("  {}  ", padded(binding.label, widest)), theme.strong()),
                Span::styled(binding.what, theme.text()),
            ])
        };
        let heading = Line::styled(group.title(), theme.accent());
        blocks.push(iter::once(heading).chain(rows().filter(|row| row.group == group).map(row)).collect());
    }
    let event = |kind: &EventKind| {
        Line::from(vec![
            Span::styled(format!("  {}  ", padded(&kind.symbol().to_string(), widest)), style(theme, *kind)),
            Span::styled(kind.words(), theme.text()),
        ])
    };
    let heading = Line::styled("On the time line, of the optimiser explained", theme.accent());
    blocks.push(iter::once(heading).chain(EventKind::ALL.iter().rev().map(event)).collect());
    blocks
}

/// The blocks below each other.
fn column(blocks: &[Block]) -> Vec<Line<'static>> {
    blocks.join(&Line::default())
}

fn width(lines: &[Line<'_>]) -> usize {
    lines.iter().map(Line::width).max().unwrap_or(0)
}

/// Two columns of about the same height.
fn halves(blocks: &[Block]) -> [Vec<Line<'static>>; 2] {
    let height = |split: &usize| column(&blocks[..*split]).len().max(column(&blocks[*split..]).len());
    let split = (1..blocks.len()).min_by_key(height).unwrap_or(blocks.len());
    [column(&blocks[..split]), column(&blocks[split..])]
}

/// Columns between the two.
const GAP: usize = 4;

/// Draws the overlay from row `top` on, in two columns where there is room for them.
pub fn render(app: &App, top: usize, area: Rect, buf: &mut Buffer) {
    let blocks = blocks(app.theme);
    let [left, right] = halves(&blocks);
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
    let lines = column(&blocks);
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
