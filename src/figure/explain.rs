//! One step in the formula's own terms: which numbers gave α, which gave ρ, and what that did to λ.

mod fit;
mod rate;
mod ratio;
mod words;

use crate::{
    optim::{Blocks, Coefficient, Cost, Curvature, DampingRule, DirectionRecipe, Estimator, Quantity as Q, Recipe},
    session::{LaneHistory, setup::ProblemFacts},
};

use super::number::{precise, short};
pub use fit::fit;

/// What a piece of text is, by which it is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A symbol or a word.
    Symbol,
    /// A number of this step.
    Value,
    /// What the numbers lead to.
    Result,
    /// λ rises, or the step is rejected.
    Raised,
    /// λ falls.
    Lowered,
    /// What may be left out where there is little room.
    Aside,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it says, with its own spaces.
    pub text: String,
    /// What it is.
    pub role: Role,
}

/// A line of an explanation.
pub type Line = Vec<Part>;

fn part(role: Role, text: impl Into<String>) -> Part {
    Part { text: text.into(), role }
}

fn symbol(text: impl Into<String>) -> Part {
    part(Role::Symbol, text)
}

/// `name value   `.
fn named(line: &mut Line, name: &str, value: Option<f64>) {
    if let Some(value) = value {
        line.push(symbol(format!("{name} ")));
        line.push(part(Role::Value, precise(value)));
        line.push(symbol("   "));
    }
}

/// f at θ after step `step`: what the next step began with, which is measured on one batch for all lanes; where there is no
/// next step, what this one found on its own. `None` where neither was computed.
pub fn loss_after(lane: &LaneHistory, step: usize) -> Option<f64> {
    let step = step.min(lane.len());
    let arrived = if lane.rejected(step) { Q::Loss } else { Q::NewLoss };
    lane.value(Q::Loss, step + 1).or_else(|| lane.value(arrived, step))
}

/// A cost in words: `47 gradients + 47 products + 47 losses`.
pub fn cost_in_words(cost: Cost) -> String {
    let kinds = [
        (cost.gradients, "gradient", "gradients"),
        (cost.products, "product", "products"),
        (cost.losses, "loss", "losses"),
    ];
    let words: Vec<String> = kinds
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| {
            format!("{} {}", super::number::count(count as usize), if count == 1 { one } else { many })
        })
        .collect();
    words.join(" + ")
}

/// What the numbers of a step are made of: C of the quadratic model and, where the direction is K-FAC's, its blocks. Empty where
/// no model is made.
pub fn model_in_words(recipe: &Recipe, facts: ProblemFacts) -> String {
    let size = &recipe.step_size;
    let adaptive = [size.learning_rate, size.momentum].contains(&Coefficient::Adaptive);
    let needed = adaptive || recipe.damping.rule == DampingRule::LevenbergMarquardt || recipe.monitor;
    let c = match recipe.curvature.or(facts.curvatures.first().copied()) {
        Some(Curvature::Fisher) => Some("C: Fisher (Gauss–Newton)"),
        Some(Curvature::Hessian) => Some("C: Hessian"),
        Some(Curvature::Empirical) => Some("C: empirical Fisher, which is not the Fisher"),
        None => None,
    };
    let blocks = match &recipe.direction {
        DirectionRecipe::Kfac { blocks: Blocks::Full, .. } => Some("Δ: one block, all of C"),
        DirectionRecipe::Kfac { .. } if facts.outputs.is_none() => Some("Δ: one block, all of C"),
        DirectionRecipe::Kfac { estimator, .. } => match estimator {
            Some(Estimator::Exact) | None => Some("Δ: A ⊗ G of the exact Fisher"),
            Some(Estimator::Sampled) => Some("Δ: A ⊗ G of the sampled Fisher"),
            Some(Estimator::Empirical) => Some("Δ: A ⊗ G of the empirical Fisher"),
        },
        _ => None,
    };
    blocks.into_iter().chain(c.filter(|_| needed)).collect::<Vec<_>>().join(" · ")
}

/// Explains step `step` of a lane, the most telling lines first; a lane that has ended shows its last step.
/// `after` is f where the step arrived, as far as it is known ([`loss_after`]).
pub fn explain(lane: &LaneHistory, recipe: &Recipe, step: usize, after: Option<f64>) -> Vec<Line> {
    if lane.origin() > 0 && step <= lane.origin() {
        let begins = format!("begins after step {}; ", super::number::count(lane.origin()));
        return vec![vec![symbol(begins), part(Role::Value, "→"), symbol(" goes on")]];
    }
    let step = step.min(lane.len());
    if step == lane.origin() {
        return vec![vec![symbol("the start: no step yet; "), part(Role::Value, "→"), symbol(" takes the first")]];
    }
    let of = Explained { lane, recipe, step, after };
    let mut lines = vec![of.rate(), of.ratio()];
    lines.extend(of.warning());
    lines.extend(of.on_all_data());
    lines.extend([of.sizes(), of.convention()]);
    lines.extend(of.words());
    lines
}

struct Explained<'a> {
    lane: &'a LaneHistory,
    recipe: &'a Recipe,
    step: usize,
    after: Option<f64>,
}

impl Explained<'_> {
    fn get(&self, quantity: Q) -> Option<f64> {
        self.lane.value(quantity, self.step)
    }

    /// The direction's letter.
    fn letter(&self) -> &'static str {
        if matches!(self.recipe.direction, DirectionRecipe::Kfac { .. }) { "Δ" } else { "d" }
    }

    /// The lane's own count of its steps.
    fn own_step(&self) -> usize {
        self.step - self.lane.origin()
    }

    /// Which way the signs go: a step along −d, and the model that it minimises.
    fn convention(&self) -> Line {
        let d = self.letter();
        if self.get(Q::PreviousCurvature).is_some() {
            return vec![symbol("minimise over α, μ:  θ ← θ − αΔ + μp   p: the step before   λ is in both rows")];
        }
        let mut text = format!("θ ← θ − α {d}");
        if self.get(Q::ModelChange).is_some() {
            let damped = if self.recipe.damping.rule == DampingRule::None {
                format!("{d}ᵀC{d}")
            } else {
                format!("({d}ᵀC{d} + λ‖{d}‖²)")
            };
            text = format!("{text}   M(α) = f − α gᵀ{d} + ½ α² {damped}");
        }
        vec![symbol(text)]
    }

    /// ρ on all data, where the step's own data are not all.
    fn on_all_data(&self) -> Option<Line> {
        let rho = self.get(Q::FullRho)?;
        Some(vec![symbol("on all data ρ = "), part(Role::Result, short(rho))])
    }

    /// How large things were, and what the step cost.
    fn sizes(&self) -> Line {
        let mut line = Line::new();
        let d = self.letter();
        named(&mut line, "‖g‖", self.get(Q::GradNorm));
        let direction = self.get(Q::DirectionSquaredNorm).map(f64::sqrt);
        named(&mut line, &format!("‖{d}‖"), direction);
        let step = if self.lane.rejected(self.step) { "‖step tried‖" } else { "‖step‖" };
        named(&mut line, step, self.get(Q::UpdateNorm));
        let previous = self.get(Q::PreviousSquaredNorm).map(f64::sqrt);
        if let (Some(momentum), Some(previous), Some(alpha), Some(direction)) =
            (self.get(Q::Momentum), previous, self.get(Q::LearningRate), direction)
        {
            let (new, old) = ((alpha * direction).abs(), (momentum * previous).abs());
            if new + old > 0.0 {
                line.push(part(Role::Value, format!("{:.0} %", 100.0 * old / (new + old))));
                line.push(symbol(" of the step is momentum   "));
            }
        }
        let cost = self.lane.record(self.step).map(|record| cost_in_words(record.cost)).unwrap_or_default();
        line.push(symbol(format!("cost {cost}")));
        line
    }
}

/// Whether two numbers are the same up to the rounding of single precision.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * b.abs().max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests;
