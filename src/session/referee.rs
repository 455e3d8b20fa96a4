//! Judges the claims of a problem file while its run goes on.

use super::{Progress, Session, setup::Setup};
use crate::{
    claim::{Conclusion, Judgement, Recording},
    problem::Part,
};

/// Follows a run and judges the claims made about it.
#[derive(Clone, Debug)]
pub struct Referee {
    claims: Vec<crate::claim::Claim>,
    recording: Recording,
    judgements: Vec<Judgement>,
}

impl Referee {
    /// Of a session that has taken no step yet, for the [claims at hand](Setup::claims_at_hand), in file order; `None` where there are
    /// none.
    pub fn new(setup: &Setup, session: &mut Session) -> Option<Self> {
        let claims: Vec<_> = setup.claims_at_hand().map(|spec| spec.claim.clone()).collect();
        if claims.is_empty() {
            return None;
        }
        let history = session.empty_history();
        let lanes = history.lanes().iter().map(|lane| {
            let start = (0..lane.recorded_params()).filter_map(|axis| lane.param(axis, 0)).collect();
            (lane.label().to_owned(), start)
        });
        let mut recording = Recording::new(&claims, setup.steps, lanes);
        for lane in 0..session.lanes() {
            if recording.reads_start(lane) {
                recording.begin(lane, session.final_loss(lane));
            }
        }
        let judgements = vec![Judgement::default(); claims.len()];
        Some(Self { claims, recording, judgements })
    }

    /// Takes down what a lane did.
    pub fn take(&mut self, progress: &Progress<'_>) {
        match progress {
            Progress::Step { lane, record, .. } => self.recording.step(*lane, record),
            Progress::Ended { lane, outcome, .. } => self.recording.end(*lane, outcome),
        }
    }

    /// Measures the lanes that have just come to their end. To be called after every step of the session, before the next one.
    pub fn conclude(&mut self, session: &mut Session) {
        for lane in 0..session.lanes() {
            if self.recording.awaits_conclusion(lane) {
                let judged = self.recording.reads_held_out(lane);
                let held_out = |part| if judged { session.evaluate(lane, part) } else { None };
                let (test, validation) = (held_out(Part::Test), held_out(Part::Validation));
                let accuracy = test.iter().chain(&validation).find_map(|part| part.accuracy);
                let [test, validation] = [test, validation].map(|part| part.map(|part| part.loss));
                let loss = if self.recording.reads_final(lane) { session.final_loss(lane) } else { None };
                self.recording.conclude(lane, Conclusion { loss, test, validation, accuracy });
            }
        }
    }

    /// Whether all lanes have come to their end.
    pub fn is_over(&self) -> bool {
        self.recording.is_complete()
    }

    /// Judges by what was taken down so far; what was judged before stays.
    pub fn judge(&mut self) -> &[Judgement] {
        for (claim, judgement) in self.claims.iter().zip(&mut self.judgements) {
            if judgement.holds.is_none() || self.recording.is_complete() {
                *judgement = claim.judge(&self.recording);
            }
        }
        &self.judgements
    }
}
