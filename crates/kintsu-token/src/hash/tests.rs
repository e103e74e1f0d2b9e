use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::golden::{rows, text_of};
use crate::secret::{KeyError, Secret};
use crate::{Profile, encrypt::each};

fn key_of(secret: &[u8]) -> HmacKey {
    HmacKey::new(&Secret::from_bytes(secret), Profile::OpenToken1Java).unwrap()
}

/// A token by other libraries.
fn expected(signature: &[u8], secret: Option<&[u8]>) -> String {
    if signature.is_empty() {
        return BLANK_TOKEN.to_owned();
    }
    let digits = hex::text(&Sha256::digest(signature));
    let Some(secret) = secret else { return digits };
    let mut token = Vec::new();
    base64::encode(&expected_hmac(secret, digits.as_bytes()), &mut token);
    String::from_utf8(token).unwrap()
}

fn expected_hmac(secret: &[u8], message: &[u8]) -> [u8; 32] {
    Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(message).finalize().into_bytes().into()
}

fn available() -> impl Iterator<Item = Engine> {
    Engine::ALL.into_iter().filter(|engine| engine.is_available())
}

fn tokens(engine: Engine, secret: Option<&[u8]>, signatures: &[Vec<u8>]) -> Vec<String> {
    let hasher = TokenHasher::with_engine(secret.map(key_of), engine);
    assert_eq!(hasher.engine(), engine);
    let mut ends = Vec::new();
    for signature in signatures {
        ends.push(signature.len() + ends.last().unwrap_or(&0));
    }
    let (mut tokens, mut token_ends) = (b"before".to_vec(), vec![6]);
    hasher.hash(&signatures.concat(), &ends, &mut tokens, &mut token_ends);
    each(&tokens, &token_ends).skip(1).map(|token| String::from_utf8(token.to_vec()).unwrap()).collect()
}

fn check(signatures: &[Vec<u8>], secret: Option<&[u8]>) {
    let expected: Vec<_> = signatures.iter().map(|signature| expected(signature, secret)).collect();
    for engine in available() {
        assert_eq!(tokens(engine, secret, signatures), expected, "{engine:?}");
    }
}

#[test]
fn every_length_is_hashed_as_by_another_library() {
    let signatures: Vec<_> = (0..300_usize).map(|length| (0..length).map(|at| (at * 31 + length * 7) as u8).collect()).collect();
    check(&signatures, Some(b"a secret"));
    check(&signatures, None);
}

#[test]
fn every_length_fills_all_lanes() {
    for length in 0..300_usize {
        let signatures: Vec<_> = (0..33_u8).map(|lane| vec![lane * 7; length]).collect();
        check(&signatures, Some(b"a secret"));
    }
}

#[test]
fn batches_of_every_size_are_hashed() {
    for size in 0..70_usize {
        let signatures: Vec<_> = (0..size).map(|at| vec![at as u8; at * 13 % 80]).collect();
        check(&signatures, Some(b"a secret"));
    }
}

#[test]
fn secrets_of_every_length_are_taken() {
    for length in 1..200_usize {
        let secret: Vec<_> = (0..length).map(|at| (at * 17 + length) as u8).collect();
        check(&[b"DOE|J|MALE|2000-01-01".to_vec()], Some(&secret));
        for message in [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 300] {
            let message = vec![length as u8; message];
            assert_eq!(key_of(&secret).sign(&message), expected_hmac(&secret, &message));
        }
    }
}

proptest! {
    #[test]
    fn any_batch_is_hashed_as_by_another_library(
        signatures in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..90),
        secret in prop::option::of(prop::collection::vec(any::<u8>(), 1..150)),
    ) {
        check(&signatures, secret.as_deref());
    }
}

#[test]
fn the_example_of_the_specification_holds() {
    let hasher = TokenHasher::new(Some(key_of(b"otk-golden-hashing-secret-v1")));
    assert_eq!(hasher.hash_one("DOE|J|MALE|2000-01-01"), "faFXYtLcTOP3O8N+sHxi9JUypOTlq/vtUBUK7DVhXEQ=");
    assert_eq!(hasher.hash_one(""), BLANK_TOKEN);
}

#[test]
fn tokens_are_those_of_the_reference() {
    let hasher = TokenHasher::new(Some(key_of(b"otk-golden-hashing-secret-v1")));
    let unkeyed = TokenHasher::new(None);
    let seen = rows("encrypted_tokens.jsonl", |row| {
        let signature = text_of(row, "signature");
        assert_eq!(hasher.hash_one(signature), text_of(row, "hmac_b64"), "{}", row["id"]);
        assert_eq!(unkeyed.hash_one(signature), text_of(row, "sha256_hex"), "{}", row["id"]);
    });
    assert!(seen.is_none_or(|count| count >= 1_000));
}

#[test]
fn hmacs_are_those_of_the_reference() {
    let seen = rows("hmac.jsonl", |row| {
        let secret = Secret::from_bytes(text_of(row, "secret"));
        let token = HmacKey::new(&secret, Profile::OpenToken1Python)
            .ok()
            .and_then(|key| key.transform(row["token"].as_str().unwrap_or_default()));
        assert_eq!(token.as_deref(), row["hmac_b64"].as_str(), "{}", row["id"]);
        if let Some(digits) = row["secret_sha256_hex"].as_str() {
            assert_eq!(secret.sha256_hex(), digits, "{}", row["id"]);
        }
    });
    assert!(seen.is_none_or(|count| count >= 50));
}

#[test]
fn secrets_of_white_space_are_for_java_alone() {
    for profile in Profile::ALL {
        assert!(matches!(HmacKey::new(&Secret::from_bytes([]), profile), Err(KeyError::Empty { .. })));
        let blank = HmacKey::new(&Secret::from_bytes(*b" \t"), profile);
        assert_eq!(blank.is_ok(), profile == Profile::OpenToken1Java);
    }
}

#[test]
fn java_hashes_the_white_space_that_it_does_not_know() {
    let secret = Secret::from_bytes(*b"a secret");
    let key = |profile| HmacKey::new(&secret, profile).unwrap();
    assert_eq!(key(Profile::OpenToken1Python).transform("\u{a0}"), None);
    assert!(key(Profile::OpenToken1Java).transform("\u{a0}").is_some());
    for profile in Profile::ALL {
        assert_eq!(key(profile).transform(" \t\u{1c}\u{2003}"), None);
        assert!(key(profile).transform("\u{200b}").is_some());
    }
}
