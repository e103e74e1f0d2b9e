//! Tests and measurements of `kintsu.spark` against real Spark, an environment for each version of PySpark.

use std::path::PathBuf;

use crate::process::{output, program, root, step};
use crate::python::environment;

/// The versions of PySpark that can be tested, and the packages of each.
const VERSIONS: [(&str, &[&str]); 4] = [
    ("3.5", &["pyspark==3.5.*", "setuptools<81"]),
    ("4.1", &["pyspark[connect]==4.1.*"]),
    ("4.3", &["pyspark[connect]==4.3.*"]),
    ("3.4", &["pyspark==3.4.*", "setuptools<81"]),
];
/// So many of them, the first ones, are tested always.
const TESTED_ALWAYS: usize = 2;
const BESIDE: [&str; 3] = ["pytest==9.*", "pandas==3.*", "pyarrow==26.*"];
/// The bridge that this one replaces.
const PEER: &str = "openlinktoken-pyspark==2.1.2";

/// Runs the tests on the versions that are tested always. The extension module must stand in the package.
pub fn test() -> Result<(), String> {
    let versions: Vec<&str> = VERSIONS.iter().take(TESTED_ALWAYS).map(|(version, _)| *version).collect();
    test_versions(&versions)
}

/// Runs the tests on some versions, in a process for each: one JVM serves all tests of a version.
pub fn test_versions(versions: &[&str]) -> Result<(), String> {
    if output(program("java").arg("-version")).is_err() {
        return match std::env::var_os("CI") {
            Some(_) => Err("the tests of Spark need Java 17".to_owned()),
            None => {
                eprintln!("skipped: tests of Spark (java is not here)");
                Ok(())
            }
        };
    }
    for version in versions {
        let python = interpreter(version, &[])?;
        // PySpark itself warns of what it uses; the package's own warnings are looked at where they belong.
        let arguments = [
            "-m",
            "pytest",
            "--quiet",
            "-rs",
            "--override-ini=filterwarnings=",
            "--tb=short",
            "--import-mode=prepend",
            "python/tests/spark",
        ];
        step(
            &format!("tests on PySpark {version}"),
            program(&python).args(arguments).env("PYTHONPATH", root().join("python")).env("PYSPARK_PYTHON", &python),
        )?;
    }
    Ok(())
}

/// Python with PySpark 3.5 and the bridge that this one replaces.
pub fn bench() -> Result<PathBuf, String> {
    interpreter("3.5", &[PEER, "numpy"])
}

fn interpreter(version: &str, more: &[&str]) -> Result<PathBuf, String> {
    let known: Vec<&str> = VERSIONS.iter().map(|(known, _)| *known).collect();
    let Some((_, packages)) = VERSIONS.iter().find(|(known, _)| *known == version) else {
        return Err(format!("PySpark {version} is not tested; the versions are {}", known.join(", ")));
    };
    let name = if more.is_empty() { format!("spark{version}") } else { format!("bench-spark{version}") };
    let packages = [packages, BESIDE.as_slice(), more].concat();
    Ok(environment(&name, &packages)?.join("python"))
}
