//! A model held against the truth: truth tables and prediction errors, from a label column or a list of labelled pairs.
//!
//! A label column is blocked on as one more rule after the model's own, so that matches which blocking misses are scored too;
//! everything else that was never generated is a non-match. Records without a label match nothing, as an equality with null is
//! not true. Pairs are folded as they stream by: a truth table takes no memory per pair, errors take what they keep.

use kintsu_core::{MatchWeight, RunContext};

use super::prediction_errors::{Labelled, LabelsFrom, TruthStatus, truth_status};
use super::truth::{TruthCounts, TruthOptions, TruthRow};
use super::unlinkables::{UnlinkableRow, unlinkables};
use crate::block::{Blocker, PairBatch};
use crate::compare::{Comparators, Levels, Scratch};
use crate::error::LinkError;
use crate::library::block_on_column;
use crate::model::Model;
use crate::records::Records;
use crate::score::{Edges, Scorer, Threshold, score_in_order};

/// A model compiled for records, ready to score any pair of them.
#[derive(Debug, Clone, Copy)]
pub struct ReadyModel<'a> {
    /// The records.
    pub records: &'a Records,
    /// The model.
    pub model: &'a Model,
    /// Its comparisons, compiled for the records.
    pub comparators: &'a Comparators,
    /// Its weights.
    pub scorer: &'a Scorer,
}

/// A pair that somebody has looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelledPair {
    /// The left row; conditions see the pair as it is given.
    pub left: u32,
    /// The right row.
    pub right: u32,
    /// 1 for a match, 0 for none, or how sure the labeller was.
    pub clerical_match_score: f64,
}

/// Pairs on which model and labels differ. Columns of equal length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PredictionErrors {
    /// The pairs with their scores. From a label column they are sorted by pair, and those that only the labels found have the
    /// position after the last rule; from a list they stand in its order.
    pub edges: Edges,
    /// The labels.
    pub clerical_match_score: Vec<f64>,
    /// Whether a blocking rule finds the pair.
    pub found_by_blocking_rules: Vec<bool>,
    /// How the prediction is wrong.
    pub truth_status: Vec<TruthStatus>,
}

/// What a task needs to score batches.
#[derive(Default)]
struct Bench {
    levels: Levels,
    scratch: Scratch,
}

/// Labels by record.
struct LabelColumn {
    codes: arrow_buffer::ScalarBuffer<u32>,
    /// Rules below this position are the model's.
    rules: u32,
}

impl LabelColumn {
    fn is_match(&self, left: u32, right: u32) -> bool {
        let (left, right) = (self.codes[left as usize], self.codes[right as usize]);
        left == right && left != kintsu_table::NULL_CODE
    }

    fn labelled(&self, left: u32, right: u32, weight: f64, rule: u32) -> Labelled {
        Labelled {
            match_probability: MatchWeight::new(weight).probability().value(),
            clerical_match_score: f64::from(u8::from(self.is_match(left, right))),
            found_by_blocking_rules: rule < self.rules,
        }
    }
}

impl ReadyModel<'_> {
    /// The truth table against the column `label`, equal for records of one entity.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`], what blocking raises, [`LinkError::Cancelled`].
    pub fn truth_from_column(&self, label: &str, options: TruthOptions, ctx: &RunContext) -> Result<Vec<TruthRow>, LinkError> {
        let (blocker, labels) = self.blocked_on_labels(label, ctx)?;
        let parts = blocker.fold(
            ctx,
            || (TruthCounts::new(options), Bench::default()),
            |(counts, bench), batch| {
                self.score(batch, bench, |left, right, weight, _| {
                    counts.add(weight, labels.is_match(left, right), batch.rule < labels.rules);
                });
                Ok(())
            },
        )?;
        self.comparators.warn(ctx);
        let mut counts = TruthCounts::new(options);
        for (part, _) in &parts {
            counts.merge(part);
        }
        Ok(counts.table(Some(self.records.possible_pairs())))
    }

    /// The truth table against labelled pairs, of which those with at least `clerical_threshold` are matches.
    ///
    /// # Errors
    /// What blocking raises, [`LinkError::Cancelled`].
    pub fn truth_from_pairs(
        &self,
        pairs: &[LabelledPair],
        clerical_threshold: f64,
        options: TruthOptions,
        ctx: &RunContext,
    ) -> Result<Vec<TruthRow>, LinkError> {
        let mut counts = TruthCounts::new(options);
        self.each_labelled(pairs, ctx, |pair, scored, place, found| {
            counts.add(scored.weights[place], pair.clerical_match_score >= clerical_threshold, found);
        })?;
        Ok(counts.table(None))
    }

    /// The pairs that are wrong against the column `label` when those above `threshold` are taken for matches.
    ///
    /// # Errors
    /// As [`ReadyModel::truth_from_column`].
    pub fn errors_from_column(
        &self,
        label: &str,
        threshold: f64,
        wanted: &[TruthStatus],
        ctx: &RunContext,
    ) -> Result<PredictionErrors, LinkError> {
        let (blocker, labels) = self.blocked_on_labels(label, ctx)?;
        let status = |pair: &Labelled| truth_status(pair, threshold, LabelsFrom::Column).filter(|status| wanted.contains(status));
        let width = self.comparators.len();
        let parts = blocker.fold(
            ctx,
            || (Edges::new(width), Bench::default()),
            |(edges, bench), batch| {
                self.score(batch, bench, |left, right, weight, gammas| {
                    if status(&labels.labelled(left, right, weight, batch.rule)).is_some() {
                        edges.push(left, right, weight, batch.rule, gammas.iter().copied());
                    }
                });
                Ok(())
            },
        )?;
        self.comparators.warn(ctx);
        let edges = Edges::sorted(parts.into_iter().map(|part| part.0).collect(), width);
        let mut errors = PredictionErrors::default();
        for edge in 0..edges.len() {
            let pair = labels.labelled(edges.left[edge], edges.right[edge], edges.weights[edge], edges.rules[edge]);
            errors.note(&pair, status(&pair));
        }
        Ok(PredictionErrors { edges, ..errors })
    }

    /// The labelled pairs that are wrong when those above `threshold` are taken for matches.
    ///
    /// # Errors
    /// As [`ReadyModel::truth_from_pairs`].
    pub fn errors_from_pairs(
        &self,
        pairs: &[LabelledPair],
        threshold: f64,
        wanted: &[TruthStatus],
        ctx: &RunContext,
    ) -> Result<PredictionErrors, LinkError> {
        let mut errors = PredictionErrors { edges: Edges::new(self.comparators.len()), ..PredictionErrors::default() };
        self.each_labelled(pairs, ctx, |pair, scored, place, found_by_blocking_rules| {
            let labelled = Labelled {
                match_probability: scored.probability(place),
                clerical_match_score: pair.clerical_match_score,
                found_by_blocking_rules,
            };
            let status = truth_status(&labelled, threshold, LabelsFrom::Table).filter(|status| wanted.contains(status));
            if status.is_some() {
                let gammas = scored.gammas(place).iter().copied();
                errors.edges.push(pair.left, pair.right, scored.weights[place], scored.rules[place], gammas);
            }
            errors.note(&labelled, status);
        })?;
        Ok(errors)
    }

    /// How well records can be linked to themselves, the best that they can do; see [`unlinkables`].
    ///
    /// # Errors
    /// [`LinkError::Cancelled`], [`LinkError::TooManyEdges`].
    pub fn unlinkables(&self, ctx: &RunContext) -> Result<Vec<UnlinkableRow>, LinkError> {
        let blocker = Blocker::itself(self.records);
        let scored = score_in_order(&blocker, self.comparators, self.scorer, Threshold::None, ctx)?;
        Ok(unlinkables(&scored.weights, &scored.probabilities()))
    }

    /// Hands each pair of a batch to `take`: rows, weight, gammas.
    fn score(&self, batch: &PairBatch, bench: &mut Bench, mut take: impl FnMut(u32, u32, f64, &[i8])) {
        self.comparators.levels(batch, &mut bench.levels, &mut bench.scratch);
        let mut gammas = Vec::with_capacity(self.comparators.len());
        for (place, (&left, &right)) in batch.left.iter().zip(&batch.right).enumerate() {
            gammas.clear();
            gammas.extend(bench.levels.gammas.iter().map(|column| column[place]));
            take(left, right, self.scorer.weight(gammas.iter().copied(), left, right), &gammas);
        }
    }

    /// The pairs of the model's rules and then those that share a label. Without rules every pair is found.
    fn blocked_on_labels(&self, label: &str, ctx: &RunContext) -> Result<(Blocker<'_>, LabelColumn), LinkError> {
        let codes = self.records.column(label)?.codes;
        let mut rules = self.model.blocking_rules.clone();
        let own = rules.len().max(1) as u32;
        if !rules.is_empty() {
            rules.push(block_on_column(&self.records.find(label)?.name, self.model.sql_dialect));
        }
        let blocker = Blocker::new(self.records, &rules, self.model.parity, ctx)?;
        Ok((blocker, LabelColumn { codes, rules: own }))
    }
}

impl PredictionErrors {
    fn note(&mut self, pair: &Labelled, status: Option<TruthStatus>) {
        if let Some(status) = status {
            self.clerical_match_score.push(pair.clerical_match_score);
            self.found_by_blocking_rules.push(pair.found_by_blocking_rules);
            self.truth_status.push(status);
        }
    }
}
