//! The named ways of making tokens.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A named, versioned way of making tokens; tokens of different profiles may differ for the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Profile {
    /// OpenToken 1.12.5 as its Python package makes tokens; `py1` for short.
    #[default]
    #[serde(rename = "opentoken-1-python", alias = "py1")]
    OpenToken1Python,
    /// OpenToken 1.12.5 as its Java library makes tokens, in the time zone UTC and the locale `en_US`; `java1` for short.
    #[serde(rename = "opentoken-1-java", alias = "java1")]
    OpenToken1Java,
    /// OpenLinkToken 2.1.2; `v2` for short.
    #[serde(rename = "openlinktoken-2", alias = "v2")]
    OpenLinkToken2,
    /// OpenLinkToken 2.2.1.
    #[serde(rename = "openlinktoken-2.2")]
    OpenLinkToken22,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 4] = [Self::OpenToken1Python, Self::OpenToken1Java, Self::OpenLinkToken2, Self::OpenLinkToken22];

    /// Short names that are read for the same.
    pub const SHORT_NAMES: [(&str, Self); 3] =
        [("py1", Self::OpenToken1Python), ("java1", Self::OpenToken1Java), ("v2", Self::OpenLinkToken2)];

    /// The name under which the profile stands in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenToken1Python => "opentoken-1-python",
            Self::OpenToken1Java => "opentoken-1-java",
            Self::OpenLinkToken2 => "openlinktoken-2",
            Self::OpenLinkToken22 => "openlinktoken-2.2",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that is no profile's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no token profile `{0}`; the profiles are {names}", names = names())]
pub struct UnknownProfile(pub String);

fn names() -> String {
    Profile::ALL.map(Profile::name).join(", ")
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let long = Self::ALL.map(|profile| (profile.name(), profile));
        let found = long.into_iter().chain(Self::SHORT_NAMES).find(|(name, _)| *name == text);
        found.map(|(_, profile)| profile).ok_or_else(|| UnknownProfile(text.to_owned()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_and_short_names_are_read() {
        for profile in Profile::ALL {
            assert_eq!(profile.name().parse(), Ok(profile));
            assert_eq!(serde_json::to_value(profile).unwrap(), profile.name());
        }
        for (name, profile) in Profile::SHORT_NAMES {
            assert_eq!(name.parse(), Ok(profile));
            assert_eq!(serde_json::from_value::<Profile>(name.into()).unwrap(), profile);
        }
        assert!("v3".parse::<Profile>().unwrap_err().to_string().contains("openlinktoken-2.2"));
    }
}
