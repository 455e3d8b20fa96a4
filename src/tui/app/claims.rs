//! What the problem file says that its run shows, and what has come of it as far as the run is shown.

use std::collections::VecDeque;

use crate::{claim::Judgement, figure::claims::mark, session::setup::ClaimSpec};

use super::{super::action::Command, App, Overlay, overlays::moved};

/// The claims about the run at hand.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// What is claimed.
    pub specs: Vec<ClaimSpec>,
    /// Which one is chosen in the list.
    pub chosen: usize,
    /// What came of each, as far as the run is shown.
    judged: Vec<Judgement>,
    /// What came of them by later steps, in order.
    ahead: VecDeque<(usize, Vec<Judgement>)>,
}

impl Claims {
    pub(super) fn new(specs: Vec<ClaimSpec>) -> Self {
        let judged = vec![Judgement::default(); specs.len()];
        Self { specs, judged, ..Self::default() }
    }

    /// Each claim with what came of it so far.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&ClaimSpec, &Judgement)> {
        self.specs.iter().zip(&self.judged)
    }

    /// How many hold so far.
    pub fn holding(&self) -> usize {
        self.judged.iter().filter(|judgement| judgement.holds == Some(true)).count()
    }

    /// Takes in what came of them by a step.
    pub(super) fn take(&mut self, step: usize, judgements: Vec<Judgement>) {
        if judgements.len() == self.specs.len() {
            self.ahead.push_back((step, judgements));
        }
    }

    /// Shows what came of them by the steps shown: a student is not told before.
    pub(super) fn release(&mut self, reach: usize) {
        let shown = self.ahead.partition_point(|(step, _)| *step <= reach);
        if let Some((_, judgements)) = self.ahead.drain(..shown).next_back() {
            self.judged = judgements;
        }
    }
}

impl App {
    pub(super) fn judged(&mut self, step: u64, judgements: Vec<Judgement>) {
        self.claims.take(usize::try_from(step).unwrap_or(usize::MAX), judgements);
        self.claims.release(self.reach);
    }

    pub(super) fn show_claims(&mut self) {
        if self.claims.specs.is_empty() {
            self.overlay = None;
            return self.tell(if self.opening.claims.is_empty() {
                "nothing is claimed about this run: claims are about a problem file's own optimisers, start and seed"
            } else {
                "the claims are about the file's own optimisers, not about these; p opens it again"
            });
        }
        self.playing = false;
        self.overlay = Some(Overlay::Claims);
    }

    pub(super) fn claims_command(&mut self, command: Command) {
        let last = self.claims.specs.len().saturating_sub(1);
        if let Some(chosen) = moved(self.claims.chosen, last, command) {
            self.claims.chosen = chosen;
            return;
        }
        match command {
            Command::Enter => self.go_to_claim(),
            Command::Claims => self.overlay = None,
            other => self.list_command(other),
        }
    }

    /// To the step at which the chosen claim is decided, with the lane it is about.
    fn go_to_claim(&mut self) {
        let Some((spec, judgement)) = self.claims.iter().nth(self.claims.chosen) else { return };
        let (holds, says) = (judgement.holds, spec.says.clone());
        let Some(point) = judgement.point.clone() else {
            return match holds {
                None => self.tell("open: the steps that decide this claim are still to come; space plays"),
                Some(_) => self.tell("this claim is about no single step"),
            };
        };
        self.overlay = None;
        let labelled = |label: &String| self.history.lanes().iter().position(|lane| lane.label() == label);
        if let Some(lane) = point.lane.as_ref().and_then(labelled) {
            self.lane = lane;
            self.hidden[lane] = false;
        }
        self.seek(point.step.min(self.history.latest()));
        self.tell(format!("{} {says}", mark(holds)));
    }
}
