//! The optimisers, to be changed: the list on the left, the keys of the chosen one on the right.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Paragraph, Widget, Wrap},
};
use unicode_width::UnicodeWidthStr;

use super::{cut, padded, window};
use crate::tui::{
    app::{App, Entry, Mode, Picker, Typing},
    keys,
    theme::Theme,
};

/// Columns of the list.
const LIST: u16 = 26;
/// Columns of a key's name and of its value.
const NAME: usize = 18;
const VALUE: usize = 23;
/// An explanation beside a value needs so many columns at least.
const LEGIBLE: usize = 16;
/// Rows below both: what the chosen key is, a refusal, the keys of the keyboard.
const BELOW: u16 = 6;

/// Draws the overlay.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(picker) = &app.picker else { return };
    // A frame close beside the panels' own would look like a part of it.
    let aside = if area.width < 96 { 6 } else { 12 };
    let size = (usize::from(area.width).saturating_sub(aside).min(106), usize::from(area.height).clamp(4, 34) - 4);
    let inside = window(app.theme, "optimisers", size, area, buf);
    if inside.height <= BELOW {
        return;
    }
    let above = Rect { height: inside.height - BELOW, ..inside };
    let left = Rect { width: LIST, ..above };
    let right = Rect { x: above.x + LIST + 3, width: above.width.saturating_sub(LIST + 3), ..above };
    for y in above.y..above.bottom() {
        buf.set_string(left.right() + 1, y, "│", app.theme.border(false));
    }
    list(app, picker, left, buf);
    match &picker.mode {
        Mode::Names(chosen) => names(app.theme, picker, *chosen, right, buf),
        _ => form(app.theme, picker, right, buf),
    }
    below(app, picker, Rect { y: above.bottom(), height: BELOW, ..inside }, buf);
}

/// The first of so many rows to show, so that the chosen one is in sight.
fn top(chosen: usize, rows: usize) -> usize {
    (chosen + 1).saturating_sub(rows)
}

fn list(app: &App, picker: &Picker, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let rows = usize::from(area.height);
    let active = !matches!(picker.mode, Mode::Keys(_) | Mode::Names(_) | Mode::Typing(Typing::Key(_), _));
    let top = top(picker.chosen, rows);
    for (row, (index, entry)) in picker.entries.iter().enumerate().skip(top).take(rows).enumerate() {
        let place = Rect { y: area.y + row as u16, height: 1, ..area };
        let width = usize::from(area.width) - 2;
        let chosen = index == picker.chosen;
        let style = match (chosen, active) {
            (true, true) => theme.chosen(),
            (true, false) => theme.strong(),
            _ => theme.text(),
        };
        let label = match &picker.mode {
            Mode::Typing(Typing::Label, text) if chosen => input(text, width),
            _ => {
                let status = entry.status(&app.opening.lanes);
                format!("{} {status}", padded(&entry.lane.label, width.saturating_sub(status.width() + 1)))
            }
        };
        let mark = if chosen && !active { "▸ " } else { "  " };
        Line::from(vec![Span::styled(mark, theme.accent()), Span::styled(padded(&label, width), style)])
            .render(place, buf);
    }
}

/// A text being typed, its end in sight.
fn input(text: &str, width: usize) -> String {
    let mut shown = text.to_owned();
    while shown.width() + 1 > width && !shown.is_empty() {
        shown.remove(0);
    }
    shown.push('▏');
    shown
}

fn names(theme: Theme, picker: &Picker, chosen: usize, area: Rect, buf: &mut Buffer) {
    buf.set_string(area.x, area.y, "which one to add?", theme.quiet());
    let rows = usize::from(area.height.saturating_sub(1));
    for (row, (index, name)) in picker.names.iter().enumerate().skip(top(chosen, rows)).take(rows).enumerate() {
        let style = if index == chosen { theme.chosen() } else { theme.text() };
        let width = usize::from(area.width).min(44);
        buf.set_string(area.x, area.y + 1 + row as u16, padded(&format!(" {name}"), width), style);
    }
}

fn form(theme: Theme, picker: &Picker, area: Rect, buf: &mut Buffer) {
    let entry = picker.entry();
    let keys = picker.keys();
    let (chosen, typed) = match &picker.mode {
        Mode::Keys(row) => (Some(*row), None),
        Mode::Typing(Typing::Key(row), text) => (Some(*row), Some(text)),
        _ => (None, None),
    };
    let heading = format!("{} — {} keys; • not as by default", entry.draft.name, keys.len());
    buf.set_string(area.x, area.y, cut(&heading, usize::from(area.width)), theme.quiet());
    let rows = usize::from(area.height.saturating_sub(1));
    let first = top(chosen.unwrap_or(0), rows);
    for (row, (index, key)) in keys.iter().enumerate().skip(first).take(rows).enumerate() {
        let y = area.y + 1 + row as u16;
        let is_chosen = chosen == Some(index);
        let value = match typed.filter(|_| is_chosen) {
            Some(text) => input(text, VALUE),
            None => value(entry, key),
        };
        let style = if is_chosen { theme.chosen() } else { Style::new() };
        let room = usize::from(area.width).saturating_sub(2 + NAME + VALUE + 2);
        let mark = if entry.draft.gives(key) { "• " } else { "  " };
        let name = if is_chosen { style } else { theme.text() };
        let own = if entry.draft.gives(key) { theme.strong() } else { theme.text() };
        Line::from(vec![
            Span::styled(mark, theme.accent()),
            Span::styled(padded(key.name, NAME), name),
            Span::styled(padded(&value, VALUE), if is_chosen { style } else { own }),
            Span::styled(
                if room < LEGIBLE { String::new() } else { format!("  {}", cut(key.explanation, room)) },
                theme.quiet(),
            ),
        ])
        .render(Rect { y, height: 1, ..area }, buf);
    }
    let hidden = keys.len().saturating_sub(first + rows);
    if hidden > 0 {
        let note = format!("↓ {hidden} more");
        buf.set_string(area.right().saturating_sub(note.width() as u16), area.bottom() - 1, note, theme.accent());
    }
}

/// A value as it is written; choices with what can be done about them.
fn value(entry: &Entry, key: &crate::session::setup::Key) -> String {
    let value = key.written(&entry.lane.recipe);
    match (value.is_empty(), key.choices().is_empty()) {
        (true, _) => "—".to_owned(),
        (false, true) => value,
        (false, false) => format!("‹ {value} ›"),
    }
}

fn below(app: &App, picker: &Picker, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let width = usize::from(area.width);
    for x in area.x..area.right() {
        buf.set_string(x, area.y, "─", theme.border(false));
    }
    let about = about(app, picker).join("\n");
    let place = Rect { y: area.y + 1, height: 3, ..area };
    Paragraph::new(about).style(theme.quiet()).wrap(Wrap { trim: true }).render(place, buf);
    if let Some(refusal) = &picker.refusal {
        for y in place.y..place.bottom() {
            buf.set_string(place.x, y, " ".repeat(width), theme.text());
        }
        Paragraph::new(refusal.as_str()).style(theme.warning()).wrap(Wrap { trim: true }).render(place, buf);
    }
    let mut hints = vec![Line::default()];
    for (key, what) in keys::hints_in(picker.context()) {
        let wide = hints.last().map_or(0, Line::width) + key.width() + what.width() + 4;
        if wide > width && hints.len() < 2 {
            hints.push(Line::default());
        }
        let Some(line) = hints.last_mut().filter(|_| wide <= width || hints_fit(key, what, width)) else { break };
        if line.width() > 0 {
            line.push_span(Span::styled(" · ", theme.border(false)));
        }
        line.push_span(Span::styled(key, theme.strong()));
        line.push_span(Span::styled(format!(" {what}"), theme.quiet()));
    }
    for (row, line) in hints.into_iter().enumerate() {
        line.render(Rect { y: area.y + 4 + row as u16, height: 1, ..area }, buf);
    }
}

/// What typing does to a value that stands there.
const REPLACES: &str = "what you type replaces it, backspace changes it";

fn hints_fit(key: &str, what: &str, width: usize) -> bool {
    key.width() + what.width() < width
}

/// Up to three lines on what is chosen.
fn about(app: &App, picker: &Picker) -> Vec<String> {
    match &picker.mode {
        Mode::Keys(row) | Mode::Typing(Typing::Key(row), _) => picker.keys().get(*row).map_or_else(Vec::new, |key| {
            let default = picker.default_of(key);
            let default = if default.is_empty() { "nothing".to_owned() } else { default };
            vec![
                format!("{}: {}", key.name, key.explanation),
                format!("accepted: {}", key.accepted()),
                match picker.mode {
                    Mode::Typing(..) if picker.untouched => format!("default: {default}; {REPLACES}"),
                    _ => format!("default: {default}"),
                },
            ]
        }),
        Mode::Typing(Typing::Label, _) if picker.untouched => {
            vec!["a label of its own; empty: the optimiser's name".to_owned(), REPLACES.to_owned()]
        }
        Mode::Typing(Typing::Label, _) => vec!["a label of its own; empty: the optimiser's name".to_owned()],
        Mode::Names(_) => vec![
            "DIRECTION+STEP+DAMPING composes any optimiser of three parts".to_owned(),
            "it starts with every key as by default".to_owned(),
        ],
        Mode::Lanes => vec![
            "r begins again with these optimisers".to_owned(),
            format!(
                "c goes on from step {}: what is unchanged continues, the rest starts where {} is",
                app.cursor,
                app.lane_history().label()
            ),
        ],
    }
}
