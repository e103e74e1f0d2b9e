//! The waterfall of two records that are in the input.

use arrow_array::Array;
use arrow_cast::display::{ArrayFormatter, FormatOptions};

use super::against_truth::ReadyModel;
use super::waterfall::{PairEvidence, Waterfall, waterfall};
use crate::compare::Scratch;
use crate::error::LinkError;
use crate::model::Comparison;
use crate::score::TermFrequencyTables;

impl ReadyModel<'_> {
    /// Why the records at rows `left` and `right` score what they score; `left` is the left record as conditions see it.
    ///
    /// With `show_values` the compared values become part of the explanation; without, nothing of the records does.
    ///
    /// # Errors
    /// [`LinkError::UnknownRecords`] when a row is not there, [`LinkError::MissingColumn`], [`LinkError::NoExactLevel`].
    pub fn explain_pair(
        &self,
        left: u32,
        right: u32,
        frequencies: &TermFrequencyTables,
        show_values: bool,
    ) -> Result<Waterfall, LinkError> {
        if left.max(right) as usize >= self.records.rows() {
            return Err(LinkError::UnknownRecords { pairs: 1 });
        }
        let gammas = self.comparators.levels_of_pair(left, right, &mut Scratch::default());
        let evidence = self.model.comparisons.iter().zip(gammas).map(|(comparison, gamma)| {
            let column = comparison.level_with_gamma(gamma.into()).and_then(|level| level.tf_adjustment_column.as_ref());
            let frequency = |row: u32| frequencies.of(column?)?.of_row(row as usize);
            let values = |row| if show_values { self.values(comparison, row) } else { Ok(Vec::new()) };
            Ok(PairEvidence {
                gamma: gamma.into(),
                frequency_left: frequency(left),
                frequency_right: frequency(right),
                values_left: values(left)?,
                values_right: values(right)?,
            })
        });
        waterfall(self.model, &evidence.collect::<Result<Vec<_>, LinkError>>()?)
    }

    /// The values of the columns that a comparison reads.
    fn values(&self, comparison: &Comparison, row: u32) -> Result<Vec<Option<String>>, LinkError> {
        let options = FormatOptions::default();
        let value = |name: &String| {
            let array = self.records.gather(name, &[row])?;
            if array.is_null(0) {
                return Ok(None);
            }
            let formatter =
                ArrayFormatter::try_new(array.as_ref(), &options).map_err(|error| LinkError::Output(error.to_string()))?;
            Ok(Some(formatter.value(0).to_string()))
        };
        comparison.columns().iter().map(value).collect()
    }
}
