//! Solves with a damped symmetric matrix, and symmetric eigenbases. Only lower triangles are read.

use std::mem::MaybeUninit;

use faer::{Accum, MatMut, MatRef};
use nalgebra::{DMatrix, DVector};

use super::{
    PanelMut, Real,
    kernel::{eigen, eigen_scratch},
    scratch::Scratch,
    shared,
    threads::parts,
};

/// (A + λI)⁻¹ for a symmetric A that is positive semi-definite up to rounding.
///
/// A Cholesky factor where there is one. Otherwise (rounding made A + λI indefinite, or A is an indefinite Hessian) an eigenbasis,
/// in which a divisor within rounding of 0 (n·ε·max|eigenvalue|) is raised to that rounding level.
///
/// Whatever the form, the room of the others is kept: from the second time on, neither factorising nor solving allocates.
#[derive(Debug)]
pub struct DampedInverse<T: Real> {
    form: Form<T>,
    /// L of A + λI = LLᵀ, or A + λI itself.
    lower: DMatrix<T>,
    /// A + λI = QEQᵀ, E without zeros.
    basis: Eigenbasis<T>,
    scratch: Scratch<MaybeUninit<u8>>,
    /// QᵀX.
    inner: Scratch<T>,
}

/// Only what the present form needs: a checkpoint does not carry the room of the others along.
impl<T: Real> Clone for DampedInverse<T> {
    fn clone(&self) -> Self {
        let mut clone = Self { form: self.form.clone(), ..Self::default() };
        match self.form {
            Form::Cholesky => clone.lower = self.lower.clone(),
            Form::Eigen => clone.basis = self.basis.clone(),
            Form::Scaled(_) => {}
        }
        clone
    }
}

#[derive(Clone, Debug)]
enum Form<T: Real> {
    Cholesky,
    Eigen,
    /// A multiple of the identity; its inverse.
    Scaled(T),
}

impl<T: Real> Default for DampedInverse<T> {
    fn default() -> Self {
        Self {
            form: Form::Scaled(T::one()),
            lower: DMatrix::zeros(0, 0),
            basis: Eigenbasis::default(),
            scratch: Scratch::default(),
            inner: Scratch::default(),
        }
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
        self.basis.decompose(&self.lower)?;
        let rounding = self.basis.rounding();
        if rounding <= T::zero() {
            return None;
        }
        self.basis.values.apply(|value| {
            if value.abs() < rounding {
                *value = rounding;
            }
        });
        self.form = Form::Eigen;
        Some(())
    }

    /// lower ← A + λI; false where that is not finite.
    fn damped(&mut self, matrix: &DMatrix<T>, damping: T) -> bool {
        copy(&mut self.lower, matrix);
        for i in 0..matrix.nrows() {
            self.lower[(i, i)] += damping;
        }
        self.lower.norm_squared().is_finite() || self.lower.iter().all(nalgebra::ComplexField::is_finite)
    }

    fn cholesky(&mut self) -> bool {
        let stack = self.scratch.stack(T::cholesky_scratch(self.lower.nrows()));
        T::cholesky(PanelMut::from(&mut self.lower).into_view(), stack)
    }

    /// X ← (A + λI)⁻¹X.
    pub fn solve(&mut self, x: PanelMut<'_, T>) {
        self.solve_view(x.into_view());
    }

    /// X ← X(A + λI)⁻¹.
    pub fn solve_right(&mut self, x: PanelMut<'_, T>) {
        self.solve_view(x.into_view().transpose_mut());
    }

    fn solve_view(&mut self, mut x: MatMut<'_, T>) {
        let (rows, columns) = (x.nrows(), x.ncols());
        let parts = parts(rows * rows * columns);
        match self.form {
            Form::Cholesky => shared::solve(view(&self.lower), x, parts),
            Form::Eigen => {
                let vectors = view(&self.basis.vectors);
                let inner = self.inner.take(rows * columns, T::zero());
                let mut inner = MatMut::from_column_major_slice_mut(inner, rows, columns);
                shared::product(inner.as_mut(), Accum::Replace, vectors.transpose(), x.as_ref(), T::one(), parts);
                for j in 0..columns {
                    for (i, &value) in self.basis.values.iter().enumerate() {
                        inner[(i, j)] /= value;
                    }
                }
                shared::product(x, Accum::Replace, vectors, inner.as_ref(), T::one(), parts);
            }
            Form::Scaled(inverse) => {
                for j in 0..columns {
                    for i in 0..rows {
                        x[(i, j)] *= inverse;
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
    double: Double,
    scratch: Scratch<MaybeUninit<u8>>,
}

/// A, Q and the eigenvalues in double precision.
#[derive(Clone, Debug, Default)]
struct Double {
    matrix: Scratch<f64>,
    vectors: Scratch<f64>,
    values: Scratch<f64>,
}

impl<T: Real> Default for Eigenbasis<T> {
    fn default() -> Self {
        Self {
            values: DVector::zeros(0),
            vectors: DMatrix::zeros(0, 0),
            double: Double::default(),
            scratch: Scratch::default(),
        }
    }
}

impl<T: Real> Eigenbasis<T> {
    /// Becomes that of a symmetric matrix given by its lower triangle; `None` if the iteration does not converge or an entry is not finite.
    ///
    /// It is found in double precision whatever the scalar: λ is added to eigenvalues near 0, and single precision gets those wrong by more than
    /// a small λ. The matrix is divided by its largest entry: its squares must neither overflow nor vanish.
    pub fn decompose(&mut self, matrix: &DMatrix<T>) -> Option<()> {
        let n = matrix.nrows();
        let size: f64 = matrix.amax().into();
        if matrix.iter().any(|value| !value.is_finite()) {
            return None;
        }
        if self.vectors.shape() != (n, n) {
            (self.values, self.vectors) = (DVector::zeros(n), DMatrix::zeros(n, n));
        }
        let unit = if size > 0.0 { size } else { 1.0 };
        let scaled = self.double.matrix.take(n * n, 0.0);
        for (to, &from) in scaled.iter_mut().zip(matrix.as_slice()) {
            let value: f64 = from.into();
            *to = value / unit;
        }
        let scaled = MatRef::from_column_major_slice(scaled, n, n);
        let (values, vectors) = (self.double.values.take(n, 0.0), self.double.vectors.take(n * n, 0.0));
        let target = MatMut::from_column_major_slice_mut(vectors, n, n);
        if !eigen(scaled, values, target, self.scratch.stack(eigen_scratch(n))) {
            return None;
        }
        self.values.iter_mut().zip(&*values).for_each(|(to, &from)| *to = T::of(from * unit));
        self.vectors.iter_mut().zip(&*vectors).for_each(|(to, &from)| *to = T::of(from));
        Some(())
    }

    /// How far from 0 an eigenvalue may be that is 0: n·ε·max|eigenvalue|.
    fn rounding(&self) -> T {
        self.values.amax() * T::of(self.values.len() as f64) * T::default_epsilon()
    }
}

fn view<T: Real>(matrix: &DMatrix<T>) -> MatRef<'_, T> {
    MatRef::from_column_major_slice(matrix.as_slice(), matrix.nrows(), matrix.ncols())
}

/// `to` ← `from`, in the memory of `to` where the shapes agree.
fn copy<T: Real>(to: &mut DMatrix<T>, from: &DMatrix<T>) {
    if to.shape() == from.shape() {
        to.as_mut_slice().copy_from_slice(from.as_slice());
    } else {
        *to = from.clone();
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
        (x, matches!(inverse.form, Form::Eigen))
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

    /// ‖A − QΛQᵀ‖ and ‖QᵀQ − I‖ as multiples of ε, the first in units of ‖A‖.
    fn errors<T: Real>(matrix: &DMatrix<T>, basis: &Eigenbasis<T>) -> [f64; 2] {
        let (q, n, units) = (&basis.vectors, matrix.nrows(), T::default_epsilon());
        let back = q * DMatrix::from_diagonal(&basis.values) * q.transpose();
        let size = if matrix.norm() > T::zero() { matrix.norm() } else { T::one() };
        let orthogonal: f64 = ((q.transpose() * q - DMatrix::identity(n, n)).norm() / units).into();
        [((back - matrix).norm() / size / units).into(), orthogonal]
    }

    /// Averages of few outer products, as after the first steps of K-FAC: most eigenvalues are 0. Above 128 rows it is another algorithm.
    fn check_bases<T: Real>() {
        for (n, rank) in [(1, 1), (2, 1), (3, 3), (10, 4), (51, 51), (127, 5), (128, 40), (150, 150), (200, 3), (9, 0)]
        {
            for size in [1.0, 1e-15, 1e12] {
                let root =
                    DMatrix::from_fn(n, rank, |i, j| T::of((((i * 7 + j * 13 + 1) * (j + 3)) as f64 * 0.37).sin()));
                let mut matrix: DMatrix<T> = &root * root.transpose() * T::of(size);
                if rank == n {
                    matrix -= DMatrix::identity(n, n) * T::of(0.2 * size);
                }
                let mut basis = Eigenbasis::default();
                basis.decompose(&matrix.lower_triangle()).unwrap();
                let errors = errors(&matrix, &basis);
                assert!(errors.iter().all(|&error| error < 8.0 * (n as f64 + 4.0)), "{n} of rank {rank}: {errors:?}");
            }
        }
    }

    #[test]
    fn an_eigenbasis_gives_the_matrix_back_to_rounding() {
        check_bases::<f64>();
        check_bases::<f32>();
        assert!(Eigenbasis::default().decompose(&dmatrix![1.0, 0.0; f64::NAN, 1.0]).is_none());
    }
}
