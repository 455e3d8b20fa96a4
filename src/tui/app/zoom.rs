//! How near the panels are looked at.

use ratatui::layout::Rect;

use crate::{
    figure::{TraceOptions, View, Window, whole},
    optim::RECORDED_PARAMS,
    session::Geometry,
};

use super::{
    super::{
        layout::{self, Panel},
        opening::Opening,
    },
    App,
};

/// Each zoom shows this share of what was shown before.
const FACTOR: f64 = 0.7;
/// The traces show at least this share of the whole.
const NEAREST: u32 = 12;

/// How near the panels are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Zoom {
    /// The part of the plane shown, if not the problem's own.
    pub window: Option<Window>,
    /// How many times the traces are halved around the cursor.
    pub traces: u32,
    /// How many times each trace is halved upwards, around the chosen optimiser's value at the cursor.
    pub heights: [u32; layout::TRACES],
}

impl App {
    /// The part of the plane shown on a plot of this many cells, which are twice as high as wide.
    pub fn window(&self, plot: Rect) -> Window {
        let aspect = f64::from(plot.width.max(1)) / (2.0 * f64::from(plot.height.max(1)));
        self.zoom.window.unwrap_or_else(|| self.whole()).fitted(aspect)
    }

    /// The problem's own window.
    pub fn whole(&self) -> Window {
        let Opening { view, geometry, examples, .. } = &self.opening;
        whole(*view, geometry, &self.history, examples.as_ref())
    }

    /// The point of the plane under a cell of the large panel.
    pub(super) fn place_at(&self, area: Rect, column: u16, row: u16) -> Option<[f64; 2]> {
        let plot = layout::plot(area);
        plot.contains((column, row).into()).then(|| {
            let x = (f64::from(column - plot.x) + 0.5) / f64::from(plot.width);
            let y = 1.0 - (f64::from(row - plot.y) + 0.5) / f64::from(plot.height);
            self.window(plot).value([x, y])
        })
    }

    pub(super) fn zoom_in(&mut self, about: Option<[f64; 2]>) {
        self.zoom_by(FACTOR, about);
    }

    pub(super) fn zoom_out(&mut self, about: Option<[f64; 2]>) {
        self.zoom_by(1.0 / FACTOR, about);
    }

    fn zoom_by(&mut self, factor: f64, about: Option<[f64; 2]>) {
        match self.focus {
            Panel::Main
                if self.view == View::Map
                    && matches!(self.opening.geometry, Geometry::Plane { .. } | Geometry::Regions { .. }) =>
            {
                let Some(area) = self.arrangement().main else { return };
                let window = self.window(layout::plot(area));
                // About a lane out of view, what is in view would be lost.
                let lane = self.whereabouts().filter(|place| window.contains(*place));
                let about = about.or(lane).unwrap_or_else(|| window.centre());
                self.zoom.window = Some(window.zoomed(about, factor));
            }
            Panel::Main => self.tell("nothing to zoom here; tab goes to the traces"),
            Panel::Trace(_) if factor < 1.0 => self.zoom.traces = (self.zoom.traces + 1).min(NEAREST),
            Panel::Trace(_) => self.zoom.traces = self.zoom.traces.saturating_sub(1),
        }
    }

    pub(super) fn zoom_reset(&mut self) {
        match self.focus {
            Panel::Main if self.zoom.window.is_none() => self.fit_all(),
            Panel::Main => self.zoom.window = None,
            Panel::Trace(trace) => {
                self.zoom.traces = 0;
                self.zoom.heights[trace] = 0;
            }
        }
    }

    /// A closer or a wider look upwards at the trace in focus.
    pub(super) fn zoom_height(&mut self, closer: bool) {
        let Panel::Trace(trace) = self.focus else {
            return self.tell("> and < zoom a trace upwards; tab goes to the traces");
        };
        let height = &mut self.zoom.heights[trace];
        *height = if closer { (*height + 1).min(NEAREST) } else { height.saturating_sub(1) };
    }

    /// The next quantity in the second trace.
    pub(super) fn next_rate(&mut self) {
        self.rate = self.rate.next();
        self.tell(format!("the second trace: {}; y goes on", self.rate.title()));
    }

    /// What the loss axis is fitted to next.
    pub(super) fn next_loss_axis(&mut self) {
        self.loss_axis = self.loss_axis.next();
        self.tell(format!("{}; F goes on", self.loss_axis.words()));
    }

    /// Shows all paths up to the cursor and the known minima, where some of it is out of view.
    fn fit_all(&mut self) {
        let Some(area) = self.arrangement().main else { return };
        let Geometry::Plane { minima, .. } = &self.opening.geometry else { return };
        let lanes = self.history.lanes().iter().enumerate().filter(|(lane, _)| self.visible(*lane));
        let ends = lanes.filter_map(|(_, past)| {
            let after = self.cursor.min(past.len()) + 1;
            let (x, y) = (past.param_extremes(0, 0, after)?, past.param_extremes(1, 0, after)?);
            Some([[x.0, y.0], [x.1, y.1]])
        });
        let points: Vec<[f64; 2]> = ends.flatten().chain(minima.iter().copied()).collect();
        let now = self.window(layout::plot(area));
        if self.view != View::Map || points.iter().all(|point| now.contains(*point)) {
            return self.tell("all of it is in view");
        }
        self.zoom.window = Some(Window::around(points));
        self.tell("all paths; 0 goes back");
    }

    /// Where the chosen lane is at the cursor, on a plane.
    fn whereabouts(&self) -> Option<[f64; 2]> {
        const _: () = assert!(RECORDED_PARAMS >= 2);
        let lane = self.lane_history();
        let step = self.cursor.min(lane.len());
        (lane.recorded_params() == 2).then_some(())?;
        Some([lane.drawn_param(0, step)?, lane.drawn_param(1, step)?])
    }

    /// What the traces share, for a plot of this many cells; `ticks` labels across and up.
    pub fn trace_options(&self, plot: Rect, ticks: [usize; 2]) -> TraceOptions {
        let recipes = self.opening.lanes.iter().map(|lane| &lane.recipe);
        let mut options = TraceOptions {
            chosen: self.lane,
            rate: self.rate,
            loss_axis: self.loss_axis,
            arrived: (0..self.history.lanes().len()).map(|lane| self.loss_beyond(lane)).collect(),
            x_axis: self.x_axis,
            bins: 2 * usize::from(plot.width),
            ticks,
            hidden: self.hidden.clone(),
            cursor: Some(self.cursor),
            // The axis follows the run in leaps: its first steps are not to be squeezed into a corner.
            planned: 0,
            room: true,
            zoom: None,
            ..TraceOptions::of(recipes)
        };
        if self.zoom.traces > 0 {
            let [start, end] = options.x_range(&self.history);
            let lane = self.lane_history();
            let step = self.cursor.min(if self.x_axis == crate::figure::XAxis::Step { usize::MAX } else { lane.len() });
            // No less than a step and its neighbours can be seen of a run.
            let least = if self.x_axis == crate::figure::XAxis::Seconds { 0.0 } else { 2.0 };
            let width = ((end - start) * 0.5_f64.powi(self.zoom.traces.cast_signed())).max(least).min(end - start);
            let from = (self.x_axis.place(lane, step) - width / 2.0).clamp(start, (end - width).max(start));
            options.zoom = Some([from, from + width]);
        }
        options
    }
}
