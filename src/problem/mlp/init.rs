//! Initial weights.

use nalgebra::DVector;
use rand_distr::{Distribution, StandardNormal};

use crate::math::{Purpose, Real, stream};

/// Σ (inputs + 1)·outputs over the layers.
pub fn parameter_count(layers: &[usize]) -> usize {
    layers.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
}

/// Weights from a normal distribution cut at ±2σ with σ = 1/√fan_in (before the cut), biases 0; a function of `seed`.
///
/// Every layer draws from a stream of its own, so changing one layer leaves the others alone.
pub fn initial_params<T: Real>(layers: &[usize], seed: u64) -> DVector<T> {
    let mut params = Vec::with_capacity(parameter_count(layers));
    for (layer, pair) in layers.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        let mut rng = stream(seed, Purpose::Weights, layer as u64);
        let scale = 1.0 / (inputs as f64).sqrt();
        for _ in 0..outputs {
            for _ in 0..inputs {
                let normal = loop {
                    let draw: f64 = StandardNormal.sample(&mut rng);
                    if draw.abs() <= 2.0 {
                        break draw;
                    }
                };
                params.push(T::of(normal * scale));
            }
            params.push(T::zero());
        }
    }
    DVector::from_vec(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_cut_at_two_sigma_and_biases_are_zero() {
        let layers = [100, 50, 3];
        let params = initial_params::<f64>(&layers, 3);
        assert_eq!(params.len(), 101 * 50 + 51 * 3);
        let first = params.rows(0, 101 * 50).into_owned().reshape_generic(nalgebra::Dyn(101), nalgebra::Dyn(50));
        assert!(first.row(100).iter().all(|bias| *bias == 0.0));
        let weights = first.rows(0, 100);
        assert!(weights.amax() <= 2.0 / 10.0);
        // A standard normal cut at ±2 has variance 0.7737.
        let variance = weights.iter().map(|w| w * w).sum::<f64>() / 5000.0;
        assert!((variance * 100.0 - 0.7737).abs() < 0.05, "{variance}");
        assert_eq!(params, initial_params::<f64>(&layers, 3));
        assert_ne!(params, initial_params::<f64>(&layers, 4));
    }
}
