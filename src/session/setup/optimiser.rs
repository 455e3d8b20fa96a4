//! `[[optimiser]]` tables and `--optimiser` options into lanes.

use std::fmt;

use super::{
    composition::{Composed, FORM},
    document::Value,
    error::{SetupError, hint},
    field::{Field, Section},
    keys::{KEYS, Key},
};
use crate::{
    optim::{
        Blocks, Coefficient::Fixed, Curvature, DampingRule, DirectionKind, DirectionRecipe, Recipe, StepSizeKind,
        default_estimator, presets,
    },
    session::LaneSpec,
};

/// An optimiser as named in files and options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// Stochastic gradient descent.
    Sgd,
    /// Adam.
    Adam,
    /// The gradient with the quadratic model's step size.
    SgdQlr,
    /// Adam's direction with the quadratic model's step size.
    AdamQlr,
    /// K-FAC.
    Kfac,
    /// Any other choice of direction, step size and damping rule.
    Composed(Composed),
}

impl fmt::Display for Name {
    /// As written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sgd => f.write_str("sgd"),
            Self::Adam => f.write_str("adam"),
            Self::SgdQlr => f.write_str("sgdqlr"),
            Self::AdamQlr => f.write_str("adamqlr"),
            Self::Kfac => f.write_str("kfac"),
            Self::Composed(composed) => composed.fmt(f),
        }
    }
}

impl Name {
    /// Every optimiser with a name of its own, in the order shown.
    pub const ALL: [Self; 5] = [Self::Sgd, Self::Adam, Self::SgdQlr, Self::AdamQlr, Self::Kfac];

    /// Reads a name.
    ///
    /// # Errors
    /// What is accepted instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains('+') {
            return Composed::parse(text).map(Self::Composed);
        }
        let names = Self::ALL.map(|name| name.to_string());
        let known = names.iter().position(|name| name == text).map(|index| Self::ALL[index]);
        known.ok_or_else(|| {
            let hint = hint(text, names.iter().map(String::as_str), "ones");
            let form = if hint.starts_with("known") { format!(", and compositions {FORM}") } else { String::new() };
            format!("an optimiser; {hint}{form}")
        })
    }

    /// What it is made of by default.
    pub fn recipe(self) -> Recipe {
        match self {
            Self::Sgd => presets::sgd(),
            Self::Adam => presets::adam(),
            Self::SgdQlr => presets::sgdqlr(),
            Self::AdamQlr => presets::adamqlr(),
            Self::Kfac => presets::kfac(),
            Self::Composed(composed) => composed.parts.recipe(),
        }
    }

    /// Its keys, in the order shown.
    pub fn keys(self) -> impl Iterator<Item = &'static Key> {
        KEYS.iter().filter(move |key| key.belongs_to(self))
    }

    fn has_key(self, name: &str) -> bool {
        self.keys().any(|key| key.name == name)
    }

    fn has_presets(self) -> bool {
        matches!(self, Self::SgdQlr | Self::AdamQlr)
    }
}

/// One optimiser of a problem file.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneSetup {
    /// Which.
    pub name: Name,
    /// Unique among the lanes.
    pub label: String,
    /// What it is made of.
    pub recipe: Recipe,
}

impl LaneSetup {
    /// The same for a session.
    pub fn spec(&self) -> LaneSpec {
        LaneSpec { label: self.label.clone(), recipe: self.recipe.clone() }
    }
}

/// More parameters than this make a matrix over all of them too slow to invert at every step.
pub const MOST_IN_A_FULL_BLOCK: usize = 512;

/// What of a problem an optimiser's defaults depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProblemFacts {
    /// The curvatures it has, the default one first.
    pub curvatures: &'static [Curvature],
    /// How many outputs a network has.
    pub outputs: Option<usize>,
    /// How many parameters there are.
    pub params: usize,
    /// What it says of arrival and rounding.
    pub precision: Thresholds,
}

/// When an optimiser has arrived, and when ρ is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// A gradient of so small a share of the start's may be the end; 0: none is.
    pub tolerance: f64,
    /// Where |ΔM| is below so many ε·|f|, ρ is lost in rounding; 0: never.
    pub rho_floor: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        let Recipe { tolerance, rho_floor, .. } = presets::adamqlr();
        Self { tolerance, rho_floor }
    }
}

impl Thresholds {
    fn apply(self, recipe: &mut Recipe) {
        (recipe.tolerance, recipe.rho_floor) = (self.tolerance, self.rho_floor);
    }
}

/// Reads the lanes; without any, the three that this program compares.
pub(crate) fn lanes(root: &Section<'_>, facts: ProblemFacts) -> Result<Vec<LaneSetup>, SetupError> {
    let Some(field) = root.get("optimiser") else {
        return Ok([Name::Adam, Name::AdamQlr, Name::Kfac].map(|name| default_lane(name, facts)).into());
    };
    let tables = match field.node.value {
        // `[optimiser]` is readily written for `[[optimiser]]`, and means the same.
        Value::Table(_) => vec![field.clone()],
        _ => field.items("a list of tables: [[optimiser]]")?,
    };
    if tables.is_empty() {
        return Err(field.refuse("at least one optimiser"));
    }
    let mut lanes = tables.iter().map(|table| lane(table, facts)).collect::<Result<Vec<_>, _>>()?;
    make_unique(&mut lanes);
    Ok(lanes)
}

pub(super) fn default_lane(name: Name, facts: ProblemFacts) -> LaneSetup {
    let mut recipe = name.recipe();
    facts.precision.apply(&mut recipe);
    fill_in(name, &mut recipe, facts);
    LaneSetup { name, label: name.to_string(), recipe }
}

fn lane(field: &Field<'_>, facts: ProblemFacts) -> Result<LaneSetup, SetupError> {
    read(&field.section(&field.key)?, facts)
}

/// Reads one table.
pub(super) fn read(section: &Section<'_>, facts: ProblemFacts) -> Result<LaneSetup, SetupError> {
    let names = Name::ALL.map(|name| name.to_string());
    let name_field = section.need("name", &format!("one of {}, or {FORM}", names.join(", ")))?;
    let name = Name::parse(name_field.text()?).map_err(|accepted| name_field.refuse(accepted))?;
    only_own_keys(section, name)?;
    let mut recipe = preset(section, name)?;
    facts.precision.apply(&mut recipe);
    for key in name.keys() {
        if let Some(field) = section.get(key.name) {
            key.read(&field, &mut recipe)?;
        }
    }
    check_together(section, name, &recipe)?;
    check_curvature(section, &recipe, facts)?;
    check_blocks(section, &recipe, facts)?;
    fill_in(name, &mut recipe, facts);
    Ok(LaneSetup { name, label: label(section, name)?, recipe })
}

fn only_own_keys(section: &Section<'_>, name: Name) -> Result<(), SetupError> {
    let foreign = KEYS.iter().filter(|key| !key.belongs_to(name)).find_map(|key| Some((key, section.get(key.name)?)));
    if let Some((key, field)) = foreign {
        if let Name::Composed(_) = name {
            return Err(field.conflict(format!("`{name}` has no key `{}`: it needs {}", key.name, key.parts.words)));
        }
        let owners: Vec<String> = key.optimisers.iter().map(Name::to_string).collect();
        return Err(field.conflict(format!("`{name}` has no key `{}`; it belongs to {}", key.name, owners.join(", "))));
    }
    let mut known = vec!["name", "label"];
    if name.has_presets() {
        known.push("preset");
    }
    known.extend(name.keys().map(|key| key.name));
    section.only(&known)
}

fn preset(section: &Section<'_>, name: Name) -> Result<Recipe, SetupError> {
    let recipe = name.recipe();
    Ok(match section.get("preset").map(|field| field.choice(&["untuned", "tuned", "undamped"])).transpose()? {
        None | Some(0) => recipe,
        Some(1) => presets::tuned(recipe),
        Some(_) => presets::without_damping(recipe),
    })
}

/// Keys that contradict each other, or have no effect without another.
fn check_together(section: &Section<'_>, name: Name, recipe: &Recipe) -> Result<(), SetupError> {
    let damping = &recipe.damping;
    if let Some(max) = damping.max.filter(|max| *max < damping.min) {
        return Err(section.conflict(format!("damping_max is {max}, below damping_min, which is {}", damping.min)));
    }
    for (adaptive, fixed) in [("adaptive_lr", "lr"), ("adaptive_momentum", "momentum")] {
        let on = section.get(adaptive).map(|field| field.flag()).transpose()?;
        if let (Some(true), Some(field)) = (on, section.get(fixed)) {
            return Err(field.conflict(format!("`{fixed}` is given and {adaptive} is true; give one of them")));
        }
    }
    let rate_is_fixed = matches!(recipe.step_size.learning_rate, Fixed(_));
    if !rate_is_fixed && section.flag_or("adaptive_lr", true).is_ok_and(|on| !on) {
        return Err(section.conflict("adaptive_lr is false; give `lr` as well"));
    }
    if let Some(field) = section.get("norm_constraint").filter(|_| !rate_is_fixed) {
        return Err(field.conflict("norm_constraint bounds a step of fixed size; give `lr` as well"));
    }
    match section.get("reject_increase") {
        Some(field) if !section.flag_or("reject", false)? => {
            return Err(field.conflict("reject_increase has no effect without reject = true"));
        }
        _ => {}
    }
    if rate_is_fixed { check_minimiser(section, name, recipe) } else { Ok(()) }
}

/// With a fixed `lr` the minimiser of a composition has only the momentum to choose, and nothing to clip, amplify or average.
fn check_minimiser(section: &Section<'_>, name: Name, recipe: &Recipe) -> Result<(), SetupError> {
    let Name::Composed(Composed { parts, .. }) = name else { return Ok(()) };
    let (Some(field), StepSizeKind::Minimiser) = (section.get("lr"), parts.step_size) else { return Ok(()) };
    if let Fixed(_) = recipe.step_size.momentum {
        let fixed = name.to_string().replacen("minimiser", "fixed", 1);
        // Along g and Adam's direction a fixed step leaves damping nothing to do.
        let fixed = if parts.direction == DirectionKind::Kfac {
            fixed
        } else {
            fixed.split('+').take(2).collect::<Vec<_>>().join("+")
        };
        return Err(field.conflict(format!(
            "`lr` leaves {name} nothing to minimise; write {fixed}, or adaptive_momentum = true to minimise over the momentum"
        )));
    }
    let size = &recipe.step_size;
    let decorators = [
        ("lr_clip", size.clip.is_some()),
        ("amplification", (size.amplification - 1.0).abs() > 0.0),
        ("lr_ema", size.ema > 0.0),
        ("saddle_free", size.saddle_free),
    ];
    match decorators.iter().find(|(_, on)| *on).and_then(|(key, _)| section.get(key)) {
        Some(field) => {
            Err(field.conflict(format!("`{}` changes the α that the model gives; leave out `lr`", field.key)))
        }
        None => Ok(()),
    }
}

fn check_curvature(section: &Section<'_>, recipe: &Recipe, facts: ProblemFacts) -> Result<(), SetupError> {
    let Some(curvature) = recipe.curvature.filter(|it| !facts.curvatures.contains(it)) else { return Ok(()) };
    let message = match curvature {
        Curvature::Empirical if facts.curvatures.contains(&Curvature::Fisher) => {
            "this problem has no per-example gradients, and so no empirical curvature; take fisher or hessian"
        }
        _ => "this problem has neither outputs nor residuals, and so no Fisher or empirical curvature; take hessian",
    };
    Err(section.get("curvature").map_or_else(|| section.conflict(message), |field| field.conflict(message)))
}

/// One block over all parameters is a dense matrix to factorise at every step.
fn check_blocks(section: &Section<'_>, recipe: &Recipe, facts: ProblemFacts) -> Result<(), SetupError> {
    let full = matches!(recipe.direction, DirectionRecipe::Kfac { blocks: Blocks::Full, .. });
    if !full || facts.params <= MOST_IN_A_FULL_BLOCK {
        return Ok(());
    }
    let message = format!(
        "blocks = \"full\" is for at most {MOST_IN_A_FULL_BLOCK} parameters and this problem has {}; take kronecker",
        facts.params
    );
    Err(section.get("blocks").map_or_else(|| section.conflict(&message), |field| field.conflict(&message)))
}

/// Defaults that depend on the problem, and what a rule implies.
fn fill_in(name: Name, recipe: &mut Recipe, facts: ProblemFacts) {
    if recipe.damping.rule == DampingRule::None {
        recipe.damping.initial = 0.0;
    }
    if name.has_key("curvature") {
        recipe.curvature = recipe.curvature.or(facts.curvatures.first().copied());
    }
    if let (DirectionRecipe::Kfac { estimator, .. }, Some(outputs)) = (&mut recipe.direction, facts.outputs) {
        *estimator = estimator.or(Some(default_estimator(outputs)));
    }
}

fn label(section: &Section<'_>, name: Name) -> Result<String, SetupError> {
    let Some(field) = section.get("label") else { return Ok(name.to_string()) };
    let label = field.text()?.trim();
    if label.is_empty() || label.chars().any(char::is_control) {
        return Err(field.refuse("a text on one line that is not empty"));
    }
    Ok(label.to_owned())
}

/// The second lane of a label becomes `LABEL-2`, and so on.
pub(crate) fn make_unique(lanes: &mut [LaneSetup]) {
    for i in 1..lanes.len() {
        let taken = |label: &str| lanes[..i].iter().any(|lane| lane.label == label);
        let label = &lanes[i].label;
        if taken(label) {
            // As many names as lanes before it, and one more: one of them is free.
            let numbered = (2..=i + 2).map(|n| format!("{label}-{n}")).find(|numbered| !taken(numbered));
            lanes[i].label = numbered.unwrap_or_default();
        }
    }
}
