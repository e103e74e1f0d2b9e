//! Files that are written past the system's cache, by a thread of their own.
//!
//! Useful for large files that are written once from front to back and are to be safe on the disk anyway before they are published:
//! copying them into the system's cache first costs it processor time, up to half of what making them costs, and pushes out what is
//! read. Not useful for files that are read again at once.
//!
//! What surprises: a file that fits into one block is written as any other, and so is all that the system, the file system or the
//! disk does not take directly; only the time differs, never the bytes.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

/// Bytes that are written at a time. Less costs more calls, and disks that are slow to answer more time.
const BLOCK_BYTES: usize = 1 << 22;

/// Blocks of a file: one is filled while one is written and one waits.
const BLOCKS: usize = 3;

/// Where blocks begin in memory, which is enough for the disks there are.
const ALIGNMENT: usize = 1 << 12;

/// A file that is written past the system's cache where that works.
///
/// [`Write::flush`] does nothing: a file is complete only after [`DirectFile::finish`].
pub struct DirectFile {
    /// The block that is filled.
    block: Block,
    target: Target,
}

enum Target {
    /// Nothing is written yet.
    File(File),
    Thread(BlockWriter),
    /// An error was handed out.
    Failed,
}

/// The thread that writes.
struct BlockWriter {
    full: SyncSender<Block>,
    written: Receiver<Block>,
    thread: JoinHandle<io::Result<File>>,
    /// Blocks there are.
    blocks: usize,
}

impl std::fmt::Debug for DirectFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DirectFile").finish_non_exhaustive()
    }
}

impl DirectFile {
    /// Writes to `file`, which is open for writing and stands at its beginning.
    pub fn new(file: File) -> Self {
        Self { block: Block::new(BLOCK_BYTES), target: Target::File(file) }
    }

    /// Hands over all bytes to the system, and gives the file back.
    ///
    /// # Errors
    /// What the system says of this write or of an earlier one.
    pub fn finish(self) -> io::Result<File> {
        match self.target {
            Target::File(mut file) => {
                file.write_all(self.block.filled())?;
                Ok(file)
            }
            Target::Thread(writer) => writer.finish(self.block),
            Target::Failed => Err(already_failed()),
        }
    }

    /// Has the full block written and takes an empty one.
    fn pass_on(&mut self) -> io::Result<()> {
        let block_bytes = self.block.length;
        let mut writer = match std::mem::replace(&mut self.target, Target::Failed) {
            Target::File(file) => BlockWriter::start(file)?,
            Target::Thread(writer) => writer,
            Target::Failed => return Err(already_failed()),
        };
        let empty = if writer.blocks < BLOCKS {
            writer.blocks += 1;
            Some(Block::new(block_bytes))
        } else {
            writer.written.recv().ok()
        };
        let Some(empty) = empty else { return Err(writer.failure()) };
        let full = std::mem::replace(&mut self.block, empty);
        if writer.full.send(full).is_err() {
            return Err(writer.failure());
        }
        self.target = Target::Thread(writer);
        Ok(())
    }
}

impl Write for DirectFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.is_full() {
            self.pass_on()?;
        }
        Ok(self.block.take(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn already_failed() -> io::Error {
    io::Error::other("the file could not be written before")
}

impl BlockWriter {
    fn start(file: File) -> io::Result<Self> {
        let (full, to_write) = sync_channel(1);
        let (returned, written) = channel();
        let thread = thread::Builder::new().name("writer".to_owned()).spawn(move || write_blocks(file, &to_write, &returned))?;
        Ok(Self { full, written, thread, blocks: 1 })
    }

    fn finish(self, last: Block) -> io::Result<File> {
        if self.full.send(last).is_err() {
            return Err(self.failure());
        }
        drop(self.full);
        self.thread.join().unwrap_or_else(|_| Err(stopped()))
    }

    /// Why the thread has ended.
    fn failure(self) -> io::Error {
        drop(self.full);
        self.thread.join().unwrap_or_else(|_| Err(stopped())).err().unwrap_or_else(stopped)
    }
}

fn stopped() -> io::Error {
    io::Error::other("the thread that writes has stopped")
}

/// Writes blocks, all of them full but the last, and gives them back.
fn write_blocks(file: File, blocks: &Receiver<Block>, written: &Sender<Block>) -> io::Result<File> {
    let mut direct = set_direct(&file, true);
    for mut block in blocks {
        // Direct writes are of whole sectors.
        if direct && !block.is_full() {
            direct = !set_direct(&file, false);
        }
        write_block(&file, block.filled(), &mut direct)?;
        block.filled = 0;
        // Nobody takes blocks back once all are handed over.
        let _ = written.send(block);
    }
    if direct {
        // What a caller still writes need not fill sectors.
        set_direct(&file, false);
    }
    Ok(file)
}

/// Writes all of `bytes`; what cannot be written directly is written as usual, and so is all that follows.
fn write_block(mut file: &File, mut bytes: &[u8], direct: &mut bool) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if *direct && error.kind() == ErrorKind::InvalidInput && set_direct(file, false) => *direct = false,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Turns direct writes on or off, and says whether that worked.
#[cfg(target_os = "linux")]
fn set_direct(file: &File, on: bool) -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    let set = |flags: OFlags| fcntl_setfl(file, if on { flags | OFlags::DIRECT } else { flags - OFlags::DIRECT });
    fcntl_getfl(file).and_then(set).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn set_direct(_: &File, _: bool) -> bool {
    false
}

/// Room for bytes that begins where direct writes may begin.
struct Block {
    room: Vec<u8>,
    begin: usize,
    length: usize,
    filled: usize,
}

impl Block {
    fn new(length: usize) -> Self {
        let room = vec![0; length + ALIGNMENT];
        let begin = room.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self { room, begin, length, filled: 0 }
    }

    fn filled(&self) -> &[u8] {
        &self.room[self.begin..self.begin + self.filled]
    }

    fn is_full(&self) -> bool {
        self.filled == self.length
    }

    /// Takes as many bytes as there is room for, and says how many.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.length - self.filled);
        let begin = self.begin + self.filled;
        self.room[begin..begin + count].copy_from_slice(&bytes[..count]);
        self.filled += count;
        count
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn with_block_bytes(file: File, block_bytes: usize) -> DirectFile {
        DirectFile { block: Block::new(block_bytes), target: Target::File(file) }
    }

    #[test]
    fn bytes_are_written_in_their_order_around_the_ends_of_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let block_bytes = 2 * ALIGNMENT;
        let lengths = [0, 1, block_bytes - 1, block_bytes, block_bytes + 1, 2 * block_bytes, 9 * block_bytes + 5];
        for (number, length) in lengths.into_iter().enumerate() {
            let bytes: Vec<u8> = (0..length).map(|place| (place * 7 + place / 251) as u8).collect();
            for piece_bytes in [1, 1000, block_bytes, 5 * block_bytes + 3] {
                let path = folder.path().join(format!("{number}_{piece_bytes}"));
                let mut file = with_block_bytes(File::create_new(&path).unwrap(), block_bytes);
                bytes.chunks(piece_bytes).for_each(|piece| file.write_all(piece).unwrap());
                file.flush().unwrap();
                let mut file = file.finish().unwrap();
                // What is written afterwards goes behind, and needs no alignment.
                file.write_all(b"end").unwrap();
                assert_eq!(std::fs::read(&path).unwrap(), [&bytes[..], b"end"].concat(), "{length} in {piece_bytes}");
            }
        }
    }

    #[test]
    fn blocks_that_no_sector_fits_are_written_as_usual() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("odd");
        let mut file = with_block_bytes(File::create_new(&path).unwrap(), 100);
        let bytes: Vec<u8> = (0..=255).cycle().take(1234).collect();
        file.write_all(&bytes).unwrap();
        drop(file.finish().unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_while_writing_or_at_the_end() {
        let full = || File::options().write(true).open("/dev/full").unwrap();
        let mut small = DirectFile::new(full());
        small.write_all(b"text").unwrap();
        assert_eq!(small.finish().unwrap_err().kind(), ErrorKind::StorageFull);

        let mut large = with_block_bytes(full(), ALIGNMENT);
        let mut failures = (0..100).filter_map(|_| large.write_all(&[7; ALIGNMENT]).err());
        assert_eq!(failures.next().unwrap().kind(), ErrorKind::StorageFull);
        assert!(failures.next().is_some());
        drop(failures);
        assert!(large.finish().is_err());
    }
}
