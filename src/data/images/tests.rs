use std::{fs, path::PathBuf};

use super::*;

fn set(train: (&Images, &[u8]), test: (&Images, &[u8])) -> (tempfile::TempDir, Places) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("mnist");
    fs::create_dir(&folder).unwrap();
    let files = [train.0.encode(), idx::encode_labels(train.1), test.0.encode(), idx::encode_labels(test.1)];
    for (name, bytes) in IMAGE_FILES.iter().zip(files) {
        fs::write(folder.join(name), bytes).unwrap();
    }
    let places = Places::only([root.path().to_owned()]);
    (root, places)
}

fn images(pixels: &[u8]) -> Images {
    Images { rows: 1, columns: 2, pixels: pixels.to_vec() }
}

#[test]
fn the_last_sixth_validates_and_every_pixel_is_standardised_over_all_of_the_training_file() {
    let train = images(&[0, 7, 2, 7, 4, 7, 6, 7, 8, 7, 10, 7]);
    let (_root, places) = set((&train, &[0, 1, 2, 3, 4, 5]), (&images(&[5, 9]), &[9]));
    let splits: Splits<f64> = load(KnownSet::Mnist, &places, ImageTargets::Classes).unwrap();
    let validation = splits.validation.unwrap();
    let test = splits.test.unwrap();
    assert_eq!((splits.train.len(), validation.len(), test.len()), (5, 1, 1));
    assert_eq!(validation.targets, Targets::Classes(vec![5]));
    // Over 0, 2, …, 10: mean 5, variance 35/3. The other pixel never changes, so it is only shifted.
    let deviation = (35.0_f64 / 3.0).sqrt();
    assert!((splits.train.inputs[(0, 0)] + 5.0 / deviation).abs() < 1e-15);
    assert!((validation.inputs[(0, 0)] - 5.0 / deviation).abs() < 1e-15);
    assert_eq!(splits.train.inputs.row(1).amax(), 0.0);
    assert_eq!((test.inputs[(0, 0)], test.inputs[(1, 0)]), (0.0, 2.0));
}

#[test]
fn an_autoencoder_sees_pixels_from_0_to_1_and_is_asked_for_them_again() {
    let (_root, places) = set((&images(&[0, 51, 255, 0]), &[0, 1]), (&images(&[5, 9]), &[9]));
    let splits: Splits<f32> = load(KnownSet::Mnist, &places, ImageTargets::Inputs).unwrap();
    assert_eq!(splits.train.inputs.as_slice(), [0.0, 0.2, 1.0, 0.0]);
    assert_eq!(splits.train.targets, Targets::Values(splits.train.inputs.clone()));
    assert!(splits.validation.is_none(), "a sixth of two images is none");
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let two = || images(&[0, 1, 2, 3]);
    let load = |places: &Places| load::<f32>(KnownSet::Mnist, places, ImageTargets::Classes).unwrap_err().to_string();
    let (_root, places) = set((&two(), &[1, 2, 3]), (&two(), &[1, 2]));
    let message = load(&places);
    assert!(
        message.contains("train-labels-idx1-ubyte: has 3 labels, but ") && message.contains(" has 2 images"),
        "{message}"
    );
    let (_root, places) = set((&two(), &[1, 2]), (&Images { rows: 2, columns: 2, pixels: vec![0; 4] }, &[1]));
    let message = load(&places);
    assert!(
        message.contains("t10k-images-idx3-ubyte: its images have 2 by 2 pixels; those to train on have 2"),
        "{message}"
    );
}

fn counts(examples: &Examples<f32>) -> Vec<usize> {
    let Targets::Classes(classes) = &examples.targets else { panic!("classes") };
    (0..10).map(|class| classes.iter().filter(|&&other| other == class).count()).collect()
}

#[test]
fn the_built_in_set_has_as_many_of_every_class() {
    let splits: Splits<f32> = small(ImageTargets::Classes).unwrap();
    assert_eq!(splits.train.inputs.shape(), (784, 2000));
    for (part, each) in [(&splits.train, 200), (&splits.validation.unwrap(), 25), (&splits.test.unwrap(), 25)] {
        assert_eq!(counts(part), [each; 10]);
        assert!(part.inputs.iter().all(|x| x.is_finite()));
    }
    let mean = splits.train.inputs.row_mean().iter().copied().map(f64::from).sum::<f64>();
    assert!(mean.abs() < 1e-3, "{mean}");
}

/// On a computer that has the whole set, the built-in one is its beginning, class by class, and the splits are the paper's.
#[test]
fn the_whole_set_is_split_as_published_where_it_is_installed() {
    let places = Places::new(None);
    let splits: Splits<f32> = match load(KnownSet::FashionMnist, &places, ImageTargets::Classes) {
        Ok(splits) => splits,
        Err(DataError::Absent { .. }) => {
            #[expect(clippy::print_stderr, reason = "a test that skips something says so")]
            {
                eprintln!("skipped: the split of the whole Fashion-MNIST needs the data set fashion-mnist");
            }
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let (validation, test) = (splits.validation.unwrap(), splits.test.unwrap());
    assert_eq!([splits.train.len(), validation.len(), test.len()], [50_000, 10_000, 10_000]);
    assert_eq!(counts(&test), [1000; 10]);
    let whole = counts(&splits.train).into_iter().zip(counts(&validation)).map(|(a, b)| a + b);
    assert!(whole.eq([6000; 10]));
    let path: PathBuf = places.find(KnownSet::FashionMnist, IMAGE_FILES).unwrap()[0].clone();
    let all = idx::read_images(&path).unwrap();
    let built_in = Labelled::embedded([SMALL[0], SMALL[1]]).unwrap();
    let first = all.pixels.chunks(784).position(|image| image == &built_in.images.pixels[..784]);
    assert_eq!(first, Some(0));
}
