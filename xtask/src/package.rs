//! The tests of the Python package, with the extension module that cargo has built.

use std::path::Path;
use std::process::Command;

use crate::process::{cargo, program, root, step, target};
use crate::python::{self, Environments};

/// Builds the extension module with everything else, so that nothing is built twice, and tests the package.
///
/// # Errors
/// When a step fails.
pub fn build_and_test() -> Result<(), String> {
    step("build", cargo().args(["build", "--release", "--quiet", "--workspace"]))?;
    test()
}

/// Types, tests and examples of the package. The extension module must have been built.
pub fn test() -> Result<(), String> {
    put_extension_module()?;
    let programs = python::package_tests()?;
    step("types of the Python package", &mut program(programs.join("mypy")))?;
    step("tests of the Python package", pytest(&programs).args(["python/tests", "--ignore=python/tests/spark"]))?;
    let mut examples = pytest(&programs);
    examples.args(["-p", "example_names", "--doctest-modules", "python/kintsu"]);
    let path = std::env::join_paths([root().join("python"), root().join("python/tests")]).map_err(|error| error.to_string())?;
    step("examples of the Python package", examples.env("PYTHONPATH", path))?;
    for page in ["guides/python.md", "guides/python-linkage.md", "notebooks/Linkage.ipynb"] {
        let mut guide = program(programs.join("python"));
        let path = root().join("docs").join(page);
        step(page, guide.arg("python/tests/run_readme.py").arg(path).env("PYTHONPATH", root().join("python")))?;
    }
    Ok(())
}

/// Compares the package with both Splinks. The extension module must have been built.
///
/// # Errors
/// When they differ.
pub fn compare_with_splink(environments: &Environments) -> Result<(), String> {
    put_extension_module()?;
    let (splink_4, splink_5) = (&environments.splink_4, &environments.splink_5);
    compare("python_library.py", "the libraries of Python and Splink 4", splink_4)?;
    compare("python_library.py", "the libraries of Python and Splink 5", splink_5)?;
    compare("python_surface.py", "the names and parameters of Python and Splink 4", splink_4)?;
    compare("python_surface.py", "the names and parameters of Python and Splink 5", splink_5)?;
    compare("python_pairs.py", "pairs between tables and inside clusters of Splink 4", splink_4)?;
    compare("python_pairs.py", "pairs between tables and inside clusters of Splink 5", splink_5)?;
    compare("from_splink.py", "scripts of Splink 4 with the import changed", splink_4)?;
    compare("from_splink.py", "scripts of Splink 5 with the import changed", splink_5)
}

fn compare(script: &str, what: &str, python: &Path) -> Result<(), String> {
    let script = root().join("tests/differential").join(script);
    let mut command = program(python);
    step(&format!("differential tests: {what}"), command.arg(script).env("PYTHONPATH", root().join("python")))
}

/// Puts the extension module that cargo has built beside the sources of the package, where an editable installation has it.
pub fn put_extension_module() -> Result<(), String> {
    let built =
        target().join("release").join(format!("{}kintsu_python{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    let folder = root().join("python/kintsu");
    let (fresh, place) = (folder.join("_native.new"), folder.join("_native.abi3.so"));
    let failed = |error: std::io::Error| format!("cannot copy {} to {}: {error}", built.display(), place.display());
    // Put in place by its name alone: a process that has the old one open keeps it.
    std::fs::copy(&built, &fresh).map_err(failed)?;
    std::fs::rename(&fresh, &place).map_err(failed)
}

fn pytest(programs: &Path) -> Command {
    let mut command = program(programs.join("python"));
    command.args(["-m", "pytest", "--quiet", "-rs"]).env("PYTHONPATH", root().join("python"));
    command
}
