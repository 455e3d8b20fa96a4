//! Files that are being written under another name than their own, known so that whoever must end at once can take them away.

use std::{
    fs, io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file that is not yet whole; once dropped, it is no longer known as one.
#[derive(Debug)]
pub struct Unfinished(PathBuf);

impl Unfinished {
    /// Makes a file, known from its first moment on.
    ///
    /// # Errors
    /// What making it says.
    pub fn create<F>(make: impl FnOnce() -> io::Result<(F, PathBuf)>) -> io::Result<(F, Self)> {
        // The lock is held meanwhile, so that none is made between the last look and the end.
        let mut paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, path) = make()?;
        paths.push(path.clone());
        Ok((file, Self(path)))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = paths.iter().position(|path| *path == self.0) {
            paths.swap_remove(index);
        }
    }
}

/// Removes all of them, and then ends the program by `end`; nobody can make another one in between.
pub fn abandon<R>(end: impl FnOnce() -> R) -> R {
    let mut paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
    for path in paths.drain(..) {
        // One that has just got its own name is whole; nothing can be done about another.
        let _ = fs::remove_file(path);
    }
    end()
}
