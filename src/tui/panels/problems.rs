//! The bundled problems by groups, to choose from, with what there is to see in the chosen one.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::{cut, list, padded, window, window_area, wrapped};
use crate::tui::app::{App, Choice};

/// Columns of the description, where it stands beside the list.
const ASIDE: usize = 46;
/// From so many columns on it does.
const WIDE: u16 = 140;
/// Rows of the description, where it stands below the list.
const BELOW: u16 = 5;

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row<'c> {
    /// The heading of a group.
    Heading(&'c str),
    /// A problem: which one of those found, and its number.
    Problem(usize, usize),
}

/// Where the parts of the overlay are.
struct Places {
    /// Inside the window.
    inside: Rect,
    /// The list.
    list: Rect,
    /// The description of the chosen problem.
    description: Rect,
}

fn rows(app: &App) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut last = None;
    for (place, &index) in app.menu.found.iter().enumerate() {
        let group = app.choices[index].group.as_str();
        if last != Some(group) && !group.is_empty() {
            rows.push(Row::Heading(group));
        }
        last = Some(group);
        rows.push(Row::Problem(place, index));
    }
    rows
}

fn widest(app: &App, text: impl Fn(&Choice) -> &str) -> usize {
    app.choices.iter().map(|choice| text(choice).width()).max().unwrap_or(0)
}

/// How large the window would like to be: as large for what is found as for all.
fn wanted(app: &App, area: Rect) -> (usize, usize) {
    let listed = widest(app, |choice| &choice.name) + 4 + widest(app, |choice| &choice.summary);
    let mut groups: Vec<&str> = app.choices.iter().map(|choice| choice.group.as_str()).collect();
    groups.dedup();
    let height = app.choices.len() + groups.len() + 2;
    if area.width >= WIDE { (listed + 3 + ASIDE, height) } else { (listed, height + usize::from(BELOW)) }
}

fn places(app: &App, area: Rect) -> Places {
    let inside = window_area(wanted(app, area), area);
    let height = inside.height.saturating_sub(2);
    if area.width >= WIDE {
        let aside = ASIDE as u16;
        let list = Rect { width: inside.width.saturating_sub(aside + 3), height, ..inside };
        let description = Rect { x: list.right() + 3, width: aside, height, ..inside };
        return Places { inside, list, description };
    }
    let list = Rect { height: height.saturating_sub(BELOW), ..inside };
    Places { inside, list, description: Rect { y: list.bottom() + 1, height: BELOW - 1, ..inside } }
}

fn first_row(app: &App, rows: &[Row<'_>], height: u16) -> usize {
    let chosen = rows.iter().position(|row| matches!(row, Row::Problem(place, _) if *place == app.menu.chosen));
    list::top(chosen.unwrap_or(0), usize::from(height), rows.len())
}

/// Which of the problems found is at a row of the screen.
pub fn at(app: &App, area: Rect, column: u16, row: u16) -> Option<usize> {
    let places = places(app, area);
    let inside = places.list.contains((column, row).into());
    let rows = rows(app);
    let index = first_row(app, &rows, places.list.height) + usize::from(row.saturating_sub(places.list.y));
    match rows.get(index).filter(|_| inside)? {
        Row::Problem(place, _) => Some(*place),
        Row::Heading(_) => None,
    }
}

/// Draws the overlay.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let title = match (app.menu.typing, app.menu.filter.as_str()) {
        (false, "") => "problems".to_owned(),
        (true, filter) => format!("problems / {filter}▏"),
        (false, filter) => format!("problems / {filter}"),
    };
    window(theme, &title, wanted(app, area), area, buf);
    let Places { inside, list: place, description } = places(app, area);
    let rows = rows(app);
    let names = widest(app, |choice| &choice.name);
    let first = first_row(app, &rows, place.height);
    for (y, row) in (place.y..place.bottom()).zip(rows.iter().skip(first)) {
        let line = Rect { y, height: 1, ..place };
        match *row {
            Row::Heading(group) => Line::styled(group.to_owned(), theme.accent()).render(line, buf),
            Row::Problem(found, index) => entry(app, found == app.menu.chosen, &app.choices[index], names, line, buf),
        }
    }
    if rows.is_empty() {
        let text = format!("no problem has `{}` in its name, group or summary", app.menu.filter.trim());
        Line::styled(cut(&text, usize::from(place.width)), theme.warning()).render(place, buf);
    }
    describe(app, description, buf);
    let hints: &[_] = if app.menu.typing {
        &[("a word", "finds problems"), ("↑↓", "choose"), ("enter", "open"), ("esc", "all of them")]
    } else {
        &[
            ("↑↓", "choose"),
            ("enter", "open"),
            ("/", "find"),
            ("esc", "back"),
            ("} {", "without this list: next, previous"),
        ]
    };
    list::keys(theme, hints, Rect { y: inside.bottom().saturating_sub(1), height: 1, ..inside }, buf);
}

fn entry(app: &App, chosen: bool, choice: &Choice, names: usize, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let (name, text) = match (chosen, &choice.missing) {
        (true, _) => (theme.chosen(), theme.chosen()),
        (false, Some(_)) => (theme.border(false), theme.border(false)),
        (false, None) => (theme.strong(), theme.quiet()),
    };
    let mark = if choice.missing.is_some() { "✕ " } else { "  " };
    let room = usize::from(area.width).saturating_sub(names + 4);
    Line::from(vec![
        Span::styled(mark, if chosen { text } else { theme.warning() }),
        Span::styled(format!("{}  ", padded(&choice.name, names)), name),
        Span::styled(padded(&cut(&choice.summary, room), room), text),
    ])
    .render(area, buf);
}

/// What there is to see in the chosen problem, or what it lacks.
fn describe(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let Some(choice) = app.menu.choice().and_then(|index| app.choices.get(index)) else { return };
    let missing = choice.missing.as_ref().map(|missing| (format!("✕ {missing}"), theme.warning()));
    let paragraphs = choice.description.lines().map(|line| (line.to_owned(), theme.text()));
    let width = usize::from(area.width);
    let lines = missing.into_iter().chain(paragraphs);
    let mut lines = lines.flat_map(|(text, style)| wrapped(&text, width).into_iter().map(move |line| (line, style)));
    for y in area.y..area.bottom() {
        let Some((mut line, style)) = lines.next() else { return };
        if y + 1 == area.bottom() && lines.next().is_some() {
            line = cut(&format!("{line} …"), width);
        }
        Line::styled(line, style).render(Rect { y, height: 1, ..area }, buf);
    }
}
