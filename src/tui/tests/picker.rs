//! Choosing and changing optimisers.

use super::*;
use crate::{
    optim::{DampingRule, Quantity},
    session::LaneHistory,
    tui::{
        action::Change,
        app::{Mode, Overlay},
        keys::Context,
    },
};

const SIZE: (u16, u16) = (120, 40);

impl Stage {
    fn change(&mut self, change: Change) -> &mut Self {
        self.press(Command::Change(change))
    }

    fn type_in(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.change(Change::Type(c));
        }
        self
    }

    /// Opens the keys of an optimiser and goes to one of them.
    fn at_key(&mut self, lane: usize, name: &str) -> &mut Self {
        self.press(Command::Optimisers).press(Command::First).times(lane, Command::Down).press(Command::Enter);
        let picker = self.app.picker.as_ref().unwrap();
        let row = picker.keys().iter().position(|key| key.name == name).unwrap();
        self.times(row, Command::Down)
    }

    fn refusal(&self) -> &str {
        self.app.picker.as_ref().and_then(|picker| picker.refusal.as_deref()).unwrap_or_default()
    }

    fn labels(&self) -> Vec<&str> {
        self.app.history.lanes().iter().map(LaneHistory::label).collect()
    }
}

#[test]
fn what_is_typed_replaces_the_value_that_stood_there() {
    let mut stage = Stage::valley(SIZE);
    stage.at_key(1, "damping").press(Command::Enter).type_in("0.1");
    let picker = stage.app.picker.as_ref().unwrap();
    assert!(matches!(&picker.mode, Mode::Typing(_, text) if text == "0.1"), "{:?}", picker.mode);
    stage.press(Command::Back).press(Command::Enter);
    assert!(stage.text().contains("what you type replaces it"));
    stage.change(Change::Erase).type_in("4");
    let picker = stage.app.picker.as_ref().unwrap();
    assert!(matches!(&picker.mode, Mode::Typing(_, text) if text == "0.004"), "backspace changes: {:?}", picker.mode);
}

#[test]
fn a_value_is_typed_and_the_session_begins_again_with_it() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(10)).at_key(1, "damping").change(Change::Type('0')).type_in(".5").press(Command::Enter);
    assert_eq!(stage.app.picker.as_ref().unwrap().mode, Mode::Keys(6));
    stage.change(Change::Restart);
    assert_eq!((stage.app.overlay, stage.app.picker.is_none(), stage.app.cursor), (None, true, 0));
    assert_eq!(stage.app.lane, 1);
    stage.press(Command::Step(1));
    assert_eq!(stage.app.history.lanes()[1].value(Quantity::Damping, 1), Some(0.5));
    // And again: what was changed stays changed.
    stage.press(Command::Restart).press(Command::Step(1));
    assert_eq!(stage.app.history.lanes()[1].value(Quantity::Damping, 1), Some(0.5));
}

#[test]
fn what_a_problem_file_would_be_refused_is_refused_in_place() {
    let mut stage = Stage::valley(SIZE);
    stage.at_key(1, "damping").press(Command::Enter).change(Change::EraseAll).type_in("lots").press(Command::Enter);
    assert_eq!(stage.refusal(), "AdamQLR: `damping` is the text \"lots\"; expected a number of at least 0");
    assert!(matches!(stage.app.picker.as_ref().unwrap().mode, Mode::Typing(..)));
    assert!(stage.text().contains("expected a number of at least 0"));
    stage.change(Change::EraseAll).press(Command::Enter);
    assert_eq!(stage.refusal(), "");
    stage.press(Command::Back).press(Command::Back);
    assert_eq!((stage.app.overlay, stage.app.picker.is_none()), (None, true));
    // A rate with an adaptive rate, and a curvature that the problem does not have.
    stage.at_key(2, "adaptive_lr").change(Change::NextValue);
    assert!(stage.refusal().contains("adaptive_lr is false; give `lr` as well"), "{}", stage.refusal());
    stage.press(Command::Down).type_in("0.3").press(Command::Enter).press(Command::Up).change(Change::NextValue);
    assert!(stage.refusal().contains("`lr` is given and adaptive_lr is true"), "{}", stage.refusal());
    stage.press(Command::Down).change(Change::Default).press(Command::Up);
    assert!(stage.text().contains("adaptive_lr       ‹ true ›"), "{}", stage.text());
}

#[test]
fn few_values_go_round_and_leave_out_what_the_problem_does_not_have() {
    let mut stage = Stage::valley(SIZE);
    stage.at_key(1, "curvature").change(Change::NextValue);
    assert!(stage.refusal().contains("no per-example gradients"), "{}", stage.refusal());
    assert!(stage.text().contains("‹ fisher ›"));
    stage.change(Change::PreviousValue).change(Change::PreviousValue);
    assert!(stage.text().contains("‹ fisher ›"), "{}", stage.text());
    stage.times(3, Command::Down).change(Change::PreviousValue);
    let picker = stage.app.picker.as_ref().unwrap();
    assert_eq!(picker.entry().lane.recipe.damping.rule, DampingRule::None);
}

#[test]
fn optimisers_are_added_duplicated_renamed_and_removed() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Optimisers).change(Change::Add);
    let names = stage.app.picker.as_ref().unwrap().names.clone();
    let sgd = names.iter().position(|name| name.to_string() == "sgd").unwrap();
    stage.times(sgd, Command::Down).press(Command::Enter);
    stage.press(Command::First).change(Change::Duplicate).change(Change::Rename).change(Change::EraseAll);
    stage.type_in("mine, with q").press(Command::Enter).change(Change::Duplicate);
    stage.press(Command::First).press(Command::Down).change(Change::Remove);
    let labels: Vec<String> = stage.app.picker.as_ref().unwrap().lanes().into_iter().map(|lane| lane.label).collect();
    assert_eq!(labels, ["Adam", "K-FAC", "sgd", "mine, with q", "mine, with q-2"]);
    stage.change(Change::Restart).press(Command::Step(3));
    assert_eq!(stage.labels(), ["Adam", "K-FAC", "SGD", "mine, with q", "mine, with q-2"]);
    assert_eq!(stage.app.history.lanes()[4].record(3), stage.app.history.lanes()[0].record(3));
}

#[test]
fn every_name_there_is_can_be_added_and_run() {
    let count = Stage::valley(SIZE).press(Command::Optimisers).app.picker.as_ref().unwrap().names.len();
    assert!(count > 15, "{count}");
    for index in 0..count {
        let mut stage = Stage::valley(SIZE);
        stage.press(Command::Optimisers).change(Change::Add).times(index, Command::Down).press(Command::Enter);
        stage.press(Command::Enter);
        assert!(stage.text().contains(" keys; "), "{index}");
        stage.change(Change::Restart).press(Command::Step(10));
        assert_eq!((stage.labels().len(), stage.app.cursor), (4, 10), "{index}");
        assert!(!stage.app.history.lanes()[3].is_empty());
    }
}

#[test]
fn there_are_always_one_to_nine() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Optimisers);
    stage.times(9, Command::Change(Change::Duplicate));
    assert_eq!(stage.app.picker.as_ref().unwrap().entries.len(), 9);
    assert!(stage.refusal().contains("at most 9"));
    stage.change(Change::Add);
    assert!(stage.refusal().contains("at most 9") && stage.app.picker.as_ref().unwrap().mode == Mode::Lanes);
    stage.times(9, Command::Change(Change::Remove));
    assert_eq!(stage.app.picker.as_ref().unwrap().entries.len(), 1);
    assert!(stage.refusal().contains("at least one"));
    stage.change(Change::Restart).press(Command::Step(10)).press(Command::Latest);
    assert_eq!((stage.labels().len(), stage.app.lane, stage.app.cursor), (1, 0, 10));
}

#[test]
fn going_on_from_here_keeps_what_is_unchanged() {
    let mut undisturbed = Stage::valley(SIZE);
    undisturbed.times(5, Command::Step(10));
    let mut stage = Stage::valley(SIZE);
    stage.times(5, Command::Step(10)).times(3, Command::Step(-10)).press(Command::ToggleLane(2));
    let here = stage.app.history.lanes()[1].record(20).unwrap().params;
    // AdamQLR anew with another λ, and everything else as it is.
    stage.at_key(1, "damping").type_in("7").press(Command::Enter).change(Change::Continue);
    assert_eq!((stage.app.cursor, stage.app.history.latest(), stage.app.overlay), (20, 20, None));
    assert!(stage.message().contains("going on from step 20"), "{}", stage.message());
    assert_eq!(stage.app.hidden, [false, false, true]);
    let lane = &stage.app.history.lanes()[1];
    assert_eq!((lane.origin(), lane.value(Quantity::Loss, 20)), (20, None));
    assert_eq!([lane.param(0, 20), lane.param(1, 20)], [Some(here[0]), Some(here[1])]);
    stage.times(3, Command::Step(10));
    assert_eq!(stage.app.cursor, 50);
    for lane in [0, 2] {
        for step in 1..=50 {
            assert_eq!(
                stage.app.history.lanes()[lane].record(step),
                undisturbed.app.history.lanes()[lane].record(step),
                "{lane} {step}"
            );
        }
        assert_eq!(stage.app.history.lanes()[lane].outcome(), undisturbed.app.history.lanes()[lane].outcome());
    }
    assert_eq!(stage.app.history.lanes()[1].value(Quantity::Damping, 21), Some(7.0));
    stage.press(Command::First).press(Command::Latest);
    assert_eq!(stage.app.cursor, 50);
    // Before it began it is not there.
    stage.press(Command::First).press(Command::Step(10));
    assert!(stage.text().contains("begins after step 20"), "{}", stage.text());
    stage.at_key(0, "lr").type_in("1").press(Command::Enter).change(Change::Continue);
    assert!(stage.refusal().contains("AdamQLR begins only after step 20"), "{}", stage.refusal());
}

#[test]
fn a_change_is_taken_back_and_no_change_is_none() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(5)).at_key(0, "lr").type_in("3").press(Command::Enter);
    stage.press(Command::Back).press(Command::Back);
    stage.press(Command::Optimisers).change(Change::Restart);
    assert!(stage.refusal().contains("change something first"), "{}", stage.refusal());
    assert_eq!((stage.app.overlay, stage.app.cursor), (Some(Overlay::Optimisers), 5));
}

#[test]
fn renaming_is_no_change_of_the_optimiser() {
    let mut stage = Stage::valley(SIZE);
    stage.times(2, Command::Step(10)).press(Command::Optimisers).press(Command::First).change(Change::Rename);
    stage.type_in("A").press(Command::Enter).change(Change::Continue);
    assert_eq!((stage.labels(), stage.app.cursor), (vec!["A", "AdamQLR", "K-FAC"], 20));
    assert_eq!(stage.app.history.lanes()[0].origin(), 0);
}

#[test]
fn every_key_of_the_overlay_is_harmless_in_every_state() {
    for size in [(80, 24), (20, 5)] {
        let mut stage = Stage::valley(size);
        for round in 0..40 {
            for binding in crate::tui::keys::KEYMAP.iter().filter(|row| !row.contexts.contains(&Context::Panels)) {
                stage.press(binding.command);
                let _ = stage.text();
            }
            stage.press(Command::Optimisers).times(round % 5, Command::Down);
            if round % 3 == 0 {
                stage.press(Command::Enter);
            }
            stage.type_in("9.");
        }
    }
}

#[test]
fn the_optimisers_at_two_sizes() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut stage = Stage::valley((width, height));
        stage.press(Command::Step(10)).at_key(2, "damping").press(Command::Enter).type_in("1.0x").press(Command::Enter);
        insta::assert_snapshot!(format!("optimisers_{width}x{height}"), stage.text());
    }
}
