//! How much to distrust the quadratic model: λ.

use super::{DampingRecipe, DampingRule, Visitor};
use crate::math::Real;

/// Above this ρ the model predicts well and λ is lowered.
///
/// Source of both thresholds: Marquardt 1963; Martens & Grosse 2015, §6.5; Clarke & Hernández-Lobato 2024.
pub const RHO_HIGH: f64 = 0.75;
/// Below this ρ the model overpromises and λ is raised.
pub const RHO_LOW: f64 = 0.25;

/// λ and the rule by which it follows the steps.
///
/// ```text
/// Levenberg–Marquardt:  λ′ = ω_dec·λ if ρ > 3/4;  ω_inc·λ if ρ < 1/4;  else λ
/// decreasing loss:      f′ ≤ f: λ′ = ω_dec·λ;  else reject the step and λ′ = ω_inc·λ
/// ```
///
/// λ′ is clipped to \[λ_min, λ_max\]; without a λ_max to where its products are still finite (the references run on to infinity).
#[derive(Clone, Debug)]
pub struct Damping<T: Real> {
    recipe: DampingRecipe,
    lambda: T,
}

/// What a damping rule makes of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict<T: Real> {
    /// λ′.
    pub next: T,
    /// The step is to be undone.
    pub rejected: bool,
    /// And with it the direction's moments.
    pub restore_direction: bool,
}

impl<T: Real> Damping<T> {
    /// As the recipe says. `none` is λ = 0 whatever else it says.
    pub fn new(recipe: &DampingRecipe) -> Self {
        let initial = if recipe.rule == DampingRule::None { 0.0 } else { recipe.initial };
        Self { recipe: recipe.clone(), lambda: T::of(initial) }
    }

    /// λ.
    pub fn lambda(&self) -> T {
        self.lambda
    }

    /// Whether λ₀ is to be found at the first step.
    pub fn calibrates(&self) -> bool {
        self.recipe.calibrate
    }

    /// Whether this step's ρ is needed.
    pub fn needs_rho(&self, step: u64) -> bool {
        self.recipe.rule == DampingRule::LevenbergMarquardt && step.is_multiple_of(self.recipe.interval.max(1))
    }

    /// Whether this step's f′ is needed.
    pub fn needs_new_loss(&self, step: u64) -> bool {
        self.needs_rho(step) || self.recipe.rule == DampingRule::DecreasingLoss || self.recipe.reject.is_some()
    }

    /// Whether a non-finite f′ is answered by a rejection.
    pub fn may_reject(&self) -> bool {
        self.recipe.rule == DampingRule::DecreasingLoss || self.recipe.reject.is_some()
    }

    /// Whether a rejection restores the direction's moments, which must then be remembered.
    pub fn may_restore_direction(&self) -> bool {
        self.recipe.rule == DampingRule::DecreasingLoss
    }

    /// λ′ by the rule, and whether to undo the step; `actual`, f′ − f, is `None` where f′ is not finite or was not computed.
    ///
    /// `lost`: the predicted change is lost in the rounding of f, which is this large. ρ then says nothing and λ stays, and f rises only
    /// by more than that.
    pub fn judge(&self, step: u64, rho: Option<T>, actual: Option<T>, lost: Option<T>) -> Verdict<T> {
        let rises = actual.is_none_or(|change| change > lost.unwrap_or_else(T::zero));
        let mut verdict = match self.recipe.rule {
            DampingRule::LevenbergMarquardt if lost.is_some() => self.stay(),
            DampingRule::DecreasingLoss if lost.is_some() && !rises => self.stay(),
            DampingRule::LevenbergMarquardt => {
                Verdict { next: self.adapted(step, rho), rejected: false, restore_direction: false }
            }
            DampingRule::DecreasingLoss => {
                let factor = if rises { self.recipe.increase } else { self.recipe.decrease };
                Verdict { next: self.clipped(self.lambda * T::of(factor)), rejected: rises, restore_direction: rises }
            }
            DampingRule::Constant | DampingRule::None => self.stay(),
        };
        if let Some(increase) = self.recipe.reject.filter(|_| rises && !verdict.rejected) {
            let raised = verdict.next * T::of(increase);
            verdict.next = if self.recipe.rule == DampingRule::None { self.lambda } else { self.clipped(raised) };
            verdict.rejected = true;
        }
        verdict
    }

    fn stay(&self) -> Verdict<T> {
        Verdict { next: self.lambda, rejected: false, restore_direction: false }
    }

    /// λ by the Levenberg–Marquardt rule; between adaptation steps it stays.
    pub fn adapted(&self, step: u64, rho: Option<T>) -> T {
        if !self.needs_rho(step) {
            return self.lambda;
        }
        self.ruled(rho, self.recipe.interval.max(1))
    }

    fn ruled(&self, rho: Option<T>, power: u64) -> T {
        let factor = match rho {
            Some(rho) if rho > T::of(RHO_HIGH) => self.recipe.decrease,
            Some(rho) if rho < T::of(RHO_LOW) => self.recipe.increase,
            None if self.recipe.raise_if_undefined => self.recipe.increase,
            Some(_) | None => return self.clipped(self.lambda),
        };
        // A power may overflow: λ = 0 stays 0 however often it is multiplied.
        let power = T::of(if power == 1 { factor } else { factor.powf(power as f64) });
        self.clipped(if self.lambda > T::zero() { self.lambda * power } else { self.lambda })
    }

    /// λ by one application of the Levenberg–Marquardt rule, whatever the step: for finding λ₀.
    pub fn calibrated(&self, rho: Option<T>) -> T {
        self.ruled(rho, 1)
    }

    /// Takes λ′ for the next step.
    pub fn set(&mut self, lambda: T) {
        self.lambda = lambda;
    }

    /// Shows everything the next step depends on.
    pub fn visit(&mut self, visitor: &mut dyn Visitor<T>) {
        visitor.real("damping", &mut self.lambda);
    }

    fn clipped(&self, lambda: T) -> T {
        let ceiling = T::one() / smallest_normal::<T>().sqrt();
        let max = self.recipe.max.map_or(ceiling, |max| T::of(max).min(ceiling));
        lambda.min(max).max(T::of(self.recipe.min))
    }
}

/// The smallest positive normal number.
pub(super) fn smallest_normal<T: Real>() -> T {
    T::of(if T::default_epsilon().into() < 1e-10 { f64::MIN_POSITIVE } else { f64::from(f32::MIN_POSITIVE) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::presets;

    fn damping(change: impl FnOnce(&mut DampingRecipe)) -> Damping<f64> {
        let mut recipe = DampingRecipe { initial: 1.0, ..presets::adamqlr().damping };
        change(&mut recipe);
        Damping::new(&recipe)
    }

    #[test]
    fn rho_decides_lambda() {
        let rule = damping(|_| ());
        for (rho, next) in [
            (Some(1.0), 0.5),
            (Some(0.76), 0.5),
            (Some(0.75), 1.0),
            (Some(0.5), 1.0),
            (Some(0.25), 1.0),
            (Some(0.24), 2.0),
            (Some(-3.0), 2.0),
            (None, 1.0),
        ] {
            assert_eq!(rule.judge(1, rho, Some(-0.5), None).next.to_bits(), f64::to_bits(next), "{rho:?}");
        }
        assert!((damping(|r| r.raise_if_undefined = true).judge(1, None, Some(-0.5), None).next - 2.0).abs() < 1e-15);
    }

    #[test]
    fn lambda_keeps_to_its_bounds_and_never_overflows() {
        let near_floor = damping(|r| (r.initial, r.min) = (1.5e-8, 1e-8));
        assert!((near_floor.judge(1, Some(1.0), Some(-0.5), None).next - 1e-8).abs() < 1e-20);
        let capped = damping(|r| r.max = Some(1.5));
        assert!((capped.judge(1, Some(0.0), Some(-0.5), None).next - 1.5).abs() < 1e-15);
        let mut rising = damping(|_| ());
        for step in 1..5000 {
            let next = rising.judge(step, Some(0.0), Some(1.0), None).next;
            assert!((next * 1e150).is_finite());
            rising.set(next);
        }
    }

    #[test]
    fn an_interval_waits_and_then_takes_the_power() {
        let rule = damping(|r| (r.interval, r.decrease) = (3, 0.9));
        assert!(!rule.needs_rho(1) && !rule.needs_rho(2) && rule.needs_rho(3) && rule.needs_rho(6));
        assert!((rule.judge(2, Some(1.0), None, None).next - 1.0).abs() < 1e-15);
        assert!((rule.judge(3, Some(1.0), Some(-0.5), None).next - 0.729).abs() < 1e-12);
    }

    #[test]
    fn decreasing_loss_rejects_exactly_the_rises() {
        let rule = damping(|r| r.rule = DampingRule::DecreasingLoss);
        assert_eq!(
            rule.judge(1, None, Some(0.0), None),
            Verdict { next: 0.5, rejected: false, restore_direction: false }
        );
        assert_eq!(
            rule.judge(1, None, Some(0.1), None),
            Verdict { next: 2.0, rejected: true, restore_direction: true }
        );
        assert_eq!(rule.judge(1, None, None, None), Verdict { next: 2.0, rejected: true, restore_direction: true });
    }

    #[test]
    fn rejecting_raises_what_the_rule_gave() {
        let rule = damping(|r| (r.reject, r.decrease, r.increase) = (Some(3.0), 0.9, 1.1));
        let verdict = rule.judge(1, Some(-1.0), Some(1.0), None);
        assert!(verdict.rejected && (verdict.next - 3.3).abs() < 1e-12);
        assert!(!rule.judge(1, Some(0.9), Some(-0.5), None).rejected);
    }

    #[test]
    fn what_is_lost_in_rounding_leaves_lambda_and_the_step() {
        let lost = Some(1e-14);
        let stays = |verdict: Verdict<f64>| verdict.next.to_bits() == 1.0_f64.to_bits() && !verdict.rejected;
        for rho in [Some(-1e7), Some(1.0), None] {
            assert!(stays(damping(|r| r.raise_if_undefined = true).judge(1, rho, Some(5e-15), lost)));
        }
        assert!(stays(damping(|r| r.reject = Some(2.0)).judge(1, Some(-3.0), Some(5e-15), lost)));
        let decreasing = damping(|r| r.rule = DampingRule::DecreasingLoss);
        assert!(stays(decreasing.judge(1, None, Some(5e-15), lost)));
        assert!(decreasing.judge(1, None, Some(0.1), lost).rejected, "f itself says that it rises");
    }
}
