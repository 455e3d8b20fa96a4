//! The figure of a finished run.

use nalgebra::DMatrix;

use crate::{
    export::{MAIN_ASPECT, PngError},
    figure::{
        Caption, Family, Figure, Ground, GroundOptions, MainView, PathOptions, TraceOptions, Window, compose, fit,
        landscape, lane_styles, palette::Theme, regions,
    },
    session::{Geometry, History, Session, Setup},
};

/// Samples across and up of the large panel, and points that can be told apart on it.
const SAMPLES: [usize; 2] = [327, 300];
const RESOLUTION: [usize; 2] = [1600, 1600];

/// The bytes of the picture.
pub(super) fn png(setup: &Setup, session: &mut Session, history: &History, theme: Theme) -> Result<Vec<u8>, PngError> {
    crate::export::png(&figure(setup, session, history), theme)
}

fn figure(setup: &Setup, session: &mut Session, history: &History) -> Figure {
    let families: Vec<Family> = setup.lanes.iter().map(|lane| Family::of(&lane.recipe)).collect();
    let caption = Caption { name: setup.name.clone(), summary: setup.summary.clone().unwrap_or_default() };
    let planned = usize::try_from(setup.steps).unwrap_or(usize::MAX);
    let options = TraceOptions { bins: 1200, planned, cursor: Some(history.latest()), ..TraceOptions::default() };
    let main = main_view(setup, session, history);
    compose(&caption, main, lane_styles(&families), history, &options)
}

fn main_view(setup: &Setup, session: &mut Session, history: &History) -> Option<MainView> {
    let view = setup.view.map(|view| Window { x: view.x, y: view.y });
    match session.geometry() {
        Geometry::Plane { minima } => {
            let starts = history.lanes().iter().filter_map(|lane| Some([lane.param(0, 0)?, lane.param(1, 0)?]));
            let window = view.unwrap_or_else(|| Window::around(starts.chain(minima.iter().copied())));
            let options = GroundOptions { size: SAMPLES, names: ["x".into(), "y".into()], ..GroundOptions::default() };
            let surface = |xs: &[f64], ys: &[f64]| session.surface(xs, ys);
            let ground = Ground::sample(window.fitted(MAIN_ASPECT), &minima, &options, &surface);
            let paths = PathOptions { cursor: history.latest(), hidden: Vec::new(), resolution: RESOLUTION };
            Some(MainView::Landscape(Box::new(landscape(&ground, history, &paths))))
        }
        Geometry::Regions { .. } => {
            // One lane's regions can be shown: the lane that got furthest down.
            let lane = best_lane(history)?;
            let params = session.params(lane, history.lanes()[lane].len() as u64);
            let points = session
                .examples()
                .map(|examples| examples.inputs.column_iter().map(|point| [point[0], point[1]]).collect::<Vec<_>>());
            let window = view.unwrap_or_else(|| Window::around(points.unwrap_or_default())).fitted(MAIN_ASPECT);
            let options =
                GroundOptions { size: SAMPLES, names: ["x₁".into(), "x₂".into()], ..GroundOptions::default() };
            let predict = |inputs: &DMatrix<f64>| session.predict(&params, inputs);
            let map = regions(history.lanes()[lane].label(), window, &options, session.examples().as_ref(), &predict);
            Some(MainView::Landscape(Box::new(map)))
        }
        Geometry::Fit => {
            let lanes: Vec<usize> = (0..history.lanes().len()).collect();
            let params: Vec<Vec<f64>> =
                lanes.iter().map(|&lane| session.params(lane, history.lanes()[lane].len() as u64)).collect();
            let predict = |lane: usize, inputs: &DMatrix<f64>| session.predict(&params[lane], inputs);
            Some(MainView::Chart(Box::new(fit(&lanes, RESOLUTION[0], [6, 6], &session.examples()?, &predict))))
        }
        Geometry::Loss => None,
    }
}

fn best_lane(history: &History) -> Option<usize> {
    let last = |lane: usize| {
        let past = &history.lanes()[lane];
        past.value(crate::optim::Quantity::Loss, past.len()).unwrap_or(f64::INFINITY)
    };
    (0..history.lanes().len()).min_by(|&a, &b| last(a).total_cmp(&last(b)))
}
