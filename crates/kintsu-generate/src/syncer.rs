//! Lets the disk work while rows are made: files are synchronised as they grow, so that little is left to wait for at the end.
//!
//! What fails here fails the run, as a system tells of a failed write only once. Publishing waits for everything once more.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use kintsu_table::TableError;

use crate::error::GenerateError;

/// A file is handed over whenever it has grown by so much.
const BYTES_BETWEEN: u64 = 32 << 20;

/// Asks that what was written to a file be brought to the disk.
type Request = (File, PathBuf);

/// A thread that does nothing but wait for the disk.
#[derive(Debug)]
pub(crate) struct Syncer {
    requests: Sender<Request>,
    thread: JoinHandle<Result<(), TableError>>,
}

/// How far a file has been handed over.
#[derive(Debug)]
pub(crate) struct Progress {
    requests: Sender<Request>,
    path: PathBuf,
    handed_over: u64,
}

impl Syncer {
    pub(crate) fn start() -> Result<Self, GenerateError> {
        let (requests, received) = channel();
        let started = std::thread::Builder::new().name("sync".to_owned()).spawn(move || wait_for_all(&received));
        let thread = started.map_err(|error| GenerateError::Defect(error.to_string()))?;
        Ok(Self { requests, thread })
    }

    /// For the file at `path`.
    pub(crate) fn watch(&self, path: &Path) -> Progress {
        Progress { requests: self.requests.clone(), path: path.to_owned(), handed_over: 0 }
    }

    /// Waits for all that was handed over. The files themselves must be gone before.
    pub(crate) fn finish(self) -> Result<(), GenerateError> {
        drop(self.requests);
        let gone = || TableError::write(Path::new(""), std::io::Error::other("the thread that waited for the disk is gone"));
        Ok(self.thread.join().unwrap_or_else(|_| Err(gone()))?)
    }
}

fn wait_for_all(requests: &Receiver<Request>) -> Result<(), TableError> {
    let mut first_failure = Ok(());
    for (file, path) in requests {
        if first_failure.is_ok() {
            first_failure = file.sync_data().map_err(|source| TableError::write(&path, source));
        }
    }
    first_failure
}

impl Progress {
    /// Tells that `file` has so many bytes now.
    pub(crate) fn grown_to(&mut self, bytes: u64, file: &File) {
        if bytes - self.handed_over >= BYTES_BETWEEN {
            self.handed_over = bytes;
            // Without a second handle the file waits for the end.
            if let Ok(file) = file.try_clone() {
                let _ = self.requests.send((file, self.path.clone()));
            }
        }
    }
}
