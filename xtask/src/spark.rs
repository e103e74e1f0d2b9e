//! Tests and measurements of `kintsu.spark` against real Spark, an environment for each version of PySpark.

use std::path::PathBuf;

use crate::package;
use crate::process::{cargo, output, program, root, step};
use crate::python::environment;

/// The versions of PySpark that can be tested, and the packages of each.
const VERSIONS: [(&str, &[&str]); 6] = [
    ("3.5", &["pyspark==3.5.*", "setuptools<81"]),
    ("4.1", &["pyspark[connect]==4.1.*"]),
    ("4.3", &["pyspark[connect]==4.3.*"]),
    ("3.4", &["pyspark==3.4.*", "setuptools<81"]),
    ("4.0", &["pyspark[connect]==4.0.*"]),
    ("4.2", &["pyspark[connect]==4.2.*"]),
];
/// So many of them, the first ones, are tested always.
const TESTED_ALWAYS: usize = 2;
const BESIDE: [&str; 3] = ["pytest==9.*", "pandas==3.*", "pyarrow==26.*"];
/// The bridge that this one replaces.
const PEER: &str = "openlinktoken-pyspark==2.1.2";

/// Runs the tests on the versions that are tested always. The extension module must stand in the package.
pub fn test() -> Result<(), String> {
    let versions: Vec<&str> = VERSIONS.iter().take(TESTED_ALWAYS).map(|(version, _)| *version).collect();
    test_each(&versions)
}

/// Builds, then runs the tests on the versions that are named, or on every one there is for `all`.
pub fn test_versions(versions: &[&str]) -> Result<(), String> {
    step("build", cargo().args(["build", "--release", "--quiet", "--workspace"]))?;
    package::put_extension_module()?;
    let versions = if versions == ["all"] { known() } else { versions.to_vec() };
    test_each(&versions)
}

/// A process for each version: one JVM serves all its tests. The others are tested when one fails.
fn test_each(versions: &[&str]) -> Result<(), String> {
    if output(program("java").arg("-version")).is_err() {
        return match std::env::var_os("CI") {
            Some(_) => Err("the tests of Spark need Java 17".to_owned()),
            None => {
                eprintln!("skipped: tests of Spark (java is not here)");
                Ok(())
            }
        };
    }
    let mut failed = Vec::new();
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
        let mut tests = program(&python);
        tests.args(arguments).env("PYTHONPATH", root().join("python")).env("PYSPARK_PYTHON", &python);
        failed.extend(step(&format!("tests on PySpark {version}"), &mut tests).err());
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

fn known() -> Vec<&'static str> {
    VERSIONS.iter().map(|(version, _)| *version).collect()
}

/// Python with PySpark 3.5 and the bridge that this one replaces.
pub fn bench() -> Result<PathBuf, String> {
    interpreter("3.5", &[PEER, "numpy"])
}

fn interpreter(version: &str, more: &[&str]) -> Result<PathBuf, String> {
    let Some((_, packages)) = VERSIONS.iter().find(|(known, _)| *known == version) else {
        return Err(format!("PySpark {version} is not tested; the versions are {}", known().join(", ")));
    };
    let name = if more.is_empty() { format!("spark{version}") } else { format!("bench-spark{version}") };
    let packages = [packages, BESIDE.as_slice(), more].concat();
    Ok(environment(&name, &packages)?.join("python"))
}
