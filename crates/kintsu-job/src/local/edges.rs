//! `edges` and every other table of pairs: columns named as Splink names them.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int8Array, RecordBatch, StringArray, UInt32Array};
use arrow_select::take::take;
use kintsu_kernel::Compiled;
use kintsu_link::model::{Model, SplinkVersion};
use kintsu_link::records::Records;
use kintsu_link::score::Edges;

use super::clusters::{batch_of, defect};
use super::output::Output;
use crate::error::JobError;

/// How many pairs are written at once.
const PAIRS_PER_BATCH: usize = 1 << 16;

/// Pairs as they are written.
pub(super) struct PairTable<'a> {
    pub(super) records: &'a Records,
    pub(super) model: &'a Model,
    /// The name of the column with the tables, where there are several.
    pub(super) source_column: Option<&'a str>,
    /// The model compiled for the records.
    pub(super) compiled: &'a Compiled,
    /// Whether the pairs have weights and gammas.
    pub(super) scored: bool,
}

/// Columns beside the usual ones, one value a pair.
#[derive(Default)]
pub(super) struct Extra {
    pub(super) found_by_blocking_rules: Option<Vec<bool>>,
    pub(super) clerical_match_score: Option<Vec<f64>>,
    pub(super) truth_status: Option<Vec<&'static str>>,
}

impl PairTable<'_> {
    /// Writes `edges` to the file `name`.
    pub(super) fn write(&self, name: &str, edges: &Edges, extra: &Extra, output: &mut Output) -> Result<(), JobError> {
        let mut file = output.open(name, &self.batch(edges, extra, 0..0)?)?;
        let mut start = 0;
        while start < edges.len() {
            let end = edges.len().min(start + PAIRS_PER_BATCH);
            file.write(&self.batch(edges, extra, start..end)?).map_err(JobError::part)?;
            start = end;
        }
        output.close(name, file)
    }

    /// Some of the pairs.
    pub(super) fn batch(&self, edges: &Edges, extra: &Extra, range: Range<usize>) -> Result<RecordBatch, JobError> {
        let mut columns =
            Columns { table: self, left: &edges.left[range.clone()], right: &edges.right[range.clone()], built: Vec::new() };
        if self.scored {
            let weights = &edges.weights[range.clone()];
            columns.put("match_weight", Arc::new(Float64Array::from(weights.to_vec())));
            let probability = |weight: &f64| kintsu_core::MatchWeight::new(*weight).probability().value();
            columns.put("match_probability", Arc::new(Float64Array::from_iter_values(weights.iter().map(probability))));
        }
        columns.ids()?;
        for comparison in 0..self.model.comparisons.len() {
            columns.comparison(comparison, edges, range.clone())?;
        }
        for name in self.model.columns_beside_comparisons() {
            columns.values(&name)?;
        }
        if self.model.retain_matching_columns {
            for column in self.model.blocking_rules.iter().flat_map(|rule| rule.condition.columns()) {
                columns.values(&column.name)?;
            }
        }
        columns.put("match_key", match_keys(&edges.rules[range.clone()])?);
        if let Some(found) = &extra.found_by_blocking_rules {
            columns.put("found_by_blocking_rules", Arc::new(BooleanArray::from(found[range.clone()].to_vec())));
        }
        if let Some(scores) = &extra.clerical_match_score {
            columns.put("clerical_match_score", Arc::new(Float64Array::from(scores[range.clone()].to_vec())));
        }
        if let Some(status) = &extra.truth_status {
            columns.put("truth_status", Arc::new(StringArray::from(status[range].to_vec())));
        }
        batch_of(columns.built)
    }
}

/// The columns of some pairs, as they come to be.
struct Columns<'a> {
    table: &'a PairTable<'a>,
    left: &'a [u32],
    right: &'a [u32],
    built: Vec<(String, ArrayRef)>,
}

impl Columns<'_> {
    fn put(&mut self, name: &str, array: ArrayRef) {
        if !self.built.iter().any(|(known, _)| known == name) {
            self.built.push((name.to_owned(), array));
        }
    }

    /// The tables and ids of both sides.
    fn ids(&mut self) -> Result<(), JobError> {
        if let Some(source) = self.table.source_column {
            self.values(source)?;
        }
        let (ids, id) = (self.table.records.ids().array(), self.table.records.id_column());
        for (side, rows) in [("l", self.left), ("r", self.right)] {
            let taken = take(ids, &UInt32Array::from(rows.to_vec()), None).map_err(defect)?;
            self.put(&format!("{id}_{side}"), taken);
        }
        Ok(())
    }

    /// A column of the records, of both sides.
    fn values(&mut self, name: &str) -> Result<(), JobError> {
        let stem = name.replace(' ', "_");
        for (side, rows) in [("l", self.left), ("r", self.right)] {
            let array = self.table.records.gather(name, rows).map_err(JobError::part)?;
            self.put(&format!("{stem}_{side}"), array);
        }
        Ok(())
    }

    /// What there is to say about one comparison.
    fn comparison(&mut self, at: usize, edges: &Edges, range: Range<usize>) -> Result<(), JobError> {
        let model = self.table.model;
        let Some(comparison) = model.comparisons.get(at) else { return Ok(()) };
        if model.retain_matching_columns {
            for name in comparison.columns() {
                self.values(&name)?;
            }
        }
        let compiled = self.table.compiled;
        let name = comparison.output_column_name.replace(' ', "_");
        let mut gammas: Vec<i8> = Vec::new();
        if self.table.scored {
            gammas = range.map(|edge| edges.gammas(edge)[at]).collect();
            self.put(
                &format!("{}{name}", model.comparison_vector_value_column_prefix),
                Arc::new(Int8Array::from(gammas.clone())),
            );
        }
        if !model.retain_intermediate_calculation_columns {
            return Ok(());
        }
        for level in &comparison.levels {
            if let Some(column) = &level.tf_adjustment_column {
                self.term_frequencies(column, compiled);
            }
        }
        if !self.table.scored {
            return Ok(());
        }
        let (prefix, of_weight): (&str, fn(f64) -> f64) = match model.splink_version {
            SplinkVersion::V4 => (&model.bayes_factor_column_prefix, f64::exp2),
            SplinkVersion::V5 => (&model.match_weight_column_prefix, |weight| weight),
        };
        let weights = gammas.iter().map(|gamma| of_weight(compiled.scorer.level_weight(at, *gamma)));
        self.put(&format!("{prefix}{name}"), Arc::new(Float64Array::from_iter_values(weights)));
        if compiled.scorer.is_adjusted(at) {
            let pairs = self.left.iter().zip(self.right);
            let adjustment =
                |(gamma, (left, right)): (&i8, (&u32, &u32))| of_weight(compiled.scorer.adjustment(at, *gamma, *left, *right));
            let adjusted: Vec<f64> = gammas.iter().zip(pairs).map(adjustment).collect();
            self.put(&format!("{prefix}tf_adj_{name}"), Arc::new(Float64Array::from(adjusted)));
        }
        Ok(())
    }

    fn term_frequencies(&mut self, column: &str, compiled: &Compiled) {
        let Some(frequencies) = compiled.frequencies.of(column) else { return };
        let prefix = &self.table.model.term_frequency_adjustment_column_prefix;
        let stem = column.replace(' ', "_");
        for (side, rows) in [("l", self.left), ("r", self.right)] {
            let values: Float64Array = rows.iter().map(|row| frequencies.of_row(*row as usize)).collect();
            self.put(&format!("{prefix}{stem}_{side}"), Arc::new(values));
        }
    }
}

/// The positions of the rules as text.
fn match_keys(rules: &[u32]) -> Result<ArrayRef, JobError> {
    let count = rules.iter().max().map_or(0, |last| last + 1);
    let names: ArrayRef = Arc::new(StringArray::from_iter_values((0..count).map(|rule| rule.to_string())));
    let keys = UInt32Array::from(rules.to_vec());
    Ok(Arc::new(DictionaryArray::try_new(keys, names).map_err(defect)?))
}
