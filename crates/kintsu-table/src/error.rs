//! What can go wrong with tables and files, as fields; messages never hold values of records.

use std::io;
use std::path::{Path, PathBuf};

use arrow_schema::DataType;
use kintsu_core::{Blame, Cancelled, Explain, hint_for_writing};

use crate::table::TableShapeError;

/// An error of reading, putting together or writing tables.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// No input was given.
    #[error("no input was given")]
    NoInput,
    /// A file or folder cannot be opened or read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file holds nothing, or a folder holds no table.
    #[error("{} is empty", path.display())]
    Empty {
        /// The file or folder.
        path: PathBuf,
    },
    /// Neither name nor content tells the format.
    #[error("the format of {} cannot be told", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A folder holds files of several formats.
    #[error("the folder {} holds files of different formats ({formats})", path.display())]
    MixedFolder {
        /// The folder.
        path: PathBuf,
        /// The formats found.
        formats: String,
    },
    /// A CSV file breaks the rules at a line.
    #[error("{}, line {line}: {problem}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// The line where the record begins, counted from 1.
        line: u64,
        /// What is wrong.
        problem: CsvProblem,
    },
    /// A JSON lines file breaks the rules at a line.
    #[error("{}, line {line}: {problem}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong, without values.
        problem: String,
    },
    /// A Parquet or Arrow file cannot be decoded.
    #[error("{} is no readable {format} file: {message}", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// `Parquet` or `Arrow`.
        format: &'static str,
        /// What the decoder says.
        message: String,
    },
    /// A file names a column twice.
    #[error("{} has more than one column called `{column}`", path.display())]
    DuplicateColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// Columns were asked for that no input has.
    #[error("no input has the column{} {}", if columns.len() == 1 { "" } else { "s" }, quoted(columns))]
    MissingColumns {
        /// The missing columns.
        columns: Vec<String>,
        /// The columns that there are.
        available: Vec<String>,
    },
    /// A column has types in two files that do not go together.
    #[error("the column `{column}` is {first_type} in {} and {second_type} in {}", first.display(), second.display())]
    TypeConflict {
        /// The column.
        column: String,
        /// The file where it stands first.
        first: PathBuf,
        /// Its type there.
        first_type: String,
        /// The file that differs.
        second: PathBuf,
        /// Its type there.
        second_type: String,
    },
    /// A column's type cannot be compared, or not be written in a format.
    #[error("the column `{column}` is of type {data_type}, which {verb}")]
    UnsupportedType {
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
        /// What cannot be done with it.
        verb: &'static str,
    },
    /// An input is larger than what is accepted.
    #[error("{} has more than {maximum} {what}", path.display())]
    Limit {
        /// The file.
        path: PathBuf,
        /// What there is too much of.
        what: &'static str,
        /// How much is accepted.
        maximum: u64,
    },
    /// A value does not fit into the type that the column has over all files.
    #[error("the column `{column}` has a value in one of the files that is no {data_type}")]
    DoesNotFit {
        /// The column.
        column: String,
        /// Its type over all files.
        data_type: String,
    },
    /// Texts are not of the type that the column is to be read as.
    #[error("the column `{column}` has {} no {}, the first in record {record} of {}", count_of(*values), in_words(data_type), path.display())]
    NotOfType {
        /// The column.
        column: String,
        /// The type that it was to have.
        data_type: DataType,
        /// How many values are not of that type; of a column that is compared, how many different ones.
        values: usize,
        /// The input with the first of them.
        path: PathBuf,
        /// The record of it, counted from 1 without the header.
        record: usize,
    },
    /// Several columns or files are wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<TableError>),
    /// The input is of a kind that is not read as a stream.
    #[error("{} is {what}, which is not read row by row", path.display())]
    NotStreamed {
        /// The file or folder.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The distinct values of a column are more than 2 GiB of text.
    #[error("the distinct values of the column `{column}` exceed 2 GiB")]
    TextTooLong {
        /// The column.
        column: String,
    },
    /// All inputs together have more rows than a table holds.
    #[error("the inputs have more than {maximum} rows together")]
    TooManyRows {
        /// How many a table holds.
        maximum: u64,
    },
    /// Two inputs were given one name.
    #[error("two inputs are called `{name}`")]
    DuplicateInputName {
        /// The name.
        name: String,
    },
    /// Columns that make no table.
    #[error(transparent)]
    Shape(#[from] TableShapeError),
    /// The run was stopped.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Arrow refused an operation that should hold: a defect.
    #[error("an operation on columns failed: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// A file or folder cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The target exists and may not be replaced.
    #[error("{} exists already", path.display())]
    TargetExists {
        /// The target.
        path: PathBuf,
    },
    /// The target may never be replaced: not what it is thought to be.
    #[error("{} is not replaced: {reason}", path.display())]
    TargetProtected {
        /// The target.
        path: PathBuf,
        /// Why it is kept.
        reason: &'static str,
    },
    /// Another process is writing to the target.
    #[error("another run is writing to {}", path.display())]
    TargetBusy {
        /// The target.
        path: PathBuf,
    },
}

fn count_of(values: usize) -> String {
    if values == 1 { "1 value that is".to_owned() } else { format!("{values} values that are") }
}

/// A type as people write it.
fn in_words(data_type: &DataType) -> String {
    match data_type {
        DataType::Int64 => "integer".to_owned(),
        DataType::Float64 => "number".to_owned(),
        DataType::Boolean => "truth value".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        other => other.to_string(),
    }
}

/// What is wrong with a CSV record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsvProblem {
    /// The record has more or fewer fields than the header.
    #[error("the record has {found} fields where the header has {expected}")]
    FieldCount {
        /// Fields of the record.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// The file ends inside a quoted field.
    #[error("a quoted field is never closed")]
    UnclosedQuote,
    /// Something stands between a closing quote and the next delimiter.
    #[error("field {field} goes on after its closing quote")]
    AfterQuote {
        /// The field, counted from 1.
        field: usize,
    },
    /// A quote stands inside a field that does not begin with one.
    #[error("field {field} holds a quote though it does not begin with one")]
    BareQuote {
        /// The field, counted from 1.
        field: usize,
    },
    /// The bytes of a field are no UTF-8.
    #[error("field {field} is not valid UTF-8")]
    NotUtf8 {
        /// The field, counted from 1.
        field: usize,
    },
    /// The record is longer than accepted.
    #[error("the record is longer than {maximum} bytes; a quote may be missing")]
    TooLong {
        /// Bytes accepted.
        maximum: u64,
    },
    /// The field is longer than the reader that is followed accepts.
    #[error("a field is longer than {maximum} characters; a quote may be missing")]
    FieldTooLong {
        /// Characters accepted.
        maximum: usize,
    },
    /// No column has a name.
    #[error("no column has a name, not even column {column}")]
    NamelessColumn {
        /// The first of them, counted from 1.
        column: usize,
    },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl TableError {
    /// One error of several, in their order; none where there are none.
    pub(crate) fn of_several(mut errors: Vec<Self>) -> Option<Self> {
        if errors.len() > 1 { Some(Self::Several(errors)) } else { errors.pop() }
    }

    /// Whether the error is of one file alone, so that others may be wrong, too.
    pub(crate) fn is_of_one_file(&self) -> bool {
        matches!(self, Self::Read { .. } | Self::Csv { .. } | Self::Json { .. } | Self::Decode { .. })
    }

    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    /// A file that cannot be written, and why.
    pub fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.to_owned(), source }
    }

    pub(crate) fn decode(path: &Path, format: &'static str, message: &dyn std::fmt::Display) -> Self {
        Self::Decode { path: path.to_owned(), format, message: message.to_string() }
    }

    pub(crate) fn unsupported(column: &str, data_type: &DataType, verb: &'static str) -> Self {
        Self::UnsupportedType { column: column.to_owned(), data_type: data_type.to_string(), verb }
    }
}

impl Explain for TableError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoInput => "KN-TABLE-001",
            Self::Read { .. } => "KN-TABLE-002",
            Self::Empty { .. } => "KN-TABLE-003",
            Self::UnknownFormat { .. } => "KN-TABLE-004",
            Self::MixedFolder { .. } => "KN-TABLE-005",
            Self::Csv { .. } => "KN-TABLE-006",
            Self::Json { .. } => "KN-TABLE-007",
            Self::Decode { .. } => "KN-TABLE-008",
            Self::DuplicateColumn { .. } => "KN-TABLE-009",
            Self::MissingColumns { .. } => "KN-TABLE-010",
            Self::TypeConflict { .. } => "KN-TABLE-011",
            Self::UnsupportedType { .. } => "KN-TABLE-012",
            Self::Limit { .. } => "KN-TABLE-013",
            Self::TextTooLong { .. } => "KN-TABLE-014",
            Self::TooManyRows { .. } => "KN-TABLE-015",
            Self::DuplicateInputName { .. } => "KN-TABLE-016",
            Self::Shape(_) => "KN-TABLE-017",
            Self::Cancelled(_) => "KN-TABLE-018",
            Self::Arrow(_) => "KN-TABLE-019",
            Self::Write { .. } => "KN-TABLE-020",
            Self::TargetExists { .. } => "KN-TABLE-021",
            Self::TargetProtected { .. } => "KN-TABLE-022",
            Self::TargetBusy { .. } => "KN-TABLE-023",
            Self::DoesNotFit { .. } => "KN-TABLE-024",
            Self::NotStreamed { .. } => "KN-TABLE-025",
            Self::NotOfType { .. } => "KN-TABLE-026",
            Self::Several(errors) => errors.first().map_or("KN-TABLE-019", Explain::code),
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoInput => "name at least one file, folder or `-` for standard input".to_owned(),
            Self::Read { source, .. } => file_hint(source),
            Self::Empty { .. } => "a table needs at least a header or a schema".to_owned(),
            Self::UnknownFormat { .. } => {
                "use an extension such as .csv, .csv.gz, .parquet, .jsonl or .arrow, or name the format".to_owned()
            }
            Self::MixedFolder { .. } => "name the files one by one, or name the format".to_owned(),
            Self::Csv { problem, .. } => csv_hint(problem).to_owned(),
            Self::Json { .. } => "every line is one object of texts, numbers, booleans, nulls or lists of them".to_owned(),
            Self::Decode { .. } => "the file may be cut short or damaged; write it again".to_owned(),
            Self::DuplicateColumn { .. } => "rename one of the two".to_owned(),
            Self::MissingColumns { columns, available } => missing_hint(columns, available),
            Self::TypeConflict { column, .. } => {
                format!("give `{column}` one type in both files, such as text; the columns of a CSV file are text")
            }
            Self::UnsupportedType { .. } => "leave the column out or convert it to text".to_owned(),
            Self::DoesNotFit { .. } => "give the column the same type in every file".to_owned(),
            Self::NotOfType { .. } => "mend the values, or let the column be read as text".to_owned(),
            Self::NotStreamed { .. } => "give one CSV or Parquet file, or standard input".to_owned(),
            Self::TextTooLong { .. } => "leave the column out of what is compared".to_owned(),
            Self::DuplicateInputName { .. } => "give each input a name of its own".to_owned(),
            Self::TargetExists { .. } => "choose another place, or replace it with --overwrite".to_owned(),
            Self::TargetProtected { .. } => "choose another place".to_owned(),
            Self::TargetBusy { .. } => "wait for it to end, or choose another place".to_owned(),
            Self::Write { source, .. } => hint_for_writing(source).map_or_else(|| file_hint(source), str::to_owned),
            Self::Limit { .. } => "split the file, or leave out what is not needed".to_owned(),
            Self::TooManyRows { .. } => "link the inputs in parts, by a column that no entity crosses".to_owned(),
            Self::Cancelled(_) => kintsu_core::CANCELLED_HINT.to_owned(),
            Self::Shape(_) | Self::Arrow(_) => kintsu_core::DEFECT_HINT.to_owned(),
            Self::Several(_) => "mend all of them".to_owned(),
        };
        Some(hint)
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Cancelled(_) => Blame::Interrupted,
            Self::Arrow(_) | Self::Shape(_) => Blame::Internal,
            _ => Blame::Input,
        }
    }

    fn parts(&self) -> Vec<&dyn Explain> {
        match self {
            Self::Several(errors) => errors.iter().map(|error| error as &dyn Explain).collect(),
            _ => Vec::new(),
        }
    }
}

/// What to do about a file or folder that cannot be read or written.
pub fn file_hint(source: &io::Error) -> String {
    let hint = match source.kind() {
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::PermissionDenied => "ask for the right to read or write there, or choose another place",
        io::ErrorKind::AlreadyExists => "a file of that name is there already: choose another place",
        io::ErrorKind::IsADirectory => "name a file, not a folder",
        io::ErrorKind::NotADirectory => "a part of the path is a file, not a folder: check the path",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space on the disk, or choose another place",
        io::ErrorKind::ReadOnlyFilesystem => "choose a place that can be written to",
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => "the file may be cut short or damaged; write it again",
        _ => "check that the path is right and the disk is sound, then try again",
    };
    hint.to_owned()
}

fn csv_hint(problem: &CsvProblem) -> &'static str {
    match problem {
        CsvProblem::FieldCount { .. } => "check the delimiter, and that fields with delimiters or line ends are quoted",
        CsvProblem::NotUtf8 { .. } => "convert the file to UTF-8",
        CsvProblem::NamelessColumn { .. } => "the first line names the columns",
        _ => "a field with a quote, a delimiter or a line end is put in quotes, and quotes in it are doubled",
    }
}

fn missing_hint(columns: &[String], available: &[String]) -> String {
    let near = columns.iter().find_map(|wanted| {
        let same = available.iter().find(|name| name.trim().eq_ignore_ascii_case(wanted.trim()))?;
        Some(format!("did you mean `{same}`?"))
    });
    near.unwrap_or_else(|| {
        let shown = &available[..available.len().min(20)];
        let more = if available.len() > shown.len() { ", ..." } else { "" };
        format!("there are {}{more}", quoted(shown))
    })
}
