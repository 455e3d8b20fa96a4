//! Matrix products on slices of parameters and activations.
//!
//! Large products go to nalgebra's kernel through strided views, so that a transposed factor stays on its fast path (its `tr_mul` leaves it).
//! Small ones (a side of at most [`SMALL`]) are loops over contiguous columns here: nalgebra's own small path reads strided views
//! out of the bounds that its debug checks know.

use nalgebra::{DMatrix, DMatrixView, DMatrixViewMut, Dyn, Matrix, U1, ViewStorage};

use super::Real;

/// nalgebra's threshold for its blocked kernel.
const SMALL: usize = 5;

type StridedView<'a, T> = Matrix<T, Dyn, Dyn, ViewStorage<'a, T, Dyn, Dyn, Dyn, Dyn>>;

/// The first `rows` rows of a column-major matrix with `stride` rows.
#[derive(Clone, Copy, Debug)]
pub struct Panel<'a, T> {
    slice: &'a [T],
    stride: usize,
    rows: usize,
}

impl<'a, T: Real> Panel<'a, T> {
    /// All rows of a column-major matrix.
    pub fn new(slice: &'a [T], rows: usize) -> Self {
        Self { slice, stride: rows, rows }
    }

    /// Only the first `rows` rows.
    #[must_use]
    pub fn top(self, rows: usize) -> Self {
        debug_assert!(rows <= self.stride);
        Self { rows, ..self }
    }

    /// Rows of the panel.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns of the panel.
    pub fn columns(&self) -> usize {
        self.slice.len() / self.stride
    }

    /// The columns, each a contiguous slice.
    pub fn iter(&self) -> impl Iterator<Item = &'a [T]> + use<'a, T> {
        let rows = self.rows;
        self.slice.chunks_exact(self.stride).map(move |column| &column[..rows])
    }

    fn plain(&self) -> StridedView<'a, T> {
        let (rows, columns) = (Dyn(self.rows), Dyn(self.columns()));
        StridedView::from_slice_with_strides_generic(self.slice, rows, columns, Dyn(1), Dyn(self.stride))
    }

    fn transposed(&self) -> StridedView<'a, T> {
        let (rows, columns) = (Dyn(self.rows), Dyn(self.columns()));
        StridedView::from_slice_with_strides_generic(self.slice, columns, rows, Dyn(self.stride), Dyn(1))
    }
}

impl<'a, T: Real> From<&'a DMatrix<T>> for Panel<'a, T> {
    fn from(matrix: &'a DMatrix<T>) -> Self {
        Self::new(matrix.as_slice(), matrix.nrows())
    }
}

/// The first `rows` rows of a column-major matrix, to be written.
#[derive(Debug)]
pub struct PanelMut<'a, T> {
    slice: &'a mut [T],
    stride: usize,
    rows: usize,
}

impl<'a, T: Real> PanelMut<'a, T> {
    /// All rows of a column-major matrix.
    pub fn new(slice: &'a mut [T], rows: usize) -> Self {
        Self { slice, stride: rows, rows }
    }

    /// Only the first `rows` rows.
    #[must_use]
    pub fn top(self, rows: usize) -> Self {
        debug_assert!(rows <= self.stride);
        Self { rows, ..self }
    }

    fn columns_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        let rows = self.rows;
        self.slice.chunks_exact_mut(self.stride).map(move |column| &mut column[..rows])
    }

    fn view(&mut self) -> DMatrixViewMut<'_, T, U1, Dyn> {
        let (rows, columns) = (Dyn(self.rows), Dyn(self.slice.len() / self.stride));
        DMatrixViewMut::from_slice_with_strides_generic(self.slice, rows, columns, U1, Dyn(self.stride))
    }

    /// C ← βC, where β = 0 overwrites whatever was there.
    fn scale(&mut self, beta: T) {
        for column in self.columns_mut() {
            if beta == T::zero() {
                column.fill(T::zero());
            } else if beta != T::one() {
                for x in column {
                    *x *= beta;
                }
            }
        }
    }

    /// C ← αAᵀB + βC.
    pub fn set_tr_mul(&mut self, alpha: T, a: Panel<'_, T>, b: Panel<'_, T>, beta: T) {
        if is_large(a.columns(), b.columns(), a.rows) {
            self.view().gemm(alpha, &a.transposed(), &b.plain(), beta);
            return;
        }
        self.scale(beta);
        for (c, b) in self.columns_mut().zip(b.iter()) {
            for (c, a) in c.iter_mut().zip(a.iter()) {
                *c += alpha * dot(a, b);
            }
        }
    }

    /// C ← αAB + βC.
    pub fn set_mul(&mut self, alpha: T, a: Panel<'_, T>, b: Panel<'_, T>, beta: T) {
        if is_large(a.rows, b.columns(), a.columns()) {
            self.view().gemm(alpha, &a.plain(), &b.plain(), beta);
            return;
        }
        self.scale(beta);
        for (c, b) in self.columns_mut().zip(b.iter()) {
            for (a, &weight) in a.iter().zip(b) {
                axpy(c, alpha * weight, a);
            }
        }
    }

    /// C ← αABᵀ + βC.
    pub fn set_mul_tr(&mut self, alpha: T, a: Panel<'_, T>, b: Panel<'_, T>, beta: T) {
        if is_large(a.rows, b.rows, a.columns()) {
            self.view().gemm(alpha, &a.plain(), &b.transposed(), beta);
            return;
        }
        self.scale(beta);
        for (a, b) in a.iter().zip(b.iter()) {
            for (c, &weight) in self.columns_mut().zip(b) {
                axpy(c, alpha * weight, a);
            }
        }
    }
}

impl<'a, T: Real> From<&'a mut DMatrix<T>> for PanelMut<'a, T> {
    fn from(matrix: &'a mut DMatrix<T>) -> Self {
        let rows = matrix.nrows();
        Self::new(matrix.as_mut_slice(), rows)
    }
}

/// The same panel as a nalgebra view.
impl<'a, T: Real> From<Panel<'a, T>> for DMatrixView<'a, T, U1, Dyn> {
    fn from(panel: Panel<'a, T>) -> Self {
        let (rows, columns) = (Dyn(panel.rows), Dyn(panel.columns()));
        Self::from_slice_with_strides_generic(panel.slice, rows, columns, U1, Dyn(panel.stride))
    }
}

fn is_large(rows: usize, columns: usize, inner: usize) -> bool {
    rows > SMALL && columns > SMALL && inner > SMALL
}

fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::zero(), |sum, (&a, &b)| sum + a * b)
}

fn axpy<T: Real>(y: &mut [T], weight: T, x: &[T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += weight * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A matrix with `extra` rows below those that count.
    fn matrix(rows: usize, extra: usize, columns: usize, seed: f64) -> DMatrix<f64> {
        DMatrix::from_fn(rows + extra, columns, |i, j| ((i * 7 + j * 13) as f64 * seed).sin())
    }

    proptest! {
        #[test]
        fn products_agree_with_the_textbook(
            (m, n, k) in (1usize..12, 1usize..12, 1usize..12), extra in 0usize..3, beta in prop::sample::select(vec![0.0, 1.0, -0.5]),
        ) {
            let alpha = 1.5;
            let c = matrix(m, extra, n, 0.3);
            let expect = |product: DMatrix<f64>| {
                let mut all = c.clone();
                let top = product * alpha + c.rows(0, m) * beta;
                all.rows_mut(0, m).copy_from(&top);
                all
            };
            let (a, b) = (matrix(m, extra, k, 0.7), matrix(k, extra, n, 1.1));
            let mut found = c.clone();
            PanelMut::from(&mut found).top(m).set_mul(alpha, Panel::from(&a).top(m), Panel::from(&b).top(k), beta);
            prop_assert!((found - expect(a.rows(0, m) * b.rows(0, k))).amax() < 1e-12);

            let a = matrix(k, extra, m, 0.7);
            let mut found = c.clone();
            PanelMut::from(&mut found).top(m).set_tr_mul(alpha, Panel::from(&a).top(k), Panel::from(&b).top(k), beta);
            prop_assert!((found - expect(a.rows(0, k).into_owned().transpose() * b.rows(0, k))).amax() < 1e-12);

            let (a, b) = (matrix(m, extra, k, 0.7), matrix(n, extra, k, 1.1));
            let mut found = c.clone();
            PanelMut::from(&mut found).top(m).set_mul_tr(alpha, Panel::from(&a).top(m), Panel::from(&b).top(n), beta);
            prop_assert!((found - expect(a.rows(0, m) * b.rows(0, n).into_owned().transpose())).amax() < 1e-12);
        }
    }
}
