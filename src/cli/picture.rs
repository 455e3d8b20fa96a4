//! The figure of a finished run.

use crate::{
    export::{MAIN_ASPECT, MAIN_DETAIL, MAIN_RESOLUTION, PngError, TRACE_BINS},
    figure::{
        Caption, DataFacts, Family, Figure, Look, MainView, PathOptions, TraceOptions, View, Window, compose,
        lane_styles, palette::Theme, whole,
    },
    optim::Quantity,
    session::{Evaluator, History, Session, Setup},
};

/// The bytes of the picture.
pub(super) fn png(setup: &Setup, session: &mut Session, history: &History, theme: Theme) -> Result<Vec<u8>, PngError> {
    crate::export::png(&figure(setup, session, history), theme)
}

fn figure(setup: &Setup, session: &mut Session, history: &History) -> Figure {
    let families: Vec<Family> = setup.lanes.iter().map(|lane| Family::of(&lane.recipe)).collect();
    let caption = Caption { name: setup.name.clone(), summary: setup.summary.clone().unwrap_or_default() };
    let planned = usize::try_from(setup.steps).unwrap_or(usize::MAX);
    let suited = TraceOptions::of(setup.lanes.iter().map(|lane| &lane.recipe));
    let options = TraceOptions { bins: TRACE_BINS, planned, cursor: Some(history.latest()), ..suited };
    let data = DataFacts::new(setup, session);
    let main = match first_view(session, data.as_ref()) {
        View::Map => map(setup, session, history),
        view => {
            let options = TraceOptions { ticks: [6, 6], ..options.clone() };
            Some(view.main_view(history, data.as_ref(), best_lane(history).unwrap_or_default(), &options))
        }
    };
    let nothing = || View::Loss.main_view(history, None, 0, &options);
    compose(&caption, main.unwrap_or_else(nothing), lane_styles(&families), history, &options)
}

/// What the screen shows first.
fn first_view(session: &Session, data: Option<&DataFacts>) -> View {
    View::all(&session.geometry(), data).first().copied().unwrap_or(View::Loss)
}

/// What looks at the lanes now and then as on the screen, where the picture shows what is found.
pub(super) fn evaluator(setup: &Setup, session: &Session) -> Option<Evaluator> {
    let data = DataFacts::new(setup, session)?;
    let shows = first_view(session, Some(&data)) == View::HeldOut;
    Evaluator::new(session, Some(data.evaluation_interval())).filter(|_| shows)
}

fn map(setup: &Setup, session: &mut Session, history: &History) -> Option<MainView> {
    let view = setup.view.map(|view| Window { x: view.x, y: view.y });
    let geometry = session.geometry();
    let window = whole(view, &geometry, history, session.examples().as_ref()).fitted(MAIN_ASPECT);
    let end = |lane: usize| (lane, history.lanes()[lane].len() as u64);
    let every = || (0..history.lanes().len()).map(end).collect();
    // One lane's regions can be shown: those of the lane that got furthest down.
    let look = Look::of(&geometry, window, end(best_lane(history)?), every, MAIN_DETAIL)?;
    let options = PathOptions { cursor: history.latest(), hidden: Vec::new(), resolution: MAIN_RESOLUTION };
    Some(look.take(session).main_view(history, &options))
}

fn best_lane(history: &History) -> Option<usize> {
    let last = |lane: usize| {
        let past = &history.lanes()[lane];
        past.value(Quantity::Loss, past.len()).unwrap_or(f64::INFINITY)
    };
    (0..history.lanes().len()).min_by(|&a, &b| last(a).total_cmp(&last(b)))
}
