use super::*;
use crate::golden::{rows, text_of};
use crate::secret::SecretSource;

const KEY: &str = "otk-golden-encryption-key-32chr!";

fn secret(text: &str) -> Secret {
    Secret::from_bytes(text.as_bytes())
}

fn cipher() -> Cipher {
    Cipher::new(&secret(KEY), Profile::default()).unwrap()
}

/// The same key without the instructions for tokens.
fn library(cipher: Cipher) -> Cipher {
    Cipher { tokens: None, ..cipher }
}

/// The encrypted forms of texts, made together.
fn encrypted_together(cipher: &Cipher, texts: &[Vec<u8>], ivs: &mut IvSource) -> Vec<String> {
    let uses = KeyUses::of_run(&SecretSource::StandardInput);
    let ends: Vec<usize> =
        texts.iter().scan(0, |end, text| Some(std::mem::replace(end, *end + text.len()) + text.len())).collect();
    let (mut out, mut out_ends) = (Vec::new(), Vec::new());
    cipher.encrypt_all(&texts.concat(), &ends, &uses, ivs, &mut out, &mut out_ends).unwrap();
    each(&out, &out_ends).map(|token| String::from_utf8(token.to_vec()).unwrap()).collect()
}

fn encrypted(cipher: &Cipher, text: &str, ivs: &mut IvSource) -> String {
    let mut token = Vec::new();
    cipher.encrypt(text.as_bytes(), ivs, &mut token).unwrap();
    String::from_utf8(token).unwrap()
}

fn iv_of(hex: &str) -> [u8; NONCE_LEN] {
    std::array::from_fn(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap())
}

#[test]
fn encrypting_with_the_vector_of_the_reference_gives_its_bytes() {
    let cipher = cipher();
    let seen = rows("encrypted_tokens.jsonl", |row| {
        let mut ivs = IvSource::fixed_for_tests(iv_of(text_of(row, "iv_hex")));
        let (token, expected) = (text_of(row, "hmac_b64"), text_of(row, "encrypted_b64"));
        assert_eq!(encrypted(&cipher, token, &mut ivs), expected, "{}", row["id"]);
        assert_eq!(encrypted_together(&cipher, &[token.into()], &mut ivs), [expected], "{}", row["id"]);
        for profile in Profile::ALL {
            assert_eq!(cipher.decrypt(expected, profile).as_deref(), Ok(text_of(row, "decrypted")), "{}", row["id"]);
        }
    });
    assert!(seen.is_none_or(|count| count >= 1_000));
}

#[test]
fn the_edges_of_decryption_are_those_of_the_reference() {
    let seen = rows("decrypt_edge.jsonl", |row| {
        let profile = Profile::OpenToken1Python;
        let key = secret(text_of(row, "key"));
        let result = match Cipher::new(&key, profile) {
            Ok(cipher) => cipher.decrypt(text_of(row, "token"), profile).ok(),
            Err(_) => None,
        };
        assert_eq!(result.as_deref(), row["decrypted"].as_str(), "{}: {}", row["id"], row["description"]);
    });
    assert!(seen.is_none_or(|count| count >= 40));
}

#[test]
fn each_failure_is_told_apart() {
    let (cipher, profile) = (cipher(), Profile::default());
    let token = encrypted(&cipher, "text", &mut IvSource::operating_system());
    let decrypt = |token: &str| cipher.decrypt(token, profile);
    assert_eq!(decrypt(&token).as_deref(), Ok("text"));
    assert_eq!(decrypt("A"), Err(DecryptError::NotBase64));
    assert_eq!(decrypt(""), Err(DecryptError::TooShort));
    assert_eq!(decrypt(&token[..24]), Err(DecryptError::TooShort));
    assert_eq!(decrypt(BLANK_TOKEN), Err(DecryptError::WrongKey));
    let mut token = Vec::new();
    cipher.encrypt(&[0xff, 0xfe], &mut IvSource::operating_system(), &mut token).unwrap();
    assert_eq!(decrypt(&String::from_utf8(token).unwrap()), Err(DecryptError::NotText));
}

#[test]
fn java_does_not_pass_over_line_ends() {
    let cipher = cipher();
    let mut token = encrypted(&cipher, "text", &mut IvSource::operating_system());
    token.insert(8, '\n');
    assert!(cipher.decrypt(&token, Profile::OpenToken1Python).is_ok());
    assert!(cipher.decrypt(&token, Profile::OpenLinkToken2).is_ok());
    assert_eq!(cipher.decrypt(&token, Profile::OpenToken1Java), Err(DecryptError::NotBase64));
}

#[test]
fn keys_are_counted_in_characters_or_bytes_as_the_profile_says() {
    let of = |text: &str, profile| Cipher::new(&secret(text), profile).map(|_| ());
    let sixteen_of_two_bytes = "é".repeat(16);
    let thirty_two_of_two_bytes = "é".repeat(32);
    for profile in Profile::ALL {
        assert!(of(KEY, profile).is_ok());
        assert!(matches!(of(&KEY[1..], profile), Err(KeyError::KeyLength { length: 31, .. })));
    }
    for profile in [Profile::OpenToken1Python, Profile::OpenToken1Java] {
        assert!(matches!(of(&sixteen_of_two_bytes, profile), Err(KeyError::KeyLength { length: 16, unit: "characters", .. })));
        assert!(matches!(of(&thirty_two_of_two_bytes, profile), Err(KeyError::KeyNotAscii { .. })));
        assert!(matches!(Cipher::new(&Secret::from_bytes([0xff; 32]), profile), Err(KeyError::KeyNotAscii { .. })));
    }
    for profile in [Profile::OpenLinkToken2, Profile::OpenLinkToken22] {
        assert!(of(&sixteen_of_two_bytes, profile).is_ok());
        assert!(matches!(of(&thirty_two_of_two_bytes, profile), Err(KeyError::KeyLength { length: 64, unit: "bytes", .. })));
        assert!(Cipher::new(&Secret::from_bytes([0xff; 32]), profile).is_ok());
    }
}

#[test]
fn texts_of_every_length_come_back() {
    let (cipher, mut ivs) = (cipher(), IvSource::operating_system());
    for length in (0..300).chain([1 << 16]) {
        let text = "x".repeat(length);
        let token = encrypted(&cipher, &text, &mut ivs);
        assert_eq!(token.len(), base64::encoded_length(NONCE_LEN + length + TAG_BYTES));
        assert_eq!(cipher.decrypt(&token, Profile::OpenToken1Java), Ok(text));
    }
}

#[test]
fn a_batch_leaves_blanks_alone_and_counts_the_rest() {
    let (cipher, mut ivs) = (cipher(), IvSource::operating_system());
    let uses = KeyUses::of_run(&SecretSource::StandardInput);
    let texts = ["one", BLANK_TOKEN, "", "four"];
    let mut ends = Vec::new();
    for text in texts {
        ends.push(text.len() + ends.last().unwrap_or(&0));
    }
    let (mut out, mut out_ends) = (b"before".to_vec(), vec![6]);
    cipher.encrypt_all(texts.concat().as_bytes(), &ends, &uses, &mut ivs, &mut out, &mut out_ends).unwrap();
    let tokens: Vec<_> = each(&out, &out_ends).map(|token| std::str::from_utf8(token).unwrap()).collect();
    assert_eq!(tokens.len(), 5);
    assert_eq!((tokens[0], tokens[2]), ("before", BLANK_TOKEN));
    for (token, text) in [(tokens[1], "one"), (tokens[3], ""), (tokens[4], "four")] {
        assert_eq!(cipher.decrypt(token, Profile::default()).as_deref(), Ok(text));
    }
    assert_eq!(uses.used(), 3);
}

#[test]
fn an_exhausted_key_encrypts_nothing() {
    let uses = KeyUses::of_run(&SecretSource::StandardInput);
    uses.take(crate::secret::KEY_USES_MAX).unwrap();
    let (mut out, mut ends) = (Vec::new(), Vec::new());
    let result = cipher().encrypt_all(b"text", &[4], &uses, &mut IvSource::operating_system(), &mut out, &mut ends);
    assert!(matches!(result, Err(KeyError::Exhausted { .. })));
    assert!(out.is_empty() && ends.is_empty());
}

/// Bytes that look random, the same ones for the same seed.
fn bytes_of<const COUNT: usize>(seed: u64) -> [u8; COUNT] {
    std::array::from_fn(|place| kintsu_core::hash_bytes(&place.to_le_bytes(), seed) as u8)
}

#[test]
fn instructions_and_library_give_the_same_bytes_for_any_key_vector_and_token() {
    for seed in 0..2_000_u64 {
        let key = Secret::from_bytes(bytes_of::<32>(seed));
        let cipher = || Cipher::new(&key, Profile::OpenLinkToken2).unwrap();
        let count = seed as usize % (2 * GROUP + 3);
        let tokens: Vec<Vec<u8>> = (0..count).map(|token| bytes_of::<TOKEN_BYTES>(seed << 8 | token as u64).to_vec()).collect();
        let mut ivs = IvSource::fixed_for_tests(bytes_of(!seed));
        let texts = encrypted_together(&cipher(), &tokens, &mut ivs);
        assert_eq!(texts, encrypted_together(&library(cipher()), &tokens, &mut ivs));
        for (text, token) in texts.iter().zip(&tokens) {
            if let Some(tokens) = &cipher().tokens {
                assert_eq!(tokens.open(text.as_bytes().try_into().unwrap()).as_ref().map(<[u8; _]>::as_slice), Some(&token[..]));
            }
        }
    }
}

#[test]
fn each_token_of_a_batch_has_a_vector_of_its_own() {
    let texts = vec![bytes_of::<TOKEN_BYTES>(1).to_vec(); 3 * GROUP + 1];
    let made = encrypted_together(&cipher(), &texts, &mut IvSource::operating_system());
    let vectors: std::collections::HashSet<_> = made.iter().map(|text| &text[..16]).collect();
    assert_eq!(vectors.len(), texts.len());
}

#[test]
fn texts_of_all_lengths_mixed_with_tokens_and_blanks_come_back_in_their_order() {
    let lengths = [TOKEN_BYTES, 0, TOKEN_BYTES, TOKEN_BYTES, 43, 45, 64, TOKEN_BYTES, 1, 88, TOKEN_BYTES, TOKEN_BYTES];
    for begin in 0..lengths.len() {
        let chosen = lengths.iter().cycle().skip(begin).take(40 + begin).enumerate();
        let texts: Vec<Vec<u8>> = chosen
            .map(|(place, length)| if *length == 64 { BLANK_TOKEN.into() } else { vec![b'a' + (place % 26) as u8; *length] })
            .collect();
        for cipher in [cipher(), library(cipher())] {
            let made = encrypted_together(&cipher, &texts, &mut IvSource::operating_system());
            for (made, text) in made.iter().zip(&texts) {
                let opened = cipher.decrypt(made, Profile::default()).unwrap_or_else(|_| made.clone());
                assert_eq!(opened.as_bytes(), text);
            }
            assert_eq!(made.len(), texts.len());
        }
    }
}

#[test]
fn a_token_that_was_changed_anywhere_is_read_as_the_library_reads_it() {
    let (cipher, library) = (cipher(), library(cipher()));
    let text = encrypted(&cipher, "MYjmd+ZIYeASkQLCnHpj8WFSvqP1FGYEQVSz6QDtLaE=", &mut IvSource::operating_system());
    for place in 0..text.len() {
        for character in 0..=255 {
            let mut changed = text.clone().into_bytes();
            changed[place] = character;
            let (mut one, mut other) = (Vec::new(), Vec::new());
            let opened = cipher.decrypt_within(&changed, Profile::default(), &mut one);
            assert_eq!(opened, library.decrypt_within(&changed, Profile::default(), &mut other), "{place} {character}");
            assert_eq!(opened.is_ok(), changed == text.as_bytes(), "{place} {character}");
        }
    }
}
