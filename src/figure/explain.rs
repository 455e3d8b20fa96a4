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
mod tests {
    use super::*;
    use crate::{
        optim::{StepRecord, presets},
        session::History,
    };

    fn lane(rows: &[&[(Q, f64)]]) -> History {
        let mut history = History::new([("lane".to_owned(), vec![0.0, 0.0])]);
        for (index, row) in rows.iter().enumerate() {
            let mut record = StepRecord::new(index as u64 + 1);
            row.iter().for_each(|&(quantity, value)| record.set(quantity, value));
            record.cost = Cost { losses: 1, gradients: 1, products: 1, factorisations: 0 };
            record.params = [0.0, 0.0].into_iter().collect();
            history.lane_mut(0).push(&record, 0.0);
        }
        history
    }

    fn text(line: &Line) -> String {
        line.iter().map(|part| part.text.as_str()).collect()
    }

    const ADAMQLR: &[(Q, f64)] = &[
        (Q::Loss, 24.2),
        (Q::NewLoss, 4.48),
        (Q::LearningRate, 0.121_93),
        (Q::ModelLearningRate, 0.121_93),
        (Q::GradDotDirection, 303.6),
        (Q::DirectionCurvature, 2490.0),
        (Q::DirectionSquaredNorm, 2.0),
        (Q::Curvature, 2490.002),
        (Q::Damping, 1e-3),
        (Q::NextDamping, 5e-4),
        (Q::ModelChange, -18.51),
        (Q::Rho, 1.065),
        (Q::GradNorm, 232.9),
        (Q::UpdateNorm, 0.1724),
    ];

    #[test]
    fn adamqlr_is_explained_as_on_the_slide() {
        let history = lane(&[ADAMQLR]);
        let lines = explain(&history.lanes()[0], &presets::adamqlr(), 1, None);
        assert!(text(&lines[0]).starts_with("gᵀd 303.6   dᵀCd 2"));
        assert!(text(&lines[0]).ends_with("= 0.1219"));
        assert!(text(&lines[1]).starts_with("predicted Δf −18.51   actual Δf −19.72"));
        assert!(text(&lines[1]).contains("> 3/4  →  λ 1.0e-3 ▼ 5.0e-4"));
        assert!(text(&lines[2]).ends_with("cost 1 gradient + 1 product + 1 loss"));
    }

    #[test]
    fn kfac_shows_its_two_by_two_system() {
        let row = [
            (Q::Loss, 2.0),
            (Q::NewLoss, 1.0),
            (Q::LearningRate, 0.5),
            (Q::Momentum, 0.25),
            (Q::Damping, 1.0),
            (Q::NextDamping, 1.0),
            (Q::ModelChange, -2.0),
            (Q::Rho, 0.5),
            (Q::DirectionCurvature, 3.0),
            (Q::DirectionSquaredNorm, 4.0),
            (Q::CrossCurvature, 1.0),
            (Q::CrossProduct, 1.0),
            (Q::PreviousCurvature, 5.0),
            (Q::PreviousSquaredNorm, 16.0),
            (Q::GradDotDirection, 8.0),
            (Q::GradDotPrevious, -1.0),
        ];
        let history = lane(&[&row]);
        let lines = explain(&history.lanes()[0], &presets::kfac(), 1, None);
        let first = text(&lines[0]);
        assert_eq!(first, "A + λD = [7.00  2.00; 2.00  21.0]   b = [8.00  −1.00]   →  α = 0.500  μ = 0.250");
        let second = text(&lines[1]);
        assert!(second.starts_with("predicted Δf (without λ) −2.000   actual Δf −1.000"), "{second}");
        assert!(second.ends_with("ρ = 0.500 in between  →  λ 1.00 stays"), "{second}");
        assert!(text(&lines[2]).contains("momentum's share 50 %"), "{}", text(&lines[2]));
    }

    #[test]
    fn what_happens_to_lambda_is_named() {
        let change = |used: f64, next: f64| {
            let history = lane(&[&[ADAMQLR, &[(Q::Damping, used), (Q::NextDamping, next)]].concat()]);
            text(&explain(&history.lanes()[0], &presets::adamqlr(), 1, None)[1])
        };
        for (used, next, end) in
            [(1e-3, 2e-3, "λ 1.0e-3 ▲ 2.0e-3"), (1e-3, 1e-3, "λ 1.0e-3 stays"), (1e-8, 1e-8, "λ 1.0e-8 at λ_min")]
        {
            assert!(change(used, next).ends_with(end), "{}", change(used, next));
        }
    }

    #[test]
    fn a_clipped_rate_says_so() {
        let mut row = ADAMQLR.to_vec();
        row.push((Q::LearningRate, 0.1));
        let history = lane(&[&row]);
        let mut recipe = presets::adamqlr();
        recipe.step_size.clip = Some(0.1);
        let line = text(&explain(&history.lanes()[0], &recipe, 1, None)[0]);
        assert!(line.ends_with("= 0.1219  then 0.1000 clipped"), "{line}");
    }

    #[test]
    fn adam_claims_nothing_it_did_not_compute() {
        let history = lane(&[&[(Q::Loss, 3.0), (Q::LearningRate, 0.001), (Q::GradNorm, 2.0)], &[(Q::Loss, 2.0)]]);
        let lines = explain(&history.lanes()[0], &presets::adam(), 1, loss_after(&history.lanes()[0], 1));
        assert!(text(&lines[0]).starts_with("α = 0.001 fixed"), "{}", text(&lines[0]));
        let line = text(&lines[1]);
        assert!(line.starts_with("f before 3.000   next f 2.000") && line.contains("no ρ"), "{line}");
    }

    #[test]
    fn the_start_and_beyond_the_end_are_explained() {
        let history = lane(&[ADAMQLR]);
        let lane = &history.lanes()[0];
        assert!(text(&explain(lane, &presets::adamqlr(), 0, None)[0]).starts_with("the start"));
        let ends = [1, 99].map(|step| explain(lane, &presets::adamqlr(), step, None));
        assert_eq!(ends[0], ends[1]);
    }

    #[test]
    fn the_loss_after_a_step_is_the_next_one_s_or_its_own() {
        let history = lane(&[&[(Q::Loss, 3.0), (Q::NewLoss, 2.5)], &[(Q::Loss, 2.0), (Q::NewLoss, 1.0)]]);
        let lane = &history.lanes()[0];
        assert_eq!([0, 1, 2, 9].map(|step| loss_after(lane, step)), [Some(3.0), Some(2.0), Some(1.0), Some(1.0)]);
    }

    #[test]
    fn costs_are_counted_in_words() {
        let cost = Cost { losses: 0, gradients: 1, products: 2, factorisations: 9 };
        assert_eq!(cost_in_words(cost), "1 gradient + 2 products");
    }
}
