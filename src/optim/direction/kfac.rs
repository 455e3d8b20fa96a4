//! K-FAC's direction.

use nalgebra::DVector;

use super::{Local, block_inverse::BlockInverse};
use crate::{
    math::{PanelMut, Real},
    optim::{Halt, Inversion, Visitor},
    problem::{Estimator, Factors, Oracle, Problem},
};

/// Up to this many outputs the factor G is computed exactly unless asked otherwise: it takes one backward pass an output.
pub const EXACT_OUTPUTS: usize = 32;

/// Δ = (F̂ + λI)⁻¹g with F̂ block-diagonal and every block A ⊗ G, a Kronecker product.
///
/// The factors are weighted averages over the batches seen, unbiased from the first step on: W ← γW + 1, X ← X + (X_new − X)/W.
/// A problem without layers is one block with A the full Gauss–Newton matrix and G = 1, so Δ is the damped Gauss–Newton direction.
/// With full blocks that is so for every problem: A is C itself, of all layers together.
///
/// Source: Martens & Grosse 2015, §§4–6; defaults and averaging as kfac-jax runs it.
#[derive(Clone, Debug)]
pub struct Kfac<T: Real> {
    settings: KfacSettings<T>,
    l2: T,
    weight: T,
    averages: Vec<Factors<T>>,
    inverses: Vec<BlockInverse<T>>,
    /// What the inverses were made of, where they serve for several steps.
    inverted: Option<Inverted<T>>,
}

/// What an inverse is a function of.
#[derive(Clone, Debug)]
struct Inverted<T: Real> {
    averages: Vec<Factors<T>>,
    lambda: T,
}

/// The choices that a recipe leaves open.
#[derive(Clone, Debug)]
pub(super) struct KfacSettings<T: Real> {
    pub(super) ema: T,
    pub(super) estimator: Estimator,
    pub(super) inversion: Inversion,
    /// One block over all parameters, of C itself.
    pub(super) full: bool,
    pub(super) interval: u64,
    pub(super) norm_constraint: Option<T>,
}

/// The estimator to use where none is asked for, of a problem with so many outputs.
pub fn default_estimator(outputs: usize) -> Estimator {
    if outputs > EXACT_OUTPUTS { Estimator::Sampled } else { Estimator::Exact }
}

impl<T: Real> Kfac<T> {
    pub(super) fn new(problem: &dyn Problem<T>, settings: KfacSettings<T>) -> Self {
        let blocks = if settings.full { vec![(problem.start().len(), 1)] } else { problem.blocks() };
        let averages: Vec<_> = blocks.into_iter().map(Factors::zeros).collect();
        let inverses = averages.iter().map(|_| BlockInverse::new(settings.inversion)).collect();
        Self { settings, l2: problem.l2(), weight: T::zero(), averages, inverses, inverted: None }
    }

    /// Averages in the statistics of the current batch, which the step then uses.
    pub(super) fn observe(&mut self, oracle: &mut dyn Oracle<T>) {
        self.weight = self.settings.ema * self.weight + T::one();
        let share = T::one() / self.weight;
        if self.settings.full {
            let Factors { a, g } = &mut self.averages[0];
            oracle.full_statistics(self.settings.estimator, share, a);
            g.fill(T::one());
        } else {
            oracle.statistics(self.settings.estimator, share, &mut self.averages);
        }
    }

    /// Δ.
    pub(super) fn propose(&mut self, local: &mut Local<'_, T>, direction: &mut DVector<T>) -> Result<(), Halt> {
        // c of a penalty ½c‖θ‖² stands beside λ: it is a multiple of the identity too.
        let lambda = local.lambda + self.l2;
        let refresh = (local.step - 1).is_multiple_of(self.settings.interval);
        if self.settings.interval > 1 && (refresh || !self.inverses.iter().all(BlockInverse::is_ready)) {
            self.keep_what_is_inverted(lambda);
        }
        direction.copy_from(local.gradient);
        let mut rest = direction.as_mut_slice();
        for (inverse, factors) in self.inverses.iter_mut().zip(&self.averages) {
            if refresh || !inverse.is_ready() {
                inverse.refresh(factors, lambda).ok_or_else(|| singular(&self.averages))?;
                local.cost.factorisations += 2;
            }
            let block;
            (block, rest) = rest.split_at_mut(factors.a.nrows() * factors.g.nrows());
            inverse.apply(PanelMut::new(block, factors.a.nrows()), lambda);
        }
        self.constrain(local, direction);
        Ok(())
    }

    /// Notes what the inverses are made of now, in the place of what they were made of before.
    fn keep_what_is_inverted(&mut self, lambda: T) {
        let Some(inverted) = &mut self.inverted else {
            self.inverted = Some(Inverted { averages: self.averages.clone(), lambda });
            return;
        };
        inverted.lambda = lambda;
        for (kept, factors) in inverted.averages.iter_mut().zip(&self.averages) {
            kept.a.copy_from(&factors.a);
            kept.g.copy_from(&factors.g);
        }
    }

    /// Δ ← min(1, √(c/(α²Δᵀg)))·Δ, which bounds the change in the model's outputs; only with a fixed α, and only downhill.
    fn constrain(&self, local: &Local<'_, T>, delta: &mut DVector<T>) {
        if let (Some(limit), Some(rate)) = (self.settings.norm_constraint, local.fixed_learning_rate) {
            let slope = delta.dot(local.gradient);
            let scale = (limit / (rate * rate * slope)).sqrt();
            if slope > T::zero() && scale < T::one() {
                *delta *= scale;
            }
        }
    }

    /// The inverses are not shown but what they were made of: they are made again.
    pub(super) fn visit(&mut self, visitor: &mut dyn Visitor<T>) {
        visitor.real("weight", &mut self.weight);
        visit(&mut self.averages, "average", visitor);
        if visitor.part("has_inverted", self.inverted.is_some()) {
            let inverted =
                self.inverted.get_or_insert_with(|| Inverted { averages: self.averages.clone(), lambda: T::zero() });
            visitor.real("inverted.damping", &mut inverted.lambda);
            visit(&mut inverted.averages, "inverted", visitor);
            for (inverse, factors) in self.inverses.iter_mut().zip(&inverted.averages) {
                // One that cannot be made stays unready.
                let _ = inverse.refresh(factors, inverted.lambda);
            }
        } else {
            self.inverted = None;
            self.inverses.fill_with(|| BlockInverse::new(self.settings.inversion));
        }
    }

    /// Averages, inverses and what those were made of have the same shapes.
    pub(super) fn numbers(&self) -> usize {
        let factors: usize = self.averages.iter().map(|factors| factors.a.len() + factors.g.len()).sum();
        factors * if self.settings.interval > 1 { 3 } else { 2 }
    }
}

/// Why there is no direction: a factor that is not finite, else one that has no inverse. Where the one block is C itself its rows are
/// parameters.
fn singular<T: Real>(averages: &[Factors<T>]) -> Halt {
    let is_whole = averages.len() == 1 && averages[0].g.len() == 1;
    for factor in averages.iter().flat_map(|Factors { a, g }| [a, g]) {
        if let Some(place) = factor.iter().position(|entry| !entry.is_finite()) {
            let index = is_whole.then_some(place / factor.nrows());
            let quantity = if is_whole { "the curvature" } else { "a curvature factor" };
            return Halt::NotFinite { quantity, value: factor[place].into(), index };
        }
    }
    Halt::Singular
}

fn visit<T: Real>(factors: &mut [Factors<T>], name: &str, visitor: &mut dyn Visitor<T>) {
    for (block, factors) in factors.iter_mut().enumerate() {
        visitor.reals(&format!("{name}.{block}.a"), factors.a.as_mut_slice());
        visitor.reals(&format!("{name}.{block}.g"), factors.g.as_mut_slice());
    }
}
