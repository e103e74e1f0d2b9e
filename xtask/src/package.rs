//! The Python package: its tests with the extension module that cargo has built, an installation as a user makes it, the wheel.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{cargo, output, program, root, step, target};
use crate::python::{self, Environments};

/// What the wheel runs on: every Linux with glibc 2.28 or newer.
const COMPATIBILITY: &str = "manylinux_2_28";

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
    step("examples of the Python package", pytest(&programs).args(["--doctest-modules", "python/kintsu"]))?;
    let page = root().join("docs/guides/python.md");
    let mut guide = program(programs.join("python"));
    step(
        "guide of the Python package",
        guide.arg("python/tests/run_readme.py").arg(page).env("PYTHONPATH", root().join("python")),
    )
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

/// Installs the package into an environment of its own with nothing but pip, and follows the README's quick start there.
///
/// Cargo builds the bindings to Python anew for it, and again when it is next called itself, because the interpreter is another one;
/// so this comes last.
pub fn install() -> Result<(), String> {
    let programs = python::fresh("installation")?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "."];
    step("installation of the Python package", program(programs.join("python")).args(pip))?;
    let version = output(program(programs.join("kintsu")).arg("--version"))?;
    if version.trim() != format!("kintsu {}", env!("CARGO_PKG_VERSION")) {
        return Err(format!("the installed command calls itself `{}`", version.trim()));
    }
    step("quick start of the README", program(programs.join("python")).arg("python/tests/run_readme.py"))
}

/// Builds the wheel of this machine's processor, for every Linux that is not older than [`COMPATIBILITY`].
pub fn wheel() -> Result<(), String> {
    let folder: PathBuf = target().join("wheels");
    let maturin = python::maturin()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let beside = maturin.parent().map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&path));
    let path = std::env::join_paths(beside).map_err(|error| error.to_string())?;
    let mut command = program(&maturin);
    command.args(["build", "--release", "--zig", "--compatibility", COMPATIBILITY, "--out"]).arg(&folder).env("PATH", path);
    step(&format!("wheel for {COMPATIBILITY}"), &mut command)
}
