//! Solves with a damped symmetric matrix, and symmetric eigenbases.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn, SymmetricEigen};

use super::Real;

/// (A + λI)⁻¹ for a symmetric A that is positive semi-definite up to rounding.
///
/// A Cholesky factor where there is one. Otherwise (rounding made A + λI indefinite, or A is an indefinite Hessian) an eigenbasis,
/// in which a divisor within rounding of 0 (n·ε·max|eigenvalue|) is raised to that rounding level.
#[derive(Clone, Debug)]
pub enum DampedInverse<T: Real> {
    /// A + λI = LLᵀ.
    Cholesky(Cholesky<T, Dyn>),
    /// A + λI = QEQᵀ, E without zeros.
    Eigen(Eigenbasis<T>),
    /// A multiple of the identity; its inverse.
    Scaled(T),
}

impl<T: Real> DampedInverse<T> {
    /// Factorises A + λI; `None` if a number in it is not finite.
    pub fn new(matrix: &DMatrix<T>, damping: T) -> Option<Self> {
        if !damping.is_finite() || matrix.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let mut damped = matrix.clone();
        for i in 0..damped.nrows() {
            damped[(i, i)] += damping;
        }
        if let Some(factor) = Cholesky::new(damped.clone()) {
            return Some(Self::Cholesky(factor));
        }
        let mut basis = Eigenbasis::new(damped)?;
        let largest = basis.values.amax();
        let rounding = largest * T::of(basis.values.len() as f64) * T::default_epsilon();
        if rounding <= T::zero() {
            return None;
        }
        basis.values.apply(|value| {
            if value.abs() < rounding {
                *value = rounding;
            }
        });
        Some(Self::Eigen(basis))
    }

    /// X ← (A + λI)⁻¹X.
    pub fn solve(&self, x: &mut DMatrix<T>) {
        match self {
            Self::Cholesky(factor) => factor.solve_mut(x),
            Self::Eigen(basis) => {
                let mut inner = basis.vectors.tr_mul(x);
                for (mut row, &value) in inner.row_iter_mut().zip(basis.values.iter()) {
                    row /= value;
                }
                x.gemm(T::one(), &basis.vectors, &inner, T::zero());
            }
            Self::Scaled(inverse) => *x *= *inverse,
        }
    }
}

/// A = Q·diag(values)·Qᵀ.
#[derive(Clone, Debug)]
pub struct Eigenbasis<T: Real> {
    /// The eigenvalues, in the order of the columns of Q.
    pub values: DVector<T>,
    /// Q.
    pub vectors: DMatrix<T>,
}

impl<T: Real> Eigenbasis<T> {
    /// Of a symmetric matrix; `None` if the iteration does not converge (a non-finite entry).
    pub fn new(matrix: DMatrix<T>) -> Option<Self> {
        if matrix.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let eigen = SymmetricEigen::try_new(matrix, T::default_epsilon(), 10_000)?;
        Some(Self { values: eigen.eigenvalues, vectors: eigen.eigenvectors })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    #[test]
    fn solves_where_rounding_or_a_saddle_makes_the_matrix_indefinite() {
        for (matrix, damping) in [
            (dmatrix![4.0, 1.0; 1.0, 3.0], 0.5),
            (dmatrix![1e12, 1e12; 1e12, 1e12], 1e-8),
            (dmatrix![1.0, 3.0; 3.0, 1.0], 0.1),
        ] {
            let inverse = DampedInverse::new(&matrix, damping).unwrap();
            let mut x = dmatrix![1.0; 2.0];
            inverse.solve(&mut x);
            assert!(x.iter().all(|v: &f64| v.is_finite()), "{matrix}");
        }
        assert!(DampedInverse::new(&dmatrix![f64::NAN], 1.0).is_none());
        assert!(DampedInverse::new(&dmatrix![0.0], 0.0).is_none());
    }

    #[test]
    fn the_eigenbasis_path_solves_as_well_as_the_cholesky_one() {
        let matrix = dmatrix![1.0, 3.0; 3.0, 1.0];
        let inverse = DampedInverse::new(&matrix, 0.1).unwrap();
        assert!(matches!(inverse, DampedInverse::Eigen(_)));
        let mut x = dmatrix![1.0; -2.0];
        inverse.solve(&mut x);
        let back = (matrix + DMatrix::identity(2, 2) * 0.1) * x;
        assert!((back - dmatrix![1.0; -2.0]).amax() < 1e-12);
    }
}
