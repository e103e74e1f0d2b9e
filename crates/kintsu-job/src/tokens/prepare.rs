//! What a job that makes tokens needs, checked as a whole before anything is made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kintsu_core::RunContext;
use kintsu_kernel::{ColumnPlan, Tokenize, TokenizeSpec as TokenizeKernelSpec};
use kintsu_table::{CsvDialect, FileFormat, Input, Overwrite, ReadOptions, StagedFile, TextStream};
use kintsu_token::{Encryption, KeyUses, TokenMode};
use serde::Serialize;

use super::card::{KeyCard, SecretCard, TokenCard};
use super::file::{fill, metadata_path};
use super::fuzzy_encode::PreparedClks;
use super::secrets::{TokenSecrets, salt};
use super::tokenize::{TokenizeGiven, card_path, check_standard_input, kernel, publish, with_rules};
use super::{check_apart, columns, metadata, output_format};
use crate::card::RunCard;
use crate::error::JobError;
use crate::inputs::table_input;
use crate::spec::{JobSpec, Problem, TokenizeSpec};

/// What a job that makes tokens would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokensPlan {
    /// The file that it would write.
    pub output: PathBuf,
    /// For each field of the rules, or of the linkage schema, the column that holds it; none where the input has none.
    pub columns: BTreeMap<String, Option<String>>,
    /// The column with the ids of records; none where ids would be made up.
    pub record_id: Option<String>,
}

/// Checks all that can be known of a job that makes tokens before it makes them: the secrets, the rules or the schema, the columns of
/// the input, and whether the output may be written. Nothing is written, and no use of a key is counted.
///
/// # Errors
/// As for the job itself.
pub fn plan_tokens(job: &JobSpec, ctx: &RunContext) -> Result<TokensPlan, JobError> {
    let spec =
        job.tokenize.as_ref().ok_or_else(|| JobError::Defect("a job that makes no tokens is planned as one".to_owned()))?;
    if let Some(fuzzy) = &spec.fuzzy {
        let prepared = PreparedClks::new(job, spec, fuzzy, ctx)?;
        prepared.ends.check_writable()?;
        return Ok(prepared.plan());
    }
    let ends = Ends::of(job, spec)?;
    let prepared = Prepared::new(spec, TokenizeGiven::default(), ctx)?;
    let columns = prepared.columns(&ends.open()?, spec, ctx)?;
    prepared.check_secrets(spec)?;
    ends.check_writable()?;
    Ok(columns.plan_of(ends.output))
}

/// Where a job reads, and where it writes.
pub(super) struct Ends<'a> {
    pub(super) input: Input,
    pub(super) output: &'a Path,
    pub(super) format: FileFormat,
    pub(super) overwrite: Overwrite,
}

impl<'a> Ends<'a> {
    /// The one input and the output of a job.
    pub(super) fn of(job: &'a JobSpec, spec: &TokenizeSpec) -> Result<Self, JobError> {
        let mut problems = Vec::new();
        if job.inputs.len() != 1 {
            let problem = Problem::new("KN-JOB-062", format!("tokens are made of one input, and there are {}", job.inputs.len()));
            problems.push(problem.hint("name one file, or `-` for standard input"));
        }
        if job.output.is_none() {
            problems.push(Problem::new("KN-JOB-022", "no file of tokens is named").hint("name one with -o OUTPUT"));
        }
        let (Some(input), Some(output), true) = (job.inputs.first(), job.output.as_deref(), problems.is_empty()) else {
            return Err(JobError::Configuration(problems));
        };
        let format = output_format(output)?;
        check_apart(input.parts().0, output)?;
        check_standard_input(input, spec)?;
        let overwrite = if job.overwrite { Overwrite::Replace } else { Overwrite::Refuse };
        Ok(Self { input: table_input(input), output, format, overwrite })
    }

    /// Opens the input.
    pub(super) fn open(&self) -> Result<TextStream, JobError> {
        TextStream::open(&self.input, &ReadOptions::default(), CsvDialect::Strict).map_err(JobError::part)
    }

    fn check_writable(&self) -> Result<(), JobError> {
        Beside::create(self)?;
        StagedFile::create(self.output, self.overwrite).map(drop).map_err(JobError::part)
    }
}

/// The metadata and the card of a run in the making: their places are taken before the work begins.
pub(super) struct Beside {
    metadata: StagedFile,
    card: StagedFile,
}

impl Beside {
    pub(super) fn create(ends: &Ends<'_>) -> Result<Self, JobError> {
        let staged = |path: PathBuf| StagedFile::create(&path, ends.overwrite).map_err(JobError::part);
        Ok(Self { metadata: staged(metadata_path(ends.output))?, card: staged(card_path(ends.output))? })
    }

    /// Puts the output in its place, and its metadata and the card of the run beside it.
    pub(super) fn publish(self, text: &str, card: &RunCard, file: Option<StagedFile>) -> Result<(), JobError> {
        publish([Some(fill(self.metadata, text)?), Some(fill(self.card, &metadata::pretty(card)?)?), file])
    }
}

/// What tokens by rules are made with, before a key is counted.
pub(super) struct Prepared {
    kernel_spec: TokenizeKernelSpec,
    secrets: TokenSecrets,
}

/// The columns of an input, and which of them hold what.
pub(super) struct Columns {
    pub(super) plan: ColumnPlan,
    names: Vec<String>,
    fields: Vec<String>,
}

/// A kernel with its secrets, and what may be shown of them.
pub(super) struct Ready {
    spec: TokenizeKernelSpec,
    pub(super) kernel: Tokenize,
    hashing_secret: Option<SecretCard>,
    encryption_key: Option<KeyCard>,
}

impl Prepared {
    /// Reads the rules and the secrets of a job, unless they are given.
    pub(super) fn new(spec: &TokenizeSpec, given: TokenizeGiven, ctx: &RunContext) -> Result<Self, JobError> {
        let kernel_spec = with_rules(spec, given.rules)?;
        if kernel_spec.mode == TokenMode::Plain {
            let hint = "hash them, unless nobody else is to see them".to_owned();
            ctx.warn("KN-W-TOKEN-005", "the mode `plain` writes personal data in clear", Some(hint));
        }
        Ok(Self { kernel_spec, secrets: TokenSecrets::read(spec, given.secrets, ctx)? })
    }

    /// Finds the columns of `stream`, which needs no secrets: the ledger of a key is not to be touched for an input that is refused.
    pub(super) fn columns(&self, stream: &TextStream, spec: &TokenizeSpec, ctx: &RunContext) -> Result<Columns, JobError> {
        let names = columns::clean_names(stream, ctx);
        let finder = kernel(&TokenizeKernelSpec { mode: TokenMode::Plain, ..self.kernel_spec.clone() }, None, None)?;
        let plan = finder.plan_columns(&names);
        columns::check_plan(&plan, &finder, &names, spec, ctx)?;
        let fields = finder.tokenizer().rules().fields().iter().map(|field| field.name.clone()).collect();
        Ok(Columns { plan, names, fields })
    }

    /// Whether there are all secrets that the mode needs, and they are fit; the ledger of a key is not looked at.
    fn check_secrets(&self, spec: &TokenizeSpec) -> Result<(), JobError> {
        let encryption = self.secrets.encryption.as_ref().map(|held| {
            let cipher = held.cipher(spec.partner.as_deref(), self.kernel_spec.profile)?;
            Ok::<_, JobError>(Encryption { cipher, uses: KeyUses::of_run(&held.source) })
        });
        let hashing = self.secrets.hashing.as_ref().map(|held| &held.secret);
        kernel(&self.kernel_spec, hashing, encryption.transpose()?).map(drop)
    }

    /// The kernel; from here on uses of a key are counted.
    pub(super) fn ready(self, spec: &TokenizeSpec) -> Result<Ready, JobError> {
        let Self { kernel_spec, secrets } = self;
        let hashing = secrets.hashing.as_ref();
        let encryption =
            secrets.encryption.as_ref().map(|held| held.encryption(spec.partner.as_deref(), kernel_spec.profile)).transpose()?;
        let salt = salt()?;
        let encryption_key = secrets.encryption.as_ref().zip(encryption.as_ref()).map(|(held, key)| held.key_card(&salt, key));
        let hashing_secret = hashing.map(|held| held.card(&salt));
        let kernel = kernel(&kernel_spec, hashing.map(|held| &held.secret), encryption)?;
        Ok(Ready { spec: kernel_spec, kernel, hashing_secret, encryption_key })
    }
}

impl Ready {
    /// The card of the run before anything is counted.
    pub(super) fn card(&self, columns: &Columns) -> TokenCard {
        let mut card = TokenCard::new(&self.spec, &self.kernel, &columns.plan, &columns.names);
        card.hashing_secret.clone_from(&self.hashing_secret);
        card.encryption_key.clone_from(&self.encryption_key);
        card
    }
}

impl Columns {
    fn plan_of(&self, output: &Path) -> TokensPlan {
        let name = |position: &Option<usize>| position.map(|position| self.names[position].clone());
        TokensPlan {
            output: output.to_path_buf(),
            columns: self.fields.iter().cloned().zip(self.plan.fields.iter().map(name)).collect(),
            record_id: name(&self.plan.record_id),
        }
    }
}

impl PreparedClks<'_> {
    fn plan(&self) -> TokensPlan {
        TokensPlan {
            output: self.ends.output.to_path_buf(),
            columns: self.columns_by_name().into_iter().map(|(wanted, column)| (wanted, Some(column))).collect(),
            record_id: Some(self.names[self.found.record_id].clone()),
        }
    }
}
