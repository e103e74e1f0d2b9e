//! What a corruption file says.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::ColumnRole;

/// How records are corrupted. Rates are probabilities per record; what a file leaves out has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CorruptionSpec {
    /// The locale that new surnames and addresses are of: en_US, en_GB, de_DE, fr_FR, it_IT, es_ES, nl_NL or pl_PL.
    pub locale: String,
    /// For what a column means, the column that holds it. Default: columns that are called so, or by a name in common use.
    pub columns: BTreeMap<ColumnRole, String>,
    /// What happens to a record as a whole.
    pub events: EventSpec,
    /// For each column, how often it has a typing error.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 1}))]
    pub typos: BTreeMap<String, f64>,
    /// How often a typing error is of each kind, relative to the others.
    pub typo_kinds: TypoSpec,
    /// For each column, how often it is empty.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 1}))]
    pub missing: BTreeMap<String, f64>,
    /// Records whose errors come together.
    pub bad_records: BadRecordSpec,
}

/// How often things happen to a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventSpec {
    /// A nickname instead of the given name, where the name has one. Default 0.06.
    #[schemars(range(min = 0, max = 1))]
    pub nickname: f64,
    /// Another surname, as after a marriage. Default 0.015.
    #[schemars(range(min = 0, max = 1))]
    pub surname_change: f64,
    /// Another address: street, city, state and postcode together. Default 0.08.
    #[schemars(range(min = 0, max = 1))]
    pub moved: f64,
    /// A wrong birth date: day and month swapped, or a part of it off. Default 0.02.
    #[schemars(range(min = 0, max = 1))]
    pub birth_date: f64,
    /// Given name and surname swapped. Default 0.005.
    #[schemars(range(min = 0, max = 1))]
    pub names_swapped: f64,
    /// A company's legal form spelled another way, or left out. Default 0.35.
    #[schemars(range(min = 0, max = 1))]
    pub legal_form: f64,
    /// A word of a company's name cut short. Default 0.1.
    #[schemars(range(min = 0, max = 1))]
    pub abbreviation: f64,
    /// Another name of a company: initials, its first word, or its words joined. Default 0.03.
    #[schemars(range(min = 0, max = 1))]
    pub alias: f64,
    /// Names, street and city written without accents, where they have any. Default 0.1.
    #[schemars(range(min = 0, max = 1))]
    pub transliteration: f64,
    /// Another company and another job, as when a source knows an employer of another time; of use under the preset realistic
    /// alone, and as frequent in bad records as in others. Default 0.2.
    #[schemars(range(min = 0, max = 1))]
    pub job_change: f64,
}

/// How often a typing error is of each kind, relative to the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TypoSpec {
    /// A key beside the right one. Default 35.
    #[schemars(range(min = 0, max = 1000000))]
    pub keyboard: f64,
    /// Two neighbours swapped. Default 20.
    #[schemars(range(min = 0, max = 1000000))]
    pub transposition: f64,
    /// A character left out. Default 15.
    #[schemars(range(min = 0, max = 1000000))]
    pub deletion: f64,
    /// A character doubled. Default 10.
    #[schemars(range(min = 0, max = 1000000))]
    pub insertion: f64,
    /// Spelled as it sounds. Default 12.
    #[schemars(range(min = 0, max = 1000000))]
    pub phonetic: f64,
    /// Read wrongly by a machine. Default 8.
    #[schemars(range(min = 0, max = 1000000))]
    pub ocr: f64,
}

/// Records whose errors come together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BadRecordSpec {
    /// The share of records that are bad. Default 0.1.
    #[schemars(range(min = 0, max = 1))]
    pub share: f64,
    /// By how much every rate is multiplied for them; no rate exceeds 1. Default 5.
    #[schemars(range(min = 0, max = 1000))]
    pub factor: f64,
}

/// A kind of typing error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypoKind {
    /// A key beside the right one.
    Keyboard,
    /// Two neighbours swapped.
    Transposition,
    /// A character left out.
    Deletion,
    /// A character doubled.
    Insertion,
    /// Spelled as it sounds.
    Phonetic,
    /// Read wrongly by a machine.
    Ocr,
}

impl Default for CorruptionSpec {
    fn default() -> Self {
        let of = |rates: &[(&str, f64)]| rates.iter().map(|(column, rate)| ((*column).to_owned(), *rate)).collect();
        Self {
            locale: "en_US".to_owned(),
            columns: BTreeMap::new(),
            events: EventSpec::default(),
            typos: of(&[
                ("first_name", 0.03),
                ("last_name", 0.03),
                ("company_name", 0.03),
                ("national_id", 0.01),
                ("registration_id", 0.01),
            ]),
            typo_kinds: TypoSpec::default(),
            missing: of(&[
                ("email", 0.15),
                ("phone", 0.12),
                ("date_of_birth", 0.05),
                ("gender", 0.05),
                ("national_id", 0.3),
                ("registration_id", 0.3),
                ("website", 0.3),
            ]),
            bad_records: BadRecordSpec::default(),
        }
    }
}

impl Default for EventSpec {
    fn default() -> Self {
        Self {
            nickname: 0.06,
            surname_change: 0.015,
            moved: 0.08,
            birth_date: 0.02,
            names_swapped: 0.005,
            legal_form: 0.35,
            abbreviation: 0.1,
            alias: 0.03,
            transliteration: 0.1,
            job_change: 0.2,
        }
    }
}

impl Default for TypoSpec {
    fn default() -> Self {
        Self { keyboard: 35.0, transposition: 20.0, deletion: 15.0, insertion: 10.0, phonetic: 12.0, ocr: 8.0 }
    }
}

impl Default for BadRecordSpec {
    fn default() -> Self {
        Self { share: 0.1, factor: 5.0 }
    }
}

impl TypoSpec {
    /// The kinds with their weights.
    pub fn weights(&self) -> [(TypoKind, f64); 6] {
        [
            (TypoKind::Keyboard, self.keyboard),
            (TypoKind::Transposition, self.transposition),
            (TypoKind::Deletion, self.deletion),
            (TypoKind::Insertion, self.insertion),
            (TypoKind::Phonetic, self.phonetic),
            (TypoKind::Ocr, self.ocr),
        ]
    }
}
