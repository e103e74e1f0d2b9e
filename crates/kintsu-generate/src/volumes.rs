//! From records to customers, and what is to be expected of them.

use serde::Serialize;

use crate::batch::{Batch, changed_records};
use crate::error::GenerateError;
use crate::exact::ExactCustomers;
use crate::options::{CUSTOMERS_MAX, Options, PresetName};
use crate::preset::{Preset, Source};

/// Records where neither customers nor records are named.
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
    /// Whether there are exactly so many records.
    pub exact: bool,
    /// What each table is expected to hold, each delivery of it where there are several.
    pub expected: Vec<ExpectedRows>,
    /// How many records of the last customer each source keeps; none for all.
    #[serde(skip)]
    pub last_customer_records: Option<Vec<u64>>,
    /// What the user should know: message and hint.
    #[serde(skip)]
    pub warnings: Vec<(String, String)>,
}

/// The rows that a table is expected to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedRows {
    /// The table, by the path of its folder.
    pub table: String,
    /// Their mean.
    pub rows: u64,
    /// Five standard deviations below it.
    pub least: u64,
    /// Five standard deviations above it.
    pub most: u64,
}

impl Volumes {
    /// What `options` ask for of a preset, in customers from `first_customer` on.
    ///
    /// # Errors
    /// [`GenerateError::TooManyCustomers`], [`GenerateError::Options`] for numbers that cannot be.
    pub fn settle(options: &Options, preset: &dyn Preset, first_customer: u64) -> Result<Self, GenerateError> {
        let records = match (options.customers, options.records) {
            (None, None) => Some(RECORDS_DEFAULT),
            (_, records) => records,
        };
        if let Some(records) = records.filter(|_| options.exact) {
            check_exact(options)?;
            let found = ExactCustomers::find(preset, first_customer, records.max(1))?;
            let expected = expected_rows(options, preset.sources(), found.customers)?;
            let last_customer_records = Some(found.last_customer_records);
            let customers = found.customers;
            return Ok(Self {
                customers,
                records: Some(records),
                exact: true,
                expected,
                last_customer_records,
                warnings: Vec::new(),
            });
        }
        check_exact(options)?;
        let per_customer: f64 = preset.sources().iter().map(|source| rows_per_customer(source, options.batches)).sum();
        let derived = records.map(|records| match options.preset {
            PresetName::Mdm => records / MDM_RECORDS_PER_CUSTOMER,
            _ => ((records as f64 / per_customer).round() as u64).max(1),
        });
        let customers = options.customers.or(derived).unwrap_or(0);
        if customers == 0 || customers > CUSTOMERS_MAX {
            let hint = format!("ask for 1 to {CUSTOMERS_MAX} customers, or for at least {MDM_RECORDS_PER_CUSTOMER} records");
            return Err(GenerateError::options(format!("{customers} customers cannot be made"), hint));
        }
        let warnings = records.map_or(Ok(Vec::new()), |records| check_ratio(options.preset, customers, records, per_customer))?;
        let expected = expected_rows(options, preset.sources(), customers)?;
        Ok(Self { customers, records, exact: false, expected, last_customer_records: None, warnings })
    }
}

/// Refuses an exact number of records where it cannot be had.
fn check_exact(options: &Options) -> Result<(), GenerateError> {
    let refuse = |what: &str, hint: &str| Err(GenerateError::options(what, hint));
    match options.customers {
        _ if !options.exact => Ok(()),
        _ if options.preset == PresetName::Mdm => refuse(
            "an exact number of records cannot be had under the preset mdm",
            "leave --exact out: there the rates decide, as in the reference",
        ),
        Some(_) => refuse(
            "an exact number of records decides the number of customers",
            "leave the customers out and name the records, or leave --exact out",
        ),
        None => Ok(()),
    }
}

/// Refuses more customers than records; warns of more than half as many, or than the rates of the preset make of them.
fn check_ratio(
    preset: PresetName,
    customers: u64,
    records: u64,
    per_customer: f64,
) -> Result<Vec<(String, String)>, GenerateError> {
    if customers > records {
        return Err(GenerateError::TooManyCustomers { customers, records });
    }
    let percent = u128::from(customers) * 100 / u128::from(records);
    let usual = if preset == PresetName::Mdm { 25 } else { (100.0 / per_customer).ceil() as u128 };
    if percent <= usual.max(50) {
        return Ok(Vec::new());
    }
    let message = format!("the customers are {percent} % of the records asked for: few customers will have several");
    Ok(vec![(message, format!("about {usual} % is usual: leave the number of customers out"))])
}

/// The expected rows of a table for a customer, over all deliveries.
fn rows_per_customer(source: &Source, batches: u64) -> f64 {
    if batches < 2 {
        return source.records_mean;
    }
    // Half of the customers are there from the second delivery on, the others come in equal parts.
    let later = (batches - 1) as f64;
    let old = later / 2.0 + (later - 1.0) / 4.0;
    source.records_mean + old * changed_records(source.records_mean, source.records_variance).0
}

fn expected_rows(options: &Options, sources: &[Source], customers: u64) -> Result<Vec<ExpectedRows>, GenerateError> {
    let table = |source: &Source| format!("{}{}", source.table, options.table_suffix);
    if options.batches < 2 {
        let rows = |source: &Source| {
            let law = (customers as f64 * source.records_mean, customers as f64 * source.records_variance);
            ExpectedRows::new(table(source), law, customers * source.copies_max)
        };
        return Ok(sources.iter().map(rows).collect());
    }
    let batches = Batch::all(options.batches, customers, options.as_of)?;
    let rows = |source: &Source| {
        let table = table(source);
        let rows = |batch: &Batch| {
            let slots = batch.customers * source.copies_max;
            ExpectedRows::new(format!("{table}/{}", batch.folder()), expected_in(source, *batch), slots)
        };
        batches.iter().map(rows).collect::<Vec<_>>()
    };
    Ok(sources.iter().flat_map(rows).collect())
}

/// The expected rows of a source in one of several deliveries, and their variance.
pub(crate) fn expected_in(source: &Source, batch: Batch) -> (f64, f64) {
    let (old, new) = batch.new_customers();
    let (changed, changed_variance) = changed_records(source.records_mean, source.records_variance);
    let sum = |new_rate: f64, old_rate: f64| new as f64 * new_rate + old as f64 * old_rate;
    (sum(source.records_mean, changed), sum(source.records_variance, changed_variance))
}

impl ExpectedRows {
    /// For a mean and a variance, of so many slots.
    fn new(table: String, (mean, variance): (f64, f64), slots: u64) -> Self {
        let bound = 5.0 * variance.sqrt();
        Self {
            table,
            rows: mean.round() as u64,
            least: (mean - bound).max(0.0).floor() as u64,
            most: (mean + bound).min(slots as f64).ceil() as u64,
        }
    }
}
