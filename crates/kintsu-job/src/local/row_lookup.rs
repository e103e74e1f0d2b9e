//! From the ids in foreign tables to rows.
//!
//! Ids are compared as they are written. A table of millions of rows names few records, so each that it names is looked up once, by the
//! codes of its columns.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{ArrayRef, UInt32Array, UInt64Array};
use arrow_buffer::ScalarBuffer;
use arrow_select::take::take;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use kintsu_core::RunContext;
use kintsu_link::records::Records;
use kintsu_table::{EncodedColumn, NULL_CODE};
use rayon::prelude::*;

use super::clusters::defect;
use super::foreign_table::{ROWS_AT_ONCE, each_text, encoded, text_of};
use crate::error::JobError;

/// What stands between a table and an id.
const SEPARATOR: &str = "-__-";

/// Rows by their ids.
#[derive(Debug)]
pub(crate) struct RowLookup<'a> {
    pub(super) records: &'a Records,
    /// Rows, by the hash of their composite ids.
    rows: HashTable<u32>,
    hasher: RandomState,
}

/// The record that each row of a table names.
pub(super) struct NamedRecords {
    /// A code a row, [`NULL_CODE`] where it has no id.
    codes: ScalarBuffer<u32>,
    /// For each code, the row of the record.
    rows: Vec<Option<u32>>,
}

impl NamedRecords {
    /// The row of the record that the row `place` of the table names; none where there is no such record.
    pub(super) fn at(&self, place: usize) -> Option<u32> {
        *self.rows.get(self.codes[place] as usize)?
    }

    /// Whether the row `place` of the table has an id.
    pub(super) fn has_id(&self, place: usize) -> bool {
        self.codes[place] != NULL_CODE
    }
}

impl<'a> RowLookup<'a> {
    /// Takes time and memory linear in the records. Of two records with one composite id the later one is found.
    pub(crate) fn new(records: &'a Records) -> Self {
        let hasher = RandomState::default();
        let id_hash = |row: usize| hasher.hash_one(records.composite_id(row).as_str());
        let hashes: Vec<u64> = (0..records.rows()).into_par_iter().map(id_hash).collect();
        let mut rows = HashTable::with_capacity(hashes.len());
        for (row, hash) in hashes.iter().enumerate() {
            let same_id = |known: &u32| {
                let known = *known as usize;
                hashes[known] == *hash && records.composite_id(known) == records.composite_id(row)
            };
            match rows.entry(*hash, same_id, |known| hashes[*known as usize]) {
                Entry::Occupied(mut known) => *known.get_mut() = row as u32,
                Entry::Vacant(place) => drop(place.insert(row as u32)),
            }
        }
        Self { records, rows, hasher }
    }

    /// The number of records.
    pub(crate) fn records(&self) -> usize {
        self.records.rows()
    }

    /// Whether ids are whole numbers.
    pub(crate) fn has_whole_ids(&self) -> bool {
        self.records.ids().array().data_type().is_integer()
    }

    /// The row of an id, in the table called `source` where there are several. Without a table the id must be of one only.
    pub(crate) fn row(&self, source: Option<&str>, id: &str) -> Option<u32> {
        let sources = self.records.sources();
        match source {
            _ if sources.is_empty() => self.find(id),
            Some(source) => self.find(&format!("{source}{SEPARATOR}{id}")),
            None => self.find(id).or_else(|| {
                let mut found = sources.iter().filter_map(|source| self.find(&format!("{source}{SEPARATOR}{id}")));
                let first = found.next();
                first.filter(|_| found.next().is_none())
            }),
        }
    }

    fn find(&self, composite: &str) -> Option<u32> {
        self.rows.find(self.hasher.hash_one(composite), |row| self.is_called(*row as usize, composite)).copied()
    }

    /// Whether `composite` is the composite id of `row`.
    fn is_called(&self, row: usize, composite: &str) -> bool {
        let id = match self.records.sources().get(self.records.source_of(row) as usize) {
            None => Some(composite),
            Some(source) => composite.strip_prefix(&**source).and_then(|rest| rest.strip_prefix(SEPARATOR)),
        };
        id.is_some_and(|id| id == self.records.ids().text(row))
    }

    /// The records that a table names by the column `ids`, in the tables that the column `sources` says, and in the one called
    /// `fallback` where it says none.
    pub(super) fn named(
        &self,
        ids: &EncodedColumn,
        sources: Option<&EncodedColumn>,
        fallback: Option<&str>,
        ctx: &RunContext,
    ) -> Result<NamedRecords, JobError> {
        let (names, sources) = match sources.filter(|_| !self.records.sources().is_empty()) {
            None => (Names::of_ids(ids), Vec::new()),
            Some(sources) => (Names::of_both(ids, sources)?, text_of(&sources.values)?),
        };
        let source = |code: u32| sources.get(code as usize).and_then(Option::as_deref).or(fallback);
        Ok(NamedRecords { rows: self.rows_of(&names.distinct, &ids.values, source, ctx)?, codes: names.codes })
    }

    /// The rows of records by their names, which are codes: of a table that `source` knows, and of one of the `ids`.
    fn rows_of<'s>(
        &self,
        names: &[(u32, u32)],
        ids: &ArrayRef,
        source: impl Fn(u32) -> Option<&'s str> + Sync,
        ctx: &RunContext,
    ) -> Result<Vec<Option<u32>>, JobError> {
        let some_rows = |names: &[(u32, u32)]| {
            ctx.check()?;
            let mut rows = Vec::with_capacity(names.len());
            let mut sources = names.iter().map(|(code, _)| source(*code));
            let ids = take(ids, &UInt32Array::from_iter_values(names.iter().map(|(_, id)| *id)), None).map_err(defect)?;
            each_text(&ids, |id| {
                let source = sources.next().flatten();
                rows.push(id.and_then(|id| self.row(source, id)));
            })?;
            Ok(rows)
        };
        Ok(names.par_chunks(ROWS_AT_ONCE).map(some_rows).collect::<Result<Vec<_>, JobError>>()?.concat())
    }
}

/// How a table names records.
struct Names {
    /// The distinct names, by the codes of their tables and of their ids. The code of no table is beyond all others.
    distinct: Vec<(u32, u32)>,
    /// For each row the code of its name; [`NULL_CODE`] where it has no id.
    codes: ScalarBuffer<u32>,
}

impl Names {
    fn of_ids(ids: &EncodedColumn) -> Self {
        Self { distinct: (0..ids.values.len() as u32).map(|id| (NULL_CODE, id)).collect(), codes: ids.codes.clone() }
    }

    /// The names that stand in two columns together.
    fn of_both(ids: &EncodedColumn, sources: &EncodedColumn) -> Result<Self, JobError> {
        let (ids_distinct, no_source) = (ids.values.len() as u64, sources.values.len() as u32);
        let together = |(id, source): (&u32, &u32)| {
            (*id != NULL_CODE).then(|| u64::from(*source.min(&no_source)) * ids_distinct + u64::from(*id))
        };
        let numbers: UInt64Array = ids.codes.iter().zip(&sources.codes[..]).map(together).collect();
        let EncodedColumn { codes, values } = encoded("record", &(Arc::new(numbers) as ArrayRef))?;
        let apart = |number: &u64| ((number / ids_distinct) as u32, (number % ids_distinct) as u32);
        Ok(Self { distinct: values.as_primitive::<UInt64Type>().values().iter().map(apart).collect(), codes })
    }
}

/// One value as text; none where null.
pub(crate) fn column_text(records: &Records, column: &str, row: usize) -> Result<Option<String>, JobError> {
    let array = records.gather(column, &[row as u32]).map_err(JobError::part)?;
    Ok(text_of(&array)?.into_iter().next().flatten())
}
