//! Where data sets are on this computer.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::{
    DataError, KnownSet,
    known::{IMAGE_FILES, TABLE_FILES},
};

/// The folders in which data sets are looked for, in this order: the one given, `$RHOSCOPE_DATA`, the user's own (`rhoscope` in
/// `$XDG_DATA_HOME`, or in `~/.local/share`), and `/usr/share/datasets`. Every set has a folder of its name in one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    folders: Vec<PathBuf>,
}

/// Where the system's packages put data sets.
const SYSTEM: &str = "/usr/share/datasets";

impl Places {
    /// As the environment says, after `first` if one is given.
    pub fn new(first: Option<&Path>) -> Self {
        let named = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        // The standard says to ignore a relative path.
        let xdg = named("XDG_DATA_HOME").filter(|path| path.is_absolute());
        let own = xdg.or_else(|| named("HOME").map(|home| home.join(".local/share"))).map(|path| path.join("rhoscope"));
        let folders = [first.map(Path::to_owned), named("RHOSCOPE_DATA"), own];
        Self { folders: folders.into_iter().flatten().chain([PathBuf::from(SYSTEM)]).collect() }
    }

    /// Only these.
    pub fn only(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { folders: folders.into_iter().collect() }
    }

    /// All of them.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Where a set is put that is fetched.
    pub fn home(&self) -> &Path {
        self.folders.first().map_or(Path::new(SYSTEM), PathBuf::as_path)
    }

    /// All files of a set, in the first folder that has them.
    ///
    /// # Errors
    /// [`DataError::Absent`] if no folder has them.
    pub fn files_of(&self, set: KnownSet) -> Result<Vec<PathBuf>, DataError> {
        if set.has_images() {
            self.find(set, IMAGE_FILES).map(Vec::from)
        } else {
            self.find(set, TABLE_FILES).map(Vec::from)
        }
    }

    /// The folder a set is in.
    ///
    /// # Errors
    /// [`DataError::Absent`] if it is in none.
    pub fn folder_of(&self, set: KnownSet) -> Result<PathBuf, DataError> {
        let files = self.files_of(set)?;
        Ok(files.first().and_then(|file| file.parent()).unwrap_or(Path::new("")).to_owned())
    }

    /// The files of a set, in the first folder that has them all, each plain or with `.gz` at its end.
    ///
    /// # Errors
    /// [`DataError::Absent`] if no folder has them.
    pub fn find<const N: usize>(&self, set: KnownSet, files: [&str; N]) -> Result<[PathBuf; N], DataError> {
        let mut missing = None;
        for folder in self.folders.iter().map(|folder| folder.join(set.as_str())) {
            let found = files.map(|file| spellings(file).map(|name| folder.join(name)).find(|path| path.is_file()));
            let absent = found.iter().zip(files).find(|(path, _)| path.is_none()).map(|(_, file)| file);
            match absent {
                None => return Ok(found.map(Option::unwrap_or_default)),
                Some(file) if found.iter().any(Option::is_some) && missing.is_none() => {
                    let others: Vec<String> = spellings(file).skip(1).collect();
                    let (folder, others) = (folder.display(), others.join(", "));
                    missing = Some(format!("{folder} is there, but {file} (or {others}) is not in it"));
                }
                Some(_) => {}
            }
        }
        let looked: Vec<String> =
            self.folders.iter().map(|folder| folder.join(set.as_str()).display().to_string()).collect();
        let names = || format!("for {}, plain or with .gz at their ends", files.join(", "));
        let looked = missing.unwrap_or_else(|| format!("looked in {} {}", looked.join(", "), names()));
        Err(DataError::Absent { set: set.as_str(), looked, remedy: set.remedy() })
    }
}

/// The names a file may have: as published, compressed, and with the dot that some programs for archives put before `idx`.
fn spellings(file: &str) -> impl Iterator<Item = String> {
    let dotted = file.contains("-idx").then(|| file.replace("-idx", ".idx"));
    [Some(file.to_owned()), dotted].into_iter().flatten().flat_map(|name| [name.clone(), format!("{name}.gz")])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_first_folder_that_has_all_files_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let folders = ["a", "b", "c"].map(|name| root.path().join(name));
        let places = Places::only(folders.clone());
        assert_eq!(places.home(), folders[0]);
        let files = ["data.txt", "permutation_indices.txt"];
        let message = |places: &Places| places.find(KnownSet::UciEnergy, files).unwrap_err().to_string();
        for part in [
            "uci-energy",
            "a/uci-energy, ",
            "c/uci-energy for data.txt, permutation_indices.txt, plain or with .gz",
            "doi",
        ] {
            assert!(message(&places).contains(part), "{}", message(&places));
        }
        for folder in &folders {
            fs::create_dir_all(folder.join("uci-energy")).unwrap();
        }
        fs::write(folders[1].join("uci-energy/data.txt"), "").unwrap();
        let said = message(&places);
        assert!(said.contains("b/uci-energy is there, but permutation_indices.txt"), "{said}");
        for file in ["data.txt.gz", "permutation_indices.txt"] {
            fs::write(folders[2].join("uci-energy").join(file), "").unwrap();
        }
        let found = places.find(KnownSet::UciEnergy, files).unwrap();
        assert_eq!(
            found,
            ["data.txt.gz", "permutation_indices.txt"].map(|file| folders[2].join("uci-energy").join(file))
        );
    }

    #[test]
    fn images_are_found_under_every_name_they_come_with() {
        let root = tempfile::tempdir().unwrap();
        let places = Places::only([root.path().to_owned()]);
        let message = || places.find(KnownSet::Mnist, IMAGE_FILES).unwrap_err().to_string();
        for file in IMAGE_FILES {
            assert!(message().contains(file), "{}", message());
        }
        let folder = root.path().join("mnist");
        fs::create_dir(&folder).unwrap();
        let names = [
            "train-images.idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images.idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz",
        ];
        for name in &names[1..] {
            fs::write(folder.join(name), "").unwrap();
        }
        let looked = "train-images-idx3-ubyte (or train-images-idx3-ubyte.gz, train-images.idx3-ubyte, train-images.idx3-ubyte.gz)";
        assert!(message().contains(looked), "{}", message());
        fs::write(folder.join(names[0]), "").unwrap();
        assert_eq!(places.find(KnownSet::Mnist, IMAGE_FILES).unwrap(), names.map(|name| folder.join(name)));
    }
}
