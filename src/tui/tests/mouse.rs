//! What the mouse does.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::tui::{action::MouseAction, app::Overlay, layout::Panel, opening::Source, worker::Request};

const SIZE: (u16, u16) = (120, 40);

#[test]
fn the_mouse_zooms_drags_time_and_starts_elsewhere() {
    let mut stage = Stage::valley(SIZE);
    stage.times(3, Command::Step(10));
    let line = stage.app.arrangement().scrubber;
    stage.act(Action::Mouse(MouseAction::Press, line.x + line.width / 4, line.y));
    assert!((14..=16).contains(&stage.app.cursor), "{}", stage.app.cursor);
    stage.act(Action::Mouse(MouseAction::Drag, line.right() - 1, line.y));
    assert_eq!(stage.app.cursor, 30);
    stage.act(Action::Mouse(MouseAction::WheelUp, 30, 15));
    assert!(stage.app.zoom.window.is_some());
    // One click asks, a key or a click elsewhere forgets it, and a second one on the same place starts there.
    let press = |stage: &mut Stage, column, row| {
        let effects = stage.app.update(Action::Mouse(MouseAction::Press, column, row));
        effects.iter().any(|effect| matches!(effect, Effect::Request(Request::Open(Source::From(..)))))
    };
    assert!(!press(&mut stage, 30, 15));
    assert!(stage.message().starts_with("click here again to restart all optimisers from ("), "{}", stage.message());
    stage.act(Action::Key(KeyEvent::new(KeyCode::Up, KeyModifiers::NONE)));
    assert!(!press(&mut stage, 30, 15));
    assert!(!press(&mut stage, 50, 9));
    assert_eq!(stage.app.history.latest(), 30);
    assert!(press(&mut stage, 50, 9));
}

#[test]
fn a_click_moves_the_cursor_chooses_lanes_and_presses_keys() {
    let mut stage = Stage::valley(SIZE);
    stage.times(3, Command::Step(10));
    let (_, area) = stage.app.arrangement().traces[1];
    let plot = crate::tui::layout::plot(area);
    stage.act(Action::Mouse(MouseAction::Press, plot.x, plot.y + 1));
    assert_eq!((stage.app.cursor, stage.app.focus), (0, Panel::Trace(1)));
    stage.act(Action::Mouse(MouseAction::Drag, plot.right() - 1, plot.y + 1));
    assert_eq!(stage.app.cursor, 30);
    stage.press(Command::NextXAxis);
    stage.act(Action::Mouse(MouseAction::Press, plot.x + plot.width / 2, plot.y + 1));
    let (cost, all) = {
        let lane = stage.app.lane_history();
        (lane.cost(stage.app.cursor).evaluations(), lane.cost(30).evaluations())
    };
    let [start, end] = stage.app.trace_options(plot, [2, 2]).x_range(&stage.app.history);
    assert!((cost - f64::midpoint(start, end).min(all)).abs() < 0.05 * end, "{cost} of {all}");
    let table = stage.app.arrangement().lanes;
    stage.act(Action::Mouse(MouseAction::Press, table.x + 10, table.y + 3));
    assert_eq!(stage.app.lane, 2);
    let footer = stage.app.arrangement().footer;
    // A message lies over the keys until the next one.
    stage.press(Command::Up);
    let text = stage.text();
    let line: Vec<char> = text.lines().nth(usize::from(footer.y)).unwrap().trim_start_matches('"').chars().collect();
    let column = line.windows(6).position(|six| six.iter().collect::<String>() == "? help").unwrap();
    stage.act(Action::Mouse(MouseAction::Press, column as u16, footer.y));
    assert_eq!(stage.app.overlay, Some(Overlay::Help(0)));
    stage.act(Action::Mouse(MouseAction::WheelDown, 60, 20));
    assert_eq!(stage.app.overlay, Some(Overlay::Help(1)));
}

#[test]
fn problems_and_events_are_chosen_with_the_mouse() {
    let mut stage = Stage::valley(SIZE);
    stage.times(3, Command::Step(10)).press(Command::Problems);
    let row_of = |stage: &Stage, word: &str| {
        let text = stage.text();
        let (row, line) = text.lines().enumerate().find(|(_, line)| line.contains(word)).unwrap();
        (line.trim_start_matches('"').chars().count() as u16 / 2, row as u16)
    };
    let (column, row) = row_of(&stage, "A round bowl");
    stage.act(Action::Mouse(MouseAction::Press, column, row));
    assert_eq!(stage.app.menu.choice(), Some(2));
    stage.act(Action::Mouse(MouseAction::Press, column, row));
    assert_eq!((stage.app.overlay, stage.app.opening.name.as_str()), (None, "quadratic-round"));

    let mut stage = Stage::valley(SIZE);
    stage.times(4, Command::Step(10)).press(Command::Events);
    stage.press(Command::First);
    let (column, row) = row_of(&stage, "converged at step");
    stage.act(Action::Mouse(MouseAction::Press, column, row));
    stage.act(Action::Mouse(MouseAction::Press, column, row));
    assert_eq!((stage.app.overlay, stage.app.lane), (None, 2));
    assert!(stage.message().contains("K-FAC: converged"), "{}", stage.message());
}
