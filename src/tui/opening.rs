//! Problems as the screen opens them: a session, and what is known of it before its first step.

use crate::{
    figure::{DataFacts, Window},
    problem::Examples,
    session::{
        Evaluator, Geometry, History, Session, Setup, SetupError,
        setup::{ClaimSpec, LaneSetup, ProblemFacts},
    },
};

use super::source::Pace;

/// A session with what is known of it.
pub struct Opened {
    /// The engine.
    pub session: Session,
    /// Looks at the lanes now and then, where there are data.
    pub evaluator: Option<Evaluator>,
    /// For the screen.
    pub opening: Opening,
    /// What it was built from.
    pub setup: Setup,
}

/// What to open.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The problem at hand, as it is written.
    Again,
    /// The problem at hand, from its start, with these optimisers.
    With(Vec<LaneSetup>),
    /// The problem at hand, from another starting point in its plane, with these optimisers.
    From([f64; 2], Vec<LaneSetup>),
    /// A bundled problem.
    Bundled(String),
}

/// Opens a problem; an error is a sentence for the user.
pub type Opener = Box<dyn FnMut(&Source) -> Result<Opened, String> + Send>;

/// What is known of a problem before its first step.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The problem's name.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// What the user should know of the problem and its data first.
    pub notes: Vec<String>,
    /// How long a run is planned to be.
    pub steps: u64,
    /// The part of the plane to show first.
    pub view: Option<Window>,
    /// The optimisers.
    pub lanes: Vec<LaneSetup>,
    /// What the problem file says that this run shows.
    pub claims: Vec<ClaimSpec>,
    /// What optimisers need to know of the problem.
    pub facts: ProblemFacts,
    /// Labels and starting points.
    pub history: History,
    /// What can be looked at.
    pub geometry: Geometry,
    /// The examples, where they can be drawn.
    pub examples: Option<Examples>,
    /// What is known of the data, where there are some.
    pub data: Option<DataFacts>,
}

impl Opening {
    /// Of a session that the setup has built.
    pub fn new(setup: &Setup, session: &Session) -> Self {
        let of_data = session.data_info().map(|info| info.notes.as_slice()).unwrap_or_default();
        Self {
            notes: setup.notes.iter().chain(of_data).cloned().collect(),
            name: setup.name.clone(),
            summary: setup.summary.clone().unwrap_or_default(),
            steps: setup.steps,
            view: setup.view.map(|view| Window { x: view.x, y: view.y }),
            lanes: setup.lanes.clone(),
            claims: setup.claims_at_hand().cloned().collect(),
            facts: setup.facts(),
            history: session.empty_history(),
            geometry: session.geometry(),
            examples: session.examples(),
            data: DataFacts::new(setup, session),
        }
    }
}

impl Opened {
    /// What the setup describes, at this pace.
    ///
    /// # Errors
    /// If the setup cannot be built.
    pub fn new(setup: &Setup, pace: Pace) -> Result<Self, SetupError> {
        let session = setup.build()?;
        let mut opening = Opening::new(setup, &session);
        if let (Some(epochs), Some(data)) = (pace.epochs, &opening.data) {
            opening.steps = epochs.saturating_mul(data.per_epoch);
        }
        let evaluator = opening.data.as_ref().and_then(|data| {
            let every = pace.eval_every.unwrap_or_else(|| data.evaluation_interval());
            let inputs = data.pictures.as_ref().map(|pictures| pictures.inputs.clone());
            Some(Evaluator::new(&session, Some(every))?.ending_at(opening.steps).looking_at(inputs))
        });
        Ok(Self { session, evaluator, opening, setup: setup.clone() })
    }
}
