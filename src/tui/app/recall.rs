//! Steps whose records are no longer kept: asked of the worker, which computes them again.

use crate::session::{LaneHistory, Recalled};

use super::{super::worker::Request, App};

/// Whoever goes back by a step will likely go back further, and every way back begins at a checkpoint.
const BACK: usize = 15;

impl App {
    /// Whether what a lane did at the cursor is still being computed again.
    pub fn recalls(&self, lane: usize) -> bool {
        self.history.lanes().get(lane).is_some_and(|past| self.wanted_of(past).any(|step| !past.knows(step)))
    }

    /// Whether anything shown is still being computed again.
    pub fn awaits_recall(&self) -> bool {
        self.recalling && (0..self.history.lanes().len()).any(|lane| self.recalls(lane))
    }

    /// What the step at the cursor needs of a lane: itself, the next one, which tells f after it, and the one before, whose rate an
    /// average goes on from.
    fn wanted_of(&self, past: &LaneHistory) -> std::ops::RangeInclusive<usize> {
        let step = self.cursor.min(past.len());
        step.saturating_sub(1)..=step.saturating_add(1)
    }

    /// Asks for what the cursor needs and is not there, unless an answer is still to come.
    pub(super) fn request_recall(&mut self) {
        if self.recalling || self.opening_another {
            return;
        }
        let missing = |past| self.wanted_of(past).filter(|step| !past.knows(*step));
        let missing: Vec<usize> = self.history.lanes().iter().flat_map(missing).collect();
        let (Some(&first), Some(&last)) = (missing.iter().min(), missing.iter().max()) else { return };
        let from = if last > self.cursor { first } else { first.saturating_sub(BACK).max(1) };
        self.recalling = true;
        self.ask(Request::Recall { from: from as u64, to: last as u64 });
    }

    pub(super) fn recalled(&mut self, steps: Vec<(usize, Recalled)>) {
        self.recalling = false;
        for (lane, step) in steps {
            self.history.lane_mut(lane).recall(step);
        }
    }
}
