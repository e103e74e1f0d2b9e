//! Jobs that make data.

use kintsu_core::RunContext;
use kintsu_generate::calendar::parse_as_of;
use kintsu_generate::{GenerateError, Generated, Lists, Options, Plan, PresetName, WriteMode};

use crate::error::JobError;
use crate::spec::{CorruptionFile, GenerateSpec, JobSpec, Problem, SEED_DEFAULT, WriteModeName};

/// Says what `job` would make, without making it.
///
/// # Errors
/// Everything that is wrong with its options, its lists or the output that it would continue.
pub fn plan_generation(job: &JobSpec) -> Result<Plan, JobError> {
    kintsu_generate::plan(&options(job)?).map_err(JobError::part)
}

/// Makes the data that `job` asks for and publishes them. Nothing is left behind unless it succeeds.
///
/// # Errors
/// As [`plan_generation`], and when the data cannot be written or the run was stopped.
pub(crate) fn generate(job: &JobSpec, ctx: &RunContext) -> Result<Generated, JobError> {
    let options = options(job)?;
    refuse_existing(&options)?;
    kintsu_generate::generate(&options, ctx).map_err(JobError::part).map_err(|error| error.or_memory(ctx))
}

/// An output that is there and may not be replaced is told before anything else is looked at.
fn refuse_existing(options: &Options) -> Result<(), JobError> {
    let filled = std::fs::read_dir(&options.output).is_ok_and(|mut entries| entries.next().is_some());
    if options.write_mode == WriteMode::Refuse && (filled || options.output.is_file()) {
        let error = kintsu_table::TableError::TargetExists { path: options.output.clone() };
        return Err(JobError::part(GenerateError::from(error)));
    }
    Ok(())
}

fn options(job: &JobSpec) -> Result<Options, JobError> {
    let spec = job.generate.clone().unwrap_or_default();
    let output = job.output.clone().ok_or_else(|| {
        JobError::problem(Problem::new("KN-JOB-022", "no directory to write is named").hint("name one with -o DIR"))
    })?;
    let preset = spec.preset.map_or_else(PresetName::default, Into::into);
    let corruption = match spec.corruption.as_deref() {
        Some(path) => Some(CorruptionFile::read(Some(path))?.checked(&preset.corrupted_columns())?.clone()),
        None => None,
    };
    let defaults = Options { preset, corruption, ..Options::new(output).map_err(JobError::part)? };
    fill(spec, job, defaults).map_err(JobError::part)
}

fn fill(spec: GenerateSpec, job: &JobSpec, defaults: Options) -> Result<Options, GenerateError> {
    let write_mode = match spec.write_mode {
        Some(WriteModeName::Append) => WriteMode::Append,
        Some(WriteModeName::Overwrite) => WriteMode::Overwrite,
        None if job.overwrite => WriteMode::Overwrite,
        None => WriteMode::Refuse,
    };
    if write_mode == WriteMode::Append && job.overwrite {
        return Err(GenerateError::options("an output cannot be both replaced and continued", "leave one of them out"));
    }
    Ok(Options {
        seed: job.seed.unwrap_or(SEED_DEFAULT),
        as_of: spec.as_of.as_deref().map_or(Ok(defaults.as_of), parse_as_of)?,
        customers: spec.customers,
        records: spec.records,
        exact: spec.exact,
        batches: spec.batches.unwrap_or(defaults.batches),
        table_suffix: spec.table_suffix.unwrap_or_default(),
        partitions: spec.partitions,
        part: spec.part.as_deref().map(str::parse).transpose()?,
        write_mode,
        keep_customer_id: spec.keep_customer_id,
        copies: spec.copies.as_deref().map_or(Ok(defaults.copies), str::parse)?,
        lists: spec.lists.map_or_else(|| Ok(Lists::built_in()), Lists::of_folder)?,
        file_format: job.file_format.map_or(defaults.file_format, Into::into),
        ..defaults
    })
}
