//! How the screen begins: what a lecturer's one command says, or playing.

use crate::{
    figure::View,
    session::{History, LaneHistory, setup::hint},
};

use super::App;

/// What to show first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Whether to play from there.
    pub play: bool,
    /// The step to go to.
    pub at: Option<usize>,
    /// The lane to explain, by its label or its number from 1.
    pub lane: Option<String>,
    /// The view of the large panel, by its name.
    pub view: Option<String>,
}

impl App {
    /// Shows what is to be shown first.
    ///
    /// # Errors
    /// If there is no such lane or view; a sentence for the user.
    pub fn begin(&mut self, start: &Start) -> Result<(), String> {
        if let Some(lane) = &start.lane {
            self.lane = lane_named(lane, &self.history)?;
        }
        if let Some(view) = &start.view {
            self.view = view_named(view, &self.views())?;
        }
        if let Some(step) = start.at {
            self.limit = self.limit.max(step);
            self.step(i64::try_from(step).unwrap_or(i64::MAX));
            self.plays_on_arrival = start.play;
            self.play_where_arrived();
        } else if start.play {
            self.play_or_pause();
        }
        Ok(())
    }

    /// Begins to play at the step that was to be shown first, once it is there.
    pub(super) fn play_where_arrived(&mut self) {
        if self.plays_on_arrival && !self.opening_another && (self.cursor >= self.wanted || self.over) {
            self.plays_on_arrival = false;
            self.play_or_pause();
        }
    }
}

fn lane_named(name: &str, history: &History) -> Result<usize, String> {
    let labels: Vec<&str> = history.lanes().iter().map(LaneHistory::label).collect();
    let exact = labels.iter().position(|label| *label == name);
    let alike = || labels.iter().position(|label| label.to_lowercase() == name.to_lowercase());
    let number =
        || name.parse().ok().and_then(|number: usize| number.checked_sub(1)).filter(|lane| *lane < labels.len());
    exact.or_else(alike).or_else(number).ok_or_else(|| {
        let hint = hint(name, labels.iter().copied(), "optimisers");
        format!("--lane {name}: there is no such optimiser here; {hint}; or a number from 1 to {}", labels.len())
    })
}

fn view_named(name: &str, views: &[View]) -> Result<View, String> {
    views.iter().find(|view| view.name() == name).copied().ok_or_else(|| {
        let hint = hint(name, views.iter().map(|view| view.name()), "views");
        format!("--view {name}: this problem has no such view; {hint}")
    })
}
