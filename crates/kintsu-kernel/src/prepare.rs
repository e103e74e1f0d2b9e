//! Preparing: records in pair order, with derived columns.

use arrow_array::RecordBatch;
use kintsu_link::model::Parity;
use kintsu_link::records::Records;
use kintsu_link::sql::{Expr, parse_column_expression};
use kintsu_table::{Column, ColumnData, Table};

use crate::error::KernelError;
use crate::spec::{PrepareSpec, RecordsSpec};

/// The kernel `prepare`.
#[derive(Debug)]
pub struct Prepare {
    records: RecordsSpec,
    derive: Vec<(String, Expr, Parity)>,
}

/// Records in pair order, as `prepare` leaves them: what the other kernels work on.
#[derive(Debug)]
pub struct Prepared {
    records: Records,
    derived: Vec<Column>,
}

impl Prepare {
    /// The kernel that `spec` describes.
    ///
    /// # Errors
    /// [`KernelError::Sql`] when an expression cannot be read.
    pub fn new(spec: &PrepareSpec) -> Result<Self, KernelError> {
        let derive = spec
            .derive
            .iter()
            .map(|derived| {
                Ok((derived.name.clone(), parse_column_expression(&derived.expression, derived.dialect)?, derived.parity))
            })
            .collect::<Result<_, KernelError>>()?;
        Ok(Self { records: spec.records.clone(), derive })
    }

    /// Prepares the records of `batch`, whose dictionary columns are shared and not copied.
    ///
    /// # Errors
    /// [`KernelError`] when ids are missing or repeated, or an expression cannot be computed.
    pub fn run(&self, batch: &RecordBatch) -> Result<Prepared, KernelError> {
        let prepared = Prepared::new(batch, &self.records)?;
        let derive = |(name, expression, parity): &(String, Expr, Parity)| {
            let values = prepared.records.derive(expression, *parity, &format!("the derived column {name}"))?;
            Ok(Column { name: name.as_str().into(), data: ColumnData::Encoded(values) })
        };
        let derived = self.derive.iter().map(derive).collect::<Result<_, KernelError>>()?;
        Ok(Prepared { derived, ..prepared })
    }
}

impl Prepared {
    /// Sees `batch` as records; rows that stand in pair order stay where they are.
    ///
    /// # Errors
    /// [`KernelError`] when ids are missing or repeated.
    pub fn new(batch: &RecordBatch, spec: &RecordsSpec) -> Result<Self, KernelError> {
        let table = Table::from_batch(batch)?;
        Ok(Self { records: Records::new(table, &spec.options())?, derived: Vec::new() })
    }

    /// The records.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The records, for good.
    pub fn into_records(self) -> Records {
        self.records
    }

    /// The records in pair order as one batch; columns that are only carried are put into that order here.
    ///
    /// # Errors
    /// [`KernelError::Output`] when the columns make no batch.
    pub fn to_batch(&self) -> Result<RecordBatch, KernelError> {
        let rows: Vec<u32> = (0..self.records.rows() as u32).collect();
        let in_order = |column: &Column| match &column.data {
            ColumnData::Plain(_) if self.records.input_rows().is_some() => {
                Ok(Column { name: column.name.clone(), data: ColumnData::Plain(self.records.gather(&column.name, &rows)?) })
            }
            _ => Ok(column.clone()),
        };
        let columns = self.records.table().columns().iter().map(in_order).collect::<Result<Vec<_>, KernelError>>()?;
        let all = columns.into_iter().chain(self.derived.iter().cloned()).collect();
        let table = Table::new(all).map_err(|error| KernelError::Output(error.to_string()))?;
        Ok(table.to_dictionary_batch()?)
    }
}
