//! Secrets that anyone can guess.

/// Fewer bytes than this are too few for a secret.
pub const SECRET_BYTES_MIN: usize = 16;

/// The secrets that stand in the documentation of token software, ours included, and so in many scripts.
const SAMPLES: [&str; 21] = [
    "0123456789abcdef0123456789abcdef",
    "encryption-key-32-characters!!",
    "EncryptionKey32Characters!!!!!",
    "hash-secret",
    "HashingKey",
    "HashingSecret",
    "HashingSecretFromEnv",
    "MyEncryptionKey32CharactersLong",
    "MyHashingKey",
    "MyHashingSecret",
    "otk-golden-encryption-key-32chr!",
    "otk-golden-hashing-secret-v1",
    "Secret-Encryption-Key-Goes-Here.",
    "your-encryption-key",
    "your-encryption-key-32-chars!!",
    "your-encryption-key-32-chars-!",
    "your-hashing-secret",
    "your-secret",
    "YourEncryptionKey",
    "YourHashingSecret",
    "YourKey32Characters!!!!!!!!!!!!",
];

/// In what way a secret is easily guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Weakness {
    /// It has fewer than [`SECRET_BYTES_MIN`] bytes.
    #[error("it has fewer than {SECRET_BYTES_MIN} bytes")]
    Short,
    /// It is one character over and over.
    #[error("it is one character over and over")]
    Repeated,
    /// It is printed in the documentation of token software.
    #[error("it is a sample that is printed in documentation")]
    Sample,
}

/// The first weakness of a secret: a sample, then one character over and over, then too few bytes.
///
/// Samples are compared without regard to the case of ASCII letters and to white space at the ends.
pub(super) fn of(secret: &[u8]) -> Option<Weakness> {
    let trimmed = secret.trim_ascii();
    if SAMPLES.iter().any(|sample| sample.as_bytes().eq_ignore_ascii_case(trimmed)) {
        Some(Weakness::Sample)
    } else if repeats_one_character(secret) {
        Some(Weakness::Repeated)
    } else if secret.len() < SECRET_BYTES_MIN {
        Some(Weakness::Short)
    } else {
        None
    }
}

fn repeats_one_character(secret: &[u8]) -> bool {
    match std::str::from_utf8(secret) {
        Ok(text) => text.chars().next().is_some_and(|first| text.chars().all(|character| character == first)),
        Err(_) => secret.first().is_some_and(|first| secret.iter().all(|byte| byte == first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_weakness_is_found() {
        assert_eq!(of(b"HashingKey"), Some(Weakness::Sample));
        assert_eq!(of(b" secret-encryption-key-goes-here.\n"), Some(Weakness::Sample));
        assert_eq!(of(&[b'x'; 32]), Some(Weakness::Repeated));
        assert_eq!(of("é".repeat(20).as_bytes()), Some(Weakness::Repeated));
        assert_eq!(of(&[0xff; 32]), Some(Weakness::Repeated));
        assert_eq!(of(b"fifteen bytes.."), Some(Weakness::Short));
        assert_eq!(of(b""), Some(Weakness::Short));
        assert_eq!(of(b"sixteen bytes..."), None);
    }

    #[test]
    fn every_sample_is_weak() {
        for sample in SAMPLES {
            assert_eq!(of(sample.as_bytes()), Some(Weakness::Sample), "{sample}");
        }
    }
}
