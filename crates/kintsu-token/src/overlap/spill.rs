//! Values in parts that grow side by side; what does not fit in memory waits on the disk.
//!
//! A part's values come back in no promised order: memory decides which of them were put aside. Whoever takes them sorts them.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::OverlapError;

/// The number of parts.
pub(crate) const PARTS: usize = 256;

/// Bytes of a chunk of a part. Parts grow by chunks, so that no value is moved and none of the memory is left over.
const CHUNK_BYTES: usize = 16 << 10;

/// Bytes read back at a time.
const READ_BYTES: usize = 1 << 20;

/// The least memory that parts take: twice a chunk for each. Tests put aside nearly all.
pub(crate) const PARTS_BYTES_MIN: usize = if cfg!(test) { CHUNK_BYTES } else { 2 * PARTS * CHUNK_BYTES };

/// A value of a fixed number of bytes.
pub(crate) trait Fixed: Copy + Send + Sync {
    /// The bytes of a value in a file.
    const BYTES: usize;
    /// Appends the value.
    fn put(&self, bytes: &mut Vec<u8>);
    /// The value of exactly [`Self::BYTES`] bytes.
    fn get(bytes: &[u8]) -> Self;
}

/// Values in [`PARTS`] parts.
pub(crate) struct Parts<Value> {
    folder: PathBuf,
    name: String,
    held: Vec<Part<Value>>,
    chunks: usize,
    chunks_max: usize,
}

/// Values of a part.
struct Part<Value> {
    chunks: Vec<Vec<Value>>,
    put_aside: usize,
}

impl<Value: Fixed> Parts<Value> {
    /// No values yet. They may take about so many bytes before they are put aside in files of `folder` whose names begin with
    /// `name`.
    pub(crate) fn new(folder: &Path, name: &str, bytes_max: usize) -> Self {
        let held = (0..PARTS).map(|_| Part { chunks: Vec::new(), put_aside: 0 }).collect();
        let chunks_max = bytes_max.max(PARTS_BYTES_MIN) / CHUNK_BYTES;
        Self { folder: folder.to_owned(), name: name.to_owned(), held, chunks: 0, chunks_max }
    }

    /// Values of a chunk.
    const CHUNK: usize = CHUNK_BYTES / size_of::<Value>();

    /// Adds a value to a part.
    #[inline]
    pub(crate) fn push(&mut self, part: usize, value: Value) -> Result<(), OverlapError> {
        if let Some(chunk) = self.held[part].chunks.last_mut().filter(|chunk| chunk.len() < Self::CHUNK) {
            chunk.push(value);
            return Ok(());
        }
        self.push_chunk(part, value)
    }

    #[cold]
    fn push_chunk(&mut self, part: usize, value: Value) -> Result<(), OverlapError> {
        if self.chunks >= self.chunks_max {
            self.put_aside()?;
        }
        let mut chunk = Vec::with_capacity(Self::CHUNK);
        chunk.push(value);
        self.held[part].chunks.push(chunk);
        self.chunks += 1;
        Ok(())
    }

    /// Empties the memory of every part into its file.
    fn put_aside(&mut self) -> Result<(), OverlapError> {
        let mut bytes = Vec::new();
        for part in 0..PARTS {
            let path = self.file(part);
            let values = &mut self.held[part];
            bytes.clear();
            values.chunks.iter().flatten().for_each(|value| value.put(&mut bytes));
            if bytes.is_empty() {
                continue;
            }
            append(&path, &bytes).map_err(|source| OverlapError::Spill { path, source })?;
            values.put_aside += bytes.len() / Value::BYTES;
            values.chunks.clear();
        }
        self.chunks = 0;
        Ok(())
    }

    fn file(&self, part: usize) -> PathBuf {
        self.folder.join(format!("{}-{part:03}", self.name))
    }

    /// Whether anything was put aside.
    pub(crate) fn is_put_aside(&self) -> bool {
        self.held.iter().any(|part| part.put_aside > 0)
    }

    /// The number of values in a part.
    pub(crate) fn len(&self, part: usize) -> usize {
        let part = &self.held[part];
        part.put_aside + part.chunks.iter().map(Vec::len).sum::<usize>()
    }

    /// The number of values of the largest part.
    pub(crate) fn largest(&self) -> usize {
        (0..PARTS).map(|part| self.len(part)).max().unwrap_or(0)
    }

    /// The values of a part.
    pub(crate) fn values(&self, part: usize) -> Result<Vec<Value>, OverlapError> {
        let mut values = Vec::with_capacity(self.len(part));
        if self.held[part].put_aside > 0 {
            let path = self.file(part);
            read(&path, self.held[part].put_aside, &mut values).map_err(|source| OverlapError::Spill { path, source })?;
        }
        self.held[part].chunks.iter().for_each(|chunk| values.extend_from_slice(chunk));
        Ok(values)
    }

    /// Forgets a range of parts, in memory and on the disk.
    pub(crate) fn forget(&mut self, parts: std::ops::Range<usize>) {
        for part in parts {
            if self.held[part].put_aside > 0 {
                // The folder goes with the run; a file that stays until then does no harm.
                let _ = std::fs::remove_file(self.file(part));
            }
            self.chunks -= self.held[part].chunks.len();
            self.held[part] = Part { chunks: Vec::new(), put_aside: 0 };
        }
    }
}

/// Appends to a file that only its owner may read.
fn append(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

fn read<Value: Fixed>(path: &Path, count: usize, values: &mut Vec<Value>) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; READ_BYTES / Value::BYTES * Value::BYTES];
    let mut left = count * Value::BYTES;
    while left > 0 {
        let wanted = left.min(buffer.len());
        file.read_exact(&mut buffer[..wanted])?;
        values.extend(buffer[..wanted].chunks_exact(Value::BYTES).map(Value::get));
        left -= wanted;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    impl Fixed for u64 {
        const BYTES: usize = 8;
        fn put(&self, bytes: &mut Vec<u8>) {
            bytes.extend_from_slice(&self.to_le_bytes());
        }
        fn get(bytes: &[u8]) -> Self {
            Self::from_le_bytes(bytes.try_into().unwrap())
        }
    }

    #[test]
    fn what_was_put_aside_comes_back_with_what_was_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut parts = Parts::new(folder.path(), "values", 1);
        let count = 3_u64 * PARTS_BYTES_MIN as u64 / 8;
        (0..count).for_each(|value| parts.push((value % 7) as usize, value).unwrap());
        assert!(parts.is_put_aside());
        assert!((0..7).any(|part| !parts.held[part].chunks.is_empty()));
        let mut all = Vec::new();
        for part in 0..PARTS {
            let values = parts.values(part).unwrap();
            assert_eq!(values.len(), parts.len(part));
            assert!(values.iter().all(|value| value % 7 == part as u64));
            all.extend(values);
        }
        all.sort_unstable();
        assert_eq!(all, (0..count).collect::<Vec<_>>());
        parts.forget(0..PARTS);
        assert_eq!((parts.chunks, parts.largest(), std::fs::read_dir(folder.path()).unwrap().count()), (0, 0, 0));
    }

    #[test]
    fn a_folder_that_is_gone_is_told() {
        let mut parts = Parts::new(Path::new("no such folder"), "values", 1);
        let written = (0..PARTS_BYTES_MIN as u64).try_for_each(|value| parts.push(0, value));
        assert!(matches!(written, Err(OverlapError::Spill { .. })));
    }
}
