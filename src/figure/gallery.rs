//! Examples that are pictures, and what the lanes' networks make of them.

use super::{Answer, Answered, Gallery, Picture, TraceOptions, held_out::when, softmax::likeliest};
use crate::session::{History, setup::Pictures};

/// Pictures with the answers of every visible lane, as of its latest evaluation up to the cursor.
pub(super) fn gallery(history: &History, pictures: &Pictures, options: &TraceOptions) -> Gallery {
    let cursor = options.cursor.unwrap_or(history.latest());
    let lanes = || options.lanes(history).filter_map(|(lane, past)| Some((lane, past.evaluation(cursor)?)));
    let brightness = |value: f64| (value / pictures.brightest).clamp(0.0, 1.0) as f32;
    let picture = |(index, raw): (usize, nalgebra::DVectorView<'_, f64>)| {
        let class = pictures.classes.as_ref().map(|classes| classes[index]);
        let answer = |outputs: &[f32]| {
            let outputs: Vec<f64> = outputs.iter().map(|&output| output.into()).collect();
            // A network that has diverged says nothing.
            let (taken, confidence) = likeliest(&outputs)?;
            Some(match class {
                Some(class) => {
                    let text = format!("{} {:.0} %", name(pictures, taken), 100.0 * confidence);
                    Answered::Named { text, right: taken == class }
                }
                None => Answered::Drawn(outputs.into_iter().map(brightness).collect()),
            })
        };
        let answers = lanes().filter_map(|(lane, record)| {
            let outputs = record.outputs.as_ref()?.column(index);
            Some(Answer { lane, what: answer(outputs.as_slice())? })
        });
        Picture {
            pixels: raw.iter().map(|&value| brightness(value)).collect(),
            name: class.map(|class| name(pictures, class)),
            answers: answers.collect(),
        }
    };
    let latest = lanes().map(|(_, record)| record).max_by_key(|record| record.step);
    let what = format!("{} pictures", pictures.part.name());
    Gallery {
        title: latest.map_or_else(|| what.clone(), |record| format!("{what}, {}", when(record))),
        size: pictures.size,
        pictures: pictures.raw.column_iter().enumerate().map(picture).collect(),
    }
}

fn name(pictures: &Pictures, class: usize) -> String {
    pictures.names.get(class).cloned().unwrap_or_else(|| class.to_string())
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::{optim::StepRecord, problem::Part, session::EvaluationRecord};

    fn history(outputs: DMatrix<f32>) -> History {
        let mut history = History::new([("Adam".to_owned(), vec![])]);
        history.lane_mut(0).push(&StepRecord::new(1), 0.1);
        let parts = Part::ALL.map(|part| (part, None));
        let record = EvaluationRecord { step: 1, epoch: 1.0, seconds: 0.0, parts, outputs: Some(outputs) };
        history.lane_mut(0).evaluated(record);
        history
    }

    fn pictures(classes: Option<Vec<usize>>) -> Pictures {
        let raw = DMatrix::from_column_slice(2, 2, &[0.0, 255.0, 51.0, 102.0]);
        let names = ["bag", "boot"].map(str::to_owned).to_vec();
        Pictures { size: [2, 1], names, part: Part::Test, inputs: raw.clone(), raw, brightest: 255.0, classes }
    }

    #[test]
    fn an_answer_is_the_likeliest_class_with_its_probability() {
        let logits = DMatrix::from_column_slice(2, 2, &[0.0, 3.0_f32.ln(), 1.0, 1.0]);
        let gallery = gallery(&history(logits), &pictures(Some(vec![0, 0])), &TraceOptions::default());
        assert_eq!(gallery.title, "test pictures, epoch 1, step 1");
        let [first, second] = &gallery.pictures[..] else { panic!("two pictures") };
        assert_eq!((first.pixels.as_slice(), first.name.as_deref()), (&[0.0, 1.0][..], Some("bag")));
        let Answered::Named { text, right } = &first.answers[0].what else { panic!("a name") };
        assert_eq!((text.as_str(), *right), ("boot 75 %", false));
        assert!(matches!(&second.answers[0].what, Answered::Named { right: true, .. }), "the first of equals");
    }

    #[test]
    fn a_network_that_has_diverged_has_no_answer() {
        let logits = DMatrix::from_column_slice(2, 2, &[f32::INFINITY, 0.0, 1.0, f32::NAN]);
        for classes in [Some(vec![0, 0]), None] {
            let gallery = gallery(&history(logits.clone()), &pictures(classes), &TraceOptions::default());
            assert!(gallery.pictures.iter().all(|picture| picture.answers.is_empty()));
        }
    }

    #[test]
    fn a_picture_drawn_again_has_the_same_white() {
        let outputs = DMatrix::from_column_slice(2, 2, &[-3.0, 127.5, 300.0, 51.0_f32]);
        let gallery = gallery(&history(outputs), &pictures(None), &TraceOptions::default());
        let drawn = |index: usize| match &gallery.pictures[index].answers[0].what {
            Answered::Drawn(pixels) => pixels.clone(),
            Answered::Named { .. } => panic!("a picture"),
        };
        assert_eq!((drawn(0), drawn(1)), (vec![0.0, 0.5], vec![1.0, 0.2]));
        assert_eq!(gallery.pictures[0].name, None);
    }
}
