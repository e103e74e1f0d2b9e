//! Where a text of SQL comes from: its dialect, and the engine whose answers its measures give.

use serde::{Deserialize, Serialize};

/// The SQL dialect in which a model's conditions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Dialect {
    DuckDb,
    Spark,
    Sqlite,
    Postgres,
}

/// What a string measure counts, and the last digit of Jaro-Winkler: the answer of the engine that a model came from, or ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Parity {
    /// Unicode characters; Jaro of two empty strings is 1, Jaccard of an empty string is 0. The default of new models.
    #[serde(rename = "characters")]
    Characters,
    /// Bytes, as DuckDB 1.5 computes them.
    #[serde(rename = "duckdb-1.5")]
    DuckDb1_5,
    /// Bytes, as DuckDB 2.0 computes them.
    #[serde(rename = "duckdb-2.0")]
    DuckDb2_0,
    /// UTF-16 units, as Splink's jar for Spark computes them.
    #[serde(rename = "spark-jar")]
    SparkJar,
}

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
