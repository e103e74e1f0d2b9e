//! Steps that look at data and blocks, not at scores.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt32Array, UInt64Array};
use arrow_select::take::take;
use kintsu_core::RunContext;
use kintsu_link::block::Blocker;
use kintsu_link::diagnose::{ColumnProfile, KeyCodes, completeness, cumulative_counts, largest_blocks, profile_values};
use kintsu_link::model::{BlockingRule, Dialect, Parity};
use kintsu_link::score::TermFrequencies;
use kintsu_link::sql::{Expr, parse_column_expression};
use kintsu_table::{ColumnData, EncodedColumn};
use serde::Serialize;

use super::clusters::{batch_of, defect};
use super::model_source::{blocking_rule, blocking_rules};
use super::output::{Output, file_name};
use super::rows::{frequencies_batch, rows_batch};
use super::run_state::RunState;
use crate::error::JobError;
use crate::spec::{BlockingRuleSpec, Problem, StepSpec};

/// A row of the profile: a step of a column's distribution, or one of its values.
#[derive(Serialize)]
struct ProfileRow<'a> {
    column: &'a str,
    kind: &'static str,
    value: Option<&'a str>,
    value_count: u64,
    sum_tokens_in_value_count_group: Option<u64>,
    percentile_ex_nulls: Option<f64>,
    percentile_inc_nulls: Option<f64>,
    total_non_null_rows: u64,
    total_rows_inc_nulls: u64,
    distinct_value_count: u64,
}

impl RunState<'_> {
    pub(super) fn take_data_step(&mut self, step: &StepSpec, output: &mut Output, ctx: &RunContext) -> Result<(), JobError> {
        match step {
            StepSpec::ProfileColumns { column_expressions, top_n, bottom_n, name } => {
                let profiles = self.profiles(column_expressions.as_deref(), *top_n as usize, *bottom_n as usize)?;
                let rows: Vec<ProfileRow<'_>> = profiles.iter().flat_map(profile_rows).collect();
                output.write(name.as_deref().unwrap_or("profile_columns"), &rows_batch(&rows)?)
            }
            StepSpec::Completeness { cols, name } => {
                output.write(name.as_deref().unwrap_or("completeness"), &self.completeness(cols.as_deref())?)
            }
            StepSpec::CountComparisons { blocking_rules: rules, name } => {
                let rules = self.rules_or_model(rules.as_deref())?;
                let blocker = self.blocker(&rules, ctx)?;
                let added = blocker.marginal_counts(ctx).map_err(JobError::part)?;
                let texts: Vec<&str> = rules.iter().map(|rule| rule.blocking_rule.as_str()).collect();
                let rows = cumulative_counts(&texts, &added, self.loaded.records.possible_pairs());
                output.write(name.as_deref().unwrap_or("count_comparisons"), &rows_batch(&rows)?)
            }
            StepSpec::LargestBlocks { blocking_rule: rule, n_largest, name } => {
                let rule = blocking_rule(rule).map_err(JobError::problem)?;
                let batch = self.largest_blocks(&rule, *n_largest as usize, ctx)?;
                output.write(name.as_deref().unwrap_or("largest_blocks"), &batch)
            }
            StepSpec::TermFrequencies { columns } => {
                let of_model = self.compiled.as_ref().map(|compiled| &compiled.frequencies);
                for column in columns.iter().filter(|column| of_model.is_none_or(|tables| tables.of(column).is_none())) {
                    let table = TermFrequencies::compute(&self.loaded.records, column).map_err(JobError::part)?;
                    output.write(&format!("term_frequencies/{}", file_name(column)), &frequencies_batch(&table, "tf_")?)?;
                }
                Ok(())
            }
            other => Err(JobError::Defect(format!("`{}` is no step on data", other.kind()))),
        }
    }

    fn rules_or_model(&self, rules: Option<&[BlockingRuleSpec]>) -> Result<Vec<BlockingRule>, JobError> {
        match rules {
            Some(rules) => blocking_rules(rules),
            None => Ok(self.model()?.blocking_rules.clone()),
        }
    }

    fn blocker(&self, rules: &[BlockingRule], ctx: &RunContext) -> Result<Blocker<'_>, JobError> {
        Blocker::new(&self.loaded.records, rules, self.parity(), ctx).map_err(JobError::part)
    }

    fn parity(&self) -> Parity {
        self.sourced.as_ref().map_or(Parity::Characters, |sourced| sourced.model.parity)
    }

    fn profiles(&self, expressions: Option<&[String]>, top: usize, bottom: usize) -> Result<Vec<ColumnProfile>, JobError> {
        let records = &self.loaded.records;
        let Some(expressions) = expressions else {
            let encoded = records.table().columns().iter().filter_map(|column| Some((column, column.encoded()?)));
            return Ok(encoded.map(|(column, values)| profile_values(&column.name, values, top, bottom)).collect());
        };
        let parsed = parse_expressions(expressions).map_err(JobError::Configuration)?;
        expressions
            .iter()
            .zip(parsed)
            .map(|(text, expression)| {
                let values = records.derive(&expression, self.parity(), text).map_err(JobError::part)?;
                Ok(profile_values(text, &values, top, bottom))
            })
            .collect()
    }

    fn completeness(&self, columns: Option<&[String]>) -> Result<arrow_array::RecordBatch, JobError> {
        let records = &self.loaded.records;
        let names: Vec<String> = if records.sources().is_empty() {
            vec!["input".to_owned()]
        } else {
            records.sources().iter().map(ToString::to_string).collect()
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let one_source = vec![0; records.rows()];
        let sources = records.source_codes().unwrap_or(&one_source);
        let mut rows = Vec::new();
        for column in records.table().columns() {
            let chosen = columns.is_none_or(|columns| columns.iter().any(|name| **name == *column.name));
            if !chosen {
                continue;
            }
            rows.extend(match &column.data {
                ColumnData::Encoded(values) => completeness(&column.name, &names, sources, |row| values.is_null(row)),
                ColumnData::Plain(array) => {
                    completeness(&column.name, &names, sources, |row| array.is_null(records.input_row(row) as usize))
                }
            });
        }
        rows_batch(&rows)
    }

    fn largest_blocks(&self, rule: &BlockingRule, count: usize, ctx: &RunContext) -> Result<arrow_array::RecordBatch, JobError> {
        let records = &self.loaded.records;
        let keys = rule.condition.equality_keys().keys;
        let derive = |expr: &Expr| records.derive(expr, self.parity(), &rule.blocking_rule).map_err(JobError::part);
        let left: Vec<EncodedColumn> = keys.iter().map(|key| derive(&key.left)).collect::<Result<_, _>>()?;
        let (first, counts_l, counts_r): (Vec<u32>, Vec<u64>, Vec<u64>) = if keys.iter().all(|key| key.left == key.right) {
            let codes: Vec<KeyCodes<'_>> =
                left.iter().map(|column| KeyCodes { left: &column.codes, right: &column.codes }).collect();
            let blocks = largest_blocks(&codes, count);
            unzip(blocks.iter().map(|block| (block.first_left, block.count_l, block.count_r)))
        } else {
            let blocks = self.blocker(std::slice::from_ref(rule), ctx)?.largest_blocks(0, count);
            unzip(blocks.iter().map(|block| (block.first_row, block.left, block.right)))
        };
        let mut columns: Vec<(String, ArrayRef)> = Vec::new();
        for (position, column) in left.iter().enumerate() {
            let codes = UInt32Array::from_iter_values(first.iter().map(|row| column.codes[*row as usize]));
            columns.push((format!("key_{position}"), take(&column.values, &codes, None).map_err(defect)?));
        }
        let pairs = counts_l.iter().zip(&counts_r).map(|(l, r)| l.saturating_mul(*r));
        let pairs: ArrayRef = Arc::new(UInt64Array::from_iter_values(pairs));
        columns.push(("count_l".to_owned(), Arc::new(UInt64Array::from(counts_l.clone()))));
        columns.push(("count_r".to_owned(), Arc::new(UInt64Array::from(counts_r.clone()))));
        columns.push(("block_count".to_owned(), pairs));
        batch_of(columns)
    }
}

fn unzip(blocks: impl Iterator<Item = (u32, u64, u64)>) -> (Vec<u32>, Vec<u64>, Vec<u64>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for (first, left, right) in blocks {
        columns.0.push(first);
        columns.1.push(left);
        columns.2.push(right);
    }
    columns
}

/// Column expressions as they are computed, or everything that is wrong with them.
pub(super) fn parse_expressions(texts: &[String]) -> Result<Vec<Expr>, Vec<Problem>> {
    let mut parsed = Vec::new();
    let mut problems = Vec::new();
    for text in texts {
        match parse_column_expression(text, Dialect::DuckDb) {
            Ok(expression) => parsed.push(expression),
            Err(error) => {
                let message = format!("the column expression `{text}` cannot be used: {error}");
                problems.push(Problem { message, ..Problem::of(&error) });
            }
        }
    }
    if problems.is_empty() { Ok(parsed) } else { Err(problems) }
}

fn profile_rows(profile: &ColumnProfile) -> Vec<ProfileRow<'_>> {
    let row = |kind, value, value_count| ProfileRow {
        column: &profile.column,
        kind,
        value,
        value_count,
        sum_tokens_in_value_count_group: None,
        percentile_ex_nulls: None,
        percentile_inc_nulls: None,
        total_non_null_rows: profile.total_non_null_rows,
        total_rows_inc_nulls: profile.total_rows_inc_nulls,
        distinct_value_count: profile.distinct_value_count,
    };
    let mut rows: Vec<ProfileRow<'_>> = profile
        .distribution
        .iter()
        .map(|step| ProfileRow {
            sum_tokens_in_value_count_group: Some(step.sum_tokens_in_value_count_group),
            percentile_ex_nulls: Some(step.percentile_ex_nulls),
            percentile_inc_nulls: Some(step.percentile_inc_nulls),
            ..row("distribution", None, step.value_count)
        })
        .collect();
    rows.extend(profile.top.iter().map(|value| row("top", Some(value.value.as_str()), value.value_count)));
    rows.extend(profile.bottom.iter().map(|value| row("bottom", Some(value.value.as_str()), value.value_count)));
    rows
}
