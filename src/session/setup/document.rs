//! A problem file as a tree in which every key and value remembers where it was written: a line of the file, or an option.

use std::fmt;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::error::SetupError;

/// Where a key or a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the file, at this line (from 1).
    Line(usize),
    /// On the command line, e.g. `--set problem.b=3`.
    Option(String),
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub place: Place,
    pub value: Value,
    /// The text as typed, where it came from an option and may be meant as a string.
    pub raw: Option<String>,
}

/// What TOML can say.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Whole(i128),
    Number(f64),
    Flag(bool),
    Date(String),
    Array(Vec<Node>),
    Table(Table),
}

/// Keys in the order written.
pub(crate) type Table = Vec<Entry>;

/// A key, where it stands, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub place: Place,
    pub node: Node,
}

/// How a value is shown in a message.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "the text {text:?}"),
            Self::Whole(whole) => write!(f, "{whole}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Date(date) => write!(f, "the date {date}"),
            Self::Array(items) if items.is_empty() => f.write_str("an empty list"),
            Self::Array(items) => write!(f, "a list of {}", items.len()),
            Self::Table(_) => f.write_str("a table"),
        }
    }
}

/// Reads a file's text; `file` is its name in messages.
pub(crate) fn parse(text: &str, file: &str) -> Result<Node, SetupError> {
    let lines = Lines::new(text);
    let table = DeTable::parse(text).map_err(|error| syntax_error(&error, &lines, file))?;
    let value = lines.table(table.into_inner(), file)?;
    Ok(Node { place: Place::Line(1), value, raw: None })
}

/// Reads a value as typed after `KEY=` in an option: a TOML value if it is one, else a string.
pub(crate) fn parse_option(text: &str, option: &str) -> Node {
    let place = Place::Option(option.to_owned());
    let value = DeValue::parse(text)
        .ok()
        .and_then(|value| Lines::new(text).value(value.into_inner(), option).ok())
        .unwrap_or_else(|| Value::Text(text.to_owned()));
    let mut node = Node { place: place.clone(), value, raw: Some(text.to_owned()) };
    relocate(&mut node, &place);
    node
}

/// Everything below an option's value was written in that option.
fn relocate(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| relocate(item, place)),
        Value::Table(entries) => {
            for entry in entries {
                entry.place = place.clone();
                relocate(&mut entry.node, place);
            }
        }
        _ => {}
    }
}

/// Other spellings of keys, and how this program spells them.
pub(crate) fn canonical_key(key: &str) -> &str {
    match key {
        "optimizer" => "optimiser",
        "centre" => "center",
        "color" => "colour",
        key => key,
    }
}

fn syntax_error(error: &toml::de::Error, lines: &Lines<'_>, file: &str) -> SetupError {
    let offset = error.span().map_or(lines.text.len(), |span| span.start);
    let (line, column) = lines.position(offset);
    SetupError::Syntax { file: file.to_owned(), line, column, message: error.message().replace('\n', " ") }
}

/// Turns byte offsets into lines.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).max(1)
    }

    fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.line(offset);
        let start = self.starts[line - 1];
        let before = self.text.get(start..offset.min(self.text.len())).unwrap_or("");
        (line, before.chars().count() + 1)
    }

    fn node(&self, value: Spanned<DeValue<'_>>, file: &str) -> Result<Node, SetupError> {
        let place = Place::Line(self.line(value.span().start));
        Ok(Node { place, value: self.value(value.into_inner(), file)?, raw: None })
    }

    fn value(&self, value: DeValue<'_>, file: &str) -> Result<Value, SetupError> {
        Ok(match value {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Integer(digits) => match i128::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(whole) => Value::Whole(whole),
                Err(_) => Value::Text(digits.to_string()),
            },
            DeValue::Float(digits) => match digits.as_str().parse() {
                Ok(number) => Value::Number(number),
                Err(_) => Value::Text(digits.to_string()),
            },
            DeValue::Boolean(flag) => Value::Flag(flag),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.node(item, file)).collect::<Result<_, _>>()?)
            }
            DeValue::Table(table) => self.table(table, file)?,
        })
    }

    fn table(&self, table: DeTable<'_>, file: &str) -> Result<Value, SetupError> {
        let mut entries = Table::with_capacity(table.len());
        for (key, value) in table {
            let place = Place::Line(self.line(key.span().start));
            let name = canonical_key(key.get_ref()).to_owned();
            if entries.iter().any(|entry| entry.key == name) {
                let place = format!("{file}, line {}", self.line(key.span().start));
                return Err(SetupError::Conflict {
                    place,
                    message: format!("`{name}` is given twice, in two spellings"),
                });
            }
            entries.push(Entry { key: name, place, node: self.node(value, file)? });
        }
        Ok(Value::Table(entries))
    }
}
