//! The extension module of the Python package: kernels by their specs, applied to Arrow batches without copies.

use kintsu_kernel::{Kernel, KernelError, KernelSpec};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use pyo3_arrow::export::Arro3RecordBatch;

/// Applies the kernel that `spec` describes, as JSON, to `batch`.
#[pyfunction]
fn apply_kernel(py: Python<'_>, spec: &str, batch: PyRecordBatch) -> PyResult<Arro3RecordBatch> {
    let spec: KernelSpec = serde_json::from_str(spec).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let batch = batch.into_inner();
    let refused = |error: KernelError| PyValueError::new_err(error.to_string());
    let made = py.detach(|| Kernel::new(&spec).map_err(refused)?.apply(&batch).map_err(refused))?;
    Ok(PyRecordBatch::new(made).into())
}

/// Runs the command that `arguments` spell, the name of the program first, and returns its exit code.
#[pyfunction]
fn run_command(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| kintsu_cli::run_command(arguments))
}

/// The extension module.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(run_command, module)?)?;
    module.add_function(wrap_pyfunction!(apply_kernel, module)?)
}
