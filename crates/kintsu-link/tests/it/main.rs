#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

mod diagnose_golden;
mod diagnose_pipeline;
mod differential_conditions;
mod edge_estimates;
mod em_golden;
mod hot_properties;
mod library_sql;
mod model_json;
mod predict_golden;
mod sql;
mod training_golden;
mod vectors;
