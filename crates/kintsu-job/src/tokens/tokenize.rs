//! `tokenize`: records in, tokens out.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use kintsu_core::{RunContext, peak_resident_bytes};
use kintsu_kernel::{ColumnPlan, Kernel, KernelSpec, TokenInput, Tokenize, TokenizeSpec as TokenizeKernelSpec};
use kintsu_table::{Overwrite, Piece, ReadOptions, StagedFile, TextBatch, TextStream};
use kintsu_token::{RuleSet, TokenBatch, TokenCounts, TokenMode};

use super::card::{KeyCard, SecretCard, TokenCard};
use super::file::{Quoting, Renderer, TokenFile, TokenRows, metadata_path, staged_text};
use super::secrets::{TokenSecrets, salt};
use super::{check_apart, columns, fuzzy_encode, metadata, output_format, pump, rules};
use crate::card::{Counts, FileCard, Machine, RunCard, Timings};
use crate::engine::Run;
use crate::error::JobError;
use crate::inputs::{input_card, job_digest, table_input};
use crate::spec::{InputSpec, JobSpec, Problem, TokenizeSpec};

/// What a caller hands over because no job holds it.
#[derive(Default)]
pub struct TokenizeGiven {
    /// Secrets, in place of those that the job names.
    pub secrets: TokenSecrets,
    /// Rules, in place of those in the file that the job names.
    pub rules: Option<RuleSet>,
}

/// Runs a job that makes tokens, with what is given beside it. `directory` of the run is the file of tokens.
///
/// # Errors
/// When the job makes no tokens, and as for every job.
pub fn tokenize(job: &JobSpec, given: TokenizeGiven, ctx: &RunContext) -> Result<Run, JobError> {
    match &job.tokenize {
        Some(spec) => run(job, spec, given, ctx),
        None => Err(JobError::Defect("a job without `tokenize` makes no tokens".to_owned())),
    }
}

/// Runs a job that makes tokens. `run.directory` is the file of tokens.
pub(crate) fn run(job: &JobSpec, spec: &TokenizeSpec, given: TokenizeGiven, ctx: &RunContext) -> Result<Run, JobError> {
    if let Some(fuzzy) = &spec.fuzzy {
        return fuzzy_encode::run(job, spec, fuzzy, ctx);
    }
    let began = Instant::now();
    let (input, output) = ends_of(job)?;
    let format = output_format(output)?;
    check_apart(input.parts().0, output)?;
    check_standard_input(input, spec)?;
    let input = table_input(input);
    let ready = Ready::new(spec, given, ctx)?;
    let mut stream = TextStream::open(&input, &ReadOptions::default(), false).map_err(JobError::part)?;
    let (plan, mut card) = ready.plan(&stream, spec, ctx)?;
    let kernel = ready.kernel;

    let overwrite = if job.overwrite { Overwrite::Replace } else { Overwrite::Refuse };
    let mut file = TokenFile::create(output, format, overwrite, metadata::of_footer(&card))?;
    file.begin()?;
    let renderer = Renderer::new(format, Quoting::Minimal, kernel.tokenizer().rules().rule_ids());
    let counts = make_tokens(&mut stream, &kernel, &plan, &renderer, false, &mut file, ctx)?;
    card.count(&counts, &kernel);
    let rows = file.rows();
    let file = file.finish()?;
    if let (Some(key), Some(uses)) = (&mut card.encryption_key, finished_uses(kernel)?) {
        key.uses = uses;
    }

    let text = metadata::of_tokens(&card)?;
    let mut run_card = run_card(job, &input, output, rows, counts_of(&card, rows), ctx, began)?;
    run_card.tokens = Some(card);
    publish_run(output, overwrite, &text, &run_card, file)?;
    Ok(Run { directory: output.to_path_buf(), card: run_card })
}

/// A kernel with its secrets, and what may be shown of them.
pub(super) struct Ready {
    spec: TokenizeKernelSpec,
    pub(super) kernel: Tokenize,
    hashing_secret: Option<SecretCard>,
    encryption_key: Option<KeyCard>,
}

impl Ready {
    pub(super) fn new(spec: &TokenizeSpec, given: TokenizeGiven, ctx: &RunContext) -> Result<Self, JobError> {
        let kernel_spec = with_rules(spec, given.rules)?;
        if kernel_spec.mode == TokenMode::Plain {
            let hint = "hash them, unless nobody else is to see them".to_owned();
            ctx.warn("KN-W-TOKEN-005", "the mode `plain` writes personal data in clear", Some(hint));
        }
        let secrets = TokenSecrets::read(spec, given.secrets, ctx)?;
        let hashing = secrets.hashing.as_ref();
        let encryption =
            secrets.encryption.as_ref().map(|held| held.encryption(spec.partner.as_deref(), kernel_spec.profile)).transpose()?;
        let salt = salt()?;
        let encryption_key = secrets.encryption.as_ref().zip(encryption.as_ref()).map(|(held, key)| held.key_card(&salt, key));
        let hashing_secret = hashing.map(|held| held.card(&salt));
        let kernel = kernel(&kernel_spec, hashing.map(|held| &held.secret), encryption)?;
        Ok(Self { spec: kernel_spec, kernel, hashing_secret, encryption_key })
    }

    /// The columns of `stream` that are read, and the card of the run before anything is counted.
    pub(super) fn plan(
        &self,
        stream: &TextStream,
        spec: &TokenizeSpec,
        ctx: &RunContext,
    ) -> Result<(ColumnPlan, TokenCard), JobError> {
        let names = columns::clean_names(stream, ctx);
        let plan = self.kernel.plan_columns(&names);
        columns::check_plan(&plan, &self.kernel, &names, spec, ctx)?;
        let mut card = TokenCard::new(&self.spec, &self.kernel, &plan, &names);
        card.hashing_secret.clone_from(&self.hashing_secret);
        card.encryption_key.clone_from(&self.encryption_key);
        Ok((plan, card))
    }
}

/// Puts the output in its place, and its metadata and the card of the run beside it.
pub(super) fn publish_run(
    output: &Path,
    overwrite: Overwrite,
    metadata: &str,
    card: &RunCard,
    file: Option<StagedFile>,
) -> Result<(), JobError> {
    let metadata = staged_text(&metadata_path(output), overwrite, metadata)?;
    let text = serde_json::to_string_pretty(card).map_err(|error| JobError::Defect(error.to_string()))?;
    let card_file = staged_text(&card_path(output), overwrite, &format!("{text}\n"))?;
    publish([Some(metadata), Some(card_file), file])
}

/// The one input and the output of a job.
pub(super) fn ends_of(job: &JobSpec) -> Result<(&InputSpec, &Path), JobError> {
    let mut problems = Vec::new();
    if job.inputs.len() != 1 {
        let problem = Problem::new("KN-JOB-062", format!("tokens are made of one input, and there are {}", job.inputs.len()));
        problems.push(problem.hint("name one file, or `-` for standard input"));
    }
    if job.output.is_none() {
        problems.push(Problem::new("KN-JOB-022", "no file of tokens is named").hint("name one with -o OUTPUT"));
    }
    match (job.inputs.first(), job.output.as_deref()) {
        (Some(input), Some(output)) if problems.is_empty() => Ok((input, output)),
        _ => Err(JobError::Configuration(problems)),
    }
}

/// Standard input gives one thing.
pub(super) fn check_standard_input(input: &InputSpec, spec: &TokenizeSpec) -> Result<(), JobError> {
    let readers = [Some(input.parts().0), spec.hashing_secret_file.as_ref(), spec.encryption_key_file.as_ref()];
    let readers = readers.into_iter().flatten().filter(|path| path.as_os_str() == "-").count();
    if readers < 2 {
        return Ok(());
    }
    let problem = Problem::new("KN-JOB-026", format!("standard input is to be read {readers} times but can be read once"));
    Err(JobError::problem(problem.hint("put records and secrets into files of their own")))
}

/// The kernel that a job asks for, without its secrets.
pub(super) fn kernel_spec(spec: &TokenizeSpec) -> Result<TokenizeKernelSpec, JobError> {
    with_rules(spec, None)
}

/// As [`kernel_spec`], with the rules that are given in place of those of the job.
fn with_rules(spec: &TokenizeSpec, given: Option<RuleSet>) -> Result<TokenizeKernelSpec, JobError> {
    let profile = spec.token_profile.unwrap_or_default().into();
    Ok(TokenizeKernelSpec {
        rules: given.map_or_else(|| rules::load_rules(spec.rules.as_deref(), profile), Ok)?,
        profile,
        as_of: spec.as_of.clone().unwrap_or_else(today),
        mode: spec.mode.unwrap_or_default().into(),
        columns: spec.columns.clone(),
        record_id: spec.record_id.clone(),
    })
}

/// The day on which this is called, in UTC.
pub(super) fn today() -> String {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

/// The kernel with its secrets.
pub(super) fn kernel(
    spec: &TokenizeKernelSpec,
    hashing: Option<&kintsu_token::Secret>,
    encryption: Option<kintsu_token::Encryption>,
) -> Result<Tokenize, JobError> {
    let kernel = Kernel::with_secrets(&KernelSpec::Tokenize(spec.clone()), hashing, encryption).map_err(JobError::part)?;
    kernel.into_tokenize().ok_or_else(|| JobError::Defect("a kernel is not the one that its spec names".to_owned()))
}

/// Ends the count of the uses of the kernel's key.
pub(super) fn finished_uses(kernel: Tokenize) -> Result<Option<u64>, JobError> {
    kernel.into_tokenizer().into_maker().finish().map_err(JobError::part)
}

/// The columns of the input that are read, and where each field finds its own among them.
pub(super) struct Wanted {
    pub(super) positions: Vec<usize>,
    pub(super) fields: Vec<Option<usize>>,
    record_id: Option<usize>,
}

impl Wanted {
    pub(super) fn new(plan: &ColumnPlan) -> Self {
        let mut positions: Vec<usize> = plan.fields.iter().chain([&plan.record_id]).flatten().copied().collect();
        positions.sort_unstable();
        positions.dedup();
        let place = |position: &Option<usize>| position.and_then(|position| positions.binary_search(&position).ok());
        let (fields, record_id) = (plan.fields.iter().map(place).collect(), place(&plan.record_id));
        Self { positions, fields, record_id }
    }

    /// The columns of a batch as the kernel takes them. With `absent_cells`, a field that a record ends before is absent.
    pub(super) fn input<'a>(&self, batch: &'a TextBatch, absent_cells: bool) -> TokenInput<'a> {
        let missing = |place: &Option<usize>| match place {
            Some(place) if absent_cells => batch.missing[*place].as_slice(),
            _ => &[],
        };
        TokenInput {
            rows: batch.rows,
            fields: self.fields.iter().map(|place| place.map(|place| &batch.columns[place])).collect(),
            missing: self.fields.iter().map(missing).collect(),
            record_ids: self.record_id.map(|place| &batch.columns[place]),
        }
    }
}

/// Makes the tokens of a stream and writes them. With `absent_cells`, a field that a record ends before is absent; otherwise null.
pub(super) fn make_tokens(
    stream: &mut TextStream,
    kernel: &Tokenize,
    plan: &ColumnPlan,
    renderer: &Renderer,
    absent_cells: bool,
    file: &mut TokenFile,
    ctx: &RunContext,
) -> Result<TokenCounts, JobError> {
    let wanted = Wanted::new(plan);
    stream.want(&wanted.positions).map_err(JobError::part)?;
    ctx.progress().begin("tokenising", stream.rows_known(), "records");
    // Buffers go round, because fresh memory costs the system as much time as filling it.
    let spare: Mutex<Vec<TokenBatch>> = Mutex::default();
    let rooms: Mutex<Vec<Vec<u8>>> = Mutex::default();
    let make = |piece: Piece| {
        let batch = piece.into_batch().map_err(JobError::part)?;
        let input = wanted.input(&batch, absent_cells);
        let mut tokens = spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let mut counts = kernel.tokenizer().counts();
        kernel.run(&input, &mut counts, &mut tokens).map_err(JobError::part)?;
        let room = rooms.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let rows = renderer.render(&tokens, kernel, room)?;
        spare.lock().unwrap_or_else(PoisonError::into_inner).push(tokens);
        ctx.progress().advance(batch.rows as u64);
        Ok((rows, counts))
    };
    let mut total = kernel.tokenizer().counts();
    pump::pump(stream, ctx, make, |(rows, counts): (TokenRows, TokenCounts)| {
        total.add(&counts);
        file.write(&rows)?;
        rooms.lock().unwrap_or_else(PoisonError::into_inner).push(rows.into_room());
        Ok(())
    })?;
    ctx.progress().finish();
    Ok(total)
}

/// `OUTPUT.run.json`.
pub(super) fn card_path(output: &Path) -> std::path::PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(".run.json");
    output.with_file_name(name)
}

/// Puts files in their places, the last one last: where it stands, the others do.
pub(super) fn publish<const FILES: usize>(files: [Option<StagedFile>; FILES]) -> Result<(), JobError> {
    files.into_iter().flatten().try_for_each(|file| file.publish().map(drop).map_err(JobError::part))
}

/// The counts that are told first.
fn counts_of(tokens: &TokenCard, rows: u64) -> Counts {
    let mut counts = Counts::default();
    counts.put("records", tokens.rows);
    counts.put("tokens", rows);
    counts.put("blank_tokens", (&tokens.blank_tokens).into_iter().map(|(_, count)| count).sum());
    counts.put("dropped_tokens", (&tokens.dropped_tokens).into_iter().map(|(_, count)| count).sum());
    counts.put("records_with_invalid_attributes", tokens.rows_with_invalid_attributes);
    counts
}

/// The card of a run, without what is said of tokens or CLKs.
pub(super) fn run_card(
    job: &JobSpec,
    input: &kintsu_table::Input,
    output: &Path,
    rows: u64,
    counts: Counts,
    ctx: &RunContext,
    began: Instant,
) -> Result<RunCard, JobError> {
    let job_value = serde_json::to_value(job).map_err(|error| JobError::Defect(error.to_string()))?;
    let mut timings = Timings::default();
    timings.put("total", began.elapsed().as_secs_f64());
    let name = output.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(RunCard {
        format: 1,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        job_digest: job_digest(&job_value),
        job: job_value,
        inputs: vec![input_card(input)?],
        seed: ctx.seed,
        engine: "local".to_owned(),
        unique_id: None,
        source_dataset: None,
        input_cluster_id: None,
        types: std::collections::BTreeMap::new(),
        file_format: output_format(output)?.extension().to_owned(),
        files: [(name, FileCard { rows })].into_iter().collect(),
        counts,
        training: Vec::new(),
        evaluation: None,
        tokens: None,
        clks: None,
        warnings: ctx.warnings(),
        timings,
        machine: Machine { threads: rayon::current_num_threads(), peak_memory_bytes: peak_resident_bytes() },
    })
}
