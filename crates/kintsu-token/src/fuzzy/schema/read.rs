//! From the text of a schema to its settings, whichever the version.

use serde_json::Value;

use super::feature::feature;
use super::node::{Node, Object, Problems};
use super::problem::{SchemaFault, SchemaProblem, SchemaProblems};
use super::{DerivationHash, Encoding, HashKind, KeyDerivation, LinkageSchema};
use crate::fuzzy::clks::bytes_of;
use crate::fuzzy::keys::KEYS_PER_FEATURE;
use crate::hash::base64::Dialect;

/// Bits of a filter before it is folded, at most.
const BITS_MAX: u64 = 1 << 20;
const FOLDS_MAX: u64 = 16;
/// How often version 1 puts a token into the filter, at most, before weights.
const INSERTIONS_MAX: u64 = 100_000;
/// The longest key that HKDF could give a schema of one feature.
const KEY_BYTES_MAX: u64 = 255 * 64 / 2;
/// BLAKE2b takes no longer keys.
const BLAKE_KEY_BYTES_MAX: usize = 64;

/// The version of a file, with what the first has for all features together.
#[derive(Clone, Copy)]
pub(super) enum Version {
    One { insertions: usize, hash: HashKind },
    Two,
    Three,
}

impl LinkageSchema {
    /// Reads a linkage schema of clkhash, version 1, 2 or 3.
    ///
    /// # Errors
    ///
    /// All mistakes of the file at once, each with its place and what to write instead. What clkhash 0.18.3 refuses is refused;
    /// beyond that, sizes are limited (a filter has at most 2^20 bits before folding), and so are formats of dates: those that
    /// count weeks are not read.
    pub fn from_json(text: &str) -> Result<Self, SchemaProblems> {
        let value: Value = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        let problems = Problems::default();
        let schema = read(&Node::root(&value, &problems), &problems);
        let problems = problems.into_vec();
        match schema {
            Some(schema) if problems.is_empty() => Ok(schema),
            _ => Err(SchemaProblems(problems)),
        }
    }
}

fn not_json(error: &serde_json::Error) -> SchemaProblems {
    let what = format!("is no JSON: line {}, column {}", error.line(), error.column());
    let instead = "mend the line; strings stand in double quotes, and no comma stands before a closing bracket".to_owned();
    SchemaProblems(vec![SchemaProblem { fault: SchemaFault::NotJson, place: String::new(), what, instead }])
}

fn read(root: &Node<'_>, problems: &Problems) -> Option<LinkageSchema> {
    let Some(object) = root.value.is_object().then(|| root.object()).flatten() else {
        problems.add(SchemaFault::NotJson, "", "is no JSON object", "write an object with version, clkConfig and features");
        return None;
    };
    let number = object.required("version")?;
    let settings = object.required("clkConfig").and_then(|node| node.object());
    let features = object.required("features").and_then(|node| {
        let features = node.list()?;
        if features.is_empty() {
            node.refuse("has no features", "describe at least one column");
        }
        Some(features)
    });
    let (settings, features) = settings.zip(features)?;
    let version = version(&number, &settings, problems)?;
    let bits = settings.required("l").and_then(|node| node.whole(1, BITS_MAX));
    let (folds, notices) = folds(&settings);
    let derivation = settings.required("kdf").and_then(|node| derivation(&node.object()?));
    let read: Vec<_> = features.iter().map(|node| feature(node, version)).collect();
    let features: Option<Vec<_>> = read.into_iter().collect();
    let schema = LinkageSchema { bits: bits?, folds: folds?, derivation: derivation?, features: features?, notices };
    check_sizes(&schema, &settings);
    Some(schema)
}

fn version(number: &Node<'_>, settings: &Object<'_>, problems: &Problems) -> Option<Version> {
    let value = number.value.as_f64();
    if value == Some(3.0) {
        Some(Version::Three)
    } else if value == Some(2.0) {
        Some(Version::Two)
    } else if value == Some(1.0) {
        let insertions = settings.required("k").and_then(|node| node.whole(1, INSERTIONS_MAX));
        let hash = settings.required("hash").and_then(|node| hash_kind(&node));
        Some(Version::One { insertions: insertions?, hash: hash? })
    } else {
        problems.add(SchemaFault::Version, "version", "is none that is known", "write 1, 2 or 3");
        None
    }
}

fn folds(settings: &Object<'_>) -> (Option<u32>, Vec<String>) {
    let documented = settings.optional("xorFolds").map(|node| node.whole(0, FOLDS_MAX));
    let read = settings.optional("xor_folds").map_or(Some(0), |node| node.whole(0, FOLDS_MAX));
    let mut notices = Vec::new();
    if documented.flatten().is_some_and(|folds| folds > 0 && read == Some(0)) {
        notices.push(format!(
            "`{}` is passed over, as clkhash 0.18.3 does: the key that folds filters is `xor_folds`",
            settings.place_of("xorFolds")
        ));
    }
    (read.map(|folds| folds as u32), notices)
}

fn derivation(object: &Object<'_>) -> Option<KeyDerivation> {
    let kind = object.required("type").and_then(|node| node.word(&[("HKDF", ())]));
    let hashes = [("SHA256", DerivationHash::Sha256), ("SHA512", DerivationHash::Sha512)];
    let hash = object.optional("hash").map_or(Some(DerivationHash::Sha256), |node| node.word(&hashes));
    let bytes = |key| object.optional(key).map_or(Some(Vec::new()), |node| base64(&node));
    let (salt, info) = (bytes("salt"), bytes("info"));
    let key_bytes = object.optional("keySize").map_or(Some(64), |node| node.whole(1, KEY_BYTES_MAX));
    kind?;
    Some(KeyDerivation { hash: hash?, salt: salt?, info: info?, key_bytes: key_bytes? })
}

/// The bytes of base64 text as Python decodes it: other characters are passed over.
fn base64(node: &Node<'_>) -> Option<Vec<u8>> {
    let text = node.text()?;
    let bytes = Some(text).filter(|text| text.is_ascii()).and_then(|text| bytes_of(text, Dialect::Python));
    if bytes.is_none() {
        node.refuse("is no base64", "write base64 with its padding, such as `c2FsdA==`");
    }
    bytes
}

/// The hash of a feature, or in version 1 of all.
pub(super) fn hash_kind(node: &Node<'_>) -> Option<HashKind> {
    let object = node.object()?;
    let double = object.required("type")?.word(&[("doubleHash", true), ("blakeHash", false)])?;
    let prevent = object.optional("prevent_singularity").map(|node| node.flag());
    match (double, prevent) {
        (true, None) => Some(HashKind::Double { prevent_singularity: false }),
        (true, Some(prevent)) => Some(HashKind::Double { prevent_singularity: prevent? }),
        (false, None) => Some(HashKind::Blake),
        (false, Some(_)) => {
            object.conflict("prevent_singularity", "says something of doubleHash alone", "leave it out, or use doubleHash");
            None
        }
    }
}

/// What no part can see alone: lengths of filters and keys against hashes and the number of features.
fn check_sizes(schema: &LinkageSchema, settings: &Object<'_>) {
    if schema.bits_hashed() as u64 > BITS_MAX {
        let instead = format!("make `l` or `xor_folds` smaller: a filter has at most {BITS_MAX} bits before folding");
        settings.conflict("xor_folds", "makes the filter too long", instead);
    }
    let blake = schema.hashed().any(|(_, _, hashing)| hashing.hash == HashKind::Blake);
    if blake && !schema.bits_hashed().is_power_of_two() {
        settings.conflict("l", "is no power of two, which blakeHash needs", "write a power of two, such as 1024");
    }
    let key_bytes = schema.derivation.key_bytes;
    if blake && key_bytes > BLAKE_KEY_BYTES_MAX {
        settings.conflict("kdf", "makes keys that blakeHash cannot take", "write a keySize of at most 64");
    }
    let digest_bytes = if schema.derivation.hash == DerivationHash::Sha256 { 32 } else { 64 };
    if key_bytes * KEYS_PER_FEATURE * schema.features.len() > 255 * digest_bytes {
        let instead = format!("write a smaller keySize: HKDF gives {} bytes for two keys a feature", 255 * digest_bytes);
        settings.conflict("kdf", "wants more bytes of keys than HKDF gives", instead);
    }
}

/// Encodings by their names.
pub(super) const ENCODINGS: [(&str, Encoding); 4] =
    [("ascii", Encoding::Ascii), ("utf-8", Encoding::Utf8), ("utf-16", Encoding::Utf16), ("utf-32", Encoding::Utf32)];
