//! The map: what is out of view, what has arrived, and how to see all of it.

use super::*;
use crate::figure::Window;

/// A lane that leaves the window, and one that stays.
const FAR: &str = r#"
steps = 30
seed = 0
[problem]
kind = "quadratic"
condition = 1
start = [1.0, 1.0]
[view]
x = [-2.0, 2.0]
y = [-2.0, 2.0]
[[optimiser]]
name = "sgd"
lr = 2.6
[[optimiser]]
name = "sgdqlr"
damping = 1e-9
"#;

#[test]
fn a_lane_that_leaves_the_map_leaves_an_arrow() {
    for depth in [Depth::True, Depth::Monochrome] {
        let mut stage = Stage::new(FAR, (120, 40), depth);
        stage.press(Command::Step(10));
        let text = stage.text();
        assert!(text.contains("▲↗") && text.contains("(110, 110)"), "{text}");
    }
}

#[test]
fn a_star_stays_in_sight_with_the_lane_that_reached_it() {
    let mut stage = Stage::new(FAR, (120, 40), Depth::True);
    stage.press(Command::Step(10));
    let text = stage.text();
    assert!(text.contains("★✚"), "{text}");
}

#[test]
fn zero_twice_shows_all_paths_and_again_the_problem_s_own_window() {
    let mut stage = Stage::new(FAR, (120, 40), Depth::True);
    stage.press(Command::Step(10)).press(Command::ZoomIn).press(Command::ZoomReset);
    assert_eq!(stage.app.zoom.window, None);
    stage.press(Command::ZoomReset);
    let window = stage.app.zoom.window.unwrap();
    assert!(window.contains([0.0, 0.0]) && window.contains([100.0, 100.0]), "{window:?}");
    assert!(!stage.text().contains('↗'));
    stage.press(Command::ZoomReset);
    assert_eq!(stage.app.zoom.window, None);
}

#[test]
fn zooming_out_loses_nothing_that_was_in_view() {
    let mut stage = Stage::new(FAR, (120, 40), Depth::True);
    stage.press(Command::Step(10));
    for lane in [0, 1] {
        stage.app.lane = lane;
        let whole = Window { x: [-2.0, 2.0], y: [-2.0, 2.0] };
        stage.times(3, Command::ZoomOut);
        let window = stage.app.zoom.window.unwrap();
        let corners = [[whole.x[0], whole.y[0]], [whole.x[1], whole.y[1]]];
        assert!(corners.iter().all(|corner| window.contains(*corner)), "{window:?}");
        stage.press(Command::ZoomReset);
    }
}

#[test]
fn t_goes_through_three_themes() {
    let mut stage = Stage::valley((80, 24));
    let mut seen = vec![stage.app.theme.brightness];
    for _ in 0..3 {
        stage.press(Command::NextTheme);
        seen.push(stage.app.theme.brightness);
    }
    assert_eq!(seen, [Brightness::Dark, Brightness::Light, Brightness::Projector, Brightness::Dark]);
}
