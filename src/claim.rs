//! Claims: sentences about a run that the program can check, such as `steps("K-FAC") < 20`.
//!
//! A claim is [read](Claim::read) once, against the lanes it may name, and [judged](Claim::judge) over a [`Recording`] of the run. While
//! steps are still missing the judgement may be open; once it is made, later steps do not change it.

mod calls;
mod evaluate;
mod expression;
mod over;
mod point;
mod read;
mod recording;
#[cfg(test)]
mod tests;
mod value;

pub use expression::Comparison;
pub use point::{Judgement, Point, Side};
pub use read::Fault;
pub use recording::{Conclusion, Recording};
pub use value::Value;

use expression::Truth;

/// How a lane may end, as [`Outcome::name`](crate::optim::Outcome::name) puts it.
pub const OUTCOMES: [&str; 4] = ["finished", "converged", "stalled", "diverged"];

/// What a claim may speak of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope<'s> {
    /// The labels of the lanes; `None`: any label is accepted.
    pub lanes: Option<&'s [String]>,
    /// How many steps the run takes; `None`: any step is accepted.
    pub steps: Option<u64>,
    /// How many parameters there are; `None`: any is accepted.
    pub parameters: Option<usize>,
}

/// A claim, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// As written, on one line.
    text: String,
    truth: Truth,
    /// The labels that lanes are numbers of.
    labels: Vec<String>,
}

impl Claim {
    /// Reads a claim.
    ///
    /// # Errors
    /// What is wrong with it, and at which character.
    pub fn read(text: &str, scope: &Scope<'_>) -> Result<Self, Fault> {
        let text = one_line(text);
        let (truth, labels) = read::read(&text, scope)?;
        Ok(Self { text, truth, labels })
    }

    /// As written, on one line.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A text with spaces for line breaks, so that a character can be pointed at.
pub fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
