//! The part of a job that makes data.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What data are made. The output is the directory `output`; `seed`, `file_format` and `overwrite` are those of the job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GenerateSpec {
    /// The kind of data. Default realistic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<GeneratePreset>,
    /// The number of customers. Default: it follows from the records.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub customers: Option<u64>,
    /// The number of records wished for; under the preset mdm a customer is made for every four. Default 1,000,000 where no number of
    /// customers is given either.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub records: Option<u64>,
    /// Make exactly so many records; not under mdm.
    pub exact: bool,
    /// Make so many dated deliveries of new and changed records, a month apart; not under mdm. Default 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 120))]
    pub batches: Option<u64>,
    /// The day, as 2026-01-01, that ages and dates are counted from. Default 2026-01-01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// What the names of the tables end with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_suffix: Option<String>,
    /// How many files each table is cut into. Default: one per four million rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub partitions: Option<u64>,
    /// Make one part only, such as `3/10`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// What happens to an output that is there already. Default: it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_mode: Option<WriteModeName>,
    /// Leave the customers' ids in the tables of the sources, which gives the truth away.
    pub keep_customer_id: bool,
    /// A folder of lists that replace those that come with the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lists: Option<PathBuf>,
    /// How many copies a source holds beyond the first: poisson:0.4, uniform:0-3 or zipf:1.5. Default poisson:0.4; not under mdm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<String>,
    /// A corruption file, which says what errors copies have. Default: those of the preset; not under mdm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corruption: Option<PathBuf>,
}

/// The kind of data that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GeneratePreset {
    /// Customers and CRM, ERP and e-commerce sources, with the rates of the reference generator.
    Mdm,
    /// The same sources with customers that are made up as people are, and with the errors of people.
    Realistic,
    /// One table of people of several countries.
    People,
    /// One table of companies of several countries.
    Companies,
}

impl From<GeneratePreset> for kintsu_generate::PresetName {
    fn from(preset: GeneratePreset) -> Self {
        match preset {
            GeneratePreset::Mdm => Self::Mdm,
            GeneratePreset::Realistic => Self::Realistic,
            GeneratePreset::People => Self::People,
            GeneratePreset::Companies => Self::Companies,
        }
    }
}

/// What happens to an output that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteModeName {
    /// It is replaced.
    Overwrite,
    /// Customers are added to it.
    Append,
}
