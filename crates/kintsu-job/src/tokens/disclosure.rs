//! What a file of tokens gives away, or what the tokens of a file of records would.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kintsu_core::RunContext;
use kintsu_kernel::{TokenInput, Tokenize};
use kintsu_table::{Input, Piece, TextStream};
use kintsu_token::disclosure::{Disclosure, DisclosureOptions, RuleDisclosure};
use kintsu_token::overlap::{PreparedRows, TokenReader, TokenRow, TokenSide};
use kintsu_token::{Secret, SecretKind, TokenBatch, TokenCounts, TokenMode};
use serde::Serialize;
use serde_json::Value;

use super::card::TokenCard;
use super::secrets::HeldSecret;
use super::token_side::{self, Scratch, bytes_for_tokens};
use super::tokenize::{card_path, kernel, kernel_spec};
use super::{columns, pump, rekey};
use crate::card::{Counts, RunCard};
use crate::error::JobError;
use crate::spec::TokenizeSpec;

/// Measures a file of tokens, or of records.
pub struct DisclosureJob {
    /// The file. One with the columns RuleId, Token and RecordId is a file of tokens, any other of records.
    pub input: Input,
    /// How tokens are made of records, and which profile reads encrypted ones.
    pub tokenize: TokenizeSpec,
    /// The key of encrypted tokens.
    pub key: Option<Arc<HeldSecret>>,
    /// What is measured.
    pub options: DisclosureOptions,
}

/// What a file gives away.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DisclosureReport {
    /// `tokens` or `records`.
    pub input: &'static str,
    /// Records of the file.
    pub records: u64,
    /// What is measured of every rule.
    pub rules: Vec<RuleDisclosure>,
    /// For each field and reason the records whose value is invalid; `any` where the reason is not known.
    pub invalid_attributes: BTreeMap<String, Counts>,
    /// Where the invalid attributes are from: a file beside the tokens, or the records themselves. None where nothing says.
    pub invalid_attributes_from: Option<PathBuf>,
}

/// Measures a file of tokens, or the tokens that records would get.
///
/// # Errors
/// When a file cannot be read, a column lacks, or the key is unfit or opens nothing.
pub fn disclosure(job: &DisclosureJob, ctx: &RunContext) -> Result<DisclosureReport, JobError> {
    let scratch = Scratch::create(None)?;
    let Some(stream) = token_side::open(&job.input, ctx)? else { return of_tokens(job, None, &scratch, ctx) };
    if rekey::holds_tokens(&stream) {
        of_tokens(job, Some(stream), &scratch, ctx)
    } else {
        of_records(job, stream, &scratch, ctx)
    }
}

fn of_tokens(
    job: &DisclosureJob,
    stream: Option<TextStream>,
    scratch: &Scratch,
    ctx: &RunContext,
) -> Result<DisclosureReport, JobError> {
    let spec = &job.tokenize;
    let profile = spec.token_profile.unwrap_or_default();
    let key = job.key.as_ref().map(|key| {
        key.require_strong(spec.allow_weak_secret, ctx)?;
        key.cipher(spec.partner.as_deref(), profile).map(|cipher| (cipher, profile))
    });
    let reader = TokenReader::new(None, key.transpose()?);
    let bytes_max = bytes_for_tokens(ctx);
    let mut side = TokenSide::new(&job.input.data_set_name(), "tokens", &reader, scratch.path(), bytes_max);
    if let Some(mut stream) = stream {
        token_side::read(&mut stream, &job.input.path, &reader, &mut side, ctx)?;
    }
    side.check_key().map_err(JobError::part)?;
    token_side::warn(&side, ctx);
    let found = Disclosure::new(&mut side, &job.options, bytes_max, ctx).map_err(JobError::part)?;
    let (invalid_attributes, invalid_attributes_from) = beside(&job.input).unzip();
    Ok(DisclosureReport {
        input: "tokens",
        records: found.records,
        rules: found.rules,
        invalid_attributes: invalid_attributes.unwrap_or_default(),
        invalid_attributes_from,
    })
}

/// The invalid attributes that the card or the metadata beside a file of tokens tell of.
fn beside(input: &Input) -> Option<(BTreeMap<String, Counts>, PathBuf)> {
    if input.is_standard_input() {
        return None;
    }
    let read = |path: &Path| std::fs::read_to_string(path).ok();
    let card = card_path(&input.path);
    let told = read(&card).and_then(|text| serde_json::from_str::<RunCard>(&text).ok()).and_then(|card| card.tokens);
    if let Some(TokenCard { invalid_attributes, .. }) = told {
        return Some((invalid_attributes, card));
    }
    let metadata = super::file::metadata_path(&input.path);
    let document: Value = serde_json::from_str(&read(&metadata)?).ok()?;
    Some((of_metadata(&document)?, metadata))
}

/// Invalid attributes by reason, or without where the reference has counted them.
fn of_metadata(document: &Value) -> Option<BTreeMap<String, Counts>> {
    if let Some(by_reason) =
        document.get("InvalidAttributesByReason").and_then(|found| serde_json::from_value(found.clone()).ok())
    {
        return Some(by_reason);
    }
    let by_field = document.get("InvalidAttributesByType")?.as_object()?;
    let counts = by_field.iter().filter_map(|(field, count)| Some((field, count.as_u64()?)));
    let any = |count| {
        let mut counts = Counts::default();
        counts.put("any", count);
        counts
    };
    Some(counts.map(|(field, count)| (field.clone(), any(count))).collect())
}

/// Makes tokens of records and measures them. They are keyed by a secret that nobody ever has, so that what does not fit in memory
/// says nothing of the records to whoever finds it on the disk.
fn of_records(
    job: &DisclosureJob,
    mut stream: TextStream,
    scratch: &Scratch,
    ctx: &RunContext,
) -> Result<DisclosureReport, JobError> {
    let mut spec = kernel_spec(&job.tokenize)?;
    spec.mode = TokenMode::HashOnly;
    let names = columns::clean_names(&stream, ctx);
    let secret = Secret::random(SecretKind::Hashing).map_err(JobError::part)?;
    let kernel = kernel(&spec, Some(&secret), None)?;
    let plan = kernel.plan_columns(&names);
    columns::check_plan(&plan, &kernel, &names, &job.tokenize, ctx)?;
    let mut card = TokenCard::new(&spec, &kernel, &plan, &names);
    let reader = TokenReader::new(None, None);
    let bytes_max = bytes_for_tokens(ctx);
    let mut side = TokenSide::new(&job.input.data_set_name(), "tokens", &reader, scratch.path(), bytes_max);
    let counts = sign(&mut stream, &kernel, &plan, &reader, &mut side, ctx)?;
    card.count(&counts, &kernel);
    let found = Disclosure::new(&mut side, &job.options, bytes_max, ctx).map_err(JobError::part)?;
    Ok(DisclosureReport {
        input: "records",
        records: counts.rows,
        rules: found.rules,
        invalid_attributes: card.invalid_attributes,
        invalid_attributes_from: Some(job.input.path.clone()),
    })
}

/// Reads the tokens of records into `side`. Every row is a record of its own.
fn sign(
    stream: &mut TextStream,
    kernel: &Tokenize,
    plan: &kintsu_kernel::ColumnPlan,
    reader: &TokenReader,
    side: &mut TokenSide,
    ctx: &RunContext,
) -> Result<TokenCounts, JobError> {
    let wanted = super::tokenize::Wanted::new(plan);
    stream.read_days(&plan.attributes());
    stream.want(&wanted.positions).map_err(JobError::part)?;
    ctx.progress().begin("measuring", stream.rows_known(), "records");
    let make = |piece: Piece| {
        let batch = piece.into_batch().map_err(JobError::part)?;
        let input = TokenInput {
            rows: batch.rows,
            fields: wanted.fields.iter().map(|place| place.map(|place| &batch.columns[place])).collect(),
            missing: wanted.fields.iter().map(|_| &[][..]).collect(),
            record_ids: None,
        };
        let (mut tokens, mut counts) = (TokenBatch::default(), kernel.tokenizer().counts());
        kernel.run(&input, &mut counts, &mut tokens).map_err(JobError::part)?;
        let rules = kernel.tokenizer().rules().rule_ids();
        let rows = tokens.slots().enumerate().map(|(position, (_, rule))| TokenRow {
            rule: Some(&rules[rule]),
            token: std::str::from_utf8(tokens.token(position)).ok(),
        });
        let prepared = reader.prepare(rows);
        ctx.progress().advance(batch.rows as u64);
        Ok((prepared, tokens, counts))
    };
    let mut total = kernel.tokenizer().counts();
    pump::pump(stream, ctx, make, |(rows, tokens, counts): (PreparedRows, TokenBatch, TokenCounts)| {
        total.add(&counts);
        let ids = tokens.slots().map(|(record, _)| std::str::from_utf8(tokens.record_id(record)).ok());
        side.add(&rows, ids).map_err(JobError::part)
    })?;
    ctx.progress().finish();
    Ok(total)
}
