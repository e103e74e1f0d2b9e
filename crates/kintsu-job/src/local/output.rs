//! Where the tables of a run go: into the run directory in the making, or into memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use kintsu_core::RunContext;
use kintsu_table::{FileFormat, HeldTable, Overwrite, StagedDirectory, TableWriter};

use crate::card::FileCard;
use crate::codes::code_note;
use crate::error::JobError;
use crate::spec::JobSpec;

/// How many rows are written at once.
const ROWS_PER_BATCH: usize = 1 << 17;

/// Where the tables that steps make go.
pub(super) trait Tables {
    /// Opens a table called `name` for batches like `like`.
    fn open(&self, name: &str, like: &RecordBatch) -> Result<OpenTable, JobError>;

    /// Completes a table.
    fn close(&mut self, name: &str, table: OpenTable) -> Result<(), JobError>;

    /// Whether a table called `name` is complete already.
    fn has(&self, name: &str) -> bool;

    /// Takes a whole table called `name`.
    fn write(&mut self, name: &str, batch: &RecordBatch) -> Result<(), JobError> {
        let mut table = self.open(name, batch)?;
        let mut start = 0;
        while start < batch.num_rows() {
            let rows = ROWS_PER_BATCH.min(batch.num_rows() - start);
            table.write(&batch.slice(start, rows))?;
            start += rows;
        }
        self.close(name, table)
    }
}

/// A table in the making.
pub(super) enum OpenTable {
    /// In a file.
    File(Box<TableWriter>),
    /// In memory.
    Memory(SchemaRef, Vec<RecordBatch>),
}

impl OpenTable {
    /// Adds rows.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), JobError> {
        match self {
            Self::File(file) => file.write(batch).map_err(JobError::part),
            Self::Memory(_, batches) => {
                batches.push(batch.clone());
                Ok(())
            }
        }
    }
}

/// Tables in memory, by their names, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct TablesInMemory(pub(super) Vec<(String, HeldTable)>);

impl Tables for TablesInMemory {
    fn open(&self, _: &str, like: &RecordBatch) -> Result<OpenTable, JobError> {
        Ok(OpenTable::Memory(like.schema(), Vec::new()))
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    fn close(&mut self, name: &str, table: OpenTable) -> Result<(), JobError> {
        match table {
            OpenTable::Memory(schema, batches) => {
                self.0.push((name.to_owned(), HeldTable::new(schema, batches)));
                Ok(())
            }
            OpenTable::File(_) => Err(JobError::Defect(format!("the table `{name}` is not in memory"))),
        }
    }
}

/// A run directory that nobody sees until it is published.
#[derive(Debug)]
pub(super) struct Output {
    staged: StagedDirectory,
    format: FileFormat,
    files: BTreeMap<String, FileCard>,
    /// Finished files on their way to the disk while the run goes on, so that publishing has less to wait for.
    syncing: Vec<JoinHandle<()>>,
    /// The numbers that files could not hold: file, column, how many.
    not_numbers: Vec<(String, String, u64)>,
}

impl Output {
    /// Makes the hidden folder in which the run directory comes to be.
    pub(super) fn create(job: &JobSpec) -> Result<Self, JobError> {
        let target = job.output.as_deref().ok_or_else(|| JobError::Defect("no run directory is named".to_owned()))?;
        let overwrite = if job.overwrite { Overwrite::ReplaceHolding("run.json") } else { Overwrite::Refuse };
        let staged = StagedDirectory::create(target, overwrite).map_err(JobError::part)?;
        let format = job.file_format.map_or(FileFormat::Parquet, FileFormat::from);
        Ok(Self { staged, format, files: BTreeMap::new(), syncing: Vec::new(), not_numbers: Vec::new() })
    }

    /// The format of the data files.
    pub(super) fn format(&self) -> FileFormat {
        self.format
    }

    /// The data files so far.
    pub(super) fn files(&self) -> &BTreeMap<String, FileCard> {
        &self.files
    }

    /// Says which numbers the files could not hold.
    pub(super) fn warn_of_not_numbers(&self, ctx: &RunContext) {
        for (file, column, count) in &self.not_numbers {
            let numbers = if *count == 1 { "number is" } else { "numbers are" };
            let message = format!(
                "in the column `{column}` of {file}, {count} {numbers} NaN or infinite, for which JSON has no word, and null in the file"
            );
            ctx.warn("KN-W-TABLE-004", message, code_note("KN-W-TABLE-004").map(|note| note.hint.to_owned()));
        }
    }

    /// Writes a text file.
    pub(super) fn write_text(&self, name: &str, text: &str) -> Result<(), JobError> {
        let path = self.path(name)?;
        std::fs::write(&path, text).map_err(|source| JobError::Unwritable { path, source })
    }

    /// Puts the run directory in its place.
    pub(super) fn publish(self) -> Result<PathBuf, JobError> {
        for file in self.syncing {
            let _ = file.join();
        }
        self.staged.publish().map_err(JobError::part)
    }

    /// The path of a file in the making; folders above it are made.
    fn path(&self, name: &str) -> Result<PathBuf, JobError> {
        let path = self.staged.file(name);
        if let Some(folder) = path.parent().filter(|folder| *folder != self.staged.path()) {
            make_folder(folder)?;
        }
        Ok(path)
    }
}

impl Tables for Output {
    /// Opens a data file called `name`, to which its ending is added.
    fn open(&self, name: &str, like: &RecordBatch) -> Result<OpenTable, JobError> {
        let path = self.path(&format!("{name}.{}", self.format.extension()))?;
        let file = TableWriter::create(&path, self.format, &like.schema()).map_err(JobError::part)?;
        Ok(OpenTable::File(Box::new(file)))
    }

    fn has(&self, name: &str) -> bool {
        self.files.contains_key(&format!("{name}.{}", self.format.extension()))
    }

    fn close(&mut self, name: &str, table: OpenTable) -> Result<(), JobError> {
        let OpenTable::File(file) = table else { return Err(JobError::Defect(format!("the table `{name}` is in no file"))) };
        let written = file.finish().map_err(JobError::part)?;
        let file = format!("{name}.{}", self.format.extension());
        self.not_numbers.extend(written.not_numbers.into_iter().map(|(column, count)| (file.clone(), column, count)));
        self.files.insert(file, FileCard { rows: written.rows });
        // Publishing synchronises every file again and reports what fails.
        self.syncing.push(std::thread::spawn(move || drop(File::open(written.path).and_then(|file| file.sync_all()))));
        Ok(())
    }
}

fn make_folder(folder: &Path) -> Result<(), JobError> {
    std::fs::create_dir_all(folder).map_err(|source| JobError::Unwritable { path: folder.to_path_buf(), source })
}

/// A column's name as the name of a file: letters, digits, `_`, `-` and `.` stay, everything else becomes `_`.
pub(super) fn file_name(column: &str) -> String {
    let safe = |letter: char| if letter.is_alphanumeric() || "_-.".contains(letter) { letter } else { '_' };
    column.chars().map(safe).collect::<String>().trim_start_matches('.').to_owned()
}
