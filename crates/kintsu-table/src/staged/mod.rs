//! Output that appears whole or not at all: it is made beside its target under a hidden name and put in place in one rename.
//!
//! For a target `out` the folder around it may hold, while a run works or after one was killed:
//!
//! * `.out.kintsu-lock`, locked as long as the run lives, so that only one run at a time works on a target;
//! * `.out.kintsu-new`, the output in the making, or what was replaced and waits to be deleted;
//! * `.out.kintsu-old`, what is being replaced, on systems that cannot exchange two names in one step.
//!
//! Whoever gets the lock may clear what it finds: its owner is gone. A kill at any moment leaves the target as it was or
//! complete and new. The one exception is the way through `-old`: there a kill between two renames leaves no target, and the
//! next run puts the old one back.

mod lock;
mod rename;
mod sync;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::lock::TargetLock;
use self::sync::{sync, sync_all};
use crate::error::TableError;

/// What happens to a target that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// It is an error; an empty folder is taken.
    #[default]
    Refuse,
    /// It is replaced in the moment of publishing.
    Replace,
    /// It is replaced if it is a folder that is empty or holds a file of this name, so that a mistyped path costs nothing.
    ReplaceHolding(&'static str),
}

/// A folder in the making. Dropped without [`StagedDirectory::publish`], nothing of it remains.
#[derive(Debug)]
pub struct StagedDirectory {
    stage: Stage,
}

impl StagedDirectory {
    /// Makes a hidden folder beside `target` and holds the target against other runs; what killed runs left there is cleared.
    /// Folders above the target are made where they lack.
    ///
    /// # Errors
    /// [`TableError::TargetExists`] or [`TableError::TargetProtected`] when the target may not be replaced: not asked for, a
    /// file, or the folder that the process works in; [`TableError::TargetBusy`] when another run works on it;
    /// [`TableError::Write`] when the folder around it cannot be written.
    pub fn create(target: &Path, overwrite: Overwrite) -> Result<Self, TableError> {
        let stage = Stage::create(target, overwrite, Kind::Directory, Leftovers::Clear)?;
        fs::create_dir(&stage.staging).map_err(|source| TableError::write(target, source))?;
        Ok(Self { stage })
    }

    /// As [`StagedDirectory::create`], but what a killed run left in the hidden folder stays there: whoever calls this looks at it
    /// and clears what is of no use.
    ///
    /// # Errors
    /// As [`StagedDirectory::create`].
    pub fn resume(target: &Path, overwrite: Overwrite) -> Result<Self, TableError> {
        let stage = Stage::create(target, overwrite, Kind::Directory, Leftovers::Keep)?;
        fs::create_dir_all(&stage.staging).map_err(|source| TableError::write(target, source))?;
        Ok(Self { stage })
    }

    /// The hidden folder: put the files here.
    pub fn path(&self) -> &Path {
        &self.stage.staging
    }

    /// Where the file or folder called `name` goes.
    pub fn file(&self, name: &str) -> PathBuf {
        self.stage.staging.join(name)
    }

    /// Puts the folder in its place in one step, its files safe on the disk first, and returns the target.
    ///
    /// # Errors
    /// [`TableError::Write`], or [`TableError::TargetExists`] when the target has appeared since; nothing is left behind.
    pub fn publish(self) -> Result<PathBuf, TableError> {
        self.stage.publish()
    }
}

/// A file in the making. Dropped without [`StagedFile::publish`], nothing of it remains.
#[derive(Debug)]
pub struct StagedFile {
    stage: Stage,
}

impl StagedFile {
    /// As [`StagedDirectory::create`], for one file.
    ///
    /// # Errors
    /// As [`StagedDirectory::create`]; a folder is never replaced by a file.
    pub fn create(target: &Path, overwrite: Overwrite) -> Result<Self, TableError> {
        Ok(Self { stage: Stage::create(target, overwrite, Kind::File, Leftovers::Clear)? })
    }

    /// The path to write to; nothing stands there yet.
    pub fn path(&self) -> &Path {
        &self.stage.staging
    }

    /// Puts the file in its place in one step, safe on the disk first, and returns the target.
    ///
    /// # Errors
    /// As [`StagedDirectory::publish`].
    pub fn publish(self) -> Result<PathBuf, TableError> {
        self.stage.publish()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Directory,
    File,
}

/// What becomes of what a killed run left in the hidden folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leftovers {
    Clear,
    Keep,
}

/// A target held by this run.
#[derive(Debug)]
struct Stage {
    target: PathBuf,
    parent: PathBuf,
    staging: PathBuf,
    old: PathBuf,
    overwrite: Overwrite,
    kind: Kind,
    /// Folders made above the target, the innermost first.
    made: Vec<PathBuf>,
    published: bool,
    lock: Option<TargetLock>,
}

impl Stage {
    fn create(target: &Path, overwrite: Overwrite, kind: Kind, leftovers: Leftovers) -> Result<Self, TableError> {
        let protected = |reason| TableError::TargetProtected { path: target.to_owned(), reason };
        let name = target.file_name().ok_or_else(|| protected("it is no name in a folder"))?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let made = make_folders(&parent, target)?;
        let hidden = |purpose: &str| parent.join(lock::hidden_name(name, purpose));
        let mut stage = Self {
            target: target.to_owned(),
            staging: hidden("new"),
            old: hidden("old"),
            overwrite,
            kind,
            made,
            published: true,
            lock: None,
            parent: parent.clone(),
        };
        stage.lock = Some(TargetLock::take(&hidden("lock"), target)?);
        stage.clear_leftovers(leftovers)?;
        stage.check_target()?;
        stage.published = false;
        Ok(stage)
    }

    fn clear_leftovers(&self, leftovers: Leftovers) -> Result<(), TableError> {
        if exists(&self.old) {
            if exists(&self.target) {
                remove(&self.old).map_err(|source| TableError::write(&self.old, source))?;
            } else {
                fs::rename(&self.old, &self.target).map_err(|source| TableError::write(&self.target, source))?;
            }
        }
        if leftovers == Leftovers::Keep {
            return Ok(());
        }
        remove(&self.staging).map_err(|source| TableError::write(&self.staging, source))
    }

    /// Whether the target may be published to, as it stands now.
    fn check_target(&self) -> Result<(), TableError> {
        let Ok(metadata) = fs::symlink_metadata(&self.target) else { return Ok(()) };
        let protected = |reason| Err(TableError::TargetProtected { path: self.target.clone(), reason });
        let empty = metadata.is_dir() && is_empty(&self.target);
        match self.overwrite {
            _ if self.kind == Kind::Directory && empty && !holds_current_directory(&self.target) => Ok(()),
            Overwrite::Refuse => Err(TableError::TargetExists { path: self.target.clone() }),
            _ if self.kind == Kind::File && metadata.is_dir() => protected("it is a folder"),
            _ if self.kind == Kind::Directory && metadata.is_file() => protected("it is a file"),
            _ if holds_current_directory(&self.target) => protected("the current folder is in it"),
            Overwrite::ReplaceHolding(name) if !self.target.join(name).is_file() => {
                protected("it does not look like an earlier output")
            }
            _ => Ok(()),
        }
    }

    fn publish(mut self) -> Result<PathBuf, TableError> {
        sync_all(&self.staging)?;
        self.check_target()?;
        let put = match self.overwrite {
            Overwrite::Refuse if self.kind == Kind::Directory && exists(&self.target) => fs::rename(&self.staging, &self.target),
            Overwrite::Refuse => rename::into_free_name(&self.staging, &self.target),
            _ if self.kind == Kind::File => fs::rename(&self.staging, &self.target),
            _ => rename::replacing(&self.staging, &self.target, &self.old),
        };
        put.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
                TableError::TargetExists { path: self.target.clone() }
            }
            _ => TableError::write(&self.target, source),
        })?;
        self.published = true;
        // The output stands: what fails from here on is mended by the next run.
        let _ = sync(&self.parent);
        let _ = remove(&self.staging);
        let _ = remove(&self.old);
        Ok(self.target.clone())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.published {
            let _ = remove(&self.staging);
        }
        let lock = self.lock.take();
        drop(lock);
        if !exists(&self.target) {
            for folder in &self.made {
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

/// Makes `folder`, in which `target` will stand, and what lacks above it; returns what was made, the innermost first.
fn make_folders(folder: &Path, target: &Path) -> Result<Vec<PathBuf>, TableError> {
    let lacking: Vec<PathBuf> =
        folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).map(Path::to_owned).collect();
    fs::create_dir_all(folder).map_err(|source| {
        for folder in &lacking {
            let _ = fs::remove_dir(folder);
        }
        TableError::write(target, source)
    })?;
    Ok(lacking)
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

fn holds_current_directory(folder: &Path) -> bool {
    let current = std::env::current_dir().and_then(|current| current.canonicalize());
    matches!((current, folder.canonicalize()), (Ok(current), Ok(folder)) if current.starts_with(&folder))
}

/// Removes a file, a link or a folder with all it holds; nothing there is fine.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
