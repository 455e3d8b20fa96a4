//! What the run is to show, with what has come of it: beside the picture, and as a list to go to the steps that decide.

use std::ops::Range;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::{cut, frame, list, title, window, window_area, wrapped};
use crate::{
    claim::Judgement,
    figure::claims::{mark, point, side},
    session::setup::ClaimSpec,
    tui::{
        app::{App, Claims},
        theme::Theme,
    },
};

/// How wide the list would like to be.
const WIDTH: usize = 100;

/// Colour is never alone: the mark says the same.
fn style(theme: Theme, holds: Option<bool>) -> Style {
    match holds {
        Some(true) => theme.notice(),
        Some(false) => theme.warning(),
        None => theme.quiet(),
    }
}

/// How many hold, and the key to the list.
pub fn heading(claims: &Claims) -> String {
    format!("{} of {} so far · C", claims.holding(), claims.specs.len())
}

/// Only the marks, where there is no room for a panel.
pub fn marks(app: &App) -> Line<'static> {
    if app.claims.specs.is_empty() {
        return Line::default();
    }
    let mut line = Line::from(Span::styled(" claims ", app.theme.quiet()));
    for (_, judgement) in app.claims.iter() {
        line.push_span(Span::styled(mark(judgement.holds), style(app.theme, judgement.holds)));
    }
    line.push_span(Span::styled(" C ", app.theme.quiet()));
    line
}

/// Draws the panel: a claim in one line each, or in more where there is room.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let right = title(&heading(&app.claims), theme.quiet());
    let inside = frame(title("what this run shows", theme.strong()), right, theme.border(false), area, buf);
    let place = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let width = usize::from(place.width);
    let whole: Vec<_> = app.claims.iter().map(|(spec, judgement)| sentence(theme, spec, judgement, width)).collect();
    let fits = whole.iter().map(Vec::len).sum::<usize>() <= usize::from(place.height);
    let lines = if fits {
        whole.concat()
    } else {
        app.claims.iter().map(|(spec, judgement)| in_one_line(theme, spec, judgement, width)).collect()
    };
    for (line, y) in lines.into_iter().zip(place.y..place.bottom()) {
        line.render(Rect { y, height: 1, ..place }, buf);
    }
}

/// The mark and the sentence, wrapped, and where to look.
fn sentence(theme: Theme, spec: &ClaimSpec, judgement: &Judgement, width: usize) -> Vec<Line<'static>> {
    let mark = Span::styled(format!("{} ", mark(judgement.holds)), style(theme, judgement.holds));
    let mut lines: Vec<_> = wrapped(&spec.says, width.saturating_sub(2))
        .into_iter()
        .map(|part| Line::from(vec![Span::raw("  "), Span::styled(part, theme.text())]))
        .collect();
    if let Some(first) = lines.first_mut() {
        first.spans[0] = mark;
    }
    if let (Some(last), Some(point)) = (lines.last_mut(), point(judgement))
        && last.width() + point.width() + 2 <= width
    {
        last.push_span(Span::styled(format!("  {point}"), theme.quiet()));
    }
    lines
}

/// The same cut to a line. Where to look is one key away.
fn in_one_line(theme: Theme, spec: &ClaimSpec, judgement: &Judgement, width: usize) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!("{} ", mark(judgement.holds)), style(theme, judgement.holds)),
        Span::styled(cut(&spec.says, width.saturating_sub(2)), theme.text()),
    ])
}

/// All claims in full, one after another, and which lines are whose.
fn entries(app: &App, width: usize) -> (Vec<Line<'static>>, Vec<Range<usize>>) {
    let theme = app.theme;
    let (mut lines, mut places) = (Vec::new(), Vec::new());
    for (index, (spec, judgement)) in app.claims.iter().enumerate() {
        let start = lines.len();
        let mut own = sentence(theme, spec, judgement, width);
        if index == app.claims.chosen {
            for span in own.iter_mut().flat_map(|line| &mut line.spans) {
                span.style = theme.chosen();
            }
        }
        lines.extend(own);
        let sides = judgement.sides.iter().map(|side| (mark(side.holds), self::side(side)));
        // Nothing has been compared yet: what will be.
        let plain = judgement.sides.is_empty().then(|| (mark(None), spec.claim.text().to_owned()));
        for (mark, text) in sides.chain(plain) {
            for (row, part) in wrapped(&text, width.saturating_sub(6)).into_iter().enumerate() {
                let mark = if row == 0 { mark } else { " " };
                lines.push(Line::styled(format!("    {mark} {part}"), theme.quiet()));
            }
        }
        places.push(start..lines.len());
        lines.push(Line::default());
    }
    lines.pop();
    (lines, places)
}

fn wanted(app: &App, area: Rect) -> (usize, usize) {
    let width = WIDTH.min(usize::from(area.width.saturating_sub(6)));
    (width, entries(app, width).0.len() + 2)
}

/// Where the list is, its lines, which are whose, and the first of them in sight.
fn places(app: &App, area: Rect) -> (Rect, Vec<Line<'static>>, Vec<Range<usize>>, usize) {
    let inside = window_area(wanted(app, area), area);
    let place = Rect { height: inside.height.saturating_sub(2), ..inside };
    let (lines, places) = entries(app, usize::from(place.width));
    let rows = usize::from(place.height);
    let chosen = places.get(app.claims.chosen).cloned().unwrap_or_default();
    // All of the chosen one, where it fits.
    let top =
        if chosen.len() >= rows { chosen.start } else { list::top(chosen.end.saturating_sub(1), rows, lines.len()) };
    let top = top.min(chosen.start).max(chosen.end.saturating_sub(rows).min(chosen.start));
    (place, lines, places, top)
}

/// Which claim is at a row of the screen.
pub fn at(app: &App, area: Rect, column: u16, row: u16) -> Option<usize> {
    let (place, _, places, top) = places(app, area);
    let line = top + usize::from(row.saturating_sub(place.y));
    let hit = place.contains((column, row).into());
    places.iter().position(|lines| hit && lines.contains(&line))
}

/// Draws the overlay.
pub fn overlay(app: &App, area: Rect, buf: &mut Buffer) {
    let text = format!("what this run shows · {}", heading(&app.claims).trim_end_matches(" · C"));
    let inside = window(app.theme, &text, wanted(app, area), area, buf);
    let (place, lines, _, top) = places(app, area);
    for (line, y) in lines.into_iter().skip(top).zip(place.y..place.bottom()) {
        line.render(Rect { y, height: 1, ..place }, buf);
    }
    let hints = [("↑↓", "choose"), ("enter", "go to the step that decides it"), ("esc", "back")];
    list::keys(app.theme, &hints, Rect { y: inside.bottom().saturating_sub(1), height: 1, ..inside }, buf);
}
