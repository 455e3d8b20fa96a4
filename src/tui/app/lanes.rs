//! Choosing, showing and hiding lanes.

use super::App;

impl App {
    /// Whether a lane is drawn.
    pub fn visible(&self, lane: usize) -> bool {
        !self.hidden.get(lane).copied().unwrap_or(false)
    }

    /// Lanes in drawing order: the one explained last, on top.
    pub fn drawing_order(&self) -> impl Iterator<Item = usize> + '_ {
        let others = (0..self.hidden.len()).filter(|lane| *lane != self.lane);
        others.chain([self.lane])
    }

    pub(super) fn choose_lane(&mut self, down: bool) {
        let last = self.hidden.len().saturating_sub(1);
        self.lane = if down { (self.lane + 1).min(last) } else { self.lane.saturating_sub(1) };
    }

    pub(super) fn toggle_lane(&mut self, lane: usize) {
        let shown = self.hidden.iter().filter(|hidden| !**hidden).count();
        let Some(hidden) = self.hidden.get_mut(lane) else {
            let count = self.hidden.len();
            return self.tell(format!("there is no optimiser {}; there are {count}", lane + 1));
        };
        if !*hidden && shown == 1 {
            return self.tell("the last optimiser shown stays");
        }
        *hidden = !*hidden;
    }
}
