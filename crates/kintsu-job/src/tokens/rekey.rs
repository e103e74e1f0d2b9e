//! Files of tokens decrypted, or passed from one key to another.

use std::path::{Path, PathBuf};

use arrow_array::builder::StringBuilder;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, RecordBatch, StringArray};
use kintsu_core::RunContext;
use kintsu_kernel::tokens_schema;
use kintsu_table::{FileFormat, Input, Overwrite, Piece, ReadOptions, TextBatch, TextStream};
use kintsu_token::{BLANK_TOKEN, Cipher, IvSource, Profile};
use serde::{Deserialize, Serialize};

use super::file::{Quoting, TokenFile, TokenRows, append_field};
use super::secrets::HeldSecret;
use super::tokenize::publish;
use super::{check_apart, output_format, pump};
use crate::error::JobError;
use crate::spec::{Problem, TokenProfileName};

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
    pub profile: TokenProfileName,
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
    decrypt_with(job, false, ctx)
}

/// As [`decrypt`]; with `lenient` a key that opens nothing is no error.
pub(super) fn decrypt_with(job: &DecryptJob, lenient: bool, ctx: &RunContext) -> Result<TokenFileCounts, JobError> {
    job.encryption.require_strong(job.allow_weak_secret, ctx)?;
    let profile: Profile = job.profile.into();
    let cipher = job.encryption.cipher(job.partner.as_deref(), profile)?;
    let counts = transform(job, lenient, ctx, |token, text, counts| {
        if let Ok(content) = cipher.decrypt(token, profile) {
            counts.decrypted += 1;
            text.extend_from_slice(content.as_bytes());
        } else {
            counts.undecryptable += 1;
            text.extend_from_slice(token.as_bytes());
        }
        Ok(())
    })?;
    if counts.undecryptable > 0 {
        let message =
            format!("{} tokens are not encrypted with this key, or are damaged; they stay as they are", counts.undecryptable);
        ctx.warn("KN-W-TOKEN-006", message, None);
    }
    Ok(counts)
}

/// Decrypts with one key and encrypts with another; blank and empty tokens stay as they are, and a token that the old key does
/// not open becomes empty. The persons' data are not needed, and the hashing secret stays what it is.
///
/// # Errors
/// As [`decrypt`], and when the new key may not be used so often.
pub fn rekey(job: &RekeyJob, ctx: &RunContext) -> Result<TokenFileCounts, JobError> {
    let from = &job.decrypt;
    let profile: Profile = from.profile.into();
    from.encryption.require_strong(from.allow_weak_secret, ctx)?;
    let to = job.to.as_ref().unwrap_or(&from.encryption);
    to.require_strong(from.allow_weak_secret, ctx)?;
    let old: Cipher = from.encryption.cipher(from.partner.as_deref(), profile)?;
    let new = to.encryption(job.to_partner.as_deref(), profile)?;
    let ivs = std::sync::Mutex::new(IvSource::operating_system());
    let counts = transform(from, false, ctx, |token, text, counts| {
        let Ok(content) = old.decrypt(token, profile) else {
            counts.undecryptable += 1;
            return Ok(());
        };
        counts.decrypted += 1;
        new.uses.take(1).map_err(JobError::part)?;
        let mut ivs = ivs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        new.cipher.encrypt(content.as_bytes(), &mut ivs, text).map_err(JobError::part)
    })?;
    new.uses.finish().map_err(JobError::part)?;
    if counts.undecryptable > 0 {
        let message =
            format!("{} tokens are not encrypted with the old key, or are damaged; they are empty now", counts.undecryptable);
        ctx.warn("KN-W-TOKEN-006", message, None);
    }
    Ok(counts)
}

/// Makes something else of every token of a file that is neither blank nor empty.
fn transform(
    job: &DecryptJob,
    lenient: bool,
    ctx: &RunContext,
    change: impl Fn(&str, &mut Vec<u8>, &mut TokenFileCounts) -> Result<(), JobError> + Sync,
) -> Result<TokenFileCounts, JobError> {
    check_apart(&job.input.path, &job.output)?;
    let format = job.output_format.map_or_else(|| output_format(&job.output), Ok)?;
    let mut stream = TextStream::open(&job.input, &ReadOptions::default(), lenient).map_err(JobError::part)?;
    let positions = token_columns(&stream, &job.input.path)?;
    stream.want(&positions).map_err(JobError::part)?;
    let overwrite = if job.overwrite { Overwrite::Replace } else { Overwrite::Refuse };
    let mut file = TokenFile::create(&job.output, format, overwrite, Vec::new())?;
    file.begin()?;
    ctx.progress().begin("tokens", stream.rows_known(), "tokens");
    let mut total = TokenFileCounts::default();
    let make = |piece: Piece| {
        let batch = piece.into_batch().map_err(JobError::part)?;
        let made = changed(&batch, format, &change)?;
        ctx.progress().advance(batch.rows as u64);
        Ok(made)
    };
    pump::pump(&mut stream, ctx, make, |(rows, counts): (TokenRows, TokenFileCounts)| {
        total.add(counts);
        file.write(&rows)
    })?;
    ctx.progress().finish();
    if !lenient && total.decrypted == 0 && total.undecryptable > 0 {
        let problem = Problem::new("KN-JOB-066", format!("the key opens none of the {} tokens", total.undecryptable));
        return Err(JobError::problem(problem.hint("check the key and the partner, and that the tokens are encrypted")));
    }
    publish([file.finish()?])?;
    Ok(total)
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

fn changed(
    batch: &TextBatch,
    format: FileFormat,
    change: &impl Fn(&str, &mut Vec<u8>, &mut TokenFileCounts) -> Result<(), JobError>,
) -> Result<(TokenRows, TokenFileCounts), JobError> {
    let (rules, tokens, ids) = (&batch.columns[0], &batch.columns[1], &batch.columns[2]);
    let text_of = |column: &StringArray, row: usize| -> String {
        if column.is_valid(row) { column.value(row).to_owned() } else { String::new() }
    };
    let mut counts = TokenFileCounts { tokens: batch.rows as u64, ..TokenFileCounts::default() };
    let (mut text, mut made) = (Vec::new(), Vec::new());
    let mut column = StringBuilder::new();
    for row in 0..batch.rows {
        let token = if tokens.is_valid(row) { tokens.value(row) } else { "" };
        made.clear();
        if token.is_empty() || token == BLANK_TOKEN {
            counts.blank += 1;
            made.extend_from_slice(token.as_bytes());
        } else {
            change(token, &mut made, &mut counts)?;
        }
        if format == FileFormat::Parquet {
            column.append_value(String::from_utf8_lossy(&made));
            continue;
        }
        for (position, field) in [text_of(rules, row).as_bytes(), &made, text_of(ids, row).as_bytes()].into_iter().enumerate() {
            if position > 0 {
                text.push(b',');
            }
            append_field(field, Quoting::Minimal, &mut text);
        }
        text.push(b'\n');
    }
    if format != FileFormat::Parquet {
        return Ok((TokenRows::text(batch.rows, text), counts));
    }
    let codes = |column: &StringArray| -> ArrayRef {
        let texts = (0..column.len()).map(|row| text_of(column, row)).collect::<Vec<_>>();
        std::sync::Arc::new(texts.iter().map(String::as_str).collect::<DictionaryArray<UInt32Type>>())
    };
    let columns: Vec<ArrayRef> = vec![codes(rules), std::sync::Arc::new(column.finish()), codes(ids)];
    let made = RecordBatch::try_new(tokens_schema(), columns).map_err(|error| JobError::Defect(error.to_string()))?;
    Ok((TokenRows::batch(made), counts))
}
