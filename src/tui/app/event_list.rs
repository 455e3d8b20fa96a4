//! The events of all lanes in one list, to go to.

use crate::figure::events::{EventKind, Events};

use super::{super::action::Command, App, Overlay, overlays::moved};

/// A step of a lane at which something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The step.
    pub step: usize,
    /// The lane.
    pub lane: usize,
    /// The most telling of what happened there.
    pub kind: EventKind,
}

/// The events as they were when the list was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventList {
    /// In the order of steps.
    pub rows: Vec<Listed>,
    /// Which one is chosen.
    pub chosen: usize,
}

impl EventList {
    /// Of these lanes, the one nearest to a step of a lane chosen.
    fn new<'e>(events: impl Iterator<Item = (usize, &'e Events)>, step: usize, lane: usize) -> Self {
        let mut rows: Vec<Listed> = Vec::new();
        for (lane, events) in events {
            for event in events.within(0, usize::MAX) {
                match rows.last_mut().filter(|row| (row.step, row.lane) == (event.step, lane)) {
                    Some(row) => row.kind = row.kind.max(event.kind),
                    None => rows.push(Listed { step: event.step, lane, kind: event.kind }),
                }
            }
        }
        rows.sort_unstable();
        let nearest = |row: &(usize, &Listed)| (row.1.step.abs_diff(step), row.1.lane != lane);
        let chosen = rows.iter().enumerate().min_by_key(nearest).map_or(0, |(index, _)| index);
        Self { rows, chosen }
    }
}

impl App {
    /// What happened to a lane.
    pub fn events_of(&self, lane: usize) -> Option<&Events> {
        self.events.get(lane)
    }

    pub(super) fn show_events(&mut self) {
        let shown = self.events.iter().enumerate().filter(|(lane, _)| self.visible(*lane));
        self.event_list = EventList::new(shown, self.cursor, self.lane);
        if self.event_list.rows.is_empty() {
            self.overlay = None;
            return self.tell("nothing has happened yet that is worth a list; space plays, → takes a step");
        }
        self.playing = false;
        self.overlay = Some(Overlay::Events);
    }

    pub(super) fn events_command(&mut self, command: Command) {
        let list = &mut self.event_list;
        let last = list.rows.len().saturating_sub(1);
        if let Some(chosen) = moved(list.chosen, last, command) {
            list.chosen = chosen;
            return;
        }
        match command {
            Command::Enter => {
                self.overlay = None;
                if let Some(&Listed { step, lane, .. }) = self.event_list.rows.get(self.event_list.chosen) {
                    self.lane = lane;
                    self.seek(step);
                    self.tell_event(step);
                }
            }
            Command::Events => self.overlay = None,
            other => self.list_command(other),
        }
    }
}
