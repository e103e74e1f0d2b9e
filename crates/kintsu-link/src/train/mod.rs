//! Training: lambda from deterministic rules, u from random pairs, m by expectation maximisation or from labels.
//!
//! [`Trainer`] has Splink's methods by their names. Each finds its pairs in [`TrainingData`] and counts them
//! ([`crate::score::PatternCounts`], [`crate::score::LevelCounts`]); the rest is arithmetic on counts.

mod auto;
mod em;
mod error;
mod estimates;
mod evidence;
mod exact_top;
mod lambda;
mod run;
mod sample;
mod shares;
mod start;
mod trainer;
mod warnings;

pub use auto::em_rules;
pub use em::{EmComparison, EmIteration};
pub use error::TrainError;
pub use estimates::{Estimate, Estimates, LevelEstimates};
pub use exact_top::note_on_sampled_tops;
pub use lambda::lambda_from_deterministic_rules;
pub use run::{PatternsWanted, TrainingData};
pub use start::ImpliedLevel;
pub use trainer::{EmPlan, EmSession, EmSettings, Trainer};
pub use warnings::warn_about_dominant_rule;
