//! Examples that are pictures.

use nalgebra::DMatrix;

use super::Setup;
use crate::{
    problem::{Part, Targets},
    session::Session,
};

/// So many are looked at where a network names them, and where it draws them again.
const NAMED: usize = 24;
const DRAWN: usize = 12;

/// A few examples that are pictures, to be shown with what the lanes make of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Pictures {
    /// Pixels across and down.
    pub size: [usize; 2],
    /// What the classes are called.
    pub names: Vec<String>,
    /// Which part of the data they are from.
    pub part: Part,
    /// As the network takes them: one column a picture.
    pub inputs: DMatrix<f64>,
    /// As they were published, row by row from the top: one column a picture.
    pub raw: DMatrix<f64>,
    /// The largest value of those: white, where 0 is black.
    pub brightest: f64,
    /// The class of each; `None` where the network is to draw them again.
    pub classes: Option<Vec<usize>>,
}

impl Setup {
    /// Pictures from the last part of the data there is; `None` where the examples are no pictures.
    pub fn pictures(&self, session: &Session) -> Option<Pictures> {
        let info = session.data_info()?;
        let size = info.picture?;
        let most = if session.classes().is_some() { NAMED } else { DRAWN };
        let of = |part| Some((part, session.sample(part, most)?));
        let (part, sample) = Part::ALL.into_iter().rev().find_map(of)?;
        let brightest = sample.raw.max().max(f64::MIN_POSITIVE);
        let classes = match sample.examples.targets {
            Targets::Classes(classes) => Some(classes),
            Targets::Values(_) => None,
        };
        let names = info.classes.clone();
        Some(Pictures { size, names, part, inputs: sample.examples.inputs, raw: sample.raw, brightest, classes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::setup::Overrides;

    fn pictures(problem: &str) -> Option<Pictures> {
        let setup = Setup::bundled(problem, &Overrides::default()).unwrap();
        setup.pictures(&setup.build().unwrap())
    }

    #[test]
    fn pictures_are_as_they_were_published() {
        let clothes = pictures("mlp-fashion").unwrap();
        assert_eq!((clothes.size, clothes.part, clothes.raw.shape()), ([28, 28], Part::Test, (784, 24)));
        // Undoing the standardisation leads back to whole levels of grey, in single precision.
        for level in clothes.raw.iter() {
            assert!((level - level.round()).abs() < 1e-2 && (-1e-2..255.01).contains(level), "{level}");
        }
        assert_eq!(clothes.classes.as_ref().map(Vec::len), Some(24));
        let digits = pictures("mlp-digits").unwrap();
        assert_eq!((digits.size, digits.part, digits.names[7].as_str()), ([8, 8], Part::Train, "7"));
        assert_eq!(pictures("mlp-spirals"), None);
        assert_eq!(pictures("rosenbrock"), None);
    }
}
