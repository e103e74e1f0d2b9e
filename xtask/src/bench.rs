//! `cargo xtask bench`: side by side with the reference systems, one command each.

use crate::process::{cargo, program, root, step, target};
use crate::python;

/// One million people, deduplicated by this project and by Splink on DuckDB.
pub fn linkage(arguments: &[&str]) -> Result<(), String> {
    let script = root().join("bench/linkage/run.py");
    if !script.is_file() {
        return Err("bench/linkage/run.py is not here".to_owned());
    }
    step("build", cargo().args(["build", "--release", "--quiet", "--package", "kintsu"]))?;
    let interpreter = python::bench()?;
    step("bench linkage", program(interpreter).arg(script).arg("--kintsu").arg(target().join("release/kintsu")).args(arguments))
}
