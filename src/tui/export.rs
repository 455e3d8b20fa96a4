//! Writing the picture to a PNG, on a thread of its own.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::mpsc::Sender,
};

use crate::{
    export::png,
    figure::{Figure, palette::Theme},
};

use super::{
    action::Action,
    events::{self, Event},
};

/// A picture to write.
pub struct Job {
    /// The picture.
    pub figure: Figure,
    /// The problem's name, for the file's.
    pub problem: String,
    /// The step shown, for the file's name.
    pub step: usize,
}

/// Writes the picture into the current directory and tells where it is.
pub fn spawn(job: Job, sender: Sender<Event>) -> io::Result<()> {
    events::spawn("export", sender, move |sender| {
        let _ = sender.send(Event::Action(Action::Exported(write(&job, Path::new("")))));
    })
}

fn write(job: &Job, directory: &Path) -> Result<PathBuf, String> {
    // A light picture is what goes on slides and paper, whatever the screen looks like.
    let bytes = png(&job.figure, Theme::Light).map_err(|error| format!("cannot draw the picture: {error}"))?;
    write_new(directory, &stem(&job.problem, job.step), &bytes)
}

/// `rhoscope-PROBLEM-stepN`, with nothing in it that a file name should not have.
fn stem(problem: &str, step: usize) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let problem: String = problem.chars().take(100).map(plain).collect();
    format!("rhoscope-{problem}-step{step}")
}

/// Writes a file that did not exist before: STEM.png, or STEM-2.png, STEM-3.png …
fn write_new(directory: &Path, stem: &str, bytes: &[u8]) -> Result<PathBuf, String> {
    let names = std::iter::once(format!("{stem}.png")).chain((2..10_000).map(|n| format!("{stem}-{n}.png")));
    for name in names {
        let path = directory.join(name);
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(format!("cannot write {}: {error}", path.display())),
        };
        return match file.write_all(bytes).and_then(|()| file.sync_all()) {
            Ok(()) => Ok(path),
            Err(error) => {
                // Half a picture is worse than none.
                let _ = std::fs::remove_file(&path);
                Err(format!("cannot write {}: {error}", path.display()))
            }
        };
    }
    Err(format!("cannot write {stem}.png: there are too many of them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let first = write_new(directory.path(), "picture", b"one").unwrap();
        let second = write_new(directory.path(), "picture", b"two").unwrap();
        assert_eq!(second.file_name().unwrap(), "picture-2.png");
        assert_eq!((std::fs::read(first).unwrap(), std::fs::read(second).unwrap()), (b"one".to_vec(), b"two".to_vec()));
    }

    #[test]
    fn a_failure_names_the_path_and_the_reason() {
        let directory = tempfile::tempdir().unwrap();
        let error = write_new(&directory.path().join("missing"), "picture", b"one").unwrap_err();
        assert!(error.starts_with("cannot write ") && error.contains("missing/picture.png: "), "{error}");
    }

    #[test]
    fn names_are_plain() {
        assert_eq!(stem("../a b", 3), "rhoscope-..-a-b-step3");
    }
}
