//! Options that change a problem file before it is read: `--optimiser` and `--set`.

use std::path::PathBuf;

use super::{
    document::{Entry, Node, Place, Table, Value, canonical_key, parse_option},
    error::{SetupError, list, visible},
};

/// What the command line says about a problem, as typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// `NAME[:key=value[,key=value]...]`; any replaces the file's optimisers.
    pub optimisers: Vec<String>,
    /// `KEY=VALUE` with a dotted path.
    pub set: Vec<String>,
    /// Instead of the file's `steps`.
    pub steps: Option<u64>,
    /// Instead of the file's `seed`.
    pub seed: Option<u64>,
    /// Instead of the file's `tolerance`.
    pub tolerance: Option<f64>,
    /// Where data sets are looked for first.
    pub data_folder: Option<PathBuf>,
}

impl Overrides {
    /// Whether they make it another run than the file's own: anything but its seed and how it is shown.
    pub(crate) fn change_the_run(&self) -> bool {
        let part = |assignment: &String| {
            let path = assignment.split('=').next().unwrap_or_default();
            path.split('.').next().unwrap_or_default().trim().to_owned()
        };
        let harmless = |part: String| matches!(part.as_str(), "name" | "summary" | "view" | "claim" | "seed");
        !self.optimisers.is_empty() || self.steps.is_some() || !self.set.iter().map(part).all(harmless)
    }

    /// Changes the document.
    pub(crate) fn apply(&self, document: &mut Node) -> Result<(), SetupError> {
        let Value::Table(table) = &mut document.value else { return Ok(()) };
        if !self.optimisers.is_empty() {
            let lanes = self.optimisers.iter().map(|spec| lane(spec)).collect::<Result<Vec<_>, _>>()?;
            let place = Place::Option("--optimiser".to_owned());
            let node = Node { place: place.clone(), value: Value::Array(lanes), raw: None };
            put(table, "optimiser", place, node);
        }
        for (key, value) in [("steps", self.steps), ("seed", self.seed)] {
            if let Some(value) = value {
                let node = parse_option(&value.to_string(), &format!("--{key} {value}"));
                put(table, key, node.place.clone(), node);
            }
        }
        if let Some(tolerance) = self.tolerance {
            // With a point or an exponent, so that it reads as a number and not as a count.
            let node = parse_option(&format!("{tolerance:?}"), &format!("--tolerance {tolerance:?}"));
            put(table, "tolerance", node.place.clone(), node);
        }
        self.set.iter().try_for_each(|assignment| set(document, assignment))
    }
}

fn put(table: &mut Table, key: &str, place: Place, node: Node) {
    match table.iter_mut().find(|entry| entry.key == key) {
        Some(entry) => (entry.place, entry.node) = (place, node),
        None => table.push(Entry { key: key.to_owned(), place, node }),
    }
}

/// `adam:lr=0.05` as the table a file would hold.
fn lane(spec: &str) -> Result<Node, SetupError> {
    let option = format!("--optimiser {spec}");
    let bad = |message: String| SetupError::Conflict { place: option.clone(), message };
    let (name, keys) = spec.split_once(':').map_or((spec, None), |(name, keys)| (name, Some(keys)));
    let place = Place::Option(option.clone());
    let mut table = Table::new();
    put(&mut table, "name", place.clone(), parse_option(name.trim(), &option));
    for pair in keys.into_iter().flat_map(split_unquoted) {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(bad(format!("found `{pair}`; expected NAME:key=value,key=value, for instance adam:lr=0.05")));
        };
        let key = key.trim();
        if table.iter().any(|entry| entry.key == key) {
            return Err(bad(format!("`{key}` is given twice")));
        }
        put(&mut table, key, place.clone(), parse_option(value.trim(), &option));
    }
    Ok(Node { place, value: Value::Table(table), raw: None })
}

/// Splits at commas outside double quotes and brackets.
fn split_unquoted(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut depth) = (Vec::new(), 0, false, 0_u32);
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// No key of a problem file lies deeper; a path without end would build tables without end.
const DEEPEST: usize = 16;

/// Applies one `KEY=VALUE`.
fn set(document: &mut Node, assignment: &str) -> Result<(), SetupError> {
    let option = format!("--set {assignment}");
    let bad = |message: String| SetupError::Conflict { place: option.clone(), message };
    let Some((path, value)) = assignment.split_once('=') else {
        return Err(bad("expected KEY=VALUE, for instance problem.condition=1000".to_owned()));
    };
    let path: Vec<&str> = path.trim().split('.').collect();
    if path.iter().any(|part| part.is_empty()) {
        return Err(bad("expected a dotted path before `=`, for instance problem.condition=1000".to_owned()));
    }
    if path.len() > DEEPEST {
        return Err(bad(format!("the path has {} parts; at most {DEEPEST} are accepted", path.len())));
    }
    let place = Place::Option(option.clone());
    let mut target = document;
    for (depth, part) in path.iter().enumerate() {
        target = match &mut target.value {
            Value::Table(table) => {
                let key = canonical_key(part);
                let index = table.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
                    let node = Node { place: place.clone(), value: Value::Table(Table::new()), raw: None };
                    table.push(Entry { key: key.to_owned(), place: place.clone(), node });
                    table.len() - 1
                });
                table[index].place = place.clone();
                &mut table[index].node
            }
            Value::Array(items) => {
                let index = index(items, part).ok_or_else(|| bad(no_item(items, &path[..depth], part)))?;
                &mut items[index]
            }
            other => return Err(bad(format!("`{}` is {other}; it holds no `{part}`", path[..depth].join(".")))),
        };
    }
    *target = parse_option(value.trim(), &option);
    Ok(())
}

/// An item of a list by its number from 0, or a lane by its label or name.
fn index(items: &[Node], part: &str) -> Option<usize> {
    let by = |key| items.iter().position(|item| text(item, key).is_some_and(|text| text == part));
    part.parse().ok().filter(|&index: &usize| index < items.len()).or_else(|| by("label")).or_else(|| by("name"))
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    let Value::Table(table) = &node.value else { return None };
    match &table.iter().find(|entry| entry.key == key)?.node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn no_item(items: &[Node], path: &[&str], part: &str) -> String {
    let names: Vec<String> =
        items.iter().filter_map(|item| text(item, "label").or_else(|| text(item, "name"))).map(visible).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let path = path.join(".");
    if names.is_empty() {
        format!("`{path}` has {} items, counted from 0; there is no `{part}`", items.len())
    } else {
        format!("`{path}` has no `{part}`; it has {} (or 0 to {})", list(&names), items.len() - 1)
    }
}
