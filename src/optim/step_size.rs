//! How far: the coefficients of the proposed vectors.

use nalgebra::Vector2;

use super::{Coefficient, QuadraticModel, StepSizeRecipe, Visitor};
use crate::math::Real;

/// Fixed coefficients, or those that minimise the quadratic model; then the optional changes to α in the paper's order:
/// clip to \[−c, c\], amplify, average.
#[derive(Clone, Debug)]
pub struct StepSize<T: Real> {
    recipe: StepSizeRecipe,
    /// ᾱ, starting at 0 and not corrected for it.
    average: T,
}

/// What a step size says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights<T: Real> {
    /// w, with δ = −Vw: w₁ is the learning rate, −w₂ the momentum.
    pub w: Vector2<T>,
    /// α before it was clipped, amplified or averaged, where the model gave it.
    pub model_learning_rate: Option<T>,
    /// ᾱ after this step.
    pub average: T,
}

impl<T: Real> StepSize<T> {
    /// As the recipe says.
    pub fn new(recipe: &StepSizeRecipe) -> Self {
        Self { recipe: recipe.clone(), average: T::zero() }
    }

    /// Whether a coefficient minimises the model.
    pub fn needs_model(&self) -> bool {
        matches!(
            (self.recipe.learning_rate, self.recipe.momentum),
            (Coefficient::Adaptive, _) | (_, Coefficient::Adaptive)
        )
    }

    /// The fixed learning rate, if it is fixed.
    pub fn fixed_learning_rate(&self) -> Option<f64> {
        match self.recipe.learning_rate {
            Coefficient::Fixed(rate) => Some(rate),
            Coefficient::Adaptive => None,
        }
    }

    /// The coefficient of the previous update as configured.
    pub fn momentum(&self) -> Coefficient {
        self.recipe.momentum
    }

    /// Whether the previous update is proposed beside the direction.
    pub fn uses_previous(&self) -> bool {
        match self.recipe.momentum {
            Coefficient::Fixed(momentum) => momentum.abs() > 0.0,
            Coefficient::Adaptive => true,
        }
    }

    /// The coefficients of `vectors` proposed vectors; `model` is there whenever [`needs_model`](Self::needs_model).
    pub fn weights(&self, vectors: usize, model: Option<&QuadraticModel<T>>, lambda: T) -> Weights<T> {
        use Coefficient::{Adaptive, Fixed};
        let second = |momentum: f64| if vectors == 2 { T::of(-momentum) } else { T::zero() };
        let mut w = match (self.recipe.learning_rate, self.recipe.momentum, model) {
            (Adaptive, Adaptive, Some(model)) => model.minimiser(lambda),
            (Adaptive, Fixed(momentum), Some(model)) => model.minimiser_given_second(lambda, second(momentum)),
            (Fixed(rate), Adaptive, Some(model)) => model.minimiser_given_first(lambda, T::of(rate)),
            (Fixed(rate), Fixed(momentum), _) => Vector2::new(T::of(rate), second(momentum)),
            (Adaptive, ..) | (_, Adaptive, _) => unreachable!("an adaptive coefficient is given its model"),
        };
        if self.recipe.saddle_free && model.is_some_and(|model| model.curvature(lambda) < T::zero()) {
            w[0] = -w[0];
        }
        let model_learning_rate = matches!(self.recipe.learning_rate, Adaptive).then_some(w[0]);
        let (alpha, average) = self.adjust(w[0]);
        w[0] = alpha;
        Weights { w, model_learning_rate, average }
    }

    /// Takes note of a step taken with these coefficients.
    pub(super) fn remember(&mut self, weights: &Weights<T>) {
        self.average = weights.average;
    }

    /// Shows everything the next step depends on.
    pub fn visit(&mut self, visitor: &mut dyn Visitor<T>) {
        visitor.real("average_learning_rate", &mut self.average);
    }

    /// α clipped, amplified and averaged, and ᾱ.
    fn adjust(&self, alpha: T) -> (T, T) {
        let recipe = &self.recipe;
        let mut alpha = alpha;
        if let Some(clip) = recipe.clip.map(T::of) {
            alpha = alpha.clamp(-clip, clip);
        }
        alpha *= T::of(recipe.amplification);
        if recipe.ema > 0.0 {
            let keep = T::of(recipe.ema);
            alpha = keep * self.average + (T::one() - keep) * alpha;
            return (alpha, alpha);
        }
        (alpha, self.average)
    }
}
