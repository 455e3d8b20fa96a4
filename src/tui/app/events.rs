//! Jumping to what is worth seeing.

use crate::{
    figure::events::Events,
    session::{Edit, EditedLane},
};

use super::App;

impl App {
    /// The events of the lane explained.
    pub fn lane_events(&self) -> Option<&Events> {
        self.events.get(self.lane)
    }

    /// Goes on with the lanes of an edit, whose history has been cut.
    pub(super) fn edit_events(&mut self, edit: &Edit) {
        let step = usize::try_from(edit.step).unwrap_or(usize::MAX);
        let lanes = edit.lanes.iter().zip(self.history.lanes()).zip(&self.opening.lanes);
        let events = lanes.map(|((lane, past), setup)| match lane {
            EditedLane::Kept { lane, .. } => {
                self.events.get(*lane).map(|events| events.up_to(step, past, &setup.recipe)).unwrap_or_default()
            }
            EditedLane::Started(_) => Events::beginning_after(step),
        });
        self.events = events.collect();
    }

    /// To the next or previous step at which something happened to the lane explained.
    pub(super) fn jump(&mut self, forwards: bool) {
        let found = self
            .lane_events()
            .and_then(|events| if forwards { events.after(self.cursor) } else { events.before(self.cursor) });
        let label = self.lane_history().label().to_owned();
        match found {
            Some(step) => {
                self.seek(step);
                self.tell_event(step);
            }
            None if forwards => self.tell(format!("{label}: no later event among the steps computed")),
            None if self.lane_events().is_some_and(|events| events.forgotten(self.cursor)) => {
                self.tell(format!("{label}: earlier events are no longer kept"));
            }
            None => self.tell(format!("{label}: no earlier event")),
        }
    }

    /// Says what happened to the lane explained at a step.
    pub(super) fn tell_event(&mut self, step: usize) {
        let past = self.lane_history();
        let what = self.lane_events().map(|events| events.in_words(past, step)).unwrap_or_default();
        self.tell(format!("step {step} · {}: {what}", past.label()));
    }
}
