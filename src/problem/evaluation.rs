//! How a model does on a whole part of the data.

/// Above so many classes a confusion is too large to look at, and is not counted.
pub const MOST_CLASSES: usize = 32;

/// How a model does on one part of the data, as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss of its examples, without a penalty on the parameters.
    pub loss: f64,
    /// The share of its examples whose largest output is their class; `None` without classes, or where outputs are not finite.
    pub accuracy: Option<f64>,
    /// What was taken for what; `None` where there is no accuracy, or with more classes than [`MOST_CLASSES`].
    pub confusion: Option<Confusion>,
}

/// How often examples of each class were taken for each class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    counts: Vec<u32>,
}

impl Confusion {
    /// Of nothing yet.
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes] }
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Notes an example of class `class` that was taken for `taken`.
    pub fn note(&mut self, class: usize, taken: usize) {
        let count = &mut self.counts[class * self.classes + taken];
        *count = count.saturating_add(1);
    }

    /// How many examples of class `class` were taken for `taken`.
    pub fn count(&self, class: usize, taken: usize) -> u32 {
        self.counts[class * self.classes + taken]
    }

    /// How many examples of class `class` there were.
    pub fn of_class(&self, class: usize) -> u32 {
        self.counts[class * self.classes..][..self.classes].iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_counted_by_what_they_are_and_what_they_were_taken_for() {
        let mut confusion = Confusion::new(3);
        for (class, taken) in [(0, 0), (0, 2), (2, 2), (0, 2), (1, 0)] {
            confusion.note(class, taken);
        }
        let rows = [0, 1, 2].map(|class| [0, 1, 2].map(|taken| confusion.count(class, taken)));
        assert_eq!(rows, [[1, 0, 2], [1, 0, 0], [0, 0, 1]]);
        assert_eq!([0, 1, 2].map(|class| confusion.of_class(class)), [3, 1, 1]);
    }
}
