//! Runs longer than what is kept whole.

use super::*;
use crate::{
    optim::Quantity,
    session::{History, LaneHistory},
    tui::{action::Change, worker::Request},
};

/// A stage whose history keeps only so many steps whole.
fn stage(reach: usize) -> Stage {
    const SLOW: &str = r#"
name = "valley"
steps = 100000
[problem]
kind = "rosenbrock"
[[optimiser]]
name = "adam"
label = "Adam"
lr = 0.0001
monitor = true
[[optimiser]]
name = "sgd"
label = "SGD"
lr = 0.00001
monitor = true
"#;
    let mut stage = Stage::new(SLOW, (120, 40), Depth::True);
    let lane = |lane: &LaneHistory| (lane.label().to_owned(), vec![-1.2, 1.0]);
    stage.app.history = History::keeping(reach, stage.app.history.lanes().iter().map(lane));
    stage
}

const STEPS: usize = 30_000;

fn long(reach: usize) -> Stage {
    let mut stage = stage(reach);
    stage.press(Command::Step(i64::try_from(STEPS).unwrap()));
    assert_eq!((stage.app.cursor, stage.app.history.latest()), (STEPS, STEPS));
    stage
}

/// What the panels say in words and numbers, which must be exact; the charts may be coarser.
fn numbers(stage: &Stage) -> Vec<String> {
    let arrangement = stage.app.arrangement();
    let text = stage.text();
    let rows = [arrangement.step, arrangement.lanes].into_iter();
    let lines: Vec<&str> = text.lines().collect();
    rows.flat_map(|area| lines[usize::from(area.y)..usize::from(area.bottom())].iter().map(|line| (*line).to_owned()))
        .collect()
}

#[test]
fn every_step_long_gone_shows_the_numbers_it_had() {
    let (mut thin, mut whole) = (long(64), long(1 << 16));
    let keys = [
        (1, Command::First),
        (3, Command::Step(1)),
        (40, Command::Step(10)),
        (30, Command::Step(-1)),
        (1, Command::Up),
        (3, Command::NextEvent),
        (2, Command::PreviousEvent),
        (2, Command::Step(-10)),
        (1, Command::Latest),
        (80, Command::Step(-1)),
        (20, Command::Step(-10)),
    ];
    let mut recalled = 0;
    for (times, command) in keys {
        for _ in 0..times {
            thin.press(command);
            whole.press(command);
            assert_eq!(thin.app.cursor, whole.app.cursor);
            assert_eq!(numbers(&thin), numbers(&whole), "{command:?} to {}", thin.app.cursor);
            recalled += usize::from(thin.app.lane_history().resolution(thin.app.cursor) > 1);
        }
    }
    assert!(recalled > 100, "{recalled}");
    assert!(thin.app.history.lanes().iter().all(|lane| lane.kept() < 23 * 600));
}

#[test]
fn a_step_on_its_way_is_said_to_be() {
    let mut stage = long(64);
    stage.press(Command::First).times(50, Command::Step(10));
    assert_eq!(stage.app.cursor, 500);
    let effects = stage.app.update(Action::Command(Command::Step(10)));
    let asked = |effects: &[Effect]| {
        let recalls = effects.iter().filter_map(|effect| match effect {
            Effect::Request(Request::Recall { from, to }) => Some((*from, *to)),
            _ => None,
        });
        recalls.collect::<Vec<_>>()
    };
    assert_eq!(asked(&effects), [(509, 511)]);
    assert!(stage.app.awaits_recall());
    let text = stage.text();
    assert!(text.contains("step 510 is being computed again …"), "{text}");
    assert_eq!(text.matches("being computed again …").count(), 3, "{text}");
    // The keys are alive: what was asked for has not come, and nothing more is asked until it has.
    let more = stage.app.update(Action::Command(Command::Step(10)));
    assert!(asked(&more).is_empty());
    for effect in effects.into_iter().chain(more) {
        if let Effect::Request(request) = effect
            && let Some(reply) = stage.engine.handle(request)
        {
            for effect in stage.app.update(Action::Reply(reply)) {
                if let Effect::Request(request) = effect
                    && let Some(reply) = stage.engine.handle(request)
                {
                    stage.app.update(Action::Reply(reply));
                }
            }
        }
    }
    assert!(!stage.app.awaits_recall() && stage.app.cursor == 520);
    assert!(!stage.text().contains("being computed again"), "{}", stage.text());
    // Whoever goes back gets some steps before as well.
    stage.press(Command::Step(-1)).press(Command::Step(-1));
    assert!(asked(&stage.app.update(Action::Command(Command::Step(-1)))).is_empty());
}

#[test]
fn going_on_from_a_step_long_gone_gives_what_going_on_in_time_gives() {
    let mut stages = [long(64), long(1 << 16)];
    for stage in &mut stages {
        stage.press(Command::First).times(207, Command::Step(10)).press(Command::Step(3));
        stage.press(Command::Optimisers).press(Command::First).press(Command::Enter);
        let picker = stage.app.picker.as_ref().unwrap();
        let row = picker.keys().iter().position(|key| key.name == "lr").unwrap();
        stage.times(row, Command::Down);
        "0.001".chars().for_each(|c| _ = stage.press(Command::Change(Change::Type(c))));
        stage.press(Command::Enter).press(Command::Change(Change::Continue));
        assert_eq!((stage.app.cursor, stage.app.history.latest()), (2073, 2073));
        stage.times(5, Command::Step(10));
    }
    let [thin, whole] = &stages;
    assert_eq!(thin.app.history.lanes()[0].origin(), 2073);
    for (thin, whole) in thin.app.history.lanes().iter().zip(whole.app.history.lanes()) {
        for step in 2050..=2123 {
            assert!(thin.knows(step));
            assert_eq!(thin.record(step), whole.record(step), "{step}");
            assert_eq!(thin.cost(step), whole.cost(step), "{step}");
        }
        let all = |lane: &LaneHistory| lane.extremes(Quantity::Loss, 1, 2124);
        assert_eq!(all(thin), all(whole));
    }
    for _ in 0..2 {
        let events = stages.each_ref().map(|stage| stage.app.lane_events().unwrap().within(0, 9999).to_vec());
        assert_eq!(events[0], events[1]);
        for stage in &mut stages {
            stage.press(Command::Down);
        }
    }
    assert!(stages[0].app.lane_events().unwrap().before(2073).is_some());
}
