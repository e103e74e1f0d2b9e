//! A model in training: the model, the estimates behind its parameters, and the notes of what was done.
//!
//! The trainer does arithmetic on counts; where the counts come from is not its matter (`super::run` takes them from records).

use kintsu_core::RunContext;

use super::em::{self, EmIteration, EmLimits, Fixed};
use super::estimates::{Estimates, median};
use super::evidence::Evidence;
use super::lambda::lambda_from_deterministic_rules;
use super::shares::{level_shares, with_exact_top};
use super::start::{ImpliedLevel, estimable_comparisons, implied_bayes_factor, implied_levels, rule_columns, scale_odds};
use super::{TrainError, warnings};
use crate::model::{BlockingRule, ComparisonLevel, KintsuModel, Model, Parameter, TrainingNote, WarningNote};
use crate::score::{LevelCounts, PatternCounts};

/// How a session of expectation maximisation runs. The defaults are Splink's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EmSettings {
    /// Leave term-frequency adjustments out of the weights.
    pub estimate_without_term_frequencies: bool,
    /// Keep lambda at its starting value.
    pub fix_probability_two_random_records_match: bool,
    /// Keep m.
    pub fix_m_probabilities: bool,
    /// Keep u.
    pub fix_u_probabilities: bool,
    /// Set the model's lambda from the sessions so far.
    pub populate_probability_two_random_records_match_from_trained_values: bool,
    /// Train on a sample of about so many pairs; none takes all.
    pub max_pairs: Option<f64>,
}

impl Default for EmSettings {
    fn default() -> Self {
        Self {
            estimate_without_term_frequencies: false,
            fix_probability_two_random_records_match: false,
            fix_m_probabilities: false,
            fix_u_probabilities: true,
            populate_probability_two_random_records_match_from_trained_values: false,
            max_pairs: None,
        }
    }
}

/// A session of expectation maximisation that is about to run.
#[derive(Debug, Clone, PartialEq)]
pub struct EmPlan {
    /// The rule whose pairs it looks at.
    pub rule: BlockingRule,
    /// How it runs.
    pub settings: EmSettings,
    /// The comparisons that it can estimate, as positions in the model.
    pub comparisons: Vec<usize>,
    /// The exact-match levels that the rule implies.
    pub implied: Vec<ImpliedLevel>,
    /// Lambda among the pairs of the rule, before the first iteration.
    pub starting_probability: f64,
}

impl EmPlan {
    /// Whether the session tells pairs apart by the term frequencies of the levels they take.
    pub fn by_term_frequency(&self, model: &Model) -> bool {
        let adjusted = |at: &usize| model.comparisons[*at].levels.iter().any(ComparisonLevel::has_term_frequency_adjustment);
        !self.settings.estimate_without_term_frequencies && self.comparisons.iter().any(adjusted)
    }
}

/// A session of expectation maximisation that has run.
#[derive(Debug, Clone, PartialEq)]
pub struct EmSession {
    /// What it started from.
    pub plan: EmPlan,
    /// The pairs it looked at.
    pub pairs: u64,
    /// The parameters at the start and after each iteration.
    pub history: Vec<EmIteration>,
    /// Whether it came to rest before the limit of iterations.
    pub converged: bool,
    /// For each estimated comparison and gamma, whether any pair took the level.
    pub seen: Vec<Vec<bool>>,
}

impl EmSession {
    /// How many iterations it took.
    pub fn iterations(&self) -> u32 {
        self.history.len().saturating_sub(1) as u32
    }

    /// Lambda among the session's pairs after the last iteration.
    pub fn probability(&self) -> f64 {
        self.history.last().map_or(self.plan.starting_probability, |last| last.probability_two_random_records_match)
    }
}

/// A model in training.
#[derive(Debug, Clone, PartialEq)]
pub struct Trainer {
    model: Model,
    estimates: Estimates,
    sessions: Vec<EmSession>,
    notes: Vec<TrainingNote>,
}

impl Trainer {
    /// Begins to train `model`; parameters that it has stay until something estimates them.
    pub fn new(model: Model) -> Self {
        let estimates = Estimates::new(&model);
        Self { model, estimates, sessions: Vec::new(), notes: Vec::new() }
    }

    /// The model as it stands.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The model as it stands, for good.
    pub fn into_model(self) -> Model {
        self.model
    }

    /// The estimates behind the parameters.
    pub fn estimates(&self) -> &Estimates {
        &self.estimates
    }

    /// The sessions of expectation maximisation so far.
    pub fn sessions(&self) -> &[EmSession] {
        &self.sessions
    }

    /// What was done so far.
    pub fn notes(&self) -> &[TrainingNote] {
        &self.notes
    }

    pub(super) fn note(&mut self, method: &str, detail: String, pairs: Option<u64>) {
        self.notes.push(TrainingNote { method: method.to_owned(), detail, pairs, ..TrainingNote::default() });
    }

    /// What belongs into `model.kintsu.json`: semantics, notes, estimates and the warnings raised in `ctx`.
    pub fn kintsu_model(&self, ctx: &RunContext) -> KintsuModel {
        let mut file = KintsuModel::of(&self.model);
        file.provenance.seed = Some(ctx.seed);
        file.training.clone_from(&self.notes);
        file.estimates = self.estimates.notes(&self.model);
        file.warnings = ctx
            .warnings()
            .into_iter()
            .map(|warning| WarningNote { code: warning.code, message: warning.message, hint: warning.hint })
            .collect();
        file
    }

    /// Sets lambda from the pairs that deterministic rules find: `found` distinct pairs out of `possible`.
    ///
    /// # Errors
    /// As [`lambda_from_deterministic_rules`].
    pub fn set_lambda_from_counts(
        &mut self,
        found: u64,
        recall: f64,
        possible: u64,
        ctx: &RunContext,
    ) -> Result<f64, TrainError> {
        let lambda = lambda_from_deterministic_rules(found, recall, possible)?;
        self.model.probability_two_random_records_match = lambda;
        let detail = format!("recall {recall}, {possible} possible pairs: lambda {lambda}");
        self.note("estimate_probability_two_random_records_match", detail, Some(found));
        warnings::lambda_at_bounds(lambda, "the deterministic rules", ctx);
        Ok(lambda)
    }

    /// Sets u from counts of random pairs. `exact_top` holds, per comparison, the u of the top level where it is known without
    /// sampling; the other levels' shares are scaled to the rest.
    ///
    /// # Errors
    /// [`TrainError::ForeignCounts`] when the counts are of another model.
    pub fn set_u_from_counts(&mut self, counts: &LevelCounts, exact_top: &[Option<f64>]) -> Result<(), TrainError> {
        self.check_counts(counts)?;
        for position in 0..self.model.comparisons.len() {
            let mut shares = level_shares(counts, position, &self.model.comparisons[position]);
            if let Some(exact) = exact_top.get(position).copied().flatten() {
                shares = with_exact_top(shares, exact);
            }
            self.estimates.add(&mut self.model, position, Parameter::U, "estimate_u_using_random_sampling", &shares);
        }
        Ok(())
    }

    /// Adds an estimate of m from counts of labelled pairs.
    ///
    /// # Errors
    /// [`TrainError::ForeignCounts`] when the counts are of another model.
    pub fn set_m_from_counts(&mut self, counts: &LevelCounts, source: &str) -> Result<(), TrainError> {
        self.check_counts(counts)?;
        for position in 0..self.model.comparisons.len() {
            let shares = level_shares(counts, position, &self.model.comparisons[position]);
            self.estimates.add(&mut self.model, position, Parameter::M, source, &shares);
        }
        Ok(())
    }

    fn check_counts(&self, counts: &LevelCounts) -> Result<(), TrainError> {
        let (found, expected) = (counts.counts.len(), self.model.comparisons.len());
        if found == expected { Ok(()) } else { Err(TrainError::ForeignCounts { found, expected }) }
    }

    /// Decides what a session on `rule` can estimate and where it starts.
    ///
    /// # Errors
    /// [`TrainError::ExplodingRule`], or [`TrainError::NothingToEstimate`] when the rule touches every comparison.
    pub fn plan_em(&self, rule: &BlockingRule, settings: EmSettings) -> Result<EmPlan, TrainError> {
        if !rule.arrays_to_explode.is_empty() {
            return Err(TrainError::ExplodingRule { rule: rule.blocking_rule.clone() });
        }
        let columns = rule_columns(rule);
        let comparisons = estimable_comparisons(&self.model, &columns);
        if comparisons.is_empty() {
            return Err(TrainError::NothingToEstimate { rule: rule.blocking_rule.clone() });
        }
        let implied = implied_levels(&self.model, &columns);
        let factor = implied_bayes_factor(&self.model, &implied);
        let starting_probability = scale_odds(self.model.probability_two_random_records_match, factor);
        Ok(EmPlan { rule: rule.clone(), settings, comparisons, implied, starting_probability })
    }

    /// Runs the session that was planned on the pairs that its rule finds, and takes its estimates into the model.
    ///
    /// # Errors
    /// [`TrainError::NoPairs`] when there are none.
    pub fn run_em(&mut self, plan: EmPlan, counts: &PatternCounts, ctx: &RunContext) -> Result<&EmSession, TrainError> {
        if counts.is_empty() {
            return Err(TrainError::NoPairs { what: format!("the rule `{}`", plan.rule.blocking_rule) });
        }
        let settings = plan.settings;
        let evidence = Evidence::compile(&self.model, counts, &plan.comparisons, !settings.estimate_without_term_frequencies);
        let start = EmIteration::start(&self.model, &evidence.comparisons, plan.starting_probability);
        let limits = EmLimits {
            fix_lambda: settings.fix_probability_two_random_records_match,
            fix_m: settings.fix_m_probabilities,
            fix_u: settings.fix_u_probabilities,
            convergence: self.model.em_convergence,
            iterations_max: self.model.max_iterations,
        };
        let run = em::run(&evidence, start, &Fixed::of(&self.model, &evidence.comparisons), limits);
        let session =
            EmSession { plan, pairs: counts.pairs(), history: run.history, converged: run.converged, seen: evidence.seen() };
        self.take(&session);
        warnings::em_session(&self.model, &session, ctx);
        self.sessions.push(session);
        if settings.populate_probability_two_random_records_match_from_trained_values {
            self.populate_lambda(ctx);
        }
        self.sessions.last().ok_or(TrainError::NoPairs { what: String::new() })
    }

    /// Adds the estimates of a finished session and its note.
    fn take(&mut self, session: &EmSession) {
        let source = &session.plan.rule.blocking_rule;
        if let Some(last) = session.history.last() {
            for (parameters, seen) in last.comparisons.iter().zip(&session.seen) {
                let observed = |values: &[f64]| -> Vec<Option<f64>> {
                    values.iter().zip(seen).map(|(value, seen)| seen.then_some(*value)).collect()
                };
                if !session.plan.settings.fix_m_probabilities {
                    let values = observed(&parameters.m);
                    self.estimates.add(&mut self.model, parameters.comparison, Parameter::M, source, &values);
                }
                if !session.plan.settings.fix_u_probabilities {
                    let values = observed(&parameters.u);
                    self.estimates.add(&mut self.model, parameters.comparison, Parameter::U, source, &values);
                }
            }
        }
        self.notes.push(TrainingNote {
            method: "estimate_parameters_using_expectation_maximisation".to_owned(),
            detail: source.clone(),
            pairs: Some(session.pairs),
            iterations: Some(session.iterations()),
            converged: Some(session.converged),
        });
    }

    /// Sets the model's lambda from all sessions: each session's is put back to the scale of all pairs by the Bayes factors of the
    /// levels that its rule implies, and the median of 1 / lambda counts.
    fn populate_lambda(&mut self, ctx: &RunContext) {
        let unblocked = |session: &EmSession| {
            1.0 / scale_odds(session.probability(), 1.0 / implied_bayes_factor(&self.model, &session.plan.implied))
        };
        let inverses: Vec<f64> = self.sessions.iter().map(unblocked).collect();
        if let Some(median) = median(&inverses) {
            self.model.probability_two_random_records_match = 1.0 / median;
            warnings::lambda_at_bounds(1.0 / median, "expectation maximisation", ctx);
        }
    }
}
