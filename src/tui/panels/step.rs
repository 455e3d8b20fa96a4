//! The step panel: the chosen lane's formula with this step's numbers.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::Widget,
};

use unicode_width::UnicodeWidthStr;

use super::{frame, title};
use crate::{
    figure::{
        explain::{Part, Role, explain, fit, model_in_words},
        number::count,
    },
    tui::app::App,
};

/// Draws the panel.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    let theme = app.theme;
    let lane = app.lane_history();
    let mut heading = vec![
        Span::styled(" this step ", theme.strong()),
        Span::styled("─ ", theme.border(false)),
        Span::styled(
            format!("{} {} ", app.styles[app.lane].marker.symbol(), lane.label()),
            theme.strong().fg(theme.lane(&app.styles[app.lane])),
        ),
    ];
    if app.cursor > lane.len() && lane.len() > lane.origin() {
        heading.push(Span::styled(format!("─ its last, {} ", lane.len()), theme.quiet()));
    }
    let heading = Line::from(heading);
    let recipe = &app.opening.lanes[app.lane].recipe;
    let words = model_in_words(recipe, app.opening.facts);
    let fits = !words.is_empty() && heading.width() + words.width() + 6 <= usize::from(area.width);
    let right = if fits { title(&words, theme.quiet()) } else { Line::default() };
    let inside = frame(heading, right, theme.border(false), area, buf);
    let lines = if app.recalls(app.lane) {
        vec![vec![Part { role: Role::Symbol, text: recalling(app.cursor) }]]
    } else {
        explain(lane, recipe, app.cursor, app.loss(app.lane))
    };
    for (line, y) in lines.iter().zip(inside.y..inside.bottom()) {
        let place = Rect { x: inside.x + 1, y, width: inside.width.saturating_sub(2), height: 1 };
        let spans = fit(line, usize::from(place.width)).into_iter().map(|part| {
            let style = match part.role {
                Role::Symbol | Role::Aside => theme.quiet(),
                Role::Value => theme.text(),
                Role::Result => theme.strong(),
                Role::Raised => theme.warning(),
                Role::Lowered => theme.notice(),
            };
            Span::styled(part.text, style)
        });
        spans.collect::<Line<'_>>().render(place, buf);
    }
}

/// Said of a step that is no longer kept, while it is on its way.
fn recalling(step: usize) -> String {
    format!("step {} is being computed again …", count(step))
}
