//! New secrets from the operating system's generator.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use zeroize::Zeroizing;

use super::{KeyError, Secret};
use crate::hash::base64;

/// What a new secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// A key for AES-256-GCM: 32 printable characters, which are 32 bytes, so that every profile and every implementation takes
    /// it. 192 of its 256 bits are random.
    Encryption,
    /// A hashing secret: 64 printable characters, 384 random bits.
    Hashing,
}

impl SecretKind {
    /// The number of random bytes; four characters stand for three.
    const fn random_bytes(self) -> usize {
        match self {
            Self::Encryption => 24,
            Self::Hashing => 48,
        }
    }
}

/// Fills a buffer from the operating system's generator.
///
/// # Errors
///
/// [`KeyError::Random`] when the operating system gives nothing.
pub fn random_bytes(buffer: &mut [u8]) -> Result<(), KeyError> {
    getrandom::fill(buffer).map_err(|error| KeyError::Random { reason: error.to_string() })
}

impl Secret {
    /// A new secret of printable characters (letters, digits, `-` and `_`).
    ///
    /// # Errors
    ///
    /// [`KeyError::Random`].
    pub fn random(kind: SecretKind) -> Result<Self, KeyError> {
        let mut random = Zeroizing::new(vec![0; kind.random_bytes()]);
        random_bytes(&mut random)?;
        Ok(Self::printable(&random))
    }

    /// The base64 text (alphabet of RFC 4648 section 5) of bytes whose number is a multiple of three.
    pub(crate) fn printable(bytes: &[u8]) -> Self {
        let mut text = Vec::with_capacity(base64::encoded_length(bytes.len()));
        base64::encode_url_safe(bytes, &mut text);
        Self::from_bytes(text)
    }
}

/// Makes a key file: a new secret and a final line end, readable and writable by its owner alone.
///
/// # Errors
///
/// [`KeyError::Exists`] for a file that is there already, [`KeyError::Create`] when it cannot be written (what was begun is
/// removed), [`KeyError::Random`].
pub fn new_secret(path: &Path, kind: SecretKind) -> Result<Secret, KeyError> {
    let secret = Secret::random(kind)?;
    let mut file = create_guarded(path)?;
    let written = file.write_all(secret.expose()).and_then(|()| file.write_all(b"\n")).and_then(|()| file.sync_all());
    written.map_err(|source| {
        let _ = std::fs::remove_file(path);
        KeyError::Create { path: path.to_owned(), source }
    })?;
    Ok(secret)
}

fn create_guarded(path: &Path) -> Result<File, KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
        _ => KeyError::Create { path: path.to_owned(), source },
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::secret::SecretSource;

    #[test]
    fn a_key_file_is_guarded_and_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        for (kind, length) in [(SecretKind::Encryption, 32), (SecretKind::Hashing, 64)] {
            let path = folder.path().join(format!("{kind:?}.key"));
            let made = new_secret(&path, kind).unwrap();
            let read = SecretSource::File(path.clone()).read().unwrap();
            assert_eq!(read.expose(), made.expose());
            assert_eq!(read.len(), length);
            assert!(read.expose().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte)));
            assert_eq!(read.weakness(), None);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
    }

    #[test]
    fn a_key_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "precious").unwrap();
        assert!(matches!(new_secret(&path, SecretKind::Hashing), Err(KeyError::Exists { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
        let missing = folder.path().join("no folder").join("key");
        assert!(matches!(new_secret(&missing, SecretKind::Hashing), Err(KeyError::Create { .. })));
    }

    #[test]
    fn two_secrets_differ() {
        let one = Secret::random(SecretKind::Encryption).unwrap();
        assert_ne!(one.expose(), Secret::random(SecretKind::Encryption).unwrap().expose());
    }
}
