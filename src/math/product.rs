//! Matrix products on slices of parameters and activations.
//!
//! nalgebra's types hold the numbers; large products are faer's, which on one core runs as fast as nalgebra's kernel on two, and takes transposed factors
//! as they are. Small ones are loops over contiguous columns here.

use faer::{Accum, MatMut, MatRef};
use nalgebra::DMatrix;

use super::{Real, shared, threads::parts};

/// Products of fewer multiplications are loops.
const SMALL: usize = 2048;

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

    fn view(&self) -> MatRef<'a, T> {
        MatRef::from_column_major_slice_with_stride(self.slice, self.rows, self.columns(), self.stride)
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

    /// The same panel for a while.
    pub fn reborrow(&mut self) -> PanelMut<'_, T> {
        PanelMut { slice: self.slice, stride: self.stride, rows: self.rows }
    }

    /// The same panel, to be read.
    pub fn as_panel(&self) -> Panel<'_, T> {
        Panel { slice: self.slice, stride: self.stride, rows: self.rows }
    }

    fn columns(&self) -> usize {
        self.slice.len() / self.stride
    }

    fn columns_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        let rows = self.rows;
        self.slice.chunks_exact_mut(self.stride).map(move |column| &mut column[..rows])
    }

    fn view(&mut self) -> MatMut<'_, T> {
        let columns = self.columns();
        MatMut::from_column_major_slice_with_stride_mut(self.slice, self.rows, columns, self.stride)
    }

    pub(super) fn into_view(self) -> MatMut<'a, T> {
        let columns = self.columns();
        MatMut::from_column_major_slice_with_stride_mut(self.slice, self.rows, columns, self.stride)
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
        let work = a.columns() * b.columns() * a.rows;
        if work >= SMALL {
            let accum = self.prepare(beta);
            return shared::product(self.view(), accum, a.view().transpose(), b.view(), alpha, parts(work));
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
        let work = a.rows * b.columns() * a.columns();
        if work >= SMALL {
            let accum = self.prepare(beta);
            return shared::product(self.view(), accum, a.view(), b.view(), alpha, parts(work));
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
        let work = a.rows * b.rows * a.columns();
        if work >= SMALL {
            let accum = self.prepare(beta);
            return shared::product(self.view(), accum, a.view(), b.view().transpose(), alpha, parts(work));
        }
        self.scale(beta);
        for (a, b) in a.iter().zip(b.iter()) {
            for (c, &weight) in self.columns_mut().zip(b) {
                axpy(c, alpha * weight, a);
            }
        }
    }

    /// The lower triangle of C ← αAAᵀ + βC, in half the work of a product; the upper one is left as it is.
    pub fn set_square(&mut self, alpha: T, a: Panel<'_, T>, beta: T) {
        let work = a.rows * a.rows * a.columns();
        if work >= SMALL {
            let accum = self.prepare(beta);
            return shared::square(self.view(), accum, a.view(), alpha, parts(work / 2));
        }
        self.scale(beta);
        for a in a.iter() {
            for (j, c) in self.columns_mut().enumerate() {
                axpy(&mut c[j..], alpha * a[j], &a[j..]);
            }
        }
    }

    /// faer adds to what is there or replaces it; any other β is applied first.
    fn prepare(&mut self, beta: T) -> Accum {
        if beta == T::zero() {
            return Accum::Replace;
        }
        self.scale(beta);
        Accum::Add
    }
}

impl<'a, T: Real> From<&'a mut DMatrix<T>> for PanelMut<'a, T> {
    fn from(matrix: &'a mut DMatrix<T>) -> Self {
        let rows = matrix.nrows();
        Self::new(matrix.as_mut_slice(), rows)
    }
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
            (m, n, k) in (1usize..30, 1usize..30, 1usize..30), extra in 0usize..3, beta in prop::sample::select(vec![0.0, 1.0, -0.5]),
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

            let square = matrix(m, 0, m, 0.9);
            let mut found = square.clone();
            PanelMut::from(&mut found).set_square(alpha, Panel::from(&a).top(m), beta);
            let expected = a.rows(0, m) * a.rows(0, m).into_owned().transpose() * alpha + &square * beta;
            for j in 0..m {
                for i in 0..m {
                    let expected = if i >= j { expected[(i, j)] } else { square[(i, j)] };
                    prop_assert!(i < j || (found[(i, j)] - expected).abs() < 1e-12);
                }
            }
        }
    }
}
