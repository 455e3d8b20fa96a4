//! Headers, and the columns they name.

use std::collections::HashMap;

use csv::StringRecord;

use super::{Column, DataError, cell, records::Records};

/// A column once it is known where it stands.
pub(super) struct Found {
    pub(super) index: usize,
    /// In messages.
    pub(super) name: String,
}

/// Whether the first row is a header: none of its fields is a number.
///
/// # Errors
/// If some are and some are not: taking such a row for a header would lose it in silence.
pub(super) fn is_header(first: &Records<'_>, decimal: u8) -> Result<bool, DataError> {
    const SHOWN: usize = 200;
    let row = first.row();
    let numbers = row.iter().filter(|field| cell::number(field, decimal).is_some()).count();
    if numbers == 0 || numbers == row.len() {
        return Ok(numbers < row.len());
    }
    let mut shown = cell::visible(&row.iter().collect::<Vec<_>>().join(", "));
    if shown.chars().count() > SHOWN {
        shown = shown.chars().take(SHOWN).chain(['…']).collect();
    }
    Err(first.refuse_row(format!(
        "found {numbers} numbers among the {} fields of the first row ({shown}), so it may be a header or data; \
         say which: header = true or header = false",
        row.len()
    )))
}

/// Where the columns asked for stand.
///
/// # Errors
/// If one is not there, or its name does not say which it is.
pub(super) fn locate(
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
            Ok(Found {
                index: *index,
                name: name.map_or_else(|| index.to_string(), |name| format!("`{}`", cell::visible(name))),
            })
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
                let comment = names.first().is_some_and(|name| name.starts_with('#'));
                let comment = if comment { "; comments are not read: remove the row that begins with #" } else { "" };
                Err(refuse(format!(
                    "there is no column `{name}`; the header has {}{comment}",
                    cell::visible(&names.join(", "))
                )))
            }
        },
    };
    columns.iter().map(find).collect()
}
