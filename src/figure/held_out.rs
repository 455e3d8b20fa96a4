//! Loss and accuracy on whole parts of the data: small charts beside each other, one column a part.

use super::{
    Chart, Curve, Grid, GridColumn, LaneText, Mark, MarkKind, MeasuredOn, Point, Scale, TraceOptions,
    clip::{clip, inside},
    number,
    traces::{Limits, axis, beyond, cursors},
};
use crate::{
    optim::Outcome,
    problem::{Evaluation, Part},
    session::{EvaluationRecord, History, LaneHistory},
};

/// What is measured on a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Loss,
    Accuracy,
}

impl Measure {
    fn of(self, evaluation: &Evaluation) -> Option<f64> {
        match self {
            Self::Loss => Some(evaluation.loss).filter(|loss| loss.is_finite()),
            Self::Accuracy => evaluation.accuracy.map(|share| 100.0 * share),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Loss => "loss f",
            Self::Accuracy => "accuracy, %",
        }
    }

    /// A common axis for these values, given from the first evaluation to the last in every lane.
    fn limits(self, values: impl Iterator<Item = (u64, f64)> + Clone) -> Limits {
        match self {
            Self::Loss => Limits::fitted(values.map(|(_, loss)| loss)).unwrap_or_default(),
            Self::Accuracy => {
                // What a network guesses before its first step would squeeze all it learns into the top of the chart.
                let learned = values.clone().any(|(step, _)| step > 0);
                let shown = values.filter(|(step, _)| *step > 0 || !learned).map(|(_, share)| share);
                let low = shown.fold(100.0, f64::min);
                Limits { scale: Scale::Linear, range: [(low / 10.0 - 0.2).floor().max(0.0) * 10.0, 100.0] }
            }
        }
    }
}

/// The latest evaluation of every lane up to the cursor, and all of them as curves.
pub(super) fn held_out(history: &History, options: &TraceOptions) -> Grid {
    let cursor = options.cursor.unwrap_or(history.latest());
    let records = || options.lanes(history).flat_map(|(_, past)| past.evaluations());
    let parts = || Part::ALL.into_iter().filter(|part| records().any(|record| record.on(*part).is_some()));
    let accuracies = records().any(|record| record.on(Part::Train).is_some_and(|train| train.accuracy.is_some()));
    let measures: &[Measure] = if accuracies { &[Measure::Loss, Measure::Accuracy] } else { &[Measure::Loss] };
    let rows: Vec<(Measure, Limits)> = measures
        .iter()
        .map(|&measure| {
            let diverged = |past: &LaneHistory| matches!(past.outcome(), Some((_, Outcome::Diverged(_))));
            let all = options.lanes(history).all(|(_, past)| diverged(past));
            // Whoever diverged leaves at the edge, rather than squeezing the others into a line.
            let counted = options.lanes(history).filter(move |(_, past)| all || !diverged(past));
            let values = counted
                .flat_map(|(_, past)| past.evaluations())
                .flat_map(|record| parts().filter_map(|part| Some((record.step, measure.of(record.on(part)?)?))));
            (measure, measure.limits(values))
        })
        .collect();
    let latest =
        options.lanes(history).filter_map(|(_, past)| past.evaluation(cursor)).max_by_key(|record| record.step);
    // What was found of a lane that has gone on since belongs to an older step than the others'.
    let value = |(lane, past): (usize, &LaneHistory), part: Part| {
        let record = past.evaluation(cursor)?;
        if latest.is_some_and(|latest| record.step < latest.step) && past.len() as u64 > record.step {
            return Some(LaneText { lane, text: "…".to_owned() });
        }
        Some(value(lane, record.on(part)?))
    };
    let column = |part: Part| GridColumn {
        heading: part.name().to_owned(),
        values: options.lanes(history).filter_map(|lane| value(lane, part)).collect(),
        charts: rows.iter().map(|(measure, limits)| chart(*measure, part, limits, history, options, cursor)).collect(),
    };
    let empty = if options.lanes(history).next().is_none() {
        Some("every optimiser is hidden")
    } else {
        parts().next().is_none().then_some("the first evaluation is on its way")
    };
    let what = if accuracies { "loss and accuracy" } else { "loss" };
    Grid {
        title: latest.map_or_else(|| what.to_owned(), |record| format!("{what}, {}", when(record))),
        columns: parts().map(column).collect(),
        empty: empty.map(str::to_owned),
    }
}

/// When an evaluation was made.
pub(super) fn when(record: &EvaluationRecord) -> String {
    let epoch = if record.epoch.fract() == 0.0 { format!("{}", record.epoch) } else { format!("{:.2}", record.epoch) };
    format!("epoch {epoch}, step {}", number::count(record.step as usize))
}

fn value(lane: usize, evaluation: &Evaluation) -> LaneText {
    let loss = if evaluation.loss.is_finite() { number::short(evaluation.loss) } else { "overflow".to_owned() };
    let accuracy = evaluation.accuracy.map(|share| format!("{:.1} %", 100.0 * share));
    LaneText { lane, text: [Some(loss), accuracy].into_iter().flatten().collect::<Vec<_>>().join("  ") }
}

fn chart(
    measure: Measure,
    part: Part,
    limits: &Limits,
    history: &History,
    options: &TraceOptions,
    cursor: usize,
) -> Chart {
    let x_range = options.x_range(history);
    let (across, up) = (Scale::Linear.axis(x_range), limits.scale.axis(limits.range));
    let place = |past: &LaneHistory, record: &EvaluationRecord| -> Option<Point> {
        let value = measure.of(record.on(part)?)?;
        Some([across.unit(options.x_axis.place(past, record.step as usize)), up.unit(value)])
    };
    let points = |past: &LaneHistory| past.evaluations().iter().map(|record| place(past, record)).collect::<Vec<_>>();
    let curve = |(lane, past): (usize, &LaneHistory)| {
        // What overflowed breaks a curve.
        let points = points(past);
        let pieces = points.split(Option::is_none).flat_map(|piece| clip(piece.iter().flatten().copied()));
        Curve { lane, on: MeasuredOn::Batch, pieces: pieces.collect() }
    };
    let now = |(lane, past): (usize, &LaneHistory)| {
        let at = place(past, past.evaluation(cursor)?).filter(|at| inside(*at))?;
        Some(Mark { lane, at, kind: MarkKind::Now })
    };
    let slots = (options.bins / 18).clamp(3, 16);
    let beyond = |(lane, past): (usize, &LaneHistory)| beyond(lane, points(past).into_iter().flatten(), slots);
    let marks = options.lanes(history).flat_map(beyond).chain(options.lanes(history).filter_map(now)).collect();
    Chart {
        title: measure.title().to_owned(),
        x: options.x_axis.axis(x_range, options.ticks[0]),
        y: axis(measure.title(), limits.range, limits.scale, options.ticks[1]),
        bands: Vec::new(),
        curves: options.lanes(history).map(curve).collect(),
        marks,
        cursors: cursors(history, options, x_range),
        examples: Vec::new(),
        empty: None,
        readouts: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::StepRecord;

    fn history(steps: u64, evaluations: &[(u64, f64, Option<f64>)]) -> History {
        let mut history = History::new([("Adam".to_owned(), vec![])]);
        (1..=steps).for_each(|step| history.lane_mut(0).push(&StepRecord::new(step), 0.1));
        for &(step, loss, accuracy) in evaluations {
            let found = |loss| Some(Evaluation { loss, accuracy, confusion: None });
            let parts = [(Part::Train, found(loss)), (Part::Validation, None), (Part::Test, found(2.0 * loss))];
            let record = EvaluationRecord { step, epoch: step as f64 / 10.0, seconds: 0.0, parts, outputs: None };
            history.lane_mut(0).evaluated(record);
        }
        history
    }

    #[test]
    fn every_part_there_is_has_a_column_and_both_share_their_axes() {
        let history = history(20, &[(0, 2.0, Some(0.1)), (10, 0.5, Some(0.83)), (20, 0.25, Some(0.9))]);
        let options = TraceOptions { cursor: Some(19), ..TraceOptions::default() };
        let grid = held_out(&history, &options);
        assert_eq!(grid.title, "loss and accuracy, epoch 1, step 10");
        assert_eq!(grid.columns.iter().map(|column| column.heading.as_str()).collect::<Vec<_>>(), ["train", "test"]);
        let [train, test] = &grid.columns[..] else { panic!("two parts") };
        assert_eq!(train.values[0].text, "0.500  83.0 %");
        assert_eq!(train.charts.len(), 2);
        for (left, right) in train.charts.iter().zip(&test.charts) {
            assert_eq!((&left.x, left.y.range), (&right.x, right.y.range));
        }
        let [loss, accuracy] = &train.charts[..] else { panic!("two measures") };
        assert_eq!(loss.curves[0].pieces[0].len(), 3);
        assert_eq!(accuracy.y.range, [80.0, 100.0], "the guess before the first step is left below");
        let now = |chart: &Chart| chart.marks.iter().find(|mark| mark.kind == MarkKind::Now).map(|mark| mark.at[0]);
        assert_eq!((now(loss), now(accuracy)), (Some(0.5), Some(0.5)));
        let below = |chart: &Chart| chart.marks.iter().filter(|mark| mark.kind == MarkKind::Below).count();
        assert_eq!((below(loss), below(accuracy)), (0, 1));
    }

    #[test]
    fn evaluations_that_the_screen_has_not_come_to_are_not_shown() {
        let history = history(15, &[(0, 2.0, None), (10, 1.0, None), (20, 0.5, None)]);
        let grid = held_out(&history, &TraceOptions::default());
        assert_eq!(grid.title, "loss, epoch 1, step 10");
        assert_eq!(grid.columns[0].charts.len(), 1, "no accuracy without classes");
        assert_eq!(grid.columns[0].charts[0].curves[0].pieces[0].len(), 2);
        let empty = held_out(&History::new([("Adam".to_owned(), vec![])]), &TraceOptions::default());
        assert_eq!(empty.empty.as_deref(), Some("the first evaluation is on its way"));
    }

    #[test]
    fn a_loss_that_overflows_is_a_gap_and_said_in_words() {
        let history = history(30, &[(0, 2.0, None), (10, f64::INFINITY, None), (20, 1.0, None), (30, 0.5, None)]);
        let grid = held_out(&history, &TraceOptions { cursor: Some(12), ..TraceOptions::default() });
        assert_eq!(grid.columns[0].values[0].text, "overflow");
        let pieces = &grid.columns[0].charts[0].curves[0].pieces;
        assert_eq!(pieces.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    }
}
