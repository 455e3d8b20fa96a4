//! What a lane's network takes for what.

use super::{ConfusionMatrix, DataFacts, TraceOptions, held_out::when, number};
use crate::{
    problem::Part,
    session::{EvaluationRecord, History},
};

/// The confusion of a lane on the last part of the data there is, as of its latest evaluation up to the cursor.
pub(super) fn confusion(history: &History, data: &DataFacts, lane: usize, options: &TraceOptions) -> ConfusionMatrix {
    let cursor = options.cursor.unwrap_or(history.latest());
    let classes = data.classes.unwrap_or_default();
    let names = match &data.pictures {
        Some(pictures) => pictures.names.clone(),
        None => (0..classes).map(|class| class.to_string()).collect(),
    };
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
    let share = |class: usize, taken: usize| match confusion.of_class(class) {
        0 => 0.0,
        all => f64::from(confusion.count(class, taken)) / f64::from(all),
    };
    let all: u32 = (0..classes).map(|class| confusion.of_class(class)).sum();
    ConfusionMatrix {
        title: format!("{label} {}", when(record)),
        caption: format!("{:.1} % of {} {} examples right", 100.0 * accuracy, number::count(all as usize), part.name()),
        lane,
        names,
        cells: (0..classes).map(|class| (0..classes).map(|taken| share(class, taken)).collect()).collect(),
        empty: None,
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
        let data = DataFacts { per_epoch: 1, classes: Some(3), pictures: None };
        assert!(confusion(&history, &data, 0, &TraceOptions::default()).empty.is_some());
        history.lane_mut(0).evaluated(record);
        let matrix = confusion(&history, &data, 0, &TraceOptions::default());
        assert_eq!(matrix.cells, [vec![0.75, 0.0, 0.25], vec![0.0, 1.0, 0.0], vec![0.0; 3]]);
        assert_eq!(matrix.title, "K-FAC after epoch 0, step 0");
        assert_eq!(matrix.caption, "80.0 % of 5 validation examples right");
        assert_eq!(matrix.names, ["0", "1", "2"]);
    }
}
