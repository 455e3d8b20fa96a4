//! The way back: states of a lane from which any step can be replayed exactly.

use nalgebra::DVector;

use crate::{
    math::Real,
    optim::{Cost, Optimiser},
};

/// Everything a lane's future depends on.
#[derive(Clone, Debug)]
pub(super) struct State<T: Real> {
    /// Steps taken.
    pub(super) step: u64,
    pub(super) optimiser: Optimiser<T>,
    pub(super) theta: DVector<T>,
    /// All that the steps taken cost. The future does not depend on it, but whoever replays a step wants to know.
    pub(super) cost: Cost,
}

/// States at every `interval`-th step, as many as a budget of memory allows.
///
/// The start is always kept. When the budget is full every second state goes and the interval doubles, so a replay
/// never takes more than `interval` steps and the states stay evenly spread.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints<T: Real> {
    states: Vec<State<T>>,
    interval: u64,
    budget: usize,
}

impl<T: Real> Checkpoints<T> {
    /// Of a lane that starts in `start`; `interval` is a power of two.
    pub(super) fn new(start: State<T>, interval: u64, budget: usize) -> Self {
        Self { states: vec![start], interval, budget }
    }

    /// Keeps the state if it is its turn.
    pub(super) fn offer(&mut self, state: &State<T>) {
        if !state.step.is_multiple_of(self.interval) {
            return;
        }
        let bytes = state.optimiser.bytes() + size_of::<T>() * state.theta.len();
        if (self.states.len() + 1) * bytes > self.budget && self.states.len() > 2 {
            self.interval *= 2;
            let (start, interval) = (self.states[0].step, self.interval);
            self.states.retain(|kept| kept.step == start || kept.step.is_multiple_of(interval));
            if !state.step.is_multiple_of(self.interval) {
                return;
            }
        }
        self.states.push(state.clone());
    }

    /// Forgets the states after `step`.
    pub(super) fn truncate(&mut self, step: u64) {
        self.states.truncate(self.states.partition_point(|kept| kept.step <= step).max(1));
    }

    /// The latest state kept at or before `step`.
    pub(super) fn before(&self, step: u64) -> &State<T> {
        &self.states[self.states.partition_point(|kept| kept.step <= step).max(1) - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        optim::presets,
        problem::{Problem, Rosenbrock},
    };

    #[test]
    fn states_stay_within_the_budget_and_evenly_spread() {
        let problem = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
        let optimiser = Optimiser::<f64>::new(&presets::adam(), &problem);
        let state = |step| State { step, optimiser: optimiser.clone(), theta: problem.start(), cost: Cost::default() };
        let budget = 20 * (optimiser.bytes() + 16);
        let mut kept = Checkpoints::new(state(0), 1, budget);
        for step in 1..=10_000 {
            kept.offer(&state(step));
            assert!(kept.states.len() <= 20);
        }
        for step in [0, 1, 17, 4096, 9_999, 10_000] {
            let found = kept.before(step).step;
            assert!(found <= step && step - found < kept.interval, "{found} for {step}, every {}", kept.interval);
        }
    }
}
