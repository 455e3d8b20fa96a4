//! Numeric CSV.
//!
//! A first row with a field that is not a number is a header. Everything else is a finite number; a class label is a whole number
//! from 0, which may be written `2` or `2.0`.

use std::{collections::HashMap, path::Path};

use csv::{ReaderBuilder, StringRecord, Trim};
use nalgebra::DMatrix;

use super::{DataError, TargetKind};
use crate::problem::{Examples, Targets};

/// A column of a CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// By its number, from 0.
    Index(usize),
    /// By its name in the header.
    Name(String),
}

/// Which columns of which file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvSource {
    /// The file, as written in the problem file.
    pub path: String,
    /// Columns of the inputs, in order.
    pub inputs: Vec<Column>,
    /// Columns of the targets, in order; for classes, one.
    pub targets: Vec<Column>,
}

/// A column once it is known where it stands.
struct Found {
    index: usize,
    /// In messages.
    name: String,
}

impl CsvSource {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read, a column is not there, or a cell holds something else than accepted.
    pub(super) fn load(&self, directory: &Path, targets: TargetKind) -> Result<Examples, DataError> {
        let path = directory.join(&self.path);
        let name = path.display().to_string();
        let bytes = std::fs::read(&path).map_err(|source| DataError::Read { path: name.clone(), source })?;
        self.parse(&bytes, &name, targets)
    }

    fn parse(&self, bytes: &[u8], path: &str, kind: TargetKind) -> Result<Examples, DataError> {
        let file = File { path, bytes };
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(bytes);
        let mut rows = reader.records().map(|row| row.map_err(|error| unreadable(&error, path))).peekable();
        let Some(first) = rows.next_if(|row| row.as_ref().is_ok_and(is_header)) else {
            return self.read(rows, None, &file, kind);
        };
        self.read(rows, Some(&first?), &file, kind)
    }

    fn read(
        &self,
        rows: impl Iterator<Item = Result<StringRecord, DataError>>,
        header: Option<&StringRecord>,
        file: &File<'_>,
        kind: TargetKind,
    ) -> Result<Examples, DataError> {
        let mut rows = rows.peekable();
        let width = match (header, rows.peek()) {
            (Some(header), _) => header.len(),
            (None, Some(Ok(row))) => row.len(),
            (None, _) => 0,
        };
        let find = |columns: &[Column]| locate(columns, header, width, file.path);
        let mut inputs = Vec::new();
        let mut values = Vec::new();
        let mut classes = Vec::new();
        let mut columns = None;
        let mut count = 0;
        for row in rows {
            let row = row?;
            // The columns are looked for only once there is a row: a file that cannot be read at all says so first.
            let (input_columns, target_columns) = match &columns {
                Some(found) => found,
                None => columns.insert((find(&self.inputs)?, find(&self.targets)?)),
            };
            let row = Row { record: &row, file, width };
            row.check_width()?;
            for column in input_columns {
                inputs.push(row.number(column)?);
            }
            for column in target_columns {
                match kind {
                    TargetKind::Values => values.push(row.number(column)?),
                    TargetKind::Classes(count) => classes.push(row.class(column, count)?),
                }
            }
            count += 1;
        }
        if count == 0 {
            let problem = "there is no row of numbers; expected at least one".to_owned();
            return Err(DataError::File { path: file.path.to_owned(), problem });
        }
        Ok(Examples {
            inputs: DMatrix::from_vec(self.inputs.len(), count, inputs),
            targets: match kind {
                TargetKind::Values => Targets::Values(DMatrix::from_vec(self.targets.len(), count, values)),
                TargetKind::Classes(_) => Targets::Classes(classes),
            },
        })
    }
}

fn is_header(row: &StringRecord) -> bool {
    row.iter().any(|field| field.parse::<f64>().is_err())
}

fn locate(
    columns: &[Column],
    header: Option<&StringRecord>,
    width: usize,
    path: &str,
) -> Result<Vec<Found>, DataError> {
    let refuse = |problem: String| DataError::File { path: path.to_owned(), problem };
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, name) in header.into_iter().flatten().enumerate() {
        by_name.entry(name).or_default().push(index);
    }
    let find = |column: &Column| match column {
        Column::Index(index) if *index < width => {
            let name = header.and_then(|header| header.get(*index));
            Ok(Found { index: *index, name: name.map_or_else(|| index.to_string(), |name| format!("`{name}`")) })
        }
        Column::Index(index) => Err(refuse(format!("there is no column {index}; there are {width}, counted from 0"))),
        Column::Name(name) => match (header, by_name.get(name.as_str()).map(Vec::as_slice)) {
            (None, _) => Err(refuse(format!("column `{name}` is asked for by name, but there is no header row"))),
            (Some(_), Some([index])) => Ok(Found { index: *index, name: format!("`{name}`") }),
            (Some(_), Some(places)) => {
                Err(refuse(format!("the header names `{name}` {} times; give the column's number", places.len())))
            }
            (Some(header), None) => {
                let names: Vec<&str> = header.iter().collect();
                Err(refuse(format!("there is no column `{name}`; the header has {}", names.join(", "))))
            }
        },
    };
    columns.iter().map(find).collect()
}

/// A file being read.
struct File<'f> {
    path: &'f str,
    bytes: &'f [u8],
}

/// A row being read.
struct Row<'r> {
    record: &'r StringRecord,
    file: &'r File<'r>,
    width: usize,
}

impl Row<'_> {
    fn line(&self) -> u64 {
        self.record.position().map_or(0, |position| {
            // A record's position is where the one before it ended: empty lines between them come first.
            let start = (position.byte() as usize).min(self.file.bytes.len());
            let empty = self.file.bytes[start..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
            position.line() + empty.filter(|&&byte| byte == b'\n').count() as u64
        })
    }

    fn check_width(&self) -> Result<(), DataError> {
        if self.record.len() == self.width {
            return Ok(());
        }
        let problem = format!("found {} fields; expected {}, as in the first row", self.record.len(), self.width);
        Err(DataError::Row { path: self.file.path.to_owned(), row: self.line(), problem })
    }

    fn refuse(&self, column: &Found, problem: String) -> DataError {
        DataError::Cell { path: self.file.path.to_owned(), row: self.line(), column: column.name.clone(), problem }
    }

    fn number(&self, column: &Found) -> Result<f64, DataError> {
        let field = self.record.get(column.index).unwrap_or("");
        match field.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ if field.is_empty() => {
                Err(self.refuse(column, "the field is empty; expected a finite number".to_owned()))
            }
            _ => Err(self.refuse(column, format!("found {field:?}; expected a finite number"))),
        }
    }

    fn class(&self, column: &Found, count: usize) -> Result<usize, DataError> {
        let number = self.number(column)?;
        let label = (0.0..count as f64).contains(&number).then_some(number as usize);
        // Comparing the label turned back into a real is how a fraction shows.
        label.filter(|label| (*label as f64).total_cmp(&number.abs()).is_eq()).ok_or_else(|| {
            let problem = format!(
                "found {}; expected a class label, a whole number from 0 to {} as the network has {count} outputs",
                self.record.get(column.index).unwrap_or(""),
                count.saturating_sub(1),
            );
            self.refuse(column, problem)
        })
    }
}

fn unreadable(error: &csv::Error, path: &str) -> DataError {
    let row = error.position().map(csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "found bytes that are not UTF-8 text".to_owned(),
        _ => error.to_string(),
    };
    match row {
        Some(row) => DataError::Row { path: path.to_owned(), row, problem },
        None => DataError::File { path: path.to_owned(), problem },
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    /// What tables are made of, and what they should not be made of.
    const PIECES: [&str; 24] = [
        "1", "0", "2.0", "-3.5e2", "1e999", "nan", "inf", ",", ",", ",", "\n", "\n", "\r\n", "1,2,0\n", "3,4,1\n",
        "x,y,t\n", "\"", "\"5\"", " ", "\t", ";", "é", "\u{feff}", "",
    ];

    fn source(inputs: &[Column], targets: &[Column]) -> CsvSource {
        CsvSource { path: "data.csv".to_owned(), inputs: inputs.to_vec(), targets: targets.to_vec() }
    }

    fn name(name: &str) -> Column {
        Column::Name(name.to_owned())
    }

    #[test]
    fn headers_are_found_and_columns_taken_by_name_or_number() {
        let text = "\u{feff}x, y ,label\n1,2,0\n-3e1,.5,1.0\n";
        let source = source(&[name("y"), Column::Index(0)], &[name("label")]);
        let examples = source.parse(text.as_bytes(), "data.csv", TargetKind::Classes(2)).unwrap();
        assert_eq!(examples.inputs, DMatrix::from_column_slice(2, 2, &[2.0, 1.0, 0.5, -30.0]));
        assert_eq!(examples.targets, Targets::Classes(vec![0, 1]));
    }

    #[test]
    fn without_a_header_the_first_row_is_data() {
        let source = source(&[Column::Index(0)], &[Column::Index(1), Column::Index(0)]);
        let examples = source.parse(b"1,2\n3,4", "data.csv", TargetKind::Values).unwrap();
        assert_eq!(examples.inputs, DMatrix::from_column_slice(1, 2, &[1.0, 3.0]));
        assert_eq!(examples.targets, Targets::Values(DMatrix::from_column_slice(2, 2, &[2.0, 1.0, 4.0, 3.0])));
    }

    #[test]
    fn errors_name_the_place() {
        let numbers = source(&[Column::Index(0)], &[Column::Index(1)]);
        let named = source(&[name("x")], &[name("y")]);
        let values = TargetKind::Values;
        let cases: [(&CsvSource, TargetKind, &str, &str); 12] = [
            (&numbers, values, "1,2\n3,four\n", "data.csv, row 2, column 1: found \"four\""),
            (&named, values, "x,y\n1,2\n3,\n", "row 3, column `y`: the field is empty"),
            (&numbers, values, "1,2\n\n3,NaN\n", "row 3, column 1: found \"NaN\"; expected a finite number"),
            (&numbers, values, "1,inf\n", "row 1, column 1: found \"inf\""),
            (&numbers, values, "1,2\n3\n", "row 2: found 1 fields; expected 2"),
            (&numbers, TargetKind::Classes(3), "1,3\n", "found 3; expected a class label, a whole number from 0 to 2"),
            (&numbers, TargetKind::Classes(3), "1,0.5\n", "found 0.5; expected a class label"),
            (&numbers, TargetKind::Classes(3), "1,-1\n", "found -1; expected a class label"),
            (&source(&[Column::Index(2)], &[Column::Index(0)]), values, "1,2\n", "there is no column 2; there are 2"),
            (&named, values, "1,2\n", "no header row"),
            (&named, values, "x,z\n1,2\n", "there is no column `y`; the header has x, z"),
            (&named, values, "x,y\n", "there is no row of numbers"),
        ];
        for (source, kind, text, part) in cases {
            let message = source.parse(text.as_bytes(), "data.csv", kind).unwrap_err().to_string();
            assert!(message.contains(part), "{text:?}: {message}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// 2 000 files, of pieces of tables and of any bytes: none panics; what is read is whole and finite, and what is refused is named.
        #[test]
        fn no_table_is_trouble(
            pieces in prop::collection::vec(select(&PIECES), 0..40),
            noise in prop::collection::vec(any::<u8>(), 0..12),
            at in any::<prop::sample::Index>(),
            classes in any::<bool>(),
            named in any::<bool>(),
        ) {
            let mut bytes = pieces.concat().into_bytes();
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, noise);
            let columns = |index: usize, text: &str| if named { name(text) } else { Column::Index(index) };
            let source = source(&[columns(0, "x"), columns(1, "y")], &[columns(2, "t")]);
            let kind = if classes { TargetKind::Classes(3) } else { TargetKind::Values };
            match source.parse(&bytes, "data.csv", kind) {
                Ok(examples) => {
                    prop_assert!(!examples.is_empty() && examples.inputs.nrows() == 2);
                    prop_assert!(examples.inputs.iter().all(|value| value.is_finite()));
                    match examples.targets {
                        Targets::Values(values) => {
                            prop_assert_eq!(values.shape(), (1, examples.inputs.ncols()));
                            prop_assert!(values.iter().all(|value| value.is_finite()));
                        }
                        Targets::Classes(found) => {
                            prop_assert_eq!(found.len(), examples.inputs.ncols());
                            prop_assert!(found.iter().all(|class| *class < 3));
                        }
                    }
                }
                Err(error) => prop_assert!(error.to_string().starts_with("data.csv"), "{}", error),
            }
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_refused_with_their_row() {
        let source = source(&[Column::Index(0)], &[Column::Index(1)]);
        let message = source.parse(b"1,2\n3,\xff\n", "data.csv", TargetKind::Values).unwrap_err().to_string();
        assert!(message.contains("row 2: found bytes that are not UTF-8"), "{message}");
    }
}
