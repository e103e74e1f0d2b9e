//! The words for a model's choices, as people type them and as files hold them.

use super::{Dialect, LinkType, Parity, SplinkVersion};

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

    /// The string semantics of the engine on which a model of this version, with conditions in this dialect, was made.
    pub const fn parity(self, dialect: Dialect) -> Parity {
        match (dialect, self) {
            (Dialect::Spark, _) => Parity::SparkJar,
            (_, Self::V4) => Parity::DuckDb1_5,
            (_, Self::V5) => Parity::DuckDb2_0,
        }
    }
}
