//! What a run is to show, on the screen.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::tui::{
    action::{Change, MouseAction},
    app::Overlay,
};

const CLAIMS: &str = r#"
[[claim]]
says = "The eighth step of AdamQLR is a step"
holds = 'norm_step("AdamQLR", 8) > 0'
[[claim]]
says = "K-FAC ends at the minimum, and Adam does not"
holds = 'final("K-FAC") < 1e-9 and final("Adam") > 1e-9'
[[claim]]
says = "Adam is there at once"
holds = 'f("Adam", 5) < 1e-3'
[[claim]]
says = "So it is with another seed"
holds = 'f("Adam", 5) < 1e-3'
seeds = [4]
"#;

fn stage(size: (u16, u16)) -> Stage {
    Stage::new(&(VALLEY.to_owned() + CLAIMS), size, Depth::True)
}

/// What is shown to have come of the claims.
fn shown(stage: &Stage) -> Vec<Option<bool>> {
    stage.app.claims.iter().map(|(_, judgement)| judgement.holds).collect()
}

fn key(stage: &mut Stage, code: KeyCode) {
    stage.act(Action::Key(KeyEvent::new(code, KeyModifiers::NONE)));
}

#[test]
fn claims_are_settled_by_the_steps_shown_and_not_before() {
    let mut stage = stage((120, 40));
    // The one about another seed is not about this run.
    assert_eq!(shown(&stage), [None; 3]);
    assert!(stage.text().contains("… The eighth step of AdamQLR is a step"), "{}", stage.text());
    stage.times(4, Command::Step(1));
    assert_eq!(shown(&stage), [None; 3]);
    stage.press(Command::Step(1));
    assert_eq!(shown(&stage), [None, None, Some(false)]);
    stage.times(2, Command::Step(1));
    assert_eq!(shown(&stage)[0], None);
    stage.press(Command::Step(1));
    assert_eq!(shown(&stage), [Some(true), None, Some(false)]);
    let text = stage.text();
    for line in ["✓ The eighth step of AdamQLR is a step  AdamQLR, step 8", "✗ Adam is there at once  Adam, step 5"]
    {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(text.contains("1 of 3 so far"), "{text}");
    // What is settled stays, wherever the cursor goes.
    stage.press(Command::First);
    assert_eq!(shown(&stage), [Some(true), None, Some(false)]);
    stage.press(Command::Latest);
    while stage.app.cursor < 59 {
        stage.press(Command::Step(1));
    }
    assert_eq!(shown(&stage)[1], None);
    stage.press(Command::Step(1));
    assert_eq!(shown(&stage), [Some(true), Some(true), Some(false)]);
    // Steps beyond the run change nothing.
    stage.press(Command::Step(10));
    assert_eq!(shown(&stage), [Some(true), Some(true), Some(false)]);
    stage.press(Command::Restart);
    assert_eq!(shown(&stage), [None; 3]);
    stage.times(6, Command::Step(10));
    assert_eq!(shown(&stage), [Some(true), Some(true), Some(false)]);
}

#[test]
fn enter_goes_to_the_step_that_decides() {
    let mut stage = stage((120, 40));
    key(&mut stage, KeyCode::Char('C'));
    assert_eq!(stage.app.overlay, Some(Overlay::Claims));
    key(&mut stage, KeyCode::Enter);
    assert!(stage.message().contains("still to come"), "{}", stage.message());
    key(&mut stage, KeyCode::Esc);
    stage.times(2, Command::Step(10)).press(Command::ToggleLane(0));
    key(&mut stage, KeyCode::Char('C'));
    let text = stage.text();
    assert!(text.contains("norm_step(\"AdamQLR\", 8) = "), "{text}");
    assert!(text.contains("f(\"Adam\", 5) = "), "{text}");
    key(&mut stage, KeyCode::Enter);
    assert_eq!((stage.app.overlay, stage.app.cursor, stage.app.lane), (None, 8, 1));
    assert_eq!(stage.message(), "✓ The eighth step of AdamQLR is a step");
    // A lane that is hidden is shown to be looked at.
    key(&mut stage, KeyCode::Char('C'));
    stage.times(7, Command::Down);
    key(&mut stage, KeyCode::Enter);
    assert_eq!((stage.app.overlay, stage.app.cursor, stage.app.lane), (None, 5, 0));
    assert!(stage.app.visible(0));
}

#[test]
fn a_press_chooses_a_claim_and_another_goes_there() {
    let mut stage = stage((120, 40));
    stage.times(2, Command::Step(10));
    let find = |stage: &Stage, what: &str| {
        let row = stage.text().lines().position(|line| line.contains(what)).unwrap() as u16;
        (60, row)
    };
    let (x, y) = find(&stage, "what this run shows");
    stage.act(Action::Mouse(MouseAction::Press, x, y + 1));
    assert_eq!(stage.app.overlay, Some(Overlay::Claims));
    let (x, y) = find(&stage, "f(\"Adam\", 5) = ");
    stage.act(Action::Mouse(MouseAction::Press, x, y));
    assert_eq!((stage.app.claims.chosen, stage.app.cursor), (2, 20));
    stage.act(Action::Mouse(MouseAction::Press, x, y));
    assert_eq!((stage.app.overlay, stage.app.cursor, stage.app.lane), (None, 5, 0));
}

#[test]
fn other_optimisers_and_other_starts_are_not_what_was_claimed() {
    let mut stage = stage((120, 40));
    stage.times(2, Command::Step(10)).press(Command::Optimisers).press(Command::Change(Change::Duplicate));
    stage.press(Command::Change(Change::Continue));
    assert!(shown(&stage).is_empty() && !stage.text().contains("what this run shows"));
    stage.press(Command::Claims);
    assert!(stage.message().contains("not about these"), "{}", stage.message());
    // Begun again with them it is another run, too.
    stage.press(Command::Restart).times(7, Command::Step(10));
    assert!(shown(&stage).is_empty());
    // Without the copy it is the file's own again.
    stage.press(Command::Optimisers).times(3, Command::Down).press(Command::Change(Change::Remove));
    stage.press(Command::Change(Change::Restart)).times(7, Command::Step(10));
    assert_eq!(stage.app.opening.lanes.len(), 3);
    assert_eq!(shown(&stage), [Some(true), Some(true), Some(false)]);
    let Some(area) = stage.app.arrangement().main else { panic!("the map is there") };
    let place = (area.x + area.width / 2, area.y + area.height / 2);
    stage.act(Action::Mouse(MouseAction::Press, place.0, place.1));
    stage.act(Action::Mouse(MouseAction::Press, place.0, place.1));
    assert!(stage.message().starts_with("started at"), "{}", stage.message());
    assert!(shown(&stage).is_empty());
    stage.press(Command::Restart);
    assert!(shown(&stage).is_empty());
}

#[test]
fn there_is_room_for_the_claims_or_for_their_marks() {
    for (size, panel) in
        [((80, 24), false), ((100, 30), false), ((160, 30), true), ((120, 40), true), ((200, 60), true)]
    {
        let mut stage = stage(size);
        stage.press(Command::Step(10));
        let text = stage.text();
        assert_eq!(text.contains("what this run shows"), panel, "{size:?}\n{text}");
        assert_eq!(text.contains("claims ✓…✗ C"), !panel, "{size:?}\n{text}");
        stage.press(Command::Claims);
        let text = stage.text();
        assert!(
            text.contains("K-FAC ends at the minimum") && text.contains("enter go to the step"),
            "{size:?}\n{text}"
        );
    }
    // Nothing is said where nothing is claimed.
    let mut stage = Stage::valley((120, 40));
    assert!(!stage.text().contains("what this run shows"));
    stage.press(Command::Claims);
    assert!(stage.message().starts_with("nothing is claimed"), "{}", stage.message());
}
