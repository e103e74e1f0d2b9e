//! Installations as a user makes them: by pip alone, into environments that hold nothing else.

use std::path::Path;

use crate::process::{output, program, root, step};
use crate::python;

/// Installs the package with `pip install .` and with `pip install -e .`, and uses both as a newcomer would.
///
/// Cargo builds the bindings to Python anew for each, and again when it is next called itself, because the interpreter is another one;
/// so this comes last.
pub fn install() -> Result<(), String> {
    let programs = python::fresh("installation")?;
    python::pip_install("installation of the Python package", &programs, &["."])?;
    try_out(&programs)?;
    let editable = python::fresh("editable-installation")?;
    python::pip_install("editable installation of the Python package", &editable, &["--editable", "."])?;
    let place = output(program(editable.join("python")).args(["-c", "import kintsu; print(kintsu.__file__)"]))?;
    if !Path::new(place.trim()).starts_with(root().join("python/kintsu")) {
        return Err(format!("the editable installation takes the package from {}", place.trim()));
    }
    try_out(&editable)
}

/// Uses what is installed in an environment: the command's version, its demo, and the README's quick start.
pub fn try_out(programs: &Path) -> Result<(), String> {
    let version = output(program(programs.join("kintsu")).arg("--version"))?;
    if version.trim() != format!("kintsu {}", env!("CARGO_PKG_VERSION")) {
        return Err(format!("the installed command calls itself `{}`", version.trim()));
    }
    let folder = programs.with_file_name("demo");
    step("demo of the installed command", program(programs.join("kintsu")).arg("demo").arg("-o").arg(folder))?;
    step("quick start of the README", program(programs.join("python")).arg("python/tests/run_readme.py"))
}
