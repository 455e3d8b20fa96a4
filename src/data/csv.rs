//! Numeric CSV, in the dialects that people's programs write.
//!
//! A first row without any number is a header. Everything else is a finite number; a class label is a whole number, which may be
//! written `2` or `2.0`, or a text. docs/data.md has the whole of it.

mod cell;
mod columns;
mod guess;
mod labels;
mod records;
#[cfg(test)]
mod tests;

use std::path::Path;

use csv::StringRecord;
use nalgebra::DMatrix;

use super::{DataError, TargetKind, data_path, too_many};
use crate::problem::{DataInfo, Examples, Targets};
use columns::Found;
use labels::Labels;
use records::Records;

/// A column of a CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// By its number, from 0.
    Index(usize),
    /// By its name in the header.
    Name(String),
}

/// How fields and numbers are written. Both marks are ASCII and differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between fields; a space stands for any number of them.
    pub delimiter: u8,
    /// What stands before the fraction of a number: a point or a comma.
    pub decimal: u8,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', decimal: b'.' }
    }
}

/// Whether the first row is a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// If none of its fields is a number; an error if only some are.
    #[default]
    Auto,
    /// It is.
    Present,
    /// It is data.
    Absent,
}

/// What happens to a row that lacks a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// It is an error.
    #[default]
    Error,
    /// The row is left out, and their number is told.
    SkipRow,
}

/// Which columns of which file, and how the file is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvSource {
    /// The file, as written in the problem file.
    pub path: String,
    /// Columns of the inputs, in order.
    pub inputs: Vec<Column>,
    /// Columns of the targets, in order; for classes, one.
    pub targets: Vec<Column>,
    /// How fields and numbers are written.
    pub dialect: Dialect,
    /// Whether the first row is a header.
    pub header: Header,
    /// What happens to a row that lacks a value.
    pub missing: Missing,
    /// The label of the first class, where labels are whole numbers.
    pub first_class: usize,
    /// The labels in order of the classes; empty: whole numbers, or texts in alphabetical order.
    pub classes: Vec<String>,
}

/// Rows left out as they lack a value.
#[derive(Default)]
struct Skipped {
    count: u64,
    /// The line of the first.
    first: u64,
}

impl CsvSource {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read, a column is not there, or a cell holds something else than accepted.
    pub(super) fn load(&self, directory: &Path, targets: TargetKind) -> Result<(Examples, DataInfo), DataError> {
        let path = data_path(directory, &self.path)?;
        let name = path.display().to_string();
        let bytes = std::fs::read(&path).map_err(|source| DataError::Read { path: name.clone(), source })?;
        self.parse(&bytes, &name, targets)
    }

    fn parse(&self, bytes: &[u8], path: &str, kind: TargetKind) -> Result<(Examples, DataInfo), DataError> {
        if let TargetKind::Classes(outputs) = kind
            && self.classes.len() > outputs
        {
            return Err(DataError::File { path: path.to_owned(), problem: too_many(self.classes.len(), outputs) });
        }
        self.read(Records::new(bytes, path, self.dialect), kind).map_err(|error| {
            match guess::better(bytes, self.dialect) {
                Some(hint) => with_hint(error, &hint),
                None => error,
            }
        })
    }

    fn read(&self, mut records: Records<'_>, kind: TargetKind) -> Result<(Examples, DataInfo), DataError> {
        let mut more = records.next()?;
        let header = match self.header {
            Header::Auto => columns::is_header(&records, self.dialect.decimal)?,
            Header::Present => more,
            Header::Absent => false,
        };
        let header: Option<StringRecord> = header.then(|| records.row().clone());
        if header.is_some() {
            more = records.next()?;
        }
        let width = header.as_ref().map_or(records.row().len(), StringRecord::len);
        let mut inputs = Vec::new();
        let mut values = Vec::new();
        let mut labels = Labels::new(self, kind);
        let mut skipped = Skipped::default();
        let mut columns = None;
        let mut count = 0;
        while more {
            // The columns are looked for only once there is a row: a file that cannot be read at all says so first.
            let (input_columns, target_columns) = if let Some(found) = &columns {
                found
            } else {
                let find = |wanted: &[Column]| columns::locate(wanted, header.as_ref(), width, records.path());
                columns.insert((find(&self.inputs)?, find(&self.targets)?))
            };
            records.check_width(width)?;
            let lacks = |column: &Found| cell::is_missing(records.field(column));
            if self.missing == Missing::SkipRow && input_columns.iter().chain(target_columns).any(lacks) {
                if skipped.count == 0 {
                    skipped.first = records.line();
                }
                skipped.count += 1;
                more = records.next()?;
                continue;
            }
            for column in input_columns {
                inputs.push(self.number(&records, column)?);
            }
            for column in target_columns {
                match &mut labels {
                    None => values.push(self.number(&records, column)?),
                    Some(labels) => labels
                        .push(records.field(column), self.dialect.decimal)
                        .map_err(|problem| records.refuse(column, problem))?,
                }
            }
            count += 1;
            more = records.next()?;
        }
        if count == 0 {
            let problem = match skipped.count {
                0 => "there is no row of numbers; expected at least one".to_owned(),
                all => format!("all {all} rows lack a value in a column that is asked for; expected one that does not"),
            };
            return Err(DataError::File { path: records.path().to_owned(), problem });
        }
        let (targets, classes) = match labels {
            None => (Targets::Values(DMatrix::from_vec(self.targets.len(), count, values)), Vec::new()),
            Some(labels) => {
                let (classes, names) = labels.finish();
                (Targets::Classes(classes), names)
            }
        };
        let notes = skipped.note(records.path(), count).into_iter().collect();
        let inputs = DMatrix::from_vec(self.inputs.len(), count, inputs);
        Ok((Examples { inputs, targets }, DataInfo { picture: None, classes, notes }))
    }

    fn number(&self, records: &Records<'_>, column: &Found) -> Result<f64, DataError> {
        let field = records.field(column);
        match cell::number(field, self.dialect.decimal) {
            Some(number) if number.is_finite() => Ok(number),
            _ => Err(records.refuse(column, cell::problem(field, self.dialect.decimal, "a finite number"))),
        }
    }
}

impl Skipped {
    fn note(&self, path: &str, read: usize) -> Option<String> {
        let all = self.count + read as u64;
        let (rows, lack) = if self.count == 1 { ("row was", "it lacks") } else { ("rows were", "they lack") };
        let first = if self.count == 1 { "it is row" } else { "the first is row" };
        (self.count > 0).then(|| {
            let (count, at) = (self.count, self.first);
            format!("{path}: {count} {rows} skipped of {all}, as {lack} a value ({first} {at})")
        })
    }
}

/// A complaint about a file with what would probably mend it.
fn with_hint(mut error: DataError, hint: &str) -> DataError {
    if let DataError::File { problem, .. } | DataError::Row { problem, .. } | DataError::Cell { problem, .. } =
        &mut error
    {
        problem.push_str("; ");
        problem.push_str(hint);
    }
    error
}
