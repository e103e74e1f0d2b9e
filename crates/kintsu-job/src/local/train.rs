//! Training: the steps that a job lists, or a plan of our own where it lists none.

use std::path::Path;

use arrow_array::Array;
use kintsu_core::{RunContext, Stream, unit_interval};
use kintsu_link::block::Blocker;
use kintsu_link::compare::Comparators;
use kintsu_link::model::{BlockingRule, Comparison, ComparisonLevel, LinkType, Model, Parity, TrainingNote};
use kintsu_link::records::Records;
use kintsu_link::score::{LevelCounts, PatternCounts, TermFrequencies, TermFrequencyTables, count_levels, count_patterns};
use kintsu_link::sql::{Expr, Side, parse_blocking_rule};
use kintsu_link::train::{EmSettings, Trainer};

use super::clock::Clock;
use super::model_source::blocking_rule;
use super::row_lookup::RowLookup;
use crate::error::JobError;
use crate::spec::TrainingStep;

/// So many pairs are drawn for u where the job does not say.
const PAIRS_MAX_DEFAULT: f64 = 1e7;

/// A model in training on some records.
pub(super) struct Training<'a> {
    trainer: Trainer,
    records: &'a Records,
    comparators: Comparators,
    supplied: Vec<TermFrequencies>,
    frequencies: Option<TermFrequencyTables>,
    notes: Vec<TrainingNote>,
}

impl<'a> Training<'a> {
    pub(super) fn new(
        model: Model,
        records: &'a Records,
        supplied: Vec<TermFrequencies>,
        ctx: &RunContext,
    ) -> Result<Self, JobError> {
        let comparators = Comparators::compile(&model, records, ctx).map_err(JobError::part)?;
        let trainer = Trainer::new(model);
        Ok(Self { trainer, records, comparators, supplied, frequencies: None, notes: Vec::new() })
    }

    /// The trainer, and what was done in order.
    pub(super) fn finish(self) -> (Trainer, Comparators, Vec<TrainingNote>) {
        (self.trainer, self.comparators, self.notes)
    }

    /// Follows the steps of the job.
    pub(super) fn follow(&mut self, steps: &[TrainingStep], ctx: &RunContext, clock: &mut Clock) -> Result<(), JobError> {
        for step in steps {
            match step {
                TrainingStep::EstimateProbabilityTwoRandomRecordsMatch { deterministic_matching_rules, recall } => {
                    let rules = super::model_source::blocking_rules(deterministic_matching_rules)?;
                    clock.stage("estimate_lambda", ctx, || self.estimate_lambda(&rules, *recall, ctx))?;
                }
                TrainingStep::EstimateUUsingRandomSampling { max_pairs, seed } => {
                    clock.stage("estimate_u", ctx, || self.estimate_u(*max_pairs, seed.unwrap_or(ctx.seed), ctx))?;
                }
                TrainingStep::EstimateParametersUsingExpectationMaximisation {
                    blocking_rule: rule,
                    estimate_without_term_frequencies,
                    fix_probability_two_random_records_match,
                    fix_m_probabilities,
                    fix_u_probabilities,
                    populate_probability_two_random_records_match_from_trained_values: populate,
                } => {
                    let rule = blocking_rule(rule).map_err(JobError::problem)?;
                    let settings = EmSettings {
                        estimate_without_term_frequencies: *estimate_without_term_frequencies,
                        fix_probability_two_random_records_match: *fix_probability_two_random_records_match,
                        fix_m_probabilities: *fix_m_probabilities,
                        fix_u_probabilities: *fix_u_probabilities,
                        populate_probability_two_random_records_match_from_trained_values: *populate,
                        max_pairs: None,
                    };
                    clock.stage("expectation_maximisation", ctx, || self.maximise(&rule, settings, ctx))?;
                }
                TrainingStep::EstimateMFromLabelColumn { label_colname } => {
                    clock.stage("estimate_m", ctx, || self.estimate_m_from_column(label_colname, ctx))?;
                }
                TrainingStep::EstimateMFromPairwiseLabels { labels } => {
                    clock.stage("estimate_m", ctx, || self.estimate_m_from_pairs(labels, ctx))?;
                }
            }
        }
        Ok(())
    }

    /// The plan for settings alone: lambda stays, u is sampled, EM runs on each blocking rule made of equalities until every
    /// comparison is trained.
    pub(super) fn follow_own_plan(&mut self, ctx: &RunContext, clock: &mut Clock) -> Result<(), JobError> {
        clock.stage("estimate_u", ctx, || self.estimate_u(PAIRS_MAX_DEFAULT, ctx.seed, ctx))?;
        for rule in self.trainer.model().blocking_rules.clone() {
            if self.untrained().is_empty() {
                break;
            }
            let settings = EmSettings::default();
            let useful = is_made_of_equalities(&rule)
                && self.trainer.plan_em(&rule, settings).is_ok_and(|plan| {
                    let untrained = self.untrained();
                    plan.comparisons.iter().any(|comparison| untrained.contains(comparison))
                });
            if useful {
                clock.stage("expectation_maximisation", ctx, || self.try_maximise(&rule, settings, ctx))?;
            }
        }
        Ok(())
    }

    /// The comparisons of which no level's m was estimated or given.
    fn untrained(&self) -> Vec<usize> {
        let trained = |comparison: &Comparison| comparison.levels.iter().any(|level| level.m_probability.is_some());
        let comparisons = self.trainer.model().comparisons.iter().enumerate();
        comparisons.filter(|(_, comparison)| !trained(comparison)).map(|(at, _)| at).collect()
    }

    fn estimate_lambda(&mut self, rules: &[BlockingRule], recall: f64, ctx: &RunContext) -> Result<(), JobError> {
        let parity = self.trainer.model().parity;
        let blocker = Blocker::new(self.records, rules, parity, ctx).map_err(JobError::part)?;
        let found = blocker.marginal_counts(ctx).map_err(JobError::part)?.iter().sum();
        let possible = self.records.possible_pairs();
        self.trainer.set_lambda_from_counts(found, recall, possible, ctx).map_err(JobError::part)?;
        self.take_note();
        Ok(())
    }

    fn estimate_u(&mut self, max_pairs: f64, seed: u64, ctx: &RunContext) -> Result<(), JobError> {
        let model = self.trainer.model();
        let share = sample_share(self.records, model.link_type, max_pairs);
        let rows = sample(self.records, share, seed);
        let counts = count_levels(self.records, &self.comparators, model, &rows, ctx).map_err(JobError::part)?;
        let exact = model.comparisons.iter().map(|comparison| exact_u(comparison, model, self.records)).collect::<Vec<_>>();
        let pairs = pairs_among(self.records, &rows);
        self.trainer.set_u_from_counts(&counts, &exact).map_err(JobError::part)?;
        let detail = format!("at most {max_pairs} pairs, seed {seed}: {} of {} records", rows.len(), self.records.rows());
        self.note("estimate_u_using_random_sampling", detail, pairs);
        Ok(())
    }

    fn maximise(&mut self, rule: &BlockingRule, settings: EmSettings, ctx: &RunContext) -> Result<(), JobError> {
        let plan = self.trainer.plan_em(rule, settings).map_err(JobError::part)?;
        if !settings.estimate_without_term_frequencies && self.frequencies.is_none() {
            let tables = TermFrequencyTables::new(self.trainer.model(), self.records, self.supplied.clone());
            self.frequencies = Some(tables.map_err(JobError::part)?);
        }
        let frequencies = self.frequencies.as_ref().filter(|_| !settings.estimate_without_term_frequencies);
        let model = self.trainer.model();
        let blocker = Blocker::new(self.records, std::slice::from_ref(rule), model.parity, ctx).map_err(JobError::part)?;
        let counts = count_patterns(&blocker, &self.comparators, model, &plan.comparisons, frequencies, ctx);
        self.trainer.run_em(plan, &counts.map_err(JobError::part)?, ctx).map_err(JobError::part)?;
        self.take_note();
        Ok(())
    }

    /// As [`Self::maximise`], but a rule that finds no pairs is passed over: it was our own choice.
    fn try_maximise(&mut self, rule: &BlockingRule, settings: EmSettings, ctx: &RunContext) -> Result<(), JobError> {
        let model = self.trainer.model();
        let blocker = Blocker::new(self.records, std::slice::from_ref(rule), model.parity, ctx).map_err(JobError::part)?;
        if blocker.pairs() == 0 {
            let detail = format!("{}: finds no pairs, passed over", rule.blocking_rule);
            self.note("estimate_parameters_using_expectation_maximisation", detail, 0);
            return Ok(());
        }
        drop(blocker);
        self.maximise(rule, settings, ctx)
    }

    fn estimate_m_from_column(&mut self, column: &str, ctx: &RunContext) -> Result<(), JobError> {
        let rule = equality_on(column)?;
        let parity = self.trainer.model().parity;
        let blocker = Blocker::new(self.records, std::slice::from_ref(&rule), parity, ctx).map_err(JobError::part)?;
        self.estimate_m(&blocker, "estimate_m_from_label_column", column, ctx)
    }

    fn estimate_m_from_pairs(&mut self, labels: &Path, ctx: &RunContext) -> Result<(), JobError> {
        let pairs = RowLookup::new(self.records).pairs(labels, ctx)?;
        let pairs: Vec<(u32, u32)> = pairs.iter().map(|pair| (pair.left, pair.right)).collect();
        let blocker = Blocker::given(self.records, &pairs);
        self.estimate_m(&blocker, "estimate_m_from_pairwise_labels", "a table of pairs", ctx)
    }

    fn estimate_m(&mut self, blocker: &Blocker<'_>, method: &str, source: &str, ctx: &RunContext) -> Result<(), JobError> {
        let model = self.trainer.model();
        let all: Vec<usize> = (0..model.comparisons.len()).collect();
        let patterns = count_patterns(blocker, &self.comparators, model, &all, None, ctx).map_err(JobError::part)?;
        let counts = levels_of(&patterns, model);
        self.trainer.set_m_from_counts(&counts, source).map_err(JobError::part)?;
        self.note(method, source.to_owned(), patterns.pairs());
        Ok(())
    }

    fn note(&mut self, method: &str, detail: String, pairs: u64) {
        self.notes.push(TrainingNote { method: method.to_owned(), detail, pairs: Some(pairs), ..TrainingNote::default() });
    }

    /// Takes over the note that the trainer made last.
    fn take_note(&mut self) {
        self.notes.extend(self.trainer.notes().last().cloned());
    }
}

/// Whether a rule is nothing but equalities, so that training on it makes sense.
pub(super) fn is_made_of_equalities(rule: &BlockingRule) -> bool {
    let split = rule.condition.equality_keys();
    !split.keys.is_empty() && split.residual.is_empty() && rule.arrays_to_explode.is_empty()
}

/// A rule that finds the pairs with equal values of `column`.
pub(super) fn equality_on(column: &str) -> Result<BlockingRule, JobError> {
    let quoted = column.replace('"', "\"\"");
    let text = format!("l.\"{quoted}\" = r.\"{quoted}\"");
    let dialect = kintsu_link::model::Dialect::DuckDb;
    let condition = parse_blocking_rule(&text, dialect).map_err(JobError::part)?;
    Ok(BlockingRule { blocking_rule: text, condition, sql_dialect: dialect, salting_partitions: None, arrays_to_explode: Vec::new() })
}

/// The share of records that gives about `max_pairs` pairs.
fn sample_share(records: &Records, link_type: LinkType, max_pairs: f64) -> f64 {
    let share = match link_type {
        LinkType::LinkOnly => (max_pairs / records.possible_pairs() as f64).sqrt(),
        LinkType::DedupeOnly | LinkType::LinkAndDedupe => (1.0 + (1.0 + 8.0 * max_pairs).sqrt()) / 2.0 / records.rows() as f64,
    };
    if share.is_finite() { share.min(1.0) } else { 1.0 }
}

/// The rows of the sample: a row is in it or not by its id and the seed alone.
fn sample(records: &Records, share: f64, seed: u64) -> Vec<u32> {
    let stream = Stream::new(seed, "estimate_u_using_random_sampling");
    let drawn = |row: &u32| share >= 1.0 || unit_interval(records.random_bits(*row as usize, stream)) < share;
    (0..records.rows() as u32).filter(drawn).collect()
}

/// The number of pairs among `rows` that the link type admits.
fn pairs_among(records: &Records, rows: &[u32]) -> u64 {
    Blocker::cartesian(records, rows.to_vec()).pairs()
}

/// u of an exact match that comes first, from the counts of values: no sampling, no noise. Only for models of our own semantics,
/// and only where the level is an equality of one column that is null when the column is.
fn exact_u(comparison: &Comparison, model: &Model, records: &Records) -> Option<f64> {
    if model.parity != Parity::Characters {
        return None;
    }
    let mut levels = comparison.levels.iter();
    let (null, top) = (levels.next()?, levels.next()?);
    let [column] = top.condition.as_ref()?.is_exact_match_on()?.try_into().ok()?;
    if !null.is_null_level || top.is_null_level || top.fix_u_probability || !is_plain_null(null, &column) {
        return None;
    }
    let values = records.column(&column).ok()?;
    let sources = records.source_codes().filter(|_| model.link_type == LinkType::LinkOnly);
    equal_share(&values.codes, values.values.len(), sources)
}

/// `column_l IS NULL OR column_r IS NULL`.
fn is_plain_null(level: &ComparisonLevel, column: &str) -> bool {
    let of = |expr: &Expr, side: Side| {
        matches!(expr, Expr::IsNull(inner) if matches!(&**inner, Expr::Column(found) if found.side == side && found.name == column))
    };
    match &level.condition {
        Some(Expr::Or(sides)) => match sides.as_slice() {
            [a, b] => (of(a, Side::Left) && of(b, Side::Right)) || (of(a, Side::Right) && of(b, Side::Left)),
            _ => false,
        },
        _ => false,
    }
}

/// The share of pairs with equal values among the pairs without nulls; only pairs across `sources` where they are given.
fn equal_share(codes: &[u32], values: usize, sources: Option<&[u32]>) -> Option<f64> {
    let pairs = |count: u64| u128::from(count) * u128::from(count.saturating_sub(1)) / 2;
    let mut counts = vec![0_u64; values];
    let mut known = 0_u64;
    for code in codes {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
            known += 1;
        }
    }
    let (mut equal, mut all) = (counts.iter().map(|count| pairs(*count)).sum::<u128>(), pairs(known));
    if let Some(sources) = sources {
        let tables = sources.iter().max().map_or(0, |last| last + 1);
        for table in 0..tables {
            counts.fill(0);
            let mut known = 0_u64;
            for (code, source) in codes.iter().zip(sources) {
                if let Some(count) = counts.get_mut(*code as usize).filter(|_| *source == table) {
                    *count += 1;
                    known += 1;
                }
            }
            equal -= counts.iter().map(|count| pairs(*count)).sum::<u128>();
            all -= pairs(known);
        }
    }
    (all > 0 && equal > 0).then(|| equal as f64 / all as f64)
}

/// Pairs by level, comparison by comparison.
fn levels_of(patterns: &PatternCounts, model: &Model) -> LevelCounts {
    let mut counts = LevelCounts::new(&model.comparisons);
    for pattern in 0..patterns.len() {
        for (comparison, gamma) in patterns.comparisons.iter().zip(patterns.gammas(pattern)) {
            if let Some(count) = usize::try_from(gamma + 1).ok().and_then(|at| counts.counts[*comparison].get_mut(at)) {
                *count += patterns.counts[pattern];
            }
        }
    }
    counts
}
