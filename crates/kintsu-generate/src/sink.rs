//! The files of a run: pieces go into them in order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;
use kintsu_table::{FileFormat, PieceEncoder};

use crate::error::GenerateError;
use crate::files::DataFile;
use crate::journal::Journal;
use crate::manifest::FileCard;
use crate::plan::SourceFile;
use crate::preset::{Preset, changes_schema, truth_schema};
use crate::write::Done;

/// Ids are made of random bits; days of birth and incomes are spread too evenly for anything to come back.
const RANDOM: [&str; 5] = ["record_id", "unique_id", "date_of_birth", "dob", "annual_income"];

/// What encodes pieces of each file.
pub(crate) struct Encoders {
    pub(crate) customers: PieceEncoder,
    pub(crate) truth: PieceEncoder,
    pub(crate) changes: PieceEncoder,
    pub(crate) sources: Vec<PieceEncoder>,
}

impl Encoders {
    pub(crate) fn new(preset: &dyn Preset, format: FileFormat, dated: bool) -> Result<Self, GenerateError> {
        let encoder = |schema: &SchemaRef| PieceEncoder::new(schema, format, &RANDOM);
        let sources = preset.sources().iter().map(|source| encoder(&source.schema));
        Ok(Self {
            customers: encoder(&preset.customer_schema())?,
            truth: encoder(&truth_schema())?,
            changes: encoder(&changes_schema(dated))?,
            sources: sources.collect::<Result<_, _>>()?,
        })
    }
}

/// The files in the making.
pub(crate) struct Sink {
    directory: PathBuf,
    journal: Journal,
    customers: DataFile,
    truth: DataFile,
    changes: DataFile,
    /// The file of a source that pieces go into now.
    current: Option<(usize, DataFile)>,
    finished: BTreeMap<String, FileCard>,
}

impl Sink {
    /// Begins the files in `directory`; those of sources that the journal knows are finished.
    pub(crate) fn begin(directory: &Path, extension: &str, journal: Journal, encoders: &Encoders) -> Result<Self, GenerateError> {
        let begin = |name, encoder| DataFile::begin(directory, &format!("truth/{name}.{extension}"), encoder);
        Ok(Self {
            directory: directory.to_owned(),
            customers: begin("customers", &encoders.customers)?,
            truth: begin("truth", &encoders.truth)?,
            changes: begin("changes", &encoders.changes)?,
            current: None,
            finished: journal.finished.clone(),
            journal,
        })
    }

    /// Puts what a task has made where it belongs.
    pub(crate) fn write(&mut self, done: Done, files: &[SourceFile], encoders: &Encoders) -> Result<(), GenerateError> {
        match done {
            Done::Customers(piece) => self.customers.append(piece),
            Done::Rows { file, rows, truth, changes } => {
                if let Some(rows) = rows {
                    self.file(file, files, encoders)?.append(rows)?;
                }
                self.truth.append(truth)?;
                self.changes.append(changes)
            }
        }
    }

    fn file(&mut self, file: usize, files: &[SourceFile], encoders: &Encoders) -> Result<&mut DataFile, GenerateError> {
        if self.current.as_ref().is_none_or(|(current, _)| *current != file) {
            self.end_current()?;
        }
        let begin = || {
            let SourceFile { path, source, .. } = &files[file];
            DataFile::begin(&self.directory, path, &encoders.sources[*source]).map(|begun| (file, begun))
        };
        let current = self.current.take().map_or_else(begin, Ok)?;
        Ok(&mut self.current.insert(current).1)
    }

    fn end_current(&mut self) -> Result<(), GenerateError> {
        let Some((_, file)) = self.current.take() else { return Ok(()) };
        let (path, card) = file.finish()?;
        self.journal.note(&path, &card)?;
        self.finished.insert(path, card);
        Ok(())
    }

    /// Ends all files and gives what they are.
    pub(crate) fn finish(mut self) -> Result<BTreeMap<String, FileCard>, GenerateError> {
        self.end_current()?;
        for file in [self.customers, self.truth, self.changes] {
            let (path, card) = file.finish()?;
            self.finished.insert(path, card);
        }
        self.journal.close()?;
        Ok(self.finished)
    }
}
