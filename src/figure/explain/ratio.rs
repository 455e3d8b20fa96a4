//! What the model promised, what came of it, and what that did to λ.

use super::{Explained, Line, Part, Role, named, near, part, symbol};
use crate::{
    figure::number::{count, precise, short},
    optim::{DampingRule, Quantity as Q, RHO_HIGH, RHO_LOW, Ratio},
};

/// A difference that is a smaller share of f has less than six digits.
const CANCELLED: f64 = 1e-10;

/// What ρ says of the model.
pub(super) enum Trust {
    /// Nothing: f cannot tell so small a change.
    Lost,
    /// Below ¼.
    Low,
    /// From ¼ to ¾.
    Between,
    /// Above ¾.
    High,
}

impl Explained<'_> {
    /// predicted and actual Δf → ρ → λ.
    pub(super) fn ratio(&self) -> Line {
        let mut line = Line::new();
        let Some(predicted) = self.get(Q::ModelChange) else {
            self.unpredicted(&mut line);
            line.extend(self.damping());
            line.extend(self.rejection());
            return line;
        };
        line.push(symbol("predicted Δf "));
        if self.recipe.damping.rule != DampingRule::None {
            let which = if self.recipe.ratio == Ratio::Undamped { "(without λ) " } else { "(with λ) " };
            line.push(part(Role::Aside, which));
        }
        if predicted > 0.0 {
            line.push(part(Role::Raised, format!("+{} ↑ uphill", precise(predicted))));
        } else {
            line.push(part(Role::Value, precise(predicted)));
        }
        line.push(symbol("   "));
        let change = self.actual();
        match change.filter(|change| *change > 0.0) {
            Some(rise) => {
                line.extend([symbol("actual Δf "), part(Role::Raised, format!("+{} ↑", precise(rise))), symbol("   ")]);
            }
            None => named(&mut line, "actual Δf", change),
        }
        match (self.get(Q::Rho), change) {
            (Some(rho), _) => {
                line.push(symbol("→  ρ = "));
                line.push(part(Role::Result, short(rho)));
                line.extend(self.judged(rho));
            }
            (None, Some(_)) => line.push(symbol("→  ρ undefined")),
            (None, None) if self.answers_by_rejection() => line.push(symbol("f after is not finite")),
            (None, None) => {
                line.push(symbol("ρ not computed"));
                line.push(part(Role::Aside, self.why_not()));
            }
        }
        line.extend(self.damping());
        line.extend(self.rejection());
        line
    }

    /// f′ − f; where that has lost its digits what ρ was made of, which may have more of them.
    pub(super) fn actual(&self) -> Option<f64> {
        let measured = self.get(Q::Rho).zip(self.get(Q::ModelChange)).map(|(rho, predicted)| rho * predicted);
        let (Some(before), Some(after)) = (self.get(Q::Loss), self.get(Q::NewLoss)) else { return measured };
        let difference = after - before;
        if difference.abs() < CANCELLED * before.abs() { measured.or(Some(difference)) } else { Some(difference) }
    }

    /// What ρ does not tell.
    pub(super) fn warning(&self) -> Option<Line> {
        let predicted = self.get(Q::ModelChange)?;
        let change = self.actual()?;
        if predicted <= 0.0 || change <= 0.0 || self.get(Q::Rho).is_none() {
            return None;
        }
        let why = if self.bounded_below() { "α is beyond the model's minimum" } else { self.without_minimum() };
        Some(vec![part(Role::Raised, format!("both uphill: ρ cannot warn, {why}"))])
    }

    fn without_minimum(&self) -> &'static str {
        match (self.get(Q::PreviousCurvature).is_some(), self.letter()) {
            (true, _) => "the model has no minimum along Δ and p",
            (false, "Δ") => "the model has no minimum along Δ",
            (false, _) => "the model has no minimum along d",
        }
    }

    /// Whether the model whose change is predicted has a minimum along the vectors of the step.
    fn bounded_below(&self) -> bool {
        let lambda = if self.recipe.ratio == Ratio::Damped { self.get(Q::Damping).unwrap_or(0.0) } else { 0.0 };
        let entry = |curvature, product| self.get(curvature).zip(self.get(product)).map(|(c, d)| c + lambda * d);
        let Some(first) = entry(Q::DirectionCurvature, Q::DirectionSquaredNorm) else { return true };
        let (cross, last) =
            (entry(Q::CrossCurvature, Q::CrossProduct), entry(Q::PreviousCurvature, Q::PreviousSquaredNorm));
        first > 0.0 && cross.zip(last).is_none_or(|(cross, last)| first * last > cross * cross)
    }

    /// Without a model there is only f.
    fn unpredicted(&self, line: &mut Line) {
        named(line, "f before", self.get(Q::Loss));
        match self.get(Q::NewLoss) {
            Some(after) => named(line, "f after", Some(after)),
            None if self.answers_by_rejection() => line.push(symbol("f after is not finite   ")),
            // On the next step's batch, so it is not called the same.
            None => named(line, "next f", self.after),
        }
        line.push(symbol("no prediction, no ρ"));
        line.push(part(Role::Aside, self.why_not()));
    }

    fn why_not(&self) -> &'static str {
        match (self.between_adaptations(), self.recipe.monitor) {
            (Some(_), _) | (_, true) => "",
            (None, false) => " (monitor = true would)",
        }
    }

    /// Whether f′ is computed at every step, so that a missing one is one that is not finite.
    fn answers_by_rejection(&self) -> bool {
        self.recipe.damping.rule == DampingRule::DecreasingLoss || self.recipe.damping.reject.is_some()
    }

    /// The next step at which λ adapts, where this one only waits for it.
    pub(super) fn between_adaptations(&self) -> Option<usize> {
        let rule = &self.recipe.damping;
        let interval = usize::try_from(rule.interval).unwrap_or(usize::MAX).max(1);
        let waits = rule.rule == DampingRule::LevenbergMarquardt && !self.own_step().is_multiple_of(interval);
        waits.then(|| self.lane.origin().saturating_add(self.own_step().next_multiple_of(interval)))
    }

    /// On which side of the thresholds ρ lies, where λ asks for it.
    fn judged(&self, rho: f64) -> Option<Part> {
        if self.recipe.damping.rule != DampingRule::LevenbergMarquardt || self.between_adaptations().is_some() {
            return None;
        }
        Some(match self.trust(rho) {
            Trust::Lost => symbol(" lost in the rounding of f"),
            Trust::High => symbol(" > 3/4"),
            Trust::Low => symbol(" < 1/4"),
            Trust::Between => part(Role::Aside, " in between"),
        })
    }

    /// What ρ says of the model, by the thresholds of the rule.
    pub(super) fn trust(&self, rho: f64) -> Trust {
        if self.lane.lost(self.step) {
            Trust::Lost
        } else if rho > RHO_HIGH {
            Trust::High
        } else if rho < RHO_LOW {
            Trust::Low
        } else {
            Trust::Between
        }
    }

    /// The end of its range that λ is at.
    pub(super) fn bound(&self, lambda: f64) -> Option<&'static str> {
        let rule = &self.recipe.damping;
        match rule.max {
            _ if near(lambda, rule.min) => Some("the floor"),
            Some(max) if near(lambda, max) => Some("the ceiling"),
            _ => None,
        }
    }

    fn rejection(&self) -> Option<Part> {
        self.lane.rejected(self.step).then(|| part(Role::Raised, "  step rejected: θ kept"))
    }

    /// What happened to λ.
    fn damping(&self) -> Line {
        let (Some(used), Some(next)) = (self.get(Q::Damping), self.get(Q::NextDamping)) else { return Line::new() };
        let rule = &self.recipe.damping;
        if rule.rule == DampingRule::None {
            return Line::new();
        }
        let mut line = Line::new();
        if rule.rule == DampingRule::DecreasingLoss {
            let rose = self.lane.rejected(self.step) && self.get(Q::NewLoss).is_some();
            line.extend(match (rose, self.lane.rejected(self.step)) {
                (true, _) => Some(symbol("  f rose")),
                (false, false) => Some(symbol("  f did not rise")),
                (false, true) => None,
            });
        }
        line.push(symbol(format!("  →  λ {} ", short(used))));
        line.extend(self.calibration());
        let arrived = |sign: char, role| {
            let at = self.bound(next).map_or_else(String::new, |name| format!(", {name}"));
            part(role, format!("{sign} {}{at}", short(next)))
        };
        if next > used {
            line.push(arrived('▲', Role::Raised));
        } else if next < used {
            line.push(arrived('▼', Role::Lowered));
        } else if rule.rule == DampingRule::Constant {
            line.push(symbol("constant"));
        } else if let Some(adapts) = self.between_adaptations() {
            line.push(symbol(format!("adapts at step {}", count(adapts))));
        } else {
            line.push(symbol(self.bound(used).map_or_else(|| "stays".to_owned(), |name| format!("stays at {name}"))));
        }
        line
    }

    /// Where λ₀ came from, at the first step.
    fn calibration(&self) -> Option<Part> {
        let record = self.lane.record(self.step).filter(|_| self.own_step() == 1)?;
        let from = record.calibrated_from?;
        let unsettled = if record.calibration_unsettled { ", not settled" } else { "" };
        Some(symbol(format!("(calibrated from {}{unsettled}) ", short(from))))
    }
}
