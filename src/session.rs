//! Several optimisers side by side on one problem.

mod checkpoints;
#[cfg(feature = "app")]
mod data_digest;
mod edit;
mod engine;
mod evaluation;
mod history;
mod probe;
#[cfg(feature = "app")]
mod referee;
#[cfg(feature = "app")]
pub mod saved;
#[cfg(feature = "app")]
pub mod setup;

use std::ops::RangeInclusive;

use nalgebra::DMatrix;

use crate::{
    math::Real,
    optim::{Outcome, Recipe, SavedState, StateError, StepRecord},
    problem::{DataInfo, DataPiece, Evaluation, Examples, Part, Problem, Sample},
};

#[cfg(feature = "app")]
pub use data_digest::DataDigest;
pub use edit::{Edit, EditedLane};
pub use evaluation::{EvaluationRecord, Evaluator};
pub use history::{BEFORE_AN_EDIT, History, LaneHistory, REACH, Recalled, Refill, shown};
pub use probe::{Dial, Probe, Slice, Turn};
#[cfg(feature = "app")]
pub use referee::Referee;
#[cfg(feature = "app")]
pub use setup::{Setup, SetupError};

use engine::{Engine, Lanes};

/// A lane: one optimiser under a label.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneSpec {
    /// Unique among the lanes.
    pub label: String,
    /// What it is made of.
    pub recipe: Recipe,
}

/// What a lane did when the session advanced.
#[derive(Debug)]
pub enum Progress<'a> {
    /// It took a step.
    Step {
        /// Which lane.
        lane: usize,
        /// What the step did.
        record: &'a StepRecord,
        /// The lane's own compute time so far, in seconds, on the caller's clock.
        seconds: f64,
    },
    /// It ended after step `step` and takes no more.
    Ended {
        /// Which lane.
        lane: usize,
        /// The last step it took.
        step: u64,
        /// How.
        outcome: Outcome,
    },
}

/// A lane as it stands, to be taken up again another day.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedLane {
    /// Its label.
    pub label: String,
    /// Steps taken.
    pub step: u64,
    /// Its own compute time, in seconds.
    pub seconds: f64,
    /// How it ended, if it has.
    pub outcome: Option<Outcome>,
    /// Parameters and whatever its optimiser keeps.
    pub state: SavedState,
}

/// What can be looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Geometry {
    /// A function of two parameters: its landscape, with the minima that are known.
    Plane {
        /// What the two parameters are called.
        names: [String; 2],
        /// Known minima.
        minima: Vec<[f64; 2]>,
    },
    /// A classifier of points in the plane.
    Regions {
        /// How many classes.
        classes: usize,
    },
    /// A regression over one input.
    Fit,
    /// Nothing with a picture: show the loss.
    Loss,
}

/// The lanes, where they stand, and the way back.
///
/// A session is a function of its problem and its lanes: the clock it is given is only read, and steers nothing.
pub struct Session {
    engine: Box<dyn Engine>,
}

impl Session {
    /// Lanes on a problem, all at its start. Every lane computes in the problem's scalar.
    pub fn new<T: Real>(problem: Box<dyn Problem<T>>, lanes: &[LaneSpec]) -> Self {
        Self { engine: Box::new(Lanes::new(problem, lanes)) }
    }

    /// How many lanes there are.
    pub fn lanes(&self) -> usize {
        self.engine.lanes()
    }

    /// A lane's label.
    pub fn label(&self, lane: usize) -> &str {
        self.engine.label(lane)
    }

    /// An empty history with this session's labels and starting points.
    pub fn empty_history(&self) -> History {
        self.engine.empty_history()
    }

    /// The latest step any lane has taken.
    pub fn latest(&self) -> u64 {
        self.engine.latest()
    }

    /// Goes back to the step of an edit and changes the lanes there; all of them go on from that step.
    ///
    /// A session is a function of its problem, its lanes and its edits: lanes that are kept repeat exactly the steps they would have
    /// taken. `seconds` says how much of its own compute time each lane of the edit had used by then; it steers nothing.
    /// The lanes kept must be lanes of the session, each kept once.
    ///
    /// `needs` is what the history asks for ([`History::needs`]); what it gets is for [`History::edited`].
    pub fn edit(&mut self, edit: &Edit, seconds: &[f64], needs: &[u64]) -> Refill {
        self.engine.edit(edit, seconds, needs)
    }

    /// The steps of a lane among `steps` that it has taken, each computed again from the nearest checkpoint: bit by bit what they
    /// were. None where no way back is kept.
    pub fn recall(&mut self, lane: usize, steps: RangeInclusive<u64>) -> Vec<Recalled> {
        self.engine.recall(lane, steps)
    }

    /// A step that a lane has taken, looked into; `None` for any other, and where no way back is kept.
    pub fn probe(&mut self, lane: usize, step: u64) -> Option<Box<dyn Probe>> {
        self.engine.probe(lane, step)
    }

    /// Lets every lane that has not ended take one step; `clock` is read around each lane's own work. False once all have ended.
    pub fn advance(&mut self, clock: &dyn Fn() -> f64, sink: &mut dyn FnMut(Progress<'_>)) -> bool {
        self.engine.advance(clock, sink)
    }

    /// What can be looked at.
    pub fn geometry(&self) -> Geometry {
        self.engine.geometry()
    }

    /// f at every pair, for a problem of two parameters: rows (y) outer, columns (x) inner. Empty for other problems.
    pub fn surface(&self, xs: &[f64], ys: &[f64]) -> Vec<f64> {
        self.engine.surface(xs, ys)
    }

    /// The parameters of a lane after step `step` (or its last one before), recomputed exactly from the nearest checkpoint.
    pub fn params(&mut self, lane: usize, step: u64) -> Vec<f64> {
        self.engine.params(lane, step)
    }

    /// A network's outputs (one column an example) at parameters θ; `inputs` has one column an example.
    pub fn predict(&self, params: &[f64], inputs: &DMatrix<f64>) -> DMatrix<f64> {
        self.engine.predict(params, inputs)
    }

    /// A copy of the training examples, where they can be drawn.
    pub fn examples(&self) -> Option<Examples> {
        self.engine.examples()
    }

    /// Keeps no way back: from now on the latest step of a lane is the only one to be asked for, and memory stays as it is.
    pub fn keep_no_past(&mut self) {
        self.engine.keep_no_past();
    }

    /// How many steps an epoch takes, where there are data.
    pub fn batches_per_epoch(&self) -> Option<u64> {
        self.engine.batches_per_epoch()
    }

    /// How many examples a part of the data has.
    pub fn count(&self, part: Part) -> usize {
        self.engine.count(part)
    }

    /// What is known of the data beside its numbers; `None` where there are no data.
    pub fn data_info(&self) -> Option<&DataInfo> {
        self.engine.data_info()
    }

    /// Passes a part of the data to `sink`, all inputs before all targets; nothing if there is no such part.
    pub fn visit_data(&self, part: Part, sink: &mut dyn FnMut(DataPiece<'_>)) {
        self.engine.visit_data(part, sink);
    }

    /// How many classes examples are told apart by; `None` where they are not.
    pub fn classes(&self) -> Option<usize> {
        self.engine.classes()
    }

    /// At most so many examples of a part of the data, from all over it; `None` if there is none.
    pub fn sample(&self, part: Part, most: usize) -> Option<Sample> {
        self.engine.sample(part, most)
    }

    /// What a lane's network, as it stands, gives for inputs with one column an example.
    pub fn outputs(&self, lane: usize, inputs: &DMatrix<f64>) -> DMatrix<f64> {
        self.engine.outputs(lane, inputs)
    }

    /// How a lane does, as it stands, on a part of the data; `None` if there is none.
    pub fn evaluate(&self, lane: usize, part: Part) -> Option<Evaluation> {
        self.engine.evaluate(lane, part)
    }

    /// f of a lane as it stands, on all training data or without noise, charged to nobody; `None` where it is not finite.
    pub fn final_loss(&mut self, lane: usize) -> Option<f64> {
        self.engine.final_loss(lane)
    }

    /// All lanes as they stand.
    pub fn save(&mut self) -> Vec<SavedLane> {
        self.engine.save()
    }

    /// Takes up lanes where they stood; they go on as if they had never stopped. No way back is kept.
    ///
    /// # Errors
    /// If they are not the lanes of this session. It is then not to be used any more.
    pub fn restore(&mut self, saved: &[SavedLane]) -> Result<(), StateError> {
        self.engine.restore(saved)
    }

    /// How many steps a lane has taken.
    pub fn step(&self, lane: usize) -> u64 {
        self.engine.step(lane)
    }

    /// A lane's own compute time so far, in seconds.
    pub fn seconds(&self, lane: usize) -> f64 {
        self.engine.seconds(lane)
    }

    /// How a lane ended, if it has.
    pub fn outcome(&self, lane: usize) -> Option<&Outcome> {
        self.engine.outcome(lane)
    }
}
