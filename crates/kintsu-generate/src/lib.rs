//! Synthetic customers and source systems with known truth.
//!
//! Every value is a pure function of the seed, a named stream, the customer, the source and the copy, so that the same bytes come
//! of any number of threads and parts. Nothing looks at the clock, and no value depends on the platform's mathematics library.

mod batch;
pub mod calendar;
pub mod column;
mod copied;
mod corrupt;
mod country;
mod distinct;
mod error;
mod exact;
mod files;
mod identifiers;
mod journal;
mod lists;
mod manifest;
mod mdm;
mod options;
mod persons;
mod plan;
pub mod preset;
mod realistic;
mod single;
mod sink;
mod union_sql;
mod volumes;
mod write;

pub use batch::{BATCHES_MAX, Batch};
pub use copied::Copies;
pub use corrupt::{
    BadRecordSpec, Change, ColumnRole, CorruptColumn, CorruptionProblem, CorruptionSpec, Corruptor, EventSpec, Operation, Record,
    TypoKind, TypoSpec, Value,
};
pub use error::GenerateError;
pub use lists::{LOCALES, Lists, Nicknames, Place, Places, WeightedList};
pub use manifest::{DeliveryCard, FileCard, GENERATOR_VERSION, MANIFEST, Manifest, Recipe};
pub use mdm::Mdm;
pub use options::{CUSTOMERS_MAX, Options, PARTITIONS_MAX, Part, PresetName, WriteMode};
pub use plan::{Plan, SourceFile, Task};
pub use realistic::Realistic;
pub use single::{Companies, Entities, OneTable, People};
pub use volumes::{ExpectedRows, RECORDS_DEFAULT, Volumes};
pub use write::{Generated, generate, plan};
