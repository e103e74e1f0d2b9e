//! The words for a model's choices, as people type them and as files hold them.

use super::{Dialect, LinkType, Parity, SplinkVersion};

/// The names of string semantics, as `--parity` takes them.
pub const PARITIES: [(&str, Parity); 4] = [
    ("characters", Parity::Characters),
    ("duckdb-1.5", Parity::DuckDb1_5),
    ("duckdb-2.0", Parity::DuckDb2_0),
    ("spark-jar", Parity::SparkJar),
];

impl Parity {
    /// The name, as `--parity` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Characters => "characters",
            Self::DuckDb1_5 => "duckdb-1.5",
            Self::DuckDb2_0 => "duckdb-2.0",
            Self::SparkJar => "spark-jar",
        }
    }
}

impl Dialect {
    /// The name in Splink's JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DuckDb => "duckdb",
            Self::Spark => "spark",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl LinkType {
    /// The name in Splink's JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DedupeOnly => "dedupe_only",
            Self::LinkOnly => "link_only",
            Self::LinkAndDedupe => "link_and_dedupe",
        }
    }
}

impl SplinkVersion {
    /// The major version.
    pub const fn number(self) -> u8 {
        match self {
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }
}

/// A word that names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is none of {allowed}")]
pub struct UnknownWord {
    /// The word.
    pub word: String,
    /// What it could have been.
    pub allowed: String,
}

impl std::str::FromStr for Parity {
    type Err = UnknownWord;
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let found = PARITIES.iter().find(|(name, _)| *name == word).map(|(_, parity)| *parity);
        found.ok_or_else(|| UnknownWord { word: word.to_owned(), allowed: PARITIES.map(|(name, _)| name).join(", ") })
    }
}
