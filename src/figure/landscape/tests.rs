use proptest::prelude::*;

use super::*;
use crate::{figure::Point, optim::StepRecord};

fn surface(f: impl Fn(f64, f64) -> f64) -> impl Fn(&[f64], &[f64]) -> Vec<f64> {
    move |xs, ys| ys.iter().flat_map(|&y| xs.iter().map(move |&x| (x, y))).map(|(x, y)| f(x, y)).collect()
}

fn history(start: [f64; 2], steps: impl Iterator<Item = [f64; 2]>) -> History {
    let mut history = History::new([("a".to_owned(), start.to_vec())]);
    for (index, params) in steps.enumerate() {
        let mut record = StepRecord::new(index as u64 + 1);
        record.params.extend(params);
        history.lane_mut(0).push(&record, 0.0);
    }
    history
}

fn options(cursor: usize) -> PathOptions {
    PathOptions { cursor, hidden: Vec::new(), resolution: [400, 400] }
}

const SQUARE: Window = Window { x: [-2.0, 2.0], y: [-2.0, 2.0] };

#[test]
fn contours_of_a_bowl_are_circles() {
    let bowl = surface(|x, y| 3.0 + x * x + y * y);
    let ground = Ground::sample(SQUARE, &[[0.0, 0.0]], &GroundOptions::default(), &bowl);
    let contours = ground.bare().contours;
    assert!((5..=20).contains(&contours.len()), "{}", contours.len());
    let mut closed = 0;
    for contour in contours.iter() {
        let radius = (contour.level - 3.0).sqrt();
        for line in &contour.lines {
            closed += usize::from(line.first() == line.last());
            for &point in line {
                let [x, y] = SQUARE.value(point);
                assert!((x.hypot(y) / radius - 1.0).abs() < 0.01, "{x} {y} {radius}");
                assert!(inside(point));
            }
        }
    }
    assert!(closed >= 4, "{closed}");
}

#[test]
fn contours_of_a_slope_end_at_the_border() {
    let ground = Ground::sample(SQUARE, &[], &GroundOptions::default(), &surface(|x, _| (x + 3.0).exp()));
    let contours = ground.bare().contours;
    assert!(!contours.is_empty());
    for line in contours.iter().flat_map(|contour| &contour.lines) {
        let (first, last) = (line[0], line[line.len() - 1]);
        assert!((first[1] - last[1]).abs() > 1.0 - 1e-9, "{first:?} {last:?}");
        assert!(line.iter().all(|point| (point[0] - first[0]).abs() < 1e-6));
    }
}

#[test]
fn functions_without_a_shape_still_have_a_ground() {
    for f in [
        |_, _| 1.0,
        |_, _| f64::NAN,
        |x: f64, _: f64| 1.0 / x,
        |x: f64, _| if x > 0.0 { f64::INFINITY } else { x },
        |x: f64, _| x * 1e300,
    ] {
        let f: fn(f64, f64) -> f64 = f;
        for size in [[1, 1], [2, 2], [33, 21]] {
            let options = GroundOptions { size, ..GroundOptions::default() };
            let ground = Ground::sample(SQUARE, &[[0.0, 0.0]], &options, &surface(f));
            let bare = ground.bare();
            assert!(bare.contours.iter().flat_map(|c| &c.lines).flatten().flatten().all(|x| (0.0..=1.0).contains(x)));
            let field = bare.field.unwrap();
            assert_eq!(field.shade.len(), field.size[0] * field.size[1]);
            assert!(field.shade.iter().flatten().all(|shade| (0.0..=1.0).contains(shade)));
        }
    }
}

#[test]
fn shade_grows_with_f() {
    let ground = Ground::sample(SQUARE, &[], &GroundOptions::default(), &surface(|x, y| x * x + y * y));
    let field = ground.bare().field.unwrap();
    let along: Vec<f64> = (0..=10).map(|i| field.shade_at([0.5 + f64::from(i) / 20.0, 0.5]).unwrap()).collect();
    assert!(along.windows(2).all(|pair| pair[0] <= pair[1]) && along[0] < 0.01 && along[10] > 0.8, "{along:?}");
}

#[test]
fn a_path_ends_at_the_cursor_and_begins_at_the_start() {
    let history = history([-1.0, 0.0], (1..=10).map(|i| [-1.0 + f64::from(i) / 10.0, 0.0]));
    let ground = Ground::sample(SQUARE, &[], &GroundOptions::default(), &surface(|x, y| x * x + y * y));
    let picture = landscape(&ground, &history, &options(5));
    let path = &picture.paths[0];
    assert_eq!(path.pieces.len(), 1);
    assert_eq!(path.pieces[0].len(), 6);
    assert_eq!(path.pieces[0][0], SQUARE.unit([-1.0, 0.0]));
    assert_eq!(path.now, Some(SQUARE.unit([-0.5, 0.0])));
    assert_eq!(landscape(&ground, &history, &options(0)).paths[0].now, Some(SQUARE.unit([-1.0, 0.0])));
}

#[test]
fn a_long_stay_in_one_place_is_one_point() {
    let history = history([-1.5, 0.0], (0..100_000).map(|i| [1.0 + 1e-5 * f64::from(i % 7), 0.0]));
    let ground = Ground::sample(SQUARE, &[], &GroundOptions::default(), &surface(|x, y| x * x + y * y));
    let count: usize = landscape(&ground, &history, &options(100_000)).paths[0].pieces.iter().map(Vec::len).sum();
    assert!(count <= 4, "{count}");
}

proptest! {
    #[test]
    fn a_window_grows_to_equal_units(x in -100.0..100.0_f64, w in 0.01..50.0_f64, y in -100.0..100.0_f64, h in 0.01..50.0_f64, aspect in 0.2..5.0_f64) {
        let window = Window { x: [x, x + w], y: [y, y + h] };
        let fitted = window.fitted(aspect);
        let [width, height] = fitted.size();
        prop_assert!((width / height / aspect - 1.0).abs() < 1e-6);
        prop_assert!(fitted.x[0] <= window.x[0] + 1e-9 && fitted.x[1] >= window.x[1] - 1e-9);
        prop_assert!(fitted.y[0] <= window.y[0] + 1e-9 && fitted.y[1] >= window.y[1] - 1e-9);
    }

    #[test]
    fn zooming_keeps_the_point_in_place(u in 0.0..1.0_f64, v in 0.0..1.0_f64, factor in 0.1..10.0_f64) {
        let about = SQUARE.value([u, v]);
        let zoomed = SQUARE.zoomed(about, factor);
        let place = zoomed.unit(about);
        prop_assert!((place[0] - u).abs() < 1e-9 && (place[1] - v).abs() < 1e-9);
        prop_assert!((zoomed.size()[0] / SQUARE.size()[0] / factor - 1.0).abs() < 1e-9);
    }

    #[test]
    fn thinning_a_path_moves_nothing_visibly(steps in prop::collection::vec([-3.0..3.0_f64, -3.0..3.0_f64], 1..300), slow in 1..40_usize) {
        // Every place is approached in `slow` small steps.
        let mut all = Vec::new();
        let mut at = [0.0, 0.0];
        for target in steps {
            for _ in 0..slow {
                at = [0, 1].map(|axis| at[axis] + (target[axis] - at[axis]) * 0.2);
                all.push(at);
            }
        }
        let history = history([0.0, 0.0], all.iter().copied());
        let ground = Ground::sample(SQUARE, &[], &GroundOptions { size: [2, 2], ..GroundOptions::default() }, &surface(|x, y| x * x + y * y));
        let picture = landscape(&ground, &history, &options(all.len()));
        let kept: Vec<Point> = picture.paths[0].pieces.iter().flatten().copied().collect();
        for point in all.iter().map(|&point| SQUARE.unit(point)).filter(|&point| inside(point)) {
            let near = kept.iter().any(|kept| (0..2).all(|axis| (kept[axis] - point[axis]).abs() * 400.0 <= 8.0));
            prop_assert!(near, "{point:?}");
        }
    }
}

#[test]
fn a_path_that_leaps_about_for_ever_stays_short_and_fills_the_same_area() {
    let leap = |i: u32| [f64::from(i * 7919 % 1000) / 500.0 - 1.0, f64::from(i % 997 * 729 % 997) / 498.5 - 1.0];
    let history = history([0.0, 0.0], (0..100_000).map(leap));
    let ground = Ground::sample(SQUARE, &[], &GroundOptions::default(), &surface(|x, y| x * x + y * y));
    let picture = landscape(&ground, &history, &options(100_000));
    let points: Vec<Point> = picture.paths[0].pieces.iter().flatten().copied().collect();
    assert!((300..7000).contains(&points.len()), "{}", points.len());
    for quarter in [[0.3, 0.3], [0.7, 0.3], [0.3, 0.7], [0.7, 0.7]] {
        assert!(points.iter().any(|point| (point[0] - quarter[0]).hypot(point[1] - quarter[1]) < 0.06), "{quarter:?}");
    }
}

/// A path around a circle that takes 300 000 steps; of which the latest `reach` are kept whole.
fn circle(reach: usize) -> History {
    let mut history = History::keeping(reach, [("a".to_owned(), vec![0.8, 0.0])]);
    for step in 1..=300_000_u32 {
        let angle = f64::from(step) / 300_000.0 * std::f64::consts::TAU;
        let mut record = StepRecord::new(u64::from(step));
        record.params.extend([0.8 * angle.cos(), 0.8 * angle.sin()]);
        history.lane_mut(0).push(&record, 0.0);
    }
    history
}

#[test]
fn a_path_of_steps_no_longer_kept_leads_the_same_way() {
    let ground = Ground::sample(SQUARE, &[], &GroundOptions::default(), &surface(|x, y| x * x + y * y));
    let points = |reach: usize, cursor: usize| {
        let picture = landscape(&ground, &circle(reach), &options(cursor));
        (picture.paths[0].pieces.iter().flatten().copied().collect::<Vec<Point>>(), picture.paths[0].now.unwrap())
    };
    for cursor in [300_000, 150_123] {
        let ((thin, now), (whole, exactly)) = (points(1024, cursor), points(1 << 19, cursor));
        let near = |a: &Point, b: &Point| (a[0] - b[0]).hypot(a[1] - b[1]) < 0.03;
        assert!(whole.iter().all(|point| thin.iter().any(|other| near(point, other))));
        assert!(thin.iter().all(|point| whole.iter().any(|other| near(point, other))));
        assert!(near(&now, &exactly) && thin.len() > 30, "{}", thin.len());
    }
}

fn bowl() -> Ground {
    Ground::sample(SQUARE, &[], &GroundOptions::default(), &surface(|x, y| x * x + y * y))
}

#[test]
fn a_long_step_among_many_short_ones_is_seen_as_one() {
    let near = (0..25).map(|i| [-1.0 - 1e-4 * f64::from(i), 1.0]);
    let history = history([-1.0, 1.0], near.chain([[1.0, -1.0]]));
    let picture = landscape(&bowl(), &history, &options(26));
    let path = &picture.paths[0];
    assert_eq!((path.every, path.steps.len()), (1, 27));
    assert_eq!(path.steps[26], SQUARE.unit([1.0, -1.0]));
    assert!(picture.title.ends_with(" · a dot a step"), "{}", picture.title);
}

#[test]
fn steps_that_would_run_together_have_a_dot_each_tenth() {
    let history = history([-1.8, 0.0], (1..=300).map(|i| [-1.8 + 0.012 * f64::from(i), 0.0]));
    let picture = landscape(&bowl(), &history, &options(300));
    let path = &picture.paths[0];
    assert_eq!((path.every, path.steps.len()), (10, 31));
    assert!(picture.title.ends_with(" · a dot every 10 steps"), "{}", picture.title);
    let long = (1..=100_000).map(|i| [-1.8 + 3.6e-5 * f64::from(i), 0.0]);
    let steps = &landscape(&bowl(), &self::history([-1.8, 0.0], long), &options(100_000)).paths[0].steps;
    assert!((20..=600).contains(&steps.len()), "{}", steps.len());
}

#[test]
fn a_lane_out_of_view_is_told_of_at_the_border() {
    let away =
        |at: [f64; 2]| landscape(&bowl(), &history([0.0, 0.0], [at].into_iter()), &options(1)).paths[0].away.clone();
    assert_eq!(away([1.0, 1.0]), None);
    let east = away([8854.0, 0.0]).unwrap();
    assert_eq!((east.at, east.arrow, east.text.as_str()), ([1.0, 0.5], '→', "(8\u{2009}854, 0)"));
    let below = away([-1.0, -2351.0]).unwrap();
    assert_eq!((below.at, below.arrow), ([0.25, 0.0], '↓'));
    assert_eq!(away([-1e300, 1e300]).unwrap().arrow, '↖');
    assert_eq!(away([f64::NAN, 0.0]), None);
}

#[test]
fn large_coordinates_have_short_labels() {
    let window = Window { x: [-30_000.0, 10_000.0], y: [-2e-5, 2e-5] };
    let ground = Ground::sample(window, &[], &GroundOptions::default(), &surface(|x, y| x * x + y * y));
    let bare = ground.bare();
    assert_eq!((bare.x.label.as_str(), bare.y.label.as_str()), ("θ₁ ×1e4", "θ₂ ×1e-5"));
    for axis in [&bare.x, &bare.y] {
        let labels: Vec<&str> = axis.ticks.iter().map(|tick| &*tick.label).filter(|label| !label.is_empty()).collect();
        assert!(labels.len() > 2 && labels.iter().all(|label| label.chars().count() <= 5), "{labels:?}");
        assert!(labels.windows(2).all(|pair| pair[0] != pair[1]), "{labels:?}");
    }
}
