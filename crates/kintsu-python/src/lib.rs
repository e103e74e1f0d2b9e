//! The extension module of the Python package: kernels by their specs, applied to Arrow batches without copies, and the jobs of the
//! command as functions. What crosses the border besides Arrow data is JSON.

mod arguments;
mod error;
mod jobs;
mod kernel;
mod library;
mod linkage;
mod running;
mod tokens;

use kintsu_job::JobError;
use kintsu_kernel::{Kernel, KernelSpec};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;

// The same allocator as the command's, so that both take the same time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Applies the kernel that `spec` describes, as JSON, to `batch`.
#[pyfunction]
fn apply_kernel(py: Python<'_>, spec: &str, batch: PyRecordBatch) -> PyResult<PyRecordBatch> {
    let spec: KernelSpec = jobs::read(py, spec)?;
    let batch = batch.into_inner();
    let made = py.detach(|| {
        let kernel = Kernel::new(&spec).map_err(JobError::part)?;
        kernel.apply(&batch).map_err(JobError::part)
    });
    made.map(PyRecordBatch::new).map_err(|failed| error::job_exception(py, &failed))
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
    module.add_function(wrap_pyfunction!(apply_kernel, module)?)?;
    module.add_function(wrap_pyfunction!(library::build_level, module)?)?;
    module.add_function(wrap_pyfunction!(library::build_named_comparison, module)?)?;
    module.add_function(wrap_pyfunction!(library::build_custom_comparison, module)?)?;
    module.add_function(wrap_pyfunction!(library::build_blocking_rule, module)?)?;
    module.add_function(wrap_pyfunction!(library::read_settings, module)?)?;
    module.add_function(wrap_pyfunction!(jobs::generate, module)?)?;
    module.add_function(wrap_pyfunction!(jobs::corrupt_table, module)?)?;
    module.add_function(wrap_pyfunction!(tokens::tokenize_file, module)?)?;
    module.add_function(wrap_pyfunction!(tokens::tokenize_table, module)?)?;
    module.add_function(wrap_pyfunction!(tokens::decrypt_file, module)?)?;
    module.add_function(wrap_pyfunction!(tokens::decrypt_table, module)?)?;
    module.add_function(wrap_pyfunction!(tokens::overlap_tokens, module)?)?;
    kernel::register(module)?;
    linkage::register(module)
}
