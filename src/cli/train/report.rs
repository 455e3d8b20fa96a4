//! How lanes do on all of the data, in words.

use super::super::report::{LaneReport, aligned};
use crate::{
    figure::number,
    optim::Outcome,
    problem::{Evaluation, Part},
    session::EvaluationRecord,
};

/// One line on an evaluation of a lane.
pub(super) fn line(label: &str, record: &EvaluationRecord) -> String {
    let parts = record.parts.iter().filter_map(|(part, found)| Some((part, found.as_ref()?))).map(|(part, found)| {
        let accuracy = found.accuracy.map_or_else(String::new, |accuracy| format!(" ({})", percent(accuracy)));
        format!("{} {}{accuracy}", part.name(), number::precise(found.loss))
    });
    let parts: Vec<String> = parts.collect();
    let (epoch, step) = (format!("{:.2}", record.epoch), record.step);
    format!("epoch {epoch}, step {step}, {label}: {}", parts.join(", "))
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

/// What came of the lanes: the last evaluation of each, and what it took. A step sees `examples` on average.
pub(super) fn table(lanes: &[LaneReport], labels: &[&str], last: &[Option<EvaluationRecord>], examples: f64) -> String {
    let mut header = vec!["optimiser", "steps", "epochs", "seconds", "examples/s"]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let shown: Vec<Part> =
        Part::ALL.into_iter().filter(|part| last.iter().flatten().any(|record| record.on(*part).is_some())).collect();
    let classifies = last.iter().flatten().any(|record| record.on(Part::Train).is_some_and(|it| it.accuracy.is_some()));
    let column =
        |part: Part, what: &str| if shown.contains(&part) { format!("{} {what}", part.name()) } else { String::new() };
    header.extend(Part::ALL.map(|part| column(part, "loss")));
    header.extend(Part::ALL.map(|part| if classifies { column(part, "accuracy") } else { String::new() }));
    header.push("outcome".to_owned());
    let mut rows: Vec<[String; 12]> = vec![row(header)];
    for ((lane, label), record) in lanes.iter().zip(labels).zip(last) {
        let mut cells = vec![(*label).to_owned(), lane.steps.to_string()];
        match record {
            None => cells.resize(11, String::new()),
            Some(record) => {
                let rate = examples * lane.steps as f64 / record.seconds;
                cells.push(format!("{:.2}", record.epoch));
                cells.push(format!("{:.2}", record.seconds));
                cells.push(if rate.is_finite() { format!("{rate:.0}") } else { String::new() });
                let on = |part, value: fn(&Evaluation) -> Option<String>| {
                    record.on(part).and_then(value).unwrap_or_default()
                };
                cells.extend(Part::ALL.map(|part| on(part, |found| Some(number::precise(found.loss)))));
                cells.extend(Part::ALL.map(|part| on(part, |found| found.accuracy.map(percent))));
            }
        }
        cells.push(match lane.end.as_ref().map(|(_, outcome)| (outcome, outcome.reason())) {
            None => match record {
                Some(record) if record.step < lane.steps => format!("stopped; evaluated at step {}", record.step),
                _ => "stopped".to_owned(),
            },
            Some((outcome, None)) => Outcome::name(outcome).to_owned(),
            Some((outcome, Some(reason))) => format!("{}: {reason}", outcome.name()),
        });
        rows.push(row(cells));
    }
    aligned(&rows, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
}

fn row(cells: Vec<String>) -> [String; 12] {
    let mut cells = cells.into_iter();
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_are_not_there_take_no_column() {
        let evaluation = |loss| Some(Evaluation { loss, accuracy: Some(0.875), confusion: None });
        let parts = [(Part::Train, evaluation(0.25)), (Part::Validation, None), (Part::Test, evaluation(0.5))];
        let record = EvaluationRecord { step: 30, epoch: 1.5, seconds: 2.0, parts, outputs: None };
        let lane = LaneReport::resumed("Adam", 30, Some(Outcome::Finished));
        let table = table(&[lane], &["Adam"], &[Some(record.clone())], 100.0);
        let lines: Vec<&str> = table.lines().collect();
        let words = |line: &str| {
            line.split("  ").map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let header = [
            "optimiser",
            "steps",
            "epochs",
            "seconds",
            "examples/s",
            "train loss",
            "test loss",
            "train accuracy",
            "test accuracy",
            "outcome",
        ];
        assert_eq!(words(lines[0]), header);
        assert_eq!(
            words(lines[1]),
            ["Adam", "30", "1.50", "2.00", "1500", "0.2500", "0.5000", "87.50 %", "87.50 %", "finished"]
        );
        assert_eq!(line("Adam", &record), "epoch 1.50, step 30, Adam: train 0.2500 (87.50 %), test 0.5000 (87.50 %)");
    }
}
