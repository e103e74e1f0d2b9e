//! What is known of a person, by kind.

mod age;
mod aliases;
mod birth_date;
mod birth_year;
mod canadian_postal_code;
mod date;
mod decimal;
mod first_name;
mod integer;
mod invalid;
mod kinds;
mod last_name;
mod name_parts;
mod postal_code;
mod sex;
mod social_security_number;
mod text;
mod us_postal_code;
mod year;

pub use invalid::{Invalid, NormalizeError};
pub use kinds::Attributes;

use serde::{Deserialize, Serialize};

/// A kind of attribute: how its values are validated and brought into one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Attribute {
    /// Names a record; it stands beside tokens and in none of them.
    RecordId,
    /// A given name.
    FirstName,
    /// A family name.
    LastName,
    /// The day of birth.
    BirthDate,
    /// Male or female.
    Sex,
    /// A postal code of the United States or of Canada, or the first three characters of one.
    PostalCode,
    /// A social security number of the United States.
    SocialSecurityNumber,
    /// Years lived, 0 to 120.
    Age,
    /// The year of birth.
    BirthYear,
    /// Any text.
    String,
    /// Any day.
    Date,
    /// Any year of four digits.
    Year,
    /// Any whole number.
    Integer,
    /// Any decimal number.
    Decimal,
    /// A postal code of the United States.
    USPostalCode,
    /// A postal code of Canada.
    CanadianPostalCode,
}

impl Attribute {
    /// Every kind of attribute.
    pub const ALL: [Self; 16] = [
        Self::RecordId,
        Self::FirstName,
        Self::LastName,
        Self::BirthDate,
        Self::Sex,
        Self::PostalCode,
        Self::SocialSecurityNumber,
        Self::Age,
        Self::BirthYear,
        Self::String,
        Self::Date,
        Self::Year,
        Self::Integer,
        Self::Decimal,
        Self::USPostalCode,
        Self::CanadianPostalCode,
    ];

    /// The name of the kind in rules and in metadata.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RecordId => "RecordId",
            Self::FirstName => "FirstName",
            Self::LastName => "LastName",
            Self::BirthDate => "BirthDate",
            Self::Sex => "Sex",
            Self::PostalCode => "PostalCode",
            Self::SocialSecurityNumber => "SocialSecurityNumber",
            Self::Age => "Age",
            Self::BirthYear => "BirthYear",
            Self::String => "String",
            Self::Date => "Date",
            Self::Year => "Year",
            Self::Integer => "Integer",
            Self::Decimal => "Decimal",
            Self::USPostalCode => "USPostalCode",
            Self::CanadianPostalCode => "CanadianPostalCode",
        }
    }
}
