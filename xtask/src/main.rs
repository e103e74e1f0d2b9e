//! The project's own chores: `cargo xtask test | bench | docs | tidy`.

mod bench;
mod codes;
mod docs;
mod install;
mod package;
mod process;
mod python;
mod spark;
mod test;
mod tidy;
mod wheel;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask COMMAND

  test [--quick]        formatting, lints, tidiness, documents, differential tests, then all tests of the workspace
                        (--quick leaves out the differential tests)
  bench linkage [ARGS]  one million people: this project and Splink side by side
  bench tokens [ARGS]   one million people: this project and openlinktoken side by side
  bench spark-tokens [ARGS]
                        one million people on Spark: this project and openlinktoken-pyspark side by side
  spark all|VERSION...  builds, then runs the tests of kintsu.spark on PySpark 3.4, 3.5, 4.0, 4.1, 4.2 and 4.3, or some of them
  bench python [ARGS]   one million people: the command and the Python package side by side
  bench overlap [ARGS]  two files of five million tokens compared
  bench generate [ARGS] one million made-up records: this project and Faker side by side
  bench difficulty [ARGS] how right exact keys and trained models are on made-up data
                        (benches print the goals that are missed, and fail when results are wrong)
  python                builds the extension module and runs types, tests and examples of the Python package
  install               installs the Python package into new environments with `pip install .` and `pip install -e .`, and follows
                        the README's quick start there
  wheel [TARGET]        builds the wheel of a release for manylinux_2_28 into target/wheels, looks into it, and tries it in a new
                        environment; for another processor (such as aarch64-unknown-linux-gnu) it is not tried
  docs [--check]        writes docs/reference; with --check only says whether it is current
  tidy                  layers, file lengths, words that do not belong";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => test::run(test::Extent::Everything),
        ["test", "--quick"] => test::run(test::Extent::Quick),
        ["bench", "linkage", rest @ ..] => bench::linkage(rest),
        ["bench", "tokens", rest @ ..] => bench::tokens(rest),
        ["bench", "spark-tokens", rest @ ..] => bench::spark_tokens(rest),
        ["spark", versions @ ..] if !versions.is_empty() => spark::test_versions(versions),
        ["bench", "python", rest @ ..] => bench::python(rest),
        ["bench", "overlap", rest @ ..] => bench::overlap(rest),
        ["python"] => package::build_and_test(),
        ["bench", "generate", rest @ ..] => bench::generate(rest),
        ["bench", "difficulty", rest @ ..] => bench::difficulty(rest),
        ["install"] => install::install(),
        ["wheel"] => wheel::make(wheel::THIS_MACHINE),
        ["wheel", target] => wheel::make(target),
        ["docs"] => docs::write(),
        ["docs", "--check"] => docs::check(),
        ["tidy"] => tidy::run(),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
