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

/// The text of a digest.
#[inline(always)]
pub(crate) fn digest(digest: &[u8; 32]) -> [u8; 44] {
    let mut text = [b'='; 44];
    for (group, bytes) in text.as_chunks_mut::<4>().0.iter_mut().zip(digest.chunks(3)) {
        let [a, b, c] = [bytes[0], bytes[1], bytes.get(2).copied().unwrap_or(0)];
        let [d, e] = STANDARD[usize::from(a) << 4 | usize::from(b) >> 4];
        let [f, g] = STANDARD[(usize::from(b) & 15) << 8 | usize::from(c)];
        *group = [d, e, f, if bytes.len() == 3 { g } else { b'=' }];
    }
    text
}

/// The digest that [`encode`] writes as this text; `None` for every other text, also where a decoder would take it.
#[inline]
pub(crate) fn decode_digest(text: &[u8; 44]) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let (groups, last) = text.split_at(40);
    let mut seen = 0;
    for (&[a, b, c, d], bytes) in groups.as_chunks::<4>().0.iter().zip(digest.as_chunks_mut::<3>().0) {
        let [a, b, c, d] = [a, b, c, d].map(|character| VALUES[usize::from(character)]);
        seen |= a | b | c | d;
        *bytes = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    let [a, b, c] = [last[0], last[1], last[2]].map(|character| VALUES[usize::from(character)]);
    seen |= a | b | c;
    digest[30] = a << 2 | b >> 4;
    digest[31] = b << 4 | c >> 2;
    (seen < 64 && c % 4 == 0 && last[3] == b'=').then_some(digest)
}

/// Appends the text of some bytes in the alphabet for names and addresses, padding included.
pub(crate) fn encode_url_safe(bytes: &[u8], text: &mut Vec<u8>) {
    encode_with(&URL_SAFE, bytes, text);
}

/// Puts the bytes of a text in place of what `bytes` holds; `None` when the dialect refuses the text.
pub(crate) fn decode(text: &[u8], dialect: Dialect, bytes: &mut Vec<u8>) -> Option<()> {
    bytes.clear();
    bytes.reserve(text.len() / 4 * 3 + 3);
    if decode_plain(text, bytes) {
        return Some(());
    }
    bytes.clear();
    match dialect {
        Dialect::Python => decode_python(text, bytes),
        Dialect::Java => decode_java(text, bytes),
    }
}

/// Whether the text is whole groups of the alphabet, without padding, which all dialects read alike.
fn decode_plain(text: &[u8], bytes: &mut Vec<u8>) -> bool {
    let (groups, rest) = text.as_chunks::<4>();
    let mut seen = 0;
    for group in groups {
        let [a, b, c, d] = group.map(|character| VALUES[usize::from(character)]);
        seen |= a | b | c | d;
        bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
    }
    rest.is_empty() && seen < 64
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
fn decode_python(text: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    let (mut place, mut padding, mut left) = (0_u8, 0_u8, 0_u8);
    for &character in text {
        if character == b'=' {
            padding += 1;
            if place >= 2 && place + padding >= 4 {
                return Some(());
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
    (place == 0).then_some(())
}

fn decode_java(text: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    let body = match text {
        [body @ .., b'=', b'='] if body.len() % 4 == 2 => body,
        [body @ .., b'='] if body.len() % 4 == 3 => body,
        _ => text,
    };
    if body.len() % 4 == 1 {
        return None;
    }
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
    Some(())
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
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut text = Vec::new();
        encode(bytes, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    fn decoded(text: &[u8], dialect: Dialect) -> Option<Vec<u8>> {
        let mut bytes = b"what was there before".to_vec();
        decode(text, dialect, &mut bytes).map(|()| bytes)
    }

    #[test]
    fn only_the_one_text_of_a_digest_is_read_as_it() {
        let digest: [u8; 32] = std::array::from_fn(|place| (place * 37 + 5) as u8);
        let encoded = |digest: &[u8; 32]| {
            let mut text = Vec::new();
            encode(digest, &mut text);
            <[u8; 44]>::try_from(text).unwrap()
        };
        let written = encoded(&digest);
        assert_eq!(decode_digest(&written), Some(digest));
        for place in 0..44 {
            for character in 0..=255 {
                let mut changed = written;
                changed[place] = character;
                let read = decode_digest(&changed);
                assert!(read.is_none_or(|read| encoded(&read) == changed), "{place} {character}");
            }
        }
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
            assert_eq!(decoded(expected.as_bytes(), Dialect::Python).as_deref(), Some(bytes.as_bytes()));
            assert_eq!(decoded(expected.as_bytes(), Dialect::Java).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(text(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn a_plain_text_is_read_as_by_either_dialect() {
        let bytes: Vec<_> = (0..=255_u8).chain([7, 0]).collect();
        for length in 0..bytes.len() {
            let text = text(&bytes[..length]);
            for dialect in [Dialect::Python, Dialect::Java] {
                assert_eq!(decoded(text.as_bytes(), dialect).as_deref(), Some(&bytes[..length]));
            }
        }
    }

    #[test]
    fn a_digest_is_written_like_any_bytes() {
        for seed in 0..=255_u8 {
            let bytes = std::array::from_fn(|place| seed.wrapping_mul(37).wrapping_add((place as u8).wrapping_mul(101)));
            assert_eq!(String::from_utf8_lossy(&digest(&bytes)), text(&bytes));
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
            assert_eq!(decoded(text.as_bytes(), Dialect::Python).as_deref(), Some(bytes), "{text}");
        }
        for text in ["QQ=", "QQ", "Q=Q=", "QUI", "Q", "QUJDQ=", "Zm9_"] {
            assert_eq!(decoded(text.as_bytes(), Dialect::Python), None, "{text}");
        }
    }

    #[test]
    fn java_takes_the_alphabet_alone_and_padding_or_none() {
        assert_eq!(decoded(b"QQ", Dialect::Java).as_deref(), Some(&b"A"[..]));
        assert_eq!(decoded(b"QUI", Dialect::Java).as_deref(), Some(&b"AB"[..]));
        for text in ["QQ=", "Q", "QUI==", "QUJD=", "QQ==QQ==", "QQ ==", "QUJ\n", "=", "====", "Zm9_"] {
            assert_eq!(decoded(text.as_bytes(), Dialect::Java), None, "{text}");
        }
    }
}
