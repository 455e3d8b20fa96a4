//! K-FAC's direction.

use nalgebra::{DMatrix, DMatrixView, DVector, Dyn};

use super::Local;
use crate::{
    math::{DampedInverse, Eigenbasis, Real},
    optim::Inversion,
    problem::{Estimator, Factors, Oracle, Problem},
};

/// Up to this many outputs the factor G is computed exactly unless asked otherwise: it takes one backward pass an output.
pub const EXACT_OUTPUTS: usize = 32;

/// Δ = (F̂ + λI)⁻¹g with F̂ block-diagonal and every block A ⊗ G, a Kronecker product.
///
/// The factors are weighted averages over the batches seen, unbiased from the first step on: W ← γW + 1, X ← X + (X_new − X)/W.
/// A problem without layers is one block with A the full Gauss–Newton matrix and G = 1, so Δ is the damped Gauss–Newton direction.
///
/// Source: Martens & Grosse 2015, §§4–6; defaults and averaging as kfac-jax runs it.
#[derive(Clone, Debug)]
pub struct Kfac<T: Real> {
    settings: KfacSettings<T>,
    l2: T,
    weight: T,
    blocks: Vec<Block<T>>,
}

/// The choices that a recipe leaves open.
#[derive(Clone, Debug)]
pub(super) struct KfacSettings<T: Real> {
    pub(super) ema: T,
    pub(super) estimator: Estimator,
    pub(super) inversion: Inversion,
    pub(super) interval: u64,
    pub(super) norm_constraint: Option<T>,
}

#[derive(Clone, Debug)]
struct Block<T: Real> {
    size: (usize, usize),
    average: Factors<T>,
    inverse: Option<Inverse<T>>,
}

/// (A ⊗ G + λI)⁻¹ of one block, in one of its forms.
#[derive(Clone, Debug)]
enum Inverse<T: Real> {
    /// ∇W ↦ (A + π√λ I)⁻¹ ∇W (G + √λ/π I)⁻¹.
    Factored(DampedInverse<T>, DampedInverse<T>),
    /// Eigenbases of A and G, to which any λ can be added.
    Eigen(Eigenbasis<T>, Eigenbasis<T>),
}

/// The estimator to use where none is asked for.
pub(super) fn default_estimator<T: Real>(problem: &dyn Problem<T>) -> Estimator {
    match problem.network() {
        Some(network) if network.outputs() > EXACT_OUTPUTS => Estimator::Sampled,
        _ => Estimator::Exact,
    }
}

impl<T: Real> Kfac<T> {
    pub(super) fn new(problem: &dyn Problem<T>, settings: KfacSettings<T>) -> Self {
        let block = |size| Block { size, average: Factors::zeros(size), inverse: None };
        Self {
            settings,
            l2: problem.l2(),
            weight: T::zero(),
            blocks: problem.blocks().into_iter().map(block).collect(),
        }
    }

    /// Averages in the statistics of the current batch, which the step then uses. `fresh` is room for them.
    pub(super) fn observe(&mut self, oracle: &mut dyn Oracle<T>, fresh: &mut Vec<Factors<T>>) {
        fresh.resize_with(self.blocks.len(), || Factors::zeros((0, 0)));
        for (fresh, block) in fresh.iter_mut().zip(&self.blocks) {
            if fresh.a.nrows() != block.size.0 || fresh.g.nrows() != block.size.1 {
                *fresh = Factors::zeros(block.size);
            }
        }
        oracle.statistics(self.settings.estimator, fresh);
        self.weight = self.settings.ema * self.weight + T::one();
        let share = T::one() / self.weight;
        for (block, fresh) in self.blocks.iter_mut().zip(fresh) {
            blend(&mut block.average.a, &fresh.a, share);
            blend(&mut block.average.g, &fresh.g, share);
        }
    }

    /// Δ.
    pub(super) fn propose(&mut self, local: &mut Local<'_, T>, direction: &mut DVector<T>) -> Option<()> {
        // c of a penalty ½c‖θ‖² stands beside λ: it is a multiple of the identity too.
        let lambda = local.lambda + self.l2;
        let refresh = (local.step - 1).is_multiple_of(self.settings.interval);
        let mut offset = 0;
        for block in &mut self.blocks {
            if refresh || block.inverse.is_none() {
                block.refresh(self.settings.inversion, lambda)?;
                local.cost.factorisations += 2;
            }
            let (rows, columns) = block.size;
            let range = offset..offset + rows * columns;
            let slice = &local.gradient.as_slice()[range.clone()];
            let mut matrix = DMatrixView::from_slice_generic(slice, Dyn(rows), Dyn(columns)).into_owned();
            block.apply(&mut matrix, lambda);
            direction.as_mut_slice()[range.clone()].copy_from_slice(matrix.as_slice());
            offset = range.end;
        }
        self.constrain(local, direction);
        Some(())
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

    /// Averages and inverses have the same shapes.
    pub(super) fn numbers(&self) -> usize {
        let factors: usize = self.blocks.iter().map(|block| block.average.a.len() + block.average.g.len()).sum();
        2 * factors
    }
}

/// x ← x + share·(new − x).
fn blend<T: Real>(x: &mut DMatrix<T>, new: &DMatrix<T>, share: T) {
    x.zip_apply(new, |x, new| *x += (new - *x) * share);
}

impl<T: Real> Block<T> {
    fn refresh(&mut self, inversion: Inversion, lambda: T) -> Option<()> {
        let Factors { a, g } = &self.average;
        self.inverse = Some(match inversion {
            Inversion::PiFactored => pi_factored(a, g, lambda)?,
            Inversion::Eigen => Inverse::Eigen(Eigenbasis::new(a.clone())?, Eigenbasis::new(g.clone())?),
        });
        Some(())
    }

    /// ∇W ← (A ⊗ G + λI)⁻¹∇W.
    fn apply(&self, gradient: &mut DMatrix<T>, lambda: T) {
        match &self.inverse {
            Some(Inverse::Factored(a, g)) => {
                a.solve(gradient);
                if let DampedInverse::Scaled(inverse) = g {
                    *gradient *= *inverse;
                } else {
                    let mut turned = gradient.transpose();
                    g.solve(&mut turned);
                    turned.transpose_to(gradient);
                }
            }
            Some(Inverse::Eigen(a, g)) => {
                let mut inner = a.vectors.transpose() * &*gradient * &g.vectors;
                for (j, mut column) in inner.column_iter_mut().enumerate() {
                    for (i, entry) in column.iter_mut().enumerate() {
                        *entry /= a.values[i] * g.values[j] + lambda;
                    }
                }
                *gradient = &a.vectors * inner * g.vectors.transpose();
            }
            None => {}
        }
    }
}

/// The two damped factors with π = √((tr A/dim A)/(tr G/dim G)), which makes the damping of both the same share of their size.
///
/// A 1×1 factor takes no damping of its own: with G = \[γ\] the block is exactly γA + λI = γ(A + (λ/γ)I).
/// If a trace is 0 the block is λI.
fn pi_factored<T: Real>(a: &DMatrix<T>, g: &DMatrix<T>, lambda: T) -> Option<Inverse<T>> {
    use DampedInverse::Scaled;
    let (trace_a, trace_g) = (a.trace(), g.trace());
    let one = T::one();
    let (a, g) = if trace_a == T::zero() || trace_g == T::zero() {
        let root = one / lambda.sqrt();
        (Scaled(root), Scaled(root))
    } else if a.len() == 1 && g.len() == 1 {
        (Scaled(one / (trace_a * trace_g + lambda)), Scaled(one))
    } else if g.len() == 1 {
        (DampedInverse::new(a, lambda / trace_g)?, Scaled(one / trace_g))
    } else if a.len() == 1 {
        (Scaled(one / trace_a), DampedInverse::new(g, lambda / trace_a)?)
    } else {
        let (mean_a, mean_g) = (trace_a / T::of(a.nrows() as f64), trace_g / T::of(g.nrows() as f64));
        let pi = (mean_a / mean_g).sqrt();
        let root = lambda.sqrt();
        (DampedInverse::new(a, pi * root)?, DampedInverse::new(g, root / pi)?)
    };
    Some(Inverse::Factored(a, g))
}
