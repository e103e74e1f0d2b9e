//! Training that tells the truth: what went wrong quietly is said aloud, once, with a code.
//!
//! | code | says |
//! |---|---|
//! | KN-W-LINK-041 | a comparison was never trained |
//! | KN-W-LINK-042 | a level was never seen |
//! | KN-W-LINK-043 | the weights of a comparison's levels do not fall |
//! | KN-W-LINK-044 | a parameter is above 1 |
//! | KN-W-LINK-045 | expectation maximisation hit the limit of iterations |
//! | KN-W-LINK-046 | one blocking rule finds nearly all pairs |
//! | KN-W-LINK-047 | lambda is at 0 or 1, or next to it |

use kintsu_core::RunContext;

use super::{EmSession, Trainer};
use crate::model::{BlockingRule, Comparison, ComparisonLevel, Model};

const LAMBDA_MIN: f64 = 1e-12;
const LAMBDA_MAX: f64 = 0.999_999;
/// The share of all candidate pairs from which on a rule dominates.
const DOMINANT_SHARE: f64 = 0.9;
/// Below so many pairs domination harms nobody.
const DOMINANT_PAIRS_MIN: u64 = 1_000_000;

impl Model {
    /// Raises the warnings about the parameters of this model, trained here or read from a file; call it before scoring.
    pub fn warn_about_model(&self, ctx: &RunContext) {
        for comparison in &self.comparisons {
            if never_trained(comparison, |level| level.m_probability) {
                let hint = "add a session of expectation maximisation on a rule that does not use its columns";
                untrained_comparison(comparison, "m", hint, ctx);
                continue;
            }
            if never_trained(comparison, |level| level.u_probability) {
                untrained_comparison(comparison, "u", "estimate u by random sampling", ctx);
                continue;
            }
            unseen_levels(comparison, ctx);
            falling_weights(comparison, ctx);
            parameters_above_one(comparison, ctx);
        }
    }
}

impl Trainer {
    /// Raises the warnings about the model as it stands; call it when training is over.
    pub fn warn_about_model(&self, ctx: &RunContext) {
        self.model().warn_about_model(ctx);
    }
}

/// Whether every level that could be trained lacks a parameter.
fn never_trained(comparison: &Comparison, parameter: impl Fn(&ComparisonLevel) -> Option<f64>) -> bool {
    let mut levels = comparison.levels.iter().filter(|level| !level.is_null_level);
    levels.all(|level| parameter(level).is_none())
}

fn untrained_comparison(comparison: &Comparison, parameter: &str, hint: &str, ctx: &RunContext) {
    let name = &comparison.output_column_name;
    let message = format!("comparison `{name}` was never trained: its {parameter} probabilities are starting values");
    ctx.warn("KN-W-LINK-041", message, Some(hint.to_owned()));
}

/// Levels without m or u in a comparison where others have one.
fn unseen_levels(comparison: &Comparison, ctx: &RunContext) {
    for level in comparison.levels.iter().filter(|level| !level.is_null_level) {
        let no_m = level.m_probability.is_none().then_some("m");
        let no_u = level.u_probability.is_none().then_some("u");
        let names: Vec<&str> = no_m.into_iter().chain(no_u).collect();
        if !names.is_empty() {
            let message = format!(
                "{} was never seen in training, so its {} is a starting value",
                describe(comparison, level),
                names.join(" and ")
            );
            let hint = "merge it with a neighbouring level, give it a value, or look at more pairs";
            ctx.warn("KN-W-LINK-042", message, Some(hint.to_owned()));
        }
    }
}

/// A better level with a lower weight than a worse one mostly means that a session found something else than matches.
fn falling_weights(comparison: &Comparison, ctx: &RunContext) {
    let levels: Vec<&ComparisonLevel> = comparison.levels.iter().filter(|level| !level.is_null_level).collect();
    let weight = |level: &ComparisonLevel| (comparison.effective_m(level) / comparison.effective_u(level)).log2();
    for pair in levels.windows(2) {
        let [better, worse] = pair else { continue };
        if weight(better) < weight(worse) {
            let message = format!(
                "{} has a lower match weight ({:.2}) than the level below it ({:.2})",
                describe(comparison, better),
                weight(better),
                weight(worse)
            );
            let hint = "look at the sessions' estimates; another blocking rule for training, or fewer levels, may help";
            ctx.warn("KN-W-LINK-043", message, Some(hint.to_owned()));
        }
    }
}

/// Parameters above 1, as they were given or estimated; of starting values it is said that they are such.
fn parameters_above_one(comparison: &Comparison, ctx: &RunContext) {
    for level in comparison.levels.iter().filter(|level| !level.is_null_level) {
        for (name, value) in [("m", level.m_probability), ("u", level.u_probability)] {
            if let Some(value) = value.filter(|value| *value > 1.0) {
                let message = format!("{} has {name} = {value:.4}, which is no probability", describe(comparison, level));
                let hint = "it was given so, or is a starting value that an earlier training left; estimate it, or give a value";
                ctx.warn("KN-W-LINK-044", message, Some(hint.to_owned()));
            }
        }
    }
}

fn describe(comparison: &Comparison, level: &ComparisonLevel) -> String {
    let label = level.label_for_charts.as_deref().unwrap_or(&level.sql_condition);
    format!("level {} (`{label}`) of comparison `{}`", level.gamma, comparison.output_column_name)
}

/// What a finished session of expectation maximisation has to say.
pub(super) fn em_session(model: &Model, session: &EmSession, ctx: &RunContext) {
    let rule = &session.plan.rule.blocking_rule;
    if !session.converged {
        let message = format!(
            "expectation maximisation on `{rule}` stopped after {} iterations without coming to rest",
            session.iterations()
        );
        let hint = format!("raise max_iterations (now {}), or train on another rule", model.max_iterations);
        ctx.warn("KN-W-LINK-045", message, Some(hint));
    }
    lambda_at_bounds(session.probability(), &format!("expectation maximisation on `{rule}`"), ctx);
}

/// Lambda next to 0 or 1 lets no evidence count.
pub(super) fn lambda_at_bounds(lambda: f64, source: &str, ctx: &RunContext) {
    if (LAMBDA_MIN..=LAMBDA_MAX).contains(&lambda) {
        return;
    }
    let what = if lambda < 0.5 { "hardly any pair matches" } else { "nearly every pair matches" };
    let hint = "choose rules under which both matches and other pairs are found";
    ctx.warn("KN-W-LINK-047", format!("by {source}, {what} (probability {lambda:e})"), Some(hint.to_owned()));
}

/// Warns when one of several rules finds nearly all of many candidate pairs; `pairs` are the pairs of each rule.
pub fn warn_about_dominant_rule(rules: &[BlockingRule], pairs: &[u64], ctx: &RunContext) {
    let total: u64 = pairs.iter().sum();
    if total < DOMINANT_PAIRS_MIN || rules.len() < 2 {
        return;
    }
    for (rule, found) in rules.iter().zip(pairs) {
        if *found as f64 > DOMINANT_SHARE * total as f64 {
            let message = format!("the blocking rule `{}` finds {found} of {total} candidate pairs", rule.blocking_rule);
            let hint = "add a column to it, or leave it out if the other rules find the matches";
            ctx.warn("KN-W-LINK-046", message, Some(hint.to_owned()));
        }
    }
}
