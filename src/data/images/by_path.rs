//! Images in IDX files given by their paths.

use super::{ImageTargets, Labelled, Scale};
use crate::{
    data::{
        DataError, Holdout, Surroundings, TargetKind, data_path,
        idx::{self, LabelRange},
        too_many,
    },
    math::Real,
    problem::{DataInfo, Splits},
};

/// Images and labels in IDX files, plain or gzip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdxSource {
    /// The images, as written in the problem file.
    pub images: String,
    /// Their labels; not needed by an autoencoder.
    pub labels: Option<String>,
    /// The images that test, where they have a file of their own.
    pub test_images: Option<String>,
    /// The labels of those.
    pub test_labels: Option<String>,
    /// What a network is to make of an image.
    pub targets: ImageTargets,
    /// Standardise every pixel over all images of the first file, instead of dividing by 255.
    pub standardise: bool,
    /// The label of the first class.
    pub first_class: usize,
    /// Class names in order; empty: the labels themselves.
    pub classes: Vec<String>,
}

const REMEDY: &str = "; first_class says where labels begin, and the size of the last layer how many classes there are";

impl IdxSource {
    /// Reads the files.
    ///
    /// # Errors
    /// If one cannot be read, or they do not belong together or to the network.
    pub(in crate::data) fn load<T: Real>(
        &self,
        around: &Surroundings<'_>,
        kind: TargetKind,
        holdout: Holdout,
    ) -> Result<Splits<T>, DataError> {
        let count = match kind {
            TargetKind::Classes(count) => count,
            TargetKind::Values => 0,
        };
        if count < self.classes.len() {
            return Err(DataError::File { path: self.images.clone(), problem: too_many(self.classes.len(), count) });
        }
        let range = LabelRange { first: self.first_class, count };
        let train = read(around, &self.images, self.labels.as_deref(), range)?;
        let scale = Scale::of(&train.images, self.standardise);
        let [learn, check, last] = holdout.places(train.images.len(), around.seed, &self.images)?;
        let part = |places: &[usize]| (!places.is_empty()).then(|| scale.examples(&train, places, self.targets));
        let (validation, mut test) = (part(&check), part(&last));
        let learned = scale.examples(&train, &learn, self.targets);
        let picture = Some([train.images.columns, train.images.rows]);
        drop(train);
        if let Some(images) = &self.test_images {
            let held = read(around, images, self.test_labels.as_deref(), range)?;
            test = Some(scale.all(&held, &around.directory.join(images), self.targets)?);
        }
        let info = DataInfo { picture, classes: self.names(count), notes: Vec::new() };
        Ok(Splits { standardised: scale.standardisation(), train: learned, validation, test, info })
    }

    fn names(&self, count: usize) -> Vec<String> {
        if self.classes.is_empty() {
            (self.first_class..self.first_class + count).map(|label| label.to_string()).collect()
        } else {
            self.classes.clone()
        }
    }
}

fn read(
    around: &Surroundings<'_>,
    images: &str,
    labels: Option<&str>,
    range: LabelRange,
) -> Result<Labelled, DataError> {
    let images = data_path(around.directory, images)?;
    match labels {
        Some(labels) => Labelled::read([&images, &data_path(around.directory, labels)?], range, REMEDY),
        None => Ok(Labelled { images: idx::read_images(&images)?, labels: Vec::new() }),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _, path::Path};

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::{
        data::{Places, idx::Images},
        problem::Targets,
    };

    fn source(images: &str, labels: Option<&str>) -> IdxSource {
        IdxSource {
            images: images.to_owned(),
            labels: labels.map(str::to_owned),
            test_images: None,
            test_labels: None,
            targets: if labels.is_some() { ImageTargets::Classes } else { ImageTargets::Inputs },
            standardise: labels.is_some(),
            first_class: 0,
            classes: Vec::new(),
        }
    }

    fn load(folder: &Path, source: &IdxSource, count: usize, holdout: Holdout) -> Result<Splits<f32>, String> {
        let places = Places::only([]);
        let around = Surroundings { directory: folder, places: &places, seed: 0 };
        source.load(&around, TargetKind::Classes(count), holdout).map_err(|error| error.to_string())
    }

    /// `count` images of 3 by 2 pixels.
    fn images(count: usize) -> Images {
        Images { rows: 3, columns: 2, pixels: (0..6 * count).map(|i| (i * 37 % 256) as u8).collect() }
    }

    /// Files as EMNIST's letters have them: labels from 1 to 26, compressed, with the names they are published under.
    #[test]
    fn labels_from_1_are_classes_from_0() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let zipped = |bytes: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(bytes).unwrap();
            [encoder.finish().unwrap(), vec![0; 512]].concat()
        };
        let labels: Vec<u8> = (0..52).map(|i| i % 26 + 1).collect();
        let [train, train_labels] =
            ["emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte.gz"];
        let [test, test_labels] =
            ["emnist-letters-test-images-idx3-ubyte.gz", "emnist-letters-test-labels-idx1-ubyte.gz"];
        fs::write(at(train), zipped(&images(52).encode())).unwrap();
        fs::write(at(train_labels), zipped(&idx::encode_labels(&labels))).unwrap();
        fs::write(at(test), zipped(&images(26).encode())).unwrap();
        fs::write(at(test_labels), zipped(&idx::encode_labels(&labels[..26]))).unwrap();
        let letters = IdxSource {
            test_images: Some(test.to_owned()),
            test_labels: Some(test_labels.to_owned()),
            first_class: 1,
            ..source(train, Some(train_labels))
        };
        let holdout = Holdout { validation: 0.25, test: 0.0 };
        let splits = load(folder.path(), &letters, 26, holdout).unwrap();
        let validation = splits.validation.unwrap();
        assert_eq!((splits.train.len(), validation.len()), (39, 13));
        assert_eq!(splits.test.unwrap().targets, Targets::Classes((0..26).collect()));
        assert_eq!(splits.info.picture, Some([2, 3]));
        assert_eq!((splits.info.classes[0].as_str(), splits.info.classes.len()), ("1", 26));
        assert!(splits.standardised.is_some());
        // Standardised over all 52 images, those that validate included.
        let total: f32 = splits.train.inputs.row(0).sum() + validation.inputs.row(0).sum();
        assert!(total.abs() < 1e-4, "{total}");
        let from_0 = IdxSource { first_class: 0, ..letters.clone() };
        let message = load(folder.path(), &from_0, 26, holdout).unwrap_err();
        assert!(message.contains("train-labels-idx1-ubyte.gz: label 25 is 26; expected one from 0 to 25"), "{message}");
        assert!(message.contains("labels from 1 to 26; first_class says where labels begin"), "{message}");
    }

    /// Files as KMNIST has them, with the names that some programs for archives give them.
    #[test]
    fn other_names_names_of_classes_and_autoencoders() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("train-images.idx3-ubyte"), images(20).encode()).unwrap();
        fs::write(at("train-labels.idx1-ubyte"), idx::encode_labels(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].repeat(2)))
            .unwrap();
        let names = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"].map(str::to_owned).to_vec();
        let kmnist = IdxSource {
            classes: names.clone(),
            standardise: false,
            ..source("train-images.idx3-ubyte", Some("train-labels.idx1-ubyte"))
        };
        let splits = load(folder.path(), &kmnist, 10, Holdout { validation: 0.1, test: 0.2 }).unwrap();
        assert_eq!((splits.train.len(), splits.validation.unwrap().len(), splits.test.unwrap().len()), (14, 2, 4));
        assert_eq!(splits.info.classes, names);
        assert!(splits.train.inputs.iter().all(|x| (0.0..=1.0).contains(x)));
        let drawn = load(folder.path(), &source("train-images.idx3-ubyte", None), 0, Holdout::default()).unwrap();
        assert_eq!(drawn.train.targets, Targets::Values(drawn.train.inputs.clone()));
        let message = load(folder.path(), &source("sub\\train", None), 0, Holdout::default()).unwrap_err();
        assert!(message.contains("paths are written with /, also on Windows: sub/train"), "{message}");
    }
}
