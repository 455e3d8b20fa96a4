//! Reading keys out of a document, with errors that say where, what was found and what is accepted.

use super::{
    document::{Node, Place, Table, Value},
    error::{SetupError, hint, visible},
};

/// Which numbers a key takes.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// In words, as in `expected a number above 0`.
    pub words: &'static str,
    /// Whether a finite number is one of them.
    pub holds: fn(f64) -> bool,
}

/// Any finite number.
pub const ANY: Range = Range { words: "a finite number", holds: |_| true };
/// x > 0.
pub const POSITIVE: Range = Range { words: "a number above 0", holds: |x| x > 0.0 };
/// x ≥ 0.
pub const NON_NEGATIVE: Range = Range { words: "a number of at least 0", holds: |x| x >= 0.0 };
/// x ≥ 1.
pub const AT_LEAST_ONE: Range = Range { words: "a number of at least 1", holds: |x| x >= 1.0 };
/// 0 ≤ x < 1.
pub const FRACTION: Range =
    Range { words: "a number from 0 up to but not including 1", holds: |x| (0.0..1.0).contains(&x) };
/// 0 < x ≤ 1.
pub const SHRINKING: Range = Range { words: "a number above 0 and at most 1", holds: |x| x > 0.0 && x <= 1.0 };

/// A table being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section<'d> {
    file: &'d str,
    place: &'d Place,
    path: &'d str,
    table: &'d Table,
}

/// A key being read.
#[derive(Clone, Debug)]
pub(crate) struct Field<'d> {
    file: &'d str,
    place: &'d Place,
    /// With its path, e.g. `problem.data.noise`.
    pub key: String,
    pub node: &'d Node,
}

fn at(file: &str, place: &Place) -> String {
    match place {
        Place::Line(line) => format!("{file}, line {line}"),
        Place::Option(option) => option.clone(),
    }
}

impl<'d> Section<'d> {
    /// The whole document.
    pub fn root(file: &'d str, node: &'d Node) -> Result<Self, SetupError> {
        Field { file, place: &node.place, key: String::new(), node }.section("")
    }

    /// `file, line N` of the table itself.
    pub fn at(&self) -> String {
        at(self.file, self.place)
    }

    /// Refuses keys that are not in `known`.
    pub fn only(&self, known: &[&str]) -> Result<(), SetupError> {
        match self.table.iter().find(|entry| !known.contains(&entry.key.as_str())) {
            None => Ok(()),
            Some(entry) => Err(SetupError::UnknownKey {
                place: at(self.file, &entry.place),
                key: self.full(&entry.key),
                hint: hint(&entry.key, known.iter().copied(), "keys here"),
            }),
        }
    }

    /// A key, if it is there.
    pub fn get(&self, key: &str) -> Option<Field<'d>> {
        let entry = self.table.iter().find(|entry| entry.key == key)?;
        // The value's place: in a list or table over several lines it is the more exact one.
        Some(Field { file: self.file, place: &entry.node.place, key: self.full(key), node: &entry.node })
    }

    /// Every key with its field, in file order.
    pub fn fields(&self) -> Vec<(String, Field<'d>)> {
        let field = |key: &String| Some((key.clone(), self.get(key)?));
        self.table.iter().filter_map(|entry| field(&entry.key)).collect()
    }

    /// A key that must be there.
    pub fn need(&self, key: &str, accepted: &str) -> Result<Field<'d>, SetupError> {
        self.get(key).ok_or_else(|| SetupError::Missing {
            place: self.at(),
            key: self.full(key),
            accepted: accepted.to_owned(),
        })
    }

    /// A number, or its default.
    pub fn number_or(&self, key: &str, default: f64, range: Range) -> Result<f64, SetupError> {
        self.get(key).map_or(Ok(default), |field| field.number(range))
    }

    /// A whole number, or its default.
    pub fn whole_or(&self, key: &str, default: u64, least: u64) -> Result<u64, SetupError> {
        self.get(key).map_or(Ok(default), |field| field.whole(least))
    }

    /// `true` or `false`, or its default.
    pub fn flag_or(&self, key: &str, default: bool) -> Result<bool, SetupError> {
        self.get(key).map_or(Ok(default), |field| field.flag())
    }

    /// Complains about how keys of this table go together.
    pub fn conflict(&self, message: impl Into<String>) -> SetupError {
        SetupError::Conflict { place: self.at(), message: message.into() }
    }

    fn full(&self, key: &str) -> String {
        let key = visible(key);
        if self.path.is_empty() { key } else { format!("{}.{key}", self.path) }
    }
}

impl<'d> Field<'d> {
    /// `file, line N`, or the option.
    pub fn at(&self) -> String {
        at(self.file, self.place)
    }

    /// Complains about the value.
    pub fn refuse(&self, accepted: impl Into<String>) -> SetupError {
        self.found(self.node.value.to_string(), accepted)
    }

    /// Complains about the value in words of the caller.
    pub fn found(&self, found: impl Into<String>, accepted: impl Into<String>) -> SetupError {
        SetupError::Value { place: self.at(), key: self.key.clone(), found: found.into(), accepted: accepted.into() }
    }

    /// Complains about how the value goes with others.
    pub fn conflict(&self, message: impl Into<String>) -> SetupError {
        SetupError::Conflict { place: self.at(), message: message.into() }
    }

    /// A finite number in `range`.
    pub fn number(&self, range: Range) -> Result<f64, SetupError> {
        let number = match (&self.node.value, &self.node.raw) {
            (Value::Number(number), _) => *number,
            (Value::Whole(whole), _) => *whole as f64,
            // An option may say `.5` or `5.`, which TOML does not.
            (Value::Text(_), Some(raw)) => raw.trim().parse().map_err(|_| self.refuse(range.words))?,
            _ => return Err(self.refuse(range.words)),
        };
        if number.is_finite() && (range.holds)(number) { Ok(number) } else { Err(self.refuse(range.words)) }
    }

    /// A whole number of at least `least`.
    pub fn whole(&self, least: u64) -> Result<u64, SetupError> {
        let accepted = || self.refuse(format!("a whole number of at least {least}"));
        let whole = match self.node.value {
            Value::Whole(whole) => u64::try_from(whole).map_err(|_| accepted())?,
            // 1e5 is a convenient way to write a count.
            Value::Number(number) if number.trunc().total_cmp(&number).is_eq() && (0.0..9e15).contains(&number) => {
                number as u64
            }
            _ => return Err(accepted()),
        };
        if whole < least { Err(accepted()) } else { Ok(whole) }
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Result<bool, SetupError> {
        match self.node.value {
            Value::Flag(flag) => Ok(flag),
            _ => Err(self.refuse("true or false")),
        }
    }

    /// A text; an option's value needs no quotes.
    pub fn text(&self) -> Result<&'d str, SetupError> {
        match (&self.node.value, &self.node.raw) {
            (Value::Text(text), _) => Ok(text),
            (_, Some(raw)) => Ok(raw),
            _ => Err(self.refuse("a text in quotes")),
        }
    }

    /// One of several words, as its index.
    pub fn choice(&self, names: &[&str]) -> Result<usize, SetupError> {
        let accepted = || self.refuse(format!("one of {}", names.join(", ")));
        let text = self.text().map_err(|_| accepted())?;
        // What everybody calls the rule by.
        let text = if text.eq_ignore_ascii_case("lm") { "levenberg-marquardt" } else { text };
        names.iter().position(|name| *name == text).ok_or_else(accepted)
    }

    /// The items of a list.
    pub fn items(&self, accepted: &str) -> Result<Vec<Field<'d>>, SetupError> {
        let Value::Array(items) = &self.node.value else { return Err(self.refuse(accepted)) };
        let item = |(i, node): (usize, &'d Node)| Field {
            file: self.file,
            place: &node.place,
            key: format!("{}.{i}", self.key),
            node,
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// A list of finite numbers in `range`.
    pub fn numbers(&self, accepted: &str, range: Range) -> Result<Vec<f64>, SetupError> {
        self.items(accepted)?.iter().map(|item| item.number(range)).collect()
    }

    /// Exactly two finite numbers.
    pub fn pair(&self, accepted: &str) -> Result<[f64; 2], SetupError> {
        <[f64; 2]>::try_from(self.numbers(accepted, ANY)?).map_err(|_| self.refuse(accepted))
    }

    /// A table; `path` is what its keys are called by.
    pub fn section<'s>(&self, path: &'s str) -> Result<Section<'s>, SetupError>
    where
        'd: 's,
    {
        match &self.node.value {
            Value::Table(table) => Ok(Section { file: self.file, place: self.place, path, table }),
            _ => Err(self.refuse("a table")),
        }
    }
}
