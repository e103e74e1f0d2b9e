//! Term frequencies that records carry themselves: whoever cuts a table into parts counts before and joins the counts.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_schema::DataType;
use kintsu_link::records::Records;
use kintsu_link::score::TermFrequencies;

use crate::error::KernelError;
use crate::spec::TermFrequenciesSpec;

/// The frequencies that `specs` name among the columns of `records`.
///
/// # Errors
/// [`KernelError::Link`] when a column is missing, [`KernelError::Spec`] when one holds no numbers.
pub(crate) fn supplied(specs: &[TermFrequenciesSpec], records: &Records) -> Result<Vec<TermFrequencies>, KernelError> {
    let rows: Vec<u32> = (0..records.rows() as u32).collect();
    let of_column = |spec: &TermFrequenciesSpec| {
        let array = records.gather(&spec.frequencies, &rows)?;
        if !array.data_type().is_numeric() {
            return Err(KernelError::Spec(format!("the column `{}` of term frequencies holds no numbers", spec.frequencies)));
        }
        let numbers = arrow_cast::cast(&array, &DataType::Float64).map_err(|error| KernelError::Output(error.to_string()))?;
        let numbers = numbers.as_primitive::<Float64Type>();
        let of_row = |row: usize| numbers.is_valid(row).then(|| numbers.value(row));
        Ok(TermFrequencies::of_rows(records, &spec.column, of_row)?)
    };
    specs.iter().map(of_column).collect()
}
