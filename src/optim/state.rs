//! What an optimiser's future depends on, number by number: to be kept where a clone cannot be, and taken up again.
//!
//! Every part shows its numbers to a [`Visitor`], each under a name. One visitor writes them down, another puts back what was
//! written, so that there is one list of them and the two cannot differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::math::Real;

/// Numbers by name. A real of either width is kept exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SavedState {
    /// Vectors and matrices (column by column), and single reals.
    pub reals: BTreeMap<String, Vec<f64>>,
    /// Counts.
    pub counts: BTreeMap<String, u64>,
}

/// Why a state does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Something is not there.
    #[error("`{0}` is missing")]
    Missing(String),
    /// Another number of reals.
    #[error("`{name}` has {found} numbers; expected {expected}")]
    Length {
        /// Under which name.
        name: String,
        /// How many there are.
        found: usize,
        /// How many it takes.
        expected: usize,
    },
    /// Something has no place.
    #[error("`{0}` has no place here")]
    Extra(String),
    /// Another number of lanes.
    #[error("there are {found} optimisers; expected {expected}")]
    Lanes {
        /// How many there are.
        found: usize,
        /// How many it takes.
        expected: usize,
    },
}

/// Sees every number of a state, and may change it.
pub trait Visitor<T: Real> {
    /// So many reals as the problem needs.
    fn reals(&mut self, name: &str, values: &mut [T]);

    /// A count.
    fn count(&mut self, name: &str, value: &mut u64);

    /// Whether a part is to be there that is there only at times; `present` says whether it is.
    fn part(&mut self, name: &str, present: bool) -> bool {
        let mut count = u64::from(present);
        self.count(name, &mut count);
        count > 0
    }

    /// A single real.
    fn real(&mut self, name: &str, value: &mut T) {
        self.reals(name, std::slice::from_mut(value));
    }
}

/// Writes numbers down.
#[derive(Debug, Default)]
pub struct Saver(pub SavedState);

impl<T: Real> Visitor<T> for Saver {
    fn reals(&mut self, name: &str, values: &mut [T]) {
        self.0.reals.insert(name.to_owned(), values.iter().map(|&value| value.into()).collect());
    }

    fn count(&mut self, name: &str, value: &mut u64) {
        self.0.counts.insert(name.to_owned(), *value);
    }
}

/// Puts numbers back.
#[derive(Debug)]
pub struct Restorer<'s> {
    saved: &'s SavedState,
    taken: BTreeSet<String>,
    error: Option<StateError>,
}

impl<'s> Restorer<'s> {
    /// From what was saved.
    pub fn new(saved: &'s SavedState) -> Self {
        Self { saved, taken: BTreeSet::new(), error: None }
    }

    /// Whether everything was there and everything found its place.
    ///
    /// # Errors
    /// If not.
    pub fn finish(self) -> Result<(), StateError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut names = self.saved.reals.keys().chain(self.saved.counts.keys());
        match names.find(|name| !self.taken.contains(*name)) {
            None => Ok(()),
            Some(extra) => Err(StateError::Extra(extra.clone())),
        }
    }

    fn fail(&mut self, error: StateError) {
        self.error.get_or_insert(error);
    }
}

impl<T: Real> Visitor<T> for Restorer<'_> {
    fn reals(&mut self, name: &str, values: &mut [T]) {
        match self.saved.reals.get(name) {
            None => self.fail(StateError::Missing(name.to_owned())),
            Some(saved) if saved.len() != values.len() => {
                let (found, expected) = (saved.len(), values.len());
                self.fail(StateError::Length { name: name.to_owned(), found, expected });
            }
            Some(saved) => {
                self.taken.insert(name.to_owned());
                values.iter_mut().zip(saved).for_each(|(value, &saved)| *value = T::of(saved));
            }
        }
    }

    fn count(&mut self, name: &str, value: &mut u64) {
        match self.saved.counts.get(name) {
            None => self.fail(StateError::Missing(name.to_owned())),
            Some(saved) => {
                self.taken.insert(name.to_owned());
                *value = *saved;
            }
        }
    }
}
