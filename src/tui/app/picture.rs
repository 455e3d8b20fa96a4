//! The costly part of the large panel: asked of the worker, kept until something else is to be seen.

use crate::{
    export::{MAIN_ASPECT, MAIN_DETAIL, MAIN_RESOLUTION, TRACE_BINS},
    figure::{
        Caption, Detail, Figure, Look, MainView, PathOptions, Sight, TraceOptions, View, Window, compose, number,
    },
    session::Geometry,
};

use super::{
    super::{
        action::Effect,
        layout,
        worker::{Purpose, Request},
    },
    App,
};

/// Points at which the screen samples at most.
const MOST_POINTS: [usize; 2] = [240, 200];

/// What was seen last, and what was asked for since.
#[derive(Debug, Default)]
pub struct Picture {
    shown: Option<(Look, Sight)>,
    asked: Option<Look>,
}

impl Picture {
    /// What there is to draw.
    pub fn sight(&self) -> Option<&Sight> {
        self.shown.as_ref().map(|(_, sight)| sight)
    }
}

impl Picture {
    /// After a change of the lanes: what was asked for may never come, and only the ground of a plane does not depend on them.
    pub(super) fn forget(&mut self) {
        self.asked = None;
        self.shown.take_if(|(look, _)| !matches!(look, Look::Ground { .. }));
    }
}

impl App {
    /// Whether the picture is on its way and nothing like it is there yet.
    pub fn awaits_picture(&self) -> bool {
        match (&self.picture.asked, &self.picture.shown) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(asked), Some((shown, _))) => match (asked, shown) {
                (Look::Ground { window: a, .. }, Look::Ground { window: b, .. }) => a != b,
                _ => false,
            },
        }
    }

    /// Asks for what is to be seen, unless it is there or an answer is still to come.
    pub(super) fn request_picture(&mut self) {
        if self.picture.asked.is_some() || self.opening_another {
            return;
        }
        let Some(look) = self.look() else { return };
        if self.picture.shown.as_ref().is_none_or(|(shown, _)| *shown != look) {
            self.picture.asked = Some(look.clone());
            self.ask(Request::Look(look, Purpose::Screen));
        }
    }

    /// What is to be seen on the screen as it is, where that is costly.
    fn look(&self) -> Option<Look> {
        let plot = layout::plot(self.arrangement().main?);
        let (width, height) = (usize::from(plot.width), usize::from(plot.height));
        // Level lines are drawn in dots, of which a cell has 2 × 4; regions only in halves of a cell, and they move with every step.
        let dots = if matches!(self.opening.geometry, Geometry::Plane { .. }) { 2 } else { 1 };
        let size = [(dots * width).min(MOST_POINTS[0]), (2 * dots * height).min(MOST_POINTS[1])];
        let ticks = [(width / 12).max(2), (height / 4).max(2)];
        let window = self.window(plot);
        self.look_in(window, Detail { size, bins: 2 * width, ticks })
    }

    fn look_in(&self, window: Window, detail: Detail) -> Option<Look> {
        if self.view != View::Map {
            return None;
        }
        let reached = |lane: usize| (lane, self.cursor.min(self.history.lanes()[lane].len()) as u64);
        let at = || self.drawing_order().filter(|lane| self.visible(*lane)).map(reached).collect();
        Look::of(&self.opening.geometry, window, reached(self.lane), at, detail)
    }

    pub(super) fn seen(&mut self, look: Look, purpose: Purpose, sight: Sight) {
        match purpose {
            Purpose::Screen => {
                self.picture.asked = None;
                self.picture.shown = Some((look, sight));
            }
            Purpose::Export => {
                let figure = self.figure(Some(&sight));
                self.effects.push(Effect::Export(Box::new(figure)));
            }
        }
    }

    /// The large panel drawn from a sight; `resolution` in places that can be told apart.
    pub fn main_view(&self, sight: &Sight, resolution: [usize; 2]) -> MainView {
        sight.main_view(&self.history, &PathOptions { cursor: self.cursor, hidden: self.hidden.clone(), resolution })
    }

    /// The large panel where it takes no look.
    pub fn plain_view(&self, options: &TraceOptions) -> MainView {
        self.view.main_view(&self.history, self.opening.data.as_ref(), self.lane, options)
    }

    pub(super) fn export(&mut self) {
        self.tell("exporting …");
        let window = self.zoom.window.unwrap_or_else(|| self.whole()).fitted(MAIN_ASPECT);
        if let Some(look) = self.look_in(window, MAIN_DETAIL) {
            self.ask(Request::Look(look, Purpose::Export));
        } else {
            let figure = self.figure(None);
            self.effects.push(Effect::Export(Box::new(figure)));
        }
    }

    /// The picture a PNG shows: what the screen shows, at a PNG's resolution.
    fn figure(&self, sight: Option<&Sight>) -> Figure {
        let caption = Caption { name: self.opening.name.clone(), summary: self.opening.summary.clone() };
        let on_screen = self.trace_options(ratatui::layout::Rect::default(), [6, 4]);
        let options = TraceOptions { bins: TRACE_BINS, ..on_screen };
        let main = match sight {
            Some(sight) => self.main_view(sight, MAIN_RESOLUTION),
            None => self.plain_view(&options),
        };
        let mut figure = compose(&caption, main, self.styles.clone(), &self.history, &options);
        // The axis follows the run, but the plan is no secret.
        figure.subtitle = format!("step {} of {}", number::count(self.cursor), number::count(self.total()));
        for entry in &mut figure.legend {
            // The step computed ahead knows what the history shown does not.
            if let Some(loss) = self.loss_ahead(entry.lane) {
                entry.state = format!("f {}", number::short(loss));
            }
        }
        figure
    }
}
