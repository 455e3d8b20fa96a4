//! The same in words, for whoever does not read formulas yet.

use super::{Explained, Line, precise, ratio::Trust, symbol};
use crate::optim::{DampingRule, Quantity as Q};

/// Above this share of what was promised f fell by more, not by as much.
const MORE: f64 = 1.25;

impl Explained<'_> {
    /// What was promised, what came of it, and what follows. Nothing where there is no promise, or one of a rise, which has a
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
        let verdict = match self.trust(rho) {
            Trust::Lost => "So small a change is lost in the rounding of f",
            Trust::High if rho > MORE => "f fell by more than the model promised",
            Trust::High => "The model was right for a step of this length",
            Trust::Between => "The model was roughly right for a step of this length",
            Trust::Low => "The step was too long for the model",
        };
        let lines = [
            format!("The model promised a fall of {}; {came}.", size(predicted)),
            format!("{verdict}{}.", self.answer()),
        ];
        lines.map(|line| vec![symbol(line)]).into()
    }

    /// What λ does about it.
    fn answer(&self) -> String {
        let (Some(used), Some(next)) = (self.get(Q::Damping), self.get(Q::NextDamping)) else { return String::new() };
        let words = match self.recipe.damping.rule {
            DampingRule::None => ", and there is no damping to answer",
            DampingRule::Constant => ", and λ is constant",
            _ if next > used => ": λ rises",
            _ if next < used => ": λ falls",
            DampingRule::LevenbergMarquardt if self.between_adaptations().is_some() => ", and λ waits",
            _ => return self.bound(next).map_or_else(|| ": λ stays".to_owned(), |end| format!(": λ stays at {end}")),
        };
        words.to_owned()
    }
}
