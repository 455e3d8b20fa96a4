//! Other problems, from the list and without it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::tui::{action::Change, app::Overlay};

const SIZE: (u16, u16) = (120, 40);

#[test]
fn another_problem_can_be_opened_and_the_same_one_restarted() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(10)).press(Command::Restart);
    assert_eq!((stage.app.cursor, stage.app.history.latest()), (0, 0));
    assert_eq!(stage.message(), "restarted");
    stage.press(Command::Problems);
    assert!(stage.text().contains("A round bowl"));
    stage.press(Command::Down).press(Command::Down).press(Command::Enter);
    assert_eq!((stage.app.overlay, stage.app.opening.name.as_str()), (None, "quadratic-round"));
    // As the first one, it plays.
    assert!(stage.app.playing);
    stage.press(Command::Step(1));
    assert_eq!(stage.app.cursor, 1);
}

#[test]
fn a_problem_that_cannot_be_opened_leaves_the_one_before() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(3));
    stage.app.choices[1].name = "no-such-problem".to_owned();
    stage.press(Command::Problems).press(Command::Down).press(Command::Enter);
    assert!(stage.message().contains("no-such-problem"), "{}", stage.message());
    stage.press(Command::Step(1));
    assert_eq!((stage.app.cursor, stage.app.opening.name.as_str()), (4, "valley"));
}

#[test]
fn problems_are_found_by_a_word_and_what_is_missing_says_so() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Filter);
    for c in "bow".chars() {
        stage.act(Action::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    }
    let text = stage.text();
    assert!(text.contains("problems / bow") && text.contains("Bowls") && !text.contains("Ten dimensions"), "{text}");
    stage.act(Action::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    assert_eq!(stage.app.opening.name, "quadratic-round");
    // The one that is named so comes before those in whose words it occurs.
    stage.press(Command::Filter);
    for c in "rosenbrock-1".chars() {
        stage.press(Command::Change(Change::Type(c)));
    }
    assert_eq!(stage.app.menu.choice(), Some(1));
    stage.press(Command::Change(Change::EraseAll));
    for c in "moons q".chars() {
        stage.press(Command::Change(Change::Type(c)));
    }
    assert!(stage.text().contains("no problem has `moons q`"));
    stage.press(Command::Back).press(Command::Back).press(Command::Latest);
    assert!(stage.text().contains("✕ it needs the data set moons"), "{}", stage.text());
    stage.press(Command::Enter);
    assert_eq!((stage.app.overlay, stage.app.opening.name.as_str()), (Some(Overlay::Problems), "quadratic-round"));
    stage.press(Command::Back).press(Command::NextProblem(1));
    assert!(stage.message().contains("the last problem"), "{}", stage.message());
    stage.press(Command::NextProblem(-1));
    assert_eq!(stage.app.opening.name, "rosenbrock-10d");
    stage.press(Command::NextProblem(-1)).press(Command::NextProblem(-1));
    assert_eq!(stage.app.opening.name, "rosenbrock");
    assert!(stage.message().contains("the first problem"), "{}", stage.message());
    assert!(stage.app.playing);
}

#[test]
fn what_comes_while_another_problem_is_opened_is_not_lost() {
    let mut stage = Stage::new(DIGITS, SIZE, Depth::True);
    stage.times(3, Command::Step(1));
    // The worker is ahead when the user chooses a problem that cannot be opened.
    let effects = stage.app.update(Action::Command(Command::Step(4)));
    for effect in effects {
        if let Effect::Request(request) = effect {
            stage.engine.handle(request);
        }
    }
    let _ = stage.app.update(Action::Command(Command::Restart));
    while stage.engine.busy() {
        let reply = stage.engine.work();
        let _ = stage.app.update(Action::Reply(reply));
    }
    // One step had been computed ahead.
    assert_eq!(stage.app.history.latest(), 4, "the one at hand stands still");
    stage.act(Action::Reply(Reply::NotOpened("no such data".to_owned())));
    assert_eq!((stage.app.cursor, stage.app.history.latest()), (7, 7));
    for lane in stage.app.history.lanes() {
        let evaluated: Vec<u64> = lane.evaluations().iter().map(|record| record.step).collect();
        assert_eq!(evaluated, [0, 4]);
    }
    let mut straight = Stage::new(DIGITS, SIZE, Depth::True);
    straight.press(Command::Step(7));
    for (lane, other) in stage.app.history.lanes().iter().zip(straight.app.history.lanes()) {
        assert!((1..=7).all(|step| lane.record(step) == other.record(step)));
    }
}

#[test]
fn a_description_that_is_too_long_ends_with_an_ellipsis() {
    let mut stage = Stage::valley((80, 24));
    stage.app.choices[0].description = "word ".repeat(200);
    stage.press(Command::Problems);
    let text = stage.text();
    assert!(text.contains("word …"), "{text}");
    stage.app.choices[0].description = "word ".repeat(20);
    assert!(!stage.text().contains("word …"));
}
