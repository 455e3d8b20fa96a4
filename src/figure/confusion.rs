//! What a lane's network takes for what.

use super::{ConfusionCell, ConfusionMatrix, DataFacts, TraceOptions, held_out::when, number};
use crate::{
    problem::Part,
    session::{EvaluationRecord, History},
};

/// The confusion of a lane on the last part of the data there is, as of its latest evaluation up to the cursor.
pub(super) fn confusion(history: &History, data: &DataFacts, lane: usize, options: &TraceOptions) -> ConfusionMatrix {
    let cursor = options.cursor.unwrap_or(history.latest());
    let classes = data.classes.unwrap_or_default();
    // A network may have more outputs than its examples have classes.
    let known = |class: usize| data.class_names.get(class).cloned();
    let names = (0..classes).map(|class| known(class).unwrap_or_else(|| class.to_string())).collect();
    let past = history.lanes().get(lane);
    let label = past.map_or("", |past| past.label());
    let record = past.and_then(|past| past.evaluation(cursor));
    let last = |record: &EvaluationRecord| Part::ALL.into_iter().rev().find(|part| record.on(*part).is_some());
    let found = record.and_then(|record| {
        let part = last(record)?;
        let evaluation = record.on(part)?;
        Some((record, part, evaluation.accuracy?, evaluation.confusion.as_ref()?))
    });
    let Some((record, part, accuracy, confusion)) = found else {
        let empty = Some("the first evaluation is on its way".to_owned());
        return ConfusionMatrix {
            title: label.to_owned(),
            caption: String::new(),
            lane,
            names,
            cells: Vec::new(),
            empty,
        };
    };
    let cell = |class: usize, taken: usize| match confusion.of_class(class) {
        0 => ConfusionCell::new(0.0),
        all => ConfusionCell::new(f64::from(confusion.count(class, taken)) / f64::from(all)),
    };
    let all: u32 = (0..classes).map(|class| confusion.of_class(class)).sum();
    ConfusionMatrix {
        title: format!("{label}, {}", when(record)),
        caption: format!("{:.1} % of {} {} examples right", 100.0 * accuracy, number::count(all as usize), part.name()),
        lane,
        names,
        cells: (0..classes).map(|class| (0..classes).map(|taken| cell(class, taken)).collect()).collect(),
        empty: None,
    }
}

impl ConfusionCell {
    fn new(share: f64) -> Self {
        // Nothing is a blank: the mistakes are to be seen.
        let text = match share {
            share if share <= 0.0 => String::new(),
            share if share < 0.005 => "<1".to_owned(),
            share => format!("{:.0}", 100.0 * share),
        };
        // The root shows small shares, which are what one looks for.
        Self { text, depth: share.clamp(0.0, 1.0).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Confusion, Evaluation};

    #[test]
    fn rows_are_shares_of_what_the_examples_are() {
        let mut confusion_found = Confusion::new(3);
        for (class, taken) in [(0, 0), (0, 0), (0, 0), (0, 2), (1, 1)] {
            confusion_found.note(class, taken);
        }
        let validation = Evaluation { loss: 1.0, accuracy: Some(0.8), confusion: Some(confusion_found) };
        let parts = [(Part::Train, None), (Part::Validation, Some(validation)), (Part::Test, None)];
        let record = EvaluationRecord { step: 0, epoch: 0.0, seconds: 0.0, parts, outputs: None };
        let mut history = History::new([("K-FAC".to_owned(), vec![])]);
        let data = DataFacts { per_epoch: 1, classes: Some(3), class_names: Vec::new(), pictures: None };
        assert!(confusion(&history, &data, 0, &TraceOptions::default()).empty.is_some());
        history.lane_mut(0).evaluated(record);
        let matrix = confusion(&history, &data, 0, &TraceOptions::default());
        let texts: Vec<Vec<&str>> =
            matrix.cells.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()).collect();
        assert_eq!(texts, [["75", "", "25"], ["", "100", ""], ["", "", ""]]);
        let depths = [0.0, 0.004, 0.25, 1.0].map(|share| ConfusionCell::new(share).depth);
        assert_eq!((depths[0], depths[2], depths[3]), (0.0, 0.5, 1.0));
        assert_eq!(ConfusionCell::new(0.004).text, "<1");
        assert_eq!(matrix.title, "K-FAC, epoch 0, step 0");
        assert_eq!(matrix.caption, "80.0 % of 5 validation examples right");
        assert_eq!(matrix.names, ["0", "1", "2"]);
    }

    #[test]
    fn outputs_without_an_example_have_numbers_for_names() {
        let class_names = vec!["bag".to_owned()];
        let data = DataFacts { per_epoch: 1, classes: Some(3), class_names, pictures: None };
        let history = History::new([("K-FAC".to_owned(), vec![])]);
        assert_eq!(confusion(&history, &data, 0, &TraceOptions::default()).names, ["bag", "1", "2"]);
    }
}
