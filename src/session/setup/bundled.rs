//! The problems that come with the program.

/// A problem file that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// What it is called by.
    pub name: &'static str,
    /// The file, comments and all.
    pub text: &'static str,
}

macro_rules! bundled {
    ($($name:literal),* $(,)?) => {
        /// Every bundled problem, in the order shown.
        pub const BUNDLED: &[Bundled] =
            &[$(Bundled { name: $name, text: include_str!(concat!("../../../problems/", $name, ".toml")) }),*];
    };
}

bundled![
    "rosenbrock",
    "rosenbrock-paper",
    "rosenbrock-10d",
    "rosenbrock-thousand",
    "clip-hides",
    "stale-inverses",
    "quadratic-round",
    "quadratic-narrow",
    "quadratic-rotated",
    "quadratic-spectrum",
    "quadratic-noisy",
    "no-floor",
    "kronecker-exact",
    "kronecker-inexact",
    "beale",
    "himmelblau",
    "booth",
    "saddle",
    "styblinski-tang",
    "rastrigin",
    "ackley",
    "expression",
    "mlp-sine",
    "mlp-sine-batches",
    "mlp-spirals",
    "spirals-ablation",
    "relu-kink",
    "mlp-digits",
    "fair-adam",
    "mlp-fashion",
    "mlp-fashion-full",
    "uci-energy",
    "uci-protein",
    "autoencoder",
];
