//! The rules that are compared, and which of them a pair has to agree on.

use super::{OverlapError, RULE_SETS_MAX, RULES_MAX};

/// How many rules of a set a pair has to agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Agreement {
    /// All of them.
    #[default]
    All,
    /// At least one.
    Any,
}

/// Sets of rules. A rule that is named twice in a set counts once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSets {
    rules: Vec<String>,
    /// For each set its rules as positions, in the order in which they were named.
    sets: Vec<Vec<usize>>,
    agreement: Agreement,
}

impl RuleSets {
    /// Reads sets with semicolons between them, and in each rules with commas: `T1,T2;T3`. White space around names is no part
    /// of them.
    ///
    /// # Errors
    ///
    /// [`OverlapError::NoRules`] for a set without rules, [`OverlapError::TooMany`].
    pub fn parse(text: &str, agreement: Agreement) -> Result<Self, OverlapError> {
        let sets = text.split(';').map(|set| set.split(',').map(str::trim).filter(|rule| !rule.is_empty()));
        Self::new(sets, agreement)
    }

    /// Makes sets of named rules.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn new<'a, Set: IntoIterator<Item = &'a str>>(
        sets: impl IntoIterator<Item = Set>,
        agreement: Agreement,
    ) -> Result<Self, OverlapError> {
        let mut made = Self { rules: Vec::new(), sets: Vec::new(), agreement };
        for set in sets {
            let mut positions = Vec::new();
            for rule in set {
                let position = made.rules.iter().position(|known| known == rule).unwrap_or_else(|| {
                    made.rules.push(rule.to_owned());
                    made.rules.len() - 1
                });
                if !positions.contains(&position) {
                    positions.push(position);
                }
            }
            if positions.is_empty() {
                return Err(OverlapError::NoRules);
            }
            made.sets.push(positions);
        }
        match (made.rules.len(), made.sets.len()) {
            (_, 0) => Err(OverlapError::NoRules),
            (rules, _) if rules > RULES_MAX => Err(OverlapError::too_many_rules(rules)),
            (_, sets) if sets > RULE_SETS_MAX => Err(OverlapError::too_many_sets(sets)),
            _ => Ok(made),
        }
    }

    /// Every rule that a set names, once.
    pub fn rules(&self) -> &[String] {
        &self.rules
    }

    /// The number of sets.
    pub fn len(&self) -> usize {
        self.sets.len()
    }

    /// Whether there is no set, which cannot be.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// How many rules of a set a pair has to agree on.
    pub fn agreement(&self) -> Agreement {
        self.agreement
    }

    /// The rules of a set, each once, in the order in which they were named.
    pub fn rules_of(&self, set: usize) -> Vec<String> {
        self.sets[set].iter().map(|rule| self.rules[*rule].clone()).collect()
    }

    /// The position of a rule.
    pub(super) fn position(&self, rule: &str) -> Option<usize> {
        self.rules.iter().position(|known| known == rule)
    }

    /// The rules of each set as bits.
    pub(super) fn masks(&self) -> Vec<u64> {
        self.sets.iter().map(|set| set.iter().fold(0, |mask, rule| mask | 1 << rule)).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_and_repeated_rules_count_once() {
        let sets = RuleSets::parse(" T1, T2,T1 ;T3,T2", Agreement::All).unwrap();
        assert_eq!(sets.rules(), ["T1", "T2", "T3"]);
        assert_eq!((sets.rules_of(0), sets.rules_of(1)), (vec!["T1".into(), "T2".into()], vec!["T3".into(), "T2".into()]));
        assert_eq!(sets.masks(), [0b011, 0b110]);
    }

    #[test]
    fn empty_sets_and_too_many_rules_are_refused() {
        for text in ["", " ", ",", "T1;", ";T1", "T1;,;T2"] {
            assert!(matches!(RuleSets::parse(text, Agreement::All), Err(OverlapError::NoRules)), "{text}");
        }
        let many = |count: usize| (0..count).map(|rule| format!("R{rule}")).collect::<Vec<_>>().join(",");
        assert!(RuleSets::parse(&many(RULES_MAX), Agreement::Any).is_ok());
        assert!(matches!(RuleSets::parse(&many(RULES_MAX + 1), Agreement::Any), Err(OverlapError::TooMany { .. })));
        assert!(matches!(RuleSets::parse(&vec!["T1"; 65].join(";"), Agreement::Any), Err(OverlapError::TooMany { .. })));
    }
}
