//! Base64 as tokens are written in it: the standard alphabet with padding (RFC 4648, section 4).
//!
//! Reading is the matter of [`Dialect`]: the implementations of tokens do not agree on what they read.

const STANDARD: [[u8; 2]; 4096] = pairs(b'+', b'/');
const URL_SAFE: [[u8; 2]; 4096] = pairs(b'-', b'_');

/// No character of the alphabet.
const NONE: u8 = 0xff;

/// The value of every character.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < 64 {
        values[character(value, b'+', b'/') as usize] = value;
        value += 1;
    }
    values
};

/// What a decoder does with text that is not plain base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Python's `base64.b64decode`: characters outside the alphabet are passed over, and what follows complete padding too.
    Python,
    /// Java's `Base64.getDecoder()`: no other characters; padding may be absent but not incomplete.
    Java,
}

/// The number of characters for some bytes, padding included.
pub(crate) const fn encoded_length(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Appends the text of some bytes.
#[inline]
pub(crate) fn encode(bytes: &[u8], text: &mut Vec<u8>) {
    encode_with(&STANDARD, bytes, text);
}

/// Writes the text of a digest.
#[inline(always)]
pub(crate) fn encode_digest(digest: &[u8; 32], text: &mut [u8; 44]) {
    let (whole, _) = digest.as_chunks::<3>();
    let (groups, last) = text.split_at_mut(40);
    for (&[a, b, c], group) in whole.iter().zip(groups.as_chunks_mut::<4>().0) {
        let [d, e] = STANDARD[usize::from(a) << 4 | usize::from(b) >> 4];
        let [f, g] = STANDARD[(usize::from(b) & 15) << 8 | usize::from(c)];
        *group = [d, e, f, g];
    }
    let [d, e] = STANDARD[usize::from(digest[30]) << 4 | usize::from(digest[31]) >> 4];
    let [f, _] = STANDARD[(usize::from(digest[31]) & 15) << 8];
    last.copy_from_slice(&[d, e, f, b'=']);
}

/// Appends the text of some bytes in the alphabet for names and addresses, padding included.
pub(crate) fn encode_url_safe(bytes: &[u8], text: &mut Vec<u8>) {
    encode_with(&URL_SAFE, bytes, text);
}

/// The bytes of a text; `None` when the dialect refuses it.
pub(crate) fn decode(text: &[u8], dialect: Dialect) -> Option<Vec<u8>> {
    match dialect {
        Dialect::Python => decode_python(text),
        Dialect::Java => decode_java(text),
    }
}

#[inline(always)]
fn encode_with(pairs: &[[u8; 2]; 4096], bytes: &[u8], text: &mut Vec<u8>) {
    let (whole, rest) = bytes.as_chunks::<3>();
    for &[a, b, c] in whole {
        let [d, e] = pairs[usize::from(a) << 4 | usize::from(b) >> 4];
        let [f, g] = pairs[(usize::from(b) & 15) << 8 | usize::from(c)];
        text.extend_from_slice(&[d, e, f, g]);
    }
    match *rest {
        [a] => {
            let [d, e] = pairs[usize::from(a) << 4];
            text.extend_from_slice(&[d, e, b'=', b'=']);
        }
        [a, b] => {
            let [d, e] = pairs[usize::from(a) << 4 | usize::from(b) >> 4];
            let [f, _] = pairs[(usize::from(b) & 15) << 8];
            text.extend_from_slice(&[d, e, f, b'=']);
        }
        _ => {}
    }
}

/// CPython's decoder without its strict mode: every four values give three bytes; an `=` counts from the third place on, and
/// ends the text where it completes a group; text that ends within a group is refused.
fn decode_python(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut place, mut padding, mut left) = (0_u8, 0_u8, 0_u8);
    for &character in text {
        if character == b'=' {
            padding += 1;
            if place >= 2 && place + padding >= 4 {
                return Some(bytes);
            }
            padding = padding.min(4);
            continue;
        }
        let value = VALUES[usize::from(character)];
        if value == NONE {
            continue;
        }
        padding = 0;
        match place {
            0 => left = value,
            1 => {
                bytes.push(left << 2 | value >> 4);
                left = value & 15;
            }
            2 => {
                bytes.push(left << 4 | value >> 2);
                left = value & 3;
            }
            _ => bytes.push(left << 6 | value),
        }
        place = (place + 1) % 4;
    }
    (place == 0).then_some(bytes)
}

fn decode_java(text: &[u8]) -> Option<Vec<u8>> {
    let body = match text {
        [body @ .., b'=', b'='] if body.len() % 4 == 2 => body,
        [body @ .., b'='] if body.len() % 4 == 3 => body,
        _ => text,
    };
    if body.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 2);
    for group in body.chunks(4) {
        let mut bits = 0_u32;
        for (place, &character) in group.iter().enumerate() {
            let value = VALUES[usize::from(character)];
            if value == NONE {
                return None;
            }
            bits |= u32::from(value) << (26 - 6 * place);
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[..group.len() * 6 / 8]);
    }
    Some(bytes)
}

const fn character(value: u8, plus: u8, slash: u8) -> u8 {
    match value {
        0..26 => b'A' + value,
        26..52 => b'a' + value - 26,
        52..62 => b'0' + value - 52,
        62 => plus,
        _ => slash,
    }
}

/// The two characters of every 12 bits.
const fn pairs(plus: u8, slash: u8) -> [[u8; 2]; 4096] {
    let mut pairs = [[0; 2]; 4096];
    let mut bits = 0;
    while bits < 4096 {
        pairs[bits] = [character((bits >> 6) as u8, plus, slash), character((bits & 63) as u8, plus, slash)];
        bits += 1;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut text = Vec::new();
        encode(bytes, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    #[test]
    fn the_samples_of_the_rfc_are_written() {
        for (bytes, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(text(bytes.as_bytes()), expected);
            assert_eq!(decode(expected.as_bytes(), Dialect::Python).as_deref(), Some(bytes.as_bytes()));
            assert_eq!(decode(expected.as_bytes(), Dialect::Java).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(text(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn a_digest_is_written_like_any_bytes() {
        for seed in 0..=255_u8 {
            let digest = std::array::from_fn(|place| seed.wrapping_mul(37).wrapping_add((place as u8).wrapping_mul(101)));
            let mut token = [0; 44];
            encode_digest(&digest, &mut token);
            assert_eq!(String::from_utf8_lossy(&token), text(&digest));
        }
    }

    /// What CPython 3.11 answers.
    #[test]
    fn python_passes_over_other_characters_and_stops_at_complete_padding() {
        for (text, bytes) in [
            ("QQ==QQ==", &b"A"[..]),
            ("QQ=QQ", b"A\x04\x10"),
            ("=QQ==", b"A"),
            ("QQ=x=", b"A\x0c"),
            ("QUI=x", b"AB"),
            ("QUJD====", b"ABC"),
            ("QQ=*=", b"A"),
            ("====", b""),
            ("QUJDQQ=a=", b"ABCA\x06"),
            ("A=A=A=A=", b"\0\0"),
            ("AA=AA=", b"\0\0\0"),
            (" Q\nQ*==", b"A"),
        ] {
            assert_eq!(decode(text.as_bytes(), Dialect::Python).as_deref(), Some(bytes), "{text}");
        }
        for text in ["QQ=", "QQ", "Q=Q=", "QUI", "Q", "QUJDQ=", "Zm9_"] {
            assert_eq!(decode(text.as_bytes(), Dialect::Python), None, "{text}");
        }
    }

    #[test]
    fn java_takes_the_alphabet_alone_and_padding_or_none() {
        assert_eq!(decode(b"QQ", Dialect::Java).as_deref(), Some(&b"A"[..]));
        assert_eq!(decode(b"QUI", Dialect::Java).as_deref(), Some(&b"AB"[..]));
        for text in ["QQ=", "Q", "QUI==", "QUJD=", "QQ==QQ==", "QQ ==", "QUJ\n", "=", "====", "Zm9_"] {
            assert_eq!(decode(text.as_bytes(), Dialect::Java), None, "{text}");
        }
    }
}
