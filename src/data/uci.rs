//! Regression tables of the UCI repository, split as the paper splits them.
//!
//! `data.txt` (or `data.txt.gz`) has one example a line, numbers separated by blanks, the target last. `permutation_indices.txt` has the
//! place of one row a line, from 0: the order in which the rows are taken. Of the N rows the last ⌊N/10⌋ test; of the others the first
//! 85 % (rounded down) train and the rest validates. Inputs and target are standardised by the mean and the deviation of the rows that
//! do not test.

use nalgebra::DMatrix;

use super::{DataError, KnownSet, Places, known::TABLE_FILES, stream::Stream};
use crate::problem::{Examples, Splits, Targets};

/// Longer tables are read as CSV by whoever has them.
const MOST_BYTES: u64 = 1 << 28;

/// Reads a set.
///
/// # Errors
/// If it is not there, or a file is at fault.
pub(super) fn load(set: KnownSet, places: &Places) -> Result<Splits, DataError> {
    let [table, order] = places.find(set, TABLE_FILES)?;
    let table = table_of(Stream::open(&table)?)?;
    let order = order_of(Stream::open(&order)?, table.ncols())?;
    split(&table, &order).ok_or_else(|| DataError::File {
        path: places.find(set, TABLE_FILES).map_or_else(|_| String::new(), |[table, _]| table.display().to_string()),
        problem: format!("has {} rows; expected at least 10, so that each part has some", order.len()),
    })
}

/// One column a row of the file.
fn table_of(mut stream: Stream) -> Result<DMatrix<f64>, DataError> {
    let text = stream.text(MOST_BYTES)?;
    let row =
        |line: usize, problem: String| DataError::Row { path: stream.name.clone(), row: line as u64 + 1, problem };
    let (mut width, mut values) = (None, Vec::new());
    for (line, fields) in text.lines().enumerate() {
        let before = values.len();
        for field in fields.split_ascii_whitespace() {
            match field.parse::<f64>() {
                Ok(number) if number.is_finite() => values.push(number),
                _ => return Err(row(line, format!("found {field:?}; expected a finite number"))),
            }
        }
        let found = values.len() - before;
        if found == 0 {
            continue;
        }
        let expected = *width.get_or_insert(found);
        if found != expected || found < 2 {
            let expected = if found < 2 { "at least 2".to_owned() } else { format!("{expected}, as in the first row") };
            return Err(row(line, format!("found {found} numbers; expected {expected}")));
        }
    }
    let Some(width) = width else { return Err(stream.refuse("there is no row of numbers; expected at least one")) };
    Ok(DMatrix::from_vec(width, values.len() / width, values))
}

/// Every number from 0 to `rows` − 1 once.
fn order_of(mut stream: Stream, rows: usize) -> Result<Vec<usize>, DataError> {
    let text = stream.text(MOST_BYTES)?;
    let mut order = Vec::with_capacity(rows);
    let mut seen = vec![false; rows];
    for (line, field) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row = |problem: String| DataError::Row { path: stream.name.clone(), row: line as u64 + 1, problem };
        let field = field.trim();
        let place = field.parse::<usize>().ok().filter(|&place| place < rows).ok_or_else(|| {
            row(format!("found {field:?}; expected a row of the table, a whole number from 0 to {}", rows - 1))
        })?;
        if std::mem::replace(&mut seen[place], true) {
            return Err(row(format!("row {place} is named twice; expected every row once")));
        }
        order.push(place);
    }
    if order.len() < rows {
        return Err(stream.refuse(format!("names {} rows; the table has {rows}", order.len())));
    }
    Ok(order)
}

/// The three parts; `None` if one would be empty.
fn split(table: &DMatrix<f64>, order: &[usize]) -> Option<Splits> {
    let test = order.len() / 10;
    let known = order.len() - test;
    let train = known * 85 / 100;
    if test == 0 || train == 0 || train == known {
        return None;
    }
    let mut table = table.select_columns(order);
    for mut row in table.row_iter_mut() {
        let values = row.columns(0, known);
        let mean = values.mean();
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / known as f64;
        let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        row.apply(|x| *x = (*x - mean) / deviation);
    }
    let inputs = table.nrows() - 1;
    let part = |from: usize, count: usize| Examples {
        inputs: table.view((0, from), (inputs, count)).into_owned(),
        targets: Targets::Values(table.view((inputs, from), (1, count)).into_owned()),
    };
    // Its examples are not looked at one by one, so there is no way back to what was published.
    Some(Splits {
        standardised: None,
        info: crate::problem::DataInfo::default(),
        train: part(0, train),
        validation: Some(part(train, known - train)),
        test: Some(part(known, test)),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn stream(text: &str) -> Stream {
        Stream::of_bytes(text.as_bytes(), "f.txt").unwrap()
    }

    fn place(table: &str, order: &str) -> (tempfile::TempDir, Places) {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("uci-energy")).unwrap();
        for (name, text) in TABLE_FILES.iter().zip([table, order]) {
            fs::write(root.path().join("uci-energy").join(name), text).unwrap();
        }
        let places = Places::only([root.path().to_owned()]);
        (root, places)
    }

    #[test]
    fn rows_are_reordered_split_and_standardised_by_those_that_do_not_test() {
        // Row i is (i, 1, 10·i); the order is backwards: 19 is first.
        let table = (0..20).map(|i| format!("{i}\t1.0  {}\n", 10 * i)).collect::<Vec<_>>().concat();
        let order = (0..20).rev().map(|i| format!("{i}\n")).collect::<Vec<_>>().concat();
        let (_root, places) = place(&table, &order);
        let splits = load(KnownSet::UciEnergy, &places).unwrap();
        let (validation, test) = (splits.validation.unwrap(), splits.test.unwrap());
        assert_eq!([splits.train.len(), validation.len(), test.len()], [15, 3, 2]);
        // Rows 19 … 2: mean 10.5, variance (18² − 1)/12.
        let deviation = (323.0_f64 / 12.0).sqrt();
        assert!((splits.train.inputs[(0, 0)] - 8.5 / deviation).abs() < 1e-12);
        assert!((test.inputs[(0, 1)] + 10.5 / deviation).abs() < 1e-12);
        assert_eq!(splits.train.inputs.row(1).amax(), 0.0, "what never changes is only shifted");
        let Targets::Values(values) = &splits.train.targets else { panic!("a regression") };
        assert!((values[(0, 0)] - 8.5 / deviation).abs() < 1e-12);
    }

    #[test]
    fn errors_name_the_place() {
        let tables = [
            ("1 2\n3 four\n", "f.txt, row 2: found \"four\"; expected a finite number"),
            ("1 2\n\n3 inf\n", "row 3: found \"inf\""),
            ("1 2\n3 4 5\n", "row 2: found 3 numbers; expected 2, as in the first row"),
            ("1\n", "row 1: found 1 numbers; expected at least 2"),
            ("\n \n", "there is no row of numbers"),
        ];
        for (text, part) in tables {
            let message = table_of(stream(text)).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
        let orders = [
            ("0\n2\n", "f.txt, row 2: found \"2\"; expected a row of the table, a whole number from 0 to 1"),
            ("0\n-1\n", "found \"-1\""),
            ("1\n1\n", "row 2: row 1 is named twice"),
            ("1\n", "names 1 rows; the table has 2"),
        ];
        for (text, part) in orders {
            let message = order_of(stream(text), 2).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
        let (_root, places) = place("1 2\n3 4\n", "0\n1\n");
        let message = load(KnownSet::UciEnergy, &places).unwrap_err().to_string();
        assert!(message.contains("data.txt: has 2 rows; expected at least 10"), "{message}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// 2 000 texts: none panics.
        #[test]
        fn no_text_is_trouble(table in "[-0-9.eEn \t\n]{0,60}", order in "[-0-9\n ]{0,40}", rows in 1_usize..9) {
            let _ = table_of(stream(&table));
            let _ = order_of(stream(&order), rows);
        }
    }

    /// Where the sets are installed, they are those of the paper.
    #[test]
    fn the_published_figures_hold_where_the_sets_are_installed() {
        let find = |set| Places::new(None).find(set, TABLE_FILES);
        let sizes = |splits: &Splits| {
            [&Some(splits.train.clone()), &splits.validation, &splits.test]
                .map(|part| part.as_ref().map_or(0, Examples::len))
        };
        if let Ok([table, order]) = find(KnownSet::UciEnergy) {
            let table = table_of(Stream::open(&table).unwrap()).unwrap();
            let values = table.select_columns(&order_of(Stream::open(&order).unwrap(), table.ncols()).unwrap());
            let known = values.columns(0, 692);
            let moments = |row: usize| {
                let row = known.row(row);
                (row.mean(), row.variance().sqrt())
            };
            for ((found, deviation), (mean, expected)) in
                [(moments(8), (22.382_557_8, 10.137_069_4)), (moments(0), (0.763_699_4, 0.106_006_9))]
            {
                assert!((found - mean).abs() < 1e-7 && (deviation - expected).abs() < 1e-7, "{found} {deviation}");
            }
            assert_eq!(sizes(&load(KnownSet::UciEnergy, &Places::new(None)).unwrap()), [588, 104, 76]);
        }
        if find(KnownSet::UciProtein).is_ok() {
            assert_eq!(sizes(&load(KnownSet::UciProtein, &Places::new(None)).unwrap()), [34_983, 6174, 4573]);
        }
    }
}
