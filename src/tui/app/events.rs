//! Jumping to what is worth seeing.

use crate::figure::events::Events;

use super::App;

impl App {
    /// The events of the lane explained.
    pub fn lane_events(&self) -> Option<&Events> {
        self.events.get(self.lane)
    }

    /// Takes in what has been recorded since.
    pub(super) fn follow_events(&mut self) {
        self.events.resize_with(self.opening.lanes.len(), Events::default);
        for ((events, past), lane) in self.events.iter_mut().zip(self.history.lanes()).zip(&self.opening.lanes) {
            events.follow(past, &lane.recipe);
        }
    }

    /// To the next or previous step at which something happened to the lane explained.
    pub(super) fn jump(&mut self, forwards: bool) {
        let found = self.lane_events().and_then(|events| {
            let step = if forwards { events.after(self.cursor) } else { events.before(self.cursor) }?;
            Some((step, events.in_words(self.lane_history(), step)))
        });
        let label = self.lane_history().label().to_owned();
        match found {
            Some((step, what)) => {
                self.seek(step);
                self.tell(format!("step {step} · {label}: {what}"));
            }
            None if forwards => self.tell(format!("{label}: no later event among the steps computed")),
            None => self.tell(format!("{label}: no earlier event")),
        }
    }
}
