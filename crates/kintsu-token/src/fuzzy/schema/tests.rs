use super::*;

fn problems(text: &str) -> Vec<(SchemaFault, String)> {
    let problems = LinkageSchema::from_json(text).unwrap_err().0;
    assert!(problems.iter().all(|problem| !problem.instead.is_empty()));
    problems.into_iter().map(|problem| (problem.fault, problem.place)).collect()
}

#[test]
fn all_mistakes_are_named_by_their_places() {
    let text = r#"{"version": 3, "clkConfig": {"l": 1000, "kdf": {"type": "HKDF", "salt": "???", "keySize": 0}}, "features": [
        {"identifier": "a", "ignored": true, "weight": 1},
        {"identifier": "b", "format": {"type": "date", "format": "%Q"}, "hashing": {"strategy": {"bitsPerToken": 0}}},
        {"identifier": 3, "format": {"type": "string", "case": "Upper", "pattern": "("},
         "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {}}}]}"#;
    let expected = [
        (SchemaFault::Value, "clkConfig.kdf.keySize"),
        (SchemaFault::Unknown, "features[0].weight"),
        (SchemaFault::Value, "features[1].format.format"),
        (SchemaFault::Conflict, "features[1].hashing.strategy.bitsPerToken"),
        (SchemaFault::Missing, "features[1].hashing.comparison"),
        (SchemaFault::Value, "features[2].identifier"),
        (SchemaFault::Unknown, "features[2].format.case"),
        (SchemaFault::Value, "features[2].format.pattern"),
        (SchemaFault::Conflict, "features[2].hashing.strategy.bitsPerToken"),
    ];
    assert_eq!(problems(text), expected.map(|(fault, place)| (fault, place.to_owned())));
}

#[test]
fn what_is_no_schema_is_refused() {
    assert_eq!(problems("{"), [(SchemaFault::NotJson, String::new())]);
    assert_eq!(problems("[]"), [(SchemaFault::NotJson, String::new())]);
    assert_eq!(problems(r#"{"version": 4, "clkConfig": {}, "features": [{}]}"#)[0], (SchemaFault::Version, "version".to_owned()));
    assert!(
        problems(r#"{"version": 3, "clkConfig": {}, "features": []}"#).contains(&(SchemaFault::Value, "features".to_owned()))
    );
    let missing = problems(r#"{"version": 2}"#);
    assert_eq!(missing.len(), 2);
}

fn with(settings: &str, hashing: &str) -> Result<LinkageSchema, SchemaProblems> {
    LinkageSchema::from_json(&format!(
        r#"{{"version": 3, "clkConfig": {{"kdf": {{"type": "HKDF"}}, {settings}}}, "features": [{{"identifier": "a",
            "format": {{"type": "string"}}, "hashing": {{"comparison": {{"type": "exact"}}, "strategy": {{"bitsPerToken": 5}} {hashing}}}}}]}}"#
    ))
}

#[test]
fn sizes_have_to_fit_each_other() {
    assert_eq!(with(r#""l": 64, "xor_folds": 2"#, "").unwrap().bits_hashed(), 256);
    assert!(with(r#""l": 65"#, "").is_err());
    assert!(with(r#""l": 65"#, r#", "hash": {"type": "doubleHash"}"#).is_ok());
    assert!(with(r#""l": 1048576, "xor_folds": 1"#, "").is_err());
    assert!(with(r#""l": 64"#, r#", "hash": {"type": "blakeHash", "prevent_singularity": false}"#).is_err());
}

#[test]
fn the_key_that_does_not_fold_is_noticed() {
    let schema = with(r#""l": 64, "xorFolds": 1"#, "").unwrap();
    assert_eq!((schema.bits_hashed(), schema.notices().len()), (64, 1));
    assert!(schema.notices()[0].contains("clkConfig.xorFolds"));
    assert!(with(r#""l": 64, "xorFolds": 0"#, "").unwrap().notices().is_empty());
}

#[test]
fn encodings_are_those_of_python() {
    let bytes = |encoding: Encoding| {
        let mut bytes = Vec::new();
        encoding.encode("é🙂", &mut bytes);
        bytes
    };
    assert_eq!(bytes(Encoding::Utf16), [0xff, 0xfe, 0xe9, 0, 0x3d, 0xd8, 0x42, 0xde]);
    assert_eq!(bytes(Encoding::Utf32), [0xff, 0xfe, 0, 0, 0xe9, 0, 0, 0, 0x42, 0xf6, 1, 0]);
    assert!(!Encoding::Ascii.has_all_of("é") && Encoding::Ascii.has_all_of("e") && Encoding::Utf8.has_all_of("é"));
}

#[test]
fn insertions_of_a_feature_add_up() {
    for tokens in 1..40 {
        let of = |at| Strategy::BitsPerFeature(200).insertions(at, tokens);
        assert_eq!((0..tokens).map(of).sum::<usize>(), 200);
        assert!(of(0) - of(tokens - 1) <= 1);
    }
}
