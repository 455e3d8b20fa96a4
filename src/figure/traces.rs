//! Loss, learning rate α, damping λ and reduction ratio ρ against steps, evaluations or seconds.
//!
//! The cost of a chart follows its width, not the length of the run: a lane with more steps than bins contributes the extremes of
//! each bin, so that no spike is lost and 100 000 steps cost about as much as 1 000.

mod limits;
mod marks;
mod sample;

use super::{Axis, Band, Chart, Cursor, Curve, Point, Scale, clip::clip, ticks};
use crate::{
    optim::{Outcome, Quantity},
    session::{History, LaneHistory},
};
pub(super) use limits::Limits;
pub(super) use marks::beyond;
use sample::Series;

/// What the horizontal axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum XAxis {
    /// Steps.
    #[default]
    Step,
    /// Evaluations in gradient-equivalents ([`Cost::evaluations`](crate::optim::Cost::evaluations)).
    Evaluations,
    /// Seconds of the lane's own compute time.
    Seconds,
}

impl XAxis {
    /// The next one, in a circle.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Step => Self::Evaluations,
            Self::Evaluations => Self::Seconds,
            Self::Seconds => Self::Step,
        }
    }

    /// What the axis says.
    pub fn label(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Evaluations => "evaluations (gradient-equivalents)",
            Self::Seconds => "seconds of own compute",
        }
    }

    /// The same in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Evaluations => "evaluations",
            Self::Seconds => "seconds",
        }
    }

    /// Where a lane stands on this axis after step `step` (0: the start).
    pub fn place(self, lane: &LaneHistory, step: usize) -> f64 {
        match self {
            Self::Step => step as f64,
            Self::Evaluations => lane.cost(step).evaluations(),
            Self::Seconds => lane.seconds(step),
        }
    }

    /// The last step of a lane whose place is at most `place`.
    pub fn step_at(self, lane: &LaneHistory, place: f64) -> usize {
        sample::first(lane.len() + 1, |step| self.place(lane, step) > place).saturating_sub(1)
    }
}

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

    /// The quantity it shows.
    pub fn quantity(self) -> Quantity {
        match self {
            Self::Loss => Quantity::Loss,
            Self::LearningRate => Quantity::LearningRate,
            Self::Damping => Quantity::Damping,
            Self::Rho => Quantity::Rho,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Loss => "loss f",
            Self::LearningRate => "learning rate α",
            Self::Damping => "damping λ   ▲ raised  ▼ lowered",
            Self::Rho => "reduction ratio ρ",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Loss => "f",
            Self::LearningRate => "α",
            Self::Damping => "λ",
            Self::Rho => "ρ",
        }
    }

    /// How many steps before the end of its step a value was measured: f is the value *before* the step.
    fn lag(self) -> usize {
        usize::from(self == Self::Loss)
    }
}

/// What all four charts share.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceOptions {
    /// What the horizontal axis counts.
    pub x_axis: XAxis,
    /// How many places across can be told apart, for instance pixels or braille dots.
    pub bins: usize,
    /// About how many ticks to label across and up.
    pub ticks: [usize; 2],
    /// Lanes left out; a lane beyond the end is shown.
    pub hidden: Vec<bool>,
    /// The step all views show.
    pub cursor: Option<usize>,
    /// How many steps the run is meant to take; the axis reaches that far from the beginning.
    pub planned: usize,
    /// Leave room to the right, in leaps, so that the axis stands still while a run grows.
    pub room: bool,
    /// The part of the horizontal axis to show, in its unit; all of it by default.
    pub zoom: Option<[f64; 2]>,
}

impl Default for TraceOptions {
    fn default() -> Self {
        Self {
            x_axis: XAxis::Step,
            bins: 600,
            ticks: [6, 4],
            hidden: Vec::new(),
            cursor: None,
            planned: 0,
            room: false,
            zoom: None,
        }
    }
}

impl TraceOptions {
    /// Whether a lane is shown.
    pub fn shows(&self, lane: usize) -> bool {
        !self.hidden.get(lane).copied().unwrap_or(false)
    }

    /// The visible lanes with their numbers.
    pub(super) fn lanes<'a>(&self, history: &'a History) -> impl Iterator<Item = (usize, &'a LaneHistory)> + Clone {
        history.lanes().iter().enumerate().filter(|(lane, _)| self.shows(*lane))
    }

    /// The values at both ends of the horizontal axis.
    pub fn x_range(&self, history: &History) -> [f64; 2] {
        if let Some(zoom) = self.zoom {
            return Scale::Linear.sane(zoom);
        }
        let reach = |lane: &LaneHistory| {
            let (taken, now) = (lane.len(), self.x_axis.place(lane, lane.len()));
            match self.x_axis {
                XAxis::Step => now.max(if lane.outcome().is_none() { self.planned as f64 } else { 0.0 }),
                // Steps of a lane cost much the same, so the first ones tell how far the planned ones will reach.
                XAxis::Evaluations if lane.outcome().is_none() && taken > 0 => {
                    now * (self.planned as f64 / taken as f64).max(1.0)
                }
                XAxis::Evaluations | XAxis::Seconds => now,
            }
        };
        let planned = if self.x_axis == XAxis::Step && self.room { self.planned as f64 } else { 0.0 };
        let end = self.lanes(history).map(|(_, lane)| reach(lane)).fold(planned, f64::max);
        let settled = self.x_axis == XAxis::Step && end <= self.planned as f64;
        let end = if self.room && !settled { super::scale::round_up(end) } else { end };
        [0.0, if end > 0.0 { end } else { 1.0 }]
    }
}

/// All four charts, from top to bottom.
pub fn traces(history: &History, options: &TraceOptions) -> Vec<Chart> {
    TraceKind::ALL.into_iter().map(|kind| trace(kind, history, options)).collect()
}

/// One chart.
pub fn trace(kind: TraceKind, history: &History, options: &TraceOptions) -> Chart {
    let x_range = options.x_range(history);
    let series: Vec<Series> = options
        .lanes(history)
        .map(|(lane, past)| Series::new(lane, past, kind.quantity(), kind.lag(), options.x_axis, x_range))
        .filter(|series| kind != TraceKind::Damping || series.largest().is_some_and(|lambda| lambda > 0.0))
        .collect();
    let samples: Vec<Vec<Vec<Point>>> = series.iter().map(|series| series.sample(options.bins.max(8))).collect();
    let limits = if kind == TraceKind::Rho {
        samples.iter().any(|lane| !lane.is_empty()).then(Limits::ratio)
    } else {
        // Whoever diverged leaves at the edge, rather than squeezing the others into a line.
        let diverged = |series: &Series| matches!(series.past.outcome(), Some((_, Outcome::Diverged(_))));
        let all = series.iter().all(diverged);
        let counted = series.iter().zip(&samples).filter(|(series, _)| all || !diverged(series));
        Limits::fitted(counted.flat_map(|(_, pieces)| pieces.iter().flatten()).map(|point| point[1]))
    };
    let empty = limits.is_none().then(|| nothing(kind, history, options));
    let limits = limits.unwrap_or_else(|| if kind == TraceKind::Rho { Limits::ratio() } else { Limits::default() });

    let (across, up) = (Scale::Linear.axis(x_range), limits.scale.axis(limits.range));
    let place = |[x, y]: Point| [across.unit(x), up.unit(y)];
    let slots = (options.bins / 18).clamp(6, 32);
    let mut curves = Vec::with_capacity(series.len());
    let mut marks = Vec::new();
    for (series, pieces) in series.iter().zip(&samples) {
        let visible = pieces.iter().flat_map(|piece| clip(piece.iter().map(|&point| place(point))));
        curves.push(Curve { lane: series.lane, pieces: visible.collect() });
        marks.extend(beyond(series.lane, pieces.iter().flatten().map(|&point| place(point)), slots.div_ceil(2)));
        match kind {
            TraceKind::Loss => marks.extend(marks::rejections(series, slots, place)),
            TraceKind::Damping => marks.extend(marks::changes(series, slots, place)),
            TraceKind::LearningRate | TraceKind::Rho => {}
        }
    }
    Chart {
        title: kind.title().to_owned(),
        x: axis(options.x_axis.label(), x_range, Scale::Linear, options.ticks[0]),
        y: axis(kind.label(), limits.range, limits.scale, options.ticks[1]),
        bands: if kind == TraceKind::Rho { ratio_bands(&limits) } else { Vec::new() },
        curves,
        marks,
        cursors: cursors(history, options, x_range),
        examples: Vec::new(),
        empty,
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
