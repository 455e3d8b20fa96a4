//! Whole screens, text and styles, at several sizes.

use std::fmt::Write as _;

use ratatui::{buffer::Buffer, style::Color};

use super::*;

/// The text of a screen, then for every row its runs of equal style.
fn picture(stage: &Stage) -> String {
    let backend = stage.screen();
    let mut out = backend.to_string();
    out.push_str("\nstyles\n");
    out.push_str(&styles(backend.buffer()));
    out
}

fn styles(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut last = None;
        let _ = write!(out, "{y:3}");
        for x in 0..buf.area.width {
            let cell = &buf[(x, y)];
            let style = (cell.fg, cell.bg, cell.modifier);
            if last != Some(style) {
                let _ = write!(out, " {x}:{}/{}", colour(style.0), colour(style.1));
                if !style.2.is_empty() {
                    let _ = write!(out, "/{:?}", style.2);
                }
                last = Some(style);
            }
        }
        out.push('\n');
    }
    out
}

fn colour(colour: Color) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("{r:02x}{g:02x}{b:02x}"),
        Color::Reset => "-".to_owned(),
        other => format!("{other:?}"),
    }
}

fn played(size: (u16, u16)) -> Stage {
    let mut stage = Stage::valley(size);
    stage.times(2, Command::Step(10)).times(5, Command::Step(-1)).press(Command::Up).press(Command::Down);
    stage
}

#[test]
fn screens_at_three_sizes() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        insta::assert_snapshot!(format!("{width}x{height}"), picture(&played((width, height))));
    }
}

#[test]
fn other_screens() {
    let mut stage = played((100, 30));
    stage.press(Command::NextXAxis).press(Command::Up);
    insta::assert_snapshot!("evaluations", stage.text());
    stage.times(2, Command::Down);
    insta::assert_snapshot!("kfac", stage.text());
    stage.press(Command::NextTheme).press(Command::Help);
    insta::assert_snapshot!("help_light", picture(&stage));
    stage.press(Command::Back).press(Command::Problems);
    insta::assert_snapshot!("problems", stage.text());
    insta::assert_snapshot!("start", Stage::valley((80, 24)).text());
    insta::assert_snapshot!("too_small", Stage::valley((60, 10)).text());
}

#[test]
fn views_of_a_network_at_two_sizes() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut stage = Stage::new(DIGITS, (width, height), Depth::True);
        stage.times(3, Command::Step(10));
        for view in ["held_out", "pictures", "confusion"] {
            insta::assert_snapshot!(format!("{view}_{width}x{height}"), stage.text());
            stage.press(Command::NextView);
        }
    }
    let mut stage = Stage::new(DIGITS, (100, 30), Depth::Monochrome);
    stage.press(Command::Step(10)).press(Command::NextView);
    insta::assert_snapshot!("pictures_monochrome", stage.text());
}

#[test]
fn without_colours_every_cell_has_the_terminals_own() {
    let mut stage = Stage::new(VALLEY, (120, 40), Depth::Monochrome);
    stage.times(2, Command::Step(10));
    let backend = stage.screen();
    assert!(backend.buffer().content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    stage.press(Command::Problems);
    let backend = stage.screen();
    assert!(backend.buffer().content.iter().any(|cell| cell.modifier.contains(ratatui::style::Modifier::REVERSED)));
    insta::assert_snapshot!(
        "monochrome",
        Stage::new(VALLEY, (80, 24), Depth::Monochrome).press(Command::Step(10)).text()
    );
}

#[test]
fn every_size_is_drawn_without_trouble() {
    for problem in [VALLEY, DIGITS] {
        let mut stage = Stage::new(problem, (80, 24), Depth::True);
        stage.times(2, Command::Step(10));
        for _ in stage.app.views() {
            for width in (1..=310).step_by(23) {
                for height in (1..=110).step_by(9) {
                    stage.act(Action::Resize(width, height));
                    let text = stage.text();
                    assert_eq!(text.contains("this step"), width >= 80 && height >= 24, "{width} × {height}");
                }
            }
            stage.press(Command::NextView);
        }
    }
}

#[test]
fn the_cursor_shows_the_same_step_everywhere() {
    let mut stage = Stage::valley((120, 40));
    stage.times(2, Command::Step(10)).times(7, Command::Step(-1));
    let text = stage.text();
    assert!(text.contains("step 13/60") && text.contains("13 gradients + 13 products + 13 losses"), "{text}");
}
