//! Tables as record batches and back: codes and distinct values pass as dictionary arrays without being copied.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, PrimitiveArray, RecordBatch, RecordBatchOptions};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use crate::column::{Column, ColumnData, EncodedColumn, NULL_CODE};
use crate::error::TableError;
use crate::table::Table;

impl EncodedColumn {
    /// The column as a dictionary array over the same buffers; only the bits that mark nulls are new.
    ///
    /// # Errors
    /// [`TableError::Arrow`] when a code has no value, which no encoded column made here has.
    pub fn to_dictionary(&self) -> Result<DictionaryArray<UInt32Type>, TableError> {
        let keys = PrimitiveArray::try_new(self.codes.clone(), null_bits(&self.codes))?;
        Ok(DictionaryArray::try_new(keys, Arc::clone(&self.values))?)
    }

    /// The reverse of [`EncodedColumn::to_dictionary`]: the array's values must be distinct and none of them null.
    ///
    /// The codes are shared when every null row holds [`NULL_CODE`] as its key, and copied otherwise.
    pub fn from_dictionary(array: &DictionaryArray<UInt32Type>) -> Self {
        let keys = array.keys();
        let marked = |row: usize| keys.values()[row] == NULL_CODE;
        let codes = match keys.nulls() {
            Some(nulls) if !(0..keys.len()).all(|row| nulls.is_valid(row) || marked(row)) => {
                (0..keys.len()).map(|row| if nulls.is_valid(row) { keys.values()[row] } else { NULL_CODE }).collect()
            }
            _ => keys.values().clone(),
        };
        Self { codes, values: Arc::clone(array.values()) }
    }
}

fn null_bits(codes: &ScalarBuffer<u32>) -> Option<NullBuffer> {
    let valid = BooleanBuffer::collect_bool(codes.len(), |row| codes[row] != NULL_CODE);
    let nulls = NullBuffer::new(valid);
    (nulls.null_count() > 0).then_some(nulls)
}

impl Column {
    /// The column as it stands in a record batch: a dictionary array when it is encoded.
    ///
    /// # Errors
    /// As [`EncodedColumn::to_dictionary`].
    pub fn to_batch_array(&self) -> Result<ArrayRef, TableError> {
        match &self.data {
            ColumnData::Encoded(encoded) => Ok(Arc::new(encoded.to_dictionary()?)),
            ColumnData::Plain(array) => Ok(Arc::clone(array)),
        }
    }

    /// The field of [`Column::to_batch_array`].
    pub fn to_batch_field(&self) -> Field {
        let data_type = match &self.data {
            ColumnData::Encoded(encoded) => {
                DataType::Dictionary(Box::new(DataType::UInt32), Box::new(encoded.values.data_type().clone()))
            }
            ColumnData::Plain(array) => array.data_type().clone(),
        };
        Field::new(&*self.name, data_type, true)
    }
}

impl Table {
    /// The schema of [`Table::to_dictionary_batch`].
    pub fn batch_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(self.columns().iter().map(Column::to_batch_field).collect::<Vec<_>>()))
    }

    /// The whole table as one record batch over the same buffers: encoded columns as dictionary arrays with `UInt32` keys.
    ///
    /// # Errors
    /// As [`EncodedColumn::to_dictionary`].
    pub fn to_dictionary_batch(&self) -> Result<RecordBatch, TableError> {
        let arrays = self.columns().iter().map(Column::to_batch_array).collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows()));
        Ok(RecordBatch::try_new_with_options(self.batch_schema(), arrays, &options)?)
    }

    /// A record batch as a table: dictionary arrays with `UInt32` keys become encoded columns, as [`Table::to_dictionary_batch`]
    /// makes them (values distinct, none null); everything else is carried as it is.
    ///
    /// # Errors
    /// [`TableError::Shape`] when two columns share a name.
    pub fn from_batch(batch: &RecordBatch) -> Result<Self, TableError> {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns()).map(|(field, array)| {
            let data = match array.as_dictionary_opt::<UInt32Type>() {
                Some(dictionary) => ColumnData::Encoded(EncodedColumn::from_dictionary(dictionary)),
                None => ColumnData::Plain(Arc::clone(array)),
            };
            Column { name: field.name().as_str().into(), data }
        });
        Ok(Self::new(columns.collect())?)
    }

    /// The table in pieces of at most `rows_per_batch` rows, which share its buffers.
    ///
    /// # Errors
    /// As [`Table::to_dictionary_batch`].
    pub fn to_batches(&self, rows_per_batch: usize) -> Result<impl Iterator<Item = RecordBatch> + use<>, TableError> {
        let whole = self.to_dictionary_batch()?;
        let step = rows_per_batch.max(1);
        let rows = self.rows();
        Ok((0..rows).step_by(step).map(move |start| whole.slice(start, step.min(rows - start))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use arrow_array::{Int64Array, StringArray};

    use super::*;

    fn table() -> Table {
        let names: ArrayRef = Arc::new(StringArray::from(vec![Some("b"), None, Some("a"), Some("b")]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3, 4]));
        Table::new(vec![Column::encode("name", &names).unwrap(), Column::plain("number", numbers)]).unwrap()
    }

    #[test]
    fn a_table_survives_the_way_through_a_batch_without_copies() {
        let table = table();
        let back = Table::from_batch(&table.to_dictionary_batch().unwrap()).unwrap();
        let before = table.column("name").unwrap().encoded().unwrap();
        let after = back.column("name").unwrap().encoded().unwrap();
        assert_eq!(before.codes.as_ptr(), after.codes.as_ptr());
        assert_eq!(&after.codes[..], &[0, NULL_CODE, 1, 0]);
        assert!(Arc::ptr_eq(&before.values, &after.values));
    }

    #[test]
    fn null_rows_with_other_keys_are_marked() {
        let keys = PrimitiveArray::<UInt32Type>::new(vec![0, 0, 0].into(), Some(vec![true, false, true].into()));
        let array = DictionaryArray::new(keys, Arc::new(StringArray::from(vec!["a"])));
        assert_eq!(&EncodedColumn::from_dictionary(&array).codes[..], &[0, NULL_CODE, 0]);
    }

    #[test]
    fn batches_cover_every_row_once() {
        let batches: Vec<_> = table().to_batches(3).unwrap().collect();
        assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(table().to_batches(0).unwrap().count(), 4);
    }
}
