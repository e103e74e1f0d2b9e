//! Tokens of records that are in memory: as of a file, with batches in the place of the file of tokens.

use arrow_array::RecordBatch;
use kintsu_core::RunContext;
use kintsu_table::{Piece, TextStream};
use kintsu_token::{TokenBatch, TokenCounts};

use super::card::TokenCard;
use super::prepare::Prepared;
use super::pump;
use super::tokenize::{TokenizeGiven, Wanted, finished_uses};
use crate::error::JobError;
use crate::spec::{Problem, TokenizeSpec};

/// The tokens of a stream of records, `RuleId`, `Token` and `RecordId`, in batches in the order of the stream, and what the card of
/// a run says of them.
///
/// # Errors
/// As for a job that makes tokens of a file, and when fuzzy tokens are asked for.
pub fn tokenize_stream(
    spec: &TokenizeSpec,
    given: TokenizeGiven,
    stream: &mut TextStream,
    ctx: &RunContext,
) -> Result<(Vec<RecordBatch>, TokenCard), JobError> {
    if spec.fuzzy.is_some() {
        let problem = Problem::new("KN-JOB-078", "fuzzy tokens are made of files, and these records are in memory");
        return Err(JobError::problem(problem.hint("write the records to a file first")));
    }
    let prepared = Prepared::new(spec, given, ctx)?;
    let columns = prepared.columns(stream, spec, ctx)?;
    let ready = prepared.ready(spec)?;
    let mut card = ready.card(&columns);
    let kernel = ready.kernel;
    let wanted = Wanted::new(&columns.plan);
    stream.read_days(&columns.plan.attributes());
    stream.want(&wanted.positions).map_err(JobError::part)?;
    ctx.progress().begin("tokenising", stream.rows_known(), "records");
    let make = |piece: Piece| {
        let batch = piece.into_batch().map_err(JobError::part)?;
        let mut tokens = TokenBatch::default();
        let mut counts = kernel.tokenizer().counts();
        kernel.run(&wanted.input(&batch, false), &mut counts, &mut tokens).map_err(JobError::part)?;
        ctx.progress().advance(batch.rows as u64);
        Ok((kernel.batch_of(&tokens).map_err(JobError::part)?, counts))
    };
    let mut total = kernel.tokenizer().counts();
    let mut batches = Vec::new();
    pump::pump(stream, ctx, make, |(batch, counts): (RecordBatch, TokenCounts)| {
        total.add(&counts);
        batches.push(batch);
        Ok(())
    })?;
    ctx.progress().finish();
    card.count(&total, &kernel);
    card.warn_of_blank_rules(&kernel, ctx);
    if let (Some(key), Some(uses)) = (&mut card.encryption_key, finished_uses(kernel)?) {
        key.uses = uses;
    }
    Ok((batches, card))
}
