//! One step in the formula's own terms: which numbers gave α, which gave ρ, and what that did to λ.

use crate::{
    optim::{Coefficient, Cost, DampingRule, DirectionRecipe, Quantity as Q, Ratio, Recipe},
    session::LaneHistory,
};

use super::number::{precise, short};

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

/// Explains step `step` of a lane, the most telling lines first; a lane that has ended shows its last step.
/// `after` is f where the step arrived, as far as it is known ([`loss_after`]).
pub fn explain(lane: &LaneHistory, recipe: &Recipe, step: usize, after: Option<f64>) -> Vec<Line> {
    let step = step.min(lane.len());
    if step == 0 {
        return vec![vec![symbol("the start: no step yet; "), part(Role::Value, "→"), symbol(" takes the first")]];
    }
    let of = Explained { lane, recipe, step, after };
    let first = match recipe.step_size.learning_rate {
        Coefficient::Fixed(rate) => of.fixed(rate),
        Coefficient::Adaptive if of.get(Q::PreviousCurvature).is_some() => of.two_vectors(),
        Coefficient::Adaptive => of.one_vector(),
    };
    vec![first, of.ratio(), of.sizes()]
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

    /// α given: nothing to derive.
    fn fixed(&self, rate: f64) -> Line {
        let mut line = Line::new();
        line.push(symbol("α = "));
        // As it was written, unless something has been made of it.
        let used = self.get(Q::LearningRate).filter(|used| (used - rate).abs() > 1e-6 * rate.abs());
        line.push(part(Role::Result, used.map_or_else(|| rate.to_string(), precise)));
        line.push(symbol(" fixed   "));
        if let (Some(momentum), DirectionRecipe::Kfac { .. }) = (self.get(Q::Momentum), &self.recipe.direction) {
            line.push(symbol("μ = "));
            line.push(part(Role::Result, precise(momentum)));
            line.push(symbol("   "));
        }
        let d = self.letter();
        named(&mut line, &format!("gᵀ{d}"), self.get(Q::GradDotDirection));
        named(&mut line, &format!("κ = {d}ᵀ(C + λI){d}"), self.get(Q::Curvature));
        line
    }

    /// α = gᵀd / dᵀ(C + λI)d.
    fn one_vector(&self) -> Line {
        let d = self.letter();
        let mut line = Line::new();
        let (slope, curvature) = (self.get(Q::GradDotDirection), self.get(Q::Curvature));
        named(&mut line, &format!("gᵀ{d}"), slope);
        named(&mut line, &format!("{d}ᵀC{d}"), self.get(Q::DirectionCurvature));
        let damping = self.get(Q::Damping).zip(self.get(Q::DirectionSquaredNorm)).map(|(lambda, norm)| lambda * norm);
        if self.recipe.damping.rule != DampingRule::None {
            named(&mut line, &format!("λ‖{d}‖²"), damping);
        }
        let model = self.get(Q::ModelLearningRate).or(self.get(Q::LearningRate));
        let (Some(slope), Some(curvature), Some(model)) = (slope, curvature, model) else {
            line.extend(self.alpha());
            return line;
        };
        let size = if self.recipe.step_size.saddle_free { curvature.abs() } else { curvature };
        line.push(symbol(format!("→  α = {} / {} = ", precise(slope), precise(size))));
        line.push(part(Role::Result, precise(model)));
        if let Some(used) = self.get(Q::LearningRate).filter(|used| (used - model).abs() > 1e-9 * model.abs()) {
            line.push(symbol("  then "));
            line.push(part(Role::Result, precise(used)));
            line.push(symbol(self.decorators()));
        }
        line
    }

    /// What made of the model's α the one that was used.
    fn decorators(&self) -> String {
        let size = &self.recipe.step_size;
        let mut words = Vec::new();
        if size.clip.is_some() {
            words.push("clipped");
        }
        if (size.amplification - 1.0).abs() > f64::EPSILON {
            words.push("amplified");
        }
        if size.ema.abs() > f64::EPSILON {
            words.push("averaged");
        }
        format!(" {}", words.join(", "))
    }

    fn alpha(&self) -> Line {
        let value = self.get(Q::LearningRate).map_or_else(|| "—".to_owned(), precise);
        vec![symbol("→  α = "), part(Role::Result, value)]
    }

    /// (A + λD)·[−α, μ] = −b over Δ and the previous update p.
    fn two_vectors(&self) -> Line {
        let lambda = self.get(Q::Damping).unwrap_or(0.0);
        let entry = |curvature, product| {
            self.get(curvature)
                .zip(self.get(product))
                .map_or_else(|| "—".to_owned(), |(c, d): (f64, f64)| short(c + lambda * d))
        };
        let (first, cross, last) = (
            entry(Q::DirectionCurvature, Q::DirectionSquaredNorm),
            entry(Q::CrossCurvature, Q::CrossProduct),
            entry(Q::PreviousCurvature, Q::PreviousSquaredNorm),
        );
        let slope = |quantity| self.get(quantity).map_or_else(|| "—".to_owned(), short);
        let mut line = vec![
            symbol("A + λD = "),
            part(Role::Value, format!("[{first}  {cross}; ")),
            // The matrix is symmetric.
            part(Role::Aside, format!("{cross}  ")),
            part(Role::Value, format!("{last}]")),
            symbol("   b = "),
            part(Role::Value, format!("[{}  {}]", slope(Q::GradDotDirection), slope(Q::GradDotPrevious))),
            symbol("   "),
        ];
        for (text, quantity) in [("→  α = ", Q::LearningRate), ("  μ = ", Q::Momentum)] {
            line.push(symbol(text));
            line.push(part(Role::Result, self.get(quantity).map_or_else(|| "—".to_owned(), short)));
        }
        line
    }

    /// predicted and actual Δf → ρ → λ.
    fn ratio(&self) -> Line {
        let mut line = Line::new();
        let change = self.get(Q::NewLoss).zip(self.get(Q::Loss)).map(|(new, old)| new - old);
        let Some(predicted) = self.get(Q::ModelChange) else {
            named(&mut line, "f before", self.get(Q::Loss));
            match self.get(Q::NewLoss) {
                Some(after) => named(&mut line, "f after", Some(after)),
                // On the next step's batch, so it is not called the same.
                None => named(&mut line, "next f", self.after),
            }
            let asked = if self.recipe.monitor { "" } else { " (monitor = true would compute them)" };
            line.push(symbol(format!("no prediction, no ρ{asked}")));
            line.extend(self.rejection());
            return line;
        };
        line.push(symbol("predicted Δf "));
        if self.recipe.ratio == Ratio::Undamped && self.recipe.damping.rule != DampingRule::None {
            line.push(part(Role::Aside, "(without λ) "));
        }
        line.push(part(Role::Value, precise(predicted)));
        line.push(symbol("   "));
        named(&mut line, "actual Δf", change);
        if let Some(rho) = self.get(Q::Rho) {
            line.push(symbol("→  ρ = "));
            line.push(part(Role::Result, short(rho)));
            line.push(if rho > 0.75 {
                symbol(" > 3/4")
            } else if rho < 0.25 {
                symbol(" < 1/4")
            } else {
                part(Role::Aside, " in between")
            });
        } else if change.is_some() {
            line.push(symbol("→  ρ undefined"));
        }
        line.extend(self.damping());
        line.extend(self.rejection());
        line
    }

    fn rejection(&self) -> Option<Part> {
        self.lane.rejected(self.step).then(|| part(Role::Raised, "  step rejected: θ stays"))
    }

    /// What happened to λ.
    fn damping(&self) -> Line {
        let (Some(used), Some(next)) = (self.get(Q::Damping), self.get(Q::NextDamping)) else { return Line::new() };
        let rule = &self.recipe.damping;
        if rule.rule == DampingRule::None {
            return Line::new();
        }
        let before = symbol(format!("  →  λ {} ", short(used)));
        if next > used {
            vec![before, part(Role::Raised, format!("▲ {}", short(next)))]
        } else if next < used {
            vec![before, part(Role::Lowered, format!("▼ {}", short(next)))]
        } else {
            let reason = if rule.rule == DampingRule::Constant {
                "constant"
            } else if used <= rule.min {
                "at λ_min"
            } else if rule.max.is_some_and(|max| used >= max) {
                "at λ_max"
            } else {
                "stays"
            };
            vec![before, symbol(reason)]
        }
    }

    /// How large things were, and what the step cost.
    fn sizes(&self) -> Line {
        let mut line = Line::new();
        let d = self.letter();
        named(&mut line, "‖g‖", self.get(Q::GradNorm));
        let direction = self.get(Q::DirectionSquaredNorm).map(f64::sqrt);
        named(&mut line, &format!("‖{d}‖"), direction);
        named(&mut line, "‖step‖", self.get(Q::UpdateNorm));
        let previous = self.get(Q::PreviousSquaredNorm).map(f64::sqrt);
        if let (Some(momentum), Some(previous), Some(alpha), Some(direction)) =
            (self.get(Q::Momentum), previous, self.get(Q::LearningRate), direction)
        {
            let (new, old) = ((alpha * direction).abs(), (momentum * previous).abs());
            if new + old > 0.0 {
                line.push(symbol("momentum's share "));
                line.push(part(Role::Value, format!("{:.0} %", 100.0 * old / (new + old))));
                line.push(symbol("   "));
            }
        }
        if let Some(from) = self.lane.record(self.step).and_then(|record| record.calibrated_from) {
            named(&mut line, "λ calibrated from", Some(from));
        }
        let cost = self.lane.record(self.step).map(|record| cost_in_words(record.cost)).unwrap_or_default();
        line.push(symbol(format!("cost {cost}")));
        line
    }
}

#[cfg(test)]
mod tests;
