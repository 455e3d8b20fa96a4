//! The panels: one file each, one pure `render` each, which draws the app into an area of a buffer.

pub mod chart;
pub mod claims;
pub mod confusion;
pub mod events;
pub mod footer;
pub mod gallery;
pub mod grid;
pub mod header;
pub mod help;
pub mod landscape;
pub mod lanes;
pub mod list;
pub mod main_view;
pub mod picker;
pub mod problems;
pub mod scrubber;
pub mod step;
pub mod too_small;
pub mod traces;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    symbols::merge::MergeStrategy,
    text::{Line, Span},
    widgets::{Block, Clear, Widget},
};
use unicode_width::UnicodeWidthStr;

use super::{
    app::{App, Overlay},
    theme::Theme,
};

/// The whole screen.
pub fn render(app: &App, area: Rect, buf: &mut Buffer) {
    buf.set_style(area, app.theme.text());
    let arrangement = app.arrangement();
    if arrangement.too_small {
        return too_small::render(app, area, buf);
    }
    header::render(app, arrangement.header, buf);
    if let Some(main) = arrangement.main {
        main_view::render(app, main, buf);
    }
    traces::render(app, &arrangement.traces, buf);
    if let Some(area) = arrangement.claims {
        claims::render(app, area, buf);
    }
    step::render(app, arrangement.step, buf);
    lanes::render(app, arrangement.lanes, buf);
    scrubber::render(app, arrangement.scrubber, buf);
    footer::render(app, arrangement.footer, buf);
    match app.overlay {
        Some(Overlay::Help(top)) => help::render(app, top, area, buf),
        Some(Overlay::Problems) => problems::render(app, area, buf),
        Some(Overlay::Claims) => claims::overlay(app, area, buf),
        Some(Overlay::Events) => events::render(app, area, buf),
        Some(Overlay::Optimisers) => picker::render(app, area, buf),
        None => {}
    }
}

/// Draws the frame of a panel that can be focused: then its upper border shows it.
pub fn focusable(app: &App, focused: bool, heading: &str, right: Line<'_>, area: Rect, buf: &mut Buffer) {
    let style = if focused { app.theme.accent() } else { app.theme.strong() };
    frame(title(heading, style), right, app.theme.border(false), area, buf);
    if focused {
        for x in area.left() + 1..area.right().saturating_sub(1) {
            if buf[(x, area.y)].symbol() == "─" {
                buf[(x, area.y)].set_symbol("━").set_style(app.theme.accent());
            }
        }
    }
}

/// Draws a frame whose borders join its neighbours', with a title on the left and perhaps another on the right; returns its inside.
pub fn frame(title: Line<'_>, right: Line<'_>, style: Style, area: Rect, buf: &mut Buffer) -> Rect {
    let mut block = Block::bordered().border_style(style).merge_borders(MergeStrategy::Exact).title_top(title);
    if right.width() > 0 {
        block = block.title_top(right.right_aligned());
    }
    let inside = block.inner(area);
    block.render(area, buf);
    inside
}

/// What is inside a frame.
pub fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: area.height.saturating_sub(2) }
}

/// A word in the middle of an area, in place of what is not there.
pub fn note(app: &App, word: &str, area: Rect, buf: &mut Buffer) {
    let text = cut(word, usize::from(area.width));
    let x = area.x + area.width.saturating_sub(text.width() as u16) / 2;
    buf.set_string(x, area.y + area.height / 2, text, app.theme.quiet());
}

/// A title with air around it.
pub fn title(text: &str, style: Style) -> Line<'static> {
    Line::from(Span::styled(format!(" {text} "), style))
}

/// Where a window over everything else is: in the middle, as large as its contents where there is room.
fn window_frame(size: (usize, usize), area: Rect) -> Rect {
    let fit = |wanted: usize, most: u16| u16::try_from(wanted).unwrap_or(u16::MAX).min(most);
    let (width, height) =
        (fit(size.0 + 4, area.width.saturating_sub(2)), fit(size.1 + 2, area.height.saturating_sub(2)));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

/// The inside of such a window.
pub fn window_area(size: (usize, usize), area: Rect) -> Rect {
    let inside = inside(window_frame(size, area));
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

/// Draws a window over everything else; returns its inside.
pub fn window(theme: Theme, text: &str, size: (usize, usize), area: Rect, buf: &mut Buffer) -> Rect {
    let place = window_frame(size, area);
    Clear.render(place, buf);
    buf.set_style(place, theme.text());
    frame(title(text, theme.strong()), Line::default(), theme.border(true), place, buf);
    window_area(size, area)
}

/// Text cut to a width behind a word, with an ellipsis where something is missing; within the word where it is long.
pub fn cut_at_word(text: &str, width: usize) -> String {
    let short = cut(text, width);
    let Some(kept) = short.strip_suffix('…').filter(|kept| *kept != text) else { return short };
    let is_between = text[kept.len()..].starts_with(' ');
    let end = if is_between { kept.len() } else { kept.rfind(' ').unwrap_or(0) };
    if 2 * end < kept.len() { short } else { format!("{}…", kept[..end].trim_end()) }
}

/// Text cut to a width, with an ellipsis where something is missing.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        let mut longer = short.clone();
        longer.push(c);
        if longer.width() + 1 > width {
            break;
        }
        short = longer;
    }
    if width > 0 {
        short.push('…');
    }
    short
}

/// Text filled up with spaces to a width, or cut.
pub fn padded(text: &str, width: usize) -> String {
    let text = cut(text, width);
    let missing = width.saturating_sub(text.width());
    text + &" ".repeat(missing)
}

/// Text in lines of a width, broken between words, and within a word that is longer than a line.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest = word;
        let line = lines.last().map_or(0, |line| line.width());
        if line > 0 && line + 1 + word.width() > width {
            lines.push(String::new());
        }
        loop {
            let Some(line) = lines.last_mut() else { return lines };
            if !line.is_empty() && rest.len() == word.len() {
                line.push(' ');
            }
            let room = width.saturating_sub(line.width());
            if rest.width() <= room {
                line.push_str(rest);
                break;
            }
            let mut taken = 0;
            let mut end = 0;
            for c in rest.chars() {
                taken += UnicodeWidthStr::width(c.encode_utf8(&mut [0; 4]) as &str);
                if taken > room && end > 0 {
                    break;
                }
                end += c.len_utf8();
            }
            line.push_str(&rest[..end]);
            rest = &rest[end..];
            if rest.is_empty() {
                break;
            }
            lines.push(String::new());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_width() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(padded("ab", 4), "ab  ");
        assert_eq!(padded("日本語", 6), "日本語");
    }

    #[test]
    fn text_is_broken_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one two", 3), ["one", "two"]);
        assert_eq!(wrapped("at abcdefgh", 4), ["at", "abcd", "efgh"]);
        assert_eq!(wrapped("日本語", 4), ["日本", "語"]);
        assert_eq!(wrapped("日本", 1), ["日", "本"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
