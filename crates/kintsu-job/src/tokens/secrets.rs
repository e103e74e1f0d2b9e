//! The secrets of a job: where they are read, which are taken, and the keys that come of them.

use std::path::Path;

use kintsu_core::RunContext;
use kintsu_token::{Cipher, Encryption, KeyLedger, KeyUses, PartnerKey, Profile, Secret, SecretSource};

use super::card::{KeyCard, SecretCard};
use crate::error::JobError;
use crate::spec::{Problem, TokenizeSpec};

/// The environment variable of the hashing secret.
pub const HASHING_SECRET_VARIABLE: &str = "KINTSU_HASHING_SECRET";
/// The environment variable of the encryption key.
pub const ENCRYPTION_KEY_VARIABLE: &str = "KINTSU_ENCRYPTION_KEY";

/// A secret, and where it came from. It cannot be printed.
pub struct HeldSecret {
    /// Where it came from.
    pub source: SecretSource,
    /// The secret.
    pub secret: Secret,
}

/// The secrets of a job.
#[derive(Default)]
pub struct TokenSecrets {
    /// The hashing secret.
    pub hashing: Option<HeldSecret>,
    /// The encryption key, or the secret that keys of partners are derived from.
    pub encryption: Option<HeldSecret>,
}

/// Reads a secret: from the file, `-` being standard input, or else from the variable; none when neither is given.
///
/// # Errors
/// When it cannot be read or is empty.
pub fn read_secret(file: Option<&Path>, variable: &str) -> Result<Option<HeldSecret>, JobError> {
    let source = match file {
        Some(path) if path.as_os_str() == "-" => SecretSource::StandardInput,
        Some(path) => SecretSource::File(path.to_path_buf()),
        None if std::env::var_os(variable).is_some() => SecretSource::Environment(variable.to_owned()),
        None => return Ok(None),
    };
    let secret = source.read().map_err(JobError::part)?;
    Ok(Some(HeldSecret { source, secret }))
}

impl HeldSecret {
    /// A secret that a caller hands over under the name of an argument.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn given(name: &str, bytes: &[u8]) -> Result<Self, JobError> {
        let source = SecretSource::Argument(name.to_owned(), Secret::from_bytes(bytes));
        let secret = source.read().map_err(JobError::part)?;
        Ok(Self { source, secret })
    }
}

impl TokenSecrets {
    /// The secrets that the mode of a job needs: those that are given, and otherwise those that the job names.
    pub(super) fn read(spec: &TokenizeSpec, given: Self, ctx: &RunContext) -> Result<Self, JobError> {
        use kintsu_token::TokenMode::{Encrypt, HashOnly, Plain};
        let mode = spec.mode.unwrap_or_default();
        let hashing = match mode {
            Encrypt | HashOnly => given_or(given.hashing, spec.hashing_secret_file.as_deref(), HASHING_SECRET_VARIABLE)?,
            Plain => None,
        };
        let encryption = match mode {
            Encrypt | Plain => given_or(given.encryption, spec.encryption_key_file.as_deref(), ENCRYPTION_KEY_VARIABLE)?,
            HashOnly => None,
        };
        if spec.partner.is_some() && encryption.is_none() && mode != Encrypt {
            let problem = Problem::new("KN-JOB-068", "tokens are to be encrypted for a partner, and there is no encryption key");
            return Err(JobError::problem(problem.hint(if mode == HashOnly {
                "leave out --partner, or encrypt with --mode encrypt".to_owned()
            } else {
                format!("name a file with --encryption-key-file, or set {ENCRYPTION_KEY_VARIABLE}")
            })));
        }
        for held in [&hashing, &encryption].into_iter().flatten() {
            held.require_strong(spec.allow_weak_secret, ctx)?;
        }
        Ok(Self { hashing, encryption })
    }
}

/// The secret that is given, or else the one that is read.
fn given_or(given: Option<HeldSecret>, file: Option<&Path>, variable: &str) -> Result<Option<HeldSecret>, JobError> {
    given.map_or_else(|| read_secret(file, variable), |given| Ok(Some(given)))
}

impl HeldSecret {
    /// Refuses a secret that is easily guessed, or warns of it; warns of a file that others can read.
    pub(super) fn require_strong(&self, allow_weak: bool, ctx: &RunContext) -> Result<(), JobError> {
        if self.source.is_open_to_others() {
            let hint = "let its owner alone read it: chmod 600 FILE".to_owned();
            ctx.warn("KN-W-TOKEN-020", format!("others can read or change {}, which holds a secret", self.source), Some(hint));
        }
        match self.secret.require_strong(&self.source) {
            Err(weak) if allow_weak => {
                let hint = "make a strong one with `kintsu tokens new-secret`".to_owned();
                ctx.warn("KN-W-TOKEN-004", weak.to_string(), Some(hint));
                Ok(())
            }
            strong => strong.map_err(JobError::part),
        }
    }

    /// What may be shown of it.
    pub(super) fn card(&self, salt: &str) -> SecretCard {
        SecretCard { salt: salt.to_owned(), fingerprint: self.secret.fingerprint(salt.as_bytes()) }
    }

    /// The key of a partner that is derived from this secret, or this secret as a key.
    pub(super) fn cipher(&self, partner: Option<&str>, profile: Profile) -> Result<Cipher, JobError> {
        match partner {
            Some(partner) => PartnerKey::derive(&self.secret, partner).and_then(|key| key.cipher(profile)),
            None => Cipher::new(&self.secret, profile),
        }
        .map_err(JobError::part)
    }

    /// What encrypts with the key of a partner, or with this key, and counts its uses: those of a key file in a ledger beside it.
    pub(super) fn encryption(&self, partner: Option<&str>, profile: Profile) -> Result<Encryption, JobError> {
        let cipher = self.cipher(partner, profile)?;
        let uses = match &self.source {
            SecretSource::File(path) => {
                let id = cipher.id().map(|id| id.as_str().to_owned());
                let ledger = match partner {
                    Some(partner) => PartnerKey::derive(&self.secret, partner)
                        .and_then(|key| KeyLedger::beside(path, id.as_deref(), &key.secret)),
                    None => KeyLedger::beside(path, None, &self.secret),
                };
                KeyUses::in_ledger(&self.source, ledger.map_err(JobError::part)?)
            }
            _ => KeyUses::of_run(&self.source),
        };
        Ok(Encryption { cipher, uses })
    }

    /// What may be shown of a key: with its id where it is a partner's.
    pub(super) fn key_card(&self, salt: &str, encryption: &Encryption) -> KeyCard {
        KeyCard { secret: self.card(salt), id: encryption.cipher.id().map(|id| id.as_str().to_owned()), uses: 0 }
    }
}

/// Sixteen random hexadecimal digits.
pub(super) fn salt() -> Result<String, JobError> {
    let mut bytes = [0; 8];
    kintsu_token::secret::random_bytes(&mut bytes).map_err(JobError::part)?;
    Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
}
