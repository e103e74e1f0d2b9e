//! Tokens of persons: made, decrypted and compared, in files and in memory. Secrets come as bytes beside what is JSON.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use kintsu_core::Explain;
use kintsu_job::{
    DecryptJob, ENCRYPTION_KEY_VARIABLE, HeldSecret, JobError, JobSpec, OverlapJob, OverlapSide, Problem, TokenSecrets,
    TokenizeGiven, TokenizeSpec, read_secret,
};
use kintsu_table::{HeldTable, Input, TextStream};
use kintsu_token::RuleSet;
use kintsu_token::overlap::{Agreement, RuleSets};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use pyo3_arrow::PyTable;
use pyo3_arrow::input::AnyRecordBatch;
use serde::Deserialize;
use serde_json::json;

use crate::error;
use crate::jobs::{read, read_surroundings};
use crate::linkage::Table;
use crate::running;

/// A secret as Python hands it over.
type SecretBytes<'a, 'py> = Option<&'a Bound<'py, PyBytes>>;

/// Makes the tokens of a file, and gives where they are and the card of the run.
#[pyfunction]
pub(crate) fn tokenize_file(
    py: Python<'_>,
    job: &str,
    rules: Option<&str>,
    hashing_secret: SecretBytes<'_, '_>,
    encryption_key: SecretBytes<'_, '_>,
    surroundings: &str,
) -> PyResult<String> {
    let job: JobSpec = read(py, job)?;
    let given = given(py, rules, hashing_secret, encryption_key)?;
    let surroundings = read_surroundings(py, surroundings)?;
    let run = running::run(py, &surroundings, |context| kintsu_job::tokenize(&job, given, context))?;
    Ok(json!({ "output": run.directory, "run": run.card }).to_string())
}

/// Makes the tokens of records in memory, and gives them with what the card of a run says of them.
#[pyfunction]
pub(crate) fn tokenize_table(
    py: Python<'_>,
    records: AnyRecordBatch,
    spec: &str,
    rules: Option<&str>,
    hashing_secret: SecretBytes<'_, '_>,
    encryption_key: SecretBytes<'_, '_>,
    surroundings: &str,
) -> PyResult<(PyTable, String)> {
    let spec: TokenizeSpec = read(py, spec)?;
    let given = given(py, rules, hashing_secret, encryption_key)?;
    let surroundings = read_surroundings(py, surroundings)?;
    let mut stream = text_stream(py, records)?;
    let (batches, card) = running::run(py, &surroundings, |context| {
        let (batches, card) = kintsu_job::tokenize_stream(&spec, given, &mut stream, context)?;
        Ok((plain_texts(&batches)?, card))
    })?;
    Ok((table(batches)?, json!(card).to_string()))
}

/// What is to be decrypted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecryptSpec {
    input: Option<PathBuf>,
    output: Option<PathBuf>,
    encryption_key_file: Option<PathBuf>,
    partner: Option<String>,
    token_profile: Option<kintsu_token::Profile>,
    overwrite: bool,
    allow_weak_secret: bool,
}

impl DecryptSpec {
    fn job(self, encryption: HeldSecret) -> DecryptJob {
        DecryptJob {
            input: Input::new(self.input.unwrap_or_else(|| PathBuf::from(IN_MEMORY))),
            output: self.output.unwrap_or_default(),
            output_format: None,
            encryption,
            partner: self.partner,
            profile: self.token_profile.unwrap_or_default(),
            overwrite: self.overwrite,
            allow_weak_secret: self.allow_weak_secret,
        }
    }
}

/// What stands for the path of tables in memory.
const IN_MEMORY: &str = "table in memory";

/// Decrypts a file of tokens, and gives what became of them.
#[pyfunction]
pub(crate) fn decrypt_file(
    py: Python<'_>,
    job: &str,
    encryption_key: SecretBytes<'_, '_>,
    surroundings: &str,
) -> PyResult<String> {
    let spec: DecryptSpec = read(py, job)?;
    let key = needed_key(py, encryption_key, spec.encryption_key_file.as_ref())?;
    let surroundings = read_surroundings(py, surroundings)?;
    let job = spec.job(key);
    let counts = running::run(py, &surroundings, |context| kintsu_job::decrypt(&job, context))?;
    Ok(json!({ "output": job.output, "counts": counts }).to_string())
}

/// Decrypts tokens in memory, and gives them with what became of them.
#[pyfunction]
pub(crate) fn decrypt_table(
    py: Python<'_>,
    tokens: AnyRecordBatch,
    job: &str,
    encryption_key: SecretBytes<'_, '_>,
    surroundings: &str,
) -> PyResult<(PyTable, String)> {
    let spec: DecryptSpec = read(py, job)?;
    let key = needed_key(py, encryption_key, spec.encryption_key_file.as_ref())?;
    let surroundings = read_surroundings(py, surroundings)?;
    let mut stream = text_stream(py, tokens)?;
    let job = spec.job(key);
    let (batches, counts) = running::run(py, &surroundings, |context| {
        let (batches, counts) = kintsu_job::decrypt_stream(&job, &mut stream, context)?;
        Ok((plain_texts(&batches)?, counts))
    })?;
    Ok((table(batches)?, json!(counts).to_string()))
}

/// What is compared, with the options of the command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverlapSpec {
    inputs: [PathBuf; 2],
    names: [Option<String>; 2],
    output: Option<PathBuf>,
    rule_sets: Vec<Vec<String>>,
    any: bool,
    one_to_one: bool,
    max_token_frequency: Option<u64>,
    encryption_key_file: Option<PathBuf>,
    partners: [Option<String>; 2],
    token_profile: Option<kintsu_token::Profile>,
    overwrite: bool,
    allow_weak_secret: bool,
}

/// Compares tokens, and gives the report. Where a side is in `tables`, at its place, it stands for that input; the pairs then come
/// back as a table. The first and the second key are those of one side alone.
#[pyfunction]
pub(crate) fn overlap_tokens(
    py: Python<'_>,
    job: &str,
    tables: [Option<Bound<'_, Table>>; 2],
    encryption_key: SecretBytes<'_, '_>,
    first_key: SecretBytes<'_, '_>,
    second_key: SecretBytes<'_, '_>,
    surroundings: &str,
) -> PyResult<(String, Option<Table>)> {
    let spec: OverlapSpec = read(py, job)?;
    let tables = tables.map(|table| table.map(|table| table.get().held().clone()));
    let hold = tables.iter().any(Option::is_some);
    let surroundings = read_surroundings(py, surroundings)?;
    let of_both = key(encryption_key, spec.encryption_key_file.as_ref()).map(|key| key.map(Arc::new));
    let of_both = of_both.map_err(|failed| error::job_exception(py, &failed))?;
    let own = |place: usize| match [first_key, second_key][place] {
        Some(bytes) => HeldSecret::given("encryption_key", bytes.as_bytes()).map(|key| Some(Arc::new(key))),
        None => Ok(of_both.clone()),
    };
    let job = spec.job(&tables, own).map_err(|failed| error::job_exception(py, &failed))?;
    let (report, pairs) = running::run(py, &surroundings, |context| {
        if hold {
            kintsu_job::overlap_in_memory(&job, context).map(|(report, pairs)| (report, Some(pairs)))
        } else {
            kintsu_job::overlap(&job, context).map(|report| (report, None))
        }
    })?;
    Ok((json!(report).to_string(), pairs.map(Table::new)))
}

impl OverlapSpec {
    fn job(
        self,
        tables: &[Option<HeldTable>; 2],
        key: impl Fn(usize) -> Result<Option<Arc<HeldSecret>>, JobError>,
    ) -> Result<OverlapJob, JobError> {
        let agreement = if self.any { Agreement::Any } else { Agreement::All };
        let sets = RuleSets::new(self.rule_sets.iter().map(|set| set.iter().map(String::as_str)), agreement);
        let sets = sets.map_err(|error| {
            let problem = Problem::new(error.code(), error.to_string());
            JobError::problem(error.hint().into_iter().fold(problem, Problem::hint))
        })?;
        let side = |place: usize| {
            let path = &self.inputs[place];
            let input = tables[place].clone().map_or_else(|| Input::new(path), |table| Input::of_table(path, table));
            let input = self.names[place].iter().fold(input, Input::named);
            Ok::<_, JobError>(OverlapSide { input, key: key(place)?, partner: self.partners[place].clone() })
        };
        Ok(OverlapJob {
            sides: [side(0)?, side(1)?],
            output: self.output.clone(),
            sets,
            one_to_one: self.one_to_one,
            token_frequency_max: self.max_token_frequency,
            profile: self.token_profile.unwrap_or_default(),
            overwrite: self.overwrite,
            allow_weak_secret: self.allow_weak_secret,
        })
    }
}

/// What no job holds.
fn given(
    py: Python<'_>,
    rules: Option<&str>,
    hashing: SecretBytes<'_, '_>,
    encryption: SecretBytes<'_, '_>,
) -> PyResult<TokenizeGiven> {
    let rules: Option<RuleSet> = rules.map(|rules| read(py, rules)).transpose()?;
    let held = |name: &str, bytes: Option<&Bound<'_, PyBytes>>| {
        let held = bytes.map(|bytes| HeldSecret::given(name, bytes.as_bytes())).transpose();
        held.map_err(|failed| error::job_exception(py, &failed))
    };
    let secrets = TokenSecrets { hashing: held("hashing_secret", hashing)?, encryption: held("encryption_key", encryption)? };
    Ok(TokenizeGiven { secrets, rules })
}

/// The key that is given, or that of the file, or of the environment.
fn key(given: Option<&Bound<'_, PyBytes>>, file: Option<&PathBuf>) -> Result<Option<HeldSecret>, JobError> {
    match given {
        Some(bytes) => HeldSecret::given("encryption_key", bytes.as_bytes()).map(Some),
        None => read_secret(file.map(PathBuf::as_path), ENCRYPTION_KEY_VARIABLE),
    }
}

fn needed_key(py: Python<'_>, given: Option<&Bound<'_, PyBytes>>, file: Option<&PathBuf>) -> PyResult<HeldSecret> {
    let key = key(given, file).and_then(|key| {
        key.ok_or_else(|| {
            let problem = Problem::new("KN-JOB-068", "there is no encryption key");
            JobError::problem(problem.hint(format!("give encryption_key or its file, or set {ENCRYPTION_KEY_VARIABLE}")))
        })
    });
    key.map_err(|failed| error::job_exception(py, &failed))
}

/// Rows in memory as a stream of texts.
fn text_stream(py: Python<'_>, rows: AnyRecordBatch) -> PyResult<TextStream> {
    let reader = rows.into_reader()?;
    let schema = reader.schema();
    // Whoever fills the stream may be Python itself.
    let batches: Result<Vec<RecordBatch>, ArrowError> = py.detach(|| reader.collect());
    let batches = batches.map_err(|failed| PyValueError::new_err(failed.to_string()))?;
    Ok(TextStream::of_batches(IN_MEMORY, &schema, batches))
}

/// Tokens with their columns as plain texts, which every library shows as such.
fn plain_texts(batches: &[RecordBatch]) -> Result<Vec<RecordBatch>, JobError> {
    use rayon::prelude::*;
    let plain = |batch: &RecordBatch| {
        let columns = batch.columns().iter().map(|column| arrow_cast::cast(column, &DataType::Utf8)).collect::<Result<_, _>>()?;
        RecordBatch::try_new(Arc::new(token_columns()), columns)
    };
    let made: Result<Vec<RecordBatch>, ArrowError> = batches.par_iter().map(plain).collect();
    made.map_err(|failed| JobError::Defect(failed.to_string()))
}

fn token_columns() -> Schema {
    Schema::new(["RuleId", "Token", "RecordId"].map(|name| Field::new(name, DataType::Utf8, false)).to_vec())
}

fn table(batches: Vec<RecordBatch>) -> PyResult<PyTable> {
    PyTable::try_new(batches, Arc::new(token_columns()))
}
