//! What the card of a run says of tokens.

use std::collections::{BTreeMap, BTreeSet};

use kintsu_core::RunContext;
use kintsu_kernel::{ColumnPlan, Tokenize};
use kintsu_token::{Invalid, TokenCounts, TokenMode};
use serde::{Deserialize, Serialize};

use crate::card::Counts;

/// How tokens were made, and what was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenCard {
    /// The way of making tokens.
    pub profile: kintsu_token::Profile,
    /// The version of the rules.
    pub rules_version: String,
    /// What was done with signatures.
    pub mode: TokenMode,
    /// The day that no birth date may lie after.
    pub as_of: String,
    /// For each field of the rules the column that held it; none where the input had none.
    pub columns: BTreeMap<String, Option<String>>,
    /// The column with the ids of records; none where ids were made up.
    pub record_id: Option<String>,
    /// What names the hashing secret without giving it away.
    pub hashing_secret: Option<SecretCard>,
    /// What names the encryption key, and how often this run used it.
    pub encryption_key: Option<KeyCard>,
    /// The records.
    pub rows: u64,
    /// Records with an invalid attribute that a rule looked at.
    pub rows_with_invalid_attributes: u64,
    /// For each field and reason the records whose value is invalid.
    pub invalid_attributes: BTreeMap<String, Counts>,
    /// For each rule the blank tokens.
    pub blank_tokens: Counts,
    /// For each rule the records that got no token because a value has no normal form.
    pub dropped_tokens: Counts,
}

/// What names a secret: an HMAC of a salt under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretCard {
    /// The salt, drawn anew in every run.
    pub salt: String,
    /// Equal for equal secrets under one salt.
    pub fingerprint: String,
}

/// What names an encryption key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCard {
    /// The fingerprint of the key, or of the secret that it is derived from.
    #[serde(flatten)]
    pub secret: SecretCard,
    /// The id of a key that is derived for a partner.
    pub id: Option<String>,
    /// The tokens that this run encrypted with it.
    pub uses: u64,
}

impl TokenCard {
    /// The card of a run before anything is counted.
    pub(super) fn new(spec: &kintsu_kernel::TokenizeSpec, kernel: &Tokenize, plan: &ColumnPlan, names: &[String]) -> Self {
        let name = |position: &Option<usize>| position.map(|position| names[position].clone());
        let fields = kernel.tokenizer().rules().fields();
        Self {
            profile: spec.profile,
            rules_version: spec.rules.version.clone(),
            mode: spec.mode,
            as_of: spec.as_of.clone(),
            columns: fields.iter().zip(&plan.fields).map(|(field, found)| (field.name.clone(), name(found))).collect(),
            record_id: name(&plan.record_id),
            hashing_secret: None,
            encryption_key: None,
            rows: 0,
            rows_with_invalid_attributes: 0,
            invalid_attributes: BTreeMap::new(),
            blank_tokens: Counts::default(),
            dropped_tokens: Counts::default(),
        }
    }

    /// Puts in what was counted.
    pub(super) fn count(&mut self, counts: &TokenCounts, kernel: &Tokenize) {
        let rules = kernel.tokenizer().rules();
        self.rows = counts.rows;
        self.rows_with_invalid_attributes = counts.rows_invalid;
        for (field, reasons) in rules.fields().iter().zip(&counts.invalid) {
            let mut by_reason = Counts::default();
            let met = Invalid::ALL.iter().zip(reasons).filter(|(_, count)| **count > 0);
            met.for_each(|(reason, count)| by_reason.put(reason.name(), *count));
            self.invalid_attributes.insert(field.name.clone(), by_reason);
        }
        for (rule, id) in rules.rule_ids().iter().enumerate() {
            self.blank_tokens.put(id, counts.blank[rule]);
            self.dropped_tokens.put(id, counts.dropped[rule]);
        }
    }

    /// Warns of rules all of whose tokens are blank though the input has their columns: a format or a type is not the one expected.
    pub(super) fn warn_of_blank_rules(&self, kernel: &Tokenize, ctx: &RunContext) {
        let rules = kernel.tokenizer().rules();
        let has_columns = |rule: usize| fields_of(kernel, rule).all(|field| self.columns.get(field).is_some_and(Option::is_some));
        let is_blank = |rule: &usize| self.blank_tokens.find(&rules.rule_ids()[*rule]) == Some(&self.rows);
        let blank: Vec<usize> = (0..rules.rule_ids().len()).filter(is_blank).filter(|rule| has_columns(*rule)).collect();
        if self.rows == 0 || blank.is_empty() {
            return;
        }
        let ids: Vec<&str> = blank.iter().map(|rule| rules.rule_ids()[*rule].as_str()).collect();
        let used: BTreeSet<&String> = blank.iter().flat_map(|rule| fields_of(kernel, *rule)).collect();
        let invalid = self.invalid_by_field();
        let counted = (&invalid).into_iter().filter(|(field, count)| *count > 0 && used.contains(field));
        let counts: Vec<String> = counted.map(|(field, count)| format!("`{field}` {count}")).collect();
        let why = if counts.is_empty() { "values of no use" } else { &counts.join(", ") };
        let message = format!("every token of {} is blank: of {} records, invalid are {why}", ids.join(", "), self.rows);
        let hint = "look at the values and the types of these columns; days are written as 2000-01-31".to_owned();
        ctx.warn("KN-W-TOKEN-018", message, Some(hint));
    }

    /// For each field the records whose value is invalid.
    pub(super) fn invalid_by_field(&self) -> Counts {
        let mut sums = Counts::default();
        for (field, reasons) in &self.invalid_attributes {
            sums.put(field, reasons.into_iter().map(|(_, count)| count).sum());
        }
        sums
    }
}

/// The names of the fields of a rule.
fn fields_of(kernel: &Tokenize, rule: usize) -> impl Iterator<Item = &String> {
    let rules = kernel.tokenizer().rules();
    rules.rule_parts(rule).iter().map(move |part| &rules.fields()[rules.parts()[*part].field].name)
}
