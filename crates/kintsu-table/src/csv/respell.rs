//! CSV as two lenient readers take it, spelt anew so that a strict reader takes it the same way.
//!
//! Where a strict reader refuses a quote in an odd place, Python's `csv` and Apache Commons CSV read on, each in its own way. The
//! bytes pass through here one after another, because only what stands before a quote says what it means; what comes out holds
//! quotes in pairs and line ends of `\n`, and is cut and parsed as any other file.

use std::io::{self, Read};

use crate::error::CsvProblem;

/// How the records of a CSV file are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsvDialect {
    /// RFC 4180. Quotes in odd places, and records of other lengths than the header, are errors.
    #[default]
    Strict,
    /// As Python's `csv` module reads a file that was opened as text: a quote inside a field is a character, what follows a closing
    /// quote belongs to the field, a quote that is never closed ends with the file, any of `\n`, `\r\n` and `\r` ends a line and
    /// is `\n` inside quotes. A field of more than 131,072 characters is an error.
    Python,
    /// As Apache Commons CSV reads its default format: a quote inside a field is a character, white space behind a closing quote is
    /// passed over and anything else there an error, and any of `\n`, `\r\n` and `\r` ends a record.
    CommonsCsv,
}

impl CsvDialect {
    /// Whether records may have fewer fields than the header, which are then missing, or more, which are then passed over.
    pub(crate) fn is_ragged(self) -> bool {
        self != Self::Strict
    }
}

/// Characters of a field that Python's reader takes at most.
const PYTHON_FIELD_CHARACTERS: usize = 131_072;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 1 << 16;

const QUOTE: u8 = b'"';

/// A record that the dialect does not take either, by the line on which it begins, counted from 1. It travels inside an
/// [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub(crate) struct Unreadable {
    pub(crate) line: u64,
    pub(crate) problem: CsvProblem,
}

/// Where in a field the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    /// In a field that did not begin with a quote.
    Plain,
    /// Inside quotes of the file.
    Quoted,
    /// Behind a quote that closes the field, unless another follows.
    Closed,
    /// Behind white space that follows a closing quote.
    Trailing,
    /// In a field outside whose quotes there is text: it is put into quotes that the file does not have.
    Requoted,
}

/// The bytes of a file in another spelling.
pub(crate) struct Respelt<R> {
    reader: R,
    delimiter: u8,
    dialect: CsvDialect,
    chunk: Vec<u8>,
    output: Vec<u8>,
    /// What of `output` is handed out already.
    taken: usize,
    /// Where the field that is being read begins in `output`: up to there nothing changes any more.
    field_start: usize,
    place: Place,
    after_return: bool,
    ended: bool,
    /// Bytes that the field may have before its characters are counted.
    length_checked: usize,
    field: usize,
    line: u64,
    record_line: u64,
}

impl<R: Read> Respelt<R> {
    pub(crate) fn new(reader: R, delimiter: u8, dialect: CsvDialect) -> Self {
        Self {
            reader,
            delimiter,
            dialect,
            chunk: vec![0; CHUNK_BYTES],
            output: Vec::with_capacity(CHUNK_BYTES * 2),
            taken: 0,
            field_start: 0,
            place: Place::Start,
            after_return: false,
            ended: false,
            length_checked: PYTHON_FIELD_CHARACTERS,
            field: 1,
            line: 1,
            record_line: 1,
        }
    }

    /// Reads and respells some more.
    fn refill(&mut self) -> io::Result<()> {
        self.output.drain(..self.taken);
        self.field_start -= std::mem::take(&mut self.taken);
        let mut chunk = std::mem::take(&mut self.chunk);
        let done = match self.reader.read(&mut chunk) {
            Ok(0) => Ok(self.end()),
            Ok(read) => Ok(self.respell(&chunk[..read])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Ok(())),
            Err(error) => Err(error),
        };
        self.chunk = chunk;
        done?.and_then(|()| self.check_length()).map_err(|problem| self.unreadable(problem))
    }

    fn unreadable(&self, problem: CsvProblem) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, Unreadable { line: self.record_line, problem })
    }

    fn respell(&mut self, bytes: &[u8]) -> Result<(), CsvProblem> {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            let length = rest.iter().position(|byte| self.is_special(*byte)).unwrap_or(rest.len());
            if length == 0 {
                self.special(*byte)?;
                rest = after;
            } else {
                let (text, after) = rest.split_at(length);
                self.text(text)?;
                rest = after;
            }
        }
        Ok(())
    }

    #[inline]
    fn is_special(&self, byte: u8) -> bool {
        byte == self.delimiter || matches!(byte, QUOTE | b'\n' | b'\r')
    }

    /// Takes bytes without meaning.
    fn text(&mut self, text: &[u8]) -> Result<(), CsvProblem> {
        self.after_return = false;
        match self.place {
            Place::Start => self.place = Place::Plain,
            Place::Closed if self.dialect == CsvDialect::Python => self.place = Place::Requoted,
            Place::Closed | Place::Trailing => {
                self.place = Place::Trailing;
                return if text.iter().copied().all(is_java_space) {
                    Ok(())
                } else {
                    Err(CsvProblem::AfterQuote { field: self.field })
                };
            }
            Place::Plain | Place::Quoted | Place::Requoted => {}
        }
        self.output.extend_from_slice(text);
        Ok(())
    }

    /// Takes a delimiter, a quote or a part of a line end.
    fn special(&mut self, byte: u8) -> Result<(), CsvProblem> {
        let after_return = std::mem::take(&mut self.after_return);
        let kept = self.place == Place::Quoted && self.dialect == CsvDialect::CommonsCsv;
        match byte {
            b'\n' if after_return => return Ok(()),
            b'\r' if !kept => self.after_return = true,
            _ => {}
        }
        let byte = if self.after_return { b'\n' } else { byte };
        self.line += u64::from(byte == b'\n');
        match (self.place, byte) {
            (Place::Start, QUOTE) => self.go_on(Place::Quoted, b"\""),
            (Place::Plain, QUOTE) => {
                self.output.insert(self.field_start, QUOTE);
                self.go_on(Place::Requoted, b"\"\"");
            }
            (Place::Quoted, QUOTE) => self.place = Place::Closed,
            (Place::Closed, QUOTE) => self.go_on(Place::Quoted, b"\"\""),
            (Place::Requoted, QUOTE) => self.go_on(Place::Requoted, b"\"\""),
            (Place::Trailing, QUOTE) => return Err(CsvProblem::AfterQuote { field: self.field }),
            (Place::Quoted, _) => self.output.push(byte),
            _ => self.end_field(byte),
        }
        Ok(())
    }

    fn go_on(&mut self, place: Place, text: &[u8]) {
        self.place = place;
        self.output.extend_from_slice(text);
    }

    /// Ends a field by what follows it.
    fn end_field(&mut self, byte: u8) {
        self.close();
        self.output.push(byte);
        self.place = Place::Start;
        self.field_start = self.output.len();
        self.length_checked = PYTHON_FIELD_CHARACTERS;
        self.field += 1;
        if byte == b'\n' {
            self.field = 1;
            self.record_line = self.line;
        }
    }

    /// Closes the quotes of a field.
    fn close(&mut self) {
        if matches!(self.place, Place::Closed | Place::Trailing | Place::Requoted) {
            self.output.push(QUOTE);
        }
    }

    fn end(&mut self) -> Result<(), CsvProblem> {
        self.ended = true;
        match (self.place, self.dialect) {
            (Place::Quoted, CsvDialect::Python) => self.output.push(QUOTE),
            (Place::Quoted, _) => return Err(CsvProblem::UnclosedQuote),
            _ => self.close(),
        }
        self.field_start = self.output.len();
        Ok(())
    }

    /// Python's limit, which keeps an open quote from swallowing a large file. Characters are counted when there can be too many,
    /// and again when so many bytes have come as characters were left.
    fn check_length(&mut self) -> Result<(), CsvProblem> {
        let field = &self.output[self.field_start..];
        if self.dialect != CsvDialect::Python || field.len() <= self.length_checked {
            return Ok(());
        }
        let characters = field.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        let left = PYTHON_FIELD_CHARACTERS.checked_sub(characters);
        self.length_checked = field.len() + left.ok_or(CsvProblem::FieldTooLong { maximum: PYTHON_FIELD_CHARACTERS })?;
        Ok(())
    }
}

/// White space of one byte, as Java's `Character.isWhitespace` has it.
fn is_java_space(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0B | 0x0C | 0x1C..=0x1F | b' ')
}

impl<R: Read> Read for Respelt<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.field_start && !self.ended {
            self.refill()?;
        }
        let ready = &self.output[self.taken..self.field_start];
        let length = ready.len().min(into.len());
        into[..length].copy_from_slice(&ready[..length]);
        self.taken += length;
        Ok(length)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(into.len());
            let (now, later) = self.0.split_at(length);
            into[..length].copy_from_slice(now);
            self.0 = later;
            Ok(length)
        }
    }

    fn respelt(text: &str, dialect: CsvDialect) -> Result<String, (u64, CsvProblem)> {
        let read = |bytes: usize| {
            let mut found = String::new();
            match Respelt::new(Dripping(text.as_bytes(), bytes), b',', dialect).read_to_string(&mut found) {
                Ok(_) => Ok(found),
                Err(error) => {
                    let found = error.into_inner().unwrap().downcast::<Unreadable>().unwrap();
                    Err((found.line, found.problem))
                }
            }
        };
        let whole = read(CHUNK_BYTES);
        for bytes in [1, 2, 3] {
            assert_eq!(read(bytes), whole, "{text:?} in pieces of {bytes}");
        }
        whole
    }

    #[test]
    fn proper_csv_stays_as_it_is() {
        for text in ["a,b\n1,\"x, \"\"y\"\"\nz\"\n,\n\"\",\"\"\"\"\n", "a", "", "\n\n", "é,\"日\"\n"] {
            for dialect in [CsvDialect::Python, CsvDialect::CommonsCsv] {
                assert_eq!(respelt(text, dialect).as_deref(), Ok(text));
            }
        }
    }

    /// What Python 3.11 makes of the text, put into quotes where a strict reader needs them.
    #[test]
    fn odd_quotes_are_read_as_python_reads_them() {
        for (text, expected) in [
            ("a,b\"c,d\n", "a,\"b\"\"c\",d\n"),
            ("a,\"b\"c,d\n", "a,\"bc\",d\n"),
            ("a,\"b,d\n", "a,\"b,d\n\""),
            ("a, \"b\",c\n", "a,\" \"\"b\"\"\",c\n"),
            ("a,\"b\"\"c\" x\"y\",d\n", "a,\"b\"\"c x\"\"y\"\"\",d\n"),
            ("a,b\rc,d\n", "a,b\nc,d\n"),
            ("\"a\r\nb\",c\r\n", "\"a\nb\",c\n"),
            ("\"a\rb\",c\r", "\"a\nb\",c\n"),
            ("a,\"b", "a,\"b\""),
            ("a,\"", "a,\"\""),
            ("a,\"b\"x", "a,\"bx\""),
            ("a,b\"", "a,\"b\"\"\""),
            ("\"a\" \"b\",c\n", "\"a \"\"b\"\"\",c\n"),
        ] {
            assert_eq!(respelt(text, CsvDialect::Python).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn odd_quotes_are_read_as_commons_csv_reads_them() {
        for (text, expected) in [
            ("a,b\"c,d\n", Ok("a,\"b\"\"c\",d\n")),
            ("a,\"b\" \t,d\r\n", Ok("a,\"b\",d\n")),
            ("\"a\r\nb\rc\",d\re,f\n", Ok("\"a\r\nb\rc\",d\ne,f\n")),
            ("x,y\r\na,\"b\"c,d\n", Err((2, CsvProblem::AfterQuote { field: 2 }))),
            ("a,\"b\" \"c\",d\n", Err((1, CsvProblem::AfterQuote { field: 2 }))),
            ("x,y\na,\"b\nc", Err((2, CsvProblem::UnclosedQuote))),
        ] {
            assert_eq!(respelt(text, CsvDialect::CommonsCsv).as_deref().map_err(Clone::clone), expected, "{text:?}");
        }
    }

    #[test]
    fn an_open_quote_does_not_swallow_a_large_file() {
        let text = format!("a,b\n1,\"{}", "é,\n".repeat(PYTHON_FIELD_CHARACTERS));
        let maximum = PYTHON_FIELD_CHARACTERS;
        let read = Respelt::new(text.as_bytes(), b',', CsvDialect::Python).read_to_end(&mut Vec::new());
        let found = read.unwrap_err().into_inner().unwrap().downcast::<Unreadable>().unwrap();
        assert_eq!((found.line, found.problem), (2, CsvProblem::FieldTooLong { maximum }));
        let most = format!("\"{}\",b\n", "é".repeat(PYTHON_FIELD_CHARACTERS - 1));
        assert_eq!(respelt(&most, CsvDialect::Python).as_ref(), Ok(&most));
    }
}
