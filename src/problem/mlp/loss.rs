//! What the outputs are judged by: the loss, its derivative, and the Fisher information F_z of the outputs z.

use nalgebra::{DMatrix, RealField};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, StandardUniform};

use crate::math::Real;

/// The loss of one example; f is its mean over the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// ½‖z − y‖², summed over outputs. F_z = I.
    Mse,
    /// −ln softmax(z)_y. F_z = diag(p) − ppᵀ with p = softmax(z).
    CrossEntropy,
}

/// Targets in the network's own scalar, one column or entry an example.
#[derive(Clone, Debug)]
pub(super) enum Goal<T: Real> {
    Values(DMatrix<T>),
    Classes(Vec<usize>),
}

/// One column's share of the work; `z` is overwritten with the result.
impl Loss {
    /// As problem files spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mse => "mse",
            Self::CrossEntropy => "cross-entropy",
        }
    }

    /// Σ over the columns of the loss.
    /// The targets say which loss it is.
    pub(super) fn total<T: Real>(z: &DMatrix<T>, goal: &Goal<T>, member: impl Fn(usize) -> usize) -> T {
        let mut sum = T::zero();
        for (n, z) in z.column_iter().enumerate() {
            sum += match goal {
                Goal::Values(y) => {
                    let squared =
                        z.iter().zip(y.column(member(n)).iter()).fold(T::zero(), |s, (&z, &y)| s + (z - y) * (z - y));
                    T::of(0.5) * squared
                }
                Goal::Classes(y) => {
                    let top = z.max();
                    let total = z.iter().fold(T::zero(), |s, &z| s + (z - top).exp());
                    total.ln() + top - z[y[member(n)]]
                }
            };
        }
        sum
    }

    /// The loss of one example, and its outputs z overwritten with what the derivatives are made of:
    /// softmax(z) for cross-entropy, z itself for mse. The targets say which loss it is.
    pub(super) fn link<T: Real>(z: &mut [T], goal: &Goal<T>, member: usize) -> T {
        match goal {
            Goal::Values(y) => {
                let squared =
                    z.iter().zip(y.column(member).iter()).fold(T::zero(), |s, (&z, &y)| s + (z - y) * (z - y));
                T::of(0.5) * squared
            }
            Goal::Classes(y) => {
                let top = z.iter().fold(z[0], |top, &z| RealField::max(top, z));
                let own = z[y[member]];
                let mut total = T::zero();
                for z in &mut *z {
                    *z = (*z - top).exp();
                    total += *z;
                }
                for p in z {
                    *p /= total;
                }
                total.ln() + top - own
            }
        }
    }

    /// s ← weight·∂loss/∂z, from the linked outputs p of example `member`.
    pub(super) fn derivative<T: Real>(linked: &[T], goal: &Goal<T>, member: usize, weight: T, s: &mut [T]) {
        match goal {
            Goal::Values(y) => {
                for ((s, &z), &y) in s.iter_mut().zip(linked).zip(y.column(member).iter()) {
                    *s = weight * (z - y);
                }
            }
            Goal::Classes(y) => {
                for (s, &p) in s.iter_mut().zip(linked) {
                    *s = weight * p;
                }
                s[y[member]] -= weight;
            }
        }
    }

    /// uᵀF_z v, from the linked outputs p.
    pub(super) fn fisher_form<T: Real>(self, p: &[T], u: &[T], v: &[T]) -> T {
        let dot = |a: &[T], b: &[T]| a.iter().zip(b).fold(T::zero(), |sum, (&a, &b)| sum + a * b);
        match self {
            Self::Mse => dot(u, v),
            // Σ p(u − pᵀu)(v − pᵀv) equals uᵀ(diag(p) − ppᵀ)v without its cancellation.
            Self::CrossEntropy => {
                let (mean_u, mean_v) = (dot(p, u), dot(p, v));
                p.iter().zip(u).zip(v).fold(T::zero(), |sum, ((&p, &u), &v)| sum + p * (u - mean_u) * (v - mean_v))
            }
        }
    }

    /// u ← weight·F_z u, from the linked outputs p.
    pub(super) fn fisher_product<T: Real>(self, p: &[T], weight: T, u: &mut [T]) {
        match self {
            Self::Mse => u.iter_mut().for_each(|u| *u *= weight),
            Self::CrossEntropy => {
                let mean = p.iter().zip(&*u).fold(T::zero(), |sum, (&p, &u)| sum + p * u);
                u.iter_mut().zip(p).for_each(|(u, &p)| *u = weight * p * (*u - mean));
            }
        }
    }

    /// s ← column k of a factor B with BBᵀ = F_z: e_k for mse, √p_k(e_k − p) for cross-entropy.
    pub(super) fn fisher_column<T: Real>(self, p: &[T], k: usize, s: &mut [T]) {
        match self {
            Self::Mse => {
                s.fill(T::zero());
                s[k] = T::one();
            }
            Self::CrossEntropy => {
                let root = p[k].sqrt();
                s.iter_mut().zip(p).for_each(|(s, &p)| *s = -root * p);
                s[k] += root;
            }
        }
    }

    /// s ← ∂loss/∂z with a target drawn from the model's own output distribution: y ~ N(z, I) for mse, y ~ p for cross-entropy.
    pub(super) fn sampled_derivative<T: Real>(self, p: &[T], rng: &mut ChaCha8Rng, s: &mut [T]) {
        match self {
            Self::Mse => {
                for s in s {
                    let noise: f64 = StandardNormal.sample(rng);
                    *s = T::of(noise);
                }
            }
            Self::CrossEntropy => {
                s.copy_from_slice(p);
                let draw: f64 = StandardUniform.sample(rng);
                let mut left = T::of(draw);
                let class = p.iter().position(|&p| {
                    left -= p;
                    left < T::zero()
                });
                // Rounding may leave a sliver above the last class.
                s[class.unwrap_or(p.len() - 1)] -= T::one();
            }
        }
    }
}
