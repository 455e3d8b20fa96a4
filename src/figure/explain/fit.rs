//! Lines brought to a width: what matters least goes first, and never half a number.

use unicode_width::UnicodeWidthStr;

use super::{Line, Part, Role};

/// The line in so many columns: with single spaces, without asides, then without whole pieces (those that lead to a result
/// first, and with the asides again where there is room for them then), at last with an ellipsis.
pub fn fit(line: &Line, columns: usize) -> Line {
    if width(line) <= columns {
        return line.clone();
    }
    let needed: Line = line.iter().filter(|part| part.role != Role::Aside).cloned().collect();
    for shorter in [squeezed(line.iter()), needed.clone()] {
        if width(&shorter) <= columns {
            return shorter;
        }
    }
    let (most, fitted) = reduced(&needed, columns);
    match reduced(line, columns) {
        (pieces, line) if pieces == most && width(&line) <= columns => line,
        _ => cut(fitted, columns),
    }
}

/// As many whole pieces as there is room for, and how many these are.
fn reduced(line: &Line, columns: usize) -> (usize, Line) {
    let mut pieces = pieces(line);
    let whole = |pieces: &[Line]| squeezed(pieces.iter().flatten());
    let all = pieces.len();
    while pieces.len() > 1 && width(&whole(&pieces)) > columns {
        let results =
            |piece: &Line| piece.iter().any(|part| matches!(part.role, Role::Result | Role::Raised | Role::Lowered));
        let spare = if pieces.iter().any(results) { pieces.iter().position(|piece| !results(piece)) } else { None };
        pieces.remove(spare.unwrap_or(pieces.len() - 1));
    }
    if pieces.len() < all
        && let Some(first) = pieces.first_mut().and_then(|piece| piece.first_mut())
    {
        // Nothing is left that leads to it.
        first.text = first.text.trim_start_matches(['→', ' ']).to_owned();
    }
    (pieces.len(), whole(&pieces))
}

fn width(line: &[Part]) -> usize {
    line.iter().map(|part| part.text.width()).sum()
}

/// What belongs together: up to a gap, or from an arrow on.
fn pieces(line: &[Part]) -> Vec<Line> {
    let mut pieces: Vec<Line> = Vec::new();
    let mut begins = true;
    for part in line {
        if begins || part.text.trim_start().starts_with('→') {
            pieces.push(Line::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(part.clone());
        }
        begins = part.text.ends_with("   ");
    }
    pieces
}

/// Parts with single spaces and none after an arrow.
fn squeezed<'a>(parts: impl Iterator<Item = &'a Part>) -> Line {
    let mut last = ' ';
    let squeeze = |part: &Part| {
        let mut text = String::with_capacity(part.text.len());
        for c in part.text.chars() {
            if c != ' ' || !matches!(last, ' ' | '→') {
                text.push(c);
            }
            last = c;
        }
        Part { text, role: part.role }
    };
    parts.map(squeeze).collect()
}

fn cut(line: Line, columns: usize) -> Line {
    if width(&line) <= columns {
        return line;
    }
    let (mut room, mut short) = (columns.saturating_sub(1), Line::new());
    for part in line {
        let kept: String = part
            .text
            .chars()
            .take_while(|c| {
                let wide = c.to_string().width();
                let fits = wide <= room;
                room = if fits { room - wide } else { 0 };
                fits
            })
            .collect();
        short.push(Part { text: kept, role: part.role });
    }
    short.push(Part { text: "…".to_owned(), role: Role::Symbol });
    short
}
