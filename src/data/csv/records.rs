//! The rows of a CSV file, one after another.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{DataError, Dialect, columns::Found};

/// Reads row after row into the same buffer.
pub(super) struct Records<'f> {
    reader: csv::Reader<&'f [u8]>,
    row: StringRecord,
    /// The row without the empty fields between several spaces.
    dense: StringRecord,
    spaces: bool,
    bytes: &'f [u8],
    path: &'f str,
}

impl<'f> Records<'f> {
    /// Of a file's bytes; `path` names it in messages.
    pub(super) fn new(bytes: &'f [u8], path: &'f str, dialect: Dialect) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).trim(Trim::All).delimiter(dialect.delimiter);
        Self {
            reader: builder.from_reader(bytes),
            row: StringRecord::new(),
            dense: StringRecord::new(),
            spaces: dialect.delimiter == b' ',
            bytes,
            path,
        }
    }

    /// Reads the next row; false after the last.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub(super) fn next(&mut self) -> Result<bool, DataError> {
        loop {
            let more = self.reader.read_record(&mut self.row);
            if !more.map_err(|error| self.unreadable(&error))? {
                self.row.clear();
                return Ok(false);
            }
            if !self.spaces {
                return Ok(true);
            }
            // Several spaces stand for one, and a line of nothing else is an empty line.
            self.dense.clear();
            self.row.iter().filter(|field| !field.is_empty()).for_each(|field| self.dense.push_field(field));
            self.dense.set_position(self.row.position().cloned());
            std::mem::swap(&mut self.row, &mut self.dense);
            if !self.row.is_empty() {
                return Ok(true);
            }
        }
    }

    /// The row read last; empty after the last.
    pub(super) fn row(&self) -> &StringRecord {
        &self.row
    }

    /// The file's name in messages.
    pub(super) fn path(&self) -> &'f str {
        self.path
    }

    /// A field of the row.
    pub(super) fn field(&self, column: &Found) -> &str {
        self.row.get(column.index).unwrap_or("")
    }

    /// The row's line in the file, from 1.
    pub(super) fn line(&self) -> u64 {
        self.row.position().map_or(0, |position| {
            // A record's position is where the one before it ended: empty lines between them come first.
            let start = (position.byte() as usize).min(self.bytes.len());
            let empty = self.bytes[start..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
            position.line() + empty.filter(|&&byte| byte == b'\n').count() as u64
        })
    }

    /// Refuses a row with another number of fields than the first. A delimiter at its end is not counted.
    pub(super) fn check_width(&self, width: usize) -> Result<(), DataError> {
        let found = self.row.len();
        if found == width || found == width + 1 && self.row.get(width) == Some("") {
            return Ok(());
        }
        Err(self.refuse_row(format!("found {found} fields; expected {width}, as in the first row")))
    }

    /// A complaint about the row.
    pub(super) fn refuse_row(&self, problem: String) -> DataError {
        DataError::Row { path: self.path.to_owned(), row: self.line(), problem }
    }

    /// A complaint about a field of the row.
    pub(super) fn refuse(&self, column: &Found, problem: String) -> DataError {
        DataError::Cell { path: self.path.to_owned(), row: self.line(), column: column.name.clone(), problem }
    }

    fn unreadable(&self, error: &csv::Error) -> DataError {
        let problem = match error.kind() {
            csv::ErrorKind::Utf8 { .. }
                if self.bytes.starts_with(&[0xff, 0xfe]) || self.bytes.starts_with(&[0xfe, 0xff]) =>
            {
                "found bytes that are not UTF-8 text but seem to be UTF-16; save the file as UTF-8".to_owned()
            }
            csv::ErrorKind::Utf8 { .. } => "found bytes that are not UTF-8 text; save the file as UTF-8".to_owned(),
            _ => error.to_string(),
        };
        let path = self.path.to_owned();
        match error.position().map(csv::Position::line) {
            Some(row) => DataError::Row { path, row, problem },
            None => DataError::File { path, problem },
        }
    }
}
