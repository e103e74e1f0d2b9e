//! Edges as Arrow record batches, with the columns that Splink writes, in its order.
//!
//! `match_weight`, `match_probability`, the sources (where there are several tables), the ids, then for each comparison its
//! columns (when the model retains them), its gamma (always), and term frequencies and weights (when the model retains
//! intermediate columns), then the additional columns and `match_key`, as text, always.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::blocked::BlockedPairs;
use super::edges::Edges;
use super::scorer::Scorer;
use super::term_frequency::{TermFrequencies, TermFrequencyTables};
use crate::error::LinkError;
use crate::model::{Comparison, Model, SplinkVersion};
use crate::records::Records;

/// Turns edges into record batches.
#[derive(Debug)]
pub struct EdgeColumns<'a> {
    records: &'a Records,
    model: &'a Model,
    scorer: &'a Scorer,
    frequencies: &'a TermFrequencyTables,
    columns: Vec<EdgeColumn>,
    schema: SchemaRef,
}

/// Which side of a pair a column is about.
#[derive(Debug, Clone, Copy)]
enum End {
    Left,
    Right,
}

/// One column of the output.
#[derive(Debug, Clone)]
enum EdgeColumn {
    Weight,
    Probability,
    Source(End),
    Id(End),
    Value(String, End),
    Gamma(usize),
    Frequency(String, End),
    LevelWeight(usize),
    Adjustment(usize),
    MatchKey,
}

impl<'a> EdgeColumns<'a> {
    /// Decides on the columns.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`] for an additional column that is not in the input.
    pub fn new(
        records: &'a Records,
        model: &'a Model,
        scorer: &'a Scorer,
        frequencies: &'a TermFrequencyTables,
    ) -> Result<Self, LinkError> {
        let mut found = Self { records, model, scorer, frequencies, columns: Vec::new(), schema: Arc::new(Schema::empty()) };
        let mut fields: Vec<Field> = Vec::new();
        for column in found.layout()? {
            let field = found.field(&column)?;
            if !fields.iter().any(|known| known.name() == field.name()) {
                fields.push(field);
                found.columns.push(column);
            }
        }
        found.schema = Arc::new(Schema::new(fields));
        Ok(found)
    }

    /// The names and types of the columns.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The edges in `range` as one batch.
    ///
    /// # Errors
    /// [`LinkError::Output`].
    pub fn batch(&self, edges: &Edges, range: Range<usize>) -> Result<RecordBatch, LinkError> {
        let arrays = self.columns.iter().map(|column| self.array(column, edges, range.clone())).collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(self.schema(), arrays).map_err(|error| LinkError::Output(error.to_string()))
    }

    fn layout(&self) -> Result<Vec<EdgeColumn>, LinkError> {
        let mut columns = vec![EdgeColumn::Weight, EdgeColumn::Probability];
        columns.extend(identity(self.records));
        for (position, comparison) in self.model.comparisons.iter().enumerate() {
            if self.model.retain_matching_columns {
                comparison
                    .columns()
                    .into_iter()
                    .for_each(|name| columns.extend(both(|end| EdgeColumn::Value(name.clone(), end))));
            }
            columns.push(EdgeColumn::Gamma(position));
            if self.model.retain_intermediate_calculation_columns {
                columns.extend(self.intermediate(position, comparison));
            }
        }
        for name in self.model.columns_beside_comparisons() {
            self.records.find(&name)?;
            columns.extend(both(|end| EdgeColumn::Value(name.clone(), end)));
        }
        columns.push(EdgeColumn::MatchKey);
        Ok(columns)
    }

    fn intermediate(&self, position: usize, comparison: &Comparison) -> Vec<EdgeColumn> {
        let mut columns = Vec::new();
        for name in comparison.levels.iter().filter_map(|level| level.tf_adjustment_column.as_ref()) {
            columns.extend(both(|end| EdgeColumn::Frequency(name.clone(), end)));
        }
        columns.push(EdgeColumn::LevelWeight(position));
        if self.scorer.is_adjusted(position) {
            columns.push(EdgeColumn::Adjustment(position));
        }
        columns
    }

    fn field(&self, column: &EdgeColumn) -> Result<Field, LinkError> {
        let model = self.model;
        let name = |position: usize| model.comparisons[position].output_column_name.replace(' ', "_");
        let weights = match model.splink_version {
            SplinkVersion::V4 => &model.bayes_factor_column_prefix,
            SplinkVersion::V5 => &model.match_weight_column_prefix,
        };
        let number = |name: String| Field::new(name, DataType::Float64, true);
        Ok(match column {
            EdgeColumn::Weight => Field::new("match_weight", DataType::Float64, false),
            EdgeColumn::Probability => Field::new("match_probability", DataType::Float64, false),
            EdgeColumn::Source(_) | EdgeColumn::Id(_) | EdgeColumn::MatchKey => identity_field(self.records, column),
            EdgeColumn::Value(name, end) => Field::new(end.name(name), self.records.find(name)?.data_type().clone(), true),
            EdgeColumn::Gamma(position) => {
                Field::new(format!("{}{}", model.comparison_vector_value_column_prefix, name(*position)), DataType::Int32, false)
            }
            EdgeColumn::Frequency(name, end) => {
                number(end.name(&format!("{}{name}", model.term_frequency_adjustment_column_prefix)))
            }
            EdgeColumn::LevelWeight(position) => number(format!("{weights}{}", name(*position))),
            EdgeColumn::Adjustment(position) => number(format!("{weights}tf_adj_{}", name(*position))),
        })
    }

    fn array(&self, column: &EdgeColumn, edges: &Edges, range: Range<usize>) -> Result<ArrayRef, LinkError> {
        let rows = |end: End| &end.of(&edges.left, &edges.right)[range.clone()];
        Ok(match column {
            EdgeColumn::Weight => Arc::new(Float64Array::from(edges.weights[range].to_vec())),
            EdgeColumn::Probability => Arc::new(range.map(|edge| edges.probability(edge)).collect::<Float64Array>()),
            EdgeColumn::Source(end) => sources(self.records, rows(*end)),
            EdgeColumn::Id(end) => self.records.ids().gather(rows(*end))?,
            EdgeColumn::Value(name, end) => self.records.gather(name, rows(*end))?,
            EdgeColumn::Gamma(position) => {
                Arc::new(range.map(|edge| Some(i32::from(edges.gammas(edge)[*position]))).collect::<Int32Array>())
            }
            EdgeColumn::Frequency(name, end) => match self.frequencies.of(name) {
                Some(table) => frequencies(table, rows(*end)),
                None => Arc::new(Float64Array::new_null(rows(*end).len())),
            },
            EdgeColumn::LevelWeight(position) => {
                self.numbers(range, |edge| self.scorer.level_weight(*position, edges.gammas(edge)[*position]))
            }
            EdgeColumn::Adjustment(position) => self.numbers(range, |edge| {
                self.scorer.adjustment(*position, edges.gammas(edge)[*position], edges.left[edge], edges.right[edge])
            }),
            EdgeColumn::MatchKey => match_keys(&edges.rules[range]),
        })
    }

    /// Weights as Splink 5 writes them, or as the Bayes factors of Splink 4.
    fn numbers(&self, range: Range<usize>, weight: impl Fn(usize) -> f64) -> ArrayRef {
        let factors = self.model.splink_version == SplinkVersion::V4;
        Arc::new(range.map(|edge| Some(if factors { weight(edge).exp2() } else { weight(edge) })).collect::<Float64Array>())
    }
}

impl End {
    fn name(self, column: &str) -> String {
        match self {
            Self::Left => format!("{column}_l"),
            Self::Right => format!("{column}_r"),
        }
    }

    fn of<'r>(self, left: &'r [u32], right: &'r [u32]) -> &'r [u32] {
        match self {
            Self::Left => left,
            Self::Right => right,
        }
    }
}

/// Pairs without scores as one batch: sources (where there are several tables), ids and `match_key`.
///
/// # Errors
/// [`LinkError::Output`].
pub fn blocked_pairs_batch(records: &Records, pairs: &BlockedPairs) -> Result<RecordBatch, LinkError> {
    let columns: Vec<EdgeColumn> = identity(records).into_iter().chain([EdgeColumn::MatchKey]).collect();
    let fields: Vec<Field> = columns.iter().map(|column| identity_field(records, column)).collect();
    let array = |column: &EdgeColumn| match column {
        EdgeColumn::Source(end) => Ok(sources(records, end.of(&pairs.left, &pairs.right))),
        EdgeColumn::Id(end) => records.ids().gather(end.of(&pairs.left, &pairs.right)),
        _ => Ok(match_keys(&pairs.rules)),
    };
    let arrays = columns.iter().map(array).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|error| LinkError::Output(error.to_string()))
}

fn both<T>(column: impl Fn(End) -> T) -> [T; 2] {
    [column(End::Left), column(End::Right)]
}

/// The columns that say which records a pair is of.
fn identity(records: &Records) -> Vec<EdgeColumn> {
    let sources = if records.source_codes().is_some() { both(EdgeColumn::Source).to_vec() } else { Vec::new() };
    sources.into_iter().chain(both(EdgeColumn::Id)).collect()
}

fn identity_field(records: &Records, column: &EdgeColumn) -> Field {
    match column {
        EdgeColumn::Source(end) => Field::new(end.name(records.source_column()), DataType::Utf8, false),
        EdgeColumn::Id(end) => Field::new(end.name(records.id_column()), records.ids().array().data_type().clone(), false),
        _ => Field::new("match_key", DataType::Utf8, false),
    }
}

fn sources(records: &Records, rows: &[u32]) -> ArrayRef {
    let names = records.sources();
    Arc::new(
        rows.iter().map(|&row| names.get(records.source_of(row as usize) as usize).map(|name| &**name)).collect::<StringArray>(),
    )
}

fn frequencies(table: &TermFrequencies, rows: &[u32]) -> ArrayRef {
    Arc::new(rows.iter().map(|&row| table.of_row(row as usize)).collect::<Float64Array>())
}

fn match_keys(rules: &[u32]) -> ArrayRef {
    Arc::new(rules.iter().map(|rule| Some(rule.to_string())).collect::<StringArray>())
}
