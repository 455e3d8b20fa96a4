//! Which numbers gave α and μ.

use super::{Explained, Line, Part, Role, named, near, part, symbol};
use crate::{
    figure::number::{precise, short},
    optim::{Coefficient, DampingRule, DirectionRecipe, Quantity as Q},
};

/// Vectors whose 2 × 2 determinant is a smaller share of its diagonal than this are as good as parallel.
const PARALLEL: f64 = 1e-12;

impl Explained<'_> {
    /// The line of α.
    pub(super) fn rate(&self) -> Line {
        match self.recipe.step_size.learning_rate {
            Coefficient::Fixed(rate) => self.fixed(rate),
            Coefficient::Adaptive if self.get(Q::PreviousCurvature).is_some() => self.two_vectors(),
            Coefficient::Adaptive => self.one_vector(),
        }
    }

    /// α given: nothing to derive.
    fn fixed(&self, rate: f64) -> Line {
        let mut line = vec![symbol("α = ")];
        // As it was written, unless something has been made of it.
        let used = self.get(Q::LearningRate).filter(|used| !near(*used, rate));
        line.push(part(Role::Result, used.map_or_else(|| rate.to_string(), precise)));
        line.push(symbol(" fixed   "));
        if let Some(momentum) = self.get(Q::Momentum) {
            line.push(symbol("μ = "));
            line.push(part(Role::Result, precise(momentum)));
            let (velocity, adaptive) = (
                matches!(self.recipe.direction, DirectionRecipe::Gradient { .. }),
                self.recipe.step_size.momentum == Coefficient::Adaptive,
            );
            line.push(symbol(match (adaptive, self.get(Q::PreviousCurvature).is_some()) {
                (true, true) => " minimises M given α   ",
                (true, false) => ": no previous update   ",
                _ if velocity => " fixed, d ← μd + g   ",
                _ => " fixed   ",
            }));
        }
        let d = self.letter();
        let slope = self.get(Q::GradDotDirection);
        named(&mut line, &format!("gᵀ{d}"), slope);
        named(&mut line, &format!("κ = {d}ᵀ(C + λI){d}"), self.get(Q::Curvature));
        if let (DirectionRecipe::Kfac { norm_constraint: Some(limit), .. }, Some(slope)) =
            (&self.recipe.direction, slope)
        {
            // Δ was multiplied by √(c/(α²Δᵀg)) < 1, which is c/(α²gᵀΔ) with the Δ that came of it.
            let share = limit / (rate * rate * slope);
            if 0.0 < share && share < 1.0 - 1e-6 {
                line.push(symbol(format!("Δ shortened × {}", precise(share))));
            }
        }
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
            let value = self.get(Q::LearningRate).map_or_else(|| "—".to_owned(), precise);
            line.extend([symbol("→  α = "), part(Role::Result, value)]);
            return line;
        };
        let remarks = self.remarks(slope, curvature, model);
        if !remarks.is_empty() {
            // Where there is little room, what became of α says more than the summands of κ.
            for part in &mut line {
                part.role = Role::Aside;
            }
        }
        let size = if self.recipe.step_size.saddle_free && curvature < 0.0 {
            format!("|{}|", precise(curvature))
        } else {
            precise(curvature)
        };
        line.push(symbol(format!("→  α = {} / {size} = ", precise(slope))));
        line.push(part(Role::Result, precise(model)));
        line.extend(remarks);
        if self.own_step() == 1 && self.recipe.step_size.momentum == Coefficient::Adaptive {
            line.push(symbol("  μ = 0: no previous update"));
        }
        line
    }

    /// Why α has an unusual sign, and what was made of it.
    fn remarks(&self, slope: f64, curvature: f64, model: f64) -> Vec<Part> {
        let mut remarks = Vec::new();
        if curvature < 0.0 && self.recipe.step_size.saddle_free {
            remarks.push(symbol(" saddle-free"));
        } else if model < 0.0 && curvature < 0.0 {
            remarks.push(symbol(" < 0: follows negative curvature"));
        } else if model < 0.0 && slope < 0.0 {
            remarks.push(symbol(" < 0: d points uphill"));
        }
        remarks.extend(self.decorated(model));
        remarks
    }

    /// What was made of the model's α, step by step: clipped, amplified, averaged.
    fn decorated(&self, model: f64) -> Vec<Part> {
        let size = &self.recipe.step_size;
        let mut parts = Vec::new();
        let mut alpha = model;
        let mut stage = |text: String, value: f64| {
            parts.push(symbol(text));
            parts.push(part(Role::Result, precise(value)));
        };
        if let Some(clip) = size.clip.filter(|clip| alpha.abs() > *clip) {
            alpha = clip.copysign(alpha);
            stage(" → clipped to ".to_owned(), alpha);
        }
        if !near(size.amplification, 1.0) {
            alpha *= size.amplification;
            stage(format!(" → amplified × {} = ", size.amplification), alpha);
        }
        if size.ema > 0.0 {
            let before = if self.own_step() == 1 { None } else { self.lane.value(Q::LearningRate, self.step - 1) };
            let (keep, take) = (precise(size.ema), precise(1.0 - size.ema));
            let average = self.get(Q::LearningRate).unwrap_or(alpha);
            let before = precise(before.unwrap_or(0.0));
            stage(format!(" → averaged ᾱ = {keep} · {before} + {take} · {} = ", precise(alpha)), average);
        }
        parts
    }

    /// The 2 × 2 system of α and μ, a row for the direction Δ and one for the previous update p.
    fn two_vectors(&self) -> Line {
        let lambda = self.get(Q::Damping).unwrap_or(0.0);
        let entry =
            |curvature, product| self.get(curvature).zip(self.get(product)).map(|(c, d): (f64, f64)| c + lambda * d);
        let (first, cross, last) = (
            entry(Q::DirectionCurvature, Q::DirectionSquaredNorm),
            entry(Q::CrossCurvature, Q::CrossProduct),
            entry(Q::PreviousCurvature, Q::PreviousSquaredNorm),
        );
        let text = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), short);
        // Both derivatives of M(α, μ) = f − α gᵀΔ + μ gᵀp + ½ (−αΔ + μp)ᵀ(C + λI)(−αΔ + μp) are zero.
        let row = |name: &str, alpha, mu: Option<f64>, right| {
            let sign = if mu.is_some_and(|mu| mu < 0.0) { '+' } else { '−' };
            let equation = format!("{} α {sign} {} μ = {}", text(alpha), text(mu.map(f64::abs)), text(right));
            [symbol(format!("{name}: ")), part(Role::Value, equation)]
        };
        let mut line = Line::new();
        // One row alone says nothing: without room for both they go together.
        line.extend(row("Δ", first, cross, self.get(Q::GradDotDirection)));
        line.push(symbol("; "));
        line.extend(row("p", cross, last, self.get(Q::GradDotPrevious)));
        line.push(symbol("   "));
        let model = self.get(Q::ModelLearningRate).or(self.get(Q::LearningRate));
        line.push(symbol("→  "));
        if self.recipe.step_size.momentum == Coefficient::Adaptive {
            line.push(part(Role::Aside, "M is least at "));
        }
        line.push(symbol("α = "));
        line.push(part(Role::Result, text(model)));
        line.extend(self.decorated(model.unwrap_or(0.0)));
        line.push(symbol("  μ = "));
        line.push(part(Role::Result, text(self.get(Q::Momentum))));
        if self.recipe.step_size.momentum != Coefficient::Adaptive {
            line.push(symbol(" fixed, α minimises M given it"));
        } else if let (Some(a), Some(b), Some(c)) = (first, cross, last)
            && a * c - b * b <= PARALLEL * a * c
        {
            line.push(symbol(": the vectors are parallel"));
        }
        line
    }
}
