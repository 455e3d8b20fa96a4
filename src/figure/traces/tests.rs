use proptest::prelude::*;

use super::*;
use crate::{
    figure::MarkKind,
    optim::{Cost, Outcome, StepRecord},
};

/// A history of lanes given by their losses; λ halves and doubles in turn.
fn history(lanes: &[Vec<Option<f64>>]) -> History {
    let mut history = History::new((0..lanes.len()).map(|lane| (format!("lane {lane}"), vec![])));
    for (lane, losses) in lanes.iter().enumerate() {
        for (index, loss) in losses.iter().enumerate() {
            let mut record = StepRecord::new(index as u64 + 1);
            if let Some(loss) = loss {
                record.set(Quantity::Loss, *loss);
            }
            record.set(Quantity::Damping, if index % 2 == 0 { 1.0 } else { 0.5 });
            record.set(Quantity::NextDamping, if index % 2 == 0 { 0.5 } else { 1.0 });
            record.cost = Cost { gradients: 1, products: lane as u32, ..Cost::default() };
            history.lane_mut(lane).push(&record, index as f64 * 0.01 + 0.01);
        }
    }
    history
}

fn points(chart: &Chart) -> impl Iterator<Item = &Point> {
    chart.curves.iter().flat_map(|curve| curve.pieces.iter().flatten())
}

#[test]
fn a_spike_among_many_steps_is_still_seen() {
    let mut losses = vec![Some(1.0); 100_000];
    losses[77_777] = Some(1e6);
    let chart = trace(TraceKind::Loss, &history(&[losses]), &TraceOptions::default());
    let highest = points(&chart).map(|point| point[1]).fold(0.0, f64::max);
    let value = chart.y.scale.value(chart.y.range, highest);
    assert!((value / 1e6 - 1.0).abs() < 1e-6, "{value}");
    assert!(points(&chart).count() < 2500);
}

#[test]
fn the_first_rejected_step_of_each_slot_is_marked() {
    let mut history = History::new([("lane".to_owned(), vec![])]);
    let rejected = [700, 701, 5_000, 9_999];
    for step in 1..=10_000 {
        let mut record = StepRecord::new(step);
        record.set(Quantity::Loss, 1.0 / step as f64);
        record.rejected = rejected.contains(&step);
        history.lane_mut(0).push(&record, 0.0);
    }
    let chart = trace(TraceKind::Loss, &history, &TraceOptions::default());
    let marks = chart.marks.iter().filter(|mark| mark.kind == MarkKind::Rejected);
    // f is measured where a step begins.
    let steps: Vec<u64> = marks.map(|mark| (mark.at[0] * chart.x.range[1]).round() as u64 + 1).collect();
    assert_eq!(steps, [700, 5_000, 9_999]);
}

#[test]
fn a_missing_value_breaks_a_curve() {
    let chart =
        trace(TraceKind::Loss, &history(&[vec![Some(1.0), Some(2.0), None, Some(4.0)]]), &TraceOptions::default());
    assert_eq!(chart.curves[0].pieces.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn lanes_without_steps_or_with_zeros_have_a_chart() {
    for losses in [
        vec![],
        vec![Some(0.0)],
        vec![Some(0.0); 3],
        vec![None; 2],
        vec![Some(1.0), Some(0.0)],
        vec![Some(1e-300)],
        vec![Some(-1.0)],
    ] {
        for kind in TraceKind::ALL {
            for x_axis in [XAxis::Step, XAxis::Evaluations, XAxis::Seconds] {
                let options = TraceOptions { x_axis, cursor: Some(1), ..TraceOptions::default() };
                let chart = trace(kind, &history(std::slice::from_ref(&losses)), &options);
                assert!(points(&chart).flatten().all(|x| (0.0..=1.0).contains(x)), "{losses:?} {kind:?}");
            }
        }
    }
    let zero = trace(TraceKind::Loss, &history(&[vec![Some(1.0), Some(0.0)]]), &TraceOptions::default());
    assert_eq!(zero.marks.iter().map(|mark| mark.kind).collect::<Vec<_>>(), [MarkKind::Below]);
}

#[test]
fn hidden_lanes_are_left_out() {
    let options = TraceOptions { hidden: vec![true], ..TraceOptions::default() };
    let chart = trace(TraceKind::Loss, &history(&[vec![Some(1e9); 3], vec![Some(1.0); 3]]), &options);
    assert_eq!(chart.curves.iter().map(|curve| curve.lane).collect::<Vec<_>>(), [1]);
    assert!(chart.y.range[1] < 10.0);
    let options = TraceOptions { hidden: vec![true, true], ..options };
    let chart = trace(TraceKind::Loss, &history(&[vec![Some(1.0)], vec![Some(1.0)]]), &options);
    assert_eq!(chart.empty.as_deref(), Some("every optimiser is hidden"));
}

#[test]
fn lanes_share_one_cursor_on_steps_and_have_their_own_on_evaluations() {
    let history = history(&[vec![Some(1.0); 10], vec![Some(1.0); 10]]);
    let options = TraceOptions { cursor: Some(5), ..TraceOptions::default() };
    let chart = trace(TraceKind::Loss, &history, &options);
    assert_eq!(chart.cursors, [Cursor { lane: None, at: 0.5 }]);
    let chart = trace(TraceKind::Loss, &history, &TraceOptions { x_axis: XAxis::Evaluations, ..options });
    assert_eq!(chart.cursors, [Cursor { lane: Some(0), at: 0.25 }, Cursor { lane: Some(1), at: 0.5 }]);
}

#[test]
fn the_axis_stands_still_while_a_run_grows() {
    let options = TraceOptions { planned: 200, room: true, ..TraceOptions::default() };
    let range = |steps: usize| options.x_range(&history(&[vec![Some(1.0); steps]]));
    assert_eq!(range(0), [0.0, 200.0]);
    assert_eq!(range(150), [0.0, 200.0]);
    assert_eq!(range(201), range(240));
    let mut ended = history(&[vec![Some(1.0); 26]]);
    ended.lane_mut(0).end(26, Outcome::Converged("the gradient is zero".into()));
    assert_eq!(TraceOptions { planned: 200, ..TraceOptions::default() }.x_range(&ended), [0.0, 26.0]);
}

#[test]
fn every_change_of_lambda_is_marked_in_a_short_run_and_few_in_a_long_one() {
    let kinds = |steps: usize| {
        let chart = trace(TraceKind::Damping, &history(&[vec![Some(1.0); steps]]), &TraceOptions::default());
        chart.marks.iter().map(|mark| mark.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(4), [MarkKind::Lowered, MarkKind::Raised, MarkKind::Lowered, MarkKind::Raised]);
    assert!((1..=42).contains(&kinds(1001).len()));
}

#[test]
fn outliers_of_rho_are_marked_at_the_edges() {
    let mut history = History::new([("k".to_owned(), vec![])]);
    for (step, rho) in [0.5, 40.0, -7.0, 1.0].into_iter().enumerate() {
        let mut record = StepRecord::new(step as u64 + 1);
        record.set(Quantity::Rho, rho);
        history.lane_mut(0).push(&record, 0.0);
    }
    let chart = trace(TraceKind::Rho, &history, &TraceOptions::default());
    assert_eq!(
        chart.marks.iter().map(|mark| (mark.kind, mark.at[1] > 0.5)).collect::<Vec<_>>(),
        [(MarkKind::Above, true), (MarkKind::Below, false)]
    );
    assert_eq!(chart.bands.len(), 3);
}

#[test]
fn a_zoomed_chart_shows_what_lies_in_its_range() {
    let losses = (0..1000).map(|i| Some(10_f64.powf(-f64::from(i) / 100.0))).collect();
    let options = TraceOptions { zoom: Some([500.0, 600.0]), ..TraceOptions::default() };
    let chart = trace(TraceKind::Loss, &history(&[losses]), &options);
    assert!(chart.y.range[0] > 1e-7 && chart.y.range[1] < 1e-4);
    let (first, last) = (points(&chart).next().unwrap()[0], points(&chart).last().unwrap()[0]);
    assert!(first < 1e-9 && last > 1.0 - 1e-9);
}

#[test]
fn steps_are_found_by_their_place() {
    let history = history(&[vec![], vec![Some(1.0); 10]]);
    let lane = &history.lanes()[1];
    for step in 0..=10 {
        let place = XAxis::Evaluations.place(lane, step);
        assert_eq!(XAxis::Evaluations.step_at(lane, place), step);
        assert_eq!(XAxis::Evaluations.step_at(lane, place + 0.5), step);
    }
}

proptest! {
    #[test]
    fn thinning_keeps_the_extremes(losses in prop::collection::vec(1e-6..1e6_f64, 1..3000), bins in 8..200_usize) {
        let chart = trace(TraceKind::Loss, &history(&[losses.iter().copied().map(Some).collect()]), &TraceOptions { bins, ..TraceOptions::default() });
        let (low, high) = points(&chart).fold((1.0_f64, 0.0_f64), |(l, h), point| (l.min(point[1]), h.max(point[1])));
        let value = |unit| chart.y.scale.value(chart.y.range, unit);
        let (min, max) = losses.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), &loss| (l.min(loss), h.max(loss)));
        prop_assert!((value(low) / min - 1.0).abs() < 1e-6, "{} {min}", value(low));
        prop_assert!((value(high) / max - 1.0).abs() < 1e-6, "{} {max}", value(high));
        prop_assert!(points(&chart).count() <= 2 * bins.max(8) + 4);
    }
}

/// A run of 200 000 steps that falls, with one spike early on; of which the latest `reach` are kept whole.
fn long(reach: usize) -> History {
    let mut history = History::keeping(reach, [("lane".to_owned(), vec![])]);
    for step in 1..=200_000_usize {
        let mut record = StepRecord::new(step as u64);
        record.set(Quantity::Loss, if step == 12_345 { 1e6 } else { 1e3 / step as f64 });
        record.set(Quantity::Damping, 1e3 / (step - 1).max(1) as f64);
        record.set(Quantity::NextDamping, 1e3 / step as f64);
        record.rejected = step == 777;
        record.cost.gradients = 1;
        history.lane_mut(0).push(&record, step as f64);
    }
    history
}

#[test]
fn a_chart_of_steps_no_longer_kept_shows_the_same_curve() {
    let (thin, whole) = (long(1024), long(1 << 18));
    for x_axis in [XAxis::Step, XAxis::Evaluations, XAxis::Seconds] {
        for kind in [TraceKind::Loss, TraceKind::Damping] {
            let options = TraceOptions { x_axis, ..TraceOptions::default() };
            let [found, exact] = [&thin, &whole].map(|history| trace(kind, history, &options));
            assert_eq!((found.y.range, found.x.range), (exact.y.range, exact.x.range));
            let points = |chart: &Chart| chart.curves[0].pieces.iter().flatten().copied().collect::<Vec<_>>();
            let (found_points, exact_points) = (points(&found), points(&exact));
            // Both pass near the same places, the spike included.
            let bin = 2.0 * 4096.0 / 200_000.0;
            for [x, y] in exact_points {
                let near = found_points.iter().filter(|point| (point[0] - x).abs() <= bin).map(|point| point[1]);
                let (low, high) =
                    near.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (y.min(low), y.max(high)));
                assert!(low - 1e-9 <= y && y <= high + 1e-9, "{kind:?} {x_axis:?} at {x}: {y} is not in {low}..{high}");
            }
            assert_eq!(found.marks.is_empty(), exact.marks.is_empty(), "{kind:?} {x_axis:?}");
            assert!(found_points.len() < 2000, "{}", found_points.len());
        }
    }
    // The only rejected step is marked, within its run.
    let rejected = |history: &History| {
        let marks = trace(TraceKind::Loss, history, &TraceOptions::default()).marks;
        marks.into_iter().find(|mark| mark.kind == MarkKind::Rejected).unwrap().at[0]
    };
    assert!((rejected(&thin) - rejected(&whole)).abs() < 4096.0 / 200_000.0);
}

#[test]
fn a_close_look_at_steps_no_longer_kept_shows_their_runs() {
    let thin = long(1024);
    let options = TraceOptions { zoom: Some([12_000.0, 12_600.0]), ..TraceOptions::default() };
    let chart = trace(TraceKind::Loss, &thin, &options);
    let run = thin.lanes()[0].resolution(12_000);
    assert!(run > 100);
    let points: usize = chart.curves[0].pieces.iter().map(Vec::len).sum();
    assert!((2..=2 * (600 / run + 3)).contains(&points), "{points}");
    assert!(chart.y.range[1] >= 1e6);
}

#[test]
fn each_lane_has_its_marker_and_its_value_at_the_cursor() {
    let history = history(&[vec![Some(4.0), Some(2.0), Some(1.0)], vec![Some(3.0); 3]]);
    let options = TraceOptions { cursor: Some(2), ..TraceOptions::default() };
    let chart = trace(TraceKind::Loss, &history, &options);
    let values: Vec<_> = chart.readouts.iter().map(|readout| (readout.lane, readout.text.as_str())).collect();
    assert_eq!(values, [(0, "1.00"), (1, "3.00")], "f after step 2 is what step 3 began with");
    let now = chart.marks.iter().filter(|mark| mark.kind == MarkKind::Now).map(|mark| mark.at[0]);
    assert_eq!(now.collect::<Vec<_>>(), [2.0 / 3.0; 2]);
}

#[test]
fn the_loss_reaches_the_cursor_where_only_a_step_not_shown_tells() {
    let history = history(&[vec![Some(4.0), Some(2.0)]]);
    let options = TraceOptions { cursor: Some(2), arrived: vec![Some(0.5)], ..TraceOptions::default() };
    let chart = trace(TraceKind::Loss, &history, &options);
    assert_eq!(points(&chart).last().map(|point| point[0]), Some(1.0));
    assert_eq!(chart.readouts[0].text, "0.500");
    assert_eq!(trace(TraceKind::Loss, &history, &TraceOptions { arrived: vec![], ..options }).readouts.len(), 0);
}

#[test]
fn a_lane_far_below_does_not_flatten_the_others_unless_it_is_asked_for() {
    let history = history(&[vec![Some(24.0), Some(2.0)], vec![Some(24.0), Some(1e-280)]]);
    let low = |loss_axis, chosen| {
        let options = TraceOptions { chosen, loss_axis, ..TraceOptions::default() };
        trace(TraceKind::Loss, &history, &options).y.range[0]
    };
    assert!((low(LossAxis::Floored, 0) - 1.0).abs() < 1e-9);
    assert!((low(LossAxis::Chosen, 0) - 1.0).abs() < 1e-9);
    assert!(low(LossAxis::All, 0) < 1e-10);
}

#[test]
fn rho_of_a_step_uphill_is_hollow_and_rho_on_all_data_is_a_second_curve() {
    let mut history = History::new([("one".to_owned(), vec![]), ("two".to_owned(), vec![])]);
    for lane in 0..2 {
        for step in 1..=4_u64 {
            let mut record = StepRecord::new(step);
            record.set(Quantity::Rho, 1.0);
            record.set(Quantity::ModelChange, if step == 3 && lane == 0 { 1.0 } else { -1.0 });
            if lane == 0 {
                record.set(Quantity::FullRho, 0.5);
            }
            history.lane_mut(lane).push(&record, 0.0);
        }
    }
    let options = TraceOptions { ratios: vec![Some(Ratio::Damped), Some(Ratio::Undamped)], ..TraceOptions::default() };
    let chart = trace(TraceKind::Rho, &history, &options);
    let hollow: Vec<_> = chart.marks.iter().filter(|mark| mark.kind == MarkKind::Hollow).collect();
    assert_eq!(hollow.iter().map(|mark| (mark.lane, mark.at[0])).collect::<Vec<_>>(), [(0, 0.75)]);
    let on_all: Vec<_> =
        chart.curves.iter().filter(|curve| curve.on == MeasuredOn::AllData).map(|it| it.lane).collect();
    assert_eq!(on_all, [0]);
    assert_eq!(chart.title, "ρ (one: with λ)   batch ━ all data ┄");
}

#[test]
fn the_second_trace_shows_what_is_asked_for() {
    let mut history = History::new([("lane".to_owned(), vec![])]);
    let mut record = StepRecord::new(1);
    for (quantity, value) in [
        (Quantity::LearningRate, 0.5),
        (Quantity::DirectionSquaredNorm, 16.0),
        (Quantity::GradNorm, 8.0),
        (Quantity::UpdateNorm, 3.0),
    ] {
        record.set(quantity, value);
    }
    history.lane_mut(0).push(&record, 0.0);
    let mut rate = RateView::StepNorm;
    let shown = [(); 4].map(|()| {
        let options = TraceOptions { rate, cursor: Some(1), ..TraceOptions::default() };
        rate = rate.next();
        trace(TraceKind::LearningRate, &history, &options).readouts[0].text.clone()
    });
    assert_eq!(shown, ["3.00", "0.500", "0.250", "8.00"]);
}

#[test]
fn the_first_steps_have_an_axis_of_whole_numbers_and_short_times_a_small_unit() {
    let history = history(&[vec![Some(1.0)]]);
    let options = TraceOptions { room: true, ..TraceOptions::default() };
    let chart = trace(TraceKind::Loss, &history, &options);
    assert_eq!(chart.x.range, [0.0, 10.0]);
    assert!(chart.x.ticks.iter().all(|tick| !tick.label.contains('.')));
    let chart = trace(TraceKind::Loss, &history, &TraceOptions { x_axis: XAxis::Seconds, ..options });
    assert_eq!(chart.x.label, "ms of own compute (first steps include warm-up)");
    let written: Vec<&str> = chart.x.ticks.iter().map(|tick| &*tick.label).filter(|label| !label.is_empty()).collect();
    assert!(written.len() > 1 && written.last().unwrap().ends_with(" ms"), "{written:?}");
}
