//! What the keys do.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::{
    figure::XAxis,
    tui::{
        app::{Overlay, SPEEDS, Start},
        layout::Panel,
        worker::Request,
    },
};

const SIZE: (u16, u16) = (120, 40);

#[test]
fn stepping_on_computes_and_stepping_back_only_looks() {
    let mut stage = Stage::valley(SIZE);
    assert_eq!((stage.app.cursor, stage.app.history.latest()), (0, 0));
    stage.times(3, Command::Step(1)).press(Command::Step(10));
    assert_eq!((stage.app.cursor, stage.app.history.latest()), (13, 13));
    let before = stage.app.history.lanes()[1].record(5);
    stage.press(Command::Step(-10));
    assert_eq!((stage.app.cursor, stage.app.history.latest()), (3, 13));
    let asked = stage.app.update(Action::Command(Command::Step(-1)));
    assert!(asked.iter().all(|effect| !matches!(effect, Effect::Request(Request::Advance { .. } | Request::Open(_)))));
    stage.times(3, Command::Step(1));
    assert_eq!((stage.app.cursor, stage.app.history.latest()), (5, 13));
    assert_eq!(stage.app.history.lanes()[1].record(5), before);
}

#[test]
fn the_ends_of_time_are_solid() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(-1)).press(Command::Step(-10));
    assert_eq!(stage.app.cursor, 0);
    stage.press(Command::Step(10)).press(Command::First);
    assert_eq!(stage.app.cursor, 0);
    stage.press(Command::Latest);
    assert_eq!(stage.app.cursor, 10);
    stage.press(Command::Latest);
    assert_eq!(stage.app.cursor, 10);
}

#[test]
fn a_step_that_is_being_computed_can_be_given_up() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(1));
    // The worker does not answer.
    let _ = stage.app.update(Action::Command(Command::Step(10)));
    assert!(stage.app.computing());
    assert_eq!(stage.app.cursor, 2.min(stage.app.history.latest()));
    let effects = stage.app.update(Action::Command(Command::Step(-1)));
    assert!(!stage.app.computing());
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Request(Request::Advance { until }) if *until <= 3)));
}

#[test]
fn playing_keeps_its_speed_and_stops_at_the_planned_end() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::PlayPause);
    stage.wait(Duration::from_secs(2));
    assert!((18..=21).contains(&stage.app.cursor), "{}", stage.app.cursor);
    stage.times(SPEEDS.len(), Command::Faster);
    stage.wait(Duration::from_secs(1));
    assert_eq!((stage.app.cursor, stage.app.playing), (60, false));
    assert!(stage.message().contains("step 60: the planned end"), "{}", stage.message());
    stage.press(Command::Step(1));
    assert_eq!(stage.app.cursor, 61);
    stage.press(Command::PlayPause);
    stage.wait(Duration::from_secs(1));
    assert_eq!((stage.app.cursor, stage.app.playing), (120, false));
}

#[test]
fn nothing_beyond_what_was_asked_for_is_shown() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(1));
    assert_eq!(stage.app.history.latest(), 1);
    // Adam computes no second loss; the step computed ahead tells f where it arrived.
    assert!(stage.app.loss(0).is_some());
    let after = stage.app.loss(0);
    stage.press(Command::Step(1));
    assert_eq!(stage.app.history.lanes()[0].value(crate::optim::Quantity::Loss, 2), after);
}

#[test]
fn ends_are_told_when_the_cursor_passes_them() {
    let mut stage = Stage::valley(SIZE);
    stage.times(4, Command::Step(10));
    assert!(stage.text().contains("converged at"));
    let end = stage.app.history.lanes()[2].outcome().map(|(step, _)| step as usize).unwrap();
    while stage.app.cursor >= end {
        stage.press(Command::Step(-1));
    }
    assert_eq!(stage.message(), "");
    assert!(!stage.text().contains("converged at"));
    stage.press(Command::Step(1));
    assert!(stage.message().starts_with("K-FAC converged at step"), "{}", stage.message());
}

#[test]
fn when_every_optimiser_has_ended_the_keys_say_so() {
    let text = VALLEY
        .replace("name = \"adam\"", "name = \"kfac\"")
        .replace("lr = 0.1", "")
        .replace("name = \"adamqlr\"", "name = \"kfac\"")
        .replace("curvature = \"hessian\"", "");
    let mut stage = Stage::new(&text, SIZE, Depth::True);
    stage.times(8, Command::Step(10));
    let end = stage.app.cursor;
    assert!(end < 80);
    assert!(stage.message().contains("ended"), "{}", stage.message());
    stage.press(Command::PlayPause);
    assert!(!stage.app.playing && stage.message().contains("ended"), "{}", stage.message());
    stage.press(Command::First).press(Command::PlayPause);
    stage.wait(Duration::from_secs(20));
    assert_eq!((stage.app.cursor, stage.app.playing), (end, false));
}

#[test]
fn the_lane_that_has_most_to_explain_is_chosen_first() {
    for (removed, lane) in [("none", 1), ("adamqlr", 2)] {
        let text =
            VALLEY.replace(&format!("name = \"{removed}\""), "name = \"sgd\"").replace("curvature = \"hessian\"", "");
        assert_eq!(Stage::new(&text, SIZE, Depth::True).app.lane, lane, "{removed}");
    }
}

#[test]
fn lanes_are_chosen_shown_and_hidden() {
    let mut stage = Stage::valley(SIZE);
    assert_eq!(stage.app.lane, 1);
    stage.times(5, Command::Down);
    assert_eq!(stage.app.lane, 2);
    stage.times(5, Command::Up);
    assert_eq!(stage.app.lane, 0);
    stage.press(Command::ToggleLane(0)).press(Command::ToggleLane(1)).press(Command::ToggleLane(2));
    assert_eq!(stage.app.hidden, [true, true, false]);
    assert!(stage.message().contains("stays"));
    stage.press(Command::ToggleLane(7));
    assert!(stage.message().contains("no optimiser 8"), "{}", stage.message());
    assert!(stage.text().contains("hidden; 1 shows it"));
    stage.press(Command::ToggleLane(0));
    assert_eq!(stage.app.hidden, [false, true, false]);
}

#[test]
fn panels_take_the_focus_and_the_room() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(10)).press(Command::FocusPrevious).press(Command::Enter);
    assert_eq!(stage.app.focus, Panel::Trace(3));
    let text = stage.text();
    assert!(text.contains("ρ (AdamQLR: with λ)") && !text.contains("landscape") && !text.contains("learning rate"));
    stage.press(Command::Back);
    assert!(stage.text().contains("landscape"));
}

#[test]
fn zooming_comes_nearer_and_goes_back() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(10));
    let whole = stage.text();
    stage.times(2, Command::ZoomIn);
    let near = stage.text();
    assert_ne!(whole, near);
    stage.press(Command::ZoomReset);
    assert_eq!(stage.text(), whole);
    stage.press(Command::FocusNext);
    let whole = stage.text();
    stage.press(Command::ZoomIn);
    assert_ne!(stage.text(), whole);
    stage.times(3, Command::ZoomOut);
    assert_eq!(stage.text(), whole);
}

#[test]
fn the_x_axis_goes_round() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(10));
    for axis in [XAxis::Evaluations, XAxis::Seconds, XAxis::Step] {
        stage.press(Command::NextXAxis);
        assert_eq!(stage.app.x_axis, axis);
        assert!(stage.text().contains(&format!("x: {}", axis.name())));
    }
}

#[test]
fn events_are_found_in_both_directions() {
    let mut stage = Stage::valley(SIZE);
    stage.times(4, Command::Step(10)).press(Command::First);
    let mut steps = Vec::new();
    loop {
        stage.press(Command::NextEvent);
        if stage.message().contains("no later") {
            break;
        }
        steps.push(stage.app.cursor);
    }
    assert!(steps.len() >= 3 && steps.is_sorted(), "{steps:?}");
    for step in steps.iter().rev().skip(1) {
        stage.press(Command::PreviousEvent);
        assert_eq!(stage.app.cursor, *step);
    }
    stage.press(Command::PreviousEvent);
    assert!(stage.message().ends_with("no earlier event"), "{}", stage.message());
}

#[test]
fn an_event_is_named_and_marked_on_the_time_line() {
    let mut stage = Stage::valley(SIZE);
    stage.times(4, Command::Step(10)).press(Command::First).press(Command::NextEvent);
    let step = stage.app.cursor;
    assert!(stage.message().starts_with(&format!("step {step} · AdamQLR: ρ = ")), "{}", stage.message());
    let marks = |stage: &Stage| {
        let events = stage.app.lane_events().unwrap().within(0, usize::MAX);
        let line = stage.text();
        let line = line.lines().rfind(|line| !line.trim_matches(['"', ' ']).is_empty()).unwrap();
        (events.to_vec(), events.iter().any(|event| line.contains(event.kind.symbol())))
    };
    stage.press(Command::First);
    let (adamqlr, marked) = marks(&stage);
    assert!(marked);
    stage.press(Command::Down).press(Command::Latest).press(Command::PreviousEvent);
    assert!(stage.message().contains("K-FAC: converged at step"), "{}", stage.message());
    assert_ne!(adamqlr, marks(&stage).0);
    stage.times(9, Command::Up).press(Command::PreviousEvent);
    assert_eq!(stage.message(), "Adam: no earlier event");
}

#[test]
fn jumps_go_back_and_forth_in_a_long_run() {
    let mut stage = Stage::new(&VALLEY.replace("steps = 60", "steps = 100000"), SIZE, Depth::True);
    stage.times(9, Command::Faster).press(Command::PlayPause);
    while stage.app.playing {
        stage.act(Action::Tick(Duration::from_millis(20)));
    }
    assert_eq!(stage.app.cursor, 100_000);
    stage.press(Command::PreviousEvent).press(Command::PreviousEvent);
    let (earlier, message) = (stage.app.cursor, stage.message().to_owned());
    stage.press(Command::NextEvent);
    let later = stage.app.cursor;
    assert!(earlier < later && later < 100_000, "{earlier} {later}");
    // Events are found once, as the steps come; a jump only looks them up, or a thousand of them would take very long.
    for _ in 0..1000 {
        stage.press(Command::PreviousEvent);
        assert_eq!((stage.app.cursor, stage.message()), (earlier, message.as_str()));
        stage.press(Command::NextEvent);
        assert_eq!(stage.app.cursor, later);
    }
}

#[test]
fn help_opens_scrolls_and_closes() {
    let mut stage = Stage::valley((80, 24));
    stage.press(Command::Help);
    assert!(stage.text().contains("play or pause"));
    stage.times(20, Command::Down);
    assert!(stage.text().contains("q ctrl-c"));
    stage.times(60, Command::Down);
    assert!(stage.text().contains("restart with these optimisers") || stage.text().contains("On the time line"));
    assert!(stage.text().contains("λ at its floor"));
    stage.press(Command::Help);
    assert_eq!(stage.app.overlay, None);
    stage.press(Command::Help).press(Command::Quit);
    assert!(stage.quit, "ctrl-c quits from anywhere");
    let mut stage = Stage::valley((80, 24));
    for open in [Command::Help, Command::Problems, Command::Optimisers] {
        stage.press(open);
        stage.act(Action::Key(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE)));
        assert!(!stage.quit && stage.app.overlay.is_none(), "q closes what is open, and nothing is lost");
    }
}

#[test]
fn a_message_stays_until_the_next_key() {
    let mut stage = Stage::valley(SIZE);
    stage.act(Action::Exported(Ok("picture.png".into())));
    assert!(stage.text().contains("exported to picture.png"));
    stage.act(Action::Tick(Duration::from_secs(1)));
    assert!(stage.text().contains("exported to picture.png"));
    stage.press(Command::Up);
    assert!(!stage.text().contains("exported"));
    stage.act(Action::Exported(Err("cannot write picture.png: the disk is full".to_owned())));
    assert!(stage.app.message.as_ref().unwrap().warning);
}

#[test]
fn a_picture_is_exported_once() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(5)).press(Command::Export);
    assert_eq!(stage.exported, 1);
}

#[test]
fn the_events_of_all_lanes_are_listed_and_gone_to() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Events);
    assert!(stage.app.overlay.is_none() && stage.message().starts_with("nothing has happened yet"));
    stage.times(4, Command::Step(10)).press(Command::Events);
    let rows = stage.app.event_list.rows.clone();
    assert!(rows.is_sorted() && rows.iter().any(|row| row.lane == 1) && rows.iter().any(|row| row.lane == 2));
    for (index, row) in rows.iter().enumerate() {
        stage.press(Command::Events).press(Command::Events).press(Command::First).times(index, Command::Down);
        if stage.app.overlay.is_none() {
            stage.press(Command::Events).press(Command::First).times(index, Command::Down);
        }
        stage.press(Command::Enter);
        assert_eq!((stage.app.cursor, stage.app.lane, stage.app.overlay), (row.step, row.lane, None));
        assert!(stage.message().starts_with(&format!("step {} · ", row.step)), "{}", stage.message());
    }
    // A hidden lane has no say.
    stage.press(Command::Up).press(Command::Up).press(Command::ToggleLane(2)).press(Command::Events);
    assert!(stage.app.event_list.rows.iter().all(|row| row.lane != 2));
}

#[test]
fn the_screen_begins_where_it_is_told_to() {
    let begin = |start: Start| {
        let mut stage = Stage::valley(SIZE);
        let begun = stage.app.begin(&start);
        stage.act(Action::Resize(SIZE.0, SIZE.1));
        (stage, begun)
    };
    let (mut stage, begun) =
        begin(Start { at: Some(27), lane: Some("k-fac".to_owned()), view: Some("map".to_owned()), play: false });
    assert_eq!((begun, stage.app.cursor, stage.app.lane, stage.app.playing), (Ok(()), 27, 2, false));
    stage.wait(Duration::from_secs(1));
    assert_eq!(stage.app.cursor, 27);
    let (mut stage, _) = begin(Start { at: Some(27), lane: Some("1".to_owned()), play: true, ..Start::default() });
    assert_eq!((stage.app.cursor, stage.app.lane, stage.app.playing), (27, 0, true));
    stage.wait(Duration::from_secs(1));
    assert!((35..=38).contains(&stage.app.cursor), "{}", stage.app.cursor);
    assert!(begin(Start { play: true, ..Start::default() }).0.app.playing);
    // Beyond the plan too, and beyond the end of every lane as far as there is something.
    let (stage, _) = begin(Start { at: Some(90), ..Start::default() });
    assert_eq!(stage.app.cursor, 90);
    for (start, expected) in [
        (Start { lane: Some("kfca".to_owned()), ..Start::default() }, "--lane kfca: there is no such optimiser here; "),
        (Start { lane: Some("0".to_owned()), ..Start::default() }, "--lane 0: "),
        (Start { view: Some("maps".to_owned()), ..Start::default() }, "--view maps: this problem has no such view; "),
        (Start { view: Some("confusion".to_owned()), ..Start::default() }, "--view confusion: "),
    ] {
        let error = begin(start).1.unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_long_message_takes_as_many_lines_as_it_needs() {
    let mut stage = Stage::valley((80, 24));
    let words = "the data set uci-energy is not here: put data.csv and order.txt (the order of its rows) into one of \
                 the folders /home/somebody/.local/share/rhoscope/uci-energy or /usr/share/datasets/uci-energy; at last";
    stage.act(Action::Exported(Err(words.to_owned())));
    let text = stage.text();
    let shown: String = text.lines().map(|line| line.trim_matches('"').trim()).collect::<Vec<_>>().join(" ");
    assert!(shown.contains(words), "{text}");
}

#[test]
fn every_key_is_harmless_in_every_state() {
    for size in [(80, 24), (20, 5), (1, 1)] {
        let mut stage = Stage::valley(size);
        for round in 0..3 {
            for binding in crate::tui::keys::KEYMAP {
                stage.press(binding.command);
                stage.wait(Duration::from_millis(40));
                let _ = stage.text();
            }
            stage.app.overlay = [None, Some(Overlay::Help(3)), Some(Overlay::Problems)][round];
        }
    }
}

#[test]
fn a_thousand_steps_back_and_forth_give_the_numbers_of_a_straight_run() {
    let mut wandering = Stage::valley(SIZE);
    for round in 0..1000 {
        wandering.press(Command::Step(if round % 25 < 12 { -1 } else { 1 }));
    }
    let latest = wandering.app.history.latest();
    let mut straight = Stage::valley(SIZE);
    straight.press(Command::Step(i64::try_from(latest).unwrap()));
    assert!(latest > 30, "only {latest} steps");
    for (found, expected) in wandering.app.history.lanes().iter().zip(straight.app.history.lanes()) {
        for step in 1..=expected.len().min(found.len()) {
            // Records compare as numbers, none of which is NaN; −0 and 0 are the only pair that compares equal with other bits.
            assert_eq!(found.record(step), expected.record(step), "{} step {step}", found.label());
        }
        assert!(found.len() >= expected.len().min(latest));
    }
}
