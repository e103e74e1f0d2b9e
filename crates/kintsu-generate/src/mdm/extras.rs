//! The columns that only one of the sources has.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int32Array};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use kintsu_core::{Draws, below};

use super::base::Base;
use crate::column::{CodeColumn, TextColumn, append_number, code_type, values};
use crate::error::GenerateError;

/// Where the values stand among the random numbers of a record.
const FIRST: u64 = 64;

const LEAD_SOURCES: [&str; 4] = ["Website", "Referral", "Cold Call", "Trade Show"];
const DEAL_STAGES: [&str; 5] = ["Prospect", "Qualified", "Proposal", "Closed Won", "Closed Lost"];
const PAYMENT_TERMS: [&str; 4] = ["Net 30", "Net 60", "COD", "Prepaid"];
const ACCOUNT_STATUSES: [&str; 3] = ["Active", "Suspended", "Closed"];
const CATEGORIES: [&str; 5] = ["Electronics", "Clothing", "Books", "Home", "Sports"];

/// A source of the preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    Crm,
    Erp,
    Ecommerce,
}

impl System {
    pub(crate) const ALL: [Self; 3] = [Self::Crm, Self::Erp, Self::Ecommerce];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Crm => "crm",
            Self::Erp => "erp",
            Self::Ecommerce => "ecommerce",
        }
    }

    /// The table of its records.
    pub(crate) const fn table(self) -> &'static str {
        match self {
            Self::Crm => "raw_crm_customers",
            Self::Erp => "raw_erp_customers",
            Self::Ecommerce => "raw_ecommerce_customers",
        }
    }

    /// What its ids begin with.
    const fn id_prefix(self) -> &'static [u8] {
        match self {
            Self::Crm => b"CRM_",
            Self::Erp => b"ERP_",
            Self::Ecommerce => b"EC_",
        }
    }

    /// The names and types of its own columns.
    pub(crate) fn columns(self) -> Vec<(&'static str, DataType)> {
        match self {
            Self::Crm => vec![("lead_source", code_type()), ("sales_rep", DataType::Utf8), ("deal_stage", code_type())],
            Self::Erp => vec![
                ("account_number", DataType::Utf8),
                ("credit_limit", DataType::Int32),
                ("payment_terms", code_type()),
                ("account_status", code_type()),
            ],
            Self::Ecommerce => vec![
                ("username", DataType::Utf8),
                ("total_orders", DataType::Int32),
                ("total_spent", DataType::Float64),
                ("preferred_category", code_type()),
                ("marketing_opt_in", DataType::Boolean),
            ],
        }
    }

    /// The ids that it gives the records with these random numbers. Not unique: there are 90,000 of them in a source.
    pub(crate) fn source_ids(self, records: &[Draws]) -> Result<ArrayRef, GenerateError> {
        let mut column = TextColumn::with_capacity(records.len(), 9);
        for draws in records {
            column.writer().extend_from_slice(self.id_prefix());
            append_number(column.writer(), 10_000 + below(draws.at(2), 90_000), 5);
            column.end();
        }
        column.finish()
    }

    /// Its own columns of the records with these random numbers.
    pub(crate) fn make(self, base: &Base, records: &[Draws]) -> Result<Vec<ArrayRef>, GenerateError> {
        let code = |position: u64, texts: &[&'static str]| {
            let codes = records.iter().map(|draws| below(draws.at(FIRST + position), texts.len() as u64) as u32);
            CodeColumn::of(codes.collect()).finish(&values(texts.iter().copied()))
        };
        let number = |position: u64, least: i32, most: i32| -> ArrayRef {
            let count = (most - least + 1) as u64;
            let numbers = records.iter().map(|draws| least + below(draws.at(FIRST + position), count) as i32);
            Arc::new(Int32Array::from_iter_values(numbers))
        };
        let text = |append: &dyn Fn(Draws, &mut Vec<u8>)| {
            let mut column = TextColumn::with_capacity(records.len(), 16);
            for draws in records {
                append(*draws, column.writer());
                column.end();
            }
            column.finish()
        };
        Ok(match self {
            Self::Crm => vec![
                code(0, &LEAD_SOURCES)?,
                text(&|draws, out| base.append_other_name(draws.at(FIRST + 1), draws.at(FIRST + 2), out))?,
                code(3, &DEAL_STAGES)?,
            ],
            Self::Erp => vec![
                text(&|draws, out| {
                    out.extend_from_slice(b"ACC");
                    append_number(out, 100_000 + below(draws.at(FIRST), 900_000), 6);
                })?,
                number(1, 1000, 50_000),
                code(2, &PAYMENT_TERMS)?,
                code(3, &ACCOUNT_STATUSES)?,
            ],
            Self::Ecommerce => vec![
                text(&|draws, out| base.append_user_name(draws.at(FIRST), draws.at(FIRST + 1), out))?,
                number(2, 1, 50),
                // Whole cents divided by 100 are the doubles nearest to the amounts.
                Arc::new(Float64Array::from_iter_values(
                    records.iter().map(|draws| (5000 + below(draws.at(FIRST + 3), 495_001)) as f64 / 100.0),
                )),
                code(4, &CATEGORIES)?,
                Arc::new(BooleanArray::from(BooleanBuffer::collect_bool(records.len(), |row| {
                    records[row].at(FIRST + 5) >> 63 == 1
                }))),
            ],
        })
    }
}
