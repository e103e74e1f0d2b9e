//! Probabilistic record linkage after Fellegi and Sunter: the model, the pairs that blocking finds, training and scoring.

pub mod model;
pub mod sql;
