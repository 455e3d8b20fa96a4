//! (A ⊗ G + λI)⁻¹ of one block of K-FAC.

use nalgebra::DMatrix;

use crate::{
    math::{DampedInverse, Eigenbasis, Panel, PanelMut, Real},
    optim::Inversion,
    problem::Factors,
};

/// (A ⊗ G + λI)⁻¹ in one of its forms; ∇W is shaped dim A × dim G.
#[derive(Clone, Debug)]
pub(super) enum BlockInverse<T: Real> {
    /// ∇W ↦ (A + π√λ I)⁻¹ ∇W (G + √λ/π I)⁻¹.
    Factored {
        a: DampedInverse<T>,
        g: DampedInverse<T>,
        /// Whether the two have been factorised.
        ready: bool,
    },
    /// Eigenbases of A and G, to which any λ can be added.
    Eigen { a: Eigenbasis<T>, g: Eigenbasis<T> },
}

impl<T: Real> Default for BlockInverse<T> {
    fn default() -> Self {
        Self::Factored { a: DampedInverse::default(), g: DampedInverse::default(), ready: false }
    }
}

impl<T: Real> BlockInverse<T> {
    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Self::Factored { ready: true, .. } | Self::Eigen { .. })
    }

    /// `None`: there is no finite inverse.
    pub(super) fn refresh(&mut self, factors: &Factors<T>, inversion: Inversion, lambda: T) -> Option<()> {
        let Factors { a, g } = factors;
        match (inversion, &mut *self) {
            (Inversion::Eigen, _) => {
                *self = Self::Eigen { a: Eigenbasis::new(a.clone())?, g: Eigenbasis::new(g.clone())? };
            }
            (Inversion::PiFactored, Self::Factored { a: inverse_a, g: inverse_g, ready }) => {
                pi_factored(factors, lambda, inverse_a, inverse_g)?;
                *ready = true;
            }
            (Inversion::PiFactored, Self::Eigen { .. }) => {
                *self = Self::default();
                self.refresh(factors, inversion, lambda)?;
            }
        }
        Some(())
    }

    /// ∇W ← (A ⊗ G + λI)⁻¹∇W; the eigenbases take the λ of this moment.
    pub(super) fn apply(&self, mut gradient: PanelMut<'_, T>, lambda: T) {
        match self {
            Self::Factored { a, g, .. } => {
                a.solve(gradient.reborrow());
                g.solve_right(gradient);
            }
            Self::Eigen { a, g } => {
                let (rows, columns) = (a.values.len(), g.values.len());
                let (mut half, mut inner) = (DMatrix::zeros(rows, columns), DMatrix::zeros(rows, columns));
                let (q_a, q_g) = (Panel::from(&a.vectors), Panel::from(&g.vectors));
                PanelMut::from(&mut half).set_tr_mul(T::one(), q_a, gradient.as_panel(), T::zero());
                PanelMut::from(&mut inner).set_mul(T::one(), (&half).into(), q_g, T::zero());
                for (mut column, &g) in inner.column_iter_mut().zip(g.values.iter()) {
                    for (entry, &a) in column.iter_mut().zip(a.values.iter()) {
                        *entry /= a * g + lambda;
                    }
                }
                PanelMut::from(&mut half).set_mul(T::one(), q_a, (&inner).into(), T::zero());
                gradient.set_mul_tr(T::one(), (&half).into(), q_g, T::zero());
            }
        }
    }
}

/// The two damped factors with π = √((tr A/dim A)/(tr G/dim G)), which makes the damping of both the same share of their size.
///
/// A 1×1 factor takes no damping of its own: with G = \[γ\] the block is exactly γA + λI = γ(A + (λ/γ)I).
/// If a trace is 0 the block is λI.
fn pi_factored<T: Real>(
    Factors { a, g }: &Factors<T>,
    lambda: T,
    inverse_a: &mut DampedInverse<T>,
    inverse_g: &mut DampedInverse<T>,
) -> Option<()> {
    let (trace_a, trace_g) = (a.trace(), g.trace());
    let one = T::one();
    if trace_a == T::zero() || trace_g == T::zero() {
        inverse_a.scale(one / lambda);
        inverse_g.scale(one);
    } else if a.len() == 1 && g.len() == 1 {
        inverse_a.scale(one / (trace_a * trace_g + lambda));
        inverse_g.scale(one);
    } else if g.len() == 1 {
        inverse_a.factorise(a, lambda / trace_g)?;
        inverse_g.scale(one / trace_g);
    } else if a.len() == 1 {
        inverse_a.scale(one / trace_a);
        inverse_g.factorise(g, lambda / trace_a)?;
    } else {
        let (mean_a, mean_g) = (trace_a / T::of(a.nrows() as f64), trace_g / T::of(g.nrows() as f64));
        let pi = (mean_a / mean_g).sqrt();
        let root = lambda.sqrt();
        inverse_a.factorise(a, pi * root)?;
        inverse_g.factorise(g, root / pi)?;
    }
    Some(())
}
