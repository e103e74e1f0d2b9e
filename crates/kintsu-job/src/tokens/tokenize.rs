//! `tokenize`: records in, tokens out.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use kintsu_core::RunContext;
use kintsu_kernel::{ColumnPlan, Kernel, KernelSpec, TokenInput, Tokenize, TokenizeSpec as TokenizeKernelSpec};
use kintsu_table::{Piece, StagedFile, TextBatch, TextStream};
use kintsu_token::{RuleSet, TokenBatch, TokenCounts};

use super::card::TokenCard;
use super::file::{Quoting, Renderer, TokenFile, TokenRows};
use super::prepare::{Beside, Ends, Prepared};
use super::run_card::{RunFacts, as_json, run_card};
use super::secrets::TokenSecrets;
use super::{fuzzy_encode, metadata, pump, rules};
use crate::card::Counts;
use crate::engine::Run;
use crate::error::JobError;
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
    let ends = Ends::of(job, spec)?;
    let prepared = Prepared::new(spec, given, ctx)?;
    let mut stream = ends.open()?;
    let columns = prepared.columns(&stream, spec, ctx)?;
    let beside = Beside::create(&ends)?;
    let ready = prepared.ready(spec)?;
    let mut card = ready.card(&columns);
    let kernel = ready.kernel;
    stream.read_days(&columns.plan.attributes());

    let mut file = TokenFile::create(ends.output, ends.format, ends.overwrite, metadata::of_footer(&card))?;
    file.begin()?;
    let renderer = Renderer::new(ends.format, Quoting::Minimal, kernel.tokenizer().rules().rule_ids());
    let counts = make_tokens(&mut stream, &kernel, &columns.plan, &renderer, false, &mut file, ctx)?;
    card.count(&counts, &kernel);
    card.warn_of_blank_rules(&kernel, ctx);
    let rows = file.rows();
    let file = file.finish()?;
    if let (Some(key), Some(uses)) = (&mut card.encryption_key, finished_uses(kernel)?) {
        key.uses = uses;
    }

    let text = metadata::of_tokens(&card)?;
    let counts = counts_of(&card, rows);
    let facts = RunFacts { job: as_json(job)?, inputs: &[&ends.input], output: ends.output, rows, counts, began };
    let mut run_card = run_card(facts, ctx)?;
    run_card.tokens = Some(card);
    beside.publish(&text, &run_card, file)?;
    Ok(Run { directory: ends.output.to_path_buf(), card: run_card })
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
pub(super) fn with_rules(spec: &TokenizeSpec, given: Option<RuleSet>) -> Result<TokenizeKernelSpec, JobError> {
    let profile = spec.token_profile.unwrap_or_default();
    Ok(TokenizeKernelSpec {
        rules: given.map_or_else(|| rules::load_rules(spec.rules.as_deref(), profile), Ok)?,
        profile,
        as_of: spec.as_of.clone().unwrap_or_else(today),
        mode: spec.mode.unwrap_or_default(),
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
