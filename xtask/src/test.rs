//! `cargo xtask test`: everything that must hold before a change is taken, all of it built in one target directory.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::process::{cargo, output, program, root, step, target};
use crate::{docs, install, package, python, spark, tidy};

/// How much is tested.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Everything,
    /// All but what needs Python packages.
    Quick,
}

/// Runs the tests, the cheapest first.
pub fn run(extent: Extent) -> Result<(), String> {
    step("formatting", cargo().args(["fmt", "--all", "--check"]))?;
    tidy::run()?;
    step("lints", cargo().args(["clippy", "--release", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    step("build", cargo().args(["build", "--release", "--quiet", "--workspace"]))?;
    docs::check()?;
    let mut tests = cargo();
    tests.args(["test", "--release", "--quiet", "--workspace", "--no-fail-fast"]);
    if extent == Extent::Everything {
        if let Some(answers) = differential()? {
            package::test()?;
            spark::test()?;
            tests.env("KINTSU_DIFFERENTIAL", answers.conditions).env("KINTSU_DIFFERENTIAL_TOKENS", answers.tokens);
            tests.env("KINTSU_DIFFERENTIAL_CLKS", answers.clks);
        }
    } else {
        eprintln!("skipped: differential tests (--quick)");
    }
    if !root().join("../shared").is_dir() && std::env::var_os("KINTSU_SHARED").is_none() {
        eprintln!("skipped: tests on golden data (../shared is not here)");
    }
    step("tests", &mut tests)?;
    if extent == Extent::Everything && std::env::var_os("CI").is_some() { install::install() } else { Ok(()) }
}

/// The scripts that compare this project with Splink 4, Splink 5 and DuckDB.
const SCRIPTS: [(&str, &str); 2] =
    [("jobs.py", "whole jobs on random tables"), ("load_saved.py", "both Splinks load the models saved here")];

/// Folders with the answers of reference systems, listed as `PATH` lists folders.
struct Answers {
    /// DuckDB's to conditions.
    conditions: OsString,
    /// openlinktoken's to attributes, expressions and records.
    tokens: OsString,
    /// clkhash's CLKs of rows.
    clks: OsString,
}

/// Lints the Python files, runs the scripts, and gives the folders of answers that tests in Rust compare with.
///
/// Without the Python environments there is nothing to compare with, which fails in continuous integration.
fn differential() -> Result<Option<Answers>, String> {
    let environments = match python::environments() {
        Ok(environments) => environments,
        Err(reason) if std::env::var_os("CI").is_none() => {
            eprintln!("skipped: differential tests ({reason})");
            return Ok(None);
        }
        Err(reason) => return Err(reason),
    };
    step("lints of Python files", program(&environments.ruff).args(["check", "--quiet", "."]))?;
    step("format of the Python package", program(&environments.ruff).args(["format", "--quiet", "--check", "python"]))?;
    let binary = target().join("release/kintsu");
    for (script, what) in SCRIPTS {
        step(
            &format!("differential tests: {what}"),
            program(&environments.splink_5)
                .arg(root().join("tests/differential").join(script))
                .arg("--kintsu")
                .arg(&binary)
                .arg("--splink4")
                .arg(&environments.splink_4)
                .arg("--splink5")
                .arg(&environments.splink_5),
        )?;
    }
    let splinks = [("splink4", &environments.splink_4), ("splink5", &environments.splink_5)];
    package::compare_with_splink(&environments)?;
    let conditions = emit("emit_conditions.py", "DuckDB's answers to the conditions", &splinks, &[])?;
    let packages =
        [("openlinktoken2.1", &environments.open_link_token_2_1), ("openlinktoken2.2", &environments.open_link_token_2_2)];
    let shared = std::env::var_os("KINTSU_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let vectors = shared.join("vectors/opentoken");
    let tokens = emit("emit_tokens.py", "the tokens", &packages, &["--vectors".as_ref(), vectors.as_os_str()])?;
    let clks = emit("emit_clks.py", "the CLKs", &[("clkhash", &environments.clkhash)], &[])?;
    Ok(Some(Answers { conditions, tokens: with_java(tokens)?, clks }))
}

/// Lets a script write the answers of each environment into a folder of its own, and lists the folders.
fn emit(script: &str, what: &str, pythons: &[(&str, &PathBuf)], options: &[&OsStr]) -> Result<OsString, String> {
    let mut folders = Vec::new();
    for (name, python) in pythons {
        let folder = target().join("differential").join(name);
        std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let script = root().join("tests/differential").join(script);
        step(&format!("{what} of {name}"), program(python).arg(script).arg(&folder).args(options))?;
        folders.push(folder);
    }
    std::env::join_paths(folders).map_err(|error| error.to_string())
}

/// Adds what Java 17 makes of patterns and floats, where it is here.
fn with_java(folders: OsString) -> Result<OsString, String> {
    let found = output(program("java").arg("--version")).is_ok_and(|version| version.contains(" 17."));
    if !found {
        eprintln!("skipped: differential tests against Java (java 17 is not here)");
        return Ok(folders);
    }
    let folder = target().join("differential").join("java17");
    let script = root().join("tests/differential/EmitPatterns.java");
    step("the patterns and floats of Java", program("java").arg(script).arg(&folder))?;
    std::env::join_paths(std::env::split_paths(&folders).chain([folder])).map_err(|error| error.to_string())
}
