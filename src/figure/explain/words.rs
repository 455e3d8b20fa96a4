//! The same in words, for whoever does not read formulas yet.

use super::{Explained, Line, precise, symbol};
use crate::optim::{DampingRule, Quantity as Q, RHO_HIGH, RHO_LOW};

impl Explained<'_> {
    /// What was promised and what came of it, and what follows. Nothing where there is no promise, or one of a rise, which has a
    /// [warning](Self::warning) of its own.
    pub(super) fn words(&self) -> Vec<Line> {
        let promise = self.get(Q::ModelChange).filter(|predicted| *predicted < 0.0);
        let (Some(predicted), Some(actual), Some(rho)) = (promise, self.actual(), self.get(Q::Rho)) else {
            return Vec::new();
        };
        let size = |change: f64| precise(change.abs());
        let came = match actual {
            rise if rise > 0.0 => format!("f rose by {}", size(actual)),
            fall if fall < 0.0 => format!("f fell by {}", size(actual)),
            _ => "f is the same".to_owned(),
        };
        let promised = format!("The model promised a fall of {}; {came}.", size(predicted));
        let lost = self.lane.lost(self.step);
        let trust = if lost {
            "That is less than f can tell"
        } else if rho > RHO_HIGH {
            "As far as this step the model can be trusted"
        } else if rho < RHO_LOW {
            "The step went further than the model can be trusted"
        } else {
            "As far as this step the model is roughly right"
        };
        vec![vec![symbol(promised)], vec![symbol(format!("{trust}{}.", self.answer()))]]
    }

    /// What λ does about it.
    fn answer(&self) -> &'static str {
        let (Some(used), Some(next)) = (self.get(Q::Damping), self.get(Q::NextDamping)) else { return "" };
        let rule = &self.recipe.damping;
        match rule.rule {
            DampingRule::None => ", and there is no damping to answer",
            DampingRule::Constant => ", and λ is constant",
            _ if next > used => ": λ rises",
            _ if next < used => ": λ falls",
            DampingRule::LevenbergMarquardt if self.between_adaptations().is_some() => ", and λ waits",
            _ if next <= rule.min => ": λ stays at its floor",
            _ => ": λ stays",
        }
    }
}
