//! What a run has finished, kept beside its files until they are published: whoever makes the same after a kill goes on from there.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use kintsu_table::TableError;
use serde::{Deserialize, Serialize};

use crate::error::GenerateError;
use crate::manifest::FileCard;

/// Its name in the directory in the making.
const JOURNAL: &str = ".journal";

/// A line of the journal after the first, which tells what is made.
#[derive(Serialize, Deserialize)]
struct Line {
    path: String,
    #[serde(flatten)]
    card: FileCard,
}

/// The journal of a directory in the making.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// The files that are finished and are what they were.
    pub(crate) finished: BTreeMap<String, FileCard>,
}

impl Journal {
    /// Goes on with what stands in `directory` if its journal says that it is `what`; else clears the directory.
    ///
    /// # Errors
    /// [`TableError::Write`].
    pub(crate) fn open(directory: &Path, what: &str) -> Result<Self, GenerateError> {
        let path = directory.join(JOURNAL);
        let failed = |source| TableError::write(&path, source);
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut lines = text.lines();
        if lines.next() == Some(what) {
            let finished = lines.filter_map(|line| serde_json::from_str::<Line>(line).ok());
            let finished =
                finished.filter(|line| digest_of(&directory.join(&line.path)).is_ok_and(|digest| digest == line.card.blake3));
            let finished = finished.map(|line| (line.path, line.card)).collect();
            let file = File::options().append(true).open(&path).map_err(failed)?;
            return Ok(Self { path, file, finished });
        }
        clear(directory).map_err(failed)?;
        let mut file = File::create(&path).map_err(failed)?;
        file.write_all(format!("{what}\n").as_bytes()).map_err(failed)?;
        Ok(Self { path, file, finished: BTreeMap::new() })
    }

    /// Notes that a file is finished.
    ///
    /// # Errors
    /// [`TableError::Write`].
    pub(crate) fn note(&mut self, path: &str, card: &FileCard) -> Result<(), GenerateError> {
        let line = Line { path: path.to_owned(), card: card.clone() };
        let line = serde_json::to_string(&line).map_err(|error| GenerateError::Defect(error.to_string()))?;
        let written = self.file.write_all(format!("{line}\n").as_bytes());
        written.map_err(|source| TableError::write(&self.path, source).into())
    }

    /// Takes the journal away: the directory is complete.
    ///
    /// # Errors
    /// [`TableError::Write`].
    pub(crate) fn close(self) -> Result<(), GenerateError> {
        drop(self.file);
        fs::remove_file(&self.path).map_err(|source| TableError::write(&self.path, source).into())
    }
}

fn clear(directory: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    Ok(())
}

/// The digest of a file.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn digest_of(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(&buffer[..length]);
    }
}
