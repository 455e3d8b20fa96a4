//! Which dialect a file that cannot be read is probably written in.

use super::{Dialect, cell, records::Records};

/// How much of a file is looked at.
const MOST_BYTES: usize = 1 << 16;
const MOST_ROWS: usize = 12;

/// The keys that would read a file better than `now` does; `None` if none would.
pub(super) fn better(bytes: &[u8], now: Dialect) -> Option<String> {
    let head = &bytes[..bytes.len().min(MOST_BYTES)];
    let all = [b',', b';', b'\t', b'|', b' ']
        .into_iter()
        .flat_map(|delimiter| [b'.', b','].map(|decimal| Dialect { delimiter, decimal }));
    let mut best = (share(head, now, false).unwrap_or(0.0), now);
    for dialect in all.filter(|dialect| dialect.delimiter != dialect.decimal) {
        match share(head, dialect, true) {
            Some(share) if share > best.0 => best = (share, dialect),
            _ => {}
        }
    }
    let (_, best) = best;
    let mut keys = Vec::new();
    if best.delimiter != now.delimiter {
        let (between, written) = match best.delimiter {
            b'\t' => ("tabs".to_owned(), "tab".to_owned()),
            b' ' => ("spaces".to_owned(), "space".to_owned()),
            other => (char::from(other).to_string(), char::from(other).to_string()),
        };
        keys.push(format!("the file seems to have {between} between fields: delimiter = \"{written}\""));
    }
    if best.decimal != now.decimal {
        let mark = if best.decimal == b',' { "commas" } else { "points" };
        keys.push(format!("its numbers seem to have decimal {mark}: decimal = \"{}\"", char::from(best.decimal)));
    }
    (!keys.is_empty()).then(|| keys.join("; "))
}

/// Which share of the fields are numbers; `None` where rows differ in length or, if `several` are needed, have one field.
fn share(head: &[u8], dialect: Dialect, several: bool) -> Option<f64> {
    let mut records = Records::new(head, "", dialect);
    let (mut fields, mut numbers, mut width) = (0, 0, None);
    let mut rows = 0;
    // Bytes that are no text end it, as does the place where the file was cut.
    while rows < MOST_ROWS && records.next().unwrap_or(false) {
        rows += 1;
        let row = records.row();
        if several && (row.len() < 2 || *width.get_or_insert(row.len()) != row.len()) {
            return None;
        }
        let found = row.iter().filter(|field| cell::number(field, dialect.decimal).is_some()).count();
        if rows == 1 && found == 0 {
            // Probably a header.
            continue;
        }
        (fields, numbers) = (fields + row.len(), numbers + found);
    }
    (fields > 0).then(|| f64::from(numbers as u32) / f64::from(fields as u32))
}
