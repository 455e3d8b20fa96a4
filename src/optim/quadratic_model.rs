//! The quadratic model of f over the proposed vectors.

use nalgebra::{DVector, Matrix2, Vector2};

use crate::math::Real;

/// M(w) − f = −bᵀw + ½wᵀ(A + λD)w for the update δ = −Vw over one or two proposed vectors V.
///
/// A = VᵀCV, D = VᵀV, b = Vᵀg; so w₁ **is** the learning rate, and for one vector the minimiser is α = gᵀd / dᵀ(C + λI)d.
///
/// Source: Martens & Grosse 2015, §6.4 and §7 (two vectors); Clarke & Hernández-Lobato 2024, "Adaptive Learning Rate" (one).
#[derive(Clone, Debug, PartialEq)]
pub struct QuadraticModel<T: Real> {
    /// How many vectors there are: 1 or 2.
    pub vectors: usize,
    /// A; entries of an absent vector are 0.
    pub a: Matrix2<T>,
    /// D.
    pub d: Matrix2<T>,
    /// b.
    pub b: Vector2<T>,
}

impl<T: Real> QuadraticModel<T> {
    /// From the vectors, the gradient and A = VᵀCV.
    pub fn new(vectors: &[&DVector<T>], gradient: &DVector<T>, a: Matrix2<T>) -> Self {
        let mut d = Matrix2::zeros();
        let mut b = Vector2::zeros();
        for (i, u) in vectors.iter().enumerate() {
            b[i] = gradient.dot(u);
            for (j, v) in vectors.iter().enumerate().skip(i) {
                d[(i, j)] = u.dot(v);
                d[(j, i)] = d[(i, j)];
            }
        }
        Self { vectors: vectors.len(), a, d, b }
    }

    /// M(w) − f.
    pub fn change(&self, w: Vector2<T>, lambda: T) -> T {
        let curved = (w.transpose() * self.damped(lambda) * w)[0];
        T::of(0.5) * curved - self.b.dot(&w)
    }

    /// A + λD.
    pub fn damped(&self, lambda: T) -> Matrix2<T> {
        self.a + self.d * lambda
    }

    /// κ = dᵀ(C + λI)d of the first vector.
    pub fn curvature(&self, lambda: T) -> T {
        self.a[(0, 0)] + lambda * self.d[(0, 0)]
    }

    /// argmin over both coefficients: (A + λD)⁻¹b.
    ///
    /// Where the vectors are parallel, or as good as (M₁₁M₂₂ − M₁₂² ≤ 1e-12·M₁₁M₂₂), only the first one is used.
    pub fn minimiser(&self, lambda: T) -> Vector2<T> {
        let m = self.damped(lambda);
        let diagonal = m[(0, 0)] * m[(1, 1)];
        let determinant = diagonal - m[(0, 1)] * m[(0, 1)];
        let independent = determinant > T::of(1e-12) * diagonal;
        if self.vectors < 2 || !independent {
            return Vector2::new(self.b[0] / m[(0, 0)], T::zero());
        }
        Vector2::new(
            (self.b[0] * m[(1, 1)] - self.b[1] * m[(0, 1)]) / determinant,
            (self.b[1] * m[(0, 0)] - self.b[0] * m[(0, 1)]) / determinant,
        )
    }

    /// How far the extremum without λ lies from here: ‖Vw‖.
    pub fn extremum_distance(&self) -> T {
        let w = self.minimiser(T::zero());
        (w.transpose() * self.d * w)[0].sqrt()
    }

    /// argmin over the first coefficient, the second given.
    pub fn minimiser_given_second(&self, lambda: T, second: T) -> Vector2<T> {
        let m = self.damped(lambda);
        Vector2::new((self.b[0] - m[(0, 1)] * second) / m[(0, 0)], second)
    }

    /// argmin over the second coefficient, the first given; 0 where the second vector is absent or vanishes.
    pub fn minimiser_given_first(&self, lambda: T, first: T) -> Vector2<T> {
        let m = self.damped(lambda);
        let second = (self.b[1] - m[(0, 1)] * first) / m[(1, 1)];
        Vector2::new(first, if self.vectors == 2 && second.is_finite() { second } else { T::zero() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, dvector};
    use proptest::prelude::*;

    fn model(entries: &[f64]) -> QuadraticModel<f64> {
        let root = DMatrix::from_column_slice(3, 3, &entries[..9]);
        let c = root.transpose() * &root + DMatrix::identity(3, 3) * 0.1;
        let (d, p) = (dvector![entries[9], entries[10], 1.0], dvector![entries[11], 1.0, entries[12]]);
        let g = dvector![entries[13], entries[14], entries[15]];
        let a = Matrix2::new(d.dot(&(&c * &d)), d.dot(&(&c * &p)), p.dot(&(&c * &d)), p.dot(&(&c * &p)));
        QuadraticModel::new(&[&d, &p], &g, a)
    }

    proptest! {
        #[test]
        fn no_other_weights_do_better(
            entries in prop::collection::vec(-2.0f64..2.0, 16),
            lambda in 0.0f64..3.0,
            aside in (-0.5f64..0.5, -0.5f64..0.5),
        ) {
            let model = model(&entries);
            let nudge = Vector2::new(aside.0, aside.1);
            let best = model.minimiser(lambda);
            prop_assume!(best.norm() < 1e3);
            let tolerance = 1e-9 * (1.0 + model.change(best, lambda).abs());
            prop_assert!(model.change(best, lambda) <= model.change(best + nudge, lambda) + tolerance);
            let first = model.minimiser_given_first(lambda, 0.3);
            prop_assert!(model.change(first, lambda) <= model.change(Vector2::new(0.3, first[1] + aside.1), lambda) + tolerance);
            let second = model.minimiser_given_second(lambda, 0.3);
            prop_assert!(model.change(second, lambda) <= model.change(Vector2::new(second[0] + aside.0, 0.3), lambda) + tolerance);
        }

        #[test]
        fn parallel_vectors_fall_back_to_the_first(scale in prop::sample::select(vec![1.0, -3.0, 1e-8, 0.0, 1e-200])) {
            let d = dvector![1.0, 2.0];
            let p = &d * scale;
            let g = dvector![0.5, -0.1];
            let a = Matrix2::new(5.0, 5.0 * scale, 5.0 * scale, 5.0 * scale * scale);
            let w = QuadraticModel::new(&[&d, &p], &g, a).minimiser(0.5);
            prop_assert_eq!(w, Vector2::new(0.3 / 7.5, 0.0));
        }
    }
}
