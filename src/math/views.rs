//! Slices seen as matrices.
//!
//! Everything is column-major. A transposed view has strides of its own, with which a product stays on the fast kernel
//! (nalgebra's `tr_mul` leaves it).

use nalgebra::{DMatrixView, Dyn, Matrix, Scalar, U1, ViewStorage};

/// A matrix view with any strides.
pub type StridedView<'a, T> = Matrix<T, Dyn, Dyn, ViewStorage<'a, T, Dyn, Dyn, Dyn, Dyn>>;

/// The first `rows` rows of the column-major matrix with `stride` rows that `slice` holds.
pub fn top_rows<T: Scalar>(slice: &[T], stride: usize, rows: usize) -> DMatrixView<'_, T, U1, Dyn> {
    let columns = slice.len() / stride;
    DMatrixView::from_slice_with_strides_generic(slice, Dyn(rows), Dyn(columns), U1, Dyn(stride))
}

/// The transpose of [`top_rows`]: `slice.len() / stride` × `rows`.
pub fn top_rows_transposed<T: Scalar>(slice: &[T], stride: usize, rows: usize) -> StridedView<'_, T> {
    let columns = slice.len() / stride;
    StridedView::from_slice_with_strides_generic(slice, Dyn(columns), Dyn(rows), Dyn(stride), Dyn(1))
}
