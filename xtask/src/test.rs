//! `cargo xtask test`: everything that must hold before a change is taken, all of it built in one target directory.

use std::ffi::OsString;

use crate::process::{cargo, program, root, step, target};
use crate::{docs, python, tidy};

/// How much is tested.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Everything,
    /// All but what needs Python packages.
    Quick,
}

/// Runs the tests; the cheapest come first, cargo's own come last so that its verdict is the last line.
pub fn run(extent: Extent) -> Result<(), String> {
    step("formatting", cargo().args(["fmt", "--all", "--check"]))?;
    tidy::run()?;
    step("lints", cargo().args(["clippy", "--release", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    step("build", cargo().args(["build", "--release", "--quiet", "--workspace", "--bins"]))?;
    docs::check()?;
    let mut tests = cargo();
    tests.args(["test", "--release", "--quiet", "--workspace", "--no-fail-fast"]);
    if extent == Extent::Everything {
        if let Some(answers) = differential()? {
            tests.env("KINTSU_DIFFERENTIAL", answers);
        }
    } else {
        eprintln!("skipped: differential tests (--quick)");
    }
    if !root().join("../shared").is_dir() && std::env::var_os("KINTSU_SHARED").is_none() {
        eprintln!("skipped: tests on golden data (../shared is not here)");
    }
    step("tests", &mut tests)
}

/// The scripts that compare this project with Splink 4, Splink 5 and DuckDB.
const SCRIPTS: [(&str, &str); 2] =
    [("jobs.py", "whole jobs on random tables"), ("load_saved.py", "both Splinks load the models saved here")];

/// Lints the Python files, runs the scripts, and gives the folders of DuckDB's answers for the tests of conditions.
///
/// Without the Python environments there is nothing to compare with, which fails in continuous integration.
fn differential() -> Result<Option<OsString>, String> {
    let environments = match python::environments() {
        Ok(environments) => environments,
        Err(reason) if std::env::var_os("CI").is_none() => {
            eprintln!("skipped: differential tests ({reason})");
            return Ok(None);
        }
        Err(reason) => return Err(reason),
    };
    step("lints of Python files", program(&environments.ruff).args(["check", "--quiet", "."]))?;
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
    let mut folders = Vec::new();
    for (name, python) in [("splink4", &environments.splink_4), ("splink5", &environments.splink_5)] {
        let folder = target().join("differential").join(name);
        std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let script = root().join("tests/differential/emit_conditions.py");
        step(&format!("DuckDB's answers to the conditions of {name}"), program(python).arg(script).arg(&folder))?;
        folders.push(folder);
    }
    std::env::join_paths(folders).map(Some).map_err(|error| error.to_string())
}
