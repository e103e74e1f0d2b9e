//! Training: the steps that a job lists, or a plan of our own where it lists none.

use std::path::Path;

use kintsu_core::RunContext;
use kintsu_link::model::Model;
use kintsu_link::train::{EmSettings, TrainError, Trainer, TrainingData, em_rules};

use super::clock::Clock;
use super::model_source::{blocking_rule, blocking_rules};
use crate::error::JobError;
use crate::spec::TrainingStep;

/// So many pairs are drawn for u where the job does not say.
const PAIRS_MAX_DEFAULT: f64 = 1e7;

/// The pairs of rows that a file lists.
pub(super) type Labels<'a> = dyn Fn(&Path) -> Result<Vec<(u32, u32)>, JobError> + 'a;

/// Trains `model` by the steps of the job; `labels` reads files of matching pairs.
pub(super) fn follow(
    model: Model,
    data: TrainingData<'_>,
    steps: &[TrainingStep],
    labels: &Labels<'_>,
    ctx: &RunContext,
    clock: &mut Clock,
) -> Result<Trainer, JobError> {
    let mut trainer = Trainer::new(model);
    for step in steps {
        clock.stage(stage_name(step), ctx, || take(&mut trainer, data, step, labels, ctx))?;
    }
    Ok(trainer)
}

/// Trains `model` by a plan of our own: lambda stays, u is sampled, EM runs on each blocking rule made of equalities until every
/// comparison is trained.
pub(super) fn follow_own_plan(
    model: Model,
    data: TrainingData<'_>,
    ctx: &RunContext,
    clock: &mut Clock,
) -> Result<Trainer, JobError> {
    let mut trainer = Trainer::new(model);
    clock.stage("estimate_u", ctx, || {
        trainer.estimate_u_using_random_sampling(data, PAIRS_MAX_DEFAULT, None, ctx).map_err(JobError::part)
    })?;
    for rule in em_rules(trainer.model(), &trainer.model().blocking_rules) {
        clock.stage("expectation_maximisation", ctx, || {
            match trainer.estimate_parameters_using_expectation_maximisation(data, &rule, EmSettings::default(), ctx) {
                Err(TrainError::NoPairs { .. }) => {
                    let message = format!("the rule `{}` finds no pairs to train on", rule.blocking_rule);
                    ctx.warn("KN-W-JOB-002", message, Some("list the training steps in a job file".to_owned()));
                    Ok(())
                }
                done => done.map(|_| ()).map_err(JobError::part),
            }
        })?;
    }
    Ok(trainer)
}

/// The plan of [`follow_own_plan`] in words.
pub(super) fn own_plan_in_words(model: &Model) -> Vec<String> {
    let mut lines = vec![format!("estimate_u_using_random_sampling(max_pairs={PAIRS_MAX_DEFAULT})")];
    lines.extend(
        em_rules(model, &model.blocking_rules)
            .iter()
            .map(|rule| format!("estimate_parameters_using_expectation_maximisation({})", rule.blocking_rule)),
    );
    lines
}

/// How many pairs each step of [`follow_own_plan`], or of those listed, draws for u.
pub(super) fn pairs_drawn_for_u(steps: &[TrainingStep]) -> Vec<f64> {
    let drawn = steps.iter().filter_map(|step| match step {
        TrainingStep::EstimateUUsingRandomSampling { max_pairs, .. } => Some(*max_pairs),
        _ => None,
    });
    if steps.is_empty() { vec![PAIRS_MAX_DEFAULT] } else { drawn.collect() }
}

pub(super) fn stage_name(step: &TrainingStep) -> &'static str {
    match step {
        TrainingStep::EstimateProbabilityTwoRandomRecordsMatch { .. } => "estimate_lambda",
        TrainingStep::EstimateUUsingRandomSampling { .. } => "estimate_u",
        TrainingStep::EstimateParametersUsingExpectationMaximisation { .. } => "expectation_maximisation",
        TrainingStep::EstimateMFromLabelColumn { .. } | TrainingStep::EstimateMFromPairwiseLabels { .. } => "estimate_m",
    }
}

pub(super) fn take(
    trainer: &mut Trainer,
    data: TrainingData<'_>,
    step: &TrainingStep,
    labels_of: &Labels<'_>,
    ctx: &RunContext,
) -> Result<(), JobError> {
    match step {
        TrainingStep::EstimateProbabilityTwoRandomRecordsMatch { deterministic_matching_rules: rules, recall } => {
            let rules = blocking_rules(rules)?;
            trainer.estimate_probability_two_random_records_match(data, &rules, *recall, ctx).map(|_| ()).map_err(JobError::part)
        }
        TrainingStep::EstimateUUsingRandomSampling { max_pairs, seed } => {
            trainer.estimate_u_using_random_sampling(data, *max_pairs, *seed, ctx).map_err(JobError::part)
        }
        TrainingStep::EstimateParametersUsingExpectationMaximisation { blocking_rule: rule, .. } => {
            let rule = blocking_rule(rule)?;
            let settings = settings_of(step);
            let session = trainer.estimate_parameters_using_expectation_maximisation(data, &rule, settings, ctx);
            session.map(|_| ()).map_err(JobError::part)
        }
        TrainingStep::EstimateMFromLabelColumn { label_colname } => {
            trainer.estimate_m_from_label_column(data, label_colname, ctx).map_err(JobError::part)
        }
        TrainingStep::EstimateMFromPairwiseLabels { labels } => {
            trainer.estimate_m_from_pairwise_labels(data, &labels_of(labels)?, ctx).map_err(JobError::part)
        }
    }
}

fn settings_of(step: &TrainingStep) -> EmSettings {
    match step {
        TrainingStep::EstimateParametersUsingExpectationMaximisation {
            blocking_rule: _,
            estimate_without_term_frequencies,
            fix_probability_two_random_records_match,
            fix_m_probabilities,
            fix_u_probabilities,
            populate_probability_two_random_records_match_from_trained_values,
            max_pairs,
        } => EmSettings {
            estimate_without_term_frequencies: *estimate_without_term_frequencies,
            fix_probability_two_random_records_match: *fix_probability_two_random_records_match,
            fix_m_probabilities: *fix_m_probabilities,
            fix_u_probabilities: *fix_u_probabilities,
            populate_probability_two_random_records_match_from_trained_values:
                *populate_probability_two_random_records_match_from_trained_values,
            max_pairs: *max_pairs,
        },
        _ => EmSettings::default(),
    }
}
