//! A record that is corrupted, and what is told of each change.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a column means to the model of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    /// The given name.
    FirstName,
    /// The surname.
    LastName,
    /// Given name and surname; it follows them where it was put together of them.
    FullName,
    /// The street with its number.
    Address,
    /// The city.
    City,
    /// The state or region.
    State,
    /// The postcode.
    Postcode,
    /// The birth date.
    BirthDate,
    /// The name of a company, with its legal form at the end.
    CompanyName,
    /// The legal form of a company.
    LegalForm,
}

/// How many meanings there are.
pub(super) const ROLES: usize = 10;

impl ColumnRole {
    /// Every role.
    pub const ALL: [Self; ROLES] = [
        Self::FirstName,
        Self::LastName,
        Self::FullName,
        Self::Address,
        Self::City,
        Self::State,
        Self::Postcode,
        Self::BirthDate,
        Self::CompanyName,
        Self::LegalForm,
    ];

    /// Its name in a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::FullName => "full_name",
            Self::Address => "address",
            Self::City => "city",
            Self::State => "state",
            Self::Postcode => "postcode",
            Self::BirthDate => "birth_date",
            Self::CompanyName => "company_name",
            Self::LegalForm => "legal_form",
        }
    }

    /// Names that columns of this meaning have in common use, the first that a table has counts. Capitals, blanks, hyphens and
    /// underscores make no difference.
    pub fn column_names(self) -> &'static [&'static str] {
        match self {
            Self::FirstName => &["first_name", "given_name", "forename", "firstname"],
            Self::LastName => &["last_name", "surname", "family_name", "lastname"],
            Self::FullName => &["full_name", "name"],
            Self::Address => &["address", "street_address", "street", "address_1"],
            Self::City => &["city", "town", "suburb"],
            Self::State => &["state", "region", "province"],
            Self::Postcode => &["postcode", "zip_code", "zip", "postal_code"],
            Self::BirthDate => &["date_of_birth", "birth_date", "dob", "birthdate"],
            Self::CompanyName => &["company_name", "legal_name", "organisation", "organization"],
            Self::LegalForm => &["legal_form", "company_type"],
        }
    }
}

/// Whether two names of columns differ by nothing but capitals, blanks, hyphens and underscores.
pub(super) fn same_name(left: &str, right: &str) -> bool {
    let letters = |name: &str| -> String {
        name.chars().filter(|letter| !matches!(letter, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
    };
    letters(left) == letters(right)
}

/// A value of a record. A value of a column of dates stands in `days`, any other in `text`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Value {
    /// The text, where the value is not missing.
    pub text: String,
    /// The days since 1970-01-01, where the column holds dates.
    pub days: i32,
    /// Whether the value is missing.
    pub missing: bool,
    /// The position of the text in the list that its column is made of, where it was taken from there: such columns are written by
    /// it. Whoever changes the text takes it away.
    pub listed: Option<u32>,
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A date, as days since 1970-01-01.
    pub fn date(days: i32) -> Self {
        Self { days, ..Self::default() }
    }

    /// No value.
    pub fn missing() -> Self {
        Self { missing: true, ..Self::default() }
    }
}

/// A record: a value for each column that was told when the corruptor was made, in their order.
pub type Record = [Value];

/// What was done to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
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
    /// A nickname instead of the given name.
    Nickname,
    /// Another surname.
    SurnameChange,
    /// Another address.
    Moved,
    /// Day and month, or a part of the birth date, wrong.
    BirthDate,
    /// Given name and surname swapped.
    NamesSwapped,
    /// Another spelling of the legal form of a company, or none.
    LegalForm,
    /// A word of a company's name cut short.
    Abbreviation,
    /// Another name of a company: initials, one word, words joined.
    Alias,
    /// Letters with accents written without them.
    Transliteration,
    /// The customer lives elsewhere, and the record says so.
    Relocated,
    /// The customer has another surname or legal form, and the record says so.
    Renamed,
    /// Left empty.
    Missing,
    /// Another employer and another job; only under the preset `realistic`.
    JobChange,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 19] = [
        Self::Keyboard,
        Self::Transposition,
        Self::Deletion,
        Self::Insertion,
        Self::Phonetic,
        Self::Ocr,
        Self::Nickname,
        Self::SurnameChange,
        Self::Moved,
        Self::BirthDate,
        Self::NamesSwapped,
        Self::LegalForm,
        Self::Abbreviation,
        Self::Alias,
        Self::Transliteration,
        Self::Relocated,
        Self::Renamed,
        Self::Missing,
        Self::JobChange,
    ];

    /// Its name in the table of changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keyboard => "keyboard",
            Self::Transposition => "transposition",
            Self::Deletion => "deletion",
            Self::Insertion => "insertion",
            Self::Phonetic => "phonetic",
            Self::Ocr => "ocr",
            Self::Nickname => "nickname",
            Self::SurnameChange => "surname_change",
            Self::Moved => "moved",
            Self::BirthDate => "birth_date",
            Self::NamesSwapped => "names_swapped",
            Self::LegalForm => "legal_form",
            Self::Abbreviation => "abbreviation",
            Self::Alias => "alias",
            Self::Transliteration => "transliteration",
            Self::Relocated => "relocated",
            Self::Renamed => "renamed",
            Self::Missing => "missing",
            Self::JobChange => "job_change",
        }
    }
}

/// A value that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The position of the column.
    pub column: usize,
    /// What was done.
    pub operation: Operation,
    /// What stood there; dates as 2000-01-31.
    pub before: String,
    /// What stands there now; none where the value is missing.
    pub after: Option<String>,
}
