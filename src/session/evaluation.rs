//! How lanes do on whole parts of the data, every so many steps.

use nalgebra::DMatrix;

use super::{Edit, EditedLane, Session};
use crate::problem::{Evaluation, Part};

/// How a lane does on all of the data after a step.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationRecord {
    /// The step.
    pub step: u64,
    /// Passes over the training data so far.
    pub epoch: f64,
    /// The lane's own compute time so far.
    pub seconds: f64,
    /// On every part of the data that there is.
    pub parts: [(Part, Option<Evaluation>); 3],
    /// What the network gives for the examples that are looked at, one column each; `None` where none are.
    pub outputs: Option<DMatrix<f32>>,
}

impl EvaluationRecord {
    /// On one part.
    pub fn on(&self, part: Part) -> Option<&Evaluation> {
        self.parts.iter().find(|(other, _)| *other == part).and_then(|(_, found)| found.as_ref())
    }
}

/// Evaluates every lane of a session whenever an evaluation is due.
#[derive(Clone, Debug)]
pub struct Evaluator {
    every: u64,
    /// The step a run is meant to end with, if any.
    end: Option<u64>,
    per_epoch: u64,
    looked_at: Option<DMatrix<f64>>,
    /// After which step each lane was evaluated last.
    last: Vec<Option<u64>>,
    /// Before the first step all lanes stand in the same place.
    start: Option<EvaluationRecord>,
}

impl Evaluator {
    /// Of a session with data; `None` for others. Every `every` steps, by default every epoch.
    pub fn new(session: &Session, every: Option<u64>) -> Option<Self> {
        let per_epoch = session.batches_per_epoch()?;
        let every = every.unwrap_or(per_epoch).max(1);
        Some(Self { every, end: None, per_epoch, looked_at: None, last: vec![None; session.lanes()], start: None })
    }

    /// Also takes down what the lanes give for these inputs, one column an example.
    #[must_use]
    pub fn looking_at(mut self, inputs: Option<DMatrix<f64>>) -> Self {
        self.looked_at = inputs;
        self
    }

    /// Also looks at the lanes after this step.
    #[must_use]
    pub fn ending_at(mut self, step: u64) -> Self {
        self.end = Some(step);
        self
    }

    /// Steps between evaluations.
    pub fn every(&self) -> u64 {
        self.every
    }

    /// Whether an evaluation is due after a step.
    pub fn is_due(&self, step: u64) -> bool {
        step.is_multiple_of(self.every) || self.end == Some(step)
    }

    /// Goes on with the lanes of an edit that the session has made: what was found where they stand now need not be found again.
    pub fn edited(&mut self, edit: &Edit, session: &Session) {
        let found = |lane: &EditedLane, step: u64| match lane {
            EditedLane::Kept { lane, .. } => {
                let last = self.last.get(*lane).copied().flatten()?;
                (last == step || last > step && self.is_due(step)).then_some(step)
            }
            EditedLane::Started(_) => None,
        };
        let lanes = edit.lanes.iter().take(session.lanes()).enumerate();
        self.last = lanes.map(|(now, lane)| found(lane, session.step(now))).collect();
        self.last.resize(session.lanes(), None);
        self.start = None;
    }

    /// Whether a lane has moved since it was last evaluated.
    pub fn is_behind(&self, session: &Session) -> bool {
        self.behind(session).is_some()
    }

    fn behind(&self, session: &Session) -> Option<usize> {
        (0..session.lanes()).find(|&lane| self.last[lane] != Some(session.step(lane)))
    }

    /// Evaluates the first lane that has moved since it was last evaluated; `None` once all are.
    pub fn next(&mut self, session: &Session) -> Option<(usize, EvaluationRecord)> {
        let lane = self.behind(session)?;
        let step = session.step(lane);
        self.last[lane] = Some(step);
        let at_start = self.start.take().filter(|_| step == 0);
        let record = at_start.unwrap_or_else(|| EvaluationRecord {
            step,
            epoch: step as f64 / self.per_epoch as f64,
            seconds: session.seconds(lane),
            parts: Part::ALL.map(|part| (part, session.evaluate(lane, part))),
            outputs: self.looked_at.as_ref().map(|inputs| session.outputs(lane, inputs).map(|output| output as f32)),
        });
        self.start = (step == 0).then(|| record.clone());
        Some((lane, record))
    }
}

#[cfg(all(test, feature = "app"))]
mod tests {
    use super::*;
    use crate::session::setup::{Overrides, Setup};

    fn session(set: &[&str]) -> Session {
        let set = set.iter().map(|&text| text.to_owned()).collect();
        Setup::bundled("mlp-digits", &Overrides { set, ..Overrides::default() }).unwrap().build().unwrap()
    }

    fn advance(session: &mut Session, steps: u64) {
        for _ in 0..steps {
            session.advance(&|| 0.0, &mut |_| {});
        }
    }

    #[test]
    fn every_lane_that_has_moved_is_evaluated_once() {
        let mut session = session(&["problem.data.test=0.2"]);
        let inputs = session.sample(Part::Test, 3).unwrap().examples.inputs;
        let mut evaluator = Evaluator::new(&session, Some(2)).unwrap().looking_at(Some(inputs));
        let mut lanes = Vec::new();
        for step in 0..5_u64 {
            if evaluator.is_due(step) {
                while let Some((lane, record)) = evaluator.next(&session) {
                    assert_eq!(record.outputs.as_ref().unwrap().shape(), (10, 3));
                    assert!(record.on(Part::Train).is_some() && record.on(Part::Validation).is_none());
                    let test = record.on(Part::Test).unwrap();
                    let confusion = test.confusion.as_ref().unwrap();
                    let (all, right): (u32, u32) = (0..10)
                        .map(|class| (confusion.of_class(class), confusion.count(class, class)))
                        .fold((0, 0), |sum, class| (sum.0 + class.0, sum.1 + class.1));
                    assert_eq!(all as usize, session.count(Part::Test));
                    assert!((f64::from(right) / f64::from(all) - test.accuracy.unwrap()).abs() < 1e-12);
                    lanes.push((record.step, lane));
                }
            }
            assert_eq!(evaluator.is_behind(&session), !step.is_multiple_of(2));
            advance(&mut session, 1);
        }
        let expected: Vec<_> = [0, 2, 4].into_iter().flat_map(|step| (0..3).map(move |lane| (step, lane))).collect();
        assert_eq!(lanes, expected);
    }

    #[test]
    fn an_epoch_is_the_default_and_other_problems_have_none() {
        let session = session(&[]);
        assert_eq!(Evaluator::new(&session, None).unwrap().every(), session.batches_per_epoch().unwrap());
        let setup = Setup::bundled("rosenbrock", &Overrides::default()).unwrap();
        assert!(Evaluator::new(&setup.build().unwrap(), None).is_none());
    }
}
