//! Labelled images into examples.

mod by_path;

use std::path::Path;

use nalgebra::DMatrix;

use super::{
    DataError, KnownSet, Places,
    idx::{self, Images, LabelRange},
    known::IMAGE_FILES,
    stream::Stream,
};
use crate::{
    math::Real,
    problem::{DataInfo, Examples, Splits, Standardisation, Targets},
};

pub use by_path::IdxSource;

/// What a network is to make of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageTargets {
    /// Its class. Pixels are standardised.
    Classes,
    /// The image itself: an autoencoder. Pixels go from 0 to 1.
    Inputs,
}

/// Of the sets known by name.
const CLASSES: usize = 10;
const KNOWN_LABELS: LabelRange = LabelRange { first: 0, count: CLASSES };
const OTHER_SET: &str =
    "; a set with other labels is read by its files: data = { idx = { images = …, labels = … }, first_class = … }";
/// The training files of these sets end with the validation examples: 10 000 of 60 000.
const VALIDATION_SHARE: usize = 6;

static SMALL: [&[u8]; 4] = [
    include_bytes!("../../assets/fashion-mnist/train-images-idx3-ubyte.gz"),
    include_bytes!("../../assets/fashion-mnist/train-labels-idx1-ubyte.gz"),
    include_bytes!("../../assets/fashion-mnist/t10k-images-idx3-ubyte.gz"),
    include_bytes!("../../assets/fashion-mnist/t10k-labels-idx1-ubyte.gz"),
];

/// Images, each with its class.
struct Labelled {
    images: Images,
    labels: Vec<u8>,
}

impl Labelled {
    fn new(images: Images, labels: Vec<u8>, names: [&str; 2]) -> Result<Self, DataError> {
        if images.len() == labels.len() {
            return Ok(Self { images, labels });
        }
        let problem = format!("has {} labels, but {} has {} images", labels.len(), names[0], images.len());
        Err(DataError::File { path: names[1].to_owned(), problem })
    }

    fn read([images, labels]: [&Path; 2], range: LabelRange, remedy: &str) -> Result<Self, DataError> {
        let names = [images.display().to_string(), labels.display().to_string()];
        Self::new(idx::read_images(images)?, idx::read_labels(labels, range, remedy)?, [&names[0], &names[1]])
    }

    fn embedded([images, labels]: [&'static [u8]; 2]) -> Result<Self, DataError> {
        let names = ["the built-in images", "the built-in labels"];
        let images = idx::images(Stream::of_bytes(images, names[0])?)?;
        Self::new(images, idx::labels(Stream::of_bytes(labels, names[1])?, KNOWN_LABELS, "")?, names)
    }
}

/// A set of images from its files: the last sixth of the training file validates.
///
/// # Errors
/// If the set is not there, or a file is at fault.
pub(super) fn load<T: Real>(set: KnownSet, places: &Places, targets: ImageTargets) -> Result<Splits<T>, DataError> {
    let [images, labels, test_images, test_labels] = places.find(set, IMAGE_FILES)?;
    let train = Labelled::read([&images, &labels], KNOWN_LABELS, OTHER_SET)?;
    let scale = Scale::of(&train.images, targets == ImageTargets::Classes);
    let info = info_of(set, &train.images);
    let first = train.images.len() - train.images.len() / VALIDATION_SHARE;
    let (learn, check): (Vec<usize>, Vec<usize>) = (0..train.images.len()).partition(|&image| image < first);
    let validation = (!check.is_empty()).then(|| scale.examples(&train, &check, targets));
    let learned = scale.examples(&train, &learn, targets);
    drop(train);
    let test = Labelled::read([&test_images, &test_labels], KNOWN_LABELS, OTHER_SET)?;
    let test = Some(scale.all(&test, &test_images, targets)?);
    Ok(Splits { standardised: scale.standardisation(), train: learned, validation, test, info })
}

/// The set that is part of the program: of every class 200 images to learn from, 25 that validate and 25 that test.
///
/// # Errors
/// Only if what is built into the program is damaged.
pub(super) fn small<T: Real>(targets: ImageTargets) -> Result<Splits<T>, DataError> {
    let [images, labels, held_images, held_labels] = SMALL;
    let train = Labelled::embedded([images, labels])?;
    let held = Labelled::embedded([held_images, held_labels])?;
    let scale = Scale::of(&train.images, targets == ImageTargets::Classes);
    let mut seen = [0; CLASSES];
    let (validation, test): (Vec<usize>, Vec<usize>) = (0..held.labels.len()).partition(|&image| {
        let seen = &mut seen[usize::from(held.labels[image])];
        *seen += 1;
        *seen <= held.labels.len() / CLASSES / 2
    });
    let all: Vec<usize> = (0..train.images.len()).collect();
    Ok(Splits {
        train: scale.examples(&train, &all, targets),
        validation: Some(scale.examples(&held, &validation, targets)),
        test: Some(scale.examples(&held, &test, targets)),
        info: info_of(KnownSet::FashionMnistSmall, &train.images),
        standardised: scale.standardisation(),
    })
}

fn info_of(set: KnownSet, images: &Images) -> DataInfo {
    let classes = set.class_names().map(|names| names.map(str::to_owned).to_vec()).unwrap_or_default();
    DataInfo { picture: Some([images.columns, images.rows]), classes, notes: Vec::new() }
}

/// How pixels become inputs.
enum Scale {
    /// (x − μ)/σ, every pixel with its own μ and σ over all images of the training file; σ = 0 counts as 1.
    Standardised(Standardisation),
    /// x/255, for so many pixels.
    Unit(usize),
}

impl Scale {
    fn of(images: &Images, standardise: bool) -> Self {
        if standardise { Self::Standardised(Standardisation(moments(images))) } else { Self::Unit(images.size()) }
    }

    fn standardisation(self) -> Option<Standardisation> {
        match self {
            Self::Standardised(moments) => Some(moments),
            Self::Unit(_) => None,
        }
    }

    fn pixels(&self) -> usize {
        match self {
            Self::Standardised(moments) => moments.0.len(),
            Self::Unit(pixels) => *pixels,
        }
    }

    /// All images of another file, `path`, which must have as many pixels.
    fn all<T: Real>(&self, from: &Labelled, path: &Path, targets: ImageTargets) -> Result<Examples<T>, DataError> {
        if from.images.size() != self.pixels() {
            let (rows, columns, own) = (from.images.rows, from.images.columns, self.pixels());
            let problem = format!("its images have {rows} by {columns} pixels; those to train on have {own}");
            return Err(DataError::File { path: path.display().to_string(), problem });
        }
        Ok(self.examples(from, &(0..from.images.len()).collect::<Vec<_>>(), targets))
    }

    fn examples<T: Real>(&self, from: &Labelled, which: &[usize], targets: ImageTargets) -> Examples<T> {
        let size = self.pixels();
        let mut values = Vec::with_capacity(size * which.len());
        for &image in which {
            let pixels = &from.images.pixels[image * size..][..size];
            match self {
                Self::Standardised(moments) => values.extend(
                    pixels
                        .iter()
                        .zip(&moments.0)
                        .map(|(&x, (mean, deviation))| T::of((f64::from(x) - mean) / deviation)),
                ),
                Self::Unit(_) => values.extend(pixels.iter().map(|&x| T::of(f64::from(x) / 255.0))),
            }
        }
        let inputs = DMatrix::from_vec(size, which.len(), values);
        let targets = match targets {
            ImageTargets::Classes => {
                Targets::Classes(which.iter().map(|&image| usize::from(from.labels[image])).collect())
            }
            ImageTargets::Inputs => Targets::Values(inputs.clone()),
        };
        Examples { inputs, targets }
    }
}

/// Mean and standard deviation of every pixel.
fn moments(images: &Images) -> Vec<(f64, f64)> {
    let mut sums = vec![(0_u64, 0_u64); images.size()];
    for image in images.pixels.chunks_exact(images.size()) {
        for ((sum, squares), &x) in sums.iter_mut().zip(image) {
            *sum += u64::from(x);
            *squares += u64::from(x) * u64::from(x);
        }
    }
    let count = images.len() as u64;
    let moments = |&(sum, squares): &(u64, u64)| {
        // N·Σx² − (Σx)² in whole numbers: exactly 0 where a pixel never changes.
        let spread = u128::from(count) * u128::from(squares) - u128::from(sum) * u128::from(sum);
        let deviation = if spread == 0 { 1.0 } else { (spread as f64).sqrt() / count as f64 };
        (sum as f64 / count as f64, deviation)
    };
    sums.iter().map(moments).collect()
}

#[cfg(test)]
mod tests;
