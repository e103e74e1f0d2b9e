//! Probabilistic record linkage after Fellegi and Sunter: the model, the pairs that blocking finds, training and scoring.

pub mod block;
pub mod compare;
pub mod diagnose;
pub mod error;
pub mod library;
pub mod model;
pub mod records;
pub mod score;
pub mod train;

pub use error::LinkError;
pub use kintsu_sql as sql;
