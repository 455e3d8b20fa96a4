//! How many floating-point operations the products of one step take, by formula.
//!
//! With layers n₀, …, n_L, N examples, and W_l of (n_l + 1)×n_{l+1} (the biases are its last row):
//!
//! ```text
//! product (m×k)(k×n)       2mkn
//! forward                  F = Σ 2N(n_l + 1)n_{l+1}
//! back-propagation         B = Σ_{l≥1} 2N n_l n_{l+1}
//! loss and gradient        2F + B                            the products of Wᵀ A and A Sᵀ, and W S
//! Jacobian–vector product  F + B                             VᵀA and WᵀȦ
//! loss along d             F − 2N(n₀ + 1)n₁                  the first layer is linear in its weights
//! factors of K-FAC         Σ N(n_l + 1)² + Σ N n_{l+1}² + B  symmetric: n²N, half a product; B and G once a column of the estimator
//! Cholesky                 Σ (n_l + 1)³/3 + n_{l+1}³/3
//! two triangular solves    Σ 2(n_l + 1)²n_{l+1} + 2(n_l + 1)n_{l+1}²
//! ```
//!
//! Everything elementwise (activations, softmax, Adam's update, dot products) is not counted: it counts as time in which no product was made.

/// The optimisers measured, with what each asks of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A gradient.
    Gradient,
    /// A gradient, one curvature–vector product and a second loss.
    Model,
    /// K-FAC: besides a gradient, two curvature–vector products and a second loss, factors from so many backward passes, factorised and applied.
    Kfac {
        /// Backward passes of the estimator.
        passes: usize,
    },
}

/// Floating-point operations of a step on `examples` examples.
pub fn flops(layers: &[usize], examples: usize, asked: Asked) -> f64 {
    let n = examples as f64;
    let pairs = || layers.windows(2).map(|pair| (pair[0] as f64, pair[1] as f64));
    let sum = |term: &dyn Fn(f64, f64) -> f64| pairs().map(|(inputs, outputs)| term(inputs, outputs)).sum::<f64>();
    let forward = sum(&|i, o| 2.0 * n * (i + 1.0) * o);
    let back: f64 = pairs().skip(1).map(|(i, o)| 2.0 * n * i * o).sum();
    let first = 2.0 * n * (layers[0] as f64 + 1.0) * layers[1] as f64;
    let (gradient, product, again) = (2.0 * forward + back, forward + back, forward - first);
    match asked {
        Asked::Gradient => gradient,
        Asked::Model => gradient + product + again,
        Asked::Kfac { passes } => {
            let passes = passes as f64;
            let factors = sum(&|i, o| n * (i + 1.0).powi(2) + passes * n * o * o) + passes * back;
            let cholesky = sum(&|i, o| (i + 1.0).powi(3) / 3.0 + o.powi(3) / 3.0);
            let solves = sum(&|i, o| 2.0 * (i + 1.0).powi(2) * o + 2.0 * (i + 1.0) * o * o);
            gradient + 2.0 * product + again + factors + cholesky + solves
        }
    }
}
