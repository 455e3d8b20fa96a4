//! What the large panel shows, where there is a choice.

use super::{
    MainView, TraceKind, TraceOptions, XAxis, confusion::confusion, gallery::gallery, held_out::held_out, trace,
};
use crate::{
    problem::MOST_CLASSES,
    session::{Geometry, History, Session, Setup, setup::Pictures},
};

/// What the large panel can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The landscape, the decision regions or the fitted curve.
    Map,
    /// The loss over evaluations: the fair comparison where there is nothing else to see.
    Loss,
    /// Loss and accuracy on whole parts of the data.
    HeldOut,
    /// Examples that are pictures, and what the lanes make of them.
    Pictures,
    /// What the chosen lane takes for what.
    Confusion,
}

/// What is known of the data that a problem learns from, as far as something can be seen of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DataFacts {
    /// How many steps an epoch takes.
    pub per_epoch: u64,
    /// How many classes there are; `None` where the targets are values.
    pub classes: Option<usize>,
    /// Class names in order; empty where classes are only numbers.
    pub class_names: Vec<String>,
    /// Some of the examples, where they are pictures.
    pub pictures: Option<Pictures>,
}

impl DataFacts {
    /// Of a session that the setup has built; `None` where there are no data.
    pub fn new(setup: &Setup, session: &Session) -> Option<Self> {
        let per_epoch = session.batches_per_epoch()?;
        let class_names = session.data_info().map(|info| info.classes.clone()).unwrap_or_default();
        Some(Self { per_epoch, classes: session.classes(), class_names, pictures: setup.pictures(session) })
    }

    /// Steps between evaluations on the screen: an epoch, or several where epochs are so short that evaluating would take most of the time.
    pub fn evaluation_interval(&self) -> u64 {
        const LEAST: u64 = 4;
        self.per_epoch * LEAST.div_ceil(self.per_epoch.max(1))
    }
}

impl View {
    /// All there is to see of a problem, the most telling first.
    pub fn all(geometry: &Geometry, data: Option<&DataFacts>) -> Vec<Self> {
        let map = *geometry != Geometry::Loss;
        let pictures = data.is_some_and(|data| data.pictures.is_some());
        let confusion = data.and_then(|data| data.classes).is_some_and(|classes| classes <= MOST_CLASSES);
        let all = [
            (Self::Map, map),
            (Self::Loss, !map && data.is_none()),
            (Self::HeldOut, data.is_some()),
            (Self::Pictures, pictures),
            (Self::Confusion, confusion),
        ];
        all.into_iter().filter(|(_, there)| *there).map(|(view, _)| view).collect()
    }

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Loss => "loss",
            Self::HeldOut => "held-out",
            Self::Pictures => "pictures",
            Self::Confusion => "confusion",
        }
    }

    /// In a few words, to say what is shown now.
    pub fn words(self) -> &'static str {
        match self {
            Self::Map => "the map",
            Self::Loss => "the loss over evaluations",
            Self::HeldOut => "loss and accuracy on whole parts of the data",
            Self::Pictures => "examples, and what the optimisers' networks make of them",
            Self::Confusion => "what the chosen optimiser's network takes for what",
        }
    }

    /// The large panel, where it takes no evaluation of the problem; `lane` is the chosen one. In place of what cannot be drawn so,
    /// the map, or without data, there is the loss.
    pub fn main_view(
        self,
        history: &History,
        data: Option<&DataFacts>,
        lane: usize,
        options: &TraceOptions,
    ) -> MainView {
        match (self, data, data.and_then(|data| data.pictures.as_ref())) {
            (Self::HeldOut, ..) => MainView::Grid(Box::new(held_out(history, options))),
            (Self::Pictures, _, Some(pictures)) => MainView::Gallery(Box::new(gallery(history, pictures, options))),
            (Self::Confusion, Some(data), _) => MainView::Confusion(Box::new(confusion(history, data, lane, options))),
            _ => {
                let options = TraceOptions { x_axis: XAxis::Evaluations, zoom: None, ..options.clone() };
                let chart = trace(TraceKind::Loss, history, &options);
                MainView::Chart(Box::new(super::Chart { title: "loss f over evaluations".to_owned(), ..chart }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::setup::Overrides;

    #[test]
    fn what_there_is_to_see_follows_from_the_problem() {
        use View::{Confusion, HeldOut, Loss, Map, Pictures};
        for (problem, expected) in [
            ("rosenbrock", &[Map][..]),
            ("rosenbrock-10d", &[Loss]),
            ("mlp-spirals", &[Map, HeldOut, Confusion]),
            ("mlp-sine", &[Map, HeldOut]),
            ("mlp-digits", &[HeldOut, Pictures, Confusion]),
            ("mlp-fashion", &[HeldOut, Pictures, Confusion]),
        ] {
            let setup = Setup::bundled(problem, &Overrides::default()).unwrap();
            let session = setup.build().unwrap();
            let data = DataFacts::new(&setup, &session);
            assert_eq!(View::all(&session.geometry(), data.as_ref()), expected, "{problem}");
        }
    }

    #[test]
    fn evaluations_come_after_whole_epochs() {
        for (per_epoch, interval) in [(1, 4), (3, 6), (4, 4), (8, 8), (15, 15), (1000, 1000)] {
            let data = DataFacts { per_epoch, classes: None, class_names: Vec::new(), pictures: None };
            assert_eq!(data.evaluation_interval(), interval);
        }
    }
}
