//! Jumping to what is worth seeing.

use crate::{
    figure::number,
    optim::{Outcome, Quantity},
    session::LaneHistory,
};

use super::App;

/// Below this ρ the model was wrong; λ rises.
const POOR: f64 = 0.25;
/// Above this ρ the model was right; λ falls.
const GOOD: f64 = 0.75;

/// What happened to a lane at a step, if anything worth a jump did.
fn at(lane: &LaneHistory, step: usize) -> Option<String> {
    if let Some((ended, outcome)) = lane.outcome()
        && ended as usize == step
        && !matches!(outcome, Outcome::Finished)
    {
        return Some(format!("{}: {}", outcome.name(), outcome.reason().unwrap_or_default()));
    }
    if lane.rejected(step) {
        return Some("the step was rejected".to_owned());
    }
    let rho = lane.value(Quantity::Rho, step)?;
    let before = lane.value(Quantity::Rho, step - 1);
    if rho < POOR && before.is_none_or(|before| before >= POOR) {
        return Some(format!("ρ {} falls below ¼", number::short(rho)));
    }
    let best = lane.extremes(Quantity::Rho, 1, step).map_or(f64::NEG_INFINITY, |(_, high)| high);
    (rho > GOOD && best <= GOOD).then(|| format!("ρ {} is above ¾ for the first time", number::short(rho)))
}

impl App {
    /// To the next or previous step at which something happened to a visible lane.
    pub(super) fn jump(&mut self, forwards: bool) {
        let happened = |step: usize| {
            let lanes = self.history.lanes().iter().enumerate();
            lanes.filter(|(lane, _)| self.visible(*lane)).find_map(|(lane, past)| Some((lane, at(past, step)?)))
        };
        let latest = self.history.latest();
        let found = if forwards {
            (self.cursor + 1..=latest).find_map(|step| Some((step, happened(step)?)))
        } else {
            (1..self.cursor).rev().find_map(|step| Some((step, happened(step)?)))
        };
        match found {
            Some((step, (lane, what))) => {
                self.seek(step);
                self.lane = lane;
                let label = self.history.lanes()[lane].label().to_owned();
                self.tell(format!("step {step} · {label}: {what}"));
            }
            None if forwards => self.tell("no later event among the steps computed"),
            None => self.tell("no earlier event"),
        }
    }
}
