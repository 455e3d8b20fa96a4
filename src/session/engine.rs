//! The lanes of one scalar type.

use std::ops::RangeInclusive;

use nalgebra::{DMatrix, DVector};

use super::{
    Edit, EditedLane, Geometry, History, LaneSpec, Progress, Recalled, Refill, SavedLane,
    checkpoints::{Checkpoints, State},
    probe::{Probe, Probed},
};
use crate::{
    math::Real,
    optim::{Cost, Optimiser, Outcome, RECORDED_PARAMS, Restorer, Saver, StateError, StepRecord, Workspace},
    problem::{DataInfo, DataPiece, Evaluation, Examples, Network, Oracle, Part, Problem, Sample},
};

/// What a session asks of its lanes, whatever their scalar.
pub(super) trait Engine: Send {
    fn lanes(&self) -> usize;
    fn label(&self, lane: usize) -> &str;
    fn empty_history(&self) -> History;
    fn latest(&self) -> u64;
    fn edit(&mut self, edit: &Edit, seconds: &[f64], needs: &[u64]) -> Refill;
    fn recall(&mut self, lane: usize, steps: RangeInclusive<u64>) -> Vec<Recalled>;
    fn probe(&mut self, lane: usize, step: u64) -> Option<Box<dyn Probe>>;
    fn advance(&mut self, clock: &dyn Fn() -> f64, sink: &mut dyn FnMut(Progress<'_>)) -> bool;
    fn geometry(&self) -> Geometry;
    fn surface(&self, xs: &[f64], ys: &[f64]) -> Vec<f64>;
    fn params(&mut self, lane: usize, step: u64) -> Vec<f64>;
    fn predict(&self, params: &[f64], inputs: &DMatrix<f64>) -> DMatrix<f64>;
    fn examples(&self) -> Option<Examples>;
    fn step(&self, lane: usize) -> u64;
    fn seconds(&self, lane: usize) -> f64;
    fn outcome(&self, lane: usize) -> Option<&Outcome>;
    fn keep_no_past(&mut self);
    fn batches_per_epoch(&self) -> Option<u64>;
    fn count(&self, part: Part) -> usize;
    fn data_info(&self) -> Option<&DataInfo>;
    fn visit_data(&self, part: Part, sink: &mut dyn FnMut(DataPiece<'_>));
    fn classes(&self) -> Option<usize>;
    fn sample(&self, part: Part, most: usize) -> Option<Sample>;
    fn outputs(&self, lane: usize, inputs: &DMatrix<f64>) -> DMatrix<f64>;
    fn evaluate(&self, lane: usize, part: Part) -> Option<Evaluation>;
    fn final_loss(&mut self, lane: usize) -> Option<f64>;
    fn save(&mut self) -> Vec<SavedLane>;
    fn restore(&mut self, saved: &[SavedLane]) -> Result<(), StateError>;
}

/// Memory for the checkpoints of one lane, in bytes.
const CHECKPOINT_BUDGET: usize = 32 << 20;

/// Several optimisers, each with its own iterate, on one problem.
pub(super) struct Lanes<T: Real> {
    problem: Box<dyn Problem<T>>,
    lanes: Vec<Lane<T>>,
}

struct Lane<T: Real> {
    label: String,
    state: State<T>,
    oracle: Box<dyn Oracle<T>>,
    space: Workspace<T>,
    record: StepRecord,
    seconds: f64,
    ended: Option<Outcome>,
    /// `None` where no way back is kept.
    checkpoints: Option<Checkpoints<T>>,
    /// The state last replayed, so that a cursor moving on need not start from the checkpoint again.
    replayed: Option<State<T>>,
}

impl<T: Real> Lane<T> {
    fn new(spec: &LaneSpec, problem: &dyn Problem<T>) -> Self {
        Self::beginning_after(0, problem.start(), spec, problem)
    }

    /// A lane that begins at θ after step `step`.
    fn beginning_after(step: u64, theta: DVector<T>, spec: &LaneSpec, problem: &dyn Problem<T>) -> Self {
        let optimiser = Optimiser::new(&spec.recipe, problem).beginning_after(step);
        let state = State { step, optimiser, theta, cost: Cost::default() };
        let dim = state.theta.len();
        // Steps of small problems are cheaper to repeat than to keep.
        let interval = if dim <= RECORDED_PARAMS { 64 } else { 1 };
        Self {
            label: spec.label.clone(),
            oracle: problem.oracle(),
            space: Workspace::new(dim),
            record: StepRecord::default(),
            seconds: 0.0,
            ended: None,
            checkpoints: Some(Checkpoints::new(state.clone(), interval, CHECKPOINT_BUDGET)),
            replayed: None,
            state,
        }
    }

    fn advance(
        &mut self,
        index: usize,
        problem: &dyn Problem<T>,
        clock: &dyn Fn() -> f64,
        sink: &mut dyn FnMut(Progress<'_>),
    ) {
        let State { step, optimiser, theta, cost } = &mut self.state;
        let began = clock();
        let result = optimiser.step(self.oracle.as_mut(), theta, &mut self.space, &mut self.record);
        self.seconds += clock() - began;
        match result {
            Ok(()) => {
                *step += 1;
                *cost += self.record.cost;
                if let Some(checkpoints) = &mut self.checkpoints {
                    checkpoints.offer(&self.state);
                }
                sink(Progress::Step { lane: index, record: &self.record, seconds: self.seconds });
            }
            Err(halt) => {
                let outcome = halt.outcome(*step + 1, problem, self.oracle.as_mut(), theta);
                self.ended = Some(outcome.clone());
                sink(Progress::Ended { lane: index, step: *step, outcome });
            }
        }
    }

    /// Goes back to the state after step `step`, or the last one before it, and forgets what followed.
    fn rewind(&mut self, step: u64, seconds: f64) {
        // A step that failed may have moved the optimiser on, so the present state is not to be trusted: it is replayed.
        self.state = self.replay(step.min(self.state.step)).clone();
        if let Some(checkpoints) = &mut self.checkpoints {
            checkpoints.truncate(self.state.step);
        }
        self.replayed = None;
        self.seconds = seconds;
        // A lane that had ended by then ends again, for the same reason.
        self.ended = None;
    }

    /// The state after step `step`, or the last one before it.
    fn at(&mut self, step: u64) -> &State<T> {
        let step = step.min(self.state.step);
        if step == self.state.step {
            return &self.state;
        }
        self.replay(step)
    }

    /// The state in which step `step` was taken; `None` if it was not, or where no way back is kept.
    fn before(&mut self, step: u64) -> Option<&State<T>> {
        let before = step.checked_sub(1).filter(|before| *before < self.state.step)?;
        let state = self.replay(before);
        (state.step == before).then_some(state)
    }

    /// The state after step `step`, which has been taken, from the nearest one that was kept; the present one where none is.
    fn replay(&mut self, step: u64) -> &State<T> {
        let Some(mut state) = self.nearest(step) else { return &self.state };
        let mut record = StepRecord::default();
        while state.step < step {
            self.again(&mut state, &mut record);
        }
        self.replayed.insert(state)
    }

    /// The steps among `steps` that were taken, taken again.
    fn recall(&mut self, steps: RangeInclusive<u64>) -> Vec<Recalled> {
        let (from, last) = ((*steps.start()).max(1), (*steps.end()).min(self.state.step));
        let mut recalled = Vec::new();
        if from > last {
            return recalled;
        }
        let Some(mut state) = self.nearest(from - 1) else { return recalled };
        let mut record = StepRecord::default();
        while state.step < last {
            if state.step + 1 == last {
                // Whoever asks for a step and the one after it will ask next for what lies between them, or for one more.
                self.replayed = Some(state.clone());
            }
            self.again(&mut state, &mut record);
            if state.step >= from {
                recalled.push(Recalled { record: record.clone(), cost: state.cost });
            }
        }
        recalled
    }

    /// The latest state kept at or before step `step`, to go on from; `None` where no way back is kept.
    fn nearest(&mut self, step: u64) -> Option<State<T>> {
        let kept = self.checkpoints.as_ref()?.before(step);
        Some(match self.replayed.take() {
            Some(replayed) if (kept.step..=step).contains(&replayed.step) => replayed,
            _ => kept.clone(),
        })
    }

    /// Takes a step again.
    fn again(&mut self, state: &mut State<T>, record: &mut StepRecord) {
        let done = state.optimiser.step(self.oracle.as_mut(), &mut state.theta, &mut self.space, record);
        debug_assert!(done.is_ok(), "a step that was taken once can be taken again");
        state.step += 1;
        state.cost += record.cost;
    }
}

impl<T: Real> Lanes<T> {
    pub(super) fn new(problem: Box<dyn Problem<T>>, specs: &[LaneSpec]) -> Self {
        let lanes = specs.iter().map(|spec| Lane::new(spec, problem.as_ref())).collect();
        Self { problem, lanes }
    }

    fn predict_at(&self, theta: &DVector<T>, inputs: &DMatrix<f64>) -> DMatrix<f64> {
        match self.problem.network() {
            Some(network) => network.predict(theta, inputs),
            None => DMatrix::zeros(0, inputs.ncols()),
        }
    }

    fn theta(params: &[f64]) -> DVector<T> {
        DVector::from_iterator(params.len(), params.iter().copied().map(T::of))
    }
}

impl<T: Real> Engine for Lanes<T> {
    fn lanes(&self) -> usize {
        self.lanes.len()
    }

    fn label(&self, lane: usize) -> &str {
        &self.lanes[lane].label
    }

    fn empty_history(&self) -> History {
        let start = self.problem.start();
        let recorded =
            if start.len() <= RECORDED_PARAMS { start.iter().map(|&x| x.into()).collect() } else { Vec::new() };
        History::new(self.lanes.iter().map(|lane| (lane.label.clone(), recorded.clone())))
    }

    fn latest(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.state.step).max().unwrap_or(0)
    }

    fn edit(&mut self, edit: &Edit, seconds: &[f64], needs: &[u64]) -> Refill {
        let from = self.lanes[edit.from].at(edit.step);
        let (theta, cost) = (from.theta.clone(), from.cost);
        let mut before: Vec<Option<Lane<T>>> = self.lanes.drain(..).map(Some).collect();
        let problem = self.problem.as_ref();
        let lanes = edit.lanes.iter().enumerate().filter_map(|(index, lane)| match lane {
            EditedLane::Kept { lane, label } => {
                let mut kept = before.get_mut(*lane)?.take()?;
                kept.rewind(edit.step, seconds.get(index).copied().unwrap_or_default());
                kept.label.clone_from(label);
                Some(kept)
            }
            EditedLane::Started(spec) => Some(Lane::beginning_after(edit.step, theta.clone(), spec, problem)),
        });
        self.lanes = lanes.collect();
        let again = |(lane, after): (&mut Lane<T>, &u64)| lane.recall(after + 1..=edit.step);
        let steps = self.lanes.iter_mut().zip(needs).map(again).collect();
        let recorded = if theta.len() <= RECORDED_PARAMS { theta.len() } else { 0 };
        Refill { start: theta.iter().take(recorded).map(|&x| x.into()).collect(), cost, steps }
    }

    fn recall(&mut self, lane: usize, steps: RangeInclusive<u64>) -> Vec<Recalled> {
        self.lanes[lane].recall(steps)
    }

    fn probe(&mut self, lane: usize, step: u64) -> Option<Box<dyn Probe>> {
        let before = self.lanes[lane].before(step)?;
        Some(Box::new(Probed::new(self.problem.as_ref(), before)?))
    }

    fn advance(&mut self, clock: &dyn Fn() -> f64, sink: &mut dyn FnMut(Progress<'_>)) -> bool {
        for (index, lane) in self.lanes.iter_mut().enumerate().filter(|(_, lane)| lane.ended.is_none()) {
            lane.advance(index, self.problem.as_ref(), clock, sink);
        }
        self.lanes.iter().any(|lane| lane.ended.is_none())
    }

    fn geometry(&self) -> Geometry {
        match self.problem.network() {
            Some(network) => match (network.inputs(), network.classifies()) {
                (2, true) => Geometry::Regions { classes: network.outputs() },
                (1, false) => Geometry::Fit,
                _ => Geometry::Loss,
            },
            None if self.problem.start().len() == 2 => {
                let minima = self.problem.minima();
                Geometry::Plane {
                    names: [0, 1].map(|axis| self.problem.parameter_name(axis)),
                    minima: minima.iter().map(|minimum| [minimum[0].into(), minimum[1].into()]).collect(),
                }
            }
            None => Geometry::Loss,
        }
    }

    fn surface(&self, xs: &[f64], ys: &[f64]) -> Vec<f64> {
        let mut oracle = self.problem.oracle();
        let mut theta = self.problem.start();
        if theta.len() != 2 {
            return Vec::new();
        }
        let mut values = Vec::with_capacity(xs.len() * ys.len());
        for &y in ys {
            for &x in xs {
                (theta[0], theta[1]) = (T::of(x), T::of(y));
                values.push(oracle.loss(&theta).into());
            }
        }
        values
    }

    fn params(&mut self, lane: usize, step: u64) -> Vec<f64> {
        self.lanes[lane].at(step).theta.iter().map(|&value| value.into()).collect()
    }

    fn predict(&self, params: &[f64], inputs: &DMatrix<f64>) -> DMatrix<f64> {
        self.predict_at(&Self::theta(params), inputs)
    }

    fn examples(&self) -> Option<Examples> {
        match self.geometry() {
            Geometry::Regions { .. } | Geometry::Fit => self.problem.network().map(Network::examples),
            Geometry::Plane { .. } | Geometry::Loss => None,
        }
    }

    fn step(&self, lane: usize) -> u64 {
        self.lanes[lane].state.step
    }

    fn seconds(&self, lane: usize) -> f64 {
        self.lanes[lane].seconds
    }

    fn outcome(&self, lane: usize) -> Option<&Outcome> {
        self.lanes[lane].ended.as_ref()
    }

    fn keep_no_past(&mut self) {
        for lane in &mut self.lanes {
            (lane.checkpoints, lane.replayed) = (None, None);
        }
    }

    fn batches_per_epoch(&self) -> Option<u64> {
        self.problem.network().map(Network::batches_per_epoch)
    }

    fn count(&self, part: Part) -> usize {
        self.problem.network().map_or(0, |network| network.count(part))
    }

    fn data_info(&self) -> Option<&DataInfo> {
        self.problem.network().map(Network::data_info)
    }

    fn visit_data(&self, part: Part, sink: &mut dyn FnMut(DataPiece<'_>)) {
        if let Some(network) = self.problem.network() {
            network.visit_data(part, sink);
        }
    }

    fn classes(&self) -> Option<usize> {
        self.problem.network().filter(|network| network.classifies()).map(Network::outputs)
    }

    fn sample(&self, part: Part, most: usize) -> Option<Sample> {
        self.problem.network()?.sample(part, most)
    }

    fn outputs(&self, lane: usize, inputs: &DMatrix<f64>) -> DMatrix<f64> {
        self.predict_at(&self.lanes[lane].state.theta, inputs)
    }

    fn evaluate(&self, lane: usize, part: Part) -> Option<Evaluation> {
        self.problem.network()?.evaluate(&self.lanes[lane].state.theta, part)
    }

    fn final_loss(&mut self, lane: usize) -> Option<f64> {
        let Lane { state, oracle, .. } = &mut self.lanes[lane];
        let loss: f64 = oracle.full_loss(&state.theta).into();
        loss.is_finite().then_some(loss)
    }

    fn save(&mut self) -> Vec<SavedLane> {
        let save = |lane: &mut Lane<T>| {
            let mut saver = Saver::default();
            lane.state.optimiser.visit(&mut lane.state.theta, &mut saver);
            let (label, outcome) = (lane.label.clone(), lane.ended.clone());
            SavedLane { label, step: lane.state.step, seconds: lane.seconds, outcome, state: saver.0 }
        };
        self.lanes.iter_mut().map(save).collect()
    }

    fn restore(&mut self, saved: &[SavedLane]) -> Result<(), StateError> {
        if saved.len() != self.lanes.len() {
            return Err(StateError::Lanes { found: saved.len(), expected: self.lanes.len() });
        }
        for (lane, saved) in self.lanes.iter_mut().zip(saved) {
            let mut restorer = Restorer::new(&saved.state);
            lane.state.optimiser.visit(&mut lane.state.theta, &mut restorer);
            restorer.finish()?;
            (lane.state.step, lane.seconds, lane.ended) = (saved.step, saved.seconds, saved.outcome.clone());
            (lane.checkpoints, lane.replayed) = (None, None);
        }
        Ok(())
    }
}
