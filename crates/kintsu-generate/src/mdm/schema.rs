//! The columns of the preset `mdm`.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::extras::System;
use crate::column::code_type;

/// The 17 columns that a customer and its records share, by position.
pub(super) mod column {
    pub(in crate::mdm) const FIRST_NAME: u32 = 0;
    pub(in crate::mdm) const LAST_NAME: u32 = 1;
    pub(in crate::mdm) const FULL_NAME: u32 = 2;
    pub(in crate::mdm) const EMAIL: u32 = 3;
    pub(in crate::mdm) const PHONE: u32 = 4;
    pub(in crate::mdm) const ADDRESS: u32 = 5;
    pub(in crate::mdm) const COMPANY: u32 = 10;
    pub(in crate::mdm) const JOB_TITLE: u32 = 11;
}

/// Their names.
pub(crate) const SHARED: [&str; 17] = [
    "first_name",
    "last_name",
    "full_name",
    "email",
    "phone",
    "address",
    "city",
    "state",
    "zip_code",
    "date_of_birth",
    "company",
    "job_title",
    "annual_income",
    "customer_segment",
    "registration_date",
    "last_activity_date",
    "is_active",
];

fn shared_type(name: &str) -> DataType {
    match name {
        "full_name" | "email" | "phone" | "address" | "zip_code" | "company" => DataType::Utf8,
        "date_of_birth" | "registration_date" | "last_activity_date" => DataType::Date32,
        "annual_income" => DataType::Int32,
        "is_active" => DataType::Boolean,
        _ => code_type(),
    }
}

pub(super) fn shared() -> impl Iterator<Item = Field> {
    SHARED.into_iter().map(|name| Field::new(name, shared_type(name), true))
}

/// The 18 columns of a customer.
pub(super) fn customers() -> SchemaRef {
    let mut fields = vec![Field::new("customer_id", DataType::Utf8, false)];
    fields.extend(shared());
    Arc::new(Schema::new(fields))
}

/// The columns of a source: its ids, those that it shares with the others, its own.
pub(crate) fn source(keep_customer_id: bool, system: System, shared: impl Iterator<Item = Field>) -> SchemaRef {
    let mut fields = Vec::new();
    if keep_customer_id {
        fields.push(Field::new("customer_id", DataType::Utf8, false));
    }
    fields.push(Field::new("source_id", DataType::Utf8, true));
    fields.push(Field::new("source_system", code_type(), false));
    fields.push(Field::new("record_id", DataType::Utf8, false));
    fields.extend(shared);
    fields.extend(system.columns().into_iter().map(|(name, data_type)| Field::new(name, data_type, true)));
    Arc::new(Schema::new(fields))
}
