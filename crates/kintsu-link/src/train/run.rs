//! Splink's training methods on records: they find the pairs, count them, and hand the counts to the trainer.

use std::fmt::Write;

use kintsu_core::{RunContext, Stream};

use super::exact_top::{exact_top_shares, note_on_sampled_tops};
use super::sample::sample_rows;
use super::{EmSession, EmSettings, TrainError, Trainer};
use crate::block::Blocker;
use crate::compare::Comparators;
use crate::error::LinkError;
use crate::library::block_on_column;
use crate::model::{BlockingRule, Model, Parity};
use crate::records::Records;
use crate::score::{LevelCounts, PatternCounts, TermFrequencyTables, count_levels, count_patterns};

/// What training looks at. Comparators and frequencies stay valid while the model's parameters change.
#[derive(Debug, Clone, Copy)]
pub struct TrainingData<'a> {
    /// The records.
    pub records: &'a Records,
    /// The model's comparisons, made ready for these records.
    pub comparators: &'a Comparators,
    /// The term frequencies that the model adjusts for.
    pub frequencies: &'a TermFrequencyTables,
}

/// What is counted about the pairs of a training rule.
#[derive(Debug, Clone, Copy)]
pub struct PatternsWanted<'a> {
    /// The comparisons that are looked at, as positions in the model.
    pub comparisons: &'a [usize],
    /// Whether pairs are told apart by the term frequencies of the levels they take.
    pub by_term_frequency: bool,
    /// Count a sample of about so many pairs, drawn by the run's seed and the ids; none counts all.
    pub pairs_max: Option<f64>,
}

impl TrainingData<'_> {
    /// Counts the pairs that `rules` find, all pairs where there are none: what an EM session on them looks at.
    ///
    /// # Errors
    /// What blocking refuses, and [`LinkError::Cancelled`].
    pub fn count_pairs(
        &self,
        model: &Model,
        rules: &[BlockingRule],
        wanted: PatternsWanted<'_>,
        ctx: &RunContext,
    ) -> Result<PatternCounts, LinkError> {
        let blocker = Blocker::new(self.records, rules, model.parity, ctx)?;
        let sampled;
        let blocker = match wanted.pairs_max {
            Some(pairs_max) if blocker.pairs() as f64 > pairs_max => {
                sampled = sampled_pairs(&blocker, pairs_max, ctx)?;
                Blocker::given(self.records, &sampled)
            }
            _ => blocker,
        };
        let frequencies = wanted.by_term_frequency.then_some(self.frequencies);
        let count = || count_patterns(&blocker, self.comparators, model, wanted.comparisons, frequencies, ctx);
        in_stage(ctx, "comparing the pairs of a training rule", blocker.pairs(), count)
    }
}

impl Trainer {
    /// Sets lambda: the distinct pairs that the deterministic `rules` find, divided by `recall` (the share of all matches that
    /// they are believed to find) and by the number of possible pairs.
    ///
    /// # Errors
    /// [`TrainError::Recall`], [`TrainError::TooManyDeterministicPairs`], and what blocking refuses.
    pub fn estimate_probability_two_random_records_match(
        &mut self,
        data: TrainingData<'_>,
        rules: &[BlockingRule],
        recall: f64,
        ctx: &RunContext,
    ) -> Result<f64, TrainError> {
        let possible = data.records.possible_pairs();
        if possible == 0 {
            return Err(TrainError::NoPossiblePairs { records: data.records.rows() as u64 });
        }
        let blocker = Blocker::new(data.records, rules, self.model().parity, ctx)?;
        let stage = "counting the pairs of the deterministic rules";
        let found = in_stage(ctx, stage, blocker.pairs(), || blocker.marginal_counts(ctx))?.into_iter().sum();
        self.set_lambda_from_counts(found, recall, possible, ctx)
    }

    /// Estimates u from at least `max_pairs` random pairs, or all pairs when there are fewer. The sample depends on `seed` (the
    /// run's when none) and the records' ids alone.
    ///
    /// Where the model is not held to another engine's strings, the u of an exact level comes from value frequencies instead.
    ///
    /// # Errors
    /// [`TrainError::MaxPairs`], [`TrainError::NoPossiblePairs`], and what comparing refuses.
    pub fn estimate_u_using_random_sampling(
        &mut self,
        data: TrainingData<'_>,
        max_pairs: f64,
        seed: Option<u64>,
        ctx: &RunContext,
    ) -> Result<(), TrainError> {
        if !(max_pairs >= 1.0 && max_pairs.is_finite()) {
            return Err(TrainError::MaxPairs { value: max_pairs });
        }
        let possible = data.records.possible_pairs();
        if possible == 0 {
            return Err(TrainError::NoPossiblePairs { records: data.records.rows() as u64 });
        }
        let seed = seed.unwrap_or(ctx.seed);
        let rows = sample_rows(data.records, max_pairs, Stream::new(seed, "estimate_u_using_random_sampling"));
        let everything = rows.len() == data.records.rows();
        let comparisons = self.model().comparisons.len() as u64;
        let pairs = Blocker::cartesian(data.records, rows.clone()).pairs();
        let count = || count_levels(data.records, data.comparators, self.model(), &rows, ctx);
        let counts = in_stage(ctx, "comparing random pairs", pairs * comparisons, count)?;
        let exact = match self.model().parity {
            Parity::Characters if !everything => exact_top_shares(self.model(), data.records)?,
            _ => Vec::new(),
        };
        self.set_u_from_counts(&counts, &exact)?;
        let mut kind = if everything { "all pairs".to_owned() } else { format!("{} sampled records, seed {seed}", rows.len()) };
        if !everything && let Some(note) = note_on_sampled_tops(self.model(), data.records, max_pairs) {
            let _ = write!(kind, "; {note}");
        }
        self.note("estimate_u_using_random_sampling", kind, Some(pairs));
        Ok(())
    }

    /// Runs a session of expectation maximisation on the pairs that `rule` finds.
    ///
    /// # Errors
    /// [`TrainError::ExplodingRule`], [`TrainError::NothingToEstimate`], [`TrainError::NoPairs`], and what blocking refuses.
    pub fn estimate_parameters_using_expectation_maximisation(
        &mut self,
        data: TrainingData<'_>,
        rule: &BlockingRule,
        settings: EmSettings,
        ctx: &RunContext,
    ) -> Result<&EmSession, TrainError> {
        let plan = self.plan_em(rule, settings)?;
        if let Some(value) = settings.max_pairs.filter(|value| value.is_nan() || *value < 1.0) {
            return Err(TrainError::MaxPairs { value });
        }
        let wanted = PatternsWanted {
            comparisons: &plan.comparisons,
            by_term_frequency: plan.by_term_frequency(self.model()),
            pairs_max: settings.max_pairs,
        };
        let counts = data.count_pairs(self.model(), std::slice::from_ref(rule), wanted, ctx)?;
        self.run_em(plan, &counts, ctx)
    }

    /// Adds an estimate of m from the pairs that agree on `column`, which says who is who; nulls agree with nothing.
    ///
    /// # Errors
    /// [`TrainError::NoPairs`] when no two records agree, and what blocking refuses.
    pub fn estimate_m_from_label_column(
        &mut self,
        data: TrainingData<'_>,
        column: &str,
        ctx: &RunContext,
    ) -> Result<(), TrainError> {
        let rule = block_on_column(column, self.model().sql_dialect);
        let blocker = Blocker::new(data.records, &[rule], self.model().parity, ctx)?;
        self.count_m(data, &blocker, "estimate_m_from_label_column", format!("the label column `{column}`"), ctx)
    }

    /// Adds an estimate of m from pairs of rows that are known to match; a score that was given with them is of no account.
    ///
    /// # Errors
    /// [`TrainError::NoPairs`] when there are none, and what comparing refuses.
    pub fn estimate_m_from_pairwise_labels(
        &mut self,
        data: TrainingData<'_>,
        pairs: &[(u32, u32)],
        ctx: &RunContext,
    ) -> Result<(), TrainError> {
        let blocker = Blocker::given(data.records, &oriented(pairs));
        self.count_m(data, &blocker, "estimate_m_from_pairwise_labels", "the labelled pairs".to_owned(), ctx)
    }

    fn count_m(
        &mut self,
        data: TrainingData<'_>,
        blocker: &Blocker<'_>,
        method: &str,
        what: String,
        ctx: &RunContext,
    ) -> Result<(), TrainError> {
        let all: Vec<usize> = (0..self.model().comparisons.len()).collect();
        let count = || count_patterns(blocker, data.comparators, self.model(), &all, None, ctx);
        let patterns = in_stage(ctx, "comparing labelled pairs", blocker.pairs(), count)?;
        if patterns.is_empty() {
            return Err(TrainError::NoPairs { what });
        }
        let counts = level_counts(self.model(), &patterns);
        self.set_m_from_counts(&counts, method)?;
        self.note(method, what, Some(patterns.pairs()));
        Ok(())
    }
}

/// Runs `work` as a stage of so many pairs.
fn in_stage<T, E>(ctx: &RunContext, stage: &str, pairs: u64, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    ctx.progress().begin(stage, Some(pairs), "pairs");
    let done = work();
    ctx.progress().finish();
    done
}

/// Each pair with the row that comes first on the left.
fn oriented(pairs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    pairs.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect()
}

/// The pairs of a rule among sampled records: each side is kept with probability sqrt(max_pairs / pairs), by ids alone.
fn sampled_pairs(blocker: &Blocker<'_>, max_pairs: f64, ctx: &RunContext) -> Result<Vec<(u32, u32)>, LinkError> {
    let records = blocker.records();
    let share = (max_pairs / blocker.pairs() as f64).sqrt();
    let stream = Stream::new(ctx.seed, "estimate_parameters_using_expectation_maximisation");
    let kept: Vec<bool> =
        (0..records.rows()).map(|row| kintsu_core::unit_interval(records.random_bits(row, stream)) < share).collect();
    let parts = blocker.fold(ctx, Vec::new, |found: &mut Vec<(u32, u32)>, batch| {
        let pairs = batch.left.iter().copied().zip(batch.right.iter().copied());
        found.extend(pairs.filter(|(left, right)| kept[*left as usize] && kept[*right as usize]));
        Ok(())
    })?;
    Ok(parts.concat())
}

/// How many pairs took each level, comparison by comparison.
fn level_counts(model: &Model, patterns: &PatternCounts) -> LevelCounts {
    let mut counts = LevelCounts::new(&model.comparisons);
    for pattern in 0..patterns.len() {
        for (comparison, gamma) in patterns.comparisons.iter().zip(patterns.gammas(pattern)) {
            let place = usize::try_from(i32::from(*gamma) + 1).unwrap_or(0);
            counts.counts[*comparison][place] += patterns.counts[pattern];
        }
    }
    counts
}
