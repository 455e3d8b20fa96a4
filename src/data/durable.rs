//! Renames that outlast a power cut.

use std::{io, path::Path};

/// Has the system put a directory's entries on the disk; called after a file of it was renamed.
///
/// Without it a power cut may undo the rename although the file's contents are safe.
///
/// # Errors
/// If the disk fails. A directory that may not be opened, or a file system without such a request, is no failure: the file is in place.
pub fn sync_directory_of(file: &Path) -> io::Result<()> {
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    #[cfg(unix)]
    {
        let synced = std::fs::File::open(directory).and_then(|directory| directory.sync_all());
        synced.or_else(|error| match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => Ok(()),
            _ => Err(error),
        })
    }
    #[cfg(not(unix))]
    {
        // Elsewhere a directory cannot be opened as a file; renames are ordered by the system.
        let _ = directory;
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_synced_through_any_file_of_it() {
        let directory = tempfile::tempdir().unwrap();
        assert!(sync_directory_of(&directory.path().join("file")).is_ok());
        assert!(sync_directory_of(Path::new("file")).is_ok(), "a bare name is in the working directory");
        let error = sync_directory_of(&directory.path().join("none/file")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
