//! Rules: which attributes, cut how, make a signature.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attribute::Attribute;
use crate::profile::Profile;
use crate::rule_error::RuleErrors;

/// One part of a signature: a field of the record and the expression that its normal form goes through.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Component {
    /// The field; several fields may hold attributes of one kind (the surnames of mother and father).
    pub field: String,
    /// The kind of attribute that the field holds.
    pub attribute: Attribute,
    /// The expression, such as `T|S(0,3)|U`.
    pub expression: String,
}

impl Component {
    /// A component of the field that is called as its kind.
    pub fn of(attribute: Attribute, expression: impl Into<String>) -> Self {
        Self { field: attribute.name().to_owned(), attribute, expression: expression.into() }
    }
}

/// A rule: its components are joined, in their order, by `|`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What stands as `RuleId` beside its tokens.
    pub id: String,
    /// The components.
    pub components: Vec<Component>,
}

/// The rules of a job, ordered by id; no two share one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// The version of the definition.
    pub version: String,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The columns of the input that hold fields, where the rules say so; other fields are found by the aliases of their kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
}

impl RuleSet {
    /// The five rules T1 to T5.
    pub fn built_in() -> Self {
        use Attribute::{BirthDate, FirstName, LastName, PostalCode, Sex, SocialSecurityNumber};
        let rule = |id: &str, parts: &[(Attribute, &str)]| Rule {
            id: id.to_owned(),
            components: parts.iter().map(|&(attribute, expression)| Component::of(attribute, expression)).collect(),
        };
        Self {
            version: "2.0".to_owned(),
            columns: BTreeMap::new(),
            rules: vec![
                rule("T1", &[(LastName, "T|U"), (FirstName, "T|S(0,1)|U"), (Sex, "T|U"), (BirthDate, "T|D")]),
                rule("T2", &[(LastName, "T|U"), (FirstName, "T|U"), (BirthDate, "T|D"), (PostalCode, "T|S(0,3)|U")]),
                rule("T3", &[(LastName, "T|U"), (FirstName, "T|U"), (Sex, "T|U"), (BirthDate, "T|D")]),
                rule("T4", &[(SocialSecurityNumber, r"T|M(\d+)"), (Sex, "T|U"), (BirthDate, "T|D")]),
                rule("T5", &[(LastName, "T|U"), (FirstName, "T|S(0,3)|U"), (Sex, "T|U")]),
            ],
        }
    }

    /// Looks for mistakes: no rules, a rule without components or with the id of another, one field of two kinds, expressions that
    /// the profile cannot evaluate.
    ///
    /// # Errors
    /// Every mistake at once.
    pub fn check(&self, profile: Profile) -> Result<(), RuleErrors> {
        let errors = crate::rule_check::check(self, profile);
        if errors.is_empty() { Ok(()) } else { Err(RuleErrors(errors)) }
    }
}
