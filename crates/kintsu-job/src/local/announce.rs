//! Says which rules explode, those of prediction and those of training, before any of them is followed.

use kintsu_core::RunContext;
use kintsu_link::block::{Blocker, RuleCount};
use kintsu_link::library::block_on_column;
use kintsu_link::model::{BlockingRule, Model};
use kintsu_link::records::Records;
use kintsu_link::sql::Expr;
use kintsu_link::train::{em_rules, warn_about_dominant_rule};

use super::model_source::{SourcedModel, blocking_rule, blocking_rules};
use crate::error::JobError;
use crate::spec::{JobSpec, TrainingStep};

/// A block with more pairs than this is worth a warning when it also makes up much of its rule.
const BLOCK_PAIRS_LARGE: u64 = 2_000_000;
/// A rule with more pairs a record than this is worth a warning.
const PAIRS_PER_RECORD_LARGE: u64 = 2_000;

/// Announces rules of prediction whose blocks explode.
pub(super) fn announce_prediction(blocker: &Blocker<'_>, rules: &[BlockingRule], ctx: &RunContext) {
    let counts = blocker.pair_counts();
    warn_about_dominant_rule(rules, &counts.iter().map(|count| count.pairs).collect::<Vec<_>>(), ctx);
    for (count, rule) in counts.iter().zip(rules) {
        announce(count, rule, blocker.records(), ctx);
    }
}

/// Announces rules of training whose blocks explode, unless prediction follows them too. Rules that cannot explode are not
/// followed here, so that this takes next to no time where all is well.
pub(super) fn announce_training(
    job: &JobSpec,
    sourced: &SourcedModel,
    records: &Records,
    ctx: &RunContext,
) -> Result<(), JobError> {
    let model = &sourced.model;
    let mut seen: Vec<BlockingRule> = model.blocking_rules.clone();
    for rule in training_rules(job, sourced)? {
        if seen.contains(&rule) || cannot_explode(&rule, records) {
            continue;
        }
        let silent = ctx.silent();
        let blocker = Blocker::new(records, std::slice::from_ref(&rule), model.parity, &silent).map_err(JobError::part)?;
        blocker.pair_counts().iter().for_each(|count| announce(count, &rule, records, ctx));
        seen.push(rule);
    }
    Ok(())
}

fn announce(count: &RuleCount, rule: &BlockingRule, records: &Records, ctx: &RunContext) {
    let (text, rows) = (&rule.blocking_rule, records.rows() as u64);
    if count.largest_block_pairs > BLOCK_PAIRS_LARGE && count.largest_block_pairs > count.pairs / 10 {
        let message = format!("one block of the rule `{text}` makes {} of its {} pairs", count.largest_block_pairs, count.pairs);
        let hint = "a value that stands for \"unknown\" may be behind it: make it null, or add a column to the rule";
        ctx.warn("KN-W-JOB-003", message, Some(hint.to_owned()));
    } else if count.pairs > rows.saturating_mul(PAIRS_PER_RECORD_LARGE) {
        let message = format!("the rule `{text}` makes {} pairs, {} for each record", count.pairs, count.pairs / rows.max(1));
        ctx.warn("KN-W-JOB-004", message, Some("add a column to the rule, or leave it out".to_owned()));
    }
}

/// The rules that training follows, in its order.
fn training_rules(job: &JobSpec, sourced: &SourcedModel) -> Result<Vec<BlockingRule>, JobError> {
    let model: &Model = &sourced.model;
    if job.training.is_empty() {
        return Ok(if sourced.trained { Vec::new() } else { em_rules(model, &model.blocking_rules) });
    }
    let mut rules = Vec::new();
    for step in &job.training {
        match step {
            TrainingStep::EstimateProbabilityTwoRandomRecordsMatch { deterministic_matching_rules, .. } => {
                rules.extend(blocking_rules(deterministic_matching_rules)?);
            }
            TrainingStep::EstimateParametersUsingExpectationMaximisation { blocking_rule: rule, .. } => {
                rules.push(blocking_rule(rule)?);
            }
            TrainingStep::EstimateMFromLabelColumn { label_colname } => {
                rules.push(block_on_column(label_colname, model.sql_dialect));
            }
            TrainingStep::EstimateUUsingRandomSampling { .. } | TrainingStep::EstimateMFromPairwiseLabels { .. } => {}
        }
    }
    Ok(rules)
}

/// Whether one column that both records have to share has no value frequent enough for the rule to explode.
fn cannot_explode(rule: &BlockingRule, records: &Records) -> bool {
    rule.arrays_to_explode.is_empty()
        && rule.condition.equality_keys().keys.iter().any(|key| match (&key.left, &key.right) {
            (Expr::Column(left), Expr::Column(right)) if left.name == right.name => is_selective(&left.name, records),
            _ => false,
        })
}

/// Whether blocking on the column alone makes no large block and not many pairs.
fn is_selective(column: &str, records: &Records) -> bool {
    let Ok(column) = records.column(column) else { return false };
    let mut frequencies = vec![0_u64; column.values.len()];
    for &code in &column.codes[..] {
        if let Some(frequency) = frequencies.get_mut(code as usize) {
            *frequency += 1;
        }
    }
    let pairs = |frequency: &u64| frequency * frequency.saturating_sub(1) / 2;
    let most = frequencies.iter().map(pairs).max().unwrap_or(0);
    let all: u64 = frequencies.iter().map(pairs).sum();
    most <= BLOCK_PAIRS_LARGE && all <= (records.rows() as u64).saturating_mul(PAIRS_PER_RECORD_LARGE)
}
