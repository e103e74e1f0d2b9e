//! Parses whole CSV records into one text array a column.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use arrow_buffer::{BooleanBufferBuilder, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use memchr::{memchr, memchr_iter, memchr3};

use crate::error::CsvProblem;

const QUOTE: u8 = b'"';

/// How the records of a file are laid out, and which of their fields are wanted.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// What stands between fields.
    pub(crate) delimiter: u8,
    /// How many fields each record has.
    pub(crate) fields: usize,
    /// For each field, its place among the wanted columns.
    pub(crate) wanted: Vec<Option<usize>>,
    /// How many columns are wanted.
    pub(crate) columns: usize,
    /// Whether records may have fewer fields than the header, which are then missing, or more, which are then passed over.
    pub(crate) ragged: bool,
}

/// The wanted columns of a block.
pub(crate) struct ParsedBlock {
    /// Text arrays of equal length.
    pub(crate) columns: Vec<ArrayRef>,
    /// Their length.
    pub(crate) rows: usize,
    /// For each column the rows that end before it, in order; only where records may be ragged.
    pub(crate) missing: Vec<Vec<u32>>,
}

/// A record that breaks the rules, by the line on which it begins, counted from 0 at the start of the block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) line: u64,
    pub(crate) problem: CsvProblem,
}

/// Where a field ended.
enum After {
    /// At a delimiter: the record goes on at this position.
    Field(usize),
    /// At a line end or the end of the block: the next record begins at this position.
    Record(usize),
}

/// A field: its bytes, whether it stood in quotes, and what comes after.
struct Field<'a> {
    bytes: &'a [u8],
    quoted: bool,
    after: After,
}

/// The wanted columns of all records of `block`.
pub(crate) fn parse_block(block: &[u8], layout: &Layout) -> Result<ParsedBlock, Broken> {
    let mut missing: Vec<Vec<u32>> = vec![Vec::new(); layout.columns];
    let mut columns: Vec<TextColumn> = (0..layout.columns).map(|_| TextColumn::default()).collect();
    let mut scratch = Vec::new();
    let mut position = 0;
    let mut rows = 0;
    let broken = |start: usize, problem| Broken { line: memchr_iter(b'\n', &block[..start]).count() as u64, problem };
    let all_text = std::str::from_utf8(block).is_ok();
    while position < block.len() {
        let start = position;
        if let Some(next) = blank_line(block, position)
            && (layout.fields > 1 || layout.ragged)
        {
            position = next;
            continue;
        }
        let mut index = 0;
        loop {
            let field =
                next_field(block, position, layout.delimiter, index, &mut scratch).map_err(|problem| broken(start, problem))?;
            if !all_text && std::str::from_utf8(field.bytes).is_err() {
                return Err(broken(start, CsvProblem::NotUtf8 { field: index + 1 }));
            }
            if let Some(Some(column)) = layout.wanted.get(index) {
                columns[*column].push(field.bytes, field.quoted);
            }
            index += 1;
            match field.after {
                After::Field(next) => position = next,
                After::Record(next) => {
                    position = next;
                    break;
                }
            }
        }
        if index != layout.fields {
            if !layout.ragged {
                return Err(broken(start, CsvProblem::FieldCount { found: index, expected: layout.fields }));
            }
            for column in layout.wanted.iter().skip(index).flatten() {
                missing[*column].push(rows as u32);
                columns[*column].push(b"", false);
            }
        }
        rows += 1;
    }
    let arrays = columns.into_iter().map(TextColumn::finish).collect::<Option<Vec<_>>>();
    // The bytes were checked above, and a block is far below the 2 GiB that text offsets reach.
    arrays.map(|columns| ParsedBlock { columns, rows, missing }).ok_or_else(|| broken(0, CsvProblem::NotUtf8 { field: 1 }))
}

/// The fields of the first record of `block` and where the next one begins; blank lines before it are skipped.
pub(crate) fn parse_record(block: &[u8], delimiter: u8) -> Result<(Vec<String>, usize), Broken> {
    let mut position = 0;
    while let Some(next) = blank_line(block, position) {
        position = next;
    }
    let line = memchr_iter(b'\n', &block[..position]).count() as u64;
    let mut fields = Vec::new();
    let mut scratch = Vec::new();
    while position < block.len() {
        let field =
            next_field(block, position, delimiter, fields.len(), &mut scratch).map_err(|problem| Broken { line, problem })?;
        let text = std::str::from_utf8(field.bytes);
        fields.push(text.map_err(|_| Broken { line, problem: CsvProblem::NotUtf8 { field: fields.len() + 1 } })?.to_owned());
        match field.after {
            After::Field(next) => position = next,
            After::Record(next) => return Ok((fields, next)),
        }
    }
    Ok((fields, position))
}

fn blank_line(block: &[u8], position: usize) -> Option<usize> {
    match block.get(position)? {
        b'\n' => Some(position + 1),
        b'\r' if block.get(position + 1) == Some(&b'\n') => Some(position + 2),
        _ => None,
    }
}

fn next_field<'a>(
    block: &'a [u8],
    position: usize,
    delimiter: u8,
    index: usize,
    scratch: &'a mut Vec<u8>,
) -> Result<Field<'a>, CsvProblem> {
    if block.get(position) == Some(&QUOTE) {
        return quoted_field(block, position + 1, delimiter, index, scratch);
    }
    let rest = block.get(position..).unwrap_or_default();
    let Some(length) = memchr3(delimiter, b'\n', QUOTE, rest) else {
        let bytes = rest.strip_suffix(b"\r").unwrap_or(rest);
        return Ok(Field { bytes, quoted: false, after: After::Record(block.len()) });
    };
    let bytes = &rest[..length];
    let next = position + length + 1;
    match rest[length] {
        b'\n' => Ok(Field { bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes), quoted: false, after: After::Record(next) }),
        byte if byte == delimiter => Ok(Field { bytes, quoted: false, after: After::Field(next) }),
        _ => Err(CsvProblem::BareQuote { field: index + 1 }),
    }
}

/// The field whose opening quote stands before `start`.
fn quoted_field<'a>(
    block: &'a [u8],
    start: usize,
    delimiter: u8,
    index: usize,
    scratch: &'a mut Vec<u8>,
) -> Result<Field<'a>, CsvProblem> {
    scratch.clear();
    let mut from = start;
    loop {
        let close = from + memchr(QUOTE, &block[from..]).ok_or(CsvProblem::UnclosedQuote)?;
        if block.get(close + 1) == Some(&QUOTE) {
            scratch.extend_from_slice(&block[from..=close]);
            from = close + 2;
            continue;
        }
        let after = after_quote(block, close + 1, delimiter).ok_or(CsvProblem::AfterQuote { field: index + 1 })?;
        let bytes = if from == start {
            &block[start..close]
        } else {
            scratch.extend_from_slice(&block[from..close]);
            scratch
        };
        return Ok(Field { bytes, quoted: true, after });
    }
}

fn after_quote(block: &[u8], position: usize, delimiter: u8) -> Option<After> {
    match block.get(position) {
        None => Some(After::Record(position)),
        Some(byte) if *byte == delimiter => Some(After::Field(position + 1)),
        Some(b'\r') if position + 1 == block.len() => Some(After::Record(position + 1)),
        Some(_) => blank_line(block, position).map(After::Record),
    }
}

/// A text array in the making.
#[derive(Default)]
struct TextColumn {
    bytes: Vec<u8>,
    ends: Vec<i32>,
    /// Rows that are null, in order.
    nulls: Vec<u32>,
}

impl TextColumn {
    fn push(&mut self, bytes: &[u8], quoted: bool) {
        if bytes.is_empty() && !quoted {
            self.nulls.push(self.ends.len() as u32);
        }
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len() as i32);
    }

    fn finish(self) -> Option<ArrayRef> {
        let rows = self.ends.len();
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        offsets.extend(self.ends);
        let nulls = (!self.nulls.is_empty()).then(|| {
            let mut valid = BooleanBufferBuilder::new(rows);
            valid.append_n(rows, true);
            self.nulls.iter().for_each(|row| valid.set_bit(*row as usize, false));
            NullBuffer::new(valid.finish())
        });
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        Some(Arc::new(StringArray::try_new(offsets, Buffer::from_vec(self.bytes), nulls).ok()?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use arrow_array::cast::AsArray;

    use super::*;

    fn parse(text: &[u8], fields: usize) -> Result<Vec<Vec<Option<String>>>, Broken> {
        parse_with(text, fields, false)
    }

    fn parse_with(text: &[u8], fields: usize, ragged: bool) -> Result<Vec<Vec<Option<String>>>, Broken> {
        let layout = Layout { delimiter: b',', fields, wanted: (0..fields).map(Some).collect(), columns: fields, ragged };
        let ParsedBlock { columns: arrays, rows, .. } = parse_block(text, &layout)?;
        let cell = |row: usize, array: &ArrayRef| {
            let array = array.as_string::<i32>();
            arrow_array::Array::is_valid(array, row).then(|| array.value(row).to_owned())
        };
        Ok((0..rows).map(|row| arrays.iter().map(|array| cell(row, array)).collect()).collect())
    }

    fn record(fields: &[Option<&str>]) -> Vec<Option<String>> {
        fields.iter().map(|field| field.map(str::to_owned)).collect()
    }

    #[test]
    fn fields_as_the_rules_have_them() {
        for (text, expected) in [
            ("a,b\n", vec![record(&[Some("a"), Some("b")])]),
            ("a,b", vec![record(&[Some("a"), Some("b")])]),
            ("a,\"b\"\r", vec![record(&[Some("a"), Some("b")])]),
            ("a,\r\n\"\",b\n", vec![record(&[Some("a"), None]), record(&[Some(""), Some("b")])]),
            (",\n", vec![record(&[None, None])]),
            ("a,", vec![record(&[Some("a"), None])]),
            ("\n\r\na,b\n\n", vec![record(&[Some("a"), Some("b")])]),
            ("\"a,\"\"b\"\"\",\"c\nd\"\n", vec![record(&[Some("a,\"b\""), Some("c\nd")])]),
            ("\"\"\"\",\" \"\n", vec![record(&[Some("\""), Some(" ")])]),
            ("a\rb,c\u{0}d\n", vec![record(&[Some("a\rb"), Some("c\u{0}d")])]),
        ] {
            assert_eq!(parse(text.as_bytes(), 2).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn ragged_records_are_filled_up_and_cut_off_where_that_is_allowed() {
        let found = parse_with(b"a\nb,c,d\ne,f\n", 2, true).unwrap();
        assert_eq!(found, [record(&[Some("a"), None]), record(&[Some("b"), Some("c")]), record(&[Some("e"), Some("f")])]);
        let layout = Layout { delimiter: b',', fields: 3, wanted: vec![Some(0), None, Some(1)], columns: 2, ragged: true };
        let parsed = parse_block(b"a,b,\na\na,b\n", &layout).unwrap();
        assert_eq!(parsed.missing, [vec![], vec![1, 2]]);
    }

    #[test]
    fn one_column_keeps_its_nulls() {
        assert_eq!(parse(b"a\n\n\"\"\n", 1).unwrap(), [record(&[Some("a")]), record(&[None]), record(&[Some("")])]);
    }

    #[test]
    fn broken_records_say_where_and_why() {
        for (text, line, problem) in [
            ("a,b\n\"x\ny\",d\nc\n", 3, CsvProblem::FieldCount { found: 1, expected: 2 }),
            ("a,b,c\n", 0, CsvProblem::FieldCount { found: 3, expected: 2 }),
            ("a,b\"c\n", 0, CsvProblem::BareQuote { field: 2 }),
            ("a,b\n\"a\"b,c\n", 1, CsvProblem::AfterQuote { field: 1 }),
            ("a,\"b\n", 0, CsvProblem::UnclosedQuote),
        ] {
            assert_eq!(parse(text.as_bytes(), 2).unwrap_err(), Broken { line, problem }, "{text:?}");
        }
        assert_eq!(parse(b"a,b\na,\xff\n", 2).unwrap_err(), Broken { line: 1, problem: CsvProblem::NotUtf8 { field: 2 } });
    }

    #[test]
    fn the_header_stands_on_the_first_line_that_is_not_blank() {
        assert_eq!(parse_record(b"\n\r\na,\"b \"\"c\"\n1,2\n", b',').unwrap(), (vec!["a".to_owned(), "b \"c".to_owned()], 13));
        assert_eq!(parse_record(b"a;b", b';').unwrap().0, ["a", "b"]);
        assert!(parse_record(b"", b',').unwrap().0.is_empty());
    }
}
