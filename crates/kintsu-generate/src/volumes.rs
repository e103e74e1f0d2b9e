//! From records to customers, and what is to be expected of them.

use serde::Serialize;

use crate::error::GenerateError;
use crate::options::{CUSTOMERS_MAX, Options, PresetName};
use crate::preset::Source;

/// Records under the preset `mdm` when neither customers nor records are named.
pub const RECORDS_DEFAULT: u64 = 1_000_000;

/// The reference makes a customer for so many of the records asked for.
const MDM_RECORDS_PER_CUSTOMER: u64 = 4;

/// How much is made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Volumes {
    /// The customers.
    pub customers: u64,
    /// The records that were wished for, where a number was named.
    pub records: Option<u64>,
    /// What each table is expected to hold.
    pub expected: Vec<ExpectedRows>,
    /// What the user should know: message and hint.
    #[serde(skip)]
    pub warnings: Vec<(String, String)>,
}

/// The rows that a table is expected to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedRows {
    /// The table.
    pub table: String,
    /// Their mean.
    pub rows: u64,
    /// Five standard deviations below it.
    pub least: u64,
    /// Five standard deviations above it.
    pub most: u64,
}

impl Volumes {
    /// What `options` ask for with these sources.
    ///
    /// # Errors
    /// [`GenerateError::TooManyCustomers`], [`GenerateError::Options`] for numbers that cannot be.
    pub fn settle(options: &Options, sources: &[Source]) -> Result<Self, GenerateError> {
        let records = match (options.customers, options.records) {
            (None, None) => Some(RECORDS_DEFAULT),
            (_, records) => records,
        };
        if options.exact && options.preset == PresetName::Mdm {
            return Err(GenerateError::options(
                "an exact number of records cannot be had under the preset mdm",
                "leave --exact out: there the rates decide, as in the reference",
            ));
        }
        let per_customer: f64 = sources.iter().map(|source| source.records_mean).sum();
        if options.exact {
            let what = format!("an exact number of records cannot be had under the preset {}", options.preset.name());
            return Err(GenerateError::options(what, "leave --exact out: there the rates decide"));
        }
        let derived = records.map(|records| match options.preset {
            PresetName::Mdm => records / MDM_RECORDS_PER_CUSTOMER,
            _ => ((records as f64 / per_customer).round() as u64).max(1),
        });
        let customers = options.customers.or(derived).unwrap_or(0);
        if customers == 0 || customers > CUSTOMERS_MAX {
            let hint = format!("ask for 1 to {CUSTOMERS_MAX} customers, or for at least {MDM_RECORDS_PER_CUSTOMER} records");
            return Err(GenerateError::options(format!("{customers} customers cannot be made"), hint));
        }
        let mut warnings = Vec::new();
        if let Some(records) = records {
            if customers > records {
                return Err(GenerateError::TooManyCustomers { customers, records });
            }
            let percent = u128::from(customers) * 100 / u128::from(records);
            if percent > 50 {
                let message = format!("the customers are {percent} % of the records asked for: few customers will have several");
                warnings.push((message, "about a quarter is usual: leave the number of customers out".to_owned()));
            }
        }
        let expected = sources.iter().map(|source| Self::expected(source, &options.table_suffix, customers)).collect();
        Ok(Self { customers, records, expected, warnings })
    }

    fn expected(source: &Source, suffix: &str, customers: u64) -> ExpectedRows {
        let (customers, most) = (customers as f64, (customers * source.copies_max) as f64);
        let (mean, bound) = (customers * source.records_mean, 5.0 * (customers * source.records_variance).sqrt());
        ExpectedRows {
            table: format!("{}{suffix}", source.table),
            rows: mean.round() as u64,
            least: (mean - bound).max(0.0).floor() as u64,
            most: (mean + bound).min(most).ceil() as u64,
        }
    }
}
