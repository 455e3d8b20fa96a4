//! IDX, the format of MNIST and its successors.
//!
//! ```text
//! images  0x00000803  count  rows  columns  count·rows·columns bytes, one a pixel
//! labels  0x00000801  count                 count bytes
//! ```
//!
//! All four numbers are 32-bit, big-endian. A file may be compressed with gzip. Memory never grows beyond what the file can hold.

use std::path::Path;

use super::{DataError, stream::Stream};

const IMAGES: u32 = 0x0803;
const LABELS: u32 = 0x0801;
/// More than any set of this kind has: a slip, or an attack.
const MOST_BYTES: u64 = 1 << 30;

/// Which labels a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelRange {
    /// The label of the first class.
    pub first: usize,
    /// How many classes there are.
    pub count: usize,
}

/// Images of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Pixels from top to bottom.
    pub rows: usize,
    /// Pixels from left to right.
    pub columns: usize,
    /// Image after image, row by row; 0 is black (or the background).
    pub pixels: Vec<u8>,
}

impl Images {
    /// Pixels of one image.
    pub fn size(&self) -> usize {
        self.rows * self.columns
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pixels.len() / self.size()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// The bytes of a file, not compressed.
    pub fn encode(&self) -> Vec<u8> {
        header(IMAGES, &[self.len(), self.rows, self.columns]).chain(self.pixels.iter().copied()).collect()
    }
}

/// The bytes of a file of labels, not compressed.
pub fn encode_labels(labels: &[u8]) -> Vec<u8> {
    header(LABELS, &[labels.len()]).chain(labels.iter().copied()).collect()
}

fn header(magic: u32, sizes: &[usize]) -> impl Iterator<Item = u8> {
    let sizes: Vec<u32> = sizes.iter().map(|&size| size as u32).collect();
    std::iter::once(magic).chain(sizes).flat_map(u32::to_be_bytes)
}

/// Reads a file of images.
///
/// # Errors
/// If it cannot be read, is not one, is cut short or too long, or has no image.
pub fn read_images(path: &Path) -> Result<Images, DataError> {
    images(Stream::open(path)?)
}

/// Reads a file of labels as classes from 0.
///
/// # Errors
/// If it cannot be read, is not one, is cut short or too long, or holds a label out of `range`; `remedy` then ends the message.
pub fn read_labels(path: &Path, range: LabelRange, remedy: &str) -> Result<Vec<u8>, DataError> {
    labels(Stream::open(path)?, range, remedy)
}

pub(super) fn images(mut stream: Stream) -> Result<Images, DataError> {
    let [count, rows, columns] = sizes(&mut stream, IMAGES)?;
    let bytes = u64::from(count).checked_mul(u64::from(rows)).and_then(|bytes| bytes.checked_mul(u64::from(columns)));
    let promised = format!("{count} images of {rows} by {columns} pixels");
    let Some(bytes @ 1..=MOST_BYTES) = bytes else {
        return Err(stream.refuse(format!("promises {promised}; expected from 1 to {MOST_BYTES} pixels in all")));
    };
    check_room(&stream, bytes, &promised)?;
    let pixels = stream.take(bytes, "pixels")?;
    stream.end()?;
    Ok(Images { rows: rows as usize, columns: columns as usize, pixels })
}

pub(super) fn labels(mut stream: Stream, range: LabelRange, remedy: &str) -> Result<Vec<u8>, DataError> {
    let [count] = sizes(&mut stream, LABELS)?;
    let promised = format!("{count} labels");
    let bytes = u64::from(count);
    if !(1..=MOST_BYTES).contains(&bytes) {
        return Err(stream.refuse(format!("promises {promised}; expected from 1 to {MOST_BYTES}")));
    }
    check_room(&stream, bytes, &promised)?;
    let mut labels = stream.take(bytes, "labels")?;
    let class = |label: u8| usize::from(label).checked_sub(range.first).filter(|class| *class < range.count);
    if let Some(at) = labels.iter().position(|&label| class(label).is_none()) {
        let (first, last) = (range.first, (range.first + range.count).saturating_sub(1));
        let (least, most) =
            labels.iter().fold((u8::MAX, 0), |(least, most), &label| (least.min(label), most.max(label)));
        let found = format!("label {at} is {}; expected one from {first} to {last}", labels[at]);
        return Err(stream.refuse(format!("{found}; the file has labels from {least} to {most}{remedy}")));
    }
    for label in &mut labels {
        *label -= range.first as u8;
    }
    stream.end()?;
    Ok(labels)
}

/// The sizes of a header with this magic number.
fn sizes<const N: usize>(stream: &mut Stream, magic: u32) -> Result<[u32; N], DataError> {
    let found = word(stream)?;
    if found != magic {
        let kind = |magic| match magic {
            IMAGES => "an IDX file of images",
            LABELS => "an IDX file of labels",
            _ => "something else",
        };
        let problem = format!("starts with 0x{found:08x}, {}; expected 0x{magic:08x}, {}", kind(found), kind(magic));
        return Err(stream.refuse(problem));
    }
    let mut sizes = [0; N];
    for size in &mut sizes {
        *size = word(stream)?;
    }
    Ok(sizes)
}

fn word(stream: &mut Stream) -> Result<u32, DataError> {
    let bytes = stream.take(4, "a header's number")?;
    Ok(bytes.iter().fold(0, |word, &byte| word << 8 | u32::from(byte)))
}

/// A header that promises more than the file can hold is found out before anything is read.
fn check_room(stream: &Stream, bytes: u64, promised: &str) -> Result<(), DataError> {
    if bytes <= stream.most {
        return Ok(());
    }
    Err(stream.refuse(format!("promises {promised}, {bytes} bytes; a file of this size holds at most {}", stream.most)))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read_both(bytes: &[u8]) -> (Result<Images, DataError>, Result<Vec<u8>, DataError>) {
        let stream = || Stream::of_bytes(bytes, "f.idx").and_then(images);
        (
            stream(),
            Stream::of_bytes(bytes, "f.idx").and_then(|stream| labels(stream, LabelRange { first: 0, count: 10 }, "")),
        )
    }

    fn three() -> Images {
        Images { rows: 2, columns: 3, pixels: (0..18).map(|i| i * 14).collect() }
    }

    #[test]
    fn what_is_written_is_read_plain_and_compressed() {
        for pack in [<[u8]>::to_vec, zipped] {
            assert_eq!(read_both(&pack(&three().encode())).0.unwrap(), three());
            assert_eq!(read_both(&pack(&encode_labels(&[9, 0, 4]))).1.unwrap(), [9, 0, 4]);
        }
    }

    #[test]
    fn broken_files_are_refused_with_their_name_and_what_was_found() {
        let (good, tags) = (three().encode(), encode_labels(&[1, 2, 3]));
        let cut = |bytes: &[u8], by: usize| bytes[..bytes.len() - by].to_vec();
        let with = |bytes: &[u8], at: usize, new: &[u8]| {
            let mut bytes = bytes.to_vec();
            bytes[at..at + new.len()].copy_from_slice(new);
            bytes
        };
        let image_cases = [
            (Vec::new(), "ends after 0 of 4 bytes of a header's number"),
            (good[..9].to_vec(), "ends after 1 of 4 bytes of a header's number"),
            (
                with(&good, 7, &[200]),
                "promises 200 images of 2 by 3 pixels, 1200 bytes; a file of this size holds at most 34",
            ),
            (cut(&good, 1), "ends after 17 of 18 bytes of pixels"),
            ([&good[..], &[0]].concat(), "goes on after the last byte its header promises"),
            (zipped(&cut(&good, 1)), "ends after 17 of 18 bytes of pixels"),
            (zipped(&[&good[..], &[0]].concat()), "goes on after the last byte"),
            (cut(&zipped(&good), 9), "cannot be read"),
            (
                [zipped(&good), b"rest".to_vec()].concat(),
                "cannot be read at its end: the compressed data is followed by bytes",
            ),
            (tags.clone(), "starts with 0x00000801, an IDX file of labels; expected 0x00000803, an IDX file of images"),
            (b"\x89PNG....".to_vec(), "starts with 0x89504e47, something else"),
            (with(&good, 4, &[0; 4]), "promises 0 images of 2 by 3 pixels; expected from 1 to"),
            (with(&good, 4, &[0xff; 12]), "promises 4294967295 images of 4294967295 by 4294967295 pixels; expected"),
            (
                zipped(&with(&good, 4, &[0, 16, 0, 0])),
                "promises 1048576 images of 2 by 3 pixels, 6291456 bytes; a file",
            ),
        ];
        for (bytes, part) in image_cases {
            let message = read_both(&bytes).0.unwrap_err().to_string();
            assert!(message.contains(part) && message.starts_with("f.idx: "), "{message}\n{part}");
        }
        let label_cases = [
            (good, "expected 0x00000801, an IDX file of labels"),
            (cut(&tags, 1), "ends after 2 of 3 bytes of labels"),
            (with(&tags, 9, &[10]), "label 1 is 10; expected one from 0 to 9"),
            ([&tags[..], &[1]].concat(), "goes on after"),
        ];
        for (bytes, part) in label_cases {
            let message = read_both(&bytes).1.unwrap_err().to_string();
            assert!(message.contains(part), "{message}\n{part}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// 2 000 files: none panics, and none that is not whole is read.
        #[test]
        fn no_bytes_are_trouble(
            noise in prop::collection::vec(any::<u8>(), 0..64), at in 0_usize..30, value in any::<u8>(), gzip in any::<bool>(),
        ) {
            let _ = read_both(&noise);
            let pack = if gzip { zipped } else { <[u8]>::to_vec };
            let _ = read_both(&pack(&[&[0, 0, 8, 3], &noise[..]].concat()));
            let mut changed = pack(&three().encode());
            let at = at % changed.len();
            changed[at] ^= value;
            if let Ok(images) = read_both(&changed).0 {
                prop_assert_eq!(images.pixels.len(), 18);
            }
        }
    }
}
