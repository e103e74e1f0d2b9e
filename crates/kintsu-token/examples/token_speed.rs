//! Prints the nanoseconds that a token costs: hashed on every engine of the machine, encrypted, and decrypted.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;

use kintsu_token::hash::Engine;
use kintsu_token::{Cipher, HmacKey, IvSource, KeyUses, Profile, Secret, SecretSource, TokenHasher};

const TOKENS: usize = 8 * 1024;
const REPEATS: usize = 40;

fn main() {
    let (signatures, ends) = signatures();
    let mean = signatures.len() as f64 / TOKENS as f64;
    println!("{TOKENS} signatures of {mean:.1} bytes on average; the best of {REPEATS} runs on one thread");

    let secret = Secret::from_bytes(*b"a hashing secret for measuring");
    let profile = Profile::default();
    let (mut tokens, mut token_ends) = (Vec::new(), Vec::new());
    for engine in Engine::ALL.into_iter().filter(|engine| engine.is_available()) {
        for (what, key) in [("SHA-256 as hex", None), ("token", Some(HmacKey::new(&secret, profile).unwrap()))] {
            let hasher = TokenHasher::with_engine(key, engine);
            report(&format!("{what}, {engine:?}"), || {
                tokens.clear();
                token_ends.clear();
                hasher.hash(&signatures, &ends, &mut tokens, &mut token_ends);
            });
        }
    }

    let cipher = Cipher::new(&Secret::from_bytes(*b"an encryption key for measuring."), profile).unwrap();
    let uses = KeyUses::of_run(&SecretSource::StandardInput);
    let mut ivs = IvSource::operating_system();
    let (mut encrypted, mut encrypted_ends) = (Vec::new(), Vec::new());
    report("encrypted", || {
        encrypted.clear();
        encrypted_ends.clear();
        cipher.encrypt_all(&tokens, &token_ends, &uses, &mut ivs, &mut encrypted, &mut encrypted_ends).unwrap();
    });
    report("decrypted", || {
        let (mut begin, mut buffer) = (0, Vec::new());
        for &end in &encrypted_ends {
            std::hint::black_box(cipher.decrypt_within(&encrypted[begin..end], profile, &mut buffer).unwrap());
            begin = end;
        }
    });
}

/// Signatures of the lengths that the built-in rules make.
fn signatures() -> (Vec<u8>, Vec<usize>) {
    let (mut text, mut ends) = (String::new(), Vec::new());
    for number in 0..TOKENS {
        let name = ["SMITH", "O'BRIEN-MULLER", "GARCIA", "LEE", "KOWALSKI"][number % 5];
        let signature = match number % 4 {
            0 => format!("{name}{number}|J|MALE|1980-01-15"),
            1 => format!("{name}{number}|JOHN|1980-01-15|981"),
            2 => format!("{name}{number}|JOHN|FEMALE|1980-01-15"),
            _ => format!("{:09}|MALE|1980-01-15", number * 7919),
        };
        text.push_str(&signature);
        ends.push(text.len());
    }
    (text.into_bytes(), ends)
}

fn report(what: &str, mut work: impl FnMut()) {
    let best = (0..REPEATS)
        .map(|_| {
            let begin = Instant::now();
            work();
            begin.elapsed()
        })
        .min()
        .unwrap();
    println!("{what:32} {:7.1} ns", best.as_nanos() as f64 / TOKENS as f64);
}
