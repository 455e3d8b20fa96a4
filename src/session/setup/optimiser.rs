//! `[[optimiser]]` tables and `--optimiser` options into lanes.

use super::{
    document::Value,
    error::{SetupError, hint},
    field::{Field, Section},
    keys::{KEYS, Key},
};
use crate::optim::{Coefficient::Adaptive, Curvature, DampingRule, DirectionRecipe, Estimator, Recipe, presets};

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
}

impl Name {
    /// Every optimiser, in the order shown.
    pub const ALL: [Self; 5] = [Self::Sgd, Self::Adam, Self::SgdQlr, Self::AdamQlr, Self::Kfac];

    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Adam => "adam",
            Self::SgdQlr => "sgdqlr",
            Self::AdamQlr => "adamqlr",
            Self::Kfac => "kfac",
        }
    }

    /// What it is made of by default.
    pub fn recipe(self) -> Recipe {
        match self {
            Self::Sgd => presets::sgd(),
            Self::Adam => presets::adam(),
            Self::SgdQlr => presets::sgdqlr(),
            Self::AdamQlr => presets::adamqlr(),
            Self::Kfac => presets::kfac(),
        }
    }

    /// Its keys, in the order shown.
    pub fn keys(self) -> impl Iterator<Item = &'static Key> {
        KEYS.iter().filter(move |key| key.belongs_to(self))
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

/// What of a problem an optimiser's defaults depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProblemFacts {
    /// The curvatures it has, the default one first.
    pub curvatures: &'static [Curvature],
    /// How many outputs a network has.
    pub outputs: Option<usize>,
}

/// More outputs than this make the exact estimator of K-FAC's G too dear to be the default.
const EXACT_OUTPUTS: usize = 32;

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

fn default_lane(name: Name, facts: ProblemFacts) -> LaneSetup {
    let mut recipe = name.recipe();
    fill_in(name, &mut recipe, facts);
    LaneSetup { name, label: name.as_str().to_owned(), recipe }
}

fn lane(field: &Field<'_>, facts: ProblemFacts) -> Result<LaneSetup, SetupError> {
    let section = field.section(&field.key)?;
    let names = Name::ALL.map(Name::as_str);
    let name_field = section.need("name", &format!("one of {}", names.join(", ")))?;
    let typed = name_field.text()?;
    let name = Name::ALL.into_iter().find(|name| name.as_str() == typed);
    let name = name.ok_or_else(|| name_field.refuse(format!("an optimiser; {}", hint(typed, names, "ones"))))?;
    only_own_keys(&section, name)?;
    let mut recipe = preset(&section, name)?;
    for key in name.keys() {
        if let Some(field) = section.get(key.name) {
            key.read(&field, &mut recipe)?;
        }
    }
    check_together(&section, name, &recipe)?;
    if let Some(field) =
        section.get("curvature").filter(|_| recipe.curvature.is_some_and(|it| !facts.curvatures.contains(&it)))
    {
        return Err(field.conflict(
            "this problem has no per-example gradients, and so no empirical curvature; take fisher or hessian",
        ));
    }
    fill_in(name, &mut recipe, facts);
    Ok(LaneSetup { name, label: label(&section, name)?, recipe })
}

fn only_own_keys(section: &Section<'_>, name: Name) -> Result<(), SetupError> {
    let foreign = KEYS.iter().filter(|key| !key.belongs_to(name)).find_map(|key| Some((key, section.get(key.name)?)));
    if let Some((key, field)) = foreign {
        let owners: Vec<&str> = key.optimisers.iter().map(|owner| owner.as_str()).collect();
        let name = name.as_str();
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
    if name != Name::Kfac {
        return Ok(());
    }
    for (adaptive, fixed) in [("adaptive_lr", "lr"), ("adaptive_momentum", "momentum")] {
        let on = section.get(adaptive).map(|field| field.flag()).transpose()?;
        if let (Some(true), Some(field)) = (on, section.get(fixed)) {
            return Err(field.conflict(format!("`{fixed}` is given and {adaptive} is true; give one of them")));
        }
    }
    let adaptive = recipe.step_size.learning_rate == Adaptive;
    if adaptive && section.flag_or("adaptive_lr", true).is_ok_and(|on| !on) {
        return Err(section.conflict("adaptive_lr is false; give `lr` as well"));
    }
    if let Some(field) = section.get("norm_constraint").filter(|_| adaptive) {
        return Err(field.conflict("norm_constraint bounds a step of fixed size; give `lr` as well"));
    }
    match section.get("reject_increase") {
        Some(field) if !section.flag_or("reject", false)? => {
            Err(field.conflict("reject_increase has no effect without reject = true"))
        }
        _ => Ok(()),
    }
}

/// Defaults that depend on the problem, and what a rule implies.
fn fill_in(name: Name, recipe: &mut Recipe, facts: ProblemFacts) {
    if recipe.damping.rule == DampingRule::None {
        recipe.damping.initial = 0.0;
    }
    if name.has_presets() {
        recipe.curvature = recipe.curvature.or(facts.curvatures.first().copied());
    }
    if let (DirectionRecipe::Kfac { estimator, .. }, Some(outputs)) = (&mut recipe.direction, facts.outputs) {
        let default = if outputs <= EXACT_OUTPUTS { Estimator::Exact } else { Estimator::Sampled };
        *estimator = estimator.or(Some(default));
    }
}

fn label(section: &Section<'_>, name: Name) -> Result<String, SetupError> {
    let Some(field) = section.get("label") else { return Ok(name.as_str().to_owned()) };
    let label = field.text()?.trim();
    if label.is_empty() || label.chars().any(char::is_control) {
        return Err(field.refuse("a text on one line that is not empty"));
    }
    Ok(label.to_owned())
}

/// The second lane of a label becomes `LABEL-2`, and so on.
fn make_unique(lanes: &mut [LaneSetup]) {
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
