//! Comparisons by name: those of Splink's comparison library, and custom ones with their levels written out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::column::ColumnSpec;

/// One comparison. Every named one begins with a null level and ends with `ELSE`; columns may be column expressions in SQL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ComparisonSpec {
    /// Equal or not.
    ExactMatch {
        /// The column.
        column: ColumnSpec,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Equal, then edit distances up to each threshold.
    LevenshteinAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// Edit distances, smallest first. Default 1, 2.
        #[serde(default = "one_two")]
        thresholds: Vec<f64>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Equal, then edit distances with swaps up to each threshold.
    DamerauLevenshteinAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// Edit distances, smallest first. Default 1, 2.
        #[serde(default = "one_two")]
        thresholds: Vec<f64>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Equal, then Jaro similarities from each threshold.
    JaroAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// Similarities, largest first. Default 0.9, 0.7.
        #[serde(default = "ninety_seventy")]
        thresholds: Vec<f64>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Equal, then Jaro-Winkler similarities from each threshold.
    JaroWinklerAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// Similarities, largest first. Default 0.9, 0.7.
        #[serde(default = "ninety_seventy")]
        thresholds: Vec<f64>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Equal, then Jaccard similarities from each threshold.
    JaccardAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// Similarities, largest first. Default 0.9, 0.7.
        #[serde(default = "ninety_seventy")]
        thresholds: Vec<f64>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Cosine similarities of number lists from each threshold; no level of equality.
    CosineSimilarityAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// Similarities, largest first. Default 0.9, 0.8, 0.7.
        #[serde(default = "ninety_eighty_seventy")]
        thresholds: Vec<f64>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Equal, then any function of two values at each threshold.
    DistanceFunctionAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// The SQL name of the function.
        distance_function_name: String,
        /// Thresholds, most similar first.
        thresholds: Vec<f64>,
        /// Whether larger values mean more alike.
        #[serde(default = "yes")]
        higher_is_more_similar: bool,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// A shared element, then the best pair of elements of two lists at each threshold.
    PairwiseStringDistanceFunctionAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// `levenshtein`, `damerau_levenshtein`, `jaro` or `jaro_winkler`.
        distance_function_name: String,
        /// Thresholds, most similar first.
        thresholds: Vec<f64>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Equal, then dates apart by at most each threshold.
    AbsoluteDateDifferenceAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// Whether the column holds text that is to be read as a date.
        input_is_string: bool,
        /// The unit of each threshold: `second`, `minute`, `hour`, `day`, `month` or `year`.
        metrics: Vec<String>,
        /// The thresholds, smallest first.
        thresholds: Vec<f64>,
        /// How text is read. Default `%Y-%m-%d`.
        #[serde(default)]
        datetime_format: Option<String>,
        /// Whether text that is no date counts as missing.
        #[serde(default = "yes")]
        invalid_dates_as_null: bool,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Equal, then times apart by at most each threshold.
    AbsoluteTimeDifferenceAtThresholds {
        /// The column.
        column: ColumnSpec,
        /// Whether the column holds text that is to be read as a time.
        input_is_string: bool,
        /// The unit of each threshold: `second`, `minute`, `hour`, `day`, `month` or `year`.
        metrics: Vec<String>,
        /// The thresholds, smallest first.
        thresholds: Vec<f64>,
        /// How text is read. Default an ISO timestamp.
        #[serde(default)]
        datetime_format: Option<String>,
        /// Whether text that is no time counts as missing.
        #[serde(default = "yes")]
        invalid_dates_as_null: bool,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Lists that share at least so many elements.
    ArrayIntersectAtSizes {
        /// The column.
        column: ColumnSpec,
        /// Numbers of shared elements, largest first. Default 1.
        #[serde(default = "sizes_one")]
        sizes: Vec<u32>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Places apart by at most each threshold.
    DistanceInKmAtThresholds {
        /// Degrees north.
        latitude_column: ColumnSpec,
        /// Degrees east.
        longitude_column: ColumnSpec,
        /// Kilometres, smallest first.
        thresholds: Vec<f64>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Equal, one edit apart, then dates apart by at most each threshold.
    DateOfBirthComparison {
        /// The column.
        column: ColumnSpec,
        /// Whether the column holds text that is to be read as a date.
        input_is_string: bool,
        /// The unit of each threshold. Default month, year, year.
        #[serde(default)]
        metrics: Option<Vec<String>>,
        /// The thresholds, smallest first. Default 1, 1, 10.
        #[serde(default)]
        thresholds: Option<Vec<f64>>,
        /// How text is read. Default `%Y-%m-%d`.
        #[serde(default)]
        datetime_format: Option<String>,
        /// Whether text that is no date counts as missing.
        #[serde(default = "yes")]
        invalid_dates_as_null: bool,
        /// Whether one swap counts as one edit. Default true.
        #[serde(default)]
        use_damerau_levenshtein: Option<bool>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// A name: equal with term frequencies, then Jaro-Winkler similarities and, where given, sounds.
    NameComparison {
        /// The column.
        column: ColumnSpec,
        /// Similarities, largest first. Default 0.92, 0.88, 0.7.
        #[serde(default)]
        jaro_winkler_thresholds: Option<Vec<f64>>,
        /// A list column with phonetic codes.
        #[serde(default)]
        dmetaphone_column: Option<String>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Forename and surname together, also the wrong way round.
    ForenameSurnameComparison {
        /// The forename.
        forename_column: ColumnSpec,
        /// The surname.
        surname_column: ColumnSpec,
        /// Similarities, largest first. Default 0.92, 0.88.
        #[serde(default)]
        jaro_winkler_thresholds: Option<Vec<f64>>,
        /// A column with both, whose term frequencies are used.
        #[serde(default)]
        forename_surname_concat_column: Option<String>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// A British postcode: whole, sector, district, area, and distances where a place is given.
    PostcodeComparison {
        /// The column.
        column: ColumnSpec,
        /// Whether text that is no postcode counts as missing.
        #[serde(default)]
        invalid_postcodes_as_null: bool,
        /// Degrees north.
        #[serde(default)]
        latitude_column: Option<ColumnSpec>,
        /// Degrees east.
        #[serde(default)]
        longitude_column: Option<ColumnSpec>,
        /// Kilometres, smallest first. Default 1, 10, 100.
        #[serde(default)]
        km_thresholds: Option<Vec<f64>>,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// An e-mail address: equal, equal before the `@`, then alike, then alike before the `@`.
    EmailComparison {
        /// The column.
        column: ColumnSpec,
        /// What is configured beyond the name.
        #[serde(default)]
        configure: Configure,
    },
    /// Levels written out, as in Splink's settings.
    Custom {
        /// The name of the comparison. Default: the column it uses.
        #[serde(default)]
        output_column_name: Option<String>,
        /// What it does, for people.
        #[serde(default)]
        comparison_description: Option<String>,
        /// The levels, each with the keys of Splink's settings: `sql_condition`, `label_for_charts`, `is_null_level` and so on.
        comparison_levels: Vec<serde_json::Map<String, Value>>,
    },
}

/// What Splink's `configure` sets on a comparison.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Configure {
    /// Adjust the weight of equal values by how rare they are. Default: as the comparison has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term_frequency_adjustments: Option<bool>,
    /// m of each level but the null level, in the order of the levels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub m_probabilities: Option<Vec<f64>>,
    /// u of each level but the null level, in the order of the levels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub u_probabilities: Option<Vec<f64>>,
}

fn one_two() -> Vec<f64> {
    vec![1.0, 2.0]
}

fn ninety_seventy() -> Vec<f64> {
    vec![0.9, 0.7]
}

fn ninety_eighty_seventy() -> Vec<f64> {
    vec![0.9, 0.8, 0.7]
}

fn sizes_one() -> Vec<u32> {
    vec![1]
}

fn yes() -> bool {
    true
}
