//! The lengths that an Arrow file states, held against the length that it has, before anything of a stated length is made.
//!
//! Four bytes can state two gigabytes, which the reader would set aside and only then find missing. Not for what the lengths hold:
//! the reader checks that, and what a compressed buffer becomes.

use std::io::{Read, Seek, SeekFrom};

use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{root_as_footer, root_as_message};
use arrow_schema::ArrowError;

/// What stands before the length of a message in all but the oldest streams.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// The bytes at the end of a file: the length of the footer, and the mark.
const TAIL_BYTES: u64 = 10;

/// Checks every length that a file or stream states; the reader is back at its beginning then.
///
/// # Errors
/// When a length is more than what is left, and when what states it cannot be read.
pub(super) fn check_lengths<R: Read + Seek>(reader: &mut R, is_file: bool) -> Result<(), ArrowError> {
    let total = reader.seek(SeekFrom::End(0))?;
    reader.seek(SeekFrom::Start(0))?;
    let checked = if is_file { check_footer(reader, total) } else { check_messages(reader, total) };
    checked?;
    reader.seek(SeekFrom::Start(0))?;
    Ok(())
}

/// Walks over the messages of a stream.
fn check_messages<R: Read + Seek>(reader: &mut R, total: u64) -> Result<(), ArrowError> {
    let mut at = 0;
    while total - at >= 4 {
        let mut word = bytes::<4, R>(reader)?;
        at += 4;
        if word == CONTINUATION && total - at >= 4 {
            word = bytes(reader)?;
            at += 4;
        }
        let length = within(i64::from(i32::from_le_bytes(word)), total - at)?;
        if length == 0 {
            break;
        }
        let body = root_as_message(&some_bytes(reader, length)?).map_err(|error| unreadable(&error))?.bodyLength();
        at += length;
        at += within(body, total - at)?;
        reader.seek(SeekFrom::Start(at))?;
    }
    Ok(())
}

/// Looks at the blocks that the footer of a file lists.
fn check_footer<R: Read + Seek>(reader: &mut R, total: u64) -> Result<(), ArrowError> {
    within(TAIL_BYTES as i64, total)?;
    reader.seek(SeekFrom::Start(total - TAIL_BYTES))?;
    let length = read_footer_length(bytes(reader)?)? as u64;
    within(length as i64, total - TAIL_BYTES)?;
    reader.seek(SeekFrom::Start(total - TAIL_BYTES - length))?;
    let content = some_bytes(reader, length)?;
    let footer = root_as_footer(&content).map_err(|error| unreadable(&error))?;
    for block in footer.dictionaries().into_iter().chain(footer.recordBatches()).flatten() {
        let before = within(block.offset(), total)?;
        let metadata = within(i64::from(block.metaDataLength()), total - before)?;
        within(block.bodyLength(), total - before - metadata)?;
    }
    Ok(())
}

fn within(stated: i64, left: u64) -> Result<u64, ArrowError> {
    let fits = u64::try_from(stated).ok().filter(|stated| *stated <= left);
    fits.ok_or_else(|| ArrowError::IpcError(format!("a length of {stated} bytes is stated where {left} are left")))
}

fn bytes<const LENGTH: usize, R: Read>(reader: &mut R) -> Result<[u8; LENGTH], ArrowError> {
    let mut bytes = [0; LENGTH];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The next `length` bytes, which are there.
fn some_bytes<R: Read>(reader: &mut R, length: u64) -> Result<Vec<u8>, ArrowError> {
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(error: &impl std::fmt::Display) -> ArrowError {
    ArrowError::IpcError(format!("a message cannot be read: {error}"))
}
