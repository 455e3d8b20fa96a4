//! The costly part of the large panel: what to look at, and what is seen there. The screen and `run --png` look through the same eyes.

use nalgebra::DMatrix;

use super::{Chart, Ground, GroundOptions, Landscape, MainView, PathOptions, Window, fit, landscape, regions};
use crate::{
    problem::{Examples, Targets},
    session::{Geometry, History, Session},
};

/// What the large panel shows, where that takes evaluations of the problem.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// f over a window of the plane.
    Ground {
        /// The window.
        window: Window,
        /// How finely, and with which labels.
        options: GroundOptions,
    },
    /// The decision regions of a lane's network after a step.
    Regions {
        /// The lane.
        lane: usize,
        /// The step.
        step: u64,
        /// The window.
        window: Window,
        /// How finely, and with which labels.
        options: GroundOptions,
    },
    /// The curves fitted by some lanes' networks.
    Fit {
        /// Lanes, each after a step.
        at: Vec<(usize, u64)>,
        /// Points across.
        bins: usize,
        /// About how many ticks across and up.
        ticks: [usize; 2],
    },
}

/// How closely to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detail {
    /// Samples across and up, of a plane.
    pub size: [usize; 2],
    /// Points across, of a curve.
    pub bins: usize,
    /// About how many ticks across and up.
    pub ticks: [usize; 2],
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// A ground for paths.
    Ground(Box<Ground>),
    /// A whole map.
    Map(Box<Landscape>),
    /// A chart.
    Chart(Box<Chart>),
}

impl Look {
    /// What there is to see in this geometry, if anything: the plane, the regions of the lane `chosen`, or the curves of the lanes `at`
    /// (each with its step, the one drawn last at the end).
    pub fn of(
        geometry: &Geometry,
        window: Window,
        chosen: (usize, u64),
        at: impl FnOnce() -> Vec<(usize, u64)>,
        detail: Detail,
    ) -> Option<Self> {
        let options = |names: [String; 2]| GroundOptions { size: detail.size, ticks: detail.ticks, names };
        match geometry {
            Geometry::Plane { names, .. } => Some(Self::Ground { window, options: options(names.clone()) }),
            Geometry::Regions { .. } => {
                let options = options(["x₁".to_owned(), "x₂".to_owned()]);
                Some(Self::Regions { lane: chosen.0, step: chosen.1, window, options })
            }
            Geometry::Fit => Some(Self::Fit { at: at(), bins: detail.bins, ticks: detail.ticks }),
            Geometry::Loss => None,
        }
    }

    /// Looks: evaluates the problem, at parameters replayed where needed.
    pub fn take(&self, session: &mut Session) -> Sight {
        match self {
            Self::Ground { window, options } => {
                let minima = match session.geometry() {
                    Geometry::Plane { minima, .. } => minima,
                    _ => Vec::new(),
                };
                let surface = |xs: &[f64], ys: &[f64]| session.surface(xs, ys);
                Sight::Ground(Box::new(Ground::sample(*window, &minima, options, &surface)))
            }
            Self::Regions { lane, step, window, options } => {
                let params = session.params(*lane, *step);
                let predict = |inputs: &DMatrix<f64>| session.predict(&params, inputs);
                let examples = session.examples();
                Sight::Map(Box::new(regions(session.label(*lane), *window, options, examples.as_ref(), &predict)))
            }
            Self::Fit { at, bins, ticks } => {
                let params: Vec<Vec<f64>> = at.iter().map(|&(lane, step)| session.params(lane, step)).collect();
                let lanes: Vec<usize> = at.iter().map(|(lane, _)| *lane).collect();
                let none = Examples { inputs: DMatrix::zeros(1, 0), targets: Targets::Classes(Vec::new()) };
                let examples = session.examples().unwrap_or(none);
                let predict = |lane: usize, inputs: &DMatrix<f64>| {
                    let index = lanes.iter().position(|other| *other == lane).unwrap_or(0);
                    session.predict(&params[index], inputs)
                };
                Sight::Chart(Box::new(fit(&lanes, *bins, *ticks, &examples, &predict)))
            }
        }
    }
}

impl Sight {
    /// The large panel drawn from it.
    pub fn main_view(&self, history: &History, options: &PathOptions) -> MainView {
        match self {
            Self::Ground(ground) => MainView::Landscape(Box::new(landscape(ground, history, options))),
            Self::Map(map) => MainView::Landscape(map.clone()),
            Self::Chart(chart) => MainView::Chart(chart.clone()),
        }
    }
}

/// The window that shows all there is: the file's, or one around starts and minima, or around the data.
pub fn whole(view: Option<Window>, geometry: &Geometry, history: &History, examples: Option<&Examples>) -> Window {
    if let Some(view) = view {
        return view;
    }
    if let Geometry::Plane { minima, .. } = geometry {
        let starts = history.lanes().iter().filter_map(|lane| Some([lane.param(0, 0)?, lane.param(1, 0)?]));
        return Window::around(starts.chain(minima.iter().copied()));
    }
    let inputs = examples.into_iter().flat_map(|examples| examples.inputs.column_iter());
    let window = Window::around(inputs.filter(|input| input.len() == 2).map(|input| [input[0], input[1]]));
    // Data fill the plane more evenly than a path does; they need less room around them.
    window.zoomed(window.centre(), 0.8)
}
