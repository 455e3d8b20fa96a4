//! Decision regions of a classifier of points in the plane.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::{
    Example, Field, GroundOptions, Landscape, Window, clip::inside, landscape::places, softmax::likeliest, traces::axis,
};
use crate::{
    figure::Scale,
    problem::{Examples, Targets},
};

/// The class that is predicted at every point of a window, shaded by how sure the prediction is, with the data on top.
///
/// `predict` gives the outputs (one column an example) for inputs of the same layout, as
/// [`Session::predict`](crate::session::Session::predict) does for one lane's parameters.
pub fn regions(
    label: &str,
    window: Window,
    options: &GroundOptions,
    examples: Option<&Examples>,
    predict: &dyn Fn(&DMatrix<f64>) -> DMatrix<f64>,
) -> Landscape {
    let size = options.size.map(|points| points.max(2));
    let (xs, ys) = (places(window.x, size[0]), places(window.y, size[1]));
    let inputs =
        DMatrix::from_fn(
            2,
            xs.len() * ys.len(),
            |row, column| {
                if row == 0 { xs[column % xs.len()] } else { ys[column / xs.len()] }
            },
        );
    let outputs = predict(&inputs);
    let (class, mut shade): (Vec<u8>, Vec<Option<f64>>) =
        outputs.column_iter().map(|column| verdict(column.iter().copied())).unzip();
    shade.resize(size[0] * size[1], None);
    let class = Some(class).filter(|class| class.len() == shade.len());
    Landscape {
        title: format!("decision regions of {label}"),
        x: axis(&options.names[0], window.x, Scale::Linear, options.ticks[0]),
        y: axis(&options.names[1], window.y, Scale::Linear, options.ticks[1]),
        field: Some(Arc::new(Field { size, shade, class })),
        contours: Arc::new([]),
        paths: Vec::new(),
        minima: Vec::new(),
        examples: examples.map(|examples| points(examples, window)).unwrap_or_default(),
    }
}

/// The class of the largest output, and how sure it is: its softmax probability p on the scale from even chance 1/K (0) to 1.
/// A lone output is a logit of class 1 against class 0.
fn verdict(outputs: impl Iterator<Item = f64>) -> (u8, Option<f64>) {
    let two = |z: f64| vec![0.0, z];
    let logits: Vec<f64> = outputs.collect();
    let logits = if let [z] = logits[..] { two(z) } else { logits };
    let Some((best, share)) = likeliest(&logits) else { return (0, None) };
    let chance = 1.0 / logits.len() as f64;
    (best as u8, Some(((share - chance) / (1.0 - chance)).clamp(0.0, 1.0)))
}

fn points(examples: &Examples, window: Window) -> Vec<Example> {
    if examples.inputs.nrows() != 2 {
        return Vec::new();
    }
    let class = |index: usize| match &examples.targets {
        Targets::Classes(classes) => classes.get(index).map(|&class| class as u8),
        Targets::Values(_) => None,
    };
    let all = examples.inputs.column_iter().enumerate();
    let all = all.map(|(index, input)| Example { at: window.unit([input[0], input[1]]), class: class(index) });
    all.filter(|example| inside(example.at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window { x: [-1.0, 1.0], y: [-1.0, 1.0] };

    fn half_planes(inputs: &DMatrix<f64>) -> DMatrix<f64> {
        // Class 0 left, 1 right, 2 nowhere.
        DMatrix::from_fn(3, inputs.ncols(), |row, column| {
            [-5.0, 5.0, -50.0][row] * inputs[(0, column)].signum() * inputs[(0, column)].abs().max(0.1)
        })
    }

    #[test]
    fn each_side_has_its_class_and_examples_lie_where_they_should() {
        let examples = Examples {
            inputs: DMatrix::from_column_slice(2, 3, &[-0.5, 0.0, 0.5, 0.5, 9.0, 9.0]),
            targets: Targets::Classes(vec![0, 1, 1]),
        };
        let picture =
            regions("adam", WINDOW, &GroundOptions::default(), Some(&examples), &|inputs| half_planes(inputs));
        let field = picture.field.unwrap();
        assert_eq!(field.class_at([0.1, 0.5]), Some(2));
        assert_eq!(field.class_at([0.9, 0.5]), Some(1));
        assert!(field.shade_at([0.99, 0.3]).unwrap() > field.shade_at([0.52, 0.3]).unwrap());
        assert_eq!(
            picture.examples,
            [Example { at: [0.25, 0.5], class: Some(0) }, Example { at: [0.75, 0.75], class: Some(1) }]
        );
    }

    #[test]
    fn verdicts() {
        for (outputs, class, sure) in [
            (&[0.0, 0.0][..], 0, Some(0.0)),
            (&[1000.0, 0.0, 0.0], 0, Some(1.0)),
            (&[3.0_f64.ln()], 1, Some(0.5)),
            (&[-1000.0], 0, Some(1.0)),
            (&[f64::NAN, 0.0], 0, None),
            (&[], 0, None),
        ] {
            let (found, confidence) = verdict(outputs.iter().copied());
            assert_eq!(found, class, "{outputs:?}");
            assert_eq!(confidence.map(|c| (c * 1e9).round()), sure.map(|c: f64| (c * 1e9).round()), "{outputs:?}");
        }
    }
}
