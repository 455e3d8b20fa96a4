//! Solves with a damped symmetric matrix, and symmetric eigenbases. Only lower triangles are read.

use std::mem::MaybeUninit;

use faer::{MatRef, dyn_stack::MemStack};
use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::{PanelMut, Real, threads::parallelism};

/// (A + λI)⁻¹ for a symmetric A that is positive semi-definite up to rounding.
///
/// A Cholesky factor where there is one. Otherwise (rounding made A + λI indefinite, or A is an indefinite Hessian) an eigenbasis,
/// in which a divisor within rounding of 0 (n·ε·max|eigenvalue|) is raised to that rounding level.
#[derive(Clone, Debug)]
pub struct DampedInverse<T: Real> {
    form: Form<T>,
    /// L of A + λI = LLᵀ, kept as room for the next one whatever the form.
    lower: DMatrix<T>,
    scratch: Vec<MaybeUninit<u8>>,
}

#[derive(Clone, Debug)]
enum Form<T: Real> {
    Cholesky,
    /// A + λI = QEQᵀ, E without zeros.
    Eigen(Eigenbasis<T>),
    /// A multiple of the identity; its inverse.
    Scaled(T),
}

impl<T: Real> Default for DampedInverse<T> {
    fn default() -> Self {
        Self { form: Form::Scaled(T::one()), lower: DMatrix::zeros(0, 0), scratch: Vec::new() }
    }
}

impl<T: Real> DampedInverse<T> {
    /// Becomes the inverse of a multiple of the identity.
    pub fn scale(&mut self, inverse: T) {
        self.form = Form::Scaled(inverse);
    }

    /// Becomes (A + λI)⁻¹; `None` if a number in it is not finite, or there is no inverse.
    pub fn factorise(&mut self, matrix: &DMatrix<T>, damping: T) -> Option<()> {
        if !self.damped(matrix, damping) {
            return None;
        }
        if self.cholesky() {
            self.form = Form::Cholesky;
            return Some(());
        }
        self.damped(matrix, damping);
        let mut basis = Eigenbasis::new(self.lower.clone())?;
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
        self.form = Form::Eigen(basis);
        Some(())
    }

    /// lower ← A + λI; false where that is not finite.
    fn damped(&mut self, matrix: &DMatrix<T>, damping: T) -> bool {
        if self.lower.shape() == matrix.shape() {
            self.lower.copy_from(matrix);
        } else {
            self.lower = matrix.clone();
        }
        for i in 0..matrix.nrows() {
            self.lower[(i, i)] += damping;
        }
        self.lower.norm_squared().is_finite() || self.lower.iter().all(nalgebra::ComplexField::is_finite)
    }

    fn cholesky(&mut self) -> bool {
        let n = self.lower.nrows();
        let par = parallelism(n * n * n / 6);
        let need = T::cholesky_scratch(n, par).unaligned_bytes_required();
        self.scratch.resize(need.max(self.scratch.len()), MaybeUninit::uninit());
        let stack = MemStack::new(&mut self.scratch);
        T::cholesky(PanelMut::from(&mut self.lower).into_view(), par, stack)
    }

    /// X ← (A + λI)⁻¹X.
    pub fn solve(&self, x: PanelMut<'_, T>) {
        self.solve_view(x.into_view());
    }

    /// X ← X(A + λI)⁻¹.
    pub fn solve_right(&self, x: PanelMut<'_, T>) {
        self.solve_view(x.into_view().transpose_mut());
    }

    fn solve_view(&self, mut x: faer::MatMut<'_, T>) {
        match &self.form {
            Form::Cholesky => {
                let n = self.lower.nrows();
                let lower = MatRef::from_column_major_slice(self.lower.as_slice(), n, n);
                let par = parallelism(n * n * x.ncols());
                T::solve(lower, x, par);
            }
            Form::Eigen(basis) => {
                let n = basis.values.len();
                let copy = DMatrix::from_fn(n, x.ncols(), |i, j| x[(i, j)]);
                let mut inner = basis.vectors.transpose() * copy;
                for (mut row, &value) in inner.row_iter_mut().zip(basis.values.iter()) {
                    row /= value;
                }
                let solution = &basis.vectors * inner;
                for j in 0..x.ncols() {
                    for i in 0..n {
                        x[(i, j)] = solution[(i, j)];
                    }
                }
            }
            Form::Scaled(inverse) => {
                for j in 0..x.ncols() {
                    for i in 0..x.nrows() {
                        x[(i, j)] *= *inverse;
                    }
                }
            }
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
    /// Of a symmetric matrix given by its lower triangle; `None` if the iteration does not converge (a non-finite entry).
    pub fn new(mut matrix: DMatrix<T>) -> Option<Self> {
        if matrix.iter().any(|value| !value.is_finite()) {
            return None;
        }
        matrix.fill_upper_triangle_with_lower_triangle();
        let eigen = SymmetricEigen::try_new(matrix, T::default_epsilon(), 10_000)?;
        Some(Self { values: eigen.eigenvalues, vectors: eigen.eigenvectors })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    fn solution(matrix: &DMatrix<f64>, damping: f64) -> (DMatrix<f64>, bool) {
        let mut inverse = DampedInverse::default();
        inverse.factorise(matrix, damping).unwrap();
        let mut x = dmatrix![1.0; -2.0];
        inverse.solve((&mut x).into());
        let mut across = dmatrix![1.0, -2.0];
        inverse.solve_right((&mut across).into());
        assert!((&x - across.transpose()).amax() <= 1e-12 * x.amax());
        (x, matches!(inverse.form, Form::Eigen(_)))
    }

    #[test]
    fn solves_where_rounding_or_a_saddle_makes_the_matrix_indefinite() {
        for (matrix, damping) in [
            (dmatrix![4.0, 1.0; 1.0, 3.0], 0.5),
            (dmatrix![1e12, 1e12; 1e12, 1e12], 1e-8),
            (dmatrix![1.0, 3.0; 3.0, 1.0], 0.1),
        ] {
            assert!(solution(&matrix, damping).0.iter().all(|v| v.is_finite()), "{matrix}");
        }
        let mut inverse = DampedInverse::default();
        assert!(inverse.factorise(&dmatrix![f64::NAN], 1.0).is_none());
        assert!(inverse.factorise(&dmatrix![0.0], 0.0).is_none());
    }

    #[test]
    fn the_eigenbasis_path_solves_as_well_as_the_cholesky_one() {
        for (matrix, eigen) in [(dmatrix![1.0, 3.0; 3.0, 1.0], true), (dmatrix![4.0, 1.0; 1.0, 3.0], false)] {
            let (x, by_eigenbasis) = solution(&matrix, 0.1);
            assert_eq!(by_eigenbasis, eigen);
            let back = (matrix + DMatrix::identity(2, 2) * 0.1) * x;
            assert!((back - dmatrix![1.0; -2.0]).amax() < 1e-12);
        }
    }
}
