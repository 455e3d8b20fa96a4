//! Columns of a matrix in any order.

use super::{
    Real,
    threads::{both, parts},
};

/// To copy an entry from anywhere in memory takes as long as so many multiplications.
const COPY: usize = 32;

/// Column n of `target` ← column place(n) of `source`, both with `rows` rows.
pub fn gather<T: Real>(target: &mut [T], source: &[T], rows: usize, place: impl Fn(usize) -> usize + Sync) {
    let parts = parts(target.len() * COPY);
    part(target, source, rows, 0, &place, parts);
}

fn part<T: Real>(
    target: &mut [T],
    source: &[T],
    rows: usize,
    first: usize,
    place: &(impl Fn(usize) -> usize + Sync),
    parts: usize,
) {
    if parts < 2 {
        for (n, column) in target.chunks_exact_mut(rows).enumerate() {
            let from = place(first + n) * rows;
            column.copy_from_slice(&source[from..from + rows]);
        }
        return;
    }
    let half = parts / 2;
    let cut = target.len() / rows * half / parts;
    let (before, after) = target.split_at_mut(cut * rows);
    both(
        || part(before, source, rows, first, place, half),
        || part(after, source, rows, first + cut, place, parts - half),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_comes_from_its_place_in_any_number_of_parts() {
        let (rows, columns) = (3, 50);
        let source: Vec<f64> = (0..rows * columns).map(|i| i as f64).collect();
        for parts in 1..6 {
            let mut target = vec![0.0; rows * columns];
            part(&mut target, &source, rows, 0, &|n| n * 7 % columns, parts);
            for (n, column) in target.chunks_exact(rows).enumerate() {
                let from = n * 7 % columns * rows;
                assert_eq!(column, &source[from..from + rows], "column {n} in {parts} parts");
            }
        }
    }
}
