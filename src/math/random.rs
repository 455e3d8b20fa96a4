//! Random numbers that are a function of seed, purpose and step: any step can be replayed without replaying those before it.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What random numbers are for; each purpose has a stream of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Initial weights; the step is the layer.
    Weights,
    /// The order of the examples; the step is the epoch.
    Shuffle,
    /// Targets drawn from the model's own outputs; the step is the step.
    SampledTargets,
    /// Noise on the gradient; the step is the step.
    GradientNoise,
    /// Synthetic data; the step is 0.
    Data,
    /// Random problems (rotations, Kronecker samples); the step is 0.
    Problem,
}

/// The stream of `purpose` at `step`. ChaCha is a counter-based generator: seed and purpose are its key, the step its nonce.
pub fn stream(seed: u64, purpose: Purpose, step: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(purpose as u64 + 1).to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(step);
    rng
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_differ_by_seed_purpose_and_step_and_repeat() {
        let draw = |seed, purpose, step| stream(seed, purpose, step).next_u64();
        let first = draw(0, Purpose::Weights, 0);
        assert_eq!(first, draw(0, Purpose::Weights, 0));
        assert_ne!(first, draw(1, Purpose::Weights, 0));
        assert_ne!(first, draw(0, Purpose::Shuffle, 0));
        assert_ne!(first, draw(0, Purpose::Weights, 1));
    }
}
