//! Tables as Arrow batches, which pass the border in both directions without copies.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use kintsu_core::RunContext;
use kintsu_job::{FileFormat, JobError, Problem};
use kintsu_table::{ColumnChoice, HeldTable, Input, ReadOptions, TableWriter};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};
use pyo3_arrow::input::AnyRecordBatch;

use crate::error;
use crate::running::{Surroundings, run};

/// So many rows are written at once, so that writing can be stopped between them.
const ROWS_AT_ONCE: usize = 1 << 17;

/// A table in memory; whatever speaks the Arrow C stream interface can take it.
#[pyclass(frozen, module = "kintsu._native")]
pub(crate) struct Table {
    held: HeldTable,
}

impl Table {
    pub(crate) fn new(held: HeldTable) -> Self {
        Self { held }
    }

    /// The batches.
    pub(crate) fn held(&self) -> &HeldTable {
        &self.held
    }

    /// Takes over what anything with the Arrow C stream or array interface gives.
    ///
    /// The interpreter is released: what stands behind the stream may need it, in threads of its own.
    pub(super) fn taken_from(py: Python<'_>, given: &Bound<'_, PyAny>) -> PyResult<HeldTable> {
        if let Ok(table) = given.cast::<Self>() {
            return Ok(table.get().held.clone());
        }
        let reader = given.extract::<AnyRecordBatch>()?.into_reader()?;
        let taken = py.detach(|| {
            let schema = reader.schema();
            reader.collect::<Result<Vec<_>, ArrowError>>().map(|batches| HeldTable::new(schema, batches))
        });
        taken.map_err(|failed| {
            let problem = Problem::new("KN-PY-040", format!("the data cannot be read: {failed}"));
            error::job_exception(py, &JobError::problem(problem))
        })
    }
}

#[pymethods]
impl Table {
    /// Takes over the batches of anything with the Arrow C stream interface.
    #[staticmethod]
    fn from_arrow(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self::new(Self::taken_from(py, data)?))
    }

    /// The number of rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.held.rows()
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.held.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The first rows.
    fn head(&self, rows: usize) -> Self {
        let mut left = rows;
        let first = self.held.batches.iter().map(|batch| {
            let taken = left.min(batch.num_rows());
            left -= taken;
            batch.slice(0, taken)
        });
        let first: Vec<RecordBatch> = first.filter(|batch| batch.num_rows() > 0).collect();
        Self::new(HeldTable::new(SchemaRef::clone(&self.held.schema), first))
    }

    /// The first rows as text; none where null.
    fn texts(&self, py: Python<'_>, rows: usize) -> PyResult<Vec<Vec<Option<String>>>> {
        let mut texts = Vec::new();
        for batch in self.held.batches.iter() {
            let batch = batch.slice(0, batch.num_rows().min(rows - texts.len()));
            let added = texts_of(&batch).map_err(|failed| error::job_exception(py, &JobError::Defect(failed.to_string())))?;
            texts.extend(added);
        }
        Ok(texts)
    }

    /// A table that was written by pickling.
    #[staticmethod]
    fn from_stream(py: Python<'_>, stream: &[u8]) -> PyResult<Self> {
        let read = py.detach(|| {
            let reader = StreamReader::try_new(stream, None)?;
            let schema = reader.schema();
            reader.collect::<Result<Vec<_>, ArrowError>>().map(|batches| HeldTable::new(schema, batches))
        });
        read.map(Self::new).map_err(|failed| {
            let problem = Problem::new("KN-PY-040", format!("the pickled table cannot be read: {failed}"));
            error::job_exception(py, &JobError::problem(problem))
        })
    }

    /// What pickle keeps: the rows as a stream of Arrow's interprocess format.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let stream = py.detach(|| stream_of(&self.held));
        let stream = stream.map_err(|failed| error::job_exception(py, &JobError::Defect(failed.to_string())))?;
        Ok((py.get_type::<Self>().getattr("from_stream")?, (PyBytes::new(py, &stream),)))
    }

    fn __len__(&self) -> usize {
        self.held.rows()
    }

    /// The schema as others see it.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, plain_schema(&self.held.schema).as_ref())?)
    }

    /// The rows as a stream of batches; columns that are dictionaries here are plain there, as they came in.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = plain_schema(&self.held.schema);
        let field = Field::new_struct("", schema.fields().clone(), false);
        let (batches, count) = (Arc::clone(&self.held.batches), self.held.batches.len());
        let arrays = (0..count).map(move |at| plain_rows(&batches[at], &schema));
        Ok(to_stream_pycapsule(py, Box::new(ArrayIterator::new(arrays, Arc::new(field))), requested_schema)?)
    }
}

fn stream_of(table: &HeldTable) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::new(), &table.schema)?;
    for batch in table.batches.iter() {
        writer.write(batch)?;
    }
    writer.into_inner()
}

fn texts_of(batch: &RecordBatch) -> Result<Vec<Vec<Option<String>>>, ArrowError> {
    let options = FormatOptions::default();
    let columns = batch.columns().iter().map(|array| Ok((array, ArrayFormatter::try_new(array, &options)?)));
    let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
    let row = |row: usize| columns.iter().map(|(array, text)| array.is_valid(row).then(|| text.value(row).to_string())).collect();
    Ok((0..batch.num_rows()).map(row).collect())
}

fn plain_schema(schema: &Schema) -> SchemaRef {
    let plain = |field: &Arc<Field>| match field.data_type() {
        DataType::Dictionary(_, values) => Arc::new(field.as_ref().clone().with_data_type(values.as_ref().clone())),
        _ => Arc::clone(field),
    };
    Arc::new(Schema::new(schema.fields().iter().map(plain).collect::<Vec<_>>()))
}

fn plain_rows(batch: &RecordBatch, schema: &SchemaRef) -> Result<ArrayRef, ArrowError> {
    let plain = batch.columns().iter().zip(schema.fields()).map(|(array, field)| match array.data_type() {
        DataType::Dictionary(..) => cast(array, field.data_type()),
        _ => Ok(Arc::clone(array)),
    });
    let batch = RecordBatch::try_new(SchemaRef::clone(schema), plain.collect::<Result<_, _>>()?)?;
    Ok(Arc::new(StructArray::from(batch)))
}

/// Reads the file or folder at `path` as the command does, every column as it stands there.
#[pyfunction]
pub(crate) fn read_table(py: Python<'_>, path: PathBuf, surroundings: &str) -> PyResult<Table> {
    let surroundings = Surroundings::read(surroundings).map_err(|failed| error::job_exception(py, &failed))?;
    let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..ReadOptions::default() };
    let read = |ctx: &RunContext| {
        let table = kintsu_table::read(&[Input::new(&path)], &options, ctx).map_err(JobError::part)?;
        let batch = table.to_dictionary_batch().map_err(JobError::part)?;
        Ok(HeldTable::new(batch.schema(), vec![batch]))
    };
    Ok(Table::new(run(py, &surroundings, read)?))
}

/// Writes `table` to the file at `path` in a format: parquet, csv, jsonl or arrow. Columns that are dictionaries here are plain there.
#[pyfunction]
pub(crate) fn write_table(py: Python<'_>, table: &Bound<'_, Table>, path: PathBuf, format: &str) -> PyResult<()> {
    let held = table.get().held.clone();
    run(py, &Surroundings::default(), |ctx| {
        let format = super::read::<FileFormat>("the format", &format!("\"{format}\""))?.into();
        let mut file = TableWriter::create(&path, format, &held.schema).map_err(JobError::part)?;
        for batch in held.batches.iter() {
            for start in (0..batch.num_rows()).step_by(ROWS_AT_ONCE) {
                ctx.check().map_err(JobError::Cancelled)?;
                let rows = ROWS_AT_ONCE.min(batch.num_rows() - start);
                file.write(&batch.slice(start, rows)).map_err(JobError::part)?;
            }
        }
        file.finish().map(drop).map_err(JobError::part)
    })
}
