//! Files of tokens, with the columns RuleId, Token and RecordId, and of CLKs.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use kintsu_kernel::{Tokenize, tokens_schema};
use kintsu_table::{DirectFile, FileFormat, Overwrite, StagedFile, TableWriter, WriteOptions};
use kintsu_token::TokenBatch;

use crate::error::JobError;

/// Rows of a row group of a Parquet file of tokens.
const ROWS_PER_GROUP: usize = 1 << 17;

/// How fields of CSV files are put into quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quoting {
    /// Where they hold a comma, a quote or a line end.
    #[default]
    Minimal,
    /// Also where they begin with a character up to `#` or end with one up to the space.
    Java,
}

/// Some rows of a file of tokens, ready to be written.
pub(super) struct TokenRows {
    rows: u64,
    content: Content,
}

enum Content {
    Text(Vec<u8>),
    Batch(RecordBatch),
}

impl TokenRows {
    /// Lines of a CSV file.
    pub(super) fn text(rows: usize, text: Vec<u8>) -> Self {
        Self { rows: rows as u64, content: Content::Text(text) }
    }

    /// Rows of a Parquet file.
    pub(super) fn batch(batch: RecordBatch) -> Self {
        Self { rows: batch.num_rows() as u64, content: Content::Batch(batch) }
    }

    /// The room of lines that are written, to be used again.
    pub(super) fn into_room(self) -> Vec<u8> {
        match self.content {
            Content::Text(text) => text,
            Content::Batch(_) => Vec::new(),
        }
    }
}

/// A file of tokens in the making.
pub(super) struct TokenFile {
    staged: StagedFile,
    format: FileFormat,
    schema: SchemaRef,
    options: WriteOptions,
    writer: Option<Writer>,
    rows: u64,
}

enum Writer {
    Csv(DirectFile),
    Parquet(Box<TableWriter>),
}

impl TokenFile {
    /// Begins a file; the key-values go into the footer of a Parquet file.
    pub(super) fn create(
        target: &Path,
        format: FileFormat,
        overwrite: Overwrite,
        metadata: Vec<(String, String)>,
    ) -> Result<Self, JobError> {
        Self::create_with(target, format, overwrite, metadata, tokens_schema(), "Token")
    }

    /// Begins a file with other columns, of which one has no values that repeat.
    pub(super) fn create_with(
        target: &Path,
        format: FileFormat,
        overwrite: Overwrite,
        metadata: Vec<(String, String)>,
        schema: SchemaRef,
        random_column: &str,
    ) -> Result<Self, JobError> {
        let staged = StagedFile::create(target, overwrite).map_err(JobError::part)?;
        let random_columns = vec![random_column.to_owned()];
        let options = WriteOptions { metadata, random_columns, rows_per_group: Some(ROWS_PER_GROUP), direct: true };
        Ok(Self { staged, format, schema, options, writer: None, rows: 0 })
    }

    /// The rows so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes the header, which otherwise comes with the first rows.
    pub(super) fn begin(&mut self) -> Result<(), JobError> {
        if self.writer.is_some() {
            return Ok(());
        }
        let path = self.staged.path();
        self.writer = Some(if self.format == FileFormat::Parquet {
            let writer = TableWriter::create_with(path, FileFormat::Parquet, &self.schema, &self.options);
            Writer::Parquet(Box::new(writer.map_err(JobError::part)?))
        } else {
            let mut file = new_file(path)?;
            let names: Vec<&str> = self.schema.fields().iter().map(|field| field.name().as_str()).collect();
            writeln!(file, "{}", names.join(",")).map_err(|source| unwritable(path, source))?;
            Writer::Csv(file)
        });
        Ok(())
    }

    /// Writes rows.
    pub(super) fn write(&mut self, rows: &TokenRows) -> Result<(), JobError> {
        if rows.rows == 0 {
            return Ok(());
        }
        self.begin()?;
        self.rows += rows.rows;
        match (&mut self.writer, &rows.content) {
            (Some(Writer::Csv(file)), Content::Text(text)) => {
                file.write_all(text).map_err(|source| unwritable(self.staged.path(), source))
            }
            (Some(Writer::Parquet(writer)), Content::Batch(batch)) => writer.write(batch).map_err(JobError::part),
            _ => Err(JobError::Defect("rows of tokens are of another format than their file".to_owned())),
        }
    }

    /// Completes the file. A CSV file without rows is empty, unless it was begun; a Parquet file without rows is not there.
    pub(super) fn finish(mut self) -> Result<Option<StagedFile>, JobError> {
        match self.writer.take() {
            Some(Writer::Csv(file)) => drop(file.finish().map_err(|source| unwritable(self.staged.path(), source))?),
            Some(Writer::Parquet(writer)) => drop(writer.finish().map_err(JobError::part)?),
            None if self.format == FileFormat::Parquet => return Ok(None),
            None => drop(new_file(self.staged.path())?),
        }
        Ok(Some(self.staged))
    }
}

/// A text file that appears with its neighbours.
pub(super) fn staged_text(target: &Path, overwrite: Overwrite, text: &str) -> Result<StagedFile, JobError> {
    fill(StagedFile::create(target, overwrite).map_err(JobError::part)?, text)
}

/// A staged file with its text.
pub(super) fn fill(staged: StagedFile, text: &str) -> Result<StagedFile, JobError> {
    std::fs::write(staged.path(), text).map_err(|source| unwritable(staged.path(), source))?;
    Ok(staged)
}

fn new_file(path: &Path) -> Result<DirectFile, JobError> {
    let file = File::options().write(true).create_new(true).open(path).map_err(|source| unwritable(path, source))?;
    Ok(DirectFile::new(file))
}

fn unwritable(path: &Path, source: std::io::Error) -> JobError {
    JobError::Unwritable { path: path.to_path_buf(), source }
}

/// `OUTPUT` with another ending, such as `tokens.metadata.json` for `tokens.csv`.
pub(super) fn metadata_path(output: &Path) -> PathBuf {
    output.with_extension("metadata.json")
}

/// Renders tokens as rows of a file.
pub(super) struct Renderer {
    format: FileFormat,
    quoting: Quoting,
    /// For each rule its id as a field, with the comma.
    rules: Vec<ShortText>,
}

/// A text that is mostly short. Up to [`SHORT`] bytes are copied as one piece of that length, which takes an instruction or two
/// where a copy of any length takes a call.
#[derive(Default)]
struct ShortText {
    /// At least [`SHORT`] bytes, zeros behind the text.
    padded: Vec<u8>,
    length: usize,
}

const SHORT: usize = 32;

impl ShortText {
    /// Puts what `fill` appends in the place of the text.
    fn fill(&mut self, fill: impl FnOnce(&mut Vec<u8>)) {
        self.padded.clear();
        fill(&mut self.padded);
        self.length = self.padded.len();
        self.padded.resize(self.length.max(SHORT), 0);
    }

    #[inline]
    fn append_to(&self, text: &mut Vec<u8>) {
        match self.padded.first_chunk::<SHORT>() {
            Some(piece) if self.length <= SHORT => {
                text.extend_from_slice(piece);
                text.truncate(text.len() - (SHORT - self.length));
            }
            _ => text.extend_from_slice(&self.padded[..self.length]),
        }
    }
}

impl Renderer {
    /// Renders for a format; ids of rules in their order.
    pub(super) fn new(format: FileFormat, quoting: Quoting, rule_ids: &[String]) -> Self {
        let field = |id: &String| {
            let mut field = ShortText::default();
            field.fill(|text| {
                append_field(id.as_bytes(), quoting, text);
                text.push(b',');
            });
            field
        };
        Self { format, quoting, rules: rule_ids.iter().map(field).collect() }
    }

    /// The rows of a batch; lines are put into `text`, which keeps its room from batch to batch.
    pub(super) fn render(&self, tokens: &TokenBatch, kernel: &Tokenize, mut text: Vec<u8>) -> Result<TokenRows, JobError> {
        if self.format == FileFormat::Parquet {
            return Ok(TokenRows::batch(kernel.batch_of(tokens).map_err(JobError::part)?));
        }
        let (bytes, _) = tokens.tokens();
        let (ids, _) = tokens.record_ids();
        text.clear();
        text.reserve(bytes.len() + (ids.len() / tokens.records().max(1) + 16) * tokens.len() + SHORT);
        // Base64 and zeros need no quotes.
        let hashed = kernel.tokenizer().maker().makes_base64();
        let mut id_field = ShortText::default();
        let mut record_of_field = usize::MAX;
        for (position, (record, rule)) in tokens.slots().enumerate() {
            if record != record_of_field {
                record_of_field = record;
                id_field.fill(|text| {
                    text.push(b',');
                    append_field(tokens.record_id(record), self.quoting, text);
                    text.push(b'\n');
                });
            }
            self.rules[rule].append_to(&mut text);
            if hashed {
                append_in_pieces(tokens.token(position), &mut text);
            } else {
                append_field(tokens.token(position), Quoting::Minimal, &mut text);
            }
            id_field.append_to(&mut text);
        }
        Ok(TokenRows::text(tokens.len(), text))
    }
}

/// Appends a token, whose length is mostly a multiple of [`SHORT`].
#[inline]
fn append_in_pieces(token: &[u8], text: &mut Vec<u8>) {
    let (pieces, rest) = token.as_chunks::<SHORT>();
    for piece in pieces {
        text.extend_from_slice(piece);
    }
    if !rest.is_empty() {
        text.extend_from_slice(rest);
    }
}

/// Appends a field of a CSV file, in quotes where it needs them; an empty one is written as nothing.
pub(super) fn append_field(field: &[u8], quoting: Quoting, text: &mut Vec<u8>) {
    let java = quoting == Quoting::Java
        && (field.first().is_some_and(|first| *first <= b'#') || field.last().is_some_and(|last| *last <= b' '));
    if !java && !field.iter().fold(false, |found, byte| found | matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        text.extend_from_slice(field);
        return;
    }
    text.push(b'"');
    for byte in field {
        if *byte == b'"' {
            text.push(b'"');
        }
        text.push(*byte);
    }
    text.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_as_the_two_libraries_do() {
        let field = |text: &str, quoting| {
            let mut bytes = Vec::new();
            append_field(text.as_bytes(), quoting, &mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        };
        for (text, minimal, java) in [
            ("r1", "r1", "r1"),
            ("a,b", "\"a,b\"", "\"a,b\""),
            ("q\"q", "\"q\"\"q\"", "\"q\"\"q\""),
            ("  ", "  ", "\"  \""),
            ("#1", "#1", "\"#1\""),
            ("1 ", "1 ", "\"1 \""),
            ("", "", ""),
        ] {
            assert_eq!((field(text, Quoting::Minimal).as_str(), field(text, Quoting::Java).as_str()), (minimal, java));
        }
    }
}
