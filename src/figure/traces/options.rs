//! What all traces share, and what may be chosen of them.

use super::sample;
use crate::{
    figure::{Axis, Scale, Tick, whole_ticks},
    optim::{DampingRule, DirectionRecipe, Quantity, Ratio, Recipe},
    session::{History, LaneHistory},
};

/// An axis of what is counted shows at least so much, so that the first steps do not fill it with fractions of a step.
const LEAST_REACH: f64 = 10.0;

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

    /// The axis over a range, with ticks that suit what it counts.
    pub fn axis(self, range: [f64; 2], about: usize) -> Axis {
        let range = Scale::Linear.sane(range);
        let counted =
            |label: &str, ticks: Vec<Tick>| Axis { label: label.to_owned(), ticks, range, scale: Scale::Linear };
        match self {
            Self::Step => counted("step", whole_ticks(range, about)),
            Self::Evaluations => counted("evaluations (gradient-equivalents)", whole_ticks(range, about)),
            Self::Seconds => {
                let (unit, factor) = match range[1] {
                    end if end < 1e-3 => ("µs", 1e6),
                    end if end < 1.0 => ("ms", 1e3),
                    _ => ("seconds", 1.0),
                };
                let label = format!("{unit} of own compute (first steps include warm-up)");
                let mut axis = super::axis(&label, range.map(|end| factor * end), Scale::Linear, about);
                // Where there is no room for the label, a number still has its unit.
                let unit = if unit == "seconds" { "s" } else { unit };
                let written = |tick: &&mut Tick| !tick.label.is_empty() && (0.0..=1.0).contains(&tick.at);
                if let Some(last) = axis.ticks.iter_mut().rev().find(written) {
                    last.label = format!("{} {unit}", last.label);
                }
                axis
            }
        }
    }

    /// What it counts, in one word.
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

/// What the second trace shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RateView {
    /// ‖θ′ − θ‖, which can be compared whatever the directions.
    #[default]
    StepNorm,
    /// α, which can be compared where the directions have the same length.
    LearningRate,
    /// α‖d‖/‖g‖, the learning rate of gradient descent that would go as far.
    Relative,
    /// ‖g‖.
    GradNorm,
}

impl RateView {
    /// α where all optimisers go along the same kind of direction, else the length of the step.
    pub fn suited<'a>(recipes: impl Iterator<Item = &'a Recipe>) -> Self {
        let kind = |recipe: &Recipe| match recipe.direction {
            DirectionRecipe::Gradient { .. } => 0,
            DirectionRecipe::Adam { .. } => 1,
            DirectionRecipe::Kfac { .. } => 2,
        };
        let mut kinds = recipes.map(kind);
        let first = kinds.next();
        if kinds.all(|other| Some(other) == first) { Self::LearningRate } else { Self::StepNorm }
    }

    /// The next one, in a circle.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::StepNorm => Self::LearningRate,
            Self::LearningRate => Self::Relative,
            Self::Relative => Self::GradNorm,
            Self::GradNorm => Self::StepNorm,
        }
    }

    /// The trace's title.
    pub fn title(self) -> &'static str {
        match self {
            Self::StepNorm => "step length ‖step‖",
            Self::LearningRate => "learning rate α",
            Self::Relative => "α‖d‖/‖g‖",
            Self::GradNorm => "gradient ‖g‖",
        }
    }
}

/// What the loss axis is fitted to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LossAxis {
    /// All optimisers, down to 1e-12 of the loss at the start.
    #[default]
    Floored,
    /// The optimiser chosen.
    Chosen,
    /// All optimisers, all the way down.
    All,
}

impl LossAxis {
    /// The next one, in a circle.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Floored => Self::Chosen,
            Self::Chosen => Self::All,
            Self::All => Self::Floored,
        }
    }

    /// What it shows, in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Floored => "loss axis: all optimisers, down to 1e-12 of the loss at the start",
            Self::Chosen => "loss axis: fitted to the optimiser chosen; ↑ ↓ mark what lies beyond",
            Self::All => "loss axis: all optimisers, all the way down",
        }
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
    /// Rows of text that the plot is high, where both thresholds of ρ must have a row of their own.
    pub rows: Option<usize>,
    /// Lanes left out; a lane beyond the end is shown.
    pub hidden: Vec<bool>,
    /// The step all views show.
    pub cursor: Option<usize>,
    /// The lane explained.
    pub chosen: usize,
    /// How many steps the run is meant to take; the axis reaches that far from the beginning.
    pub planned: usize,
    /// Leave room to the right, in leaps, so that the axis stands still while a run grows.
    pub room: bool,
    /// The part of the horizontal axis to show, in its unit; all of it by default.
    pub zoom: Option<[f64; 2]>,
    /// How many times the vertical axis is halved around the chosen lane's value at the cursor.
    pub y_zoom: u32,
    /// What the second trace shows.
    pub rate: RateView,
    /// What the loss axis is fitted to.
    pub loss_axis: LossAxis,
    /// Per lane, f where it stands after its last step, where a step that is not in the history has told.
    pub arrived: Vec<Option<f64>>,
    /// Per lane, whether the change that ρ divides by includes λ; `None` where there is no λ.
    pub ratios: Vec<Option<Ratio>>,
}

impl Default for TraceOptions {
    fn default() -> Self {
        Self {
            x_axis: XAxis::Step,
            bins: 600,
            ticks: [6, 4],
            rows: None,
            hidden: Vec::new(),
            cursor: None,
            chosen: 0,
            planned: 0,
            room: false,
            zoom: None,
            y_zoom: 0,
            rate: RateView::default(),
            loss_axis: LossAxis::default(),
            arrived: Vec::new(),
            ratios: Vec::new(),
        }
    }
}

impl TraceOptions {
    /// The options that suit these optimisers.
    pub fn of<'a>(recipes: impl Iterator<Item = &'a Recipe> + Clone) -> Self {
        let ratio = |recipe: &Recipe| (recipe.damping.rule != DampingRule::None).then_some(recipe.ratio);
        Self { rate: RateView::suited(recipes.clone()), ratios: recipes.map(ratio).collect(), ..Self::default() }
    }

    /// Whether a lane is shown.
    pub fn shows(&self, lane: usize) -> bool {
        !self.hidden.get(lane).copied().unwrap_or(false)
    }

    /// The visible lanes with their numbers.
    pub(in crate::figure) fn lanes<'a>(
        &self,
        history: &'a History,
    ) -> impl Iterator<Item = (usize, &'a LaneHistory)> + Clone {
        history.lanes().iter().enumerate().filter(|(lane, _)| self.shows(*lane))
    }

    /// f where a lane stands after its last step, as far as it is known.
    pub(super) fn loss_at_end(&self, lane: usize, past: &LaneHistory) -> Option<f64> {
        let end = past.len();
        let arrived = if past.rejected(end) { Quantity::Loss } else { Quantity::NewLoss };
        let told = self.arrived.get(lane).copied().flatten();
        // What `run` measures at the end is on all data: only in place of nothing.
        told.or_else(|| past.value(arrived, end)).or_else(|| past.arrived(end))
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
        let end = if self.room && !settled { crate::figure::scale::round_up(end) } else { end };
        let counted = self.room && self.x_axis != XAxis::Seconds;
        let end = if counted && !settled { end.max(LEAST_REACH) } else { end };
        [0.0, if end > 0.0 { end } else { LEAST_REACH }]
    }
}
