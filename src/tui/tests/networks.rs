//! What is shown of a network.

use super::*;
use crate::{figure::View, tui::action::Change};

const SIZE: (u16, u16) = (120, 40);

#[test]
fn a_network_is_evaluated_as_it_learns_and_going_back_shows_what_was_found_then() {
    let mut stage = Stage::new(DIGITS, SIZE, Depth::True);
    assert_eq!(stage.app.view, View::HeldOut);
    // Four steps are an epoch: of 1 437 examples in batches of 300 the last one takes the remainder.
    let evaluated = |stage: &Stage| -> Vec<u64> {
        stage.app.history.lanes()[1].evaluations().iter().map(|record| record.step).collect()
    };
    assert_eq!(evaluated(&stage), [0]);
    stage.times(2, Command::Step(10));
    assert_eq!(evaluated(&stage), [0, 4, 8, 12, 16, 20]);
    assert!(stage.text().contains("loss and accuracy, epoch 5, step 20"), "{}", stage.text());
    stage.times(3, Command::Step(-1));
    assert!(stage.text().contains("loss and accuracy, epoch 4, step 16"), "{}", stage.text());
    stage.press(Command::First);
    assert!(stage.text().contains("loss and accuracy, epoch 0, step 0"));
}

#[test]
fn v_goes_round_the_views_and_they_all_export() {
    let mut stage = Stage::new(DIGITS, SIZE, Depth::True);
    stage.press(Command::Step(10));
    for (exported, view) in [View::HeldOut, View::Pictures, View::Confusion, View::HeldOut].into_iter().enumerate() {
        assert_eq!(stage.app.view, view);
        stage.press(Command::Export);
        assert_eq!(stage.exported, exported + 1);
        stage.press(Command::NextView);
    }
    let mut valley = Stage::valley(SIZE);
    valley.press(Command::NextView);
    assert_eq!((valley.app.view, valley.message()), (View::Map, "this problem has no other view"));
}

#[test]
fn an_edit_takes_back_what_was_found_after_it() {
    let mut stage = Stage::new(DIGITS, SIZE, Depth::True);
    stage.times(2, Command::Step(10)).times(7, Command::Step(-1));
    stage.press(Command::Optimisers).press(Command::Change(Change::Duplicate)).press(Command::Change(Change::Continue));
    assert_eq!(stage.app.history.lanes().len(), 3);
    assert_eq!(stage.app.cursor, 13);
    stage.press(Command::Step(10));
    let steps = |lane: usize| -> Vec<u64> {
        stage.app.history.lanes()[lane].evaluations().iter().map(|record| record.step).collect()
    };
    assert_eq!((steps(0), steps(1)), (vec![0, 4, 8, 12, 16, 20], vec![0, 4, 8, 12, 16, 20]));
    assert_eq!(steps(2), [16, 20], "a lane that begins after step 13");
}

#[test]
fn a_network_with_more_outputs_than_classes_is_shown() {
    let text = DIGITS.replace("layers = [64, 16, 10]", "layers = [64, 16, 30]");
    let mut stage = Stage::new(&text, (80, 24), Depth::True);
    stage.press(Command::Step(10)).times(2, Command::NextView);
    assert_eq!(stage.app.view, View::Confusion);
    for size in [(80, 24), (120, 40), (300, 100)] {
        stage.act(Action::Resize(size.0, size.1));
        let text = stage.text();
        assert_eq!(text.contains("more classes;"), size.0 < 300, "{text}");
    }
}
