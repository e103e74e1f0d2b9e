//! From an attribute's kind to the module that validates and normalises it.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{Attribute, Invalid, NormalizeError};
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
        let _ = attribute;
        Ok(Cow::Borrowed(value.trim()))
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
        if value.trim().is_empty() {
            return Err(Invalid::Blank);
        }
        Ok(self.normalize(attribute, value))
    }
}
