//! Records that were no longer kept and have been computed again.

use std::collections::VecDeque;

use crate::optim::{Cost, StepRecord};

/// A step computed again.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// What it did, bit by bit what it did the first time.
    pub record: StepRecord,
    /// All that the lane's steps up to and with this one cost.
    pub cost: Cost,
}

/// So many are kept: enough to walk about in.
const MOST: usize = 128;

/// The steps of a lane recalled last.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(VecDeque<Recalled>);

impl Memory {
    /// A step, if it is among them.
    pub(super) fn get(&self, step: usize) -> Option<&Recalled> {
        self.0.iter().find(|recalled| recalled.record.step == step as u64)
    }

    /// Takes in a step; the one taken in first makes room.
    pub(super) fn insert(&mut self, recalled: Recalled) {
        self.0.retain(|known| known.record.step != recalled.record.step);
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(recalled);
    }

    /// Those up to a step.
    pub(super) fn up_to(&self, step: usize) -> Self {
        Self(self.0.iter().filter(|recalled| recalled.record.step <= step as u64).cloned().collect())
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
