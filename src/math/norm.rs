//! Euclidean norms of vectors whose squares may leave the range of the reals.

use nalgebra::DVector;

use super::Real;

/// ‖v‖, finite whenever it can be: where ‖v‖² overflows or underflows the entries are scaled by the largest one first.
pub fn norm<T: Real>(vector: &DVector<T>) -> T {
    let squared = vector.norm_squared();
    // Below this the squares of the smaller entries are lost.
    if squared.is_finite() && squared > T::default_epsilon() * T::default_epsilon() {
        return squared.sqrt();
    }
    let largest = vector.amax();
    if !(largest > T::zero() && largest.is_finite()) {
        return largest;
    }
    let scaled = vector.iter().fold(T::zero(), |sum, &entry| sum + (entry / largest) * (entry / largest));
    largest * scaled.sqrt()
}

#[cfg(test)]
mod tests {
    use nalgebra::dvector;

    use super::*;

    #[test]
    fn norms_neither_overflow_nor_underflow() {
        for scale in [1.0_f64, 1e-9, 1e-200, 1e-320, 1e200, 1e307] {
            let found = norm(&dvector![3.0 * scale, -4.0 * scale]);
            assert!((found - 5.0 * scale).abs() <= 1e-3 * scale, "{found} for {scale}");
        }
        assert_eq!(norm(&dvector![0.0, 0.0]), 0.0);
        assert_eq!(norm(&dvector![3e30_f32, 4e30]), 5e30);
        assert!(norm(&dvector![f64::INFINITY, 1.0]).is_infinite());
    }
}
