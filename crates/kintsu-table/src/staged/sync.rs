//! Waiting until files are safe on the disk.
//!
//! A disk takes milliseconds to say that one file is safe, and no longer to say so of many that are asked for at once, as file systems
//! write their journal for all who wait. So files are synchronised side by side, on threads that do nothing but wait.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::error::TableError;

/// Files that are waited for at once.
const WAITING_MAX: usize = 32;

/// Waits until a file, or a folder with all it holds, is safe on the disk.
pub(super) fn sync_all(path: &Path) -> Result<(), TableError> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    gather(path, &mut files, &mut folders).map_err(|source| TableError::write(path, source))?;
    // A folder is safe when its names are: after the files, so that no name stands for a file that is not.
    side_by_side(&files).and_then(|()| side_by_side(&folders))
}

fn gather(path: &Path, files: &mut Vec<PathBuf>, folders: &mut Vec<PathBuf>) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        gather(&entry?.path(), files, folders)?;
    }
    folders.push(path.to_owned());
    Ok(())
}

fn side_by_side(paths: &[PathBuf]) -> Result<(), TableError> {
    let next = AtomicUsize::new(0);
    let wait = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            sync(path).map_err(|source| TableError::write(path, source))?;
        }
        Ok(())
    };
    if paths.len() < 2 {
        return wait();
    }
    thread::scope(|scope| {
        // A thread that cannot be had is done without.
        let start = |_| thread::Builder::new().stack_size(1 << 16).spawn_scoped(scope, wait).ok();
        let waiting: Vec<_> = (1..WAITING_MAX.min(paths.len())).filter_map(start).collect();
        let gone = || TableError::write(Path::new(""), io::Error::other("a thread that waited for the disk is gone"));
        let others: Vec<_> = waiting.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(gone()))).collect();
        others.into_iter().chain([wait()]).collect()
    })
}

#[cfg(unix)]
pub(super) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Folders cannot be synchronised here, and files only when opened for writing.
#[cfg(not(unix))]
pub(super) fn sync(path: &Path) -> io::Result<()> {
    if path.is_dir() { Ok(()) } else { File::options().write(true).open(path)?.sync_all() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_a_folder_is_waited_for_and_what_is_gone_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..100 {
            let inner = folder.path().join(format!("{}", number % 7));
            fs::create_dir_all(&inner).unwrap();
            fs::write(inner.join(format!("{number}")), "text").unwrap();
        }
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        gather(folder.path(), &mut files, &mut folders).unwrap();
        assert_eq!((files.len(), folders.len()), (100, 8));
        sync_all(folder.path()).unwrap();
        fs::remove_file(&files[57]).unwrap();
        let error = side_by_side(&files).unwrap_err().to_string();
        assert!(error.contains(files[57].to_str().unwrap()), "{error}");
        assert!(sync_all(&folder.path().join("none")).is_err());
    }
}
