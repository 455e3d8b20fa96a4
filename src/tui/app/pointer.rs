//! The mouse, for those who turn it on. Nothing is lost by a single click.

use ratatui::layout::Rect;

use super::{
    super::{
        action::{Command, Effect, MouseAction},
        layout::{self, Panel},
        opening::Source,
        panels::{claims, events, footer, lanes, problems},
    },
    App, Overlay,
};
use crate::{
    figure::{XAxis, number::short},
    session::Geometry,
};

impl App {
    pub(super) fn toggle_mouse(&mut self) {
        self.mouse = !self.mouse;
        self.tell(if self.mouse {
            "mouse on: click a trace, an optimiser, a key below or twice a place of the map; the wheel zooms; m gives text selection back"
        } else {
            "mouse off"
        });
        self.effects.push(Effect::CaptureMouse(self.mouse));
    }

    pub(super) fn mouse(&mut self, what: MouseAction, column: u16, row: u16) {
        // A place that was clicked once is forgotten with anything else that happens.
        let asked = if what == MouseAction::Press { self.start_asked.take() } else { self.start_asked };
        if self.overlay.is_some() {
            return self.mouse_over(what, column, row);
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
                if let Some(command) = footer::command_at(self, arrangement.footer, column, row) {
                    if what == MouseAction::Press {
                        self.command(command);
                    }
                } else if let Some(share) = arrangement.scrubber_share(column, row) {
                    let step = (share * self.total() as f64).round() as usize;
                    self.seek(step.min(self.history.latest()));
                } else if let Some(lane) = lanes::at(self, arrangement.lanes, column, row) {
                    self.lane = lane;
                } else if arrangement.claims.is_some_and(|area| area.contains((column, row).into())) {
                    self.show_claims();
                } else if let Some(panel) = arrangement.panel_at(column, row) {
                    self.press_panel(panel, what, (column, row), asked);
                }
            }
        }
    }

    /// A press in a trace moves the cursor there. One in the plane asks whether to start there, and a second one does.
    fn press_panel(&mut self, panel: Panel, what: MouseAction, (column, row): (u16, u16), asked: Option<(u16, u16)>) {
        let arrangement = self.arrangement();
        if what == MouseAction::Press {
            self.focus = panel;
        }
        match panel {
            Panel::Trace(trace) => {
                if let Some(step) = self.step_at(trace, column) {
                    self.seek(step);
                }
            }
            Panel::Main if what == MouseAction::Press => {
                let place = arrangement.main.and_then(|area| self.place_at(area, column, row));
                let (Geometry::Plane { .. }, Some(place)) = (&self.opening.geometry, place) else { return };
                if asked.is_some_and(|cell| cell.0.abs_diff(column) <= 1 && cell.1.abs_diff(row) <= 1) {
                    let lanes = self.opening.lanes.clone();
                    return self.open_another(Source::From(place, lanes));
                }
                self.start_asked = Some((column, row));
                let [x, y] = place.map(short);
                self.tell(format!("click here again to restart all optimisers from ({x}, {y})"));
            }
            Panel::Main => {}
        }
    }

    /// The step that a column of a trace stands for.
    fn step_at(&self, trace: usize, column: u16) -> Option<usize> {
        let arrangement = self.arrangement();
        let (_, area) = arrangement.traces.iter().find(|(index, _)| *index == trace)?;
        let plot = layout::plot(*area);
        let share = f64::from(column.saturating_sub(plot.x)) / f64::from(plot.width.saturating_sub(1).max(1));
        let [start, end] = self.trace_options(plot, [2, 2]).x_range(&self.history);
        let place = start + share.min(1.0) * (end - start);
        let step = match self.x_axis {
            XAxis::Step => place.round().max(0.0) as usize,
            axis => axis.step_at(self.lane_history(), place),
        };
        Some(step.min(self.history.latest()))
    }

    /// The mouse while something lies over the panels: a press chooses, a second one on the same takes it.
    fn mouse_over(&mut self, what: MouseAction, column: u16, row: u16) {
        let screen = Rect::new(0, 0, self.size.0, self.size.1);
        match (what, self.overlay) {
            (MouseAction::WheelUp, _) => self.command(Command::Up),
            (MouseAction::WheelDown, _) => self.command(Command::Down),
            (MouseAction::Press, Some(Overlay::Problems)) => match problems::at(self, screen, column, row) {
                Some(found) if found == self.menu.chosen => self.command(Command::Enter),
                Some(found) => self.menu.chosen = found,
                None => {}
            },
            (MouseAction::Press, Some(Overlay::Events)) => match events::at(self, screen, column, row) {
                Some(index) if index == self.event_list.chosen => self.command(Command::Enter),
                Some(index) => self.event_list.chosen = index,
                None => {}
            },
            (MouseAction::Press, Some(Overlay::Claims)) => match claims::at(self, screen, column, row) {
                Some(index) if index == self.claims.chosen => self.command(Command::Enter),
                Some(index) => self.claims.chosen = index,
                None => {}
            },
            _ => {}
        }
    }
}
