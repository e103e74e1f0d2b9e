//! What is read: files by path, and how.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};
use bytes::Bytes;

use crate::error::TableError;
use crate::format::FileFormat;

/// A table in memory, as Arrow batches of one schema. Cloning shares the buffers.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldTable {
    /// The columns of every batch.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Arc<[RecordBatch]>,
}

impl HeldTable {
    /// The batches, each of which has the columns of `schema`.
    pub fn new(schema: SchemaRef, batches: impl Into<Arc<[RecordBatch]>>) -> Self {
        Self { schema, batches: batches.into() }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// A file, a folder of files of one format, standard input (`-`), or a table in memory.
#[derive(Debug, Clone)]
pub struct Input {
    /// The name of the data set; the file's name without its extension when there is none.
    pub name: Option<String>,
    /// The file or folder, or `-`.
    pub path: PathBuf,
    /// The format, when name and content shall not decide.
    pub format: Option<FileFormat>,
    /// The whole content, when it was loaded already.
    pub(crate) content: Option<Bytes>,
    /// The rows themselves, when they are in memory as Arrow batches.
    pub(crate) table: Option<HeldTable>,
}

impl Input {
    /// The input at `path`, its name and format told by the path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { name: None, path: path.into(), format: None, content: None, table: None }
    }

    /// What is in memory already, read as standard input would be.
    pub fn held(content: impl Into<Bytes>) -> Self {
        Self { content: Some(content.into()), ..Self::new("-") }
    }

    /// A table in memory, which errors call `path`; its buffers are shared, not copied.
    pub fn of_table(path: impl Into<PathBuf>, table: HeldTable) -> Self {
        Self { table: Some(table), ..Self::new(path) }
    }

    /// Whether the rows are in memory already, as a table or as what was given to [`Input::held`].
    pub fn is_in_memory(&self) -> bool {
        self.table.is_some() || self.content.is_some()
    }

    /// The same input under a name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The same input in a format.
    pub fn of_format(mut self, format: FileFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Whether this is standard input.
    pub fn is_standard_input(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    /// Whether the content can be read only once: that of standard input and of pipes.
    pub fn is_read_once(&self) -> bool {
        self.is_standard_input() || std::fs::metadata(&self.path).is_ok_and(|found| !found.is_file() && !found.is_dir())
    }

    /// Reads standard input or a pipe to its end, so that it can be looked at more than once; nothing happens for other inputs.
    ///
    /// # Errors
    /// [`TableError::Read`] when it cannot be read.
    pub fn load_standard_input(&mut self) -> Result<(), TableError> {
        if self.content.is_some() || !self.is_read_once() {
            return Ok(());
        }
        let mut content = Vec::new();
        let read = if self.is_standard_input() {
            std::io::stdin().lock().read_to_end(&mut content)
        } else {
            std::fs::File::open(&self.path).and_then(|mut pipe| pipe.read_to_end(&mut content))
        };
        read.map_err(|source| TableError::read(&self.path, source))?;
        self.content = Some(content.into());
        Ok(())
    }

    /// The name of the data set: the given one, else the file's name up to its extensions, `stdin` for standard input.
    pub fn data_set_name(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None if self.is_standard_input() => "stdin".to_owned(),
            None => file_stem(&self.path),
        }
    }
}

fn file_stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let unpacked = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    match FileFormat::from_path(path) {
        Some(_) => unpacked.rsplit_once('.').map_or(unpacked, |(stem, _)| stem).to_owned(),
        None => name.into_owned(),
    }
}

/// Which columns something is done with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ColumnChoice {
    /// Every column.
    #[default]
    All,
    /// No column.
    None,
    /// These; each must stand in at least one input.
    Names(Vec<String>),
}

impl ColumnChoice {
    /// These columns.
    pub fn names<Name: Into<String>>(names: impl IntoIterator<Item = Name>) -> Self {
        Self::Names(names.into_iter().map(Into::into).collect())
    }

    /// Whether the column called `name` is chosen.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Names(names) => names.iter().any(|chosen| chosen == name),
        }
    }
}

/// How inputs become a table.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Columns that become distinct values and codes.
    pub encode: ColumnChoice,
    /// Of the other columns, those carried as plain arrays; the rest is not read.
    pub carry: ColumnChoice,
    /// Columns of CSV files that become integers when every value, nulls aside, is an integer as it is usually written: no
    /// plus, no leading zeros, within 64 bits. Meant for ids, so that they order as numbers. A column that another format holds as text stays text, in CSV
    /// files beside it, too. Names no input has are ignored.
    pub integers: Vec<String>,
    /// The types of columns that some formats hold as text, such as every column of a CSV file: text is read as that type, what is
    /// not text stays as it is. Names no input has are ignored.
    pub types: Vec<(String, DataType)>,
    /// A column that says which input a row comes from; made where an input lacks it, always encoded, and first.
    pub source_dataset_column: Option<String>,
    /// What stands between the fields of CSV files; none means a tab for `.tsv` and a comma for everything else.
    pub delimiter: Option<u8>,
    /// How long one CSV record or JSON line may be, in bytes.
    pub record_bytes_max: u64,
    /// How many columns one file may have.
    pub columns_max: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            encode: ColumnChoice::All,
            carry: ColumnChoice::None,
            integers: Vec::new(),
            types: Vec::new(),
            source_dataset_column: None,
            delimiter: None,
            record_bytes_max: 256 << 20,
            columns_max: 100_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_sets_are_named_after_files() {
        assert_eq!(Input::new("a/people.csv.gz").data_set_name(), "people");
        assert_eq!(Input::new("people.v2.parquet").data_set_name(), "people.v2");
        assert_eq!(Input::new("folder.d").data_set_name(), "folder.d");
        assert_eq!(Input::new("-").data_set_name(), "stdin");
        assert_eq!(Input::new("a.csv").named("b").data_set_name(), "b");
    }
}
