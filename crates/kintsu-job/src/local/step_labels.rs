//! Steps that score given pairs or hold predictions against labels.

use std::collections::HashMap;
use std::path::Path;

use kintsu_core::RunContext;
use kintsu_entity::evaluate::UNKNOWN;
use kintsu_link::block::Blocker;
use kintsu_link::diagnose::{Labelled, LabelsFrom, TruthCounts, TruthOptions, truth_status, unlinkables};
use kintsu_link::score::{Edges, Threshold, predict, score_in_order};

use super::edges::Extra;
use super::load::find;
use super::output::Output;
use super::row_lookup::{ListedPair, RowLookup};
use super::rows::rows_batch;
use super::run_state::RunState;
use super::truth::column_labels;
use crate::error::JobError;
use crate::spec::{ColumnOrFile, Problem, StepSpec};

/// Scored pairs of which the labels are known.
struct LabelledPairs {
    edges: Edges,
    /// 1 for a match, 0 for none, or a clerical score between.
    scores: Vec<f64>,
    /// Whether a blocking rule finds the pair.
    found: Vec<bool>,
}

impl RunState<'_> {
    pub(super) fn take_label_step(&mut self, step: &StepSpec, output: &mut Output, ctx: &RunContext) -> Result<(), JobError> {
        match step {
            StepSpec::ScorePairs { pairs, name } => {
                let name = name.as_deref().unwrap_or("scored_pairs");
                let listed = self.labelled_by_table(pairs, ctx)?;
                let extra = Extra { found_by_blocking_rules: Some(listed.found), ..Extra::default() };
                self.pair_table()?.write(name, &listed.edges, &extra, output)
            }
            StepSpec::AccuracyFromLabelsTable { labels, threshold_match_probability, name } => {
                let pairs = self.labelled_by_table(labels, ctx)?;
                let table = truth_table(&pairs, *threshold_match_probability, TruthOptions::default(), None);
                output.write(name.as_deref().unwrap_or("truth_table"), &rows_batch(&table)?)
            }
            StepSpec::AccuracyFromLabelsColumn {
                labels_column_name,
                positives_not_captured_by_blocking_rules_scored_as_zero,
                name,
            } => {
                let pairs = self.labelled_by_column(labels_column_name, ctx)?;
                let unfound_pairs_below_all = *positives_not_captured_by_blocking_rules_scored_as_zero;
                let options = TruthOptions { unfound_pairs_below_all, ..TruthOptions::default() };
                let table = truth_table(&pairs, 0.5, options, Some(self.loaded.records.possible_pairs()));
                output.write(name.as_deref().unwrap_or("truth_table"), &rows_batch(&table)?)
            }
            StepSpec::PredictionErrors {
                labels,
                threshold_match_probability,
                include_false_positives,
                include_false_negatives,
                name,
            } => {
                let wanted = (*include_false_positives, *include_false_negatives);
                self.write_errors(labels, *threshold_match_probability, wanted, name.as_deref(), output, ctx)
            }
            StepSpec::Unlinkables { name } => {
                let compiled = self.compiled()?;
                let blocker = Blocker::itself(&self.loaded.records);
                let edges = score_in_order(&blocker, &compiled.comparators, &compiled.scorer, Threshold::None, ctx);
                let edges = edges.map_err(JobError::part)?;
                let rows = unlinkables(&edges.weights, &edges.probabilities());
                output.write(name.as_deref().unwrap_or("unlinkables"), &rows_batch(&rows)?)
            }
            other => Err(JobError::Defect(format!("`{}` is no step on labels", other.kind()))),
        }
    }

    /// The pairs of a file, scored in its order.
    fn labelled_by_table(&self, path: &Path, ctx: &RunContext) -> Result<LabelledPairs, JobError> {
        let listed = RowLookup::new(&self.loaded.records).pairs(path, ctx)?;
        let pairs: Vec<(u32, u32)> = listed.iter().map(|pair: &ListedPair| (pair.left, pair.right)).collect();
        let compiled = self.compiled()?;
        let blocker = Blocker::given(&self.loaded.records, &pairs);
        let edges = score_in_order(&blocker, &compiled.comparators, &compiled.scorer, Threshold::None, ctx);
        let mut edges = edges.map_err(JobError::part)?;
        let rules = self.rules_of(&pairs, ctx)?;
        let found = rules.iter().map(Option::is_some).collect();
        let count = self.model()?.blocking_rules.len() as u32;
        edges.rules = rules.into_iter().map(|rule| rule.unwrap_or(count)).collect();
        Ok(LabelledPairs { edges, scores: listed.iter().map(|pair| pair.score).collect(), found })
    }

    /// The pairs that blocking finds or that agree on `column`, scored.
    fn labelled_by_column(&self, column: &str, ctx: &RunContext) -> Result<LabelledPairs, JobError> {
        let Some(column) = find(column, &self.loaded.columns) else {
            return Err(JobError::problem(super::load::missing(column, "the column of labels", &self.loaded.columns)));
        };
        let records = &self.loaded.records;
        let model = self.model()?;
        let labels = column_labels(records, column)?;
        let by_label = kintsu_link::library::block_on([format!("\"{column}\"")]).build(kintsu_link::model::Dialect::DuckDb);
        let mut rules = model.blocking_rules.clone();
        let count = rules.len() as u32;
        let every_pair = rules.is_empty();
        if !every_pair {
            rules.push(by_label.map_err(JobError::part)?);
        }
        let blocker = Blocker::new(records, &rules, model.parity, ctx).map_err(JobError::part)?;
        let compiled = self.compiled()?;
        let edges = predict(&blocker, &compiled.comparators, &compiled.scorer, Threshold::None, ctx).map_err(JobError::part)?;
        let same = |(left, right): (&u32, &u32)| {
            let (a, b) = (labels[*left as usize], labels[*right as usize]);
            f64::from(u8::from(a == b && a != UNKNOWN))
        };
        let scores = edges.left.iter().zip(&edges.right).map(same).collect();
        let found = edges.rules.iter().map(|rule| every_pair || *rule < count).collect();
        Ok(LabelledPairs { edges, scores, found })
    }

    /// For each pair, the first blocking rule that finds it.
    pub(super) fn rules_of(&self, pairs: &[(u32, u32)], ctx: &RunContext) -> Result<Vec<Option<u32>>, JobError> {
        let model = self.model()?;
        let blocker = Blocker::new(&self.loaded.records, &model.blocking_rules, model.parity, ctx).map_err(JobError::part)?;
        rules_among(&blocker, pairs, ctx)
    }

    fn write_errors(
        &self,
        labels: &ColumnOrFile,
        threshold: f64,
        (false_positives, false_negatives): (bool, bool),
        name: Option<&str>,
        output: &mut Output,
        ctx: &RunContext,
    ) -> Result<(), JobError> {
        let (pairs, from) = if find(&labels.0, &self.loaded.columns).is_some() {
            (self.labelled_by_column(&labels.0, ctx)?, LabelsFrom::Column)
        } else if Path::new(&labels.0).is_file() {
            (self.labelled_by_table(Path::new(&labels.0), ctx)?, LabelsFrom::Table)
        } else {
            let problem = Problem::new("KN-JOB-013", format!("`{}` is neither a column nor a file of labels", labels.0));
            return Err(JobError::problem(problem));
        };
        let mut kept: Vec<usize> = Vec::new();
        let mut extra = Extra { truth_status: Some(Vec::new()), ..Extra::default() };
        for edge in 0..pairs.edges.len() {
            let labelled = Labelled {
                match_probability: pairs.edges.probability(edge),
                clerical_match_score: pairs.scores[edge],
                found_by_blocking_rules: pairs.found[edge],
            };
            let Some(status) = truth_status(&labelled, threshold, from) else { continue };
            let wanted = if status.as_str() == "FP" { false_positives } else { false_negatives };
            if wanted {
                kept.push(edge);
                extra.truth_status.get_or_insert_default().push(status.as_str());
            }
        }
        extra.clerical_match_score = Some(kept.iter().map(|edge| pairs.scores[*edge]).collect());
        extra.found_by_blocking_rules = Some(kept.iter().map(|edge| pairs.found[*edge]).collect());
        self.pair_table()?.write(name.unwrap_or("prediction_errors"), &chosen(&pairs.edges, &kept), &extra, output)
    }
}

/// Some of the edges, in the order given.
fn chosen(edges: &Edges, kept: &[usize]) -> Edges {
    let mut some = Edges::new(edges.comparisons);
    for &edge in kept {
        some.left.push(edges.left[edge]);
        some.right.push(edges.right[edge]);
        some.weights.push(edges.weights[edge]);
        some.rules.push(edges.rules[edge]);
        some.gammas.extend_from_slice(edges.gammas(edge));
    }
    some
}

fn truth_table(
    pairs: &LabelledPairs,
    clerical_threshold: f64,
    options: TruthOptions,
    possible: Option<u64>,
) -> Vec<kintsu_link::diagnose::TruthRow> {
    let mut counts = TruthCounts::new(options);
    for edge in 0..pairs.edges.len() {
        counts.add(pairs.edges.weights[edge], pairs.scores[edge] >= clerical_threshold, pairs.found[edge]);
    }
    counts.table(possible)
}

/// For each pair, the rule under which `blocker` finds it.
pub(super) fn rules_among(blocker: &Blocker<'_>, pairs: &[(u32, u32)], ctx: &RunContext) -> Result<Vec<Option<u32>>, JobError> {
    let mut wanted: HashMap<(u32, u32), Option<u32>> = pairs.iter().map(|pair| (*pair, None)).collect();
    let collect = |found: &mut Vec<((u32, u32), u32)>, batch: &kintsu_link::block::PairBatch| {
        let both = batch.left.iter().copied().zip(batch.right.iter().copied());
        found.extend(both.filter(|pair| wanted.contains_key(pair)).map(|pair| (pair, batch.rule)));
    };
    let found = blocker.fold(ctx, Vec::new, collect).map_err(JobError::part)?.concat();
    for (pair, rule) in found {
        wanted.insert(pair, Some(rule));
    }
    Ok(pairs.iter().map(|pair| wanted.get(pair).copied().flatten()).collect())
}
