use super::{lane::Totals, *};
use crate::optim::{Quantity, StepRecord};

#[test]
fn rejections_are_counted_over_any_range() {
    let rejected = [false, true, true, false, true];
    let mut history = History::new([("lane".to_owned(), Vec::new())]);
    for (index, &rejected) in rejected.iter().enumerate() {
        let mut record = StepRecord::new(index as u64 + 1);
        record.rejected = rejected;
        record.lost = !rejected;
        history.lane_mut(0).push(&record, 0.0);
    }
    let lane = &history.lanes()[0];
    for from in 0..8 {
        assert_eq!(lane.rejected(from), from > 0 && rejected.get(from - 1) == Some(&true), "{from}");
        let marks = from.checked_sub(1).and_then(|i| rejected.get(i)).map(|&rejected| (rejected, !rejected));
        assert_eq!(lane.record(from).map(|record| (record.rejected, record.lost)), marks);
        assert_eq!(lane.lost(from), marks.is_some_and(|(_, lost)| lost), "{from}");
        for to in 0..8 {
            let counted = (from..to).filter(|&step| lane.rejected(step)).count();
            assert_eq!(lane.rejections(from, to) as usize, counted, "{from}..{to}");
        }
    }
}

fn record(step: usize) -> StepRecord {
    let mut record = StepRecord::new(step as u64);
    let x = (step as f64 * 0.001).sin() + (step % 97) as f64;
    record.set(Quantity::Loss, x);
    if step.is_multiple_of(5) {
        record.set(Quantity::Rho, -x);
    }
    record.rejected = step.is_multiple_of(101);
    record.lost = step.is_multiple_of(103);
    record.cost = Cost { losses: 1, gradients: 1 + u32::from(step.is_multiple_of(3)), ..Cost::default() };
    record.params.extend([x, 2.0 * x]);
    record
}

fn filled(reach: usize, steps: usize) -> History {
    let mut history = History::keeping(reach, [("lane".to_owned(), vec![1.0, 2.0])]);
    (1..=steps).for_each(|step| history.lane_mut(0).push(&record(step), step as f64));
    history
}

#[test]
fn three_million_steps_take_hardly_more_memory_than_a_hundred_thousand() {
    let mut history = History::keeping(1024, [("lane".to_owned(), vec![1.0, 2.0])]);
    let mut kept = Vec::new();
    for end in [100_000, 1_000_000, 3_000_000] {
        (history.latest() + 1..=end).for_each(|step| history.lane_mut(0).push(&record(step), step as f64));
        kept.push(history.lanes()[0].kept());
    }
    // Two quantities and what none is, two parameters and the totals: columns of at most 1280 values and of 320 runs of each length; and one without runs.
    assert!(kept[2] < 6 * (1280 + 5 * 320) + 1280, "{kept:?}");
    assert!(kept[2] < kept[0] * 5 / 4, "{kept:?}");
    assert_eq!(history.latest(), 3_000_000);
}

#[test]
fn what_adds_up_is_known_at_the_end_of_a_run_and_never_falls() {
    let (thin, whole) = (filled(64, 40_000), filled(1 << 17, 40_000));
    let (thin, whole) = (&thin.lanes()[0], &whole.lanes()[0]);
    assert_eq!(whole.kept(), 7 * 40_000 + 6 * (2500 + 157 + 10));
    let mut before = Totals::default();
    for step in 0..=40_000 {
        let now = thin.totals(step);
        assert!(now.seconds >= before.seconds && now.rejections >= before.rejections);
        let at = now.seconds as usize;
        assert!(at <= step && step - at < thin.resolution(step).max(1), "{at} for {step}");
        assert_eq!((thin.cost(step), now.rejections), (whole.cost(at), whole.rejections(1, at + 1)), "{step}");
        before = now;
    }
}

#[test]
fn what_is_no_longer_kept_is_absent_until_it_is_recalled() {
    let (mut thin, whole) = (filled(64, 5000), filled(1 << 17, 5000));
    let step = 1010;
    let lane = thin.lane_mut(0);
    assert!(!lane.knows(step) && !lane.rejected(step));
    assert_eq!((lane.value(Quantity::Loss, step), lane.param(0, step), lane.record(step)), (None, None, None));
    let first = (1..5000).find(|step| lane.knows(*step)).unwrap();
    assert!((first..=5001).all(|step| lane.knows(step)) && lane.record(first) == Some(record(first)));
    // As long as nothing is asked for, a curve and a path go through the ends of runs.
    let run = lane.resolution(step);
    let end = step / run * run;
    assert_eq!(lane.drawn(Quantity::Loss, step), record(end).get(Quantity::Loss));
    assert_eq!(lane.drawn_param(1, step), record(end).params.get(1).copied());

    let whole = &whole.lanes()[0];
    lane.recall(Recalled { record: record(step), cost: whole.cost(step) });
    assert!(lane.knows(step) && lane.rejected(step));
    assert_eq!(lane.record(step), whole.record(step));
    assert_eq!(lane.param(1, step), whole.param(1, step));
    for quantity in Quantity::ALL {
        assert_eq!(lane.value(quantity, step), whole.value(quantity, step));
    }
    assert_eq!(lane.cost(step), whole.cost(step));
    (1..=500).for_each(|step| lane.recall(Recalled { record: record(step), cost: Cost::default() }));
    assert!(!lane.knows(step) && lane.knows(500) && lane.recalled.len() == 128);
}

#[test]
fn runs_shorter_than_the_reach_are_whole() {
    let history = filled(64, 90);
    let lane = &history.lanes()[0];
    for step in 1..=90 {
        assert!(lane.knows(step) && lane.resolution(step) == 1);
        assert_eq!(lane.record(step), Some(record(step)));
    }
}
