//! The ledger beside a key file: how often the key has been used, over all runs and processes.
//!
//! Every encryption with AES-GCM takes a random initialisation vector of 96 bits, and two equal ones under one key give the key's
//! protection away; up to 2^32 uses that stays less likely than 2^-32 (NIST SP 800-38D, section 8.3).
//!
//! A ledger is a text file: a line that names the key by a salted fingerprint, then lines of one total each, of which the last
//! counts. A line that a crash cut short is ignored, for its uses had not begun. All is done under a lock of the file.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{KeyError, Secret, random_bytes};
use crate::hash::hex;

/// The most uses of one key, 2^32.
pub const KEY_USES_MAX: u64 = 1 << 32;

const TITLE: &str = "kintsu key uses 1 ";
/// The title, 16 digits of salt, a blank, 16 digits of the fingerprint, a line end.
const HEADER_BYTES: usize = TITLE.len() + 16 + 1 + 16 + 1;
/// 20 digits and a line end.
const LINE_BYTES: usize = 21;

/// Counts the uses of the key in a file; safe among processes.
pub struct KeyLedger {
    key_file: PathBuf,
    path: PathBuf,
    file: File,
}

impl KeyLedger {
    /// Opens the ledger of a key, and makes it if there is none: `FILE.uses` beside the key file `FILE`. A key that is
    /// [derived](crate::PartnerKey) from the file's secret has its own, `FILE.KEY_ID.uses`.
    ///
    /// # Errors
    ///
    /// [`KeyError::Ledger`] when the file cannot be read and written, [`KeyError::LedgerDamaged`] when it is no ledger,
    /// [`KeyError::LedgerOfOtherKey`] when the key file has got another key since.
    pub fn beside(key_file: &Path, key_id: Option<&str>, key: &Secret) -> Result<Self, KeyError> {
        let mut name = key_file.as_os_str().to_owned();
        if let Some(id) = key_id {
            name.push(".");
            name.push(id);
        }
        name.push(".uses");
        let path = PathBuf::from(name);
        let file = open_guarded(&path).map_err(|source| KeyError::Ledger { path: path.clone(), source })?;
        let ledger = Self { key_file: key_file.to_owned(), path, file };
        ledger.locked(|ledger| ledger.begin(key))?;
        Ok(ledger)
    }

    /// Counts `wanted` uses, or fewer but at least `needed` where the limit is near, and returns how many. They count whether or
    /// not they come about, unless they are [given back](Self::give_back).
    ///
    /// # Errors
    ///
    /// [`KeyError::Exhausted`] when `needed` uses would pass [`KEY_USES_MAX`]; nothing is counted then.
    pub fn reserve(&self, needed: u64, wanted: u64) -> Result<u64, KeyError> {
        self.locked(|ledger| {
            let used = ledger.last_total()?;
            let left = KEY_USES_MAX.saturating_sub(used);
            if needed > left {
                let place = format!("the file `{}`", ledger.key_file.display());
                return Err(KeyError::Exhausted { place, used, wanted: needed });
            }
            let granted = wanted.max(needed).min(left);
            ledger.append(used + granted)?;
            Ok(granted)
        })
    }

    /// Takes back uses that were reserved and did not come about.
    ///
    /// # Errors
    ///
    /// [`KeyError::Ledger`]; the uses stay counted then.
    pub fn give_back(&self, unused: u64) -> Result<(), KeyError> {
        if unused == 0 {
            return Ok(());
        }
        self.locked(|ledger| {
            let used = ledger.last_total()?;
            ledger.append(used.saturating_sub(unused))
        })
    }

    /// The uses that are counted, those of other processes included.
    ///
    /// # Errors
    ///
    /// [`KeyError::Ledger`] or [`KeyError::LedgerDamaged`].
    pub fn uses(&self) -> Result<u64, KeyError> {
        self.locked(Self::last_total)
    }

    fn locked<T>(&self, act: impl FnOnce(&Self) -> Result<T, KeyError>) -> Result<T, KeyError> {
        self.file.lock().map_err(|source| self.failed(source))?;
        let result = act(self);
        self.file.unlock().map_err(|source| self.failed(source))?;
        result
    }

    fn failed(&self, source: std::io::Error) -> KeyError {
        KeyError::Ledger { path: self.path.clone(), source }
    }

    fn damaged(&self) -> KeyError {
        KeyError::LedgerDamaged { path: self.path.clone() }
    }

    fn length(&self) -> Result<usize, KeyError> {
        self.file.metadata().map(|metadata| metadata.len() as usize).map_err(|source| self.failed(source))
    }

    /// Writes the header of a new ledger, or checks that of an old one.
    fn begin(&self, key: &Secret) -> Result<(), KeyError> {
        if self.length()? == 0 {
            let mut salt = [0; 8];
            random_bytes(&mut salt)?;
            let salt = hex::text(&salt);
            return self.write_at(0, &format!("{TITLE}{salt} {}\n", key.fingerprint(salt.as_bytes())));
        }
        let header = self.read_at::<HEADER_BYTES>(0)?;
        let named = header.strip_prefix(TITLE).and_then(|rest| rest.strip_suffix('\n')).and_then(|rest| rest.split_once(' '));
        let (salt, fingerprint) = named.ok_or_else(|| self.damaged())?;
        if key.fingerprint(salt.as_bytes()) == fingerprint {
            self.last_total().map(|_| ())
        } else {
            Err(KeyError::LedgerOfOtherKey { path: self.path.clone() })
        }
    }

    /// The number of whole lines of totals.
    fn lines(&self) -> Result<usize, KeyError> {
        let length = self.length()?;
        length.checked_sub(HEADER_BYTES).map(|totals| totals / LINE_BYTES).ok_or_else(|| self.damaged())
    }

    fn last_total(&self) -> Result<u64, KeyError> {
        let Some(last) = self.lines()?.checked_sub(1) else { return Ok(0) };
        let line = self.read_at::<LINE_BYTES>(HEADER_BYTES + last * LINE_BYTES)?;
        line.strip_suffix('\n').and_then(|digits| digits.parse().ok()).ok_or_else(|| self.damaged())
    }

    fn append(&self, total: u64) -> Result<(), KeyError> {
        self.write_at(HEADER_BYTES + self.lines()? * LINE_BYTES, &format!("{total:020}\n"))
    }

    fn read_at<const LENGTH: usize>(&self, offset: usize) -> Result<String, KeyError> {
        let mut buffer = [0; LENGTH];
        let mut file = &self.file;
        let read = file.seek(SeekFrom::Start(offset as u64)).and_then(|_| file.read_exact(&mut buffer));
        match read {
            Ok(()) => String::from_utf8(buffer.to_vec()).map_err(|_| self.damaged()),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(self.damaged()),
            Err(source) => Err(self.failed(source)),
        }
    }

    fn write_at(&self, offset: usize, text: &str) -> Result<(), KeyError> {
        let mut file = &self.file;
        let written = file
            .seek(SeekFrom::Start(offset as u64))
            .and_then(|_| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_data());
        written.map_err(|source| self.failed(source))
    }
}

fn open_guarded(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key() -> Secret {
        Secret::from_bytes(*b"a key of the tests of the ledger")
    }

    #[test]
    fn uses_add_up_over_openings_and_can_be_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let ledger = KeyLedger::beside(&file, None, &key()).unwrap();
        assert_eq!(ledger.uses().unwrap(), 0);
        assert_eq!(ledger.reserve(5, 100).unwrap(), 100);
        let again = KeyLedger::beside(&file, None, &key()).unwrap();
        assert_eq!(again.reserve(7, 7).unwrap(), 7);
        ledger.give_back(95).unwrap();
        assert_eq!(again.uses().unwrap(), 12);
        let other = KeyLedger::beside(&file, Some("p1"), &key()).unwrap();
        assert_eq!(other.uses().unwrap(), 0);
        assert!(folder.path().join("key.p1.uses").exists());
    }

    #[test]
    fn the_limit_is_refused_and_reached_exactly() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = KeyLedger::beside(&folder.path().join("key"), None, &key()).unwrap();
        ledger.reserve(KEY_USES_MAX - 10, 0).unwrap();
        assert!(matches!(ledger.reserve(11, 20), Err(KeyError::Exhausted { wanted: 11, .. })));
        assert_eq!(ledger.reserve(4, 1 << 20).unwrap(), 10);
        assert!(matches!(ledger.reserve(1, 1), Err(KeyError::Exhausted { used: KEY_USES_MAX, .. })));
        assert_eq!(ledger.reserve(0, 0).unwrap(), 0);
    }

    #[test]
    fn another_key_another_file_and_a_cut_line_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let path = folder.path().join("key.uses");
        KeyLedger::beside(&file, None, &key()).unwrap().reserve(3, 3).unwrap();
        let other = Secret::from_bytes(*b"another key");
        assert!(matches!(KeyLedger::beside(&file, None, &other), Err(KeyError::LedgerOfOtherKey { .. })));

        let mut text = std::fs::read(&path).unwrap();
        text.extend_from_slice(b"000009");
        std::fs::write(&path, &text).unwrap();
        let ledger = KeyLedger::beside(&file, None, &key()).unwrap();
        assert_eq!(ledger.uses().unwrap(), 3);
        ledger.reserve(1, 1).unwrap();
        assert_eq!(ledger.uses().unwrap(), 4);

        for damage in ["notes", "kintsu key uses 1 0123456789abcdef 0123456789abcdef.", &"x".repeat(200)] {
            std::fs::write(&path, damage).unwrap();
            assert!(matches!(KeyLedger::beside(&file, None, &key()), Err(KeyError::LedgerDamaged { .. })), "{damage}");
        }
    }

    #[test]
    fn concurrent_reservations_are_all_counted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let ledger = KeyLedger::beside(&file, None, &key()).unwrap();
                    for _ in 0..25 {
                        ledger.reserve(3, 3).unwrap();
                    }
                });
            }
        });
        assert_eq!(KeyLedger::beside(&file, None, &key()).unwrap().uses().unwrap(), 300);
    }
}
