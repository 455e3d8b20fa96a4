//! Whether a lane has arrived: at a point where nothing is left to gain, or only at one from which it cannot get away.

use super::{QuadraticModel, Visitor, halt::Halt};
use crate::math::Real;

/// So many accepted or rejected steps in a row that leave every parameter as it is end a lane.
pub const STALLED_STEPS: u32 = 100;
/// A change of f below so many roundings of f is none.
const ROUNDINGS: f64 = 16.0;

/// What the end of a lane is judged by.
///
/// ```text
/// converged   ‖g‖ ≤ tolerance·‖g₀‖, and what the model still sees is negligible: its extremum along the vectors proposed and along g,
///             without λ, lies within tolerance·max(‖θ‖, ‖θ₀‖) of θ, or differs from f by at most 16ε·|f|
/// converged   100 steps changed no parameter, and that extremum lies within the precision of θ, 2ε·‖θ‖;
///             or it is within that of f, and ‖g‖ ≤ √(16ε)·‖g₀‖, which is as much as f known to 16ε can tell
/// stalled     100 steps changed no parameter, and neither holds
/// ```
///
/// The gradient alone does not tell: from a far start it falls to 1e-10 of what it was on the floor of a flat valley, with all of the
/// valley still to go. λ is left out, since a large one makes every promise small. Where each step sees another batch the gradient has
/// to be small on all batches of an epoch in a row.
#[derive(Clone, Debug)]
pub(super) struct Arrival<T: Real> {
    tolerance: T,
    patience: u64,
    /// ‖g₀‖ and ‖θ₀‖.
    start: [T; 2],
    /// So many gradients in a row were small.
    small: u64,
}

/// Where a lane stands when its end is judged.
pub(super) struct Standing<'a, T: Real> {
    /// f.
    pub loss: T,
    /// ‖g‖.
    pub gradient: T,
    /// ‖θ‖.
    pub params: T,
    /// The model over the vectors proposed, and along the gradient: a direction with momentum may be at right angles to it.
    pub models: [&'a QuadraticModel<T>; 2],
}

impl<T: Real> Arrival<T> {
    /// `patience`: how many gradients in a row have to be small.
    pub(super) fn new(tolerance: f64, patience: u64) -> Self {
        Self { tolerance: T::of(tolerance), patience: patience.max(1), start: [T::zero(); 2], small: 0 }
    }

    /// Takes note of ‖g₀‖ and ‖θ₀‖.
    pub(super) fn begin(&mut self, gradient: T, params: T) {
        self.start = [gradient, params];
    }

    /// Takes note of ‖g‖.
    pub(super) fn see(&mut self, gradient: T) {
        self.small = if gradient <= self.tolerance * self.start[0] { self.small + 1 } else { 0 };
    }

    /// Whether the gradient has been small for long enough.
    pub(super) fn is_quiet(&self) -> bool {
        self.small >= self.patience
    }

    /// Whether nothing is left to gain. `still`: the last [`STALLED_STEPS`] changed nothing.
    pub(super) fn judge(&self, at: &Standing<'_, T>, still: bool) -> Option<Halt> {
        let epsilon = T::default_epsilon();
        let rounding = T::of(ROUNDINGS) * epsilon;
        let all = |holds: &dyn Fn(&QuadraticModel<T>) -> bool| at.models.iter().all(|model| holds(model));
        // What is not a number is not negligible.
        let within = |distance: T| all(&|model| model.extremum_distance() <= distance);
        let flat = all(&|model| model.change(model.minimiser(T::zero()), T::zero()).abs() <= rounding * at.loss.abs());
        let [gradient, params] = self.start;
        let share = (at.gradient / gradient).into();
        if self.is_quiet() && (flat || within(self.tolerance * at.params.max(params))) {
            return Some(Halt::SmallGradient { share, tolerance: self.tolerance.into() });
        }
        let precise = within(T::of(2.0) * epsilon * at.params);
        // A gradient above the start's is no arrival, however stiff the model makes what is left.
        let arrived = precise && at.gradient <= gradient || flat && at.gradient <= rounding.sqrt() * gradient;
        (still && arrived).then_some(Halt::Still { share })
    }

    /// Shows everything the next step depends on.
    pub(super) fn visit(&mut self, visitor: &mut dyn Visitor<T>) {
        visitor.reals("start_norms", &mut self.start);
        visitor.count("small_gradients", &mut self.small);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{Matrix2, Vector2};

    /// Along one vector d with ‖d‖² = 1: slope and curvature.
    fn model(slope: f64, curvature: f64) -> QuadraticModel<f64> {
        let only = |value| Matrix2::new(value, 0.0, 0.0, 0.0);
        QuadraticModel { vectors: 1, a: only(curvature), d: only(1.0), b: Vector2::new(slope, 0.0) }
    }

    fn judge(gradient: f64, loss: f64, curvature: f64, still: bool) -> Option<Halt> {
        let mut arrival = Arrival::new(1e-10, 1);
        arrival.begin(1.0, 1.0);
        arrival.see(gradient);
        let model = model(gradient, curvature);
        arrival.judge(&Standing { loss, gradient, params: 1.0, models: [&model; 2] }, still)
    }

    #[test]
    fn a_small_gradient_is_an_arrival_where_nothing_is_left_to_gain() {
        let small = Some(Halt::SmallGradient { share: 1e-11, tolerance: 1e-10 });
        assert_eq!(judge(1e-11, 1.0, 1.0, false), small);
        assert_eq!(judge(1e-11, 0.0, 1.0, false), small, "the extremum is near");
        assert_eq!(judge(1e-11, 0.0, -1.0, false), small, "it may be a maximum");
        assert_eq!(judge(1e-9, 1.0, 1.0, false), None);
        assert_eq!(judge(1e-11, 1e-9, 1e-8, false), None, "a flat valley: the model's minimum is a thousandth away");
        assert_eq!(judge(1e-11, 1.0, 0.0, false), None, "a slope without curvature has no end");
    }

    #[test]
    fn standing_still_is_an_arrival_only_within_the_precision_of_f_and_theta() {
        assert_eq!(judge(1e-9, 1.0, 1.0, true), Some(Halt::Still { share: 1e-9 }));
        assert_eq!(judge(1e-9, 1.0, 1.0, false), None);
        assert_eq!(judge(1e-3, 1e20, 1.0, true), None, "the gradient is not small, however large f is");
        assert_eq!(judge(0.5, 0.0, 1e16, true), Some(Halt::Still { share: 0.5 }), "less than the rounding of θ");
        assert_eq!(judge(0.5, 1.0, 1.0, true), None);
        assert_eq!(judge(2.0, 0.0, 1e16, true), None, "more than the start's");
    }

    #[test]
    fn every_batch_of_an_epoch_has_to_be_small() {
        let mut arrival = Arrival::new(1e-10, 3);
        arrival.begin(1.0, 1.0);
        for (gradient, quiet) in
            [(1e-11, false), (1e-11, false), (1e-3, false), (0.0, false), (0.0, false), (0.0, true)]
        {
            arrival.see(gradient);
            assert_eq!(arrival.is_quiet(), quiet);
        }
    }
}
