//! The mouse, for those who turn it on.

use super::{
    super::{
        action::{Effect, MouseAction},
        layout::Panel,
        opening::Source,
    },
    App,
};
use crate::session::Geometry;

impl App {
    pub(super) fn toggle_mouse(&mut self) {
        self.mouse = !self.mouse;
        self.tell(if self.mouse {
            "mouse on: click to start there, wheel zooms, drag the time line; m gives text selection back"
        } else {
            "mouse off"
        });
        self.effects.push(Effect::CaptureMouse(self.mouse));
    }

    pub(super) fn mouse(&mut self, what: MouseAction, column: u16, row: u16) {
        if self.overlay.is_some() {
            // What lies over the panels is worked with keys.
            return;
        }
        let arrangement = self.arrangement();
        match what {
            MouseAction::WheelUp | MouseAction::WheelDown => {
                if let Some(panel) = arrangement.panel_at(column, row) {
                    self.focus = panel;
                    let about = arrangement.main.and_then(|area| self.place_at(area, column, row));
                    if what == MouseAction::WheelUp { self.zoom_in(about) } else { self.zoom_out(about) }
                }
            }
            MouseAction::Press | MouseAction::Drag => {
                if let Some(share) = arrangement.scrubber_share(column, row) {
                    let step = (share * self.total() as f64).round() as usize;
                    self.seek(step.min(self.history.latest()));
                } else if let (MouseAction::Press, Some(panel)) = (what, arrangement.panel_at(column, row)) {
                    self.focus = panel;
                    let place = arrangement.main.and_then(|area| self.place_at(area, column, row));
                    if let (Panel::Main, Geometry::Plane { .. }, Some(place)) = (panel, &self.opening.geometry, place) {
                        let lanes = self.opening.lanes.clone();
                        self.open_another(Source::From(place, lanes));
                    }
                }
            }
        }
    }
}
