//! Lower-case hexadecimal digits.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The two digits of every byte.
const PAIRS: [[u8; 2]; 256] = {
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    pairs
};

/// The digits of some bytes.
pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|&byte| PAIRS[usize::from(byte)]).map(char::from).collect()
}

/// The 64 digits of a digest.
pub(crate) fn digest(digest: &[u8; 32]) -> [u8; 64] {
    let mut digits = [0; 64];
    for (pair, &byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(digest) {
        *pair = PAIRS[usize::from(byte)];
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_have_their_digits() {
        for byte in 0..=255_u8 {
            assert_eq!(text(&[byte]), format!("{byte:02x}"));
            assert_eq!(&digest(&[byte; 32])[62..], format!("{byte:02x}").as_bytes());
        }
    }
}
