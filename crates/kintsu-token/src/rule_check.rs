//! Looking for mistakes in rules, whether they were made in Rust or read from a file.

use std::collections::BTreeMap;

use crate::attribute::Attribute;
use crate::expression::{Expression, ExpressionProblem};
use crate::profile::Profile;
use crate::rule::{Component, RuleSet};
use crate::rule_error::RuleError;

/// Every mistake in a set of rules, without places.
pub(crate) fn check(rules: &RuleSet, profile: Profile) -> Vec<RuleError> {
    let mut errors = Vec::new();
    if rules.rules.is_empty() {
        errors.push(RuleError::no_rules());
    }
    let mut kinds: BTreeMap<&str, Attribute> = BTreeMap::new();
    for (position, rule) in rules.rules.iter().enumerate() {
        if rule.id.trim().is_empty() {
            errors.push(RuleError::no_id());
        }
        if rules.rules[..position].iter().any(|earlier| earlier.id == rule.id) {
            errors.push(RuleError::repeated_id(&rule.id));
        }
        if rule.components.is_empty() {
            errors.push(RuleError::no_components(&rule.id));
        }
        for component in &rule.components {
            let kind = *kinds.entry(&component.field).or_insert(component.attribute);
            if kind != component.attribute {
                errors.push(RuleError::two_kinds(&component.field, kind, component.attribute));
            }
            errors.extend(expression_errors(&rule.id, component, profile));
        }
    }
    errors
}

fn expression_errors(rule: &str, component: &Component, profile: Profile) -> Vec<RuleError> {
    let expression = Expression::new(&component.expression, profile);
    expression.problems().iter().map(|problem| expression_error(rule, &component.field, problem)).collect()
}

/// The error of a mistake in an expression; its place in the expression stands in the message.
pub(crate) fn expression_error(rule: &str, field: &str, problem: &ExpressionProblem) -> RuleError {
    RuleError::expression(rule, field, problem)
}
