//! The entries of the fuzz targets on rules and values, driven without a fuzzer by random text and by spoiled files.

use proptest::prelude::*;

use crate::token_entries::{linkage_schema, token_row, token_rules};

const FILES: [&str; 2] = [
    "column_mappings:\n  mother: {column_name: Surname2, type: LastName}\ntoken_rules:\n  T6:\n    - {field: mother, expression: 'T|U'}\n    \
     - {field: BirthDate, expression: T|D}\n  T7: [{field: Sex, expression: \"T|S(0,1)\"}]\n",
    "[column_mappings.mother]\ncolumn_name = \"Surname2\"\ntype = \"LastName\"\n[token_rules]\nT6 = [{ field = \"mother\", expression = \
     'T|M([a-z]+)' }, { field = \"SocialSecurityNumber\", expression = \"T|R('-','')\" }]\n",
];

const SCHEMA: &str = r#"{"version": 3, "clkConfig": {"l": 256, "xor_folds": 1, "kdf": {"type": "HKDF", "salt": "c2FsdA=="}},
 "features": [{"identifier": "name", "format": {"type": "string", "encoding": "utf-8", "case": "mixed", "maxLength": 30},
  "hashing": {"comparison": {"type": "ngram", "n": 2, "positional": true}, "strategy": {"bitsPerFeature": 20},
   "missingValue": {"sentinel": "", "replaceWith": "none"}, "hash": {"type": "blakeHash"}}},
  {"identifier": "born", "format": {"type": "date", "format": "%Y-%m-%d"},
   "hashing": {"comparison": {"type": "exact"}, "strategy": {"bitsPerToken": 3}}},
  {"identifier": "size", "format": {"type": "integer", "minimum": -20}, "hashing": {"comparison":
   {"type": "numeric", "thresholdDistance": 5, "resolution": 3}, "strategy": {"bitsPerToken": 2}}}]}"#;

/// A text of which some characters, from a place on, give way to others.
fn spoiled(text: &str, place: usize, cut: usize, put: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let place = place.min(characters.len());
    let end = (place + cut).min(characters.len());
    characters[..place].iter().copied().chain(put.chars()).chain(characters[end..].iter().copied()).collect()
}

#[test]
fn the_schema_that_is_spoiled_is_right() {
    assert!(kintsu_token::fuzzy::LinkageSchema::from_json(SCHEMA).is_ok());
    linkage_schema(SCHEMA.as_bytes());
}

proptest! {
    #[test]
    fn spoiled_files_of_rules_are_refused_or_read(
        file in 0..FILES.len(),
        place in 0..300_usize,
        cut in 0..12_usize,
        put in "[-:{}\\[\\]|'\"#&*!>%@,.=\n \u{9}a-zT0-9é]{0,6}",
    ) {
        token_rules(spoiled(FILES[file], place, cut, &put).as_bytes());
    }

    #[test]
    fn spoiled_schemas_are_refused_or_encode(
        place in 0..SCHEMA.len(),
        cut in 0..12_usize,
        put in "[-:{}\\[\\]\"%,.\\\\ a-zA-Z0-9é]{0,6}",
    ) {
        linkage_schema(spoiled(SCHEMA, place, cut, &put).as_bytes());
    }

    #[test]
    fn random_values_are_valid_or_not(
        expression in "[TUDSMR(),|0-9a-z\\\\\\[\\]&^$.*+?{}' -]{0,24}",
        values in proptest::collection::vec("[0-9]{2}[-./][0-9]{2}[-./][0-9]{4}|[A-Z]?[0-9 -]{0,12}|[-+]?[0-9]{0,20}\\.?[0-9]{0,4}([eE]-?[0-9]{0,3})?|\\PC{0,12}|[\\PC\\s]{0,12}", 1..4),
    ) {
        token_row(format!("{expression}\n{}", values.join("\n")).as_bytes());
    }
}
