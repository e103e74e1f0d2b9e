//! Training: lambda from deterministic rules, u from random pairs, m by expectation maximisation or from labels.
//!
//! Pairs come in as counts ([`crate::score::PatternCounts`], [`crate::score::LevelCounts`]); [`Trainer`] is arithmetic on them.

mod em;
mod error;
mod estimates;
mod evidence;
mod lambda;
mod shares;
mod start;
mod trainer;
mod warnings;

pub use em::{EmComparison, EmIteration};
pub use error::TrainError;
pub use estimates::{Estimate, Estimates, LevelEstimates};
pub use lambda::lambda_from_deterministic_rules;
pub use start::ImpliedLevel;
pub use trainer::{EmPlan, EmSession, EmSettings, Trainer};
pub use warnings::warn_about_dominant_rule;
