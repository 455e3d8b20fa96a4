//! A field as a number, and what to say where it is none.

/// The number a field holds, which may be infinite or none at all (`nan`); `None` if it is no number.
///
/// Besides what Rust reads: a decimal comma where that is `decimal`, Fortran's exponents (`1.0D+00`), and U+2212 as a minus.
pub(super) fn number(field: &str, decimal: u8) -> Option<f64> {
    if decimal == b'.' {
        if let Ok(number) = field.parse() {
            return Some(number);
        }
        // Most words are told from numbers at a glance.
        if !field.contains(['D', 'd', '\u{2212}']) {
            return None;
        }
    } else if field.contains('.') {
        return None;
    }
    let plain: String = field
        .chars()
        .map(|character| match character {
            '\u{2212}' => '-',
            ',' if decimal == b',' => '.',
            // A word with a d, such as `d5`, does not become a number: an exponent needs digits before it.
            'D' | 'd' => 'e',
            other => other,
        })
        .collect();
    plain.parse().ok()
}

/// Whether a field says that there is no value: it is empty, `?`, `NA`, `N/A`, `NaN` or `null`, in capitals or not.
pub(super) fn is_missing(field: &str) -> bool {
    field.is_empty()
        || field == "?"
        || field.len() <= 4 && ["na", "n/a", "nan", "null"].iter().any(|word| field.eq_ignore_ascii_case(word))
}

/// What is wrong with a field that should hold `expected`.
pub(super) fn problem(field: &str, decimal: u8, expected: &str) -> String {
    let found = if field.is_empty() { "the field is empty".to_owned() } else { format!("found {}", shown(field)) };
    format!("{found}; expected {expected}{}", hint(field, decimal))
}

/// A field in a message: control characters escaped, a long one cut.
pub(super) fn shown(field: &str) -> String {
    const MOST: usize = 60;
    if field.chars().count() <= MOST {
        return format!("{field:?}");
    }
    format!("{:?}", field.chars().take(MOST).chain(['…']).collect::<String>())
}

/// A text of the file as a terminal may show it.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

fn hint(field: &str, decimal: u8) -> &'static str {
    let other = if decimal == b'.' { b',' } else { b'.' };
    if is_missing(field) {
        "; rows that lack a value are left out by missing = \"skip-row\""
    } else if is_grouped(field) {
        "; thousands separators are not read: remove them"
    } else if field.contains(char::from(other)) && number(field, other).is_some() {
        if decimal == b'.' {
            "; a decimal comma is read with decimal = \",\""
        } else {
            "; a decimal point is read with decimal = \".\""
        }
    } else if field.strip_suffix('%').is_some_and(|share| number(share.trim(), decimal).is_some()) {
        "; percent signs are not read: remove them"
    } else {
        ""
    }
}

/// Whether digits stand in groups of three, as in `1,000.0`, `1.000.000` or `1 000`.
fn is_grouped(field: &str) -> bool {
    let digits = field.trim_start_matches(['+', '-', '\u{2212}']);
    let groups: Vec<&str> = digits.split([',', '.', '\'', ' ', '\u{a0}', '\u{202f}', '_']).collect();
    let three = |group: &&str| group.len() == 3 && group.bytes().all(|digit| digit.is_ascii_digit());
    let first =
        groups.first().is_some_and(|group| (1..=3).contains(&group.len()) && group.bytes().all(|c| c.is_ascii_digit()));
    match &groups[..] {
        // One mark may be a decimal one, unless it never is.
        [_, second] => first && three(second) && digits.contains(['\'', ' ', '\u{a0}', '\u{202f}', '_']),
        [_, middle @ .., last] => first && middle.iter().all(three) && last.bytes().all(|digit| digit.is_ascii_digit()),
        _ => false,
    }
}
