//! Kernels on parts of a result, side by side.

use faer::{Accum, MatMut, MatRef};

use super::{Real, threads::both};

/// Parts are multiples of so many rows or columns, but for the last.
const TILE: usize = 16;

/// C ← αAB (+ C).
pub(super) fn product<T: Real>(
    c: MatMut<'_, T>,
    accum: Accum,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    alpha: T,
    parts: usize,
) {
    let half = parts / 2;
    if c.ncols() >= c.nrows()
        && let Some(cut) = cut(c.ncols(), half, parts, TILE)
    {
        let ((c0, c1), (b0, b1)) = (c.split_at_col_mut(cut), b.split_at_col(cut));
        both(|| product(c0, accum, a, b0, alpha, half), || product(c1, accum, a, b1, alpha, parts - half));
    } else if let Some(cut) = cut(c.nrows(), half, parts, TILE) {
        let ((c0, c1), (a0, a1)) = (c.split_at_row_mut(cut), a.split_at_row(cut));
        both(|| product(c0, accum, a0, b, alpha, half), || product(c1, accum, a1, b, alpha, parts - half));
    } else {
        T::product(c, accum, a, b, alpha);
    }
}

/// The lower triangle of C ← αAAᵀ (+ C).
pub(super) fn square<T: Real>(c: MatMut<'_, T>, accum: Accum, a: MatRef<'_, T>, alpha: T, parts: usize) {
    let (n, half) = (c.nrows(), parts / 2);
    // The rows above the cut hold the share half/parts of the triangle.
    let share = (half as f64 / parts as f64).sqrt();
    let cut = (n as f64 * share) as usize / TILE * TILE;
    if cut == 0 || cut + TILE > n {
        return T::square(c, accum, a, alpha);
    }
    let (top, _, below, corner) = c.split_at_mut(cut, cut);
    let (a0, a1) = a.split_at_row(cut);
    both(
        || square(top, accum, a0, alpha, half),
        || {
            let rest = parts - half;
            product(below, accum, a1, a0.transpose(), alpha, rest);
            square(corner, accum, a1, alpha, rest);
        },
    );
}

/// X ← (LLᵀ)⁻¹X.
pub(super) fn solve<T: Real>(lower: MatRef<'_, T>, x: MatMut<'_, T>, parts: usize) {
    let half = parts / 2;
    // Right-hand sides are few: they are cut where it is fair.
    let Some(cut) = cut(x.ncols(), half, parts, 1) else { return T::solve(lower, x) };
    let (x0, x1) = x.split_at_col_mut(cut);
    both(|| solve(lower, x0, half), || solve(lower, x1, parts - half));
}

/// Where to cut so many rows or columns so that the first part is the share half/parts; not into parts so small that a kernel has
/// another way with them, and with it another order of its sums.
fn cut(length: usize, half: usize, parts: usize, tile: usize) -> Option<usize> {
    let cut = (length * half / parts).next_multiple_of(tile);
    (cut >= TILE && cut + TILE <= length).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::Mat;

    fn matrix<T: Real>(rows: usize, columns: usize) -> Mat<T> {
        Mat::from_fn(rows, columns, |i, j| T::of(((i * 7 + j * 13 + 1) as f64 * 0.37).sin()))
    }

    /// Bit by bit: how many threads there are must not show in a result.
    fn into_parts<T: Real>() {
        for (m, k, n) in [(50, 785, 400), (785, 700, 50), (131, 60, 130), (33, 20, 97), (1, 300, 500), (7, 5, 3)] {
            let (a, b) = (matrix::<T>(m, k), matrix::<T>(k, n));
            let shape = |c: &mut Mat<T>, parts| {
                product(c.as_mut(), Accum::Add, a.as_ref(), b.as_ref(), T::of(1.5), parts);
                let columns = Mat::from_fn(n, k, |i, j| b[(j, i)]);
                product(c.as_mut(), Accum::Add, a.as_ref(), columns.transpose(), T::one(), parts);
            };
            let mut whole = matrix(m, n);
            shape(&mut whole, 1);
            for parts in 2..6 {
                let mut shared = matrix(m, n);
                shape(&mut shared, parts);
                assert!(shared == whole, "{m}×{k} by {k}×{n} in {parts} parts");
            }
        }
        for (n, k) in [(785, 300), (145, 20), (33, 9), (50, 3200), (3, 4)] {
            let a = matrix::<T>(n, k);
            let triangle = |parts| {
                let mut c = matrix(n, n);
                square(c.as_mut(), Accum::Add, a.as_ref(), T::of(0.5), parts);
                c
            };
            let whole = triangle(1);
            assert!((2..6).all(|parts| triangle(parts) == whole), "the square of {n}×{k}");
        }
        let lower = Mat::from_fn(200, 200, |i, j| T::of(if i == j { 4.0 } else { 1.0 / (1 + i + j) as f64 }));
        for columns in [1, 2, 17, 33, 50, 131] {
            let solution = |parts| {
                let mut x = matrix(200, columns);
                solve(lower.as_ref(), x.as_mut(), parts);
                x
            };
            let whole = solution(1);
            assert!((2..6).all(|parts| solution(parts) == whole), "{columns} right-hand sides");
        }
    }

    #[test]
    fn parts_make_up_the_whole_bit_by_bit() {
        into_parts::<f32>();
        into_parts::<f64>();
    }
}
