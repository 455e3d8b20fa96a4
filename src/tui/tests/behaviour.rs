//! What the keys do.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::{
    figure::{View, XAxis},
    tui::{
        action::{Change, MouseAction},
        app::{Overlay, SPEEDS, Start},
        layout::Panel,
        opening::Source,
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
fn another_problem_can_be_opened_and_the_same_one_restarted() {
    let mut stage = Stage::valley(SIZE);
    stage.press(Command::Step(10)).press(Command::Restart);
    assert_eq!((stage.app.cursor, stage.app.history.latest()), (0, 0));
    assert_eq!(stage.message(), "restarted");
    stage.press(Command::Problems);
    assert!(stage.text().contains("A round bowl"));
    stage.press(Command::Down).press(Command::Down).press(Command::Enter);
    assert_eq!((stage.app.overlay, stage.app.opening.name.as_str()), (None, "quadratic-round"));
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
