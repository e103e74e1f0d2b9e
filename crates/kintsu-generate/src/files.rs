//! Data files in the making, with their digests.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use kintsu_table::{EncodedPiece, PieceEncoder, PieceWriter, TableError};

use crate::error::GenerateError;
use crate::manifest::FileCard;
use crate::syncer::{Progress, Syncer};

/// Takes the digest of what goes through it.
struct Digesting {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
    progress: Progress,
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        self.progress.grown_to(self.bytes, &self.file);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A data file in the making.
pub(crate) struct DataFile {
    /// Its path in the directory.
    pub(crate) path: String,
    writer: PieceWriter<BufWriter<Digesting>>,
}

impl DataFile {
    /// Begins the file at `path` in `directory`, in the place of what a killed run left there.
    pub(crate) fn begin(directory: &Path, path: &str, encoder: &PieceEncoder, syncer: &Syncer) -> Result<Self, GenerateError> {
        let whole = directory.join(path);
        let failed = |source| TableError::write(&whole, source);
        if let Some(folder) = whole.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = File::create(&whole).map_err(failed)?;
        let digesting = Digesting { file, hasher: blake3::Hasher::new(), bytes: 0, progress: syncer.watch(&whole) };
        let output = BufWriter::with_capacity(1 << 18, digesting);
        Ok(Self { path: path.to_owned(), writer: PieceWriter::begin(output, &whole, encoder)? })
    }

    pub(crate) fn append(&mut self, piece: EncodedPiece) -> Result<(), GenerateError> {
        Ok(self.writer.append(piece)?)
    }

    pub(crate) fn finish(self) -> Result<(String, FileCard), GenerateError> {
        let (output, rows) = self.writer.finish()?;
        let failed = |source| TableError::write(Path::new(&self.path), source);
        let done = output.into_inner().map_err(|error| failed(error.into_error()))?;
        Ok((self.path, FileCard { rows, bytes: done.bytes, blake3: done.hasher.finalize().to_hex().to_string() }))
    }
}

/// Puts a file that is there already into the directory in the making: by a link where the system can, else by a copy.
pub(crate) fn take_over(from: &Path, to: &Path) -> Result<(), GenerateError> {
    let failed = |source| TableError::write(to, source);
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let _ = fs::remove_file(to);
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to).map_err(failed)?;
    }
    Ok(())
}
