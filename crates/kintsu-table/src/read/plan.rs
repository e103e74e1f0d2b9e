//! What will be read: files opened, columns united, types settled, all of it before the first row.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::StringArray;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::RunContext;

use super::arrow_file::ArrowFile;
use super::batches::BatchFile;
use super::csv_file::CsvFile;
use super::expected_rows;
use super::file::{InputFile, Partition, files_of};
use super::held::HeldFile;
use super::json_file::JsonFile;
use super::parquet::ParquetFile;
use super::sink::Sink;
use super::unite::unite;
use crate::column::{Column, EncodedColumn};
use crate::encode::{ROWS_MAX, encoded_type};
use crate::error::TableError;
use crate::format::FileFormat;
use crate::input::{ColumnChoice, Input, ReadOptions};

/// A file that is opened, its rows not yet read.
pub(super) struct OpenFile {
    path: PathBuf,
    /// The position of the input it belongs to.
    pub(super) input: usize,
    pub(super) columns: Vec<FileColumn>,
    /// Columns that the file itself has not, with the value of all its rows.
    pub(super) partitions: Vec<Partition>,
    pub(super) rows: Rows,
    /// Whether its text may stand for something else, because the format knows nothing but text.
    all_text: bool,
}

/// A column of a file.
pub(super) struct FileColumn {
    pub(super) name: String,
    pub(super) data_type: DataType,
}

/// How the rows of a file come.
pub(super) enum Rows {
    Parquet(ParquetFile),
    Batches(BatchFile),
}

impl OpenFile {
    /// Opens `file`; a JSON file is read as far as needed for its schema, or whole.
    pub(super) fn open(file: &InputFile, options: &ReadOptions, schema_only: bool) -> Result<Self, TableError> {
        let rows = match file.format {
            _ if file.table.is_some() => Rows::Batches(BatchFile::Held(HeldFile::open(file, options.columns_max)?)),
            FileFormat::Parquet => Rows::Parquet(ParquetFile::open(file, options.columns_max)?),
            FileFormat::Csv => Rows::Batches(BatchFile::Csv(CsvFile::open(file, options)?)),
            FileFormat::JsonLines => Rows::Batches(BatchFile::Json(JsonFile::open(file, options, schema_only)?)),
            FileFormat::Arrow => Rows::Batches(BatchFile::Arrow(ArrowFile::open(file, options.columns_max)?)),
        };
        let schema = rows.schema();
        let mut seen = HashSet::new();
        if let Some(twice) = schema.fields().iter().find(|field| !seen.insert(field.name())) {
            return Err(TableError::DuplicateColumn { path: file.path.clone(), column: twice.name().clone() });
        }
        let partitions = file.partitions.iter().filter(|(name, _)| !seen.contains(name)).cloned().collect();
        let columns =
            schema.fields().iter().map(|field| FileColumn { name: field.name().clone(), data_type: field.data_type().clone() });
        let all_text = file.format == FileFormat::Csv;
        Ok(Self { path: file.path.clone(), input: file.input, columns: columns.collect(), partitions, rows, all_text })
    }
}

impl Rows {
    fn schema(&self) -> SchemaRef {
        match self {
            Self::Parquet(file) => Arc::clone(file.schema()),
            Self::Batches(file) => file.schema(),
        }
    }

    fn known(&self) -> Option<u64> {
        match self {
            Self::Parquet(file) => Some(file.rows()),
            Self::Batches(file) => file.rows(),
        }
    }
}

/// A column of the table to be.
struct PlannedColumn {
    name: String,
    data_type: DataType,
    encode: bool,
    /// The first file that has it, and its type there.
    first: (PathBuf, DataType),
    /// Its position in each file.
    positions: Vec<Option<usize>>,
}

/// What will be read.
pub(super) struct Plan {
    pub(super) files: Vec<OpenFile>,
    columns: Vec<PlannedColumn>,
    /// For each file, the name of its data set.
    data_sets: Vec<String>,
    /// For each file, its columns that are the same in all rows.
    partitions: Vec<Vec<Partition>>,
    rows_known: Option<u64>,
    /// The columns of text that become integers where all their values are.
    pub(super) integers: Vec<String>,
    source_column: Option<String>,
}

impl Plan {
    pub(super) fn make(inputs: &[Input], options: &ReadOptions, context: &RunContext) -> Result<Self, TableError> {
        if inputs.is_empty() {
            return Err(TableError::NoInput);
        }
        let names = data_set_names(inputs)?;
        warn_of_numbers(inputs, &names, context);
        let (mut files, mut broken) = (Vec::new(), Vec::new());
        for (position, input) in inputs.iter().enumerate() {
            let opened = match files_of(input, position) {
                Ok(found) => found.iter().map(|file| OpenFile::open(file, options, false)).collect(),
                Err(error) => vec![Err(error)],
            };
            context.check()?;
            for file in opened {
                match file {
                    Ok(file) => files.push(file),
                    // The others are looked at all the same, so that all that are broken are told at once.
                    Err(error) if error.is_of_one_file() => broken.push(error),
                    Err(error) => return Err(error),
                }
            }
        }
        if let Some(error) = TableError::of_several(broken) {
            return Err(error);
        }
        let rows_known = files.iter().map(|file| file.rows.known()).sum::<Option<u64>>();
        if rows_known.is_some_and(|rows| rows > ROWS_MAX) {
            return Err(TableError::TooManyRows { maximum: ROWS_MAX });
        }
        let integers = integers_wanted(&files, options);
        let columns = unite_columns(&files, options, &integers, context)?;
        check_names(&columns, &files, options)?;
        let made = options.source_dataset_column.as_ref().filter(|name| columns.iter().all(|column| column.name != **name));
        let plan = Self {
            columns: wanted_columns(columns, options)?,
            data_sets: files.iter().map(|file| names[file.input].clone()).collect(),
            partitions: files.iter().map(|file| file.partitions.clone()).collect(),
            files,
            rows_known,
            integers,
            source_column: made.cloned(),
        };
        plan.warn_of_gaps(options, context);
        Ok(plan)
    }

    /// The columns of the table and their types.
    pub(super) fn schema(&self) -> SchemaRef {
        let field = |column: &PlannedColumn| Field::new(&column.name, column.data_type.clone(), true);
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }

    pub(super) fn rows_known(&self) -> Option<u64> {
        self.rows_known
    }

    /// Gives the sinks of columns that the file at `position` lacks what `rows` of its rows have there: the name of the data set, the
    /// value of a folder, or nothing.
    pub(super) fn fill(&self, position: usize, sinks: &mut [Sink], rows: usize, options: &ReadOptions) -> Result<(), TableError> {
        for (sink, column) in sinks.iter_mut().zip(&self.columns).filter(|(_, column)| column.positions[position].is_none()) {
            let of_folder = self.partitions[position].iter().find(|(name, _)| *name == column.name);
            match of_folder.and_then(|(_, value)| value.as_deref()) {
                Some(value) => sink.push_text(value, rows)?,
                None if options.source_dataset_column.as_ref() == Some(&column.name) => {
                    sink.push_text(self.data_set(position), rows)?;
                }
                None => sink.push_nulls(rows)?,
            }
        }
        Ok(())
    }

    /// The name of the data set of the file at `position`.
    pub(super) fn data_set(&self, position: usize) -> &str {
        &self.data_sets[position]
    }

    /// For each column of the table, where it stands in the file at `position`.
    pub(super) fn positions(&self, position: usize) -> Vec<Option<usize>> {
        self.columns.iter().map(|column| column.positions[position]).collect()
    }

    /// A sink for each column.
    pub(super) fn sinks(&self) -> Result<Vec<Sink>, TableError> {
        let rows = expected_rows(self.rows_known.unwrap_or(0));
        self.columns
            .iter()
            .map(|column| {
                if column.encode {
                    Sink::encoding(&column.name, &column.data_type, rows)
                } else {
                    Ok(Sink::carrying(&column.name, &column.data_type))
                }
            })
            .collect()
    }

    /// What gathers the name of each row's data set, when that column has to be made.
    pub(super) fn source_sink(&self) -> Option<SourceSink> {
        self.source_column.as_ref().map(|name| SourceSink { name: name.clone(), codes: Vec::new(), names: Vec::new() })
    }

    fn warn_of_gaps(&self, options: &ReadOptions, context: &RunContext) {
        let source = options.source_dataset_column.as_ref();
        for (position, file) in self.files.iter().enumerate() {
            let missing: Vec<String> = self
                .columns
                .iter()
                .filter(|column| column.positions[position].is_none() && Some(&column.name) != source)
                .filter(|column| file.partitions.iter().all(|(name, _)| *name != column.name))
                .map(|column| format!("`{}`", column.name))
                .collect();
            if !missing.is_empty() {
                let message = format!("{} has no {}; filled with nulls", file.path.display(), missing.join(", "));
                context.warn("KN-W-TABLE-001", message, None);
            }
        }
    }
}

/// The names of the data sets, different from each other: a name that comes from a file is numbered when it comes again.
///
/// # Errors
/// [`TableError::DuplicateInputName`] where two inputs were given one name.
pub fn data_set_names(inputs: &[Input]) -> Result<Vec<String>, TableError> {
    let mut given = HashSet::new();
    if let Some(twice) = inputs.iter().filter_map(|input| input.name.as_ref()).find(|name| !given.insert(name.as_str())) {
        return Err(TableError::DuplicateInputName { name: twice.clone() });
    }
    let mut taken: HashSet<String> = given.into_iter().map(str::to_owned).collect();
    let mut names = Vec::with_capacity(inputs.len());
    for input in inputs {
        let stem = input.data_set_name();
        let mut numbered = (2..=inputs.len() + 1).map(|number| format!("{stem}_{number}"));
        let name = match &input.name {
            Some(_) => stem,
            None if !taken.contains(&stem) => stem,
            None => numbered.find(|name| !taken.contains(name)).unwrap_or(stem),
        };
        taken.insert(name.clone());
        names.push(name);
    }
    Ok(names)
}

/// Says which inputs are called otherwise than their files.
fn warn_of_numbers(inputs: &[Input], names: &[String], context: &RunContext) {
    for (input, name) in inputs.iter().zip(names) {
        let stem = input.data_set_name();
        if *name != stem {
            let message = format!("more than one input is called `{stem}`; {} is called `{name}`", input.path.display());
            context.warn("KN-W-TABLE-002", message, Some("give each input a name of its own".to_owned()));
        }
    }
}

/// The columns that may become integers: those that are text in a file that could say otherwise stay text.
fn integers_wanted(files: &[OpenFile], options: &ReadOptions) -> Vec<String> {
    let is_text =
        |column: &FileColumn| encoded_type(&column.data_type) == Some(DataType::Utf8) && column.data_type != DataType::Null;
    let says_text = |file: &OpenFile, name: &String| file.columns.iter().any(|column| column.name == *name && is_text(column));
    let stay = |name: &&String| files.iter().any(|file| !file.all_text && says_text(file, name));
    options.integers.iter().filter(|name| !stay(name)).cloned().collect()
}

fn unite_columns(
    files: &[OpenFile],
    options: &ReadOptions,
    integers: &[String],
    context: &RunContext,
) -> Result<Vec<PlannedColumn>, TableError> {
    let mut columns: Vec<PlannedColumn> = Vec::new();
    let mut found: HashMap<&str, usize> = HashMap::new();
    for (position, file) in files.iter().enumerate() {
        let of_folders = file.partitions.iter().map(|(name, _)| (None, name, &DataType::Utf8));
        let own = file.columns.iter().enumerate().map(|(place, column)| (Some(place), &column.name, &column.data_type));
        for (place, name, data_type) in own.chain(of_folders) {
            let encoded = encoded_type(data_type).filter(|_| *data_type != DataType::Null);
            let data_type = encoded.unwrap_or_else(|| data_type.clone());
            if let Some(&index) = found.get(name.as_str()) {
                let wanted = options.types.iter().find(|(typed, _)| typed == name).map(|(_, data_type)| data_type);
                let number = integers.contains(name).then_some(&DataType::Int64);
                let joined = join_column(&mut columns[index], &data_type, wanted.or(number), file);
                carry_as_text(joined, &mut columns[index], &data_type, context)?;
                columns[index].positions[position] = place;
                continue;
            }
            found.insert(name, columns.len());
            let mut positions = vec![None; files.len()];
            positions[position] = place;
            columns.push(PlannedColumn {
                name: name.clone(),
                encode: options.encode.has(name) || options.source_dataset_column.as_ref() == Some(name),
                first: (file.path.clone(), data_type.clone()),
                data_type,
                positions,
            });
        }
    }
    Ok(columns)
}

/// Makes room in `column` for values of `data_type`; where `text_is` says so, text is read as that type beside values that are no text.
fn join_column(
    column: &mut PlannedColumn,
    data_type: &DataType,
    text_is: Option<&DataType>,
    file: &OpenFile,
) -> Result<(), TableError> {
    let united = match (&column.data_type, data_type) {
        (DataType::Utf8, DataType::Utf8 | DataType::Null) | (DataType::Null, DataType::Utf8) => Some(DataType::Utf8),
        (DataType::Utf8, other) | (other, DataType::Utf8) => text_is.and_then(|text_is| unite(text_is, other)),
        (left, right) => unite(left, right),
    };
    column.data_type = united.ok_or_else(|| TableError::TypeConflict {
        column: column.name.clone(),
        first: column.first.0.clone(),
        first_type: column.first.1.to_string(),
        second: file.path.clone(),
        second_type: data_type.to_string(),
    })?;
    if column.first.1 == DataType::Null {
        column.first = (file.path.clone(), data_type.clone());
    }
    Ok(())
}

/// Lets a column that nothing looks at pass as text where its types do not go together; one that is looked at stays an error.
fn carry_as_text(
    joined: Result<(), TableError>,
    column: &mut PlannedColumn,
    data_type: &DataType,
    context: &RunContext,
) -> Result<(), TableError> {
    let castable = |data_type: &DataType| !data_type.is_nested() && arrow_cast::can_cast_types(data_type, &DataType::Utf8);
    match joined {
        Err(error @ TableError::TypeConflict { .. }) if !column.encode && castable(data_type) && castable(&column.data_type) => {
            let hint = "give it one type in every file to keep its type";
            context.warn("KN-W-TABLE-003", format!("{error}; it is carried as text"), Some(hint.to_owned()));
            column.data_type = DataType::Utf8;
            Ok(())
        }
        joined => joined,
    }
}

fn check_names(columns: &[PlannedColumn], files: &[OpenFile], options: &ReadOptions) -> Result<(), TableError> {
    let known: HashSet<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let made = options.source_dataset_column.as_deref();
    let mut missing: Vec<String> = Vec::new();
    for choice in [&options.encode, &options.carry] {
        if let ColumnChoice::Names(names) = choice {
            let unknown = names.iter().filter(|name| !known.contains(name.as_str()) && made != Some(name.as_str()));
            missing.extend(unknown.filter(|name| !missing.contains(name)).cloned().collect::<Vec<_>>());
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let available = files.iter().flat_map(|file| &file.columns).map(|column| column.name.clone());
    let mut seen = HashSet::new();
    Err(TableError::MissingColumns { columns: missing, available: available.filter(|name| seen.insert(name.clone())).collect() })
}

/// The columns that are encoded or carried, their types settled.
fn wanted_columns(columns: Vec<PlannedColumn>, options: &ReadOptions) -> Result<Vec<PlannedColumn>, TableError> {
    let wanted = columns.into_iter().filter(|column| column.encode || options.carry.has(&column.name));
    wanted
        .map(|mut column| {
            match encoded_type(&column.data_type) {
                Some(data_type) => column.data_type = data_type,
                None if column.encode => {
                    return Err(TableError::unsupported(&column.name, &column.data_type, "cannot be compared"));
                }
                None => {}
            }
            Ok(column)
        })
        .collect()
}

/// Gathers the name of each row's data set.
pub(super) struct SourceSink {
    name: String,
    codes: Vec<u32>,
    names: Vec<String>,
}

impl SourceSink {
    pub(super) fn push_name(&mut self, name: &str, rows: usize) {
        if rows == 0 {
            return;
        }
        let code = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        self.codes.resize(self.codes.len() + rows, code as u32);
    }

    pub(super) fn finish(self) -> Column {
        let values = Arc::new(StringArray::from(self.names));
        Column::from_encoded(&self.name, EncodedColumn { codes: self.codes.into(), values })
    }
}
