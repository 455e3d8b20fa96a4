//! (A ⊗ G + λI)⁻¹ of one block of K-FAC.

use crate::{
    math::{DampedInverse, Eigenbasis, Panel, PanelMut, Real, Scratch},
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
    Eigen {
        a: Eigenbasis<T>,
        g: Eigenbasis<T>,
        /// ∇W half rotated, and rotated.
        rooms: [Scratch<T>; 2],
        /// Whether both have been decomposed.
        ready: bool,
    },
}

impl<T: Real> BlockInverse<T> {
    /// Not ready yet.
    pub(super) fn new(inversion: Inversion) -> Self {
        match inversion {
            Inversion::PiFactored => {
                Self::Factored { a: DampedInverse::default(), g: DampedInverse::default(), ready: false }
            }
            Inversion::Eigen => Self::Eigen {
                a: Eigenbasis::default(),
                g: Eigenbasis::default(),
                rooms: [Scratch::default(), Scratch::default()],
                ready: false,
            },
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Self::Factored { ready: true, .. } | Self::Eigen { ready: true, .. })
    }

    /// `None`: there is no finite inverse.
    pub(super) fn refresh(&mut self, factors: &Factors<T>, lambda: T) -> Option<()> {
        match self {
            Self::Eigen { a, g, ready, .. } => {
                *ready = false;
                a.decompose(&factors.a)?;
                g.decompose(&factors.g)?;
                *ready = true;
            }
            Self::Factored { a, g, ready } => {
                *ready = false;
                pi_factored(factors, lambda, a, g)?;
                *ready = true;
            }
        }
        Some(())
    }

    /// ∇W ← (A ⊗ G + λI)⁻¹∇W; the eigenbases take the λ of this moment.
    pub(super) fn apply(&mut self, mut gradient: PanelMut<'_, T>, lambda: T) {
        match self {
            Self::Factored { a, g, .. } => {
                a.solve(gradient.reborrow());
                g.solve_right(gradient);
            }
            Self::Eigen { a, g, rooms, .. } => {
                let (rows, columns) = (a.values.len(), g.values.len());
                let [half, inner] = rooms.each_mut().map(|room| room.take(rows * columns, T::zero()));
                let (q_a, q_g) = (Panel::from(&a.vectors), Panel::from(&g.vectors));
                PanelMut::new(half, rows).set_tr_mul(T::one(), q_a, gradient.as_panel(), T::zero());
                PanelMut::new(inner, rows).set_mul(T::one(), Panel::new(half, rows), q_g, T::zero());
                for (column, &g) in inner.chunks_exact_mut(rows).zip(g.values.as_slice()) {
                    for (entry, &a) in column.iter_mut().zip(a.values.as_slice()) {
                        *entry /= a * g + lambda;
                    }
                }
                PanelMut::new(half, rows).set_mul(T::one(), q_a, Panel::new(inner, rows), T::zero());
                gradient.set_mul_tr(T::one(), Panel::new(half, rows), q_g, T::zero());
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
