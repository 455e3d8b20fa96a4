//! The table of optimisers: one line each, as of the cursor.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};
use unicode_width::UnicodeWidthStr;

use super::{claims, cut, frame, inside, padded};
use crate::{
    figure::{
        explain::cost_in_words,
        number::{count, evaluations, short},
    },
    optim::{Outcome, Quantity},
    session::LaneHistory,
    tui::{app::App, theme::Theme},
};

/// Draws the table; where there are more lanes than rows, those around the chosen one.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let heading = Line::from(vec![
        Span::styled(" optimisers ", theme.strong()),
        Span::styled("─ ", theme.border(false)),
        Span::styled(meaning(app), theme.quiet()),
    ]);
    let lanes = app.history.lanes();
    let rows = usize::from(inside(area).height);
    let mut right = if app.arrangement().claims.is_none() { claims::marks(app) } else { Line::default() };
    if lanes.len() > rows {
        right.push_span(Span::styled(format!(" {rows} of {} ", lanes.len()), theme.quiet()));
    }
    let inside = frame(heading, right, theme.border(false), area, buf);
    let top = (app.lane + 1).saturating_sub(rows);
    let costs = costs(app, usize::from(inside.width));
    let labels = lanes.iter().map(|lane| lane.label().width()).max().unwrap_or(0).min(24);
    for (lane, y) in (top..lanes.len()).zip(inside.y..inside.bottom()) {
        let place = Rect { x: inside.x + 1, y, width: inside.width.saturating_sub(2), height: 1 };
        row(app, lane, labels, &costs, usize::from(place.width)).render(place, buf);
        if lane == app.lane {
            buf.set_string(place.right() - 1, y, "◀", app.theme.accent());
        }
    }
}

/// Which lane is at a row of the screen.
pub fn at(app: &App, area: Rect, column: u16, row: u16) -> Option<usize> {
    let inside = inside(area);
    let top = (app.lane + 1).saturating_sub(usize::from(inside.height));
    let lane = top + usize::from(row.saturating_sub(inside.y));
    (inside.contains((column, row).into()) && lane < app.history.lanes().len()).then_some(lane)
}

/// What the letters of the table are.
fn meaning(app: &App) -> String {
    match app.cursor {
        0 => "f at the start ".to_owned(),
        step => format!("f after step {}; its α, λ and ρ ", count(step)),
    }
}

fn row(app: &App, lane: usize, labels: usize, costs: &[String], width: usize) -> Line<'static> {
    let theme = app.theme;
    let past = &app.history.lanes()[lane];
    let own = Style::new().fg(theme.lane(&app.styles[lane]));
    let chosen = if lane == app.lane { theme.strong() } else { theme.text() };
    let mut line = Line::from(vec![
        Span::styled(format!("{} ", lane + 1), theme.quiet()),
        Span::styled(format!("{} ", app.styles[lane].marker.symbol()), own),
        Span::styled(format!("{}  ", padded(past.label(), labels)), chosen),
    ]);
    if !app.visible(lane) {
        line.push_span(Span::styled(format!("hidden; {} shows it", lane + 1), theme.quiet()));
        return line;
    }
    if app.cursor < past.origin() {
        line.push_span(Span::styled(format!("begins after step {}", count(past.origin())), theme.quiet()));
        return line;
    }
    let step = app.cursor.min(past.len());
    if app.recalls(lane) {
        line.push_span(Span::styled("being computed again …", theme.quiet()));
        return line;
    }
    field(&mut line, "f", app.loss(lane), FIELDS[0], theme);
    if let Some((at, outcome)) = past.outcome().filter(|(at, _)| app.cursor >= *at as usize)
        && !matches!(outcome, Outcome::Finished)
    {
        let style = if outcome.failed() || outcome.is_at_no_minimum() { theme.warning() } else { theme.notice() };
        line.push_span(Span::styled(format!("{} at {}", outcome.name(), count(at as usize)), style));
        let room = width.saturating_sub(line.width() + 4);
        if let Some(reason) = outcome.reason() {
            line.push_span(Span::styled(cut(&format!(": {reason}"), room), theme.quiet()));
        }
        return line;
    }
    field(&mut line, "α", past.value(Quantity::LearningRate, step), FIELDS[1], theme);
    field(&mut line, "λ", past.value(Quantity::Damping, step).filter(|lambda| *lambda > 0.0), FIELDS[2], theme);
    field(&mut line, "ρ", past.value(Quantity::Rho, step), FIELDS[3], theme);
    let room = width.saturating_sub(line.width() + 2);
    line.push_span(Span::styled(cut(&costs[lane], room), theme.quiet()));
    line
}

/// A symbol and its value in a column of their own; a dash where there is none.
fn field(line: &mut Line<'static>, symbol: &'static str, value: Option<f64>, width: usize, theme: Theme) {
    let (name, text) = match value {
        Some(value) => (format!("{symbol} "), short(value)),
        None => ("— ".to_owned(), String::new()),
    };
    line.push_span(Span::styled(name, theme.quiet()));
    line.push_span(Span::styled(padded(&text, width), theme.text()));
}

/// Columns of a row before its cost: number, marker, label, and the fields with their symbols.
const BEFORE_COST: usize = 4 + 2 + 2 * 4 + FIELDS[0] + FIELDS[1] + FIELDS[2] + FIELDS[3];

/// Columns of f, α, λ and ρ, a space after each included.
const FIELDS: [usize; 4] = [9, 9, 8, 8];

/// All that each lane has cost, in as many words as there is room for in every row.
fn costs(app: &App, width: usize) -> Vec<String> {
    let lanes = app.history.lanes();
    let labels = lanes.iter().map(|lane| lane.label().width()).max().unwrap_or(0).min(24);
    let room = width.saturating_sub(BEFORE_COST + labels + 4);
    let cost = |lane: &LaneHistory| lane.cost(app.cursor.min(lane.len()));
    let forms: [&dyn Fn(&LaneHistory) -> String; 3] = [
        &|lane| cost_in_words(cost(lane)),
        &|lane| match evaluations(cost(lane).evaluations()).as_str() {
            "1" => "1 evaluation".to_owned(),
            many => format!("{many} evaluations"),
        },
        &|lane| evaluations(cost(lane).evaluations()),
    ];
    let written = forms.map(|form| lanes.iter().map(form).collect::<Vec<_>>());
    let fits = |form: &&Vec<String>| form.iter().all(|text| text.width() <= room);
    written.iter().find(fits).unwrap_or(&written[2]).clone()
}
