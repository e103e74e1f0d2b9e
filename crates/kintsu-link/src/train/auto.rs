//! Which sessions of expectation maximisation to run when nobody says.

use super::start::{estimable_comparisons, rule_columns};
use crate::model::{BlockingRule, Model};

/// Of `rules`, those that a session can run on, in order, until every comparison is trained by one: rules made of equalities only,
/// without exploded arrays, that leave a comparison to train which no earlier one does.
pub fn em_rules(model: &Model, rules: &[BlockingRule]) -> Vec<BlockingRule> {
    let mut open: Vec<usize> = (0..model.comparisons.len()).collect();
    let mut chosen = Vec::new();
    for rule in rules {
        let keys = rule.condition.equality_keys();
        if keys.keys.is_empty() || !keys.residual.is_empty() || !rule.arrays_to_explode.is_empty() {
            continue;
        }
        let trained = estimable_comparisons(model, &rule_columns(rule));
        if open.iter().any(|comparison| trained.contains(comparison)) {
            open.retain(|comparison| !trained.contains(comparison));
            chosen.push(rule.clone());
        }
        if open.is_empty() {
            break;
        }
    }
    chosen
}
