//! Steps that look at data and blocks, not at scores.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StringArray, UInt64Array};
use kintsu_core::RunContext;
use kintsu_link::diagnose::{
    ColumnProfile, LargestBlock, completeness, count_comparisons, largest_blocks_of_rule, profile_expression, profile_values,
};
use kintsu_link::model::{BlockingRule, Dialect, Parity};
use kintsu_link::score::TermFrequencies;
use kintsu_link::sql::{Expr, parse_column_expression};
use kintsu_table::ColumnData;
use serde::Serialize;

use super::clusters::batch_of;
use super::model_source::{Spot, blocking_rule, blocking_rules};
use super::output::{Tables, file_name};
use super::rows::{frequencies_batch, rows_batch};
use super::session::LinkageSession;
use crate::error::JobError;
use crate::spec::{BlockingRuleSpec, Problem, StepSpec};

/// A row of the profile: a step of a column's distribution, or one of its values.
#[derive(Default, Serialize)]
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

impl LinkageSession {
    pub(super) fn take_data_step(&mut self, step: &StepSpec, tables: &mut dyn Tables, ctx: &RunContext) -> Result<(), JobError> {
        match step {
            StepSpec::ProfileColumns { column_expressions, top_n, bottom_n, name } => {
                let profiles = self.profiles(column_expressions.as_deref(), *top_n as usize, *bottom_n as usize)?;
                let rows: Vec<ProfileRow<'_>> = profiles.iter().flat_map(profile_rows).collect();
                tables.write(name.as_deref().unwrap_or("profile_columns"), &rows_batch(&rows)?)
            }
            StepSpec::Completeness { cols, name } => {
                tables.write(name.as_deref().unwrap_or("completeness"), &self.completeness(cols.as_deref())?)
            }
            StepSpec::CountComparisons { blocking_rules: rules, name } => {
                let rules = self.rules_or_model(rules.as_deref())?;
                let rows = count_comparisons(&self.loaded.records, &rules, self.parity(), ctx).map_err(JobError::part)?;
                tables.write(name.as_deref().unwrap_or("count_comparisons"), &rows_batch(&rows)?)
            }
            StepSpec::LargestBlocks { blocking_rule: rule, n_largest, name } => {
                let rule = blocking_rule(rule)?;
                let batch = self.largest_blocks(&rule, *n_largest as usize)?;
                tables.write(name.as_deref().unwrap_or("largest_blocks"), &batch)
            }
            StepSpec::TermFrequencies { columns } => {
                let of_model = self.compiled.as_ref().map(|compiled| &compiled.frequencies);
                for column in columns.iter().filter(|column| of_model.is_none_or(|tables| tables.of(column).is_none())) {
                    let table = TermFrequencies::compute(&self.loaded.records, column).map_err(JobError::part)?;
                    let name = format!("term_frequencies/{}", file_name(column));
                    if !tables.has(&name) {
                        tables.write(&name, &frequencies_batch(&table, "tf_")?)?;
                    }
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

    fn parity(&self) -> Parity {
        self.sourced.as_ref().map_or(Parity::Characters, |sourced| sourced.model.parity)
    }

    fn profiles(&self, expressions: Option<&[String]>, top: usize, bottom: usize) -> Result<Vec<ColumnProfile>, JobError> {
        let records = &self.loaded.records;
        let Some(expressions) = expressions else {
            let encoded = records.table().columns().iter().filter_map(|column| Some((column, column.encoded()?)));
            return Ok(encoded.map(|(column, values)| profile_values(&column.name, values, top, bottom)).collect());
        };
        let mut problems = Vec::new();
        let parsed = parse_expressions(expressions, "column_expressions", &mut problems);
        if !problems.is_empty() {
            return Err(JobError::Configuration(problems));
        }
        expressions
            .iter()
            .zip(parsed)
            .map(|(text, (expression, _))| {
                profile_expression(records, text, &expression, self.parity(), top, bottom).map_err(JobError::part)
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

    fn largest_blocks(&self, rule: &BlockingRule, count: usize) -> Result<arrow_array::RecordBatch, JobError> {
        let blocks = largest_blocks_of_rule(&self.loaded.records, rule, count, self.parity()).map_err(JobError::part)?;
        let keys = blocks.first().map_or_else(|| rule.condition.equality_keys().keys.len(), |block| block.keys.len());
        let mut columns: Vec<(String, ArrayRef)> = Vec::new();
        for position in 0..keys {
            let values: StringArray = blocks.iter().map(|block| block.keys.get(position)).collect();
            columns.push((format!("key_{position}"), Arc::new(values)));
        }
        let mut add = |name: &str, of: fn(&LargestBlock) -> u64| {
            columns.push((name.to_owned(), Arc::new(UInt64Array::from_iter_values(blocks.iter().map(of)))));
        };
        add("count_l", |block| block.count_l);
        add("count_r", |block| block.count_r);
        add("block_count", |block| block.block_count);
        batch_of(columns)
    }
}

/// Column expressions as they are computed, each with its place; `path` is that of their list. What is wrong goes to `problems`.
pub(super) fn parse_expressions(texts: &[String], path: &str, problems: &mut Vec<Problem>) -> Vec<(Expr, Spot)> {
    let mut parsed = Vec::new();
    for (position, text) in texts.iter().enumerate() {
        let spot = Spot::of_job(format!("{path}[{position}]"));
        match parse_column_expression(text, Dialect::DuckDb) {
            Ok(expression) => parsed.push((expression, spot)),
            Err(error) => {
                let message = format!("the column expression `{text}` cannot be used: {error}");
                problems.push(spot.of(Problem { message, ..Problem::of(&error) }));
            }
        }
    }
    parsed
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
