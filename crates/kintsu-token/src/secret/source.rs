//! Where a secret is read from.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{KeyError, Secret};

/// The most bytes that a secret may have; a longer file is taken for a mistake.
pub const SECRET_BYTES_MAX: usize = 64 * 1024;

/// Where a secret is read from. Printing a source says the place and never the secret.
///
/// **Line ends.** Editors and `echo` end a line where none is meant, so one final line end, `\n` or `\r\n`, of a file or of
/// standard input is not part of the secret. All else is, white space included; and bytes that are not UTF-8 text are a binary
/// key and taken as they are. Environment variables and arguments are taken as they are too.
pub enum SecretSource {
    /// A file.
    File(PathBuf),
    /// An environment variable, by name.
    Environment(String),
    /// All of standard input.
    StandardInput,
    /// An argument of the command, by its flag, which others see and whose content the caller has.
    Argument(String, Secret),
}

impl SecretSource {
    /// Reads the secret; standard input gives it once.
    ///
    /// # Errors
    ///
    /// [`KeyError::ReadFile`], [`KeyError::ReadStandardInput`], [`KeyError::NoVariable`], [`KeyError::Empty`] or
    /// [`KeyError::TooLong`].
    pub fn read(&self) -> Result<Secret, KeyError> {
        let secret = match self {
            Self::File(path) => read_file(path)?,
            Self::Environment(name) => read_variable(name)?,
            Self::StandardInput => {
                read_limited(std::io::stdin().lock()).map_err(|source| KeyError::ReadStandardInput { source })?
            }
            Self::Argument(_, secret) => Secret::from_bytes(secret.expose()),
        };
        match secret.len() {
            0 => Err(KeyError::Empty { place: self.to_string() }),
            length if length > SECRET_BYTES_MAX => Err(KeyError::TooLong { place: self.to_string() }),
            _ => Ok(secret),
        }
    }

    /// Whether the secret stands in a file that others than its owner may read or change. Unix alone tells.
    pub fn is_open_to_others(&self) -> bool {
        self.file().is_some_and(is_open_to_others)
    }

    /// The file, when the secret stands in one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "the file `{}`", path.display()),
            Self::Environment(name) => write!(formatter, "the environment variable `{name}`"),
            Self::StandardInput => formatter.write_str("standard input"),
            Self::Argument(flag, _) => write!(formatter, "the argument `{flag}`"),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

fn read_file(path: &Path) -> Result<Secret, KeyError> {
    File::open(path).and_then(read_limited).map_err(|source| KeyError::ReadFile { path: path.to_owned(), source })
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    // A pipe or a device, such as a shell's `<(...)`, is gone after the run.
    std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

fn read_variable(name: &str) -> Result<Secret, KeyError> {
    let value = std::env::var_os(name).ok_or_else(|| KeyError::NoVariable { name: name.to_owned() })?;
    Ok(Secret::from_bytes(value.into_encoded_bytes()))
}

/// Reads at most one byte more than a secret may have, into a buffer that never moves and so leaves no copies behind.
fn read_limited(mut input: impl Read) -> std::io::Result<Secret> {
    let mut content = Zeroizing::new(vec![0; SECRET_BYTES_MAX + 3]);
    let mut length = 0;
    while length < content.len() {
        match input.read(&mut content[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Secret::from_bytes(without_line_end(&content[..length])))
}

fn without_line_end(content: &[u8]) -> &[u8] {
    match std::str::from_utf8(content) {
        Ok(text) => text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text).as_bytes(),
        Err(_) => content,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn from_file(content: &[u8]) -> Result<Secret, KeyError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, content).unwrap();
        SecretSource::File(path).read()
    }

    #[test]
    fn one_final_line_end_of_a_file_is_not_part_of_the_secret() {
        for (content, secret) in [
            (&b"abc"[..], &b"abc"[..]),
            (b"abc\n", b"abc"),
            (b"abc\r\n", b"abc"),
            (b"abc\n\n", b"abc\n"),
            (b"abc\r", b"abc\r"),
            (b" abc \n", b" abc "),
            (b"a\nb", b"a\nb"),
            (b"\xff\xfe\n", b"\xff\xfe\n"),
        ] {
            assert_eq!(from_file(content).unwrap().expose(), secret);
        }
    }

    #[cfg(unix)]
    #[test]
    fn files_that_others_may_read_are_told() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "content").unwrap();
        for (mode, open) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o620, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(SecretSource::File(path.clone()).is_open_to_others(), open, "{mode:o}");
        }
        assert!(!SecretSource::File(folder.path().to_owned()).is_open_to_others());
        assert!(!SecretSource::StandardInput.is_open_to_others());
    }

    #[test]
    fn arguments_and_variables_are_taken_as_they_are() {
        let given = SecretSource::Argument("-h".to_owned(), Secret::from_bytes(*b"abc\n"));
        assert_eq!(given.read().unwrap().expose(), b"abc\n");
        let path = std::env::var_os("PATH").unwrap();
        assert_eq!(SecretSource::Environment("PATH".to_owned()).read().unwrap().expose(), path.as_encoded_bytes());
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert!(matches!(from_file(b""), Err(KeyError::Empty { .. })));
        assert!(matches!(from_file(b"\n"), Err(KeyError::Empty { .. })));
        assert!(from_file(&vec![b'x'; SECRET_BYTES_MAX]).is_ok());
        assert!(matches!(from_file(&vec![b'x'; SECRET_BYTES_MAX + 1]), Err(KeyError::TooLong { .. })));
        assert!(matches!(from_file(&vec![b'x'; SECRET_BYTES_MAX + 9]), Err(KeyError::TooLong { .. })));
        assert!(matches!(SecretSource::File("no such file".into()).read(), Err(KeyError::ReadFile { .. })));
        let unset = SecretSource::Environment("KINTSU_TEST_UNSET_VARIABLE".to_owned());
        assert!(matches!(unset.read(), Err(KeyError::NoVariable { .. })));
    }

    #[test]
    fn a_source_does_not_print_what_it_holds() {
        let source = SecretSource::Argument("-h".to_owned(), Secret::from_bytes(*b"canary"));
        assert_eq!(format!("{source} {source:?}"), "the argument `-h` the argument `-h`");
    }
}
