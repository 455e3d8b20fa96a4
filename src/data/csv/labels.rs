//! Class labels: whole numbers, or texts in alphabetical order.

use std::collections::HashMap;

use super::{CsvSource, TargetKind, cell};

/// The labels of a file, as far as they are read.
pub(super) struct Labels<'s> {
    /// How many the network tells apart.
    outputs: usize,
    first: usize,
    /// The labels as the problem file lists them; may be empty.
    listed: &'s [String],
    /// Different labels in order of appearance, with their places.
    places: HashMap<String, usize>,
    /// The same in order.
    texts: Vec<String>,
    /// Of numbers the class, of texts the place.
    read: Vec<usize>,
}

impl<'s> Labels<'s> {
    /// For a source whose targets are classes; `None` where they are values.
    pub(super) fn new(source: &'s CsvSource, kind: TargetKind) -> Option<Self> {
        let TargetKind::Classes(outputs) = kind else { return None };
        let places = source.classes.iter().enumerate().map(|(class, label)| (label.clone(), class)).collect();
        let (first, listed) = (source.first_class, source.classes.as_slice());
        Some(Self { outputs, first, listed, places, texts: Vec::new(), read: Vec::new() })
    }

    /// Takes the label of the next example.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn push(&mut self, field: &str, decimal: u8) -> Result<(), String> {
        let class = if self.listed.is_empty() { self.found(field, decimal)? } else { self.listed(field, decimal)? };
        self.read.push(class);
        Ok(())
    }

    fn listed(&self, field: &str, decimal: u8) -> Result<usize, String> {
        // `1.0` is the label that is listed as 1.
        let same = |label: &String| {
            let (a, b) = (cell::number(field, decimal)?, cell::number(label, b'.')?);
            Some(a.total_cmp(&b).is_eq())
        };
        let class = self.places.get(field).copied();
        let class = class.or_else(|| self.listed.iter().position(|label| same(label) == Some(true)));
        class.ok_or_else(|| cell::problem(field, decimal, &format!("one of {}", list(self.listed))))
    }

    fn found(&mut self, field: &str, decimal: u8) -> Result<usize, String> {
        if cell::is_missing(field) {
            return Err(cell::problem(field, decimal, "a class label"));
        }
        let is_first = self.read.is_empty();
        match cell::number(field, decimal) {
            Some(_) if !self.texts.is_empty() => Err(format!(
                "found the number {field} after labels that are texts ({}); list all labels in order: classes = […]",
                list(&self.texts)
            )),
            Some(number) => self.whole(number).ok_or_else(|| self.out_of_range(field, number)),
            None if is_first || !self.texts.is_empty() => self.text(field),
            None => Err(format!(
                "found {} after labels that are numbers; expected another whole number, or list all labels in order: classes = […]",
                cell::shown(field)
            )),
        }
    }

    /// The class of a whole number, if it is one of those the network tells apart.
    fn whole(&self, number: f64) -> Option<usize> {
        let least = self.first as f64;
        let label = (least..least + self.outputs as f64).contains(&number).then_some(number as usize);
        // Comparing the label turned back into a real is how a fraction shows.
        label.filter(|label| (*label as f64).total_cmp(&number.abs()).is_eq()).map(|label| label - self.first)
    }

    fn out_of_range(&self, field: &str, number: f64) -> String {
        let (first, outputs) = (self.first, self.outputs);
        let last = (first + outputs).saturating_sub(1);
        let hint = if number >= 1.0 && first == 0 && number.fract().abs() < f64::EPSILON {
            "; where labels begin at 1, give first_class = 1"
        } else {
            "; other labels are listed in order: classes = […]"
        };
        format!(
            "found {field}; expected a class label, a whole number from {first} to {last} as the network has {outputs} outputs{hint}"
        )
    }

    fn text(&mut self, field: &str) -> Result<usize, String> {
        if let Some(place) = self.places.get(field) {
            return Ok(*place);
        }
        if self.texts.len() == self.outputs {
            return Err(format!(
                "found {}, another label than {}; the network has {} outputs and so tells as many classes apart",
                cell::shown(field),
                list(&self.texts),
                self.outputs
            ));
        }
        self.places.insert(field.to_owned(), self.texts.len());
        self.texts.push(field.to_owned());
        Ok(self.texts.len() - 1)
    }

    /// The class of every example, and the classes' names.
    pub(super) fn finish(self) -> (Vec<usize>, Vec<String>) {
        if !self.listed.is_empty() {
            return (self.read, self.listed.to_vec());
        }
        if self.texts.is_empty() {
            let shifted = self.first..self.first + self.outputs;
            let names = if self.first == 0 { Vec::new() } else { shifted.map(|label| label.to_string()).collect() };
            return (self.read, names);
        }
        let mut order: Vec<usize> = (0..self.texts.len()).collect();
        order.sort_unstable_by_key(|&place| &self.texts[place]);
        let mut class_of = vec![0; order.len()];
        for (class, &place) in order.iter().enumerate() {
            class_of[place] = class;
        }
        let names = order.iter().map(|&place| cell::visible(&self.texts[place])).collect();
        (self.read.into_iter().map(|place| class_of[place]).collect(), names)
    }
}

/// Labels in a message, the first few of many.
fn list(labels: &[String]) -> String {
    const MOST: usize = 12;
    let mut shown: Vec<String> = labels.iter().take(MOST).map(|label| cell::shown(label)).collect();
    if labels.len() > MOST {
        shown.push(format!("… ({} in all)", labels.len()));
    }
    shown.join(", ")
}
