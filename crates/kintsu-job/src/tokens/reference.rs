//! `opentoken`: what the reference's command line does, byte for byte, but with honest exit codes and nothing half-written.

use std::path::PathBuf;

use kintsu_core::RunContext;
use kintsu_kernel::{Tokenize, TokenizeSpec as TokenizeKernelSpec};
use kintsu_table::{CsvDialect, FileFormat, Input, Overwrite, ReadOptions, TextStream};
use kintsu_token::{Encryption, KeyUses, Profile, SecretSource, TokenMode};

use super::card::TokenCard;
use super::file::{Quoting, Renderer, TokenFile, metadata_path, staged_text};
use super::metadata::ReferenceMetadata;
use super::rekey::{DecryptJob, TokenFileCounts, decrypt_with, plan_decrypt_with};
use super::secrets::HeldSecret;
use super::tokenize::{finished_uses, kernel, kernel_spec, make_tokens, publish};
use super::{check_apart, columns};
use crate::error::JobError;
use crate::spec::TokenizeSpec;

/// What the reference's command line asks for.
pub struct ReferenceTokens {
    /// The records.
    pub input: PathBuf,
    /// Their format.
    pub input_format: FileFormat,
    /// The file of tokens; the metadata stand beside it.
    pub output: PathBuf,
    /// Its format.
    pub output_format: FileFormat,
    /// The hashing secret.
    pub hashing: HeldSecret,
    /// The encryption key; none hashes only.
    pub encryption: Option<HeldSecret>,
    /// Which of the reference's implementations is followed.
    pub profile: Profile,
}

/// What the reference's command line asks for with `-d`.
pub struct ReferenceDecrypt {
    /// The file of tokens.
    pub input: PathBuf,
    /// Its format.
    pub input_format: FileFormat,
    /// The file with the decrypted tokens.
    pub output: PathBuf,
    /// Its format.
    pub output_format: FileFormat,
    /// The encryption key.
    pub encryption: HeldSecret,
    /// Which of the reference's implementations is followed.
    pub profile: Profile,
}

/// Makes tokens as the reference does: headers are taken as they are written, CSV is read as its reader does, a missing column blanks
/// its rules without a word, an input without rows gives an empty file (or none, for Parquet), and outputs are replaced.
///
/// # Errors
/// Where the reference writes an error into its log and goes on or ends with success.
pub fn tokenize_as_reference(job: &ReferenceTokens, ctx: &RunContext) -> Result<TokenCard, JobError> {
    let ReferenceRun { kernel_spec, kernel, stream, hashes } = ReferenceRun::prepare(job, ctx)?;
    let java = is_java(job.profile);
    let mut file = TokenFile::create(&job.output, job.output_format, Overwrite::Replace, Vec::new())?;
    let names = stream.as_ref().map(columns::raw_names).unwrap_or_default();
    let plan = kernel.plan_columns(&names);
    let counts = match stream {
        Some(mut stream) => {
            let quoting = if java { Quoting::Java } else { Quoting::Minimal };
            let renderer = Renderer::new(job.output_format, quoting, kernel.tokenizer().rules().rule_ids());
            make_tokens(&mut stream, &kernel, &plan, &renderer, java, &mut file, ctx)?
        }
        None => kernel.tokenizer().counts(),
    };
    let mut card = TokenCard::new(&kernel_spec, &kernel, &plan, &names);
    card.count(&counts, &kernel);
    finished_uses(kernel)?;
    let (hashing_secret_hash, encryption_secret_hash) = hashes;
    let text = ReferenceMetadata { java, hashing_secret_hash, encryption_secret_hash, card: &card }.text()?;
    let metadata = staged_text(&metadata_path(&job.output), Overwrite::Replace, &text)?;
    publish([Some(metadata), file.finish()?])?;
    Ok(card)
}

/// Checks what can be known of [`tokenize_as_reference`] before a token is made.
///
/// # Errors
/// As [`tokenize_as_reference`].
pub fn plan_as_reference(job: &ReferenceTokens, ctx: &RunContext) -> Result<(), JobError> {
    ReferenceRun::prepare(job, ctx)?;
    TokenFile::create(&job.output, job.output_format, Overwrite::Replace, Vec::new()).map(drop)
}

/// What tokens are made with.
struct ReferenceRun {
    kernel_spec: TokenizeKernelSpec,
    kernel: Tokenize,
    /// None for a file that is empty to the last byte.
    stream: Option<TextStream>,
    /// The unsalted hashes of the secrets.
    hashes: (String, Option<String>),
}

impl ReferenceRun {
    fn prepare(job: &ReferenceTokens, ctx: &RunContext) -> Result<Self, JobError> {
        check_apart(&job.input, &job.output)?;
        let profile = job.profile;
        let mode = if job.encryption.is_some() { TokenMode::Encrypt } else { TokenMode::HashOnly };
        let spec = TokenizeSpec { mode: Some(mode), token_profile: Some(profile), ..TokenizeSpec::default() };
        let kernel_spec = kernel_spec(&spec)?;
        job.hashing.require_strong(true, ctx)?;
        let encryption = job.encryption.as_ref().map(|held| reference_encryption(held, profile, ctx)).transpose()?;
        let hashes = (job.hashing.secret.sha256_hex(), job.encryption.as_ref().map(|held| held.secret.sha256_hex()));
        let kernel = kernel(&kernel_spec, Some(&job.hashing.secret), encryption)?;
        let input = Input::new(&job.input).of_format(job.input_format);
        let empty = job.input_format == FileFormat::Csv && std::fs::metadata(&job.input).is_ok_and(|found| found.len() == 0);
        let open = || TextStream::open(&input, &ReadOptions::default(), dialect_of(profile)).map_err(JobError::part);
        let stream = if empty { None } else { Some(open()?) };
        Ok(Self { kernel_spec, kernel, stream, hashes })
    }
}

fn is_java(profile: Profile) -> bool {
    profile == Profile::OpenToken1Java
}

fn reference_encryption(held: &HeldSecret, profile: Profile, ctx: &RunContext) -> Result<Encryption, JobError> {
    held.require_strong(true, ctx)?;
    Ok(Encryption { cipher: held.cipher(None, profile)?, uses: KeyUses::of_run(&held.source) })
}

/// Decrypts as the reference does; it writes no metadata, and tokens that the key does not open stay as they are.
///
/// # Errors
/// As [`tokenize_as_reference`].
pub fn decrypt_as_reference(job: ReferenceDecrypt, ctx: &RunContext) -> Result<TokenFileCounts, JobError> {
    let dialect = dialect_of(job.profile);
    decrypt_with(&job.into(), dialect, ctx)
}

/// Checks what can be known of [`decrypt_as_reference`] before a token is opened.
///
/// # Errors
/// As [`decrypt_as_reference`].
pub fn plan_decrypt_as_reference(job: ReferenceDecrypt, ctx: &RunContext) -> Result<(), JobError> {
    let dialect = dialect_of(job.profile);
    plan_decrypt_with(&job.into(), dialect, ctx)
}

impl From<ReferenceDecrypt> for DecryptJob {
    fn from(job: ReferenceDecrypt) -> Self {
        Self {
            input: Input::new(job.input).of_format(job.input_format),
            output: job.output,
            output_format: Some(job.output_format),
            encryption: job.encryption,
            partner: None,
            profile: job.profile,
            overwrite: true,
            allow_weak_secret: true,
        }
    }
}

/// How the implementation that a profile follows reads CSV.
fn dialect_of(profile: Profile) -> CsvDialect {
    if is_java(profile) { CsvDialect::CommonsCsv } else { CsvDialect::Python }
}

impl HeldSecret {
    /// A secret that stands on a command line after a flag, as the reference takes them.
    pub fn of_command_line(flag: &str, secret: &str) -> Self {
        let held = || kintsu_token::Secret::from_bytes(secret.as_bytes());
        Self { source: SecretSource::Argument(flag.to_owned(), held()), secret: held() }
    }
}
