//! The wheel of a release: one file for every Linux that is not too old, built by zig, whose linker knows the symbols of each glibc.
//!
//! Programs remember where their sources stood, for the messages of panics. A release says nothing of the machine that built it, so
//! these paths are shortened, and the finished wheel is searched for what must not be in it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::install::try_out;
use crate::process::{cargo, output, program, root, step, target};
use crate::python;

/// The target of this machine.
pub const THIS_MACHINE: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" };

/// What the wheel runs on: every Linux with glibc 2.28 or newer.
const COMPATIBILITY: &str = "manylinux_2_28";
const GLIBC_MINOR_MAX: u32 = 28;

/// Builds the wheel for a target, looks into it, and uses it where it can run.
///
/// # Errors
/// When a step fails, and when the wheel holds what it must not.
pub fn make(target: &str) -> Result<(), String> {
    let wheel = build(target)?;
    let unpacked = unpack(&wheel)?;
    look_into(&wheel, &unpacked)?;
    if target == THIS_MACHINE { use_it(&wheel, &unpacked) } else { Ok(()) }
}

fn build(triple: &str) -> Result<PathBuf, String> {
    let builders = python::wheel_builders()?;
    step("sources of what it depends on", cargo().args(["fetch", "--locked", "--target", triple]))?;
    let folder = target().join("wheels");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(builders.clone()).chain(std::env::split_paths(&path)));
    let mut maturin = program(builders.join("maturin"));
    maturin.args(["build", "--locked", "--release", "--zig", "--compatibility", COMPATIBILITY, "--target", triple, "--out"]);
    maturin.arg(&folder).env("PATH", path.map_err(|error| error.to_string())?);
    step(&format!("wheel for {COMPATIBILITY}"), maturin.env("CARGO_ENCODED_RUSTFLAGS", flags()?))?;
    let processor = triple.split('-').next().unwrap_or_default();
    Ok(folder.join(format!("kintsu-{}-cp310-abi3-{COMPATIBILITY}_{processor}.whl", env!("CARGO_PKG_VERSION"))))
}

/// The compiler's flags that shorten paths. Of several that fit a path, it takes the last.
fn flags() -> Result<OsString, String> {
    let mut flags = Vec::new();
    for (place, name) in places()? {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(place);
        flag.push("=");
        flag.push(name);
        flags.push(flag);
    }
    Ok(flags.join(OsStr::new("\u{1f}")))
}

/// Where sources stand on this machine, and what they are called instead, the more special places last.
fn places() -> Result<Vec<(PathBuf, &'static str)>, String> {
    let mut places = vec![(toolchain()?, "rust"), (root(), "kintsu"), (target(), "target")];
    places.extend(registries()?.into_iter().map(|registry| (registry, "registry")));
    Ok(places)
}

fn toolchain() -> Result<PathBuf, String> {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Ok(PathBuf::from(output(program(compiler).args(["--print", "sysroot"]))?.trim()))
}

/// The folders of packages' sources. They are named for the hosts that the packages came from.
fn registries() -> Result<Vec<PathBuf>, String> {
    let folder = cargo_home()?.join("registry/src");
    let failed = |error: std::io::Error| format!("cannot list {}: {error}", folder.display());
    let mut registries = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        registries.push(entry.map_err(failed)?.path());
    }
    registries.sort();
    Ok(registries)
}

fn cargo_home() -> Result<PathBuf, String> {
    let home = || std::env::home_dir().map(|home| home.join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home).ok_or_else(|| "there is no home directory".to_owned())
}

fn unpack(wheel: &Path) -> Result<PathBuf, String> {
    let folder = target().join("wheels/unpacked");
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(format!("cannot empty {}: {error}", folder.display()));
        }
        _ => {}
    }
    let mut unzip = program("python3");
    output(unzip.args(["-m", "zipfile", "--extract"]).arg(wheel).arg(&folder))?;
    Ok(folder)
}

/// Holds the files of a wheel against what they must not hold, and says how large they are and what they need.
fn look_into(wheel: &Path, unpacked: &Path) -> Result<(), String> {
    let unwanted = unwanted()?;
    let mut found = Vec::new();
    let mut glibc_minor = 0;
    let mut bytes_total = 0;
    for path in files(unpacked)? {
        let content = std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        bytes_total += content.len();
        let held = unwanted.iter().filter(|text| holds(&content, text.as_bytes()));
        found.extend(held.map(|text| format!("{}: holds `{text}`", path.display())));
        if path.extension().is_some_and(|ending| ending == "so") {
            glibc_minor = glibc_minor.max(newest_glibc_minor(&content));
        }
    }
    if glibc_minor > GLIBC_MINOR_MAX {
        found.push(format!("needs glibc 2.{glibc_minor}"));
    }
    if !found.is_empty() {
        return Err(format!("{}:\n  {}", wheel.display(), found.join("\n  ")));
    }
    let packed = std::fs::metadata(wheel).map_err(|error| format!("cannot read {}: {error}", wheel.display()))?.len();
    let megabytes = |bytes: f64| bytes / 1e6;
    let (packed, unpacked) = (megabytes(packed as f64), megabytes(bytes_total as f64));
    eprintln!("{}: {packed:.1} MB, {unpacked:.1} MB unpacked, needs glibc 2.{glibc_minor}", wheel.display());
    Ok(())
}

/// Paths of this machine, and the hosts of registries.
fn unwanted() -> Result<Vec<String>, String> {
    let mut paths: Vec<PathBuf> = places()?.into_iter().map(|(place, _)| place).collect();
    paths.push(cargo_home()?);
    paths.extend(std::env::home_dir().map(|home| home.join("")));
    let mut unwanted: Vec<String> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    for registry in registries()? {
        let name = registry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The name ends with a digest.
        unwanted.extend(name.rsplit_once('-').map(|(host, _)| host.to_owned()));
    }
    unwanted.retain(|text| text.len() > 1);
    Ok(unwanted)
}

/// All files below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("cannot list {}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn holds(content: &[u8], text: &[u8]) -> bool {
    content.windows(text.len()).any(|window| window == text)
}

/// The second number of the newest version of glibc whose symbols a library names: 17 for `GLIBC_2.17`.
fn newest_glibc_minor(library: &[u8]) -> u32 {
    let name = b"GLIBC_2.";
    let versions = library.windows(name.len()).enumerate().filter(|(_, window)| window == name);
    let minor = |(at, _): (usize, &[u8])| {
        let digits = library[at + name.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(0_u32, |minor, digit| minor.saturating_mul(10).saturating_add(u32::from(digit - b'0')))
    };
    versions.map(minor).max().unwrap_or(0)
}

/// Installs the wheel into an environment of its own, and runs the package's tests on what it holds.
fn use_it(wheel: &Path, unpacked: &Path) -> Result<(), String> {
    let programs = python::fresh("wheel-installation")?;
    let name = wheel.to_string_lossy();
    python::pip_install("installation of the wheel", &programs, &["--no-index", &name])?;
    try_out(&programs)?;
    let mut tests = program(python::package_tests()?.join("python"));
    tests.args(["-m", "pytest", "--quiet", "python/tests", "--ignore=python/tests/spark"]).env("PYTHONPATH", unpacked);
    step("tests of the Python package on the wheel", &mut tests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_is_the_highest_number() {
        assert_eq!(newest_glibc_minor(b"\0GLIBC_2.9\0GLIBC_2.28\0GLIBC_2.2.5\0GLIBC_PRIVATE\0"), 28);
        assert_eq!(newest_glibc_minor(b"GLIBC_2"), 0);
    }

    #[test]
    fn a_text_is_found_wherever_it_stands() {
        assert!(holds(b"abc", b"bc") && holds(b"abc", b"a") && !holds(b"abc", b"cd"));
    }
}
