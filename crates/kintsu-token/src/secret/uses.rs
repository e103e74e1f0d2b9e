//! The uses of a key within one run.

use std::sync::{Mutex, PoisonError};

use super::{KEY_USES_MAX, KeyError, KeyLedger, SecretSource};

/// What is reserved in a ledger at a time, so that threads seldom wait for the disk.
const RESERVED_AT_A_TIME: u64 = 1 << 20;

/// Counts the encryptions of a run under one key, before they come about. Threads may share it.
///
/// A key in a file is counted in its [`KeyLedger`] too, over all runs. A key from anywhere else is counted for this run alone:
/// whoever keeps it has to see to it that all runs together stay within [`KEY_USES_MAX`].
pub struct KeyUses {
    place: String,
    ledger: Option<KeyLedger>,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    used: u64,
    /// Beyond those used.
    reserved: u64,
}

impl KeyUses {
    /// Counts in the ledger as well.
    pub fn in_ledger(source: &SecretSource, ledger: KeyLedger) -> Self {
        Self { place: source.to_string(), ledger: Some(ledger), counts: Mutex::default() }
    }

    /// Counts for this run alone.
    pub fn of_run(source: &SecretSource) -> Self {
        Self { place: source.to_string(), ledger: None, counts: Mutex::default() }
    }

    /// Counts uses that are about to come.
    ///
    /// # Errors
    ///
    /// [`KeyError::Exhausted`] when they would pass [`KEY_USES_MAX`] or an error of the ledger; nothing may be encrypted then.
    pub fn take(&self, count: u64) -> Result<(), KeyError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.reserved < count {
            counts.reserved += self.reserve(counts.used, count - counts.reserved)?;
        }
        counts.reserved -= count;
        counts.used += count;
        Ok(())
    }

    /// The uses of this run so far.
    pub fn used(&self) -> u64 {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).used
    }

    /// Ends the count, gives back to the ledger what was reserved and not used, and returns the uses of this run.
    ///
    /// # Errors
    ///
    /// An error of the ledger; what was reserved stays counted then.
    pub fn finish(mut self) -> Result<u64, KeyError> {
        let used = self.used();
        self.return_reserved()?;
        Ok(used)
    }

    fn reserve(&self, used: u64, needed: u64) -> Result<u64, KeyError> {
        match &self.ledger {
            Some(ledger) => ledger.reserve(needed, needed.max(RESERVED_AT_A_TIME)),
            None if used + needed > KEY_USES_MAX => Err(KeyError::Exhausted { place: self.place.clone(), used, wanted: needed }),
            None => Ok(needed),
        }
    }

    fn return_reserved(&mut self) -> Result<(), KeyError> {
        let counts = self.counts.get_mut().unwrap_or_else(PoisonError::into_inner);
        match &self.ledger {
            Some(ledger) => ledger.give_back(std::mem::take(&mut counts.reserved)),
            None => Ok(()),
        }
    }
}

impl Drop for KeyUses {
    /// A run that ends early gives back what it can; what it cannot stays counted, which is safe.
    fn drop(&mut self) {
        let _ = self.return_reserved();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_ledger_holds_what_was_used_once_the_run_ends() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let key = Secret::from_bytes(*b"a key of the tests of the counts");
        let ledger = || KeyLedger::beside(&file, None, &key).unwrap();
        let source = SecretSource::File(file.clone());

        let uses = KeyUses::in_ledger(&source, ledger());
        uses.take(10).unwrap();
        uses.take(RESERVED_AT_A_TIME).unwrap();
        assert!(ledger().uses().unwrap() >= uses.used());
        assert_eq!(uses.finish().unwrap(), RESERVED_AT_A_TIME + 10);
        assert_eq!(ledger().uses().unwrap(), RESERVED_AT_A_TIME + 10);

        let dropped = KeyUses::in_ledger(&source, ledger());
        dropped.take(5).unwrap();
        drop(dropped);
        assert_eq!(ledger().uses().unwrap(), RESERVED_AT_A_TIME + 15);
    }

    #[test]
    fn a_run_without_a_ledger_is_counted_and_limited() {
        let uses = KeyUses::of_run(&SecretSource::StandardInput);
        uses.take(KEY_USES_MAX - 1).unwrap();
        assert!(matches!(uses.take(2), Err(KeyError::Exhausted { .. })));
        uses.take(1).unwrap();
        assert_eq!(uses.finish().unwrap(), KEY_USES_MAX);
    }
}
