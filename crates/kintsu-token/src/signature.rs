//! From the values of a record to the signature of a rule.
//!
//! What a value becomes depends on the value alone, so it is worked out once per distinct value ([`CompiledRules::outcomes`]); a
//! signature of a row then only joins outcomes ([`CompiledRules::signature`]).

use std::borrow::Cow;

use jiff::civil::Date;

use crate::attribute::{Attribute, Attributes, Invalid};
use crate::characters::is_blank;
use crate::expression::Expression;
use crate::profile::Profile;
use crate::rule::RuleSet;
use crate::rule_error::RuleErrors;

/// A field of the record that some rule needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name; the name of its kind unless several fields share one.
    pub name: String,
    /// Its kind.
    pub attribute: Attribute,
}

/// A field and an expression that it goes through; several rules may share one.
#[derive(Debug, Clone)]
pub struct Part {
    /// The position of the field.
    pub field: usize,
    /// The expression.
    pub expression: Expression,
}

/// What a value of a field becomes in one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// This stands in the signature.
    Text(Cow<'a, str>),
    /// Nothing is left; the signature leaves the part out.
    Omitted,
    /// The value is invalid: the rule has no signature, and the field is counted.
    Invalid(Invalid),
    /// The expression cannot be evaluated: the rule has no signature.
    Failed,
    /// The value is valid but has no normal form: the record gets no token for the rule.
    Dropped,
    /// The record has no such column: the rule has no signature, and nothing is counted.
    Absent,
}

/// What a rule makes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// The text that was written; it may be empty, and a blank one gets the blank token.
    Text,
    /// No signature: the token is the blank token.
    Blank {
        /// The position of the field whose value is invalid, where that is why.
        invalid: Option<usize>,
    },
    /// No token at all.
    Dropped,
}

/// Rules of a job, ready for values: distinct fields and parts, and which parts each rule joins.
#[derive(Debug, Clone)]
pub struct CompiledRules {
    attributes: Attributes,
    fields: Vec<Field>,
    parts: Vec<Part>,
    ids: Vec<String>,
    rules: Vec<Vec<usize>>,
}

impl CompiledRules {
    /// Compiles rules for a profile and a day that no birth date may lie after.
    ///
    /// # Errors
    /// Every mistake in the rules at once, as [`RuleSet::check`] finds them.
    pub fn new(rules: &RuleSet, profile: Profile, as_of: Date) -> Result<Self, RuleErrors> {
        rules.check(profile)?;
        Ok(Self::unchecked(rules, profile, as_of))
    }

    /// Compiles rules that may be faulty: an expression with a mistake fails for every value, as it does in the reference, and
    /// all tokens of its rule are blank.
    pub fn unchecked(rules: &RuleSet, profile: Profile, as_of: Date) -> Self {
        let mut compiled = Self {
            attributes: Attributes::new(profile, as_of),
            fields: Vec::new(),
            parts: Vec::new(),
            ids: Vec::with_capacity(rules.rules.len()),
            rules: Vec::with_capacity(rules.rules.len()),
        };
        for rule in &rules.rules {
            let mut parts = Vec::with_capacity(rule.components.len());
            for component in &rule.components {
                let field = compiled.field(&component.field, component.attribute);
                parts.push(compiled.part(field, &component.expression));
            }
            compiled.ids.push(rule.id.clone());
            compiled.rules.push(parts);
        }
        compiled
    }

    fn field(&mut self, name: &str, attribute: Attribute) -> usize {
        self.fields.iter().position(|field| field.name == name && field.attribute == attribute).unwrap_or_else(|| {
            self.fields.push(Field { name: name.to_owned(), attribute });
            self.fields.len() - 1
        })
    }

    fn part(&mut self, field: usize, expression: &str) -> usize {
        let found = self.parts.iter().position(|part| part.field == field && part.expression.text() == expression);
        found.unwrap_or_else(|| {
            self.parts.push(Part { field, expression: Expression::new(expression, self.attributes.profile()) });
            self.parts.len() - 1
        })
    }

    /// How values are validated and normalised.
    pub const fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The fields that the rules need, in the order in which rules name them first.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The distinct pairs of field and expression.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The ids of the rules, in their order.
    pub fn rule_ids(&self) -> &[String] {
        &self.ids
    }

    /// The positions of the parts that a rule joins, in order.
    pub fn rule_parts(&self, rule: usize) -> &[usize] {
        &self.rules[rule]
    }

    /// What a value becomes in one part; none is a null. A column that does not exist is [`Outcome::Absent`] without asking.
    pub fn outcome<'a>(&self, part: usize, value: Option<&'a str>) -> Outcome<'a> {
        let Part { field, expression } = &self.parts[part];
        match self.attributes.accept(self.fields[*field].attribute, value) {
            Err(reason) => Outcome::Invalid(reason),
            Ok(Err(_)) => Outcome::Dropped,
            Ok(Ok(Cow::Borrowed(normal))) => self.evaluated(expression, normal),
            Ok(Ok(Cow::Owned(normal))) => self.evaluated(expression, &normal).into_owned(),
        }
    }

    /// What a value of a field becomes in each part of that field; the value is validated and normalised once.
    pub fn outcomes(&self, field: usize, value: Option<&str>, mut take: impl FnMut(usize, Outcome<'_>)) {
        let normal = self.attributes.accept(self.fields[field].attribute, value);
        for (position, part) in self.parts.iter().enumerate().filter(|(_, part)| part.field == field) {
            take(
                position,
                match &normal {
                    Err(reason) => Outcome::Invalid(*reason),
                    Ok(Err(_)) => Outcome::Dropped,
                    Ok(Ok(normal)) => self.evaluated(&part.expression, normal),
                },
            );
        }
    }

    fn evaluated<'a>(&self, expression: &Expression, normal: &'a str) -> Outcome<'a> {
        match expression.evaluate(normal) {
            Ok(text) if is_blank(self.attributes.profile(), &text) => Outcome::Omitted,
            Ok(text) => Outcome::Text(text),
            Err(_) => Outcome::Failed,
        }
    }

    /// Joins the outcomes of a record's values into the signature of a rule; `outcome` gives that of a part, `signature` is cleared.
    ///
    /// Parts are looked at in the rule's order, and the first that is not text or omitted decides.
    pub fn signature<'a>(&self, rule: usize, outcome: impl Fn(usize) -> &'a Outcome<'a>, signature: &mut String) -> Signature {
        signature.clear();
        let mut first = true;
        for &part in &self.rules[rule] {
            match outcome(part) {
                Outcome::Text(text) => {
                    if !first {
                        signature.push('|');
                    }
                    first = false;
                    signature.push_str(text);
                }
                Outcome::Omitted => {}
                Outcome::Invalid(_) => return Signature::Blank { invalid: Some(self.parts[part].field) },
                Outcome::Failed | Outcome::Absent => return Signature::Blank { invalid: None },
                Outcome::Dropped => return Signature::Dropped,
            }
        }
        Signature::Text
    }
}

impl Outcome<'_> {
    /// The outcome with a text of its own.
    pub fn into_owned(self) -> Outcome<'static> {
        match self {
            Self::Text(text) => Outcome::Text(Cow::Owned(text.into_owned())),
            Self::Omitted => Outcome::Omitted,
            Self::Invalid(reason) => Outcome::Invalid(reason),
            Self::Failed => Outcome::Failed,
            Self::Dropped => Outcome::Dropped,
            Self::Absent => Outcome::Absent,
        }
    }
}
