//! Files that appear whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::ExportError;
use crate::data::{Unfinished, sync_directory_of};

/// A result being written. Under its own name it is seen only once [`commit`](Self::commit) has succeeded; until then, and after a
/// failure, an earlier file of that name stays as it was.
pub struct OutputFile {
    sink: Sink,
    /// As the user wrote it.
    name: String,
}

enum Sink {
    Stdout(BufWriter<io::Stdout>),
    /// Beside the file it is to become.
    Temporary {
        file: BufWriter<NamedTempFile>,
        /// Known as long as it is not in its place.
        unfinished: Unfinished,
        target: PathBuf,
    },
    /// Devices and pipes have no other name to be written under.
    Direct(BufWriter<File>),
}

impl OutputFile {
    /// Prepares to write to `path`; whatever would prevent it is said now.
    ///
    /// # Errors
    /// If `path` is a directory, lies in none, or may not be written.
    pub fn create(path: &Path) -> Result<Self, ExportError> {
        let name = path.display().to_string();
        match prepare(path) {
            Ok(sink) => Ok(Self { sink, name }),
            Err(problem) => Err(ExportError::Write { path: name, problem }),
        }
    }

    /// Writes to standard output.
    pub fn stdout() -> Self {
        Self { sink: Sink::Stdout(BufWriter::new(io::stdout())), name: "standard output".to_owned() }
    }

    /// Whether this is standard output.
    pub fn is_stdout(&self) -> bool {
        matches!(self.sink, Sink::Stdout(_))
    }

    /// The path as given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether an earlier file is in its place, and goes once this one is there.
    pub fn replaces(&self) -> bool {
        matches!(&self.sink, Sink::Temporary { target, .. } if target.exists())
    }

    /// What has been flushed so far, to be read from its beginning; `None` where what is written cannot be read back.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn reopened(&self) -> io::Result<Option<File>> {
        match &self.sink {
            Sink::Temporary { file, .. } => file.get_ref().reopen().map(Some),
            Sink::Stdout(_) | Sink::Direct(_) => Ok(None),
        }
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// If it cannot be completed or moved there.
    pub fn commit(self) -> Result<(), ExportError> {
        let Self { sink, name, .. } = self;
        let result = match sink {
            Sink::Stdout(mut out) => out.flush(),
            Sink::Direct(mut out) => out.flush(),
            Sink::Temporary { file, target, unfinished: _unfinished } => {
                file.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| {
                    file.as_file().sync_all()?;
                    file.persist(&target).map_err(|error| error.error)?;
                    sync_directory_of(&target)
                })
            }
        };
        result.map_err(|error| failure(&error, name))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Stdout(out) => out.write(bytes),
            Sink::Temporary { file, .. } => file.write(bytes),
            Sink::Direct(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stdout(out) => out.flush(),
            Sink::Temporary { file, .. } => file.flush(),
            Sink::Direct(out) => out.flush(),
        }
    }
}

pub(super) fn failure(error: &io::Error, path: String) -> ExportError {
    match error.kind() {
        io::ErrorKind::BrokenPipe => ExportError::ClosedPipe,
        _ => ExportError::Write { path, problem: words(error) },
    }
}

/// What the system said, without its number.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    }
}

fn prepare(path: &Path) -> Result<Sink, String> {
    if path.as_os_str().is_empty() {
        return Err("the path is empty; give a file".to_owned());
    }
    let existing = fs::metadata(path).ok();
    match &existing {
        Some(metadata) if metadata.is_dir() => return Err("it is a directory; give a file".to_owned()),
        Some(metadata) if !metadata.is_file() => {
            let file = OpenOptions::new().write(true).open(path).map_err(|error| words(&error))?;
            return Ok(Sink::Direct(BufWriter::new(file)));
        }
        // Replacing it would succeed even where writing to it is forbidden.
        Some(_) => drop(OpenOptions::new().write(true).open(path).map_err(|error| words(&error))?),
        None if path.to_string_lossy().ends_with(std::path::MAIN_SEPARATOR) => {
            return Err("it names a directory; give a file".to_owned());
        }
        None => {}
    }
    let target = follow(path);
    let directory = directory_of(&target);
    match fs::metadata(&directory) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(format!("{} is not a directory", directory.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(format!("there is no directory {}; make it first", directory.display()));
        }
        Err(error) => return Err(words(&error)),
    }
    let make = || {
        let file = temporary(&directory, &target, existing.map(|metadata| metadata.permissions()))?;
        let path = file.path().to_owned();
        Ok((file, path))
    };
    let (file, unfinished) = Unfinished::create(make)
        .map_err(|error| format!("no file can be made in {}: {}", directory.display(), words(&error)))?;
    Ok(Sink::Temporary { file: BufWriter::new(file), unfinished, target })
}

/// What runs that were cut off left of files meant for `path`, the newest first: whole up to where they were cut off.
pub fn leftovers(path: &Path) -> Vec<PathBuf> {
    let target = follow(path);
    let prefix = prefix(&target);
    let is_one = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(&prefix) && name.ends_with(SUFFIX)
    };
    let entries = fs::read_dir(directory_of(&target)).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| is_one(path))
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

fn directory_of(target: &Path) -> PathBuf {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

const SUFFIX: &str = ".tmp";

/// How the names of files begin that are to become this one.
fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // A name may be as long as the system allows, and this one is longer.
    format!(".{name}.").chars().take(40).collect()
}

/// A file beside `target`: with its permissions if it exists, else with those of any new file.
fn temporary(directory: &Path, target: &Path, permissions: Option<fs::Permissions>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    let prefix = prefix(target);
    builder.prefix(&prefix).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The system takes the user's mask off this.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(directory)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    Ok(file)
}

/// Where a path leads through symbolic links, the last of which may lead to a file that does not exist yet.
fn follow(path: &Path) -> PathBuf {
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_only_when_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.txt");
        fs::write(&path, "old").unwrap();
        let mut file = OutputFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        file.flush().unwrap();
        assert_eq!(io::read_to_string(file.reopened().unwrap().unwrap()).unwrap(), "half");
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        let mut file = OutputFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(directory.path()), ["out.txt"]);
    }

    #[test]
    fn what_cannot_be_written_is_refused_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        let cases = [
            (directory.path().to_owned(), "it is a directory"),
            (directory.path().join("none/out"), "there is no directory"),
            (file.join("out"), "ot a directory"),
            (directory.path().join("none/"), "it names a directory"),
            (PathBuf::new(), "the path is empty"),
        ];
        for (path, part) in cases {
            let message = OutputFile::create(&path).err().unwrap().to_string();
            assert!(message.contains(part) && message.contains(&path.display().to_string()), "{message}");
        }
        assert_eq!(names(directory.path()), ["file"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_devices_and_permissions_are_respected() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let write = |path: &Path, text: &str| {
            let mut file = OutputFile::create(path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.commit().unwrap();
        };
        fs::create_dir(at("deep")).unwrap();
        symlink("deep/new", at("link")).unwrap();
        write(&at("link"), "through a link to nothing yet");
        assert!(at("link").is_symlink() && at("deep/new").is_file());
        write(&at("link"), "again");
        assert_eq!(fs::read_to_string(at("deep/new")).unwrap(), "again");
        assert!(at("link").is_symlink());

        write(&at("ours"), "");
        fs::write(at("plain"), "").unwrap();
        let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode();
        assert_eq!(mode("ours"), mode("plain"));
        fs::set_permissions(at("ours"), fs::Permissions::from_mode(0o600)).unwrap();
        write(&at("ours"), "kept private");
        assert_eq!(mode("ours") & 0o777, 0o600);

        write(Path::new("/dev/null"), "gone");
    }
}
