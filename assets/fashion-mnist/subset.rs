//! Makes the pictures that come with the program out of the whole of Fashion-MNIST:
//!
//! ```text
//! cargo run --example fashion-subset -- /usr/share/datasets/fashion-mnist assets/fashion-mnist
//! ```
//!
//! The first 200 pictures of every class of the training file and the first 50 of the test file, in the order of the files.
//! The same files come out every time, byte for byte.

use std::{env, error::Error, fs, path::Path};

use flate2::{Compression, GzBuilder};
use rhoscope::data::idx::{Images, LabelRange, encode_labels, read_images, read_labels};

const CLASSES: u8 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else { return Err("give the folder to read and the folder to write".into()) };
    for (part, each) in [("train", 200), ("t10k", 50)] {
        let name = |kind: &str| format!("{part}-{kind}-ubyte.gz");
        let images = read_images(&Path::new(from).join(name("images-idx3")))?;
        let range = LabelRange { first: 0, count: usize::from(CLASSES) };
        let labels = read_labels(&Path::new(from).join(name("labels-idx1")), range, "")?;
        let mut seen = [0; CLASSES as usize];
        let mut chosen = Images { pixels: Vec::new(), ..images };
        let mut classes = Vec::new();
        for (image, &label) in images.pixels.chunks_exact(images.rows * images.columns).zip(&labels) {
            let seen = &mut seen[usize::from(label)];
            if *seen < each {
                *seen += 1;
                chosen.pixels.extend_from_slice(image);
                classes.push(label);
            }
        }
        write(&Path::new(to).join(name("images-idx3")), &chosen.encode())?;
        write(&Path::new(to).join(name("labels-idx1")), &encode_labels(&classes))?;
    }
    Ok(())
}

/// Compressed, without a time or a name.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut encoder = GzBuilder::new().mtime(0).read(bytes, Compression::best());
    let mut zipped = Vec::new();
    std::io::Read::read_to_end(&mut encoder, &mut zipped)?;
    Ok(fs::write(path, zipped)?)
}
