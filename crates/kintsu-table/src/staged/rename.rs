//! Renames that do not overwrite, and renames that exchange.

use std::fs;
use std::io;
use std::path::Path;

/// Renames `from` to `to` unless `to` exists.
pub(super) fn into_free_name(from: &Path, to: &Path) -> io::Result<()> {
    match rename_with(from, to, Flag::NoReplace) {
        Err(error) if unsupported(&error) => {
            if fs::symlink_metadata(to).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        renamed => renamed,
    }
}

/// Renames the folder `from` to `to`. What stood at `to` is left at `from` or at `old`, for the caller to delete.
pub(super) fn replacing(from: &Path, to: &Path, old: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_err() {
        return into_free_name(from, to);
    }
    match rename_with(from, to, Flag::Exchange) {
        Err(error) if unsupported(&error) => {
            fs::rename(to, old)?;
            fs::rename(from, to).inspect_err(|_| drop(fs::rename(old, to)))
        }
        renamed => renamed,
    }
}

#[derive(Clone, Copy)]
enum Flag {
    NoReplace,
    Exchange,
}

#[cfg(target_os = "linux")]
fn rename_with(from: &Path, to: &Path, flag: Flag) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    let flags = match flag {
        Flag::NoReplace => RenameFlags::NOREPLACE,
        Flag::Exchange => RenameFlags::EXCHANGE,
    };
    Ok(renameat_with(CWD, from, CWD, to, flags)?)
}

#[cfg(not(target_os = "linux"))]
fn rename_with(_: &Path, _: &Path, _: Flag) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Old kernels and some file systems know the call but not the flags.
fn unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}
