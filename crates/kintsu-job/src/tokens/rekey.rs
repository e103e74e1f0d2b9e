//! Files of tokens decrypted, or passed from one key to another.

use std::path::{Path, PathBuf};

use arrow_array::builder::StringBuilder;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, RecordBatch, StringArray};
use kintsu_core::RunContext;
use kintsu_kernel::tokens_schema;
use kintsu_table::{CsvDialect, FileFormat, Input, Overwrite, Piece, ReadOptions, StagedFile, TextBatch, TextStream};
use kintsu_token::partner::Rekey;
use kintsu_token::{BLANK_TOKEN, Cipher, IvSource, Profile};
use serde::{Deserialize, Serialize};

use super::file::{Quoting, TokenFile, TokenRows, append_field, fill, metadata_path};
use super::metadata;
use super::secrets::{HeldSecret, salt};
use super::tokenize::publish;
use super::{check_apart, output_format, pump};
use crate::error::JobError;
use crate::spec::Problem;

/// The columns of a file of tokens.
const COLUMNS: [&str; 3] = ["RuleId", "Token", "RecordId"];

/// Decrypts a file of tokens.
pub struct DecryptJob {
    /// The file of tokens.
    pub input: Input,
    /// The file to write.
    pub output: PathBuf,
    /// Its format, where its name shall not tell it.
    pub output_format: Option<FileFormat>,
    /// The key, or the secret that the partner's is derived from.
    pub encryption: HeldSecret,
    /// The partner whose key it is.
    pub partner: Option<String>,
    /// The way of making tokens.
    pub profile: Profile,
    /// Replace a file that is there.
    pub overwrite: bool,
    /// Take keys that are easily guessed.
    pub allow_weak_secret: bool,
}

/// Passes a file of tokens from one key to another.
pub struct RekeyJob {
    /// The file of tokens, the file to write, and the old key.
    pub decrypt: DecryptJob,
    /// The new key; none means the same secret for another partner.
    pub to: Option<HeldSecret>,
    /// The partner whose key the new one is.
    pub to_partner: Option<String>,
}

/// What became of the tokens of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TokenFileCounts {
    /// Rows of the file.
    pub tokens: u64,
    /// Tokens that the key opened.
    pub decrypted: u64,
    /// Blank and empty tokens, which stay as they are.
    pub blank: u64,
    /// Tokens that the key does not open.
    pub undecryptable: u64,
}

impl TokenFileCounts {
    fn add(&mut self, other: Self) {
        self.tokens += other.tokens;
        self.decrypted += other.decrypted;
        self.blank += other.blank;
        self.undecryptable += other.undecryptable;
    }
}

/// Decrypts a file of tokens: blank and empty ones stay as they are, and so do those that the key does not open.
///
/// # Errors
/// When a column lacks, a file cannot be read or written, the key is unfit, or it opens no token at all.
pub fn decrypt(job: &DecryptJob, ctx: &RunContext) -> Result<TokenFileCounts, JobError> {
    decrypt_with(job, CsvDialect::Strict, ctx)
}

/// Checks what can be known of [`decrypt`] before a token is opened: the key, the columns, and whether the output may be written.
///
/// # Errors
/// As [`decrypt`].
pub fn plan_decrypt(job: &DecryptJob, ctx: &RunContext) -> Result<(), JobError> {
    plan_decrypt_with(job, CsvDialect::Strict, ctx)
}

pub(super) fn plan_decrypt_with(job: &DecryptJob, dialect: CsvDialect, ctx: &RunContext) -> Result<(), JobError> {
    job.cipher(ctx)?;
    Transformation::open(job, dialect)?;
    job.staged(&job.output).map(drop)
}

/// As [`decrypt`]; in a dialect of the reference a key that opens nothing is no error.
pub(super) fn decrypt_with(job: &DecryptJob, dialect: CsvDialect, ctx: &RunContext) -> Result<TokenFileCounts, JobError> {
    let (cipher, profile) = job.cipher(ctx)?;
    let transformation = Transformation::open(job, dialect)?;
    let (file, counts) = transformation.run(Vec::new(), ctx, |tokens| Ok(opened(tokens, &cipher, profile)))?;
    publish([file])?;
    warn_of_undecryptable(counts, ctx);
    Ok(counts)
}

/// Decrypts a stream of tokens as [`decrypt`] does a file, into record batches in the order of the stream. `input` and `output` of
/// the job are not looked at.
///
/// # Errors
/// As [`decrypt`].
pub fn decrypt_stream(
    job: &DecryptJob,
    stream: &mut TextStream,
    ctx: &RunContext,
) -> Result<(Vec<RecordBatch>, TokenFileCounts), JobError> {
    let (cipher, profile) = job.cipher(ctx)?;
    let positions = token_columns(stream, &job.input.path)?;
    let mut batches = Vec::new();
    let change = |tokens: &Tokens| Ok(opened(tokens, &cipher, profile));
    let counts = stream_tokens(stream, &positions, ctx, change, batch_of, |batch| {
        batches.push(batch);
        Ok(())
    })?;
    require_some_opened(counts)?;
    warn_of_undecryptable(counts, ctx);
    Ok((batches, counts))
}

fn warn_of_undecryptable(counts: TokenFileCounts, ctx: &RunContext) {
    if counts.undecryptable > 0 {
        let message =
            format!("{} tokens are not encrypted with this key, or are damaged; they stay as they are", counts.undecryptable);
        ctx.warn("KN-W-TOKEN-006", message, None);
    }
}

/// The texts of tokens; those that are blank or that the key does not open stay as they are.
fn opened(tokens: &Tokens, cipher: &Cipher, profile: Profile) -> Changed {
    let mut made = Changed::default();
    let mut buffer = Vec::new();
    for token in tokens.each() {
        if is_blank(token) {
            made.counts.blank += 1;
            made.tokens.push(token);
        } else if let Ok(text) = cipher.decrypt_within(token, profile, &mut buffer) {
            made.counts.decrypted += 1;
            made.tokens.push(text.as_bytes());
        } else {
            made.counts.undecryptable += 1;
            made.tokens.push(token);
        }
    }
    made
}

fn is_blank(token: &[u8]) -> bool {
    token.is_empty() || token == BLANK_TOKEN.as_bytes()
}

/// Decrypts with one key and encrypts with another; blank and empty tokens stay as they are, and a token that the old key does
/// not open becomes empty. The persons' data are not needed, and the hashing secret stays what it is. The metadata beside the file
/// name the new key and say how often it was used.
///
/// # Errors
/// As [`decrypt`], and when the new key may not be used so often.
pub fn rekey(job: &RekeyJob, ctx: &RunContext) -> Result<TokenFileCounts, JobError> {
    let from = &job.decrypt;
    let (old, profile) = from.cipher(ctx)?;
    let to = job.new_key(ctx)?;
    let transformation = Transformation::open(from, CsvDialect::Strict)?;
    let beside = from.staged(&metadata_path(&from.output))?;
    let new = to.encryption(job.to_partner.as_deref(), profile)?;
    let mut key = to.key_card(&salt()?, &new);
    let rekey = Rekey { from: &old, to: &new.cipher, uses: &new.uses, profile };
    let (file, counts) = transformation.run(metadata::of_key(&key), ctx, |tokens| passed_on(tokens, &rekey))?;
    key.uses = new.uses.finish().map_err(JobError::part)?;
    publish([Some(fill(beside, &metadata::of_rekeyed(profile, &key, counts)?)?), file])?;
    if counts.undecryptable > 0 {
        let message =
            format!("{} tokens are not encrypted with the old key, or are damaged; they are empty now", counts.undecryptable);
        ctx.warn("KN-W-TOKEN-006", message, None);
    }
    Ok(counts)
}

/// Checks what can be known of [`rekey`] before a token is passed on; no use of a key is counted.
///
/// # Errors
/// As [`rekey`].
pub fn plan_rekey(job: &RekeyJob, ctx: &RunContext) -> Result<(), JobError> {
    let from = &job.decrypt;
    let (_, profile) = from.cipher(ctx)?;
    job.new_key(ctx)?.cipher(job.to_partner.as_deref(), profile)?;
    Transformation::open(from, CsvDialect::Strict)?;
    from.staged(&metadata_path(&from.output))?;
    from.staged(&from.output).map(drop)
}

impl DecryptJob {
    /// The cipher that opens the tokens, and the profile that reads them.
    fn cipher(&self, ctx: &RunContext) -> Result<(Cipher, Profile), JobError> {
        self.encryption.require_strong(self.allow_weak_secret, ctx)?;
        let profile = self.profile;
        Ok((self.encryption.cipher(self.partner.as_deref(), profile)?, profile))
    }

    fn overwrite(&self) -> Overwrite {
        if self.overwrite { Overwrite::Replace } else { Overwrite::Refuse }
    }

    fn staged(&self, target: &Path) -> Result<StagedFile, JobError> {
        StagedFile::create(target, self.overwrite()).map_err(JobError::part)
    }
}

impl RekeyJob {
    /// The new key, or the secret that it is derived from.
    fn new_key(&self, ctx: &RunContext) -> Result<&HeldSecret, JobError> {
        if let Some(to) = &self.to {
            to.require_strong(self.decrypt.allow_weak_secret, ctx)?;
        }
        Ok(self.to.as_ref().unwrap_or(&self.decrypt.encryption))
    }
}

/// Tokens under the new key.
fn passed_on(tokens: &Tokens, rekey: &Rekey<'_>) -> Result<Changed, JobError> {
    let mut made = Changed::default();
    let mut ivs = IvSource::operating_system();
    let counts = rekey.apply(&tokens.bytes, &tokens.ends, &mut ivs, &mut made.tokens.bytes, &mut made.tokens.ends);
    let counts = counts.map_err(JobError::part)?;
    made.counts.decrypted = counts.rekeyed;
    made.counts.blank = counts.blank;
    made.counts.undecryptable = counts.undecryptable;
    Ok(made)
}

/// Tokens, one after another, and where each ends.
#[derive(Default)]
struct Tokens {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// What became of tokens.
#[derive(Default)]
struct Changed {
    tokens: Tokens,
    counts: TokenFileCounts,
}

impl Tokens {
    /// Those of a column; a null is an empty one.
    fn of(column: &StringArray) -> Self {
        let mut tokens = Self::default();
        (0..column.len()).for_each(|row| tokens.push(text_at(column, row).as_bytes()));
        tokens
    }

    fn push(&mut self, token: &[u8]) {
        self.bytes.extend_from_slice(token);
        self.ends.push(self.bytes.len());
    }

    fn each(&self) -> impl Iterator<Item = &[u8]> {
        let mut begin = 0;
        self.ends.iter().map(move |end| &self.bytes[std::mem::replace(&mut begin, *end)..*end])
    }
}

/// The text of a row; empty for a null.
fn text_at(column: &StringArray, row: usize) -> &str {
    if column.is_valid(row) { column.value(row) } else { "" }
}

/// A file of tokens, of which another is made.
struct Transformation<'a> {
    job: &'a DecryptJob,
    dialect: CsvDialect,
    format: FileFormat,
    stream: TextStream,
    positions: Vec<usize>,
}

impl<'a> Transformation<'a> {
    fn open(job: &'a DecryptJob, dialect: CsvDialect) -> Result<Self, JobError> {
        check_apart(&job.input.path, &job.output)?;
        let format = job.output_format.map_or_else(|| output_format(&job.output), Ok)?;
        let stream = TextStream::open(&job.input, &ReadOptions::default(), dialect).map_err(JobError::part)?;
        let positions = token_columns(&stream, &job.input.path)?;
        Ok(Self { job, dialect, format, stream, positions })
    }

    /// Makes something else of every token; the file that comes of it is not yet put in its place.
    fn run(
        mut self,
        footer: Vec<(String, String)>,
        ctx: &RunContext,
        change: impl Fn(&Tokens) -> Result<Changed, JobError> + Sync,
    ) -> Result<(Option<StagedFile>, TokenFileCounts), JobError> {
        let format = self.format;
        let mut file = TokenFile::create(&self.job.output, format, self.job.overwrite(), footer)?;
        file.begin()?;
        let render = |batch: &TextBatch, tokens: &Tokens| rows_of(batch, tokens, format);
        let take = |rows: TokenRows| file.write(&rows);
        let total = stream_tokens(&mut self.stream, &self.positions, ctx, change, render, take)?;
        if self.dialect == CsvDialect::Strict {
            require_some_opened(total)?;
        }
        Ok((file.finish()?, total))
    }
}

/// Makes something else of every token of a stream: `change` does, `render` puts it into rows, and `take` takes them in order.
fn stream_tokens<Rows: Send>(
    stream: &mut TextStream,
    positions: &[usize],
    ctx: &RunContext,
    change: impl Fn(&Tokens) -> Result<Changed, JobError> + Sync,
    render: impl Fn(&TextBatch, &Tokens) -> Result<Rows, JobError> + Sync,
    mut take: impl FnMut(Rows) -> Result<(), JobError> + Send,
) -> Result<TokenFileCounts, JobError> {
    stream.want(positions).map_err(JobError::part)?;
    ctx.progress().begin("tokens", stream.rows_known(), "tokens");
    let mut total = TokenFileCounts::default();
    let make = |piece: Piece| {
        let batch = piece.into_batch().map_err(JobError::part)?;
        let mut made = change(&Tokens::of(&batch.columns[1]))?;
        made.counts.tokens = batch.rows as u64;
        ctx.progress().advance(batch.rows as u64);
        Ok((render(&batch, &made.tokens)?, made.counts))
    };
    pump::pump(stream, ctx, make, |(rows, counts): (Rows, TokenFileCounts)| {
        total.add(counts);
        take(rows)
    })?;
    ctx.progress().finish();
    Ok(total)
}

/// Refuses a key that opens nothing.
fn require_some_opened(total: TokenFileCounts) -> Result<(), JobError> {
    if total.decrypted > 0 || total.undecryptable == 0 {
        return Ok(());
    }
    let problem = Problem::new("KN-JOB-066", format!("the key opens none of the {} tokens", total.undecryptable));
    Err(JobError::problem(problem.hint("check the key and the partner, and that the tokens are encrypted")))
}

/// Whether a file has the columns of tokens.
pub(super) fn holds_tokens(stream: &TextStream) -> bool {
    COLUMNS.iter().all(|column| stream.names().iter().any(|name| name == column))
}

/// The positions of RuleId, Token and RecordId.
pub(super) fn token_columns(stream: &TextStream, path: &Path) -> Result<Vec<usize>, JobError> {
    let find = |wanted: &str| stream.names().iter().position(|name| name == wanted);
    let missing: Vec<&str> = COLUMNS.iter().filter(|column| find(column).is_none()).copied().collect();
    if missing.is_empty() {
        return Ok(COLUMNS.iter().filter_map(|column| find(column)).collect());
    }
    let problem = Problem::new(
        "KN-JOB-067",
        format!("`{}` is no file of tokens: it lacks the columns {}", path.display(), missing.join(", ")),
    );
    Err(JobError::problem(problem.hint("name a file that `kintsu tokenize` or OpenToken has written")))
}

/// The rows of a batch with other tokens.
fn rows_of(batch: &TextBatch, tokens: &Tokens, format: FileFormat) -> Result<TokenRows, JobError> {
    let (rules, ids) = (&batch.columns[0], &batch.columns[2]);
    if format != FileFormat::Parquet {
        let mut text = Vec::new();
        for (row, token) in tokens.each().enumerate() {
            append_field(text_at(rules, row).as_bytes(), Quoting::Minimal, &mut text);
            text.push(b',');
            append_field(token, Quoting::Minimal, &mut text);
            text.push(b',');
            append_field(text_at(ids, row).as_bytes(), Quoting::Minimal, &mut text);
            text.push(b'\n');
        }
        return Ok(TokenRows::text(batch.rows, text));
    }
    batch_of(batch, tokens).map(TokenRows::batch)
}

/// As [`rows_of`], as a record batch.
fn batch_of(batch: &TextBatch, tokens: &Tokens) -> Result<RecordBatch, JobError> {
    let (rules, ids) = (&batch.columns[0], &batch.columns[2]);
    let mut column = StringBuilder::new();
    tokens.each().for_each(|token| column.append_value(String::from_utf8_lossy(token)));
    let codes = |column: &StringArray| -> ArrayRef {
        let texts = (0..column.len()).map(|row| text_at(column, row));
        std::sync::Arc::new(texts.collect::<DictionaryArray<UInt32Type>>())
    };
    let columns: Vec<ArrayRef> = vec![codes(rules), std::sync::Arc::new(column.finish()), codes(ids)];
    RecordBatch::try_new(tokens_schema(), columns).map_err(|error| JobError::Defect(error.to_string()))
}
