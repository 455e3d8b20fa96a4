//! Checkpoints: named vectors and notes in one safetensors file that is whole or not there.
//!
//! The file's own metadata hold the notes, the format's version and a SHA-256 of everything else, so that a damaged file is found out
//! even where its numbers still look like numbers.

use std::{
    collections::{BTreeMap, HashMap},
    ffi::OsString,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use safetensors::{Dtype, SafeTensors, serialize};
use sha2::{Digest as _, Sha256};

use super::{
    DataError, Width,
    durable::sync_directory_of,
    tensor::{Tensor, reals},
    unfinished::Unfinished,
};

/// Vectors by name, and what else is to be known about them.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Texts by name.
    pub notes: BTreeMap<String, String>,
    /// Every number is kept exactly if it is one of this width.
    pub width: Width,
    /// Vectors by name.
    pub vectors: BTreeMap<String, Vec<f64>>,
}

const VERSION_KEY: &str = "rhoscope-checkpoint";
const VERSION: &str = "1";
const DIGEST_KEY: &str = "sha256";

impl Checkpoint {
    /// The bytes of the file.
    ///
    /// # Errors
    /// If the format cannot hold them.
    pub fn encode(&self) -> Result<Vec<u8>, safetensors::SafeTensorError> {
        let vector = |values: &Vec<f64>| Tensor::new(self.width, vec![values.len()], values.iter().copied());
        let vectors: Vec<(&String, Tensor)> =
            self.vectors.iter().map(|(name, values)| (name, vector(values))).collect();
        let digest = digest(&self.notes, vectors.iter().map(|(name, vector)| (name.as_str(), vector.bytes())));
        let mut notes: HashMap<String, String> = self.notes.clone().into_iter().collect();
        notes.insert(VERSION_KEY.to_owned(), VERSION.to_owned());
        notes.insert(DIGEST_KEY.to_owned(), digest);
        serialize(vectors.iter().map(|(name, vector)| (name.as_str(), vector)), Some(notes))
    }

    /// From the bytes of a file named `path` in messages.
    ///
    /// # Errors
    /// If they are not a checkpoint, are of another version, or are damaged.
    pub fn decode(bytes: &[u8], path: &str) -> Result<Self, DataError> {
        let refuse = |problem: String| DataError::File { path: path.to_owned(), problem };
        let not_one = |error| refuse(format!("not a checkpoint, or a damaged one: {error}"));
        let file = SafeTensors::deserialize(bytes).map_err(not_one)?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_one)?;
        let mut notes: BTreeMap<String, String> = header.metadata().clone().unwrap_or_default().into_iter().collect();
        match notes.remove(VERSION_KEY).as_deref() {
            Some(VERSION) => {}
            Some(other) => {
                return Err(refuse(format!("a checkpoint of version {other:?}; this program reads version {VERSION}")));
            }
            None => return Err(refuse("a safetensors file, but not a checkpoint of this program".to_owned())),
        }
        let written = notes.remove(DIGEST_KEY).unwrap_or_default();
        let mut tensors = file.tensors();
        tensors.sort_by(|a, b| a.0.cmp(&b.0));
        if digest(&notes, tensors.iter().map(|(name, tensor)| (name.as_str(), tensor.data()))) != written {
            return Err(refuse("damaged: its contents do not have the SHA-256 that was written with them".to_owned()));
        }
        let mut width = Width::Single;
        let mut vectors = BTreeMap::new();
        for (name, tensor) in tensors {
            if tensor.dtype() == Dtype::F64 {
                width = Width::Double;
            }
            let values = reals(&tensor)
                .ok_or_else(|| refuse(format!("`{name}` is {:?}; expected F64 or F32", tensor.dtype())))?;
            vectors.insert(name, values);
        }
        Ok(Self { notes, width, vectors })
    }
}

/// Of the notes and the vectors, each with its name and length, in the order of the names.
fn digest<'v>(notes: &BTreeMap<String, String>, vectors: impl Iterator<Item = (&'v str, &'v [u8])>) -> String {
    let mut hasher = Sha256::new();
    let mut piece = |name: &str, bytes: &[u8]| {
        for part in [name.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    };
    for (name, text) in notes {
        piece(name, text.as_bytes());
    }
    for (name, bytes) in vectors {
        piece(name, bytes);
    }
    hex(&hasher.finalize())
}

/// As digests are written.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, ToOwned::to_owned);
    name.push(ending);
    path.with_file_name(name)
}

/// Where the checkpoint before the last one is kept.
pub fn previous(path: &Path) -> PathBuf {
    beside(path, ".previous")
}

/// Puts a checkpoint in place of the last one, which is kept as [`previous`]. Whenever this is cut short, one of the two is whole.
///
/// # Errors
/// If it cannot be written. Nothing is then left of it.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = beside(path, ".part");
    let written = replace(path, &part, bytes);
    if written.is_err() {
        // What cannot be removed either is named by the error that follows from the next attempt.
        let _ = fs::remove_file(&part);
    }
    written
}

fn replace(path: &Path, part: &Path, bytes: &[u8]) -> io::Result<()> {
    let (mut file, _unfinished) = Unfinished::create(|| Ok((File::create(part)?, part.to_owned())))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    if path.exists() {
        fs::rename(path, previous(path))?;
    }
    fs::rename(part, path)?;
    sync_directory_of(path)
}

/// Reads the last checkpoint or, if it is not there or damaged, the one before it, then with the reason.
///
/// # Errors
/// If neither can be read; the error is about the last one.
pub fn read(path: &Path) -> Result<(Checkpoint, Option<String>), DataError> {
    let one = |path: &Path| {
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|source| DataError::Read { path: name.clone(), source })?;
        Checkpoint::decode(&bytes, &name)
    };
    match one(path) {
        Ok(checkpoint) => Ok((checkpoint, None)),
        Err(error) => match one(&previous(path)) {
            Ok(checkpoint) => Ok((checkpoint, Some(format!("{error}; went back to {}", previous(path).display())))),
            Err(_) => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checkpoint(width: Width) -> Checkpoint {
        let vectors = [("0/params", vec![1.5, -0.0, f64::MIN_POSITIVE]), ("1/m", Vec::new()), ("1/v", vec![0.1])];
        let single = |value: f64| if width == Width::Single { f64::from(value as f32) } else { value };
        Checkpoint {
            notes: [("problem".to_owned(), "{\"α\": 1}".to_owned())].into(),
            width,
            vectors: vectors.map(|(name, values)| (name.to_owned(), values.into_iter().map(single).collect())).into(),
        }
    }

    #[test]
    fn what_is_written_is_read_bit_by_bit() {
        for width in [Width::Single, Width::Double] {
            let checkpoint = checkpoint(width);
            let again = Checkpoint::decode(&checkpoint.encode().unwrap(), "c").unwrap();
            assert_eq!(again, checkpoint);
            assert!(again.vectors["0/params"][1].is_sign_negative());
        }
    }

    #[test]
    fn another_version_and_other_files_are_refused() {
        let bytes = checkpoint(Width::Double).encode().unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains("\"rhoscope-checkpoint\":\"1\""));
        let at = text.find("checkpoint\":\"1\"").unwrap() + "checkpoint\":\"".len();
        let mut newer = bytes.clone();
        newer[at] = b'2';
        let params = super::super::encode_params(&[1.0], &super::super::Layout::Flat(1), Width::Double).unwrap();
        let cases: [(&[u8], &str); 5] = [
            (&newer, "c: a checkpoint of version \"2\"; this program reads version 1"),
            (&params, "c: a safetensors file, but not a checkpoint"),
            (b"", "c: not a checkpoint, or a damaged one"),
            (&bytes[..bytes.len() - 1], "c: not a checkpoint, or a damaged one"),
            (b"rubbish that is longer than a header", "not a checkpoint"),
        ];
        for (bytes, part) in cases {
            let message = Checkpoint::decode(bytes, "c").unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn the_one_before_is_kept_and_taken_where_the_last_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.checkpoint");
        let numbered =
            |number: f64| Checkpoint { vectors: [("n".to_owned(), vec![number])].into(), ..checkpoint(Width::Double) };
        assert!(matches!(read(&path), Err(DataError::Read { .. })));
        for number in [1.0, 2.0, 3.0] {
            write(&path, &numbered(number).encode().unwrap()).unwrap();
        }
        assert_eq!(read(&path).unwrap(), (numbered(3.0), None));
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let (checkpoint, warning) = read(&path).unwrap();
        assert_eq!(checkpoint, numbered(2.0));
        assert!(
            warning.is_some_and(|warning| warning.contains("damaged") && warning.contains("run.checkpoint.previous"))
        );
        fs::remove_file(&path).unwrap();
        assert_eq!(read(&path).unwrap().0, numbered(2.0));
        fs::write(previous(&path), "").unwrap();
        fs::write(&path, &whole[1..]).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("run.checkpoint: not a checkpoint"));
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_and_the_last_one_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c");
        let bytes = checkpoint(Width::Double).encode().unwrap();
        write(&path, &bytes).unwrap();
        // The last one cannot be put aside while a directory that is not empty has its place.
        fs::create_dir_all(previous(&path).join("in the way")).unwrap();
        assert!(write(&path, &bytes[1..]).is_err());
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert!(!beside(&path, ".part").exists());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// 2 000 files: a changed byte, a cut or noise never panics, and never reads as anything but the checkpoint itself.
        #[test]
        fn damage_is_found_out(at in any::<prop::sample::Index>(), flip in 1_u8.., cut in any::<prop::sample::Index>(), noise in prop::collection::vec(any::<u8>(), 0..80)) {
            let whole = checkpoint(Width::Double);
            let bytes = whole.encode().unwrap();
            let mut changed = bytes.clone();
            changed[at.index(bytes.len())] ^= flip;
            for bytes in [&changed[..], &bytes[..cut.index(bytes.len())], &noise, &[&bytes[..8], &noise[..]].concat()] {
                if let Ok(read) = Checkpoint::decode(bytes, "c") {
                    prop_assert_eq!(&read, &whole);
                }
            }
        }
    }
}
