//! The records of a linkage: a table whose rows stand in *pair order*, with ids, sources and columns ready to be compared.
//!
//! Pair order decides which record of a pair is the left one: by id within one table (integers as numbers, text bytewise), by
//! the composite id `source-__-id` as text where several tables are linked, and by table, then id, for links of exactly two
//! tables. Rows are put into that order once, so everything later only compares row numbers, and no result depends on the
//! order of the input.

mod derive;
mod ids;
mod order;
mod source;
pub(crate) mod values;

use std::sync::Arc;

use arrow_array::ArrayRef;
use kintsu_core::Stream;
use kintsu_table::{Column, ColumnData, EncodedColumn, Table};

use crate::error::LinkError;
use crate::model::LinkType;

pub use derive::{DerivedColumns, JointColumns};
pub(crate) use derive::{derive_values, one_sided};
pub use ids::{RecordIds, can_be_id};
pub use order::PairKind;
pub(crate) use values::value_type_of;

/// How a table is to be seen as records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordsOptions {
    /// The id column; none numbers the rows in the order of the input.
    pub unique_id_column: Option<String>,
    /// The column that names each record's table. Not looked at for [`LinkType::DedupeOnly`].
    pub source_dataset_column: String,
    /// Which pairs are compared.
    pub link_type: LinkType,
    /// The tables, also those without records. Of two that are linked, the one with the lesser name is the left one, as in
    /// Splink; the order given here changes nothing.
    pub sources: Vec<String>,
}

impl RecordsOptions {
    /// One table with ids in `unique_id_column`.
    pub fn deduplicate(unique_id_column: impl Into<String>) -> Self {
        Self {
            unique_id_column: Some(unique_id_column.into()),
            source_dataset_column: "source_dataset".to_owned(),
            link_type: LinkType::DedupeOnly,
            sources: Vec::new(),
        }
    }
}

/// A table in pair order.
#[derive(Debug)]
pub struct Records {
    table: Table,
    /// For each row, the row of the input that stands there; none when the input was in order.
    input_rows: Option<Vec<u32>>,
    ids: RecordIds,
    id_column: String,
    sources: Option<source::Sources>,
    source_column: String,
    pair_kind: PairKind,
    node_ranks: Option<Vec<u32>>,
    derived: DerivedColumns,
}

impl Records {
    /// Puts the rows of `table` into pair order and checks the ids.
    ///
    /// Takes O(n log n) time unless the rows are in order already; columns that are only carried are not touched.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::MissingIds`], [`LinkError::DuplicateIds`],
    /// [`LinkError::UnsupportedIdType`], [`LinkError::MissingSources`], [`LinkError::TooFewSources`].
    pub fn new(table: Table, options: &RecordsOptions) -> Result<Self, LinkError> {
        Self::build(table, options, None)
    }

    /// Puts the old rows of `table` before the new ones, so that every pair is an old record on the left and a new one on the
    /// right. `is_new` tells for each row of the input; ids need be unique among the old and among the new rows.
    ///
    /// # Errors
    /// As [`Records::new`].
    pub fn new_against_old(table: Table, options: &RecordsOptions, is_new: &[bool]) -> Result<Self, LinkError> {
        Self::build(table, options, Some(is_new))
    }

    fn build(table: Table, options: &RecordsOptions, is_new: Option<&[bool]>) -> Result<Self, LinkError> {
        let sources = source::Sources::of(&table, options)?;
        let ids = RecordIds::read(&table, options.unique_id_column.as_deref())?;
        let id_column = options.unique_id_column.clone().unwrap_or_else(|| "unique_id".to_owned());
        let ordered = match is_new {
            None => order::pair_order(&ids, sources.as_ref(), options.link_type, &id_column)?,
            Some(is_new) => order::old_before_new(&ids, sources.as_ref(), is_new, &id_column)?,
        };
        let (table, ids, sources) = match &ordered.input_rows {
            Some(rows) => (order::permute_encoded(&table, rows)?, ids.permuted(rows), sources.map(|found| found.permuted(rows))),
            None => (table, ids, sources),
        };
        Ok(Self {
            table,
            input_rows: ordered.input_rows,
            ids,
            id_column,
            sources,
            source_column: options.source_dataset_column.clone(),
            pair_kind: ordered.pair_kind,
            node_ranks: ordered.node_ranks,
            derived: DerivedColumns::default(),
        })
    }

    /// The number of records.
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// Which pairs of rows are candidates at all.
    pub fn pair_kind(&self) -> PairKind {
        self.pair_kind
    }

    /// The ids in pair order.
    pub fn ids(&self) -> &RecordIds {
        &self.ids
    }

    /// The name of the id column; `unique_id` for row numbers.
    pub fn id_column(&self) -> &str {
        &self.id_column
    }

    /// The name of the source column.
    pub fn source_column(&self) -> &str {
        &self.source_column
    }

    /// The names of the tables, in their order; empty for [`LinkType::DedupeOnly`].
    pub fn sources(&self) -> &[Arc<str>] {
        self.sources.as_ref().map_or(&[], |sources| &sources.names)
    }

    /// The table of the record at `row`, as a position in [`Records::sources`]; 0 where there is only one.
    pub fn source_of(&self, row: usize) -> u32 {
        self.sources.as_ref().map_or(0, |sources| sources.of_row[row])
    }

    /// The table of every record, when there are several.
    pub fn source_codes(&self) -> Option<&[u32]> {
        self.sources.as_ref().map(|sources| sources.of_row.as_slice())
    }

    /// The number of records of each table; one number where there is only one table.
    pub fn source_sizes(&self) -> Vec<u64> {
        self.sources.as_ref().map_or_else(|| vec![self.rows() as u64], source::Sources::sizes)
    }

    /// The number of pairs that the link type admits.
    pub fn possible_pairs(&self) -> u64 {
        let all = |n: u64| n * n.saturating_sub(1) / 2;
        match self.pair_kind {
            PairKind::Within => all(self.rows() as u64),
            PairKind::AcrossTwo { first_right } => u64::from(first_right) * (self.rows() as u64 - u64::from(first_right)),
            PairKind::Across => all(self.rows() as u64) - self.source_sizes().into_iter().map(all).sum::<u64>(),
        }
    }

    /// For each row its place in the order of cluster ids, where that is not the row order itself: links of two tables order
    /// their pairs by table but name clusters by the smallest composite id.
    pub fn node_ranks(&self) -> Option<&[u32]> {
        self.node_ranks.as_deref()
    }

    /// The row of the input that stands at `row`.
    pub fn input_row(&self, row: usize) -> u32 {
        self.input_rows.as_ref().map_or(row as u32, |rows| rows[row])
    }

    /// For each row the row of the input; none when they are the same.
    pub fn input_rows(&self) -> Option<&[u32]> {
        self.input_rows.as_deref()
    }

    /// The id as text, after the table and `-__-` where there are several tables.
    pub fn composite_id(&self, row: usize) -> String {
        match &self.sources {
            Some(sources) => format!("{}-__-{}", sources.names[sources.of_row[row] as usize], self.ids.text(row)),
            None => self.ids.text(row).into_owned(),
        }
    }

    /// 64 random bits that depend on the record's id (and table) alone, for sampling.
    pub fn random_bits(&self, row: usize, stream: Stream) -> u64 {
        match &self.sources {
            Some(_) => stream.bits(self.composite_id(row).as_bytes()),
            None => stream.bits(self.ids.text(row).as_bytes()),
        }
    }

    /// The columns: encoded ones in pair order, carried ones as they came (see [`Records::input_rows`]).
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The column called `name`, or, as DuckDB does, the one whose name differs only in case.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`].
    pub fn find(&self, name: &str) -> Result<&Column, LinkError> {
        find_column(&self.table, name, "")
    }

    /// The codes and distinct values of the column called `name`, in pair order.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], or [`LinkError::ColumnNotEncoded`] when the column was only carried.
    pub fn column(&self, name: &str) -> Result<EncodedColumn, LinkError> {
        let column = self.find(name)?;
        column.encoded().cloned().ok_or_else(|| LinkError::ColumnNotEncoded { name: column.name.to_string() })
    }

    /// The values of the column called `name` for `rows`, as an array of the column's own type.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::Output`].
    pub fn gather(&self, name: &str, rows: &[u32]) -> Result<ArrayRef, LinkError> {
        let column = self.find(name)?;
        match &column.data {
            ColumnData::Encoded(encoded) => order::gather_encoded(encoded, rows),
            ColumnData::Plain(array) => {
                let rows: Vec<u32> = rows.iter().map(|&row| self.input_row(row as usize)).collect();
                order::take_rows(array, &rows)
            }
        }
    }

    /// Makes the column called `name` one that can be compared, where it was only carried; nothing happens to others.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], and [`LinkError::Output`] for values that cannot be compared.
    pub fn encode(&mut self, name: &str) -> Result<(), LinkError> {
        let failed = |error: &dyn std::fmt::Display| LinkError::Output(error.to_string());
        let column = self.find(name)?;
        let ColumnData::Plain(array) = &column.data else { return Ok(()) };
        let encoded = Column::encode(&column.name, array).map_err(|error| failed(&error))?;
        let encoded = match &self.input_rows {
            Some(rows) => encoded.take(rows).map_err(|error| failed(&error))?,
            None => encoded,
        };
        self.table = self.table.clone().with_column(encoded).map_err(|error| failed(&error))?;
        Ok(())
    }

    /// The cache of derived columns.
    pub(crate) fn derived(&self) -> &DerivedColumns {
        &self.derived
    }
}

/// The column called `name`, exactly or up to case.
fn find_column<'a>(table: &'a Table, name: &str, wanted_by: &str) -> Result<&'a Column, LinkError> {
    table
        .column(name)
        .or_else(|| table.columns().iter().find(|column| column.name.to_lowercase() == name.to_lowercase()))
        .ok_or_else(|| LinkError::MissingColumn {
            name: name.to_owned(),
            wanted_by: wanted_by.to_owned(),
            available: table.columns().iter().map(|column| column.name.to_string()).filter(|name| !is_own(name)).collect(),
        })
}

/// Whether a column was added by a step for itself: nobody asks for it, and no message names it.
fn is_own(name: &str) -> bool {
    name.starts_with("__kintsu_")
}
