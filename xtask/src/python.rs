//! Python environments with the reference systems, made once under `target/python`.

use std::path::{Path, PathBuf};

use crate::process::{output, program, step, target};

const SPLINK_4: [&str; 3] = ["splink==4.0.17", "duckdb==1.5.*", "pyarrow==26.*"];
const SPLINK_5: [&str; 5] = ["splink==5.0.0", "duckdb==2.0.*", "psutil", "pandas==3.*", "pyarrow==26.*"];
const BENCH: [&str; 3] = ["numpy", "pandas", "pyarrow"];
const OPEN_LINK_TOKEN_2_1: &str = "openlinktoken==2.1.2";
const OPEN_LINK_TOKEN_2_2: &str = "openlinktoken==2.2.1";
const CLKHASH: &str = "clkhash==0.18.3";
const FAKER: &str = "faker==40.54.0";
const RUFF: &str = "ruff==0.14.*";
const PACKAGE_TESTS: [&str; 7] =
    ["pytest==9.*", "mypy==2.*", "pandas==3.*", "polars==2.*", "pyarrow==26.*", "duckdb==2.0.*", "setuptools<81"];
const MATURIN: &str = "maturin[zig]==1.16.*";

/// Interpreters and programs of the environments.
pub struct Environments {
    /// Python with Splink 4.0.17 and DuckDB 1.5.
    pub splink_4: PathBuf,
    /// Python with Splink 5.0.0 and DuckDB 2.0.
    pub splink_5: PathBuf,
    /// Python with openlinktoken 2.1.2.
    pub open_link_token_2_1: PathBuf,
    /// Python with openlinktoken 2.2.1.
    pub open_link_token_2_2: PathBuf,
    /// Python with clkhash 0.18.3.
    pub clkhash: PathBuf,
    /// The linter of Python files.
    pub ruff: PathBuf,
}

/// All environments; the error says why they cannot be had.
pub fn environments() -> Result<Environments, String> {
    Ok(Environments {
        splink_4: environment("splink4", &SPLINK_4)?.join("python"),
        splink_5: environment("splink5", &SPLINK_5)?.join("python"),
        open_link_token_2_1: environment("openlinktoken2.1", &[OPEN_LINK_TOKEN_2_1])?.join("python"),
        open_link_token_2_2: environment("openlinktoken2.2", &[OPEN_LINK_TOKEN_2_2])?.join("python"),
        clkhash: environment("clkhash", &[CLKHASH])?.join("python"),
        ruff: environment("lint", &[RUFF])?.join("ruff"),
    })
}

/// The programs of the environment that the Python package is tested in.
pub fn package_tests() -> Result<PathBuf, String> {
    environment("package", &PACKAGE_TESTS)
}

/// The programs that build wheels: maturin, and the compiler and linker that make them run on old systems.
pub fn wheel_builders() -> Result<PathBuf, String> {
    environment("wheel", &[MATURIN])
}

/// The programs of a new environment without packages.
pub fn fresh(name: &str) -> Result<PathBuf, String> {
    let folder = target().join("python").join(name);
    make(name, &folder, &[])?;
    Ok(folder.join("bin"))
}

/// Python with Splink 5 and what its side of the bench needs beside it.
pub fn bench() -> Result<PathBuf, String> {
    let packages = [SPLINK_5.as_slice(), &BENCH].concat();
    Ok(environment("bench", &packages)?.join("python"))
}

/// Python with Faker.
pub fn bench_generate() -> Result<PathBuf, String> {
    Ok(environment("bench-generate", &[FAKER])?.join("python"))
}

/// Python with openlinktoken and what its side of the bench needs beside it.
pub fn bench_tokens() -> Result<PathBuf, String> {
    Ok(environment("bench-tokens", &[OPEN_LINK_TOKEN_2_1, "numpy", "pyarrow"])?.join("python"))
}

/// The folder of programs of an environment that holds `packages`; made anew when it holds others.
pub fn environment(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let folder = target().join("python").join(name);
    let programs = folder.join("bin");
    let marker = folder.join("packages");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&marker).is_ok_and(|held| held == wanted) {
        return Ok(programs);
    }
    make(name, &folder, packages)?;
    std::fs::write(&marker, wanted).map_err(|error| format!("cannot write {}: {error}", marker.display()))?;
    Ok(programs)
}

fn make(name: &str, folder: &Path, packages: &[&str]) -> Result<(), String> {
    output(program("python3").arg("--version")).map_err(|_| "python3 is not here".to_owned())?;
    step(&format!("Python environment {name}"), program("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    if packages.is_empty() {
        return Ok(());
    }
    pip_install(&format!("packages {}", packages.join(" ")), &folder.join("bin"), packages)
}

/// Lets the pip of an environment install what it is told to.
pub fn pip_install(what: &str, programs: &Path, packages: &[&str]) -> Result<(), String> {
    let mut pip = program(programs.join("python"));
    step(what, pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages))
}
