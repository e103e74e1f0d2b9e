//! `cargo xtask bench`: side by side with the reference systems, one command each.
//!
//! A bench fails when results are wrong. Goals that are missed are printed and fail nothing: figures depend on the machine and on
//! what else it does.

use std::path::PathBuf;

use crate::process::{cargo, program, step, target};
use crate::{package, python, spark};

/// One million people, deduplicated by this project and by Splink on DuckDB.
pub fn linkage(arguments: &[&str]) -> Result<(), String> {
    run("linkage", "run", python::bench, arguments)
}

/// One million people, made into tokens by this project and by openlinktoken.
pub fn tokens(arguments: &[&str]) -> Result<(), String> {
    run("tokens", "run", python::bench_tokens, arguments)
}

/// One million people, deduplicated by the command and by the Python package.
pub fn python(arguments: &[&str]) -> Result<(), String> {
    step("build", cargo().args(["build", "--release", "--quiet", "--workspace"]))?;
    package::put_extension_module()?;
    run("python", "run", python::bench, arguments)
}

/// Two files of five million tokens each, compared; the pairs are held to those of a join in DuckDB.
pub fn overlap(arguments: &[&str]) -> Result<(), String> {
    run("overlap", "run", python::bench, arguments)
}

/// One million people, made into tokens on Spark by this project and by openlinktoken-pyspark.
pub fn spark_tokens(arguments: &[&str]) -> Result<(), String> {
    step("build", cargo().args(["build", "--release", "--quiet", "--workspace"]))?;
    package::put_extension_module()?;
    run("spark_tokens", "run", spark::bench, arguments)
}

/// One million made-up records of each kind, beside what Faker makes.
pub fn generate(arguments: &[&str]) -> Result<(), String> {
    run("generate", "run", python::bench_generate, arguments)
}

/// How hard made-up data are: exact keys and trained models held against the truth.
pub fn difficulty(arguments: &[&str]) -> Result<(), String> {
    run("generate", "difficulty", python::bench, arguments)
}

fn run(name: &str, script: &str, interpreter: fn() -> Result<PathBuf, String>, arguments: &[&str]) -> Result<(), String> {
    step("build", cargo().args(["build", "--release", "--quiet", "--workspace"]))?;
    let interpreter = interpreter()?;
    let kintsu = target().join("release/kintsu");
    step(
        &format!("bench {name} {script}"),
        program(interpreter).args(["-m", &format!("bench.{name}.{script}")]).arg("--kintsu").arg(kintsu).args(arguments),
    )
}
