//! The kernels by name: a [`KernelSpec`] is data (JSON on the wire), a [`Kernel`] is the pure function that it describes, from a
//! record batch to a record batch.
//!
//! A kernel has no clock, no files and no state outside itself, so it gives the same rows wherever it runs and however often.
//! Engines only bring batches to kernels. Inside one process an engine calls the typed parts of the same kernels
//! ([`Prepare::run`]; [`ScoreBlocks::block`], [`ScoreBlocks::compile`], [`ScoreBlocks::score`]; [`ScorePairs::score`]) on
//! [`Prepared`] records, which are views of the same buffers, so that nothing is blocked or compiled twice; [`Kernel::apply`] is
//! made of the same parts. Training counts by `TrainingData::count_pairs`, which is all that [`CountPatterns`] does.

mod batches;
mod decrypt_tokens;
mod error;
mod frequencies;
mod generate;
mod pairs;
mod patterns;
mod prepare;
mod score;
mod spec;
mod token_rows;
mod tokenize;

use arrow_array::RecordBatch;
use kintsu_core::RunContext;
use kintsu_token::{Encryption, Secret, TokenMaker};

pub use batches::{edges_batch, pattern_counts, patterns_batch};
pub use decrypt_tokens::DecryptTokens;
pub use error::KernelError;
pub use generate::{Generate, GenerateSpec};
pub use pairs::ScorePairs;
pub use patterns::CountPatterns;
pub use prepare::{Prepare, Prepared};
pub use score::{Compiled, ScoreBlocks};
pub use spec::{
    CountPatternsSpec, DerivedSpec, KernelSpec, ModelSpec, PrepareSpec, RecordsSpec, RuleSpec, ScoreBlocksSpec, ScorePairsSpec,
    TermFrequenciesSpec,
};

pub use token_rows::{RecordTokens, RowCounter};
pub use tokenize::{ColumnPlan, TokenInput, Tokenize, TokenizeSpec, tokens_schema};

/// A kernel, ready to be applied.
#[derive(Debug)]
pub enum Kernel {
    /// Puts records into pair order and derives columns.
    Prepare(Prepare),
    /// Scores the pairs that blocking rules find.
    ScoreBlocks(ScoreBlocks),
    /// Scores given pairs.
    ScorePairs(ScorePairs),
    /// Counts pairs by their levels.
    CountPatterns(CountPatterns),
    /// Makes tokens of records.
    Tokenize(Box<Tokenize>),
    /// Makes records.
    Generate(Box<Generate>),
}

impl Kernel {
    /// The kernel that `spec` describes.
    ///
    /// # Errors
    /// [`KernelError`] when the model or an expression in it cannot be read, or when the kernel needs secrets: see
    /// [`Kernel::with_secrets`].
    pub fn new(spec: &KernelSpec) -> Result<Self, KernelError> {
        Self::with_secrets(spec, None, None)
    }

    /// The kernel that `spec` describes, with the secrets that it needs; those that it does not need are not looked at.
    ///
    /// # Errors
    /// As [`Kernel::new`], and when a secret lacks or is not fit.
    pub fn with_secrets(
        spec: &KernelSpec,
        hashing: Option<&Secret>,
        encryption: Option<Encryption>,
    ) -> Result<Self, KernelError> {
        Ok(match spec {
            KernelSpec::Tokenize(spec) => {
                let maker = TokenMaker::new(spec.mode, hashing, encryption, spec.profile)?;
                Self::Tokenize(Box::new(Tokenize::new(spec, maker)?))
            }
            KernelSpec::Generate(spec) => Self::Generate(Box::new(Generate::new(spec)?)),
            KernelSpec::Prepare(spec) => Self::Prepare(Prepare::new(spec)?),
            KernelSpec::ScoreBlocks(spec) => Self::ScoreBlocks(ScoreBlocks::new(spec)?),
            KernelSpec::ScorePairs(spec) => Self::ScorePairs(ScorePairs::new(spec)?),
            KernelSpec::CountPatterns(spec) => Self::CountPatterns(CountPatterns::new(spec)?),
        })
    }

    /// The kernel as `prepare`, where it is that.
    pub fn into_prepare(self) -> Option<Prepare> {
        if let Self::Prepare(kernel) = self { Some(kernel) } else { None }
    }

    /// The kernel as `score_blocks`, where it is that.
    pub fn into_score_blocks(self) -> Option<ScoreBlocks> {
        if let Self::ScoreBlocks(kernel) = self { Some(kernel) } else { None }
    }

    /// The kernel as `score_pairs`, where it is that.
    pub fn into_score_pairs(self) -> Option<ScorePairs> {
        if let Self::ScorePairs(kernel) = self { Some(kernel) } else { None }
    }

    /// The kernel as `tokenize`, where it is that.
    pub fn into_tokenize(self) -> Option<Tokenize> {
        if let Self::Tokenize(kernel) = self { Some(*kernel) } else { None }
    }

    /// Applies the kernel.
    ///
    /// # Errors
    /// [`KernelError`] when the batch lacks a column, or its ids are missing or repeated.
    pub fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch, KernelError> {
        self.apply_in(batch, &RunContext::default())
    }

    /// Applies the kernel, reporting progress and warnings to `ctx` and stopping when it says so.
    ///
    /// # Errors
    /// As [`Kernel::apply`], and when the run was stopped.
    pub fn apply_in(&self, batch: &RecordBatch, ctx: &RunContext) -> Result<RecordBatch, KernelError> {
        match self {
            Self::Prepare(kernel) => kernel.run(batch)?.to_batch(),
            Self::ScoreBlocks(kernel) => kernel.apply(batch, ctx),
            Self::ScorePairs(kernel) => kernel.apply(batch, ctx),
            Self::CountPatterns(kernel) => kernel.apply(batch, ctx),
            Self::Tokenize(kernel) => kernel.apply(batch, ctx),
            Self::Generate(kernel) => kernel.apply(batch, ctx),
        }
    }
}
