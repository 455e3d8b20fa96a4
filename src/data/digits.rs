//! The handwritten digits that come with the program (see `assets/digits/NOTICE.md`).

use std::io::Read as _;

use flate2::read::GzDecoder;
use nalgebra::DMatrix;

use super::DataError;
use crate::problem::{Examples, Targets};

static FILE: &[u8] = include_bytes!("../../assets/digits/digits.csv.gz");
const PIXELS: usize = 64;
const BRIGHTEST: f64 = 16.0;

/// 1 797 images of 8 × 8 pixels from 0 to 1, row by row, with the digits they show.
///
/// # Errors
/// Only if the file built into the program is damaged.
pub fn digits() -> Result<Examples, DataError> {
    let damaged = |problem: String| DataError::File { path: "the built-in digits".to_owned(), problem };
    let mut text = String::new();
    GzDecoder::new(FILE).read_to_string(&mut text).map_err(|error| damaged(error.to_string()))?;
    let mut inputs = Vec::new();
    let mut classes = Vec::new();
    for line in text.lines() {
        let numbers: Vec<u8> = line
            .split(',')
            .map(|field| field.parse().map_err(|_| damaged(format!("found {field:?}; expected a number"))))
            .collect::<Result<_, _>>()?;
        let Some((&class, pixels)) = numbers.split_last().filter(|(_, pixels)| pixels.len() == PIXELS) else {
            return Err(damaged(format!("found {} fields; expected {}", numbers.len(), PIXELS + 1)));
        };
        inputs.extend(pixels.iter().map(|&pixel| f64::from(pixel) / BRIGHTEST));
        classes.push(usize::from(class));
    }
    Ok(Examples { inputs: DMatrix::from_vec(PIXELS, classes.len(), inputs), targets: Targets::Classes(classes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_digits_are_there() {
        let examples = digits().unwrap();
        assert_eq!((examples.inputs.nrows(), examples.len()), (64, 1797));
        assert!(examples.inputs.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
        let Targets::Classes(classes) = examples.targets else { panic!("digits are classes") };
        let counts: Vec<usize> = (0..10).map(|digit| classes.iter().filter(|&&class| class == digit).count()).collect();
        // As published for the test set of the original data.
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    }
}
