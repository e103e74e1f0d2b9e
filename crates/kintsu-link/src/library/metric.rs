//! Units of time differences.

use super::LibraryError;

/// A unit of time differences. A month is a twelfth of a year, a year 365.25 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Metric {
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Year,
}

const METRICS: [(&str, Metric); 6] = [
    ("second", Metric::Second),
    ("minute", Metric::Minute),
    ("hour", Metric::Hour),
    ("day", Metric::Day),
    ("month", Metric::Month),
    ("year", Metric::Year),
];

impl Metric {
    /// Its length in seconds.
    ///
    /// ```
    /// assert_eq!(kintsu_link::library::Metric::Month.seconds(), 2_629_800.0);
    /// ```
    pub const fn seconds(self) -> f64 {
        match self {
            Self::Second => 1.0,
            Self::Minute => 60.0,
            Self::Hour => 3600.0,
            Self::Day => 86_400.0,
            Self::Month => 2_629_800.0,
            Self::Year => 31_557_600.0,
        }
    }

    /// Its name, such as `day`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl std::str::FromStr for Metric {
    type Err = LibraryError;
    fn from_str(word: &str) -> Result<Self, LibraryError> {
        let found = METRICS.iter().find(|(name, _)| *name == word).map(|(_, metric)| *metric);
        found.ok_or_else(|| LibraryError::UnknownWord {
            what: "the metric",
            word: word.to_owned(),
            allowed: METRICS.map(|(name, _)| name).join(", "),
        })
    }
}
