//! Adam's direction.

use nalgebra::DVector;

use crate::{
    math::Real,
    optim::{
        Visitor,
        halt::{self, Halt},
    },
};

/// ```text
/// m ← β₁m + (1 − β₁)g       v ← β₂v + (1 − β₂)g⊙g
/// m̂ = m/(1 − β₁ᵗ)           v̂ = v/(1 − β₂ᵗ)
/// d = m̂ / (√(v̂ + ε_root) + ε)
/// ```
///
/// Source: Kingma & Ba 2015, Algorithm 1. The AdamQLR slides print ε under the root; the authors' code has it outside, as here,
/// and `ε_root` gives the other reading.
#[derive(Clone, Debug)]
pub struct Adam<T: Real> {
    betas: [T; 2],
    eps: T,
    eps_root: T,
    moments: Moments<T>,
    before: Option<Moments<T>>,
}

#[derive(Clone, Debug)]
struct Moments<T: Real> {
    m: DVector<T>,
    v: DVector<T>,
    /// β₁ᵗ and β₂ᵗ.
    powers: [T; 2],
}

impl<T: Real> Moments<T> {
    fn copy_from(&mut self, other: &Self) {
        self.m.copy_from(&other.m);
        self.v.copy_from(&other.v);
        self.powers = other.powers;
    }
}

impl<T: Real> Adam<T> {
    pub(super) fn new(dim: usize, betas: [f64; 2], eps: T, eps_root: T) -> Self {
        let moments = Moments { m: DVector::zeros(dim), v: DVector::zeros(dim), powers: [T::one(); 2] };
        Self { betas: betas.map(T::of), eps, eps_root, moments, before: None }
    }

    pub(super) fn propose(&mut self, gradient: &DVector<T>, direction: &mut DVector<T>) {
        let [beta1, beta2] = self.betas;
        let Moments { m, v, powers } = &mut self.moments;
        powers[0] *= beta1;
        powers[1] *= beta2;
        let one = T::one();
        let (correct_m, correct_v) = (one / (one - powers[0]), one / (one - powers[1]));
        // Slices, not nalgebra's iterators: these loops are vectorised.
        let moments = m.as_mut_slice().iter_mut().zip(v.as_mut_slice());
        let vectors = gradient.as_slice().iter().zip(direction.as_mut_slice());
        for ((&g, d), (m, v)) in vectors.zip(moments) {
            *m = beta1 * *m + (one - beta1) * g;
            *v = beta2 * *v + (one - beta2) * g * g;
            *d = *m * correct_m / ((*v * correct_v + self.eps_root).sqrt() + self.eps);
        }
    }

    /// v is a mean of g⊙g, so an infinite entry has its cause in this gradient.
    pub(super) fn check(&self, norm: T) -> Result<(), Halt> {
        if (norm * norm).is_finite() { Ok(()) } else { halt::all_finite("Adam's v", &self.moments.v) }
    }

    pub(super) fn remember(&mut self) {
        match &mut self.before {
            Some(before) => before.copy_from(&self.moments),
            none => *none = Some(self.moments.clone()),
        }
    }

    /// What is remembered afterwards is the step undone, until the next one is begun: only its room is of use.
    pub(super) fn restore(&mut self) {
        if let Some(before) = &mut self.before {
            std::mem::swap(&mut self.moments, before);
        }
    }

    /// What is remembered for a step that may be undone is not needed between steps.
    pub(super) fn visit(&mut self, visitor: &mut dyn Visitor<T>) {
        visitor.reals("m", self.moments.m.as_mut_slice());
        visitor.reals("v", self.moments.v.as_mut_slice());
        visitor.reals("beta_powers", &mut self.moments.powers);
    }

    pub(super) fn numbers(&self) -> usize {
        self.moments.m.len() * if self.before.is_some() { 4 } else { 2 }
    }
}
