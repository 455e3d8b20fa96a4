//! Judging the claims about a run while the worker takes its steps.

use super::worker::Reply;
use crate::session::{Referee, Session, Setup};

/// The claims about the run, judged as it goes on.
pub struct Judging {
    /// The judge.
    pub referee: Referee,
    /// What is to be told.
    verdicts: Vec<Reply>,
    /// What was told last.
    told: Vec<Option<bool>>,
    /// Judging reads all steps so far: in a long run it waits until there are noticeably more of them.
    next: u64,
}

impl Judging {
    /// Of a session that has taken no step yet, where anything is claimed about its run.
    pub fn new(setup: &Setup, session: &mut Session) -> Option<Self> {
        let referee = Referee::new(setup, session)?;
        Some(Self { referee, verdicts: Vec::new(), told: Vec::new(), next: 0 })
    }

    /// Judges after a step of a run that takes `steps`; by all means where the result will be looked at.
    pub fn judge(&mut self, step: u64, steps: u64, looked_at: bool) {
        if step < self.next && !looked_at && !self.referee.is_over() {
            return;
        }
        self.next = step + step / 64 + 1;
        let judgements = self.referee.judge();
        let now: Vec<_> = judgements.iter().map(|judgement| judgement.holds).collect();
        if looked_at || now != self.told {
            let step = step.min(steps);
            self.verdicts.push(Reply::Judged { step, judgements: judgements.to_vec() });
            self.told = now;
        }
    }

    /// What there is to tell since this was asked last.
    pub fn verdicts(&mut self) -> Vec<Reply> {
        std::mem::take(&mut self.verdicts)
    }
}
