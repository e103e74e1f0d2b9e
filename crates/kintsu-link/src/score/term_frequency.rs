//! Term frequencies: how common a value is among the values of its column.

use std::sync::Arc;

use arrow_array::ArrayRef;
use hashbrown::HashMap;
use kintsu_table::{EncodedColumn, NULL_CODE};

use crate::error::LinkError;
use crate::model::Model;
use crate::records::Records;
use crate::records::values::{ValueArray, write_key};

/// The frequency of each distinct value of one column, over all tables together: its count divided by the count of all values
/// that are not null.
#[derive(Debug, Clone)]
pub struct TermFrequencies {
    column: String,
    encoded: EncodedColumn,
    /// By code; NaN where the value has none.
    frequencies: Arc<[f64]>,
}

impl TermFrequencies {
    /// Counts the values of `column`.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`].
    pub fn compute(records: &Records, column: &str) -> Result<Self, LinkError> {
        Self::compute_among(records, column, |_| true)
    }

    /// Counts the values of `column` among the rows that `counted` names; values that occur only in others have no frequency.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`].
    pub fn compute_among(records: &Records, column: &str, counted: impl Fn(usize) -> bool) -> Result<Self, LinkError> {
        let encoded = records.column(column)?;
        let mut counts = vec![0_u64; encoded.values.len()];
        let mut total = 0_u64;
        for (row, &code) in encoded.codes.iter().enumerate() {
            if code != NULL_CODE && counted(row) {
                counts[code as usize] += 1;
                total += 1;
            }
        }
        let frequencies = counts.iter().map(|&count| if count == 0 { f64::NAN } else { count as f64 / total as f64 }).collect();
        Ok(Self { column: column.to_owned(), encoded, frequencies })
    }

    /// Takes frequencies from a table of values and numbers; values that are not in it have none.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`], [`LinkError::Output`] for values of an unknown type.
    pub fn supplied(records: &Records, column: &str, values: &ArrayRef, frequencies: &[f64]) -> Result<Self, LinkError> {
        let encoded = records.column(column)?;
        let given = ValueArray::new(values)?;
        let mut known: HashMap<Vec<u8>, f64> = HashMap::with_capacity(given.len());
        for (place, &frequency) in frequencies.iter().enumerate().take(given.len()) {
            known.insert(key(&given, place), frequency);
        }
        let wanted = ValueArray::new(&encoded.values)?;
        let found = (0..wanted.len()).map(|code| known.get(&key(&wanted, code)).copied().unwrap_or(f64::NAN)).collect();
        Ok(Self { column: column.to_owned(), encoded, frequencies: found })
    }

    /// Takes the frequency of each row's value from the row, where records carry it; none, or a null value, says nothing. Where rows
    /// of one value differ, the first that has one counts.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`].
    pub fn of_rows(records: &Records, column: &str, frequency: impl Fn(usize) -> Option<f64>) -> Result<Self, LinkError> {
        let encoded = records.column(column)?;
        let mut found = vec![f64::NAN; encoded.values.len()];
        for (row, &code) in encoded.codes.iter().enumerate().filter(|(_, code)| **code != NULL_CODE) {
            let known = &mut found[code as usize];
            if known.is_nan() {
                *known = frequency(row).unwrap_or(f64::NAN);
            }
        }
        Ok(Self { column: column.to_owned(), encoded, frequencies: found.into() })
    }

    /// The column.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The distinct values, and the frequency of each; NaN where it has none.
    pub fn values(&self) -> (&ArrayRef, &[f64]) {
        (&self.encoded.values, &self.frequencies)
    }

    /// The frequency of the value of `row`; none where it is null or unknown.
    pub fn of_row(&self, row: usize) -> Option<f64> {
        self.by_code(self.encoded.codes[row])
    }

    pub(crate) fn by_code(&self, code: u32) -> Option<f64> {
        self.frequencies.get(code as usize).copied().filter(|frequency| !frequency.is_nan())
    }

    pub(crate) fn encoded(&self) -> &EncodedColumn {
        &self.encoded
    }
}

fn key(values: &ValueArray, place: usize) -> Vec<u8> {
    let mut key = Vec::new();
    write_key(&values.value(place), &mut key);
    key
}

/// The term frequencies of every column that a model adjusts for.
#[derive(Debug, Clone, Default)]
pub struct TermFrequencyTables {
    tables: Vec<TermFrequencies>,
}

impl TermFrequencyTables {
    /// The tables that `model` needs: those `supplied`, and the others counted.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`].
    pub fn new(model: &Model, records: &Records, supplied: Vec<TermFrequencies>) -> Result<Self, LinkError> {
        Self::new_among(model, records, supplied, |_| true)
    }

    /// The same, counted among the rows that `counted` names.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`].
    pub fn new_among(
        model: &Model,
        records: &Records,
        supplied: Vec<TermFrequencies>,
        counted: impl Fn(usize) -> bool,
    ) -> Result<Self, LinkError> {
        let mut found = Self { tables: supplied };
        for column in adjusted_columns(model) {
            if found.of(&column).is_none() {
                found.tables.push(TermFrequencies::compute_among(records, &column, &counted)?);
            }
        }
        Ok(found)
    }

    /// The table of `column`, whose name may differ in case.
    pub fn of(&self, column: &str) -> Option<&TermFrequencies> {
        self.tables.iter().find(|table| table.column.to_lowercase() == column.to_lowercase())
    }

    /// All tables.
    pub fn tables(&self) -> &[TermFrequencies] {
        &self.tables
    }
}

/// The columns that some level adjusts for, each once, in the order of the model.
fn adjusted_columns(model: &Model) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for level in model.comparisons.iter().flat_map(|comparison| &comparison.levels) {
        if let Some(column) = &level.tf_adjustment_column
            && !columns.iter().any(|known| known.to_lowercase() == column.to_lowercase())
        {
            columns.push(column.clone());
        }
    }
    columns
}
