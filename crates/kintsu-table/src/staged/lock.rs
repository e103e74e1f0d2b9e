//! A lock on a target, held by the operating system: it ends with the process, however the process ends.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::TableError;

/// Names longer than this are shortened, so that the hidden names stay within what file systems allow.
const NAME_BYTES_MAX: usize = 200;

/// The name beside a target for a purpose: `.out.kintsu-new`.
pub(super) fn hidden_name(name: &OsStr, purpose: &str) -> OsString {
    let mut hidden = OsString::from(".");
    if name.len() > NAME_BYTES_MAX {
        hidden.push(format!("{:016x}", kintsu_core::hash_bytes(name.as_encoded_bytes(), 0)));
    } else {
        hidden.push(name);
    }
    hidden.push(format!(".kintsu-{purpose}"));
    hidden
}

/// The lock of one target.
#[derive(Debug)]
pub(super) struct TargetLock {
    path: PathBuf,
    _file: File,
}

impl TargetLock {
    /// Takes the lock at `path`, or tells that another run has it.
    pub(super) fn take(path: &Path, target: &Path) -> Result<Self, TableError> {
        let failed = |source| TableError::write(target, source);
        loop {
            let file = File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Err(TableError::TargetBusy { path: target.to_owned() }),
                // A file system without locks: two runs on one target are then the user's care.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Ok(()) => {}
            }
            // The last owner may have removed the file between opening and locking it.
            if still_there(path, &file) {
                return Ok(Self { path: path.to_owned(), _file: file });
            }
        }
    }
}

impl Drop for TargetLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn still_there(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    matches!((fs::metadata(path), file.metadata()), (Ok(there), Ok(held)) if there.ino() == held.ino() && there.dev() == held.dev())
}

#[cfg(not(unix))]
fn still_there(path: &Path, _: &File) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_names_are_short_enough_and_differ() {
        assert_eq!(hidden_name(OsStr::new("out"), "new"), ".out.kintsu-new");
        let long = "x".repeat(255);
        let other = "x".repeat(254);
        assert!(hidden_name(OsStr::new(&long), "lock").len() < 255);
        assert_ne!(hidden_name(OsStr::new(&long), "lock"), hidden_name(OsStr::new(&other), "lock"));
    }
}
