//! Rules made in Rust.

use std::collections::BTreeMap;

use crate::attribute::Attribute;
use crate::profile::Profile;
use crate::rule::{Component, Rule, RuleSet};
use crate::rule_error::RuleErrors;

/// Makes one rule, component by component.
///
/// ```
/// use kintsu_token::{Attribute, Profile, RuleSetBuilder, TokenBuilder};
///
/// let rule = TokenBuilder::new("T6").add(Attribute::LastName, "T|U").add(Attribute::FirstName, "T|S(0,1)|U").build();
/// let rules = RuleSetBuilder::new().rule(rule).build(Profile::default())?;
/// assert_eq!(rules.rules[0].components.len(), 2);
/// # Ok::<(), kintsu_token::RuleErrors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenBuilder {
    id: String,
    components: Vec<Component>,
}

impl TokenBuilder {
    /// A rule without components; `id` stands as `RuleId` beside its tokens.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), components: Vec::new() }
    }

    /// Adds the field that is called as its kind.
    pub fn add(mut self, attribute: Attribute, expression: impl Into<String>) -> Self {
        self.components.push(Component::of(attribute, expression));
        self
    }

    /// Adds a field of another name, for records that hold several of one kind.
    pub fn add_field(mut self, field: impl Into<String>, attribute: Attribute, expression: impl Into<String>) -> Self {
        self.components.push(Component { field: field.into(), attribute, expression: expression.into() });
        self
    }

    /// The rule; [`RuleSetBuilder::build`] checks it.
    pub fn build(self) -> Rule {
        Rule { id: self.id, components: self.components }
    }
}

/// Gathers rules and checks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetBuilder {
    version: String,
    rules: Vec<Rule>,
    columns: BTreeMap<String, String>,
}

impl Default for RuleSetBuilder {
    fn default() -> Self {
        Self { version: "2.0-custom".to_owned(), rules: Vec::new(), columns: BTreeMap::new() }
    }
}

impl RuleSetBuilder {
    /// No rules yet; they replace the built-in ones.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the version of the definition; `2.0-custom` otherwise.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Adds a rule.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Names the column of the input that holds a field.
    pub fn column(mut self, field: impl Into<String>, column: impl Into<String>) -> Self {
        self.columns.insert(field.into(), column.into());
        self
    }

    /// The rules, ordered by id.
    ///
    /// # Errors
    /// Every mistake at once, as [`RuleSet::check`] finds them.
    pub fn build(self, profile: Profile) -> Result<RuleSet, RuleErrors> {
        let mut rules = RuleSet { version: self.version, rules: self.rules, columns: self.columns };
        rules.check(profile)?;
        rules.rules.sort_by(|left, right| left.id.cmp(&right.id));
        Ok(rules)
    }
}
