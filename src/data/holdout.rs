//! Examples held out at random, for sets that come in one piece.

use rand::seq::SliceRandom as _;

use super::DataError;
use crate::{
    math::{Purpose, Real, stream},
    problem::{Examples, Splits},
};

/// Which shares of the examples are held out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Holdout {
    /// The share that validates.
    pub validation: f64,
    /// The share that tests.
    pub test: f64,
}

/// Synthetic data draw from step 0 of their stream.
const DRAW: u64 = 1;

impl Holdout {
    /// Whether anything is held out.
    pub fn is_some(self) -> bool {
        self.validation > 0.0 || self.test > 0.0
    }

    /// Holds out examples drawn at random by `seed`, their number rounded; each part keeps the order of the examples.
    ///
    /// # Errors
    /// If nothing is left to learn from. `name` is the data's in the message.
    pub(super) fn split<T: Real>(self, all: Examples<T>, seed: u64, name: &str) -> Result<Splits<T>, DataError> {
        if !self.is_some() {
            return Ok(all.into());
        }
        let [learn, check, last] = self.places(all.len(), seed, name)?;
        let part = |places: &[usize]| (!places.is_empty()).then(|| all.at(places));
        Ok(Splits { validation: part(&check), test: part(&last), ..all.at(&learn).into() })
    }

    /// The places of the examples that are learnt from, validate and test, each in order.
    ///
    /// # Errors
    /// As [`split`](Self::split).
    pub(super) fn places(self, all: usize, seed: u64, name: &str) -> Result<[Vec<usize>; 3], DataError> {
        let count = |share: f64| (share * all as f64).round() as usize;
        let (validation, test) = (count(self.validation), count(self.test));
        let train = all.checked_sub(validation + test).filter(|left| *left > 0).ok_or_else(|| {
            let problem = format!(
                "{all} examples, of which {validation} validate and {test} test; expected at least one to learn from"
            );
            DataError::File { path: name.to_owned(), problem }
        })?;
        let mut order: Vec<usize> = (0..all).collect();
        order.shuffle(&mut stream(seed, Purpose::Data, DRAW));
        for part in [0..train, train..train + validation, train + validation..all] {
            order[part].sort_unstable();
        }
        let (learn, held) = order.split_at(train);
        let (check, last) = held.split_at(validation);
        Ok([learn, check, last].map(<[usize]>::to_vec))
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::problem::Targets;

    #[test]
    fn every_example_is_in_one_part_and_the_seed_decides_which() {
        let all =
            Examples { inputs: DMatrix::from_fn(1, 20, |_, n| n as f64), targets: Targets::Classes((0..20).collect()) };
        let holdout = Holdout { validation: 0.2, test: 0.13 };
        let parts = |seed| holdout.split(all.clone(), seed, "d").unwrap();
        let splits = parts(1);
        let members = |part: &Examples| part.inputs.iter().map(|&x| x as usize).collect::<Vec<_>>();
        let [train, validation, test] =
            [members(&splits.train), members(&splits.validation.unwrap()), members(&splits.test.unwrap())];
        assert_eq!([train.len(), validation.len(), test.len()], [13, 4, 3]);
        assert!(train.is_sorted() && validation.is_sorted());
        assert_eq!(splits.train.targets, Targets::Classes(train.clone()));
        let mut together = [train, validation.clone(), test].concat();
        together.sort_unstable();
        assert_eq!(together, (0..20).collect::<Vec<_>>());
        assert_ne!(members(&parts(2).validation.unwrap()), validation);
        let message = Holdout { validation: 0.9, test: 0.9 }.split(all, 0, "d.csv").unwrap_err().to_string();
        assert!(message.contains("d.csv: 20 examples, of which 18 validate and 18 test"), "{message}");
    }
}
