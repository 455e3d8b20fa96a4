//! What happened so far, in memory that hardly grows: the latest records whole, what came before them ever more coarsely.
//!
//! Every lane has a column per quantity. Of each the latest [`REACH`] values are kept, with smallest, largest and last value of
//! every aligned run of 16, 256, 4096, … steps; of each length of run again only the latest are kept. So a chart of millions of
//! steps costs as much as its pixels, and as little memory. What is asked for exactly and is no longer kept is computed again by
//! the session ([`Session::recall`](super::Session::recall)), and held here for a while.

mod label;
mod lane;
mod recalled;
mod tail;
mod thinned;

use super::{Edit, EditedLane};
use crate::optim::Cost;
pub use label::shown;
pub use lane::{BEFORE_AN_EDIT, LaneHistory, REACH};
pub use recalled::Recalled;

/// What the history needs to go on after an [edit](History::edited), computed by the session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refill {
    /// The parameters that lanes started begin with, where they are recorded.
    pub start: Vec<f64>,
    /// What the lane they start from had cost until then, since it began.
    pub cost: Cost,
    /// Of every lane of the edit, its steps after the one given by [`History::needs`].
    pub steps: Vec<Vec<Recalled>>,
}

/// What happened so far, in all lanes.
#[derive(Clone, Debug, Default)]
pub struct History {
    lanes: Vec<LaneHistory>,
}

impl History {
    /// An empty history; each lane brings its label and, where they are recorded, its starting parameters.
    pub fn new(lanes: impl IntoIterator<Item = (String, Vec<f64>)>) -> Self {
        Self::keeping(REACH, lanes)
    }

    /// The same with the latest `reach` steps kept whole.
    pub fn keeping(reach: usize, lanes: impl IntoIterator<Item = (String, Vec<f64>)>) -> Self {
        let lane = |(label, start): (String, _)| LaneHistory::beginning_after(0, &label, start, reach);
        Self { lanes: lanes.into_iter().map(lane).collect() }
    }

    /// For each lane of an edit: the step after which the history needs its steps again, up to the edit's.
    pub fn needs(&self, edit: &Edit) -> Vec<u64> {
        let of = |lane: &EditedLane| match lane {
            EditedLane::Kept { lane, .. } => self.lanes[*lane].needed_from(step_of(edit)) as u64,
            EditedLane::Started(_) => edit.step,
        };
        edit.lanes.iter().map(of).collect()
    }

    /// What is left of this history by an edit of its session: lanes kept end at the edit's step, lanes started begin there.
    #[must_use]
    pub fn edited(&self, edit: &Edit, refill: &Refill) -> Self {
        let step = step_of(edit);
        let lane = |(index, lane): (usize, &EditedLane)| match lane {
            EditedLane::Kept { lane, label } => {
                let again = refill.steps.get(index).map_or(&[][..], Vec::as_slice);
                self.lanes[*lane].up_to(step, label, again)
            }
            EditedLane::Started(spec) => {
                let parent = &self.lanes[edit.from];
                let mut inherited = refill.cost;
                inherited += parent.inherited;
                let mut lane = LaneHistory::beginning_after(step, &spec.label, refill.start.clone(), parent.reach);
                lane.inherited = inherited;
                lane
            }
        };
        Self { lanes: edit.lanes.iter().enumerate().map(lane).collect() }
    }

    /// The lanes, in file order.
    pub fn lanes(&self) -> &[LaneHistory] {
        &self.lanes
    }

    /// One lane, to append to.
    pub fn lane_mut(&mut self, lane: usize) -> &mut LaneHistory {
        &mut self.lanes[lane]
    }

    /// The latest step any lane has taken.
    pub fn latest(&self) -> usize {
        self.lanes.iter().map(LaneHistory::len).max().unwrap_or(0)
    }
}

fn step_of(edit: &Edit) -> usize {
    usize::try_from(edit.step).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
