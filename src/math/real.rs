//! The scalar.

use super::kernel::Kernel;

/// A real number type the optimisers can run in: `f64` to teach, `f32` to train.
pub trait Real: nalgebra::RealField + Kernel + Copy + Into<f64> {
    /// The nearest value to `value`.
    fn of(value: f64) -> Self {
        nalgebra::convert(value)
    }
}

impl Real for f32 {}
impl Real for f64 {}
