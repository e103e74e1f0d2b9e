//! Cuts a stream of CSV bytes into blocks of whole records, so that blocks can be parsed side by side.
//!
//! A line end outside quotes ends a record, and outside is where an even number of quotes has gone before: that holds because
//! a quote inside a field without quotes is refused when the block is parsed.

use std::io::{self, Read};

use memchr::{memchr_iter, memrchr, memrchr_iter};

/// How many bytes a block has, unless a record needs more.
const BLOCK_BYTES: usize = 1 << 20;

/// Whole records, and where they stand in the file.
#[derive(Debug)]
pub(crate) struct Block {
    /// The bytes of the records, the last line end included where there is one.
    pub(crate) bytes: Vec<u8>,
    /// The line on which the first record begins, counted from 1.
    pub(crate) first_line: u64,
}

/// What ends a stream of blocks early.
#[derive(Debug)]
pub(crate) enum BlocksError {
    /// The stream cannot be read.
    Read(io::Error),
    /// A record that begins on this line is longer than accepted.
    TooLong { line: u64 },
    /// The stream ends inside quotes in a record among those that begin on this line.
    UnclosedQuote { line: u64 },
}

/// The blocks of a stream.
pub(crate) struct Blocks<R> {
    reader: R,
    quote: Option<u8>,
    block_bytes: usize,
    record_bytes_max: usize,
    /// Bytes read that belong to the next block.
    rest: Vec<u8>,
    next_line: u64,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Cuts `reader`; without a `quote`, every line end ends a record.
    pub(crate) fn new(reader: R, quote: Option<u8>, record_bytes_max: u64) -> Self {
        let record_bytes_max = usize::try_from(record_bytes_max).unwrap_or(usize::MAX);
        Self { reader, quote, block_bytes: BLOCK_BYTES, record_bytes_max, rest: Vec::new(), next_line: 1, ended: false }
    }

    /// The same in blocks of so many bytes.
    pub(crate) fn of_bytes(self, block_bytes: usize) -> Self {
        Self { block_bytes, ..self }
    }

    /// The next block; none at the end.
    pub(crate) fn next_block(&mut self) -> Result<Option<Block>, BlocksError> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut wanted = self.block_bytes;
        loop {
            self.fill(&mut bytes, wanted)?;
            if self.ended {
                return self.last_block(bytes);
            }
            if let Some(end) = last_record_end(&bytes, self.quote) {
                self.rest = bytes[end..].to_vec();
                bytes.truncate(end);
                return Ok(Some(self.counted(bytes)));
            }
            if bytes.len() > self.record_bytes_max {
                return Err(BlocksError::TooLong { line: self.next_line });
            }
            wanted = bytes.len() * 2;
        }
    }

    fn last_block(&mut self, bytes: Vec<u8>) -> Result<Option<Block>, BlocksError> {
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.len() > self.record_bytes_max && last_record_end(&bytes, self.quote).is_none() {
            return Err(BlocksError::TooLong { line: self.next_line });
        }
        let open = self.quote.is_some_and(|quote| memchr_iter(quote, &bytes).count() % 2 == 1);
        if open {
            return Err(BlocksError::UnclosedQuote { line: self.open_record_line(&bytes) });
        }
        Ok(Some(self.counted(bytes)))
    }

    /// The line on which the record with the open quote begins.
    fn open_record_line(&self, bytes: &[u8]) -> u64 {
        let end = last_record_end(bytes, self.quote).unwrap_or(0);
        self.next_line + memchr_iter(b'\n', &bytes[..end]).count() as u64
    }

    fn counted(&mut self, bytes: Vec<u8>) -> Block {
        let first_line = self.next_line;
        self.next_line += memchr_iter(b'\n', &bytes).count() as u64;
        Block { bytes, first_line }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> Result<(), BlocksError> {
        let missing = wanted.saturating_sub(bytes.len());
        bytes.reserve(missing + 1);
        let read = self.reader.by_ref().take(missing as u64).read_to_end(bytes).map_err(BlocksError::Read)?;
        self.ended = read < missing;
        Ok(())
    }
}

/// Where the last whole record of `bytes` ends, which begin outside quotes.
fn last_record_end(bytes: &[u8], quote: Option<u8>) -> Option<usize> {
    let Some(quote) = quote else { return memrchr(b'\n', bytes).map(|position| position + 1) };
    let mut quotes = memchr_iter(quote, bytes).count();
    let mut end = bytes.len();
    for position in memrchr_iter(quote, bytes) {
        if quotes.is_multiple_of(2)
            && let Some(newline) = memrchr(b'\n', &bytes[position..end])
        {
            return Some(position + newline + 1);
        }
        quotes -= 1;
        end = position;
    }
    memrchr(b'\n', &bytes[..end]).map(|position| position + 1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_record_ends_at_a_line_end_outside_quotes() {
        let end = |text: &str| last_record_end(text.as_bytes(), Some(b'"'));
        assert_eq!(end("a,b\nc,"), Some(4));
        assert_eq!(end("a,\"b\n"), None);
        assert_eq!(end("x\na,\"b\nc"), Some(2));
        assert_eq!(end("a,\"b\nc\"\nd"), Some(8));
        assert_eq!(end("\"\"\"\n\"\n"), Some(6));
        assert_eq!(end(""), None);
        assert_eq!(last_record_end(b"{\"\n", None), Some(3));
    }

    #[test]
    fn blocks_hold_every_byte_once_and_know_their_lines() {
        let text: String =
            (0..200_000).map(|i| if i % 7 == 0 { format!("{i},\"a\nb\"\n") } else { format!("{i},c\r\n") }).collect();
        let mut blocks = Blocks::new(text.as_bytes(), Some(b'"'), 1 << 20);
        let mut all = Vec::new();
        let mut count = 0;
        while let Some(block) = blocks.next_block().unwrap() {
            let before = memchr_iter(b'\n', &all).count() as u64;
            assert_eq!(block.first_line, before + 1);
            all.extend(block.bytes);
            count += 1;
        }
        assert!(count > 1);
        assert_eq!(all, text.as_bytes());
    }

    #[test]
    fn a_record_without_end_is_refused() {
        let text = "a\n\"".to_owned() + &"x".repeat(5000);
        assert!(matches!(
            Blocks::new(text.as_bytes(), Some(b'"'), 1000).next_block(),
            Err(BlocksError::UnclosedQuote { line: 2 })
        ));
        let text = "x".repeat(3 << 20);
        assert!(matches!(Blocks::new(text.as_bytes(), Some(b'"'), 1 << 20).next_block(), Err(BlocksError::TooLong { line: 1 })));
    }
}
