//! A problem file, read: which problem, which optimisers, how many steps, what to look at.

mod build;
mod bundled;
mod claims;
mod closed;
mod composition;
mod data;
mod document;
mod draft;
mod error;
mod field;
mod formula;
mod keys;
mod limits;
mod mlp;
mod optimiser;
mod overrides;
mod pictures;
mod problem;
mod resolved;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use bundled::{BUNDLED, Bundled};
pub use claims::ClaimSpec;
pub use closed::{ExpressionSpec, Formulas, FunctionSpec, KroneckerSpec};
pub use composition::Composed;
pub use draft::Draft;
pub use error::SetupError;
pub(crate) use error::hint;
pub use field::Range;
pub use keys::{KEYS, Key, Kind, Parts};
pub use mlp::{MlpSpec, Precision};
pub(crate) use optimiser::make_unique;
pub use optimiser::{LaneSetup, Name, ProblemFacts, Thresholds};
pub use overrides::Overrides;
pub use pictures::Pictures;
pub use problem::{MatrixSpec, ProblemSpec, QuadraticSpec, RosenbrockSpec};

use crate::{
    claim::Scope,
    data::{DataSource, KnownSet},
};
use document::Node;
use field::{Field, NON_NEGATIVE, Section};

/// A problem with its optimisers, ready to build a session from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The problem's name.
    pub name: String,
    /// One line on what it shows.
    pub summary: Option<String>,
    /// How many steps a run takes.
    pub steps: u64,
    /// How many passes over the data a training takes; `None`: as many as make up the steps.
    pub epochs: Option<u64>,
    /// Fixes everything random.
    pub seed: u64,
    /// When optimisers have arrived, and when ρ is lost.
    pub precision: Thresholds,
    /// What is minimised.
    pub problem: ProblemSpec,
    /// The window of a landscape.
    pub view: Option<ViewSpec>,
    /// The optimisers, in file order.
    pub lanes: Vec<LaneSetup>,
    /// What the file says that its own run shows.
    pub claims: Vec<ClaimSpec>,
    /// Whether the run is the one that the claims are about, but for the seed: nothing else was changed by an option.
    pub is_own_run: bool,
    /// The problem file as named in messages.
    pub file: String,
    /// What relative paths in the file are relative to.
    pub directory: PathBuf,
    /// Where data sets are looked for first.
    pub data_folder: Option<PathBuf>,
    /// What the user should know of what the options have made of the problem.
    pub notes: Vec<String>,
}

/// The window of a landscape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewSpec {
    /// From left to right.
    pub x: [f64; 2],
    /// From bottom to top.
    pub y: [f64; 2],
}

const KEYS_AT_TOP: [&str; 11] =
    ["name", "summary", "steps", "epochs", "seed", "tolerance", "rho_floor", "problem", "view", "optimiser", "claim"];
const STEPS: u64 = 200;
const TOLERANCE: Range = Range { words: "a number from 0, and below 1", holds: |x| (0.0..1.0).contains(&x) };

impl Setup {
    /// A bundled problem by its name, or a problem file by its path.
    ///
    /// # Errors
    /// If there is neither, or the file is at fault.
    pub fn open(name_or_path: &str, overrides: &Overrides) -> Result<Self, SetupError> {
        if BUNDLED.iter().any(|bundled| bundled.name == name_or_path) {
            return Self::bundled(name_or_path, overrides);
        }
        // What looks like a path is meant as one: the system's own words then say what is wrong with it.
        let path = Path::new(name_or_path);
        if path.exists() || path.components().count() > 1 || path.extension().is_some_and(|end| end == "toml") {
            return Self::from_path(path, overrides);
        }
        Err(no_such_problem(name_or_path))
    }

    /// A bundled problem.
    ///
    /// # Errors
    /// If there is none of this name, or an override is at fault.
    pub fn bundled(name: &str, overrides: &Overrides) -> Result<Self, SetupError> {
        let bundled = BUNDLED.iter().find(|bundled| bundled.name == name).ok_or_else(|| no_such_problem(name))?;
        Self::from_str(bundled.text, &format!("bundled problem {name}"), Path::new(""), overrides)
    }

    /// A problem file.
    ///
    /// # Errors
    /// If it cannot be read or is at fault.
    pub fn from_path(path: &Path, overrides: &Overrides) -> Result<Self, SetupError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| SetupError::Read { path: file.clone(), source })?;
        Self::from_str(&text, &file, path.parent().unwrap_or(Path::new("")), overrides)
    }

    /// The text of a problem file, named `file` in messages, its relative paths relative to `directory`.
    ///
    /// # Errors
    /// If the text or an override is at fault.
    pub fn from_str(text: &str, file: &str, directory: &Path, overrides: &Overrides) -> Result<Self, SetupError> {
        let mut document = document::parse(text, file)?;
        // A seed that is no number is complained of below, unless an option replaces it.
        let own_seed = Section::root(file, &document)?.whole_or("seed", 0, 0).unwrap_or(0);
        // What is at fault in the file is complained of below, unless an option mends it.
        let own = if overrides.set.is_empty() { None } else { Self::read(&document, file, directory).ok() };
        overrides.apply(&mut document)?;
        let mut setup = Self::read(&document, file, directory)?;
        setup.notes = own.and_then(|own| other_size(&own, &setup)).into_iter().collect();
        setup.is_own_run = !overrides.change_the_run();
        setup.data_folder.clone_from(&overrides.data_folder);
        let labels: Vec<String> = setup.lanes.iter().map(|lane| lane.label.clone()).collect();
        let parameters = setup.params_layout().0.len();
        let own = Scope { lanes: Some(&labels), steps: Some(setup.steps), parameters: Some(parameters) };
        // Other optimisers may have other labels: then only the language is checked.
        let scope = if setup.is_own_run { own } else { Scope::default() };
        setup.claims = claims::claims(&Section::root(file, &document)?, &scope, own_seed)?;
        Ok(setup)
    }

    fn read(document: &Node, file: &str, directory: &Path) -> Result<Self, SetupError> {
        let root = Section::root(file, document)?;
        root.only(&KEYS_AT_TOP)?;
        let problem = problem::problem(&root)?;
        let text = |key| root.get(key).map(|field| line_of_text(&field)).transpose();
        let stem = || Path::new(file).file_stem().map_or_else(|| file.to_owned(), |stem| stem.to_string_lossy().into());
        let precision = Thresholds {
            tolerance: root.number_or("tolerance", Thresholds::default().tolerance, TOLERANCE)?,
            rho_floor: root.number_or("rho_floor", Thresholds::default().rho_floor, NON_NEGATIVE)?,
        };
        let facts = ProblemFacts { precision, ..problem.facts() };
        Ok(Self {
            name: text("name")?.unwrap_or_else(stem),
            summary: text("summary")?,
            steps: root.whole_or("steps", STEPS, 1)?,
            epochs: root.get("epochs").map(|field| field.whole(1)).transpose()?,
            seed: root.whole_or("seed", 0, 0)?,
            view: root.get("view").map(|field| view(&field)).transpose()?,
            precision,
            lanes: optimiser::lanes(&root, facts)?,
            problem,
            claims: Vec::new(),
            is_own_run: true,
            file: file.to_owned(),
            directory: directory.to_owned(),
            data_folder: None,
            notes: Vec::new(),
        })
    }

    /// The data set it needs that is not part of the program.
    pub fn needs(&self) -> Option<KnownSet> {
        match &self.problem {
            ProblemSpec::Mlp(MlpSpec { data: DataSource::Known(set, _), .. }) => {
                Some(*set).filter(|set| !set.is_embedded())
            }
            _ => None,
        }
    }

    /// The claims that are about this very run: none where an option changed it, and those of other seeds left out.
    pub fn claims_at_hand(&self) -> impl Iterator<Item = &ClaimSpec> {
        self.claims.iter().filter(|spec| self.is_own_run && spec.seeds.contains(&self.seed))
    }

    /// What optimisers need to know of the problem.
    pub fn facts(&self) -> ProblemFacts {
        ProblemFacts { precision: self.precision, ..self.problem.facts() }
    }

    /// A path of the problem file as seen from here.
    pub fn path(&self, written: &str) -> PathBuf {
        self.directory.join(written)
    }
}

/// What to say where options have changed how many parameters there are. Who changes a network's layers knows.
fn other_size(own: &Setup, setup: &Setup) -> Option<String> {
    let [before, now] = [own, setup].map(|setup| setup.params_layout().0.len());
    let map = if before == 2 { "; only two can be drawn as a map" } else { "" };
    let of_interest = before != now && !matches!(setup.problem, ProblemSpec::Mlp(_));
    of_interest.then(|| {
        let parameters = if now == 1 { "parameter" } else { "parameters" };
        format!("with --set the problem has {now} {parameters}, and as it is written it has {before}{map}")
    })
}

fn no_such_problem(name: &str) -> SetupError {
    let hint = hint(name, BUNDLED.iter().map(|bundled| bundled.name), "problems");
    SetupError::NoSuchProblem { name: name.to_owned(), hint }
}

/// A text without line breaks or other control characters, which would upset a terminal.
fn line_of_text(field: &Field<'_>) -> Result<String, SetupError> {
    let text = field.text()?.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(field.refuse("a text on one line that is not empty"));
    }
    Ok(text.to_owned())
}

fn view(field: &Field<'_>) -> Result<ViewSpec, SetupError> {
    let section = field.section("view")?;
    section.only(&["x", "y"])?;
    let accepted = "two numbers in ascending order, for instance [-1.5, 1.5]";
    let side = |key| {
        let field = section.need(key, accepted)?;
        let side = field.pair(accepted)?;
        if side[0] < side[1] { Ok(side) } else { Err(field.found(format!("[{}, {}]", side[0], side[1]), accepted)) }
    };
    Ok(ViewSpec { x: side("x")?, y: side("y")? })
}
