//! Steps that score given pairs or hold predictions against labels.

use std::path::Path;

use kintsu_core::RunContext;
use kintsu_link::block::Blocker;
use kintsu_link::diagnose::{PredictionErrors, ReadyModel, TruthOptions, TruthStatus, rules_that_find};
use kintsu_link::score::{EdgeColumns, Edges};

use super::edges::{Extra, PairsTable, write_pairs};
use super::load::{find, missing};
use super::output::Tables;
use super::preflight::no_labels;
use super::rows::rows_batch;
use super::session::{LinkageSession, score_pairs};
use crate::error::JobError;
use crate::spec::{ColumnOrFile, StepSpec};

/// So many listed pairs are scored at once.
const PAIRS_PER_PART: usize = 1 << 18;

impl LinkageSession {
    pub(super) fn take_label_step(&mut self, step: &StepSpec, tables: &mut dyn Tables, ctx: &RunContext) -> Result<(), JobError> {
        match step {
            StepSpec::ScorePairs { pairs, name } => {
                self.score_listed(pairs, name.as_deref().unwrap_or("scored_pairs"), tables, ctx)
            }
            StepSpec::AccuracyFromLabelsTable { labels, threshold_match_probability, match_weight_round_to_nearest, name } => {
                let pairs = self.listed_pairs(labels, ctx)?;
                let weight_step = Some(*match_weight_round_to_nearest as f32);
                let options = TruthOptions { weight_step, ..TruthOptions::default() };
                let table = self.ready_model()?.truth_from_pairs(&pairs, *threshold_match_probability, options, ctx);
                tables.write(name.as_deref().unwrap_or("truth_table"), &rows_batch(&table.map_err(JobError::part)?)?)
            }
            StepSpec::AccuracyFromLabelsColumn {
                labels_column_name,
                positives_not_captured_by_blocking_rules_scored_as_zero,
                match_weight_round_to_nearest,
                name,
            } => {
                let column = self.label_column(labels_column_name)?;
                let unfound_pairs_below_all = *positives_not_captured_by_blocking_rules_scored_as_zero;
                let weight_step = Some(*match_weight_round_to_nearest as f32);
                let options = TruthOptions { weight_step, unfound_pairs_below_all };
                let table = self.ready_model()?.truth_from_column(column, options, ctx).map_err(JobError::part)?;
                tables.write(name.as_deref().unwrap_or("truth_table"), &rows_batch(&table)?)
            }
            StepSpec::PredictionErrors {
                labels,
                threshold_match_probability,
                include_false_positives,
                include_false_negatives,
                name,
            } => {
                let kinds = [
                    (*include_false_positives, TruthStatus::FalsePositive),
                    (*include_false_negatives, TruthStatus::FalseNegative),
                ];
                let wanted: Vec<TruthStatus> = kinds.iter().filter(|kind| kind.0).map(|kind| kind.1).collect();
                let errors = self.prediction_errors(labels, *threshold_match_probability, &wanted, ctx)?;
                let extra = Extra {
                    truth_status: Some(errors.truth_status.iter().map(|status| status.as_str()).collect()),
                    clerical_match_score: Some(errors.clerical_match_score),
                    found_by_blocking_rules: Some(errors.found_by_blocking_rules),
                };
                let name = name.as_deref().unwrap_or("prediction_errors");
                // The labels themselves stand beside the pairs.
                let mut model = self.model()?.clone();
                model.additional_columns_to_retain.extend(find(&labels.0, &self.loaded.sources.columns).map(str::to_owned));
                let columns = EdgeColumns { model: &model, ..self.edge_columns()? };
                write_pairs(columns, name, &errors.edges, &extra, tables)
            }
            StepSpec::Unlinkables { name } => {
                let rows = self.ready_model()?.unlinkables(ctx).map_err(JobError::part)?;
                tables.write(name.as_deref().unwrap_or("unlinkables"), &rows_batch(&rows)?)
            }
            other => Err(JobError::Defect(format!("`{}` is no step on labels", other.kind()))),
        }
    }

    /// Scores the pairs of a file in their order, some at a time.
    fn score_listed(&self, pairs: &Path, name: &str, tables: &mut dyn Tables, ctx: &RunContext) -> Result<(), JobError> {
        let rows = self.matching_pairs(pairs, ctx)?;
        let rules = self.rules_of(&rows, ctx)?;
        let (model, compiled) = (self.model()?, self.compiled()?);
        let (kernel, after_last) = (score_pairs(model)?, model.blocking_rules.len() as u32);
        let found = |rules: &[Option<u32>]| Extra {
            found_by_blocking_rules: Some(rules.iter().map(Option::is_some).collect()),
            ..Extra::default()
        };
        let none = Edges::new(model.comparisons.len());
        let mut table = PairsTable::open(self.edge_columns()?, name, &none, &found(&[]), tables)?;
        for (rows, rules) in rows.chunks(PAIRS_PER_PART).zip(rules.chunks(PAIRS_PER_PART)) {
            let mut edges = kernel.score(&self.loaded.records, rows, compiled, ctx).map_err(JobError::part)?;
            edges.rules = rules.iter().map(|rule| rule.unwrap_or(after_last)).collect();
            table.write(&edges, &found(rules))?;
        }
        table.close(tables)
    }

    fn prediction_errors(
        &self,
        labels: &ColumnOrFile,
        threshold: f64,
        wanted: &[TruthStatus],
        ctx: &RunContext,
    ) -> Result<PredictionErrors, JobError> {
        let model = self.ready_model()?;
        if let Some(column) = find(&labels.0, &self.loaded.sources.columns) {
            return model.errors_from_column(column, threshold, wanted, ctx).map_err(JobError::part);
        }
        let path = Path::new(&labels.0);
        if self.held.is_file(path) {
            return model.errors_from_pairs(&self.listed_pairs(path, ctx)?, threshold, wanted, ctx).map_err(JobError::part);
        }
        Err(JobError::problem(no_labels(&labels.0)))
    }

    fn ready_model(&self) -> Result<ReadyModel<'_>, JobError> {
        let compiled = self.compiled()?;
        let (records, model) = (&self.loaded.records, self.model()?);
        Ok(ReadyModel { records, model, comparators: &compiled.comparators, scorer: &compiled.scorer })
    }

    /// The column of labels by its name in the input.
    fn label_column(&self, name: &str) -> Result<&str, JobError> {
        let columns = &self.loaded.sources.columns;
        find(name, columns).ok_or_else(|| JobError::problem(missing(name, "the column of labels", columns)))
    }

    /// For each pair, the first blocking rule that finds it.
    pub(super) fn rules_of(&self, pairs: &[(u32, u32)], ctx: &RunContext) -> Result<Vec<Option<u32>>, JobError> {
        let model = self.model()?;
        let blocker = Blocker::new(&self.loaded.records, &model.blocking_rules, model.parity, ctx).map_err(JobError::part)?;
        rules_that_find(&blocker, pairs, ctx).map_err(JobError::part)
    }
}
