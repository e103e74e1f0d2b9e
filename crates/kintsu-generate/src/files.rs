//! Data files in the making, with their digests.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use kintsu_table::{DirectFile, EncodedPiece, PieceEncoder, PieceWriter, TableError};

use crate::error::GenerateError;
use crate::manifest::FileCard;

/// Takes the digest of what goes through it.
struct Digesting {
    file: DirectFile,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
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
    writer: PieceWriter<Digesting>,
}

impl DataFile {
    /// Begins the file at `path` in `directory`, in the place of what a killed run left there.
    pub(crate) fn begin(directory: &Path, path: &str, encoder: &PieceEncoder) -> Result<Self, GenerateError> {
        let whole = directory.join(path);
        let failed = |source| TableError::write(&whole, source);
        if let Some(folder) = whole.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = File::create(&whole).map_err(failed)?;
        let output = Digesting { file: DirectFile::new(file), hasher: blake3::Hasher::new(), bytes: 0 };
        Ok(Self { path: path.to_owned(), writer: PieceWriter::begin(output, &whole, encoder)? })
    }

    pub(crate) fn append(&mut self, piece: EncodedPiece) -> Result<(), GenerateError> {
        Ok(self.writer.append(piece)?)
    }

    pub(crate) fn finish(self) -> Result<(String, FileCard), GenerateError> {
        let (Digesting { file, hasher, bytes }, rows) = self.writer.finish()?;
        file.finish().map_err(|source| TableError::write(Path::new(&self.path), source))?;
        Ok((self.path, FileCard { rows, bytes, blake3: hasher.finalize().to_hex().to_string() }))
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
