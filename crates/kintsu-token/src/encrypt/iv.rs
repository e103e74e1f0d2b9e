//! Initialisation vectors.

use ring::aead::NONCE_LEN;

use crate::secret::{KeyError, random_bytes};

/// The vectors that are fetched from the operating system at a time.
const BUFFERED: usize = 512;

/// Gives initialisation vectors of 12 random bytes, each once. Every thread has its own.
pub struct IvSource {
    buffer: Box<[[u8; NONCE_LEN]; BUFFERED]>,
    /// How many of the buffer are not yet given.
    left: usize,
    /// Whether the buffer is never filled again.
    #[cfg(test)]
    fixed: bool,
}

impl IvSource {
    /// Vectors from the operating system's generator, fetched by some hundreds.
    pub fn operating_system() -> Self {
        Self {
            buffer: Box::new([[0; NONCE_LEN]; BUFFERED]),
            left: 0,
            #[cfg(test)]
            fixed: false,
        }
    }

    /// The vector that the reference was seen to use, for comparing bytes. It exists in tests alone: one repeated vector gives
    /// the protection of a key away.
    #[cfg(test)]
    pub(crate) fn fixed_for_tests(iv: [u8; NONCE_LEN]) -> Self {
        Self { buffer: Box::new([iv; BUFFERED]), left: BUFFERED, fixed: true }
    }

    /// The next vector.
    ///
    /// # Errors
    ///
    /// [`KeyError::Random`].
    pub(crate) fn next(&mut self) -> Result<[u8; NONCE_LEN], KeyError> {
        #[cfg(test)]
        if self.fixed {
            return Ok(self.buffer[0]);
        }
        if self.left == 0 {
            random_bytes(self.buffer.as_flattened_mut())?;
            self.left = BUFFERED;
        }
        self.left -= 1;
        // Taken from the buffer, so that no mistake of counting can give it twice.
        Ok(std::mem::take(&mut self.buffer[self.left]))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn vectors_do_not_repeat_over_refills_and_sources() {
        let mut seen = HashSet::new();
        for _ in 0..3 {
            let mut ivs = IvSource::operating_system();
            for _ in 0..BUFFERED * 2 + 7 {
                assert!(seen.insert(ivs.next().unwrap()));
            }
        }
        assert!(!seen.contains(&[0; NONCE_LEN]));
    }
}
