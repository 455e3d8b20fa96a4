//! Fitted curves of a regression over one input.

use nalgebra::DMatrix;

use super::{
    Chart, Curve, Example, MeasuredOn, Scale,
    clip::{clip, inside},
    landscape::places,
    traces::axis,
};
use crate::problem::{Examples, Targets};

/// The lanes' curves over the data. `bins` points are predicted across; `ticks` are labelled across and up.
///
/// `predict` gives a lane's outputs (one column an example) for inputs of the same layout.
pub fn fit(
    lanes: &[usize],
    bins: usize,
    ticks: [usize; 2],
    examples: &Examples,
    predict: &dyn Fn(usize, &DMatrix<f64>) -> DMatrix<f64>,
) -> Chart {
    let (xs, ys) = data(examples);
    let x_range = padded(&xs, 0.05);
    let y_range = padded(&ys, 0.25);
    let (across, up) = (Scale::Linear.axis(x_range), Scale::Linear.axis(y_range));
    let inputs = DMatrix::from_row_slice(1, bins.max(2), &places(x_range, bins.max(2)));
    let curves = lanes.iter().map(|&lane| {
        let outputs = predict(lane, &inputs);
        let pieces = outputs.row_iter().flat_map(|row| {
            let curve: Vec<[f64; 2]> = inputs.iter().copied().zip(row.iter().copied()).map(|(x, y)| [x, y]).collect();
            // A value that is not finite breaks the curve.
            let runs = curve.split(|point| !point[1].is_finite()).map(<[[f64; 2]]>::to_vec).collect::<Vec<_>>();
            runs.into_iter().flat_map(|run| clip(run.into_iter().map(|[x, y]| [across.unit(x), up.unit(y)])))
        });
        Curve { lane, on: MeasuredOn::Batch, pieces: pieces.collect() }
    });
    let points = xs.iter().zip(&ys).map(|(&x, &y)| Example { at: [across.unit(x), up.unit(y)], class: None });
    Chart {
        title: "fit over the data".to_owned(),
        x: axis("input", x_range, Scale::Linear, ticks[0]),
        y: axis("output", y_range, Scale::Linear, ticks[1]),
        bands: Vec::new(),
        curves: curves.collect(),
        marks: Vec::new(),
        cursors: Vec::new(),
        examples: points.filter(|example| inside(example.at)).collect(),
        empty: xs.is_empty().then(|| "no data".to_owned()),
        readouts: Vec::new(),
    }
}

/// Inputs and targets of a problem with one input; several outputs give several points.
fn data(examples: &Examples) -> (Vec<f64>, Vec<f64>) {
    let Targets::Values(targets) = &examples.targets else { return (Vec::new(), Vec::new()) };
    if examples.inputs.nrows() != 1 {
        return (Vec::new(), Vec::new());
    }
    let pairs = examples.inputs.iter().copied().zip(targets.column_iter());
    let pairs = pairs.flat_map(|(x, column)| column.iter().map(|&y| (x, y)).collect::<Vec<_>>());
    pairs.filter(|(x, y)| x.is_finite() && y.is_finite()).unzip()
}

fn padded(values: &[f64], room: f64) -> [f64; 2] {
    let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
    if low > high {
        return [0.0, 1.0];
    }
    Scale::Linear.sane([low - room * (high - low), high + room * (high - low)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Examples {
        Examples {
            inputs: DMatrix::from_row_slice(1, 3, &[0.0, 1.0, 2.0]),
            targets: Targets::Values(DMatrix::from_row_slice(1, 3, &[0.0, 2.0, 4.0])),
        }
    }

    #[test]
    fn the_true_curve_goes_through_the_data() {
        let chart = fit(&[3], 101, [5, 5], &line(), &|_, inputs| inputs * 2.0);
        assert_eq!(chart.curves[0].lane, 3);
        for example in &chart.examples {
            let nearest = chart.curves[0].pieces[0].iter().map(|p| (p[0] - example.at[0]).hypot(p[1] - example.at[1]));
            assert!(nearest.fold(f64::INFINITY, f64::min) < 0.01);
        }
        assert_eq!(chart.examples.len(), 3);
    }

    #[test]
    fn wild_curves_are_cut_and_odd_data_is_no_trouble() {
        let chart =
            fit(&[0], 50, [5, 5], &line(), &|_, inputs| inputs.map(|x| if x > 1.0 { f64::NAN } else { 1e9 * x }));
        assert!(chart.curves[0].pieces.iter().flatten().flatten().all(|x| (0.0..=1.0).contains(x)));
        let empty = Examples { inputs: DMatrix::zeros(1, 0), targets: Targets::Values(DMatrix::zeros(1, 0)) };
        assert_eq!(fit(&[], 50, [5, 5], &empty, &|_, inputs| inputs.clone()).empty.as_deref(), Some("no data"));
        let one = Examples { inputs: DMatrix::zeros(1, 1), targets: Targets::Values(DMatrix::zeros(1, 1)) };
        assert_eq!(fit(&[0], 50, [5, 5], &one, &|_, inputs| inputs.clone()).examples.len(), 1);
    }
}
