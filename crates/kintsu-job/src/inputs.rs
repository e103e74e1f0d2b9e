//! The inputs of a job: what the table reader is told, and what the run card says of them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use arrow_schema::{DataType, TimeUnit};
use kintsu_table::Input;
use xxhash_rust::xxh3::Xxh3;

use crate::card::InputCard;
use crate::error::JobError;
use crate::spec::{ColumnType, FileFormat, InputSpec};

/// What the table reader is told about an input.
pub fn table_input(spec: &InputSpec) -> Input {
    let (path, name, format) = spec.parts();
    let mut input = Input::new(path);
    if let Some(name) = name {
        input = input.named(name);
    }
    match format {
        Some(format) => input.of_format(format.into()),
        None => input,
    }
}

impl From<ColumnType> for DataType {
    fn from(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Utf8,
            ColumnType::Integer => Self::Int64,
            ColumnType::Double => Self::Float64,
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Date => Self::Date32,
            ColumnType::Timestamp => Self::Timestamp(TimeUnit::Microsecond, None),
        }
    }
}

impl ColumnType {
    /// What the text of a column of `data_type` stands for; none for types that text does not hold whole.
    pub(crate) fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Utf8 => Some(Self::Text),
            DataType::Float32 | DataType::Float64 => Some(Self::Double),
            DataType::Boolean => Some(Self::Boolean),
            DataType::Date32 => Some(Self::Date),
            DataType::Timestamp(_, None) => Some(Self::Timestamp),
            integer if integer.is_integer() && *integer != DataType::UInt64 => Some(Self::Integer),
            _ => None,
        }
    }
}

impl From<FileFormat> for kintsu_table::FileFormat {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Parquet => Self::Parquet,
            FileFormat::Csv => Self::Csv,
            FileFormat::Jsonl => Self::JsonLines,
            FileFormat::Arrow => Self::Arrow,
        }
    }
}

/// The card of an input: its size and a digest of its bytes. A folder's digest is that of its files in the order of their names.
///
/// # Errors
/// [`JobError::Unreadable`] when a file cannot be read.
pub(crate) fn input_card(input: &Input) -> Result<InputCard, JobError> {
    let name = input.data_set_name();
    let path = input.path.clone();
    if input.is_read_once() || input.is_in_memory() {
        return Ok(InputCard { name, path, bytes: None, digest: None });
    }
    let mut digest = Xxh3::new();
    let mut bytes = 0;
    for file in files_of(&path)? {
        bytes += digest_file(&file, &mut digest).map_err(|source| JobError::Unreadable { path: file.clone(), source })?;
    }
    Ok(InputCard { name, path, bytes: Some(bytes), digest: Some(format!("xxh3:{:032x}", digest.digest128())) })
}

/// The size of an input in bytes, as it lies on the disk; 0 for what is in memory already, as standard input and pipes are.
///
/// # Errors
/// [`JobError::Unreadable`] when a file cannot be looked at.
pub(crate) fn bytes_of(input: &Input) -> Result<u64, JobError> {
    if input.is_read_once() || input.is_in_memory() {
        return Ok(0);
    }
    let size = |path: PathBuf| match std::fs::metadata(&path) {
        Ok(found) => Ok(found.len()),
        Err(source) => Err(JobError::Unreadable { path, source }),
    };
    files_of(&input.path)?.into_iter().map(size).sum()
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, JobError> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let unreadable = |source| JobError::Unreadable { path: path.to_path_buf(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let inner = entry.map_err(unreadable)?.path();
        if inner.is_dir() {
            files.extend(files_of(&inner)?);
        } else {
            files.push(inner);
        }
    }
    files.sort();
    Ok(files)
}

fn digest_file(path: &Path, digest: &mut Xxh3) -> std::io::Result<u64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    let mut total = 0;
    loop {
        let read = file.read(&mut buffer)?;
        let Some(filled) = buffer.get(..read).filter(|filled| !filled.is_empty()) else { return Ok(total) };
        digest.update(filled);
        total += read as u64;
    }
}

/// A digest of what a job does: where it is written, with how many threads and how much memory, is left out.
pub(crate) fn job_digest(job: &serde_json::Value) -> String {
    let mut job = job.clone();
    if let Some(object) = job.as_object_mut() {
        for key in ["output", "overwrite", "threads", "memory"] {
            object.shift_remove(key);
        }
    }
    format!("xxh3:{:032x}", xxhash_rust::xxh3::xxh3_128(job.to_string().as_bytes()))
}
