//! `opentoken`: what the reference's command line does, byte for byte, but with honest exit codes and nothing half-written.

use std::path::PathBuf;

use kintsu_core::RunContext;
use kintsu_table::{FileFormat, Input, Overwrite, ReadOptions, TextStream};
use kintsu_token::{Encryption, KeyUses, Profile, SecretSource};

use super::card::TokenCard;
use super::file::{Quoting, Renderer, TokenFile, metadata_path, staged_text};
use super::metadata::ReferenceMetadata;
use super::rekey::{DecryptJob, TokenFileCounts, decrypt_with};
use super::secrets::HeldSecret;
use super::tokenize::{finished_uses, kernel, kernel_spec, make_tokens, publish};
use super::{check_apart, columns};
use crate::error::JobError;
use crate::spec::{TokenModeName, TokenProfileName, TokenizeSpec};

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
    pub profile: TokenProfileName,
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
    pub profile: TokenProfileName,
}

/// Makes tokens as the reference does: headers are taken as they are written, records may be ragged, a missing column blanks its
/// rules without a word, an input without rows gives an empty file (or none, for Parquet), and outputs are replaced.
///
/// # Errors
/// Where the reference writes an error into its log and goes on or ends with success.
pub fn tokenize_as_reference(job: &ReferenceTokens, ctx: &RunContext) -> Result<TokenCard, JobError> {
    check_apart(&job.input, &job.output)?;
    let profile: Profile = job.profile.into();
    let java = profile == Profile::OpenToken1Java;
    let mode = if job.encryption.is_some() { TokenModeName::Encrypt } else { TokenModeName::HashOnly };
    let spec = TokenizeSpec { mode: Some(mode), token_profile: Some(job.profile), ..TokenizeSpec::default() };
    let kernel_spec = kernel_spec(&spec)?;
    job.hashing.require_strong(true, ctx)?;
    let encryption = job.encryption.as_ref().map(|held| reference_encryption(held, profile, ctx)).transpose()?;
    let hashes = (job.hashing.secret.sha256_hex(), job.encryption.as_ref().map(|held| held.secret.sha256_hex()));
    let kernel = kernel(&kernel_spec, Some(&job.hashing.secret), encryption)?;

    let input = Input::new(&job.input).of_format(job.input_format);
    let empty = job.input_format == FileFormat::Csv && std::fs::metadata(&job.input).is_ok_and(|found| found.len() == 0);
    let mut file = TokenFile::create(&job.output, job.output_format, Overwrite::Replace, Vec::new())?;
    let card = if empty {
        let plan = kernel.plan_columns(&[]);
        let mut card = TokenCard::new(&kernel_spec, &kernel, &plan, &[]);
        card.count(&kernel.tokenizer().counts(), &kernel);
        card
    } else {
        let mut stream = TextStream::open(&input, &ReadOptions::default(), true).map_err(JobError::part)?;
        let names = columns::raw_names(&stream);
        let plan = kernel.plan_columns(&names);
        let quoting = if java { Quoting::Java } else { Quoting::Minimal };
        let renderer = Renderer::new(job.output_format, quoting, kernel.tokenizer().rules().rule_ids());
        let counts = make_tokens(&mut stream, &kernel, &plan, &renderer, java, &mut file, ctx)?;
        let mut card = TokenCard::new(&kernel_spec, &kernel, &plan, &names);
        card.count(&counts, &kernel);
        card
    };
    finished_uses(kernel)?;
    let (hashing_secret_hash, encryption_secret_hash) = hashes;
    let text = ReferenceMetadata { java, hashing_secret_hash, encryption_secret_hash, card: &card }.text()?;
    let metadata = staged_text(&metadata_path(&job.output), Overwrite::Replace, &text)?;
    publish([Some(metadata), file.finish()?])?;
    Ok(card)
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
    let decrypt = DecryptJob {
        input: Input::new(job.input).of_format(job.input_format),
        output: job.output,
        output_format: Some(job.output_format),
        encryption: job.encryption,
        partner: None,
        profile: job.profile,
        overwrite: true,
        allow_weak_secret: true,
    };
    decrypt_with(&decrypt, true, ctx)
}

impl HeldSecret {
    /// A secret that stands on a command line after a flag, as the reference takes them.
    pub fn of_command_line(flag: &str, secret: &str) -> Self {
        let held = || kintsu_token::Secret::from_bytes(secret.as_bytes());
        Self { source: SecretSource::Argument(flag.to_owned(), held()), secret: held() }
    }
}
