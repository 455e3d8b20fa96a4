//! Loss, learning rate α, damping λ and reduction ratio ρ against steps, evaluations or seconds.
//!
//! The cost of a chart follows its width, not the length of the run: a lane with more steps than bins contributes the extremes of
//! each bin, so that no spike is lost and 100 000 steps cost about as much as 1 000.

mod limits;
mod marks;
mod measure;
mod now;
mod options;
mod sample;

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::{Axis, Band, Chart, Cursor, Curve, MeasuredOn, Point, Scale, clip::clip, ticks};
use crate::{
    optim::{Outcome, Quantity, Ratio},
    session::History,
};
pub(super) use limits::Limits;
pub(super) use marks::beyond;
use measure::Measure;
pub use options::{LossAxis, RateView, TraceOptions, XAxis};
use sample::Series;

/// The loss axis reaches down to this share of the loss at the start, so that a lane in its rounding errors does not flatten the others.
const FLOOR: f64 = 1e-12;
/// So many characters of a label are repeated in a title.
const LONGEST_LABEL: usize = 24;

/// One of the four charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TraceKind {
    /// f before each step, at the place where that step begins.
    Loss,
    /// α.
    LearningRate,
    /// λ as each step used it.
    Damping,
    /// ρ.
    Rho,
}

impl TraceKind {
    /// From top to bottom.
    pub const ALL: [Self; 4] = [Self::Loss, Self::LearningRate, Self::Damping, Self::Rho];

    /// What it shows.
    fn measure(self, rate: RateView) -> Measure {
        match self {
            Self::Loss => Measure::Column(Quantity::Loss),
            Self::LearningRate => Measure::of(rate),
            Self::Damping => Measure::Column(Quantity::Damping),
            Self::Rho => Measure::Column(Quantity::Rho),
        }
    }

    /// The same on all training data, where that is recorded.
    fn on_all_data(self) -> Option<Measure> {
        match self {
            Self::Loss => Some(Measure::Column(Quantity::FullLoss)),
            Self::Rho => Some(Measure::Column(Quantity::FullRho)),
            Self::LearningRate | Self::Damping => None,
        }
    }

    fn label(self, rate: RateView) -> &'static str {
        match self {
            Self::Loss => "f",
            Self::LearningRate => rate.title(),
            Self::Damping => "λ",
            Self::Rho => "ρ",
        }
    }

    /// How many steps before the end of its step a value was measured: f is the value *before* the step.
    fn lag(self) -> usize {
        usize::from(self == Self::Loss)
    }
}

/// All four charts, from top to bottom.
pub fn traces(history: &History, options: &TraceOptions) -> Vec<Chart> {
    TraceKind::ALL.into_iter().map(|kind| trace(kind, history, options)).collect()
}

/// One chart.
pub fn trace(kind: TraceKind, history: &History, options: &TraceOptions) -> Chart {
    let x_range = options.x_range(history);
    let measure = kind.measure(options.rate);
    let of = |measure: Measure| {
        options.lanes(history).map(move |(lane, past)| {
            let end = (kind == TraceKind::Loss && measure == Measure::Column(Quantity::Loss))
                .then(|| options.loss_at_end(lane, past))
                .flatten();
            Series::new(lane, past, (measure, kind.lag(), end), options.x_axis, x_range)
        })
    };
    let series: Vec<Series> = of(measure)
        .filter(|series| kind != TraceKind::Damping || series.largest().is_some_and(|lambda| lambda > 0.0))
        .collect();
    let on_all: Vec<Series> =
        kind.on_all_data().into_iter().flat_map(of).filter(|series| series.largest().is_some()).collect();
    let sample = |series: &Series| series.sample(options.bins.max(8));
    let samples: Vec<Vec<Vec<Point>>> = series.iter().map(sample).collect();
    let samples_on_all: Vec<Vec<Vec<Point>>> = on_all.iter().map(sample).collect();

    let limits = if kind == TraceKind::Rho {
        samples.iter().chain(&samples_on_all).any(|lane| !lane.is_empty()).then(|| Limits::ratio(options.rows))
    } else {
        let all = series.iter().zip(&samples).chain(on_all.iter().zip(&samples_on_all));
        fitted(kind, options, all)
    };
    let empty = limits.is_none().then(|| nothing(kind, history, options));
    let limits =
        limits.unwrap_or_else(|| if kind == TraceKind::Rho { Limits::ratio(options.rows) } else { Limits::default() });
    let chosen = series.iter().find(|series| series.lane == options.chosen);
    let limits = limits.zoomed(options.y_zoom, chosen.and_then(|series| now::at(series, options)).map(|[_, y]| y));

    let (across, up) = (Scale::Linear.axis(x_range), limits.scale.axis(limits.range));
    let place = |[x, y]: Point| [across.unit(x), up.unit(y)];
    let slots = (options.bins / 18).clamp(6, 32);
    let curve = |series: &Series, pieces: &Vec<Vec<Point>>, on| {
        let visible = pieces.iter().flat_map(|piece| clip(piece.iter().map(|&point| place(point))));
        Curve { lane: series.lane, on, pieces: visible.collect() }
    };
    let mut curves: Vec<Curve> =
        on_all.iter().zip(&samples_on_all).map(|(series, pieces)| curve(series, pieces, MeasuredOn::AllData)).collect();
    let mut marks = Vec::new();
    for (series, pieces) in series.iter().zip(&samples) {
        curves.push(curve(series, pieces, MeasuredOn::Batch));
        marks.extend(beyond(series.lane, pieces.iter().flatten().map(|&point| place(point)), slots.div_ceil(2)));
        match kind {
            TraceKind::Loss => marks.extend(marks::rejections(series, slots, place)),
            TraceKind::Damping => marks.extend(marks::changes(series, slots, place)),
            TraceKind::Rho => marks.extend(marks::hollow(series, slots, place)),
            TraceKind::LearningRate => {}
        }
    }
    marks.extend(series.iter().filter_map(|series| now::mark(series, options, place)));
    Chart {
        title: title(kind, &series, !on_all.is_empty(), history, options),
        x: options.x_axis.axis(x_range, options.ticks[0]),
        y: axis(kind.label(options.rate), limits.range, limits.scale, options.ticks[1]),
        bands: if kind == TraceKind::Rho { ratio_bands(&limits) } else { Vec::new() },
        curves,
        marks,
        cursors: cursors(history, options, x_range),
        examples: Vec::new(),
        empty,
        readouts: series.iter().filter_map(|series| now::readout(series, options)).collect(),
    }
}

/// The vertical axis that suits what is seen of these series.
fn fitted<'a, 'b: 'a>(
    kind: TraceKind,
    options: &TraceOptions,
    all: impl Iterator<Item = (&'a Series<'b>, &'a Vec<Vec<Point>>)> + Clone,
) -> Option<Limits> {
    // Whoever diverged leaves at the edge, rather than squeezing the others into a line.
    let diverged = |series: &Series| matches!(series.past.outcome(), Some((_, Outcome::Diverged(_))));
    let only = all.clone().all(|(series, _)| diverged(series));
    let chosen = |series: &Series| {
        kind == TraceKind::Loss && options.loss_axis == LossAxis::Chosen && series.lane == options.chosen
    };
    let has_chosen = all.clone().any(|(series, pieces)| chosen(series) && !pieces.is_empty());
    let counted = all.filter(|(series, _)| if has_chosen { chosen(series) } else { only || !diverged(series) });
    let floor = (kind == TraceKind::Loss && options.loss_axis == LossAxis::Floored).then(|| {
        let first =
            counted.clone().filter_map(|(series, _)| series.past.drawn(Quantity::Loss, series.past.origin() + 1));
        FLOOR * first.fold(0.0, f64::max)
    });
    Limits::fitted_above(floor, counted.flat_map(|(_, pieces)| pieces.iter().flatten()).map(|point| point[1]))
}

/// What the chart shows, and how that is to be read.
fn title(kind: TraceKind, series: &[Series], on_all: bool, history: &History, options: &TraceOptions) -> String {
    let legend = if on_all { "   batch ━ all data ┄" } else { "" };
    match kind {
        TraceKind::Loss => format!("loss f{legend}"),
        TraceKind::LearningRate => options.rate.title().to_owned(),
        TraceKind::Damping => "damping λ   ▲ raised  ▼ lowered".to_owned(),
        TraceKind::Rho => {
            let of = |ratio| {
                let lanes = series.iter().filter(move |series| series.largest().is_some());
                lanes.filter(move |series| options.ratios.get(series.lane).copied().flatten() == Some(ratio))
            };
            let labels = |ratio| {
                let labels = of(ratio).map(|series| at_most(history.lanes()[series.lane].label(), LONGEST_LABEL));
                labels.collect::<Vec<_>>().join(", ")
            };
            let which = match (of(Ratio::Damped).next(), of(Ratio::Undamped).next()) {
                (None, None) => String::new(),
                (Some(_), None) => " (with λ)".to_owned(),
                (None, Some(_)) => " (without λ)".to_owned(),
                (Some(_), Some(_)) => format!(" ({}: with λ)", labels(Ratio::Damped)),
            };
            format!("ρ{which}{legend}")
        }
    }
}

/// A label, or its first characters, so that what follows it in a title is seen.
fn at_most(label: &str, length: usize) -> Cow<'_, str> {
    match label.grapheme_indices(true).nth(length) {
        Some((end, _)) => Cow::Owned(format!("{}…", label[..end].trim_end())),
        None => Cow::Borrowed(label),
    }
}

/// An axis with its ticks.
pub(super) fn axis(label: &str, range: [f64; 2], scale: Scale, about: usize) -> Axis {
    let range = scale.sane(range);
    Axis { label: label.to_owned(), ticks: ticks(range, scale, about), range, scale }
}

/// Where the cursor's step lies: in one place for all lanes on the axis of steps, else in one for each lane.
pub(super) fn cursors(history: &History, options: &TraceOptions, x_range: [f64; 2]) -> Vec<Cursor> {
    let Some(step) = options.cursor else { return Vec::new() };
    let places: Vec<(Option<usize>, f64)> = match options.x_axis {
        XAxis::Step => vec![(None, step as f64)],
        axis => {
            options.lanes(history).map(|(lane, past)| (Some(lane), axis.place(past, step.min(past.len())))).collect()
        }
    };
    let across = Scale::Linear.axis(x_range);
    let places = places.into_iter().map(|(lane, x)| Cursor { lane, at: across.unit(x) });
    places.filter(|cursor| (0.0..=1.0).contains(&cursor.at)).collect()
}

/// The thresholds of the Levenberg–Marquardt rule, and the ratio of a perfect model.
fn ratio_bands(limits: &Limits) -> Vec<Band> {
    let at = |rho: f64| limits.scale.unit(limits.range, rho);
    vec![
        Band { between: [0.0, at(0.25)], label: "ρ < ¼: λ rises".to_owned() },
        Band { between: [at(0.75), 1.0], label: "ρ > ¾: λ falls".to_owned() },
        Band { between: [at(1.0), at(1.0)], label: "ρ = 1: as predicted".to_owned() },
    ]
}

/// Why a chart has no curve.
fn nothing(kind: TraceKind, history: &History, options: &TraceOptions) -> String {
    let text = if options.lanes(history).next().is_none() {
        "every optimiser is hidden"
    } else if history.latest() == 0 {
        "no step yet"
    } else {
        match kind {
            TraceKind::Loss | TraceKind::LearningRate => "nothing in this range",
            TraceKind::Damping => "no optimiser here is damped",
            TraceKind::Rho => "no optimiser here computes ρ (monitor = true does)",
        }
    };
    text.to_owned()
}

#[cfg(test)]
mod tests;
