//! Kernels applied to Arrow batches, with the secrets that they need beside their spec.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use kintsu_job::{JobError, Problem};
use kintsu_kernel::{DecryptTokens, Kernel, KernelError, KernelSpec, RowCounter, Tokenize};
use kintsu_token::{Attribute, Cipher, Encryption, KeyUses, Profile, RuleSet, Secret, SecretSource, TokenizeError};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3_arrow::PyRecordBatch;

use crate::error::{exception, job_exception};

/// The salt, the number of the partition and the number of the batch's first row in it.
type Counter = (PyBackedBytes, u64, u64);

/// The tokens of a record by rule, its fields that are not valid, and the rules that are blank.
type Record = (Vec<(String, String)>, Vec<String>, Vec<String>);

/// Adds what stands in this file to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<TokenKernel>()?;
    module.add_class::<DecryptKernel>()?;
    module.add_function(wrap_pyfunction!(built_in_rules, module)?)?;
    module.add_function(wrap_pyfunction!(attribute_aliases, module)?)?;
    module.add_function(wrap_pyfunction!(secret_weakness, module)?)
}

/// The kernel that makes tokens.
#[pyclass(module = "kintsu._native", frozen)]
struct TokenKernel {
    kernel: Tokenize,
}

// Values of Python are taken as they come.
#[allow(clippy::needless_pass_by_value)]
#[pymethods]
impl TokenKernel {
    /// The kernel of a spec, with the secrets that its mode needs.
    #[new]
    #[pyo3(signature = (spec, hashing_secret=None, encryption_key=None))]
    fn new(py: Python<'_>, spec: &str, hashing_secret: Option<&[u8]>, encryption_key: Option<&[u8]>) -> PyResult<Self> {
        let kernel = token_kernel(spec, hashing_secret, encryption_key).map_err(|error| job_exception(py, &error))?;
        Ok(Self { kernel })
    }

    /// The tokens of a batch: `RecordId`, `RuleId`, `Token`.
    #[pyo3(signature = (batch, counter=None))]
    fn apply(&self, py: Python<'_>, batch: PyRecordBatch, counter: Option<Counter>) -> PyResult<PyRecordBatch> {
        let batch = batch.into_inner();
        let made = py.detach(|| self.kernel.apply_to_rows(&batch, row_counter(counter.as_ref())).map_err(JobError::part));
        made.map(PyRecordBatch::new).map_err(|error| job_exception(py, &error))
    }

    /// The tokens of a batch, and the offsets at which those of each record begin and end.
    #[pyo3(signature = (batch, counter=None))]
    fn apply_to_lists(
        &self,
        py: Python<'_>,
        batch: PyRecordBatch,
        counter: Option<Counter>,
    ) -> PyResult<(PyRecordBatch, Vec<i32>)> {
        let batch = batch.into_inner();
        let made = py.detach(|| self.kernel.apply_to_lists(&batch, row_counter(counter.as_ref())).map_err(JobError::part));
        made.map(|(tokens, ends)| (PyRecordBatch::new(tokens), ends)).map_err(|error| job_exception(py, &error))
    }

    /// For each record of a batch the token of the rule that stands beside it.
    fn tokens_of_rules(&self, py: Python<'_>, batch: PyRecordBatch, rules: Vec<Option<String>>) -> PyResult<Vec<Option<String>>> {
        let batch = batch.into_inner();
        py.detach(|| self.kernel.tokens_of_rules(&batch, &rules).map_err(JobError::part))
            .map_err(|error| job_exception(py, &error))
    }

    /// The tokens of one record by rule, its fields that are not valid, and the rules that are blank.
    fn tokens_of_record(&self, py: Python<'_>, record: BTreeMap<String, Option<String>>) -> PyResult<Record> {
        let made = one_row(&record).and_then(|batch| self.kernel.tokens_of_record(&batch).map_err(JobError::part));
        let made = made.map_err(|error| job_exception(py, &error))?;
        Ok((made.tokens, made.invalid, made.blank))
    }
}

/// The kernel that opens encrypted tokens.
#[pyclass(module = "kintsu._native", frozen)]
struct DecryptKernel {
    kernel: DecryptTokens,
}

#[pymethods]
impl DecryptKernel {
    /// A kernel with this key.
    #[new]
    fn new(py: Python<'_>, encryption_key: &[u8], token_profile: &str) -> PyResult<Self> {
        let profile = profile(py, token_profile)?;
        let cipher = Cipher::new(&Secret::from_bytes(encryption_key), profile).map_err(|error| exception(py, &error))?;
        Ok(Self { kernel: DecryptTokens::new(cipher, profile) })
    }

    /// The rows of a batch (`RecordId`, `RuleId`, `Token`) with what their tokens hold; blank ones are left out.
    fn apply(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
        let batch = batch.into_inner();
        let made = py.detach(|| self.kernel.apply(&batch).map_err(JobError::part));
        made.map(PyRecordBatch::new).map_err(|error| job_exception(py, &error))
    }
}

/// The rules T1 to T5, as JSON.
#[pyfunction]
fn built_in_rules() -> PyResult<String> {
    serde_json::to_string(&RuleSet::built_in()).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Each attribute that a profile knows, with the names of columns that hold it.
#[pyfunction]
fn attribute_aliases(py: Python<'_>, token_profile: &str) -> PyResult<Vec<(&'static str, Vec<&'static str>)>> {
    let profile = profile(py, token_profile)?;
    Ok(Attribute::ALL.into_iter().map(|attribute| (attribute.name(), attribute.aliases(profile).to_vec())).collect())
}

/// In what way a secret is easily guessed, if it is.
#[pyfunction]
fn secret_weakness(secret: &[u8]) -> Option<String> {
    Secret::from_bytes(secret).weakness().map(|weakness| weakness.to_string())
}

fn token_kernel(spec: &str, hashing: Option<&[u8]>, key: Option<&[u8]>) -> Result<Tokenize, JobError> {
    let spec: KernelSpec = serde_json::from_str(spec).map_err(|error| not_a_spec(error.to_string()))?;
    let KernelSpec::Tokenize(tokenize) = &spec else {
        return Err(not_a_spec("it is not that of the kernel `tokenize`".to_owned()));
    };
    let hashing = hashing.map(Secret::from_bytes);
    let encryption = key.map(|key| encryption(key, tokenize.profile)).transpose()?;
    let kernel = Kernel::with_secrets(&spec, hashing.as_ref(), encryption).map_err(JobError::part)?;
    kernel.into_tokenize().ok_or_else(|| not_a_spec("it is not that of the kernel `tokenize`".to_owned()))
}

fn not_a_spec(reason: String) -> JobError {
    JobError::part(KernelError::Spec(reason))
}

fn encryption(key: &[u8], profile: Profile) -> Result<Encryption, JobError> {
    let cipher = Cipher::new(&Secret::from_bytes(key), profile).map_err(|error| JobError::part(TokenizeError::from(error)))?;
    // The place is what messages say; the uses of a key are counted for each kernel alone.
    let place = SecretSource::Argument("encryption_key".to_owned(), Secret::from_bytes(Vec::new()));
    Ok(Encryption { cipher, uses: KeyUses::of_run(&place) })
}

fn profile(py: Python<'_>, name: &str) -> PyResult<Profile> {
    name.parse().map_err(|error: kintsu_token::UnknownProfile| {
        let problem = Problem::new("KN-PY-006", error.to_string()).hint("write opentoken-1-python, or leave it out");
        job_exception(py, &JobError::problem(problem))
    })
}

fn row_counter(counter: Option<&Counter>) -> Option<RowCounter<'_>> {
    counter.map(|(salt, partition, first_row)| RowCounter { salt, partition: *partition, first_row: *first_row })
}

fn one_row(record: &BTreeMap<String, Option<String>>) -> Result<RecordBatch, JobError> {
    let fields: Vec<Field> = record.keys().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    let columns = record.values().map(|value| Arc::new(StringArray::from(vec![value.as_deref()])) as ArrayRef).collect();
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(1));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
        .map_err(|error| JobError::part(KernelError::Output(error.to_string())))
}
