//! What a trace shows of a step: a quantity of its record, or one that follows from several.

use super::RateView;
use crate::{optim::Quantity, session::LaneHistory};

/// A derived quantity has no summaries; of a run of steps longer than this only so many are looked at.
const LOOKED_AT: usize = 64;

/// What is shown of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// A quantity of the record.
    Column(Quantity),
    /// α‖d‖/‖g‖.
    Relative,
}

impl Measure {
    pub(super) fn of(rate: RateView) -> Self {
        match rate {
            RateView::StepNorm => Self::Column(Quantity::UpdateNorm),
            RateView::LearningRate => Self::Column(Quantity::LearningRate),
            RateView::GradNorm => Self::Column(Quantity::GradNorm),
            RateView::Relative => Self::Relative,
        }
    }

    /// Its value for drawing.
    pub(super) fn drawn(self, past: &LaneHistory, step: usize) -> Option<f64> {
        match self {
            Self::Column(quantity) => past.drawn(quantity, step),
            Self::Relative => {
                let value = |quantity| past.drawn(quantity, step);
                let gradient = value(Quantity::GradNorm).filter(|norm| *norm > 0.0)?;
                let along = value(Quantity::LearningRate).zip(value(Quantity::DirectionSquaredNorm));
                // Where no model asked for ‖d‖² the step is −αd, and nothing else.
                let length =
                    along.map(|(alpha, square)| alpha * square.sqrt()).or_else(|| value(Quantity::UpdateNorm))?;
                Some(length / gradient).filter(|ratio| ratio.is_finite())
            }
        }
    }

    /// Smallest and largest value over the steps `from..to`.
    pub(super) fn extremes(self, past: &LaneHistory, from: usize, to: usize) -> Option<(f64, f64)> {
        match self {
            Self::Column(quantity) => past.extremes(quantity, from, to),
            Self::Relative => {
                let stride = to.saturating_sub(from).div_ceil(LOOKED_AT).max(1);
                let values = (from..to).step_by(stride).filter_map(|step| self.drawn(past, step));
                values.fold(None, |range, value| {
                    let (low, high) = range.unwrap_or((value, value));
                    Some((value.min(low), value.max(high)))
                })
            }
        }
    }
}
