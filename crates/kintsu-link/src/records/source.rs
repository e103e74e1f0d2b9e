//! Which table each record comes from.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::DataType;
use kintsu_table::{ColumnData, NULL_CODE, Table};

use super::{RecordsOptions, find_column};
use crate::error::LinkError;
use crate::model::LinkType;

/// The tables, by name, and the table of each row.
#[derive(Debug, Clone)]
pub(super) struct Sources {
    pub(super) names: Vec<Arc<str>>,
    pub(super) of_row: Vec<u32>,
}

impl Sources {
    /// Reads the source column; none when the link type has no use for it.
    pub(super) fn of(table: &Table, options: &RecordsOptions) -> Result<Option<Self>, LinkError> {
        if options.link_type == LinkType::DedupeOnly {
            return Ok(None);
        }
        let column = find_column(table, &options.source_dataset_column, "the link type")?;
        let (codes, values) = match &column.data {
            ColumnData::Encoded(encoded) => (encoded.codes.to_vec(), text_values(&encoded.values)?),
            ColumnData::Plain(array) => encode_plain(array)?,
        };
        let missing = codes.iter().filter(|&&code| code == NULL_CODE).count();
        if missing > 0 {
            return Err(LinkError::MissingSources { column: column.name.to_string(), rows: missing });
        }
        let found = Self::ordered(&codes, &values, &options.sources);
        if options.link_type == LinkType::LinkOnly && found.names.len() < 2 {
            return Err(LinkError::TooFewSources { column: column.name.to_string(), sources: found.names.len() });
        }
        Ok(Some(found))
    }

    /// Numbers the tables, listed or found, by name: Splink too takes the table with the lesser name for the left one of two, in
    /// whatever order they were given.
    fn ordered(codes: &[u32], values: &[Arc<str>], listed: &[String]) -> Self {
        let mut used = vec![false; values.len()];
        for &code in codes {
            used[code as usize] = true;
        }
        let mut names: Vec<Arc<str>> = listed.iter().map(|name| Arc::from(name.as_str())).collect();
        let mut others: Vec<Arc<str>> = values
            .iter()
            .zip(&used)
            .filter(|(name, used)| **used && !names.contains(name))
            .map(|(name, _)| Arc::clone(name))
            .collect();
        names.append(&mut others);
        names.sort_unstable();
        let place: Vec<u32> = values
            .iter()
            .map(|value| names.iter().position(|name| name == value).map_or(NULL_CODE, |place| place as u32))
            .collect();
        Self { of_row: codes.iter().map(|&code| place[code as usize]).collect(), names }
    }

    /// The same for rows that were put into another order.
    pub(super) fn permuted(self, rows: &[u32]) -> Self {
        Self { of_row: rows.iter().map(|&row| self.of_row[row as usize]).collect(), names: self.names }
    }

    /// The number of records of each table.
    pub(super) fn sizes(&self) -> Vec<u64> {
        let mut sizes = vec![0; self.names.len()];
        self.of_row.iter().for_each(|&source| sizes[source as usize] += 1);
        sizes
    }
}

fn text_values(values: &ArrayRef) -> Result<Vec<Arc<str>>, LinkError> {
    let text = cast(values, &DataType::Utf8).map_err(|error| LinkError::Output(error.to_string()))?;
    Ok(text.as_string::<i32>().iter().map(|value| Arc::from(value.unwrap_or_default())).collect())
}

fn encode_plain(array: &ArrayRef) -> Result<(Vec<u32>, Vec<Arc<str>>), LinkError> {
    let text = cast(array, &DataType::Utf8).map_err(|error| LinkError::Output(error.to_string()))?;
    let text = text.as_string::<i32>();
    let mut values: Vec<Arc<str>> = Vec::new();
    let codes = (0..text.len())
        .map(|row| {
            if text.is_null(row) {
                return NULL_CODE;
            }
            let value = text.value(row);
            values.iter().position(|known| &**known == value).unwrap_or_else(|| {
                values.push(Arc::from(value));
                values.len() - 1
            }) as u32
        })
        .collect();
    Ok((codes, values))
}
