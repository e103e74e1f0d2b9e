//! Edges as Arrow record batches, with the columns that Splink writes, in its order.
//!
//! `match_weight`, `match_probability`, the sources (where they are told apart), the ids, then for each comparison its columns
//! (when the model retains them), its gamma (always), and term frequencies and weights (when the model retains intermediate
//! columns), then the columns of the blocking rules and the additional ones, and `match_key`, as text, always. Pairs without
//! scores lack the weights and the gammas.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, DictionaryArray, Float64Array, Int8Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{ArrowError, Field, Schema};

use super::edges::Edges;
use super::scorer::Scorer;
use super::term_frequency::TermFrequencyTables;
use crate::error::LinkError;
use crate::model::{Comparison, Model, SplinkVersion};
use crate::records::Records;

/// Turns edges into record batches.
#[derive(Debug, Clone, Copy)]
pub struct EdgeColumns<'a> {
    /// The records that the edges join.
    pub records: &'a Records,
    /// The model that decides on the columns.
    pub model: &'a Model,
    /// The column of the records that names their tables, where it is to be written.
    pub source_column: Option<&'a str>,
    /// The weights of the model; none for pairs without scores.
    pub scorer: Option<&'a Scorer>,
    /// The term frequencies of the model.
    pub frequencies: &'a TermFrequencyTables,
}

impl EdgeColumns<'_> {
    /// The edges in `range` as one batch. Every batch has the same columns; a name that comes twice stands once.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`] for a column that is not among the records, and [`LinkError::Output`].
    pub fn batch(&self, edges: &Edges, range: Range<usize>) -> Result<RecordBatch, LinkError> {
        let (left, right) = (&edges.left[range.clone()], &edges.right[range.clone()]);
        let mut building = Building { of: self, edges, range, left, right, columns: Vec::new() };
        building.scores();
        building.ids()?;
        for (position, comparison) in self.model.comparisons.iter().enumerate() {
            building.comparison(position, comparison)?;
        }
        for name in self.model.columns_beside_comparisons() {
            building.values(&name)?;
        }
        building.match_keys()?;
        building.finish()
    }
}

/// The columns of some edges, as they come to be.
struct Building<'a> {
    of: &'a EdgeColumns<'a>,
    edges: &'a Edges,
    range: Range<usize>,
    left: &'a [u32],
    right: &'a [u32],
    columns: Vec<(String, ArrayRef)>,
}

impl<'a> Building<'a> {
    fn put(&mut self, name: String, array: ArrayRef) {
        if !self.columns.iter().any(|(known, _)| *known == name) {
            self.columns.push((name, array));
        }
    }

    /// The rows of both sides, by the ending of their columns.
    fn sides(&self) -> [(char, &'a [u32]); 2] {
        [('l', self.left), ('r', self.right)]
    }

    fn scores(&mut self) {
        if self.of.scorer.is_none() {
            return;
        }
        let weights = &self.edges.weights[self.range.clone()];
        self.put("match_weight".to_owned(), Arc::new(Float64Array::from(weights.to_vec())));
        let probabilities = self.range.clone().map(|edge| self.edges.probability(edge));
        self.put("match_probability".to_owned(), Arc::new(Float64Array::from_iter_values(probabilities)));
    }

    /// The tables and ids of both sides.
    fn ids(&mut self) -> Result<(), LinkError> {
        if let Some(source) = self.of.source_column {
            self.values(source)?;
        }
        for (side, rows) in self.sides() {
            let ids = self.of.records.ids().gather(rows)?;
            self.put(format!("{}_{side}", self.of.records.id_column()), ids);
        }
        Ok(())
    }

    /// A column of the records, of both sides.
    fn values(&mut self, name: &str) -> Result<(), LinkError> {
        let stem = name.replace(' ', "_");
        for (side, rows) in self.sides() {
            let values = self.of.records.gather(name, rows)?;
            self.put(format!("{stem}_{side}"), values);
        }
        Ok(())
    }

    /// What there is to say about one comparison.
    fn comparison(&mut self, position: usize, comparison: &Comparison) -> Result<(), LinkError> {
        let model = self.of.model;
        if model.retain_matching_columns {
            for name in comparison.columns() {
                self.values(&name)?;
            }
        }
        let name = comparison.output_column_name.replace(' ', "_");
        if self.of.scorer.is_some() {
            let gammas = Int8Array::from_iter_values(self.gammas(position));
            self.put(format!("{}{name}", model.comparison_vector_value_column_prefix), Arc::new(gammas));
        }
        if model.retain_intermediate_calculation_columns {
            for column in comparison.levels.iter().filter_map(|level| level.tf_adjustment_column.as_deref()) {
                self.term_frequencies(column);
            }
            self.weights(position, &name);
        }
        Ok(())
    }

    /// The gammas of the comparison at `position`.
    fn gammas(&self, position: usize) -> impl Iterator<Item = i8> + use<'a> {
        let edges = self.edges;
        self.range.clone().map(move |edge| edges.gammas(edge)[position])
    }

    fn term_frequencies(&mut self, column: &str) {
        let Some(frequencies) = self.of.frequencies.of(column) else { return };
        let stem = format!("{}{}", self.of.model.term_frequency_adjustment_column_prefix, column.replace(' ', "_"));
        for (side, rows) in self.sides() {
            let values: Float64Array = rows.iter().map(|row| frequencies.of_row(*row as usize)).collect();
            self.put(format!("{stem}_{side}"), Arc::new(values));
        }
    }

    /// What the comparison adds to the weight: bits as Splink 5 writes them, or the Bayes factors of Splink 4.
    fn weights(&mut self, position: usize, name: &str) {
        let Some(scorer) = self.of.scorer else { return };
        let model = self.of.model;
        let (prefix, written): (&str, fn(f64) -> f64) = match model.splink_version {
            SplinkVersion::V4 => (&model.bayes_factor_column_prefix, f64::exp2),
            SplinkVersion::V5 => (&model.match_weight_column_prefix, |weight| weight),
        };
        let weights = self.gammas(position).map(|gamma| written(scorer.level_weight(position, gamma)));
        self.put(format!("{prefix}{name}"), Arc::new(Float64Array::from_iter_values(weights)));
        if scorer.is_adjusted(position) {
            let pairs = self.left.iter().zip(self.right);
            let adjustments = self
                .gammas(position)
                .zip(pairs)
                .map(|(gamma, (&left, &right))| written(scorer.adjustment(position, gamma, left, right)));
            self.put(format!("{prefix}tf_adj_{name}"), Arc::new(Float64Array::from_iter_values(adjustments)));
        }
    }

    /// The positions of the rules as text.
    fn match_keys(&mut self) -> Result<(), LinkError> {
        let rules = &self.edges.rules[self.range.clone()];
        let count = rules.iter().max().map_or(0, |last| last + 1);
        let names: ArrayRef = Arc::new(StringArray::from_iter_values((0..count).map(|rule| rule.to_string())));
        let keys = DictionaryArray::try_new(UInt32Array::from(rules.to_vec()), names).map_err(output)?;
        self.put("match_key".to_owned(), Arc::new(keys));
        Ok(())
    }

    fn finish(self) -> Result<RecordBatch, LinkError> {
        let field = |(name, array): &(String, ArrayRef)| Field::new(name, array.data_type().clone(), true);
        let fields: Vec<Field> = self.columns.iter().map(field).collect();
        let arrays = self.columns.into_iter().map(|(_, array)| array).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(output)
    }
}

#[allow(clippy::needless_pass_by_value)]
fn output(error: ArrowError) -> LinkError {
    LinkError::Output(error.to_string())
}
