//! From an attribute's kind to the module that validates and normalises it.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{Attribute, Invalid, NormalizeError};
use super::{age, birth_date, birth_year, canadian_postal_code, date, decimal, first_name, integer, last_name, postal_code};
use super::{sex, social_security_number, text, us_postal_code, year};
use crate::characters::trim;
use crate::profile::Profile;

/// Validates and normalises values as one profile does, on one day.
///
/// A value is first validated as it was written; only a valid one is normalised for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    profile: Profile,
    as_of: Date,
}

impl Attributes {
    /// Attributes of a profile; `as_of` is the day that no birth date may lie after.
    pub const fn new(profile: Profile, as_of: Date) -> Self {
        Self { profile, as_of }
    }

    /// The profile.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The last day that a birth date may have.
    pub const fn as_of(&self) -> Date {
        self.as_of
    }

    /// Whether a value is a valid one of its kind; none is a null, which never is.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn validate(&self, attribute: Attribute, value: Option<&str>) -> Result<(), Invalid> {
        self.accept(attribute, value).map(|_| ())
    }

    /// The normal form of a value; what an invalid value becomes is of no use in tokens.
    ///
    /// # Errors
    /// Where the reference raises: a date or number that cannot be read.
    pub fn normalize<'a>(&self, attribute: Attribute, value: &'a str) -> Result<Cow<'a, str>, NormalizeError> {
        let profile = self.profile;
        match attribute {
            Attribute::RecordId | Attribute::String => Ok(Cow::Borrowed(trim(profile, value))),
            Attribute::FirstName => Ok(first_name::normalize(profile, value)),
            Attribute::LastName => Ok(last_name::normalize(profile, value)),
            Attribute::BirthDate | Attribute::Date => date::normalize(profile, value),
            Attribute::Sex => sex::accept(profile, value).map(Cow::Borrowed).map_err(|_| NormalizeError::NotASex),
            Attribute::PostalCode => Ok(postal_code::normalize(profile, value)),
            Attribute::SocialSecurityNumber => Ok(social_security_number::normalize(profile, value)),
            Attribute::Integer | Attribute::Age => integer::normalize(profile, value),
            Attribute::Year | Attribute::BirthYear => year::normalize(profile, value),
            Attribute::Decimal => decimal::normalize(profile, value),
            Attribute::USPostalCode => Ok(us_postal_code::normalize(profile, value)),
            Attribute::CanadianPostalCode => Ok(canadian_postal_code::normalize(profile, value)),
        }
    }

    /// Validates and normalises in one go: the outer error is an invalid value, the inner one a valid value without a normal form.
    ///
    /// # Errors
    /// The first reason against the value.
    pub fn accept<'a>(
        &self,
        attribute: Attribute,
        value: Option<&'a str>,
    ) -> Result<Result<Cow<'a, str>, NormalizeError>, Invalid> {
        let value = value.ok_or(Invalid::Missing)?;
        let (profile, as_of) = (self.profile, self.as_of);
        match attribute {
            Attribute::RecordId | Attribute::String => text::accept(profile, value).map(Cow::Borrowed),
            Attribute::FirstName => first_name::accept(profile, value),
            Attribute::LastName => last_name::accept(profile, value),
            Attribute::Sex => sex::accept(profile, value).map(Cow::Borrowed),
            Attribute::PostalCode => postal_code::accept(profile, value),
            Attribute::SocialSecurityNumber => social_security_number::accept(profile, value),
            Attribute::USPostalCode => us_postal_code::accept(profile, value, false),
            Attribute::CanadianPostalCode => canadian_postal_code::accept(profile, value, false),
            Attribute::BirthDate => return birth_date::accept(profile, as_of, value).map(Ok),
            Attribute::Date => return date::validate(profile, value).map(|()| date::normalize(profile, value)),
            Attribute::Integer => return integer::validate(profile, value).map(|()| integer::normalize(profile, value)),
            Attribute::Age => return age::validate(profile, value).map(|()| integer::normalize(profile, value)),
            Attribute::Year => return year::validate(profile, value).map(|()| year::normalize(profile, value)),
            Attribute::BirthYear => {
                return birth_year::validate(profile, as_of, value).map(|()| year::normalize(profile, value));
            }
            Attribute::Decimal => return decimal::validate(profile, value).map(|()| decimal::normalize(profile, value)),
        }
        .map(Ok)
    }
}
