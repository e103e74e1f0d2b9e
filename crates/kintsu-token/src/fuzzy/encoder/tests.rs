use super::super::dice;
use super::*;

const SCHEMA: &str = r#"{"version": 3, "clkConfig": {"l": 512, "kdf": {"type": "HKDF"}}, "features": [
    {"identifier": "id", "ignored": true},
    {"identifier": "name", "format": {"type": "string", "maxLength": 12},
     "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}}},
    {"identifier": "born", "format": {"type": "date", "format": "%Y-%m-%d"},
     "hashing": {"comparison": {"type": "ngram", "n": 1, "positional": true}, "strategy": {"bitsPerFeature": 80},
                 "hash": {"type": "doubleHash"}, "missingValue": {"sentinel": ""}}}]}"#;

const NAMES: [&str; 5] = ["anna berg", "anna burg", "peter long", "far too long a name", ""];
const BORN: [&str; 5] = ["1980-01-02", "1980-01-02", "1999-12-31", "1980-01-02", "31.12.1999"];

fn encoder(options: &EncodeOptions) -> ClkEncoder {
    encoder_of(options, b"a secret of the tests")
}

fn encoder_of(options: &EncodeOptions, secret: &[u8]) -> ClkEncoder {
    ClkEncoder::new(&LinkageSchema::from_json(SCHEMA).unwrap(), &Secret::from_bytes(secret), options).unwrap()
}

fn hardened(hardening: Hardening) -> EncodeOptions {
    EncodeOptions { hardening, ..EncodeOptions::default() }
}

fn encode(encoder: &ClkEncoder) -> Encoded {
    encoder.encode(&["1", "2", "3", "4", "5"], &[&NAMES, &BORN]).unwrap()
}

#[test]
fn alike_records_have_alike_clks_under_one_secret_alone() {
    let encoded = encode(&encoder(&EncodeOptions::default()));
    assert!(dice(&encoded.clks, 0, &encoded.clks, 1) > 0.85);
    assert!(dice(&encoded.clks, 0, &encoded.clks, 2) < 0.7);
    let other = encode(&encoder_of(&EncodeOptions::default(), b"another secret"));
    assert!(dice(&encoded.clks, 0, &other.clks, 0) < 0.7);
}

#[test]
fn records_with_invalid_values_are_blank_or_made_of_the_others() {
    let encoder_with = |on_invalid| encoder(&EncodeOptions { on_invalid, ..EncodeOptions::default() });
    let blank = encode(&encoder_with(OnInvalid::BlankRecord));
    let left_out = encode(&encoder_with(OnInvalid::LeaveOutValue));
    let counts = BTreeMap::from([((0, InvalidValue::Length), 1), ((1, InvalidValue::NotADate), 1)]);
    assert_eq!((&blank.invalid, &left_out.invalid), (&counts, &counts));
    assert_eq!([3, 4].map(|record| blank.clks.set_bits(record)), [None, None]);
    assert_eq!(left_out.clks.set_bits(4), Some(0));
    assert!(left_out.clks.set_bits(3).is_some_and(|set| (40..=80).contains(&set)));
    let unchecked = encode(&encoder(&EncodeOptions { check_formats: false, ..EncodeOptions::default() }));
    assert_eq!(unchecked.invalid, BTreeMap::from([((1, InvalidValue::NotADate), 1)]));
}

#[test]
fn clks_do_not_depend_on_batches_and_order() {
    let names: Vec<String> = (0..5000_u32).map(|row| format!("name {}", row.wrapping_mul(2_654_435_761) % 3000)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let born = vec!["1980-01-02"; names.len()];
    let encoder = encoder(&hardened(Hardening { flip_probability: 0.05, ..Hardening::default() }));
    let all = encoder.encode(&names, &[&names, &born]).unwrap();
    for row in [0, 1023, 1024, 4999] {
        let one = encoder.encode(&names[row..=row], &[&names[row..=row], &born[row..=row]]).unwrap();
        assert_eq!(one.clks.text(0), all.clks.text(row));
    }
}

#[test]
fn salted_records_share_bits_only_under_the_same_salt() {
    let encoder = encoder(&hardened(Hardening { salt_columns: vec!["year".to_owned()], ..Hardening::default() }));
    assert_eq!(encoder.columns(), ["name", "born", "year"]);
    let clks = |year: &str| encoder.encode(&["1"], &[&NAMES[..1], &BORN[..1], &[year]]).unwrap().clks;
    assert_eq!(clks("1980"), clks("1980"));
    assert!(dice(&clks("1980"), 0, &clks("1981"), 0) < 0.7);
}

#[test]
fn folding_and_balancing_change_the_length_of_clks() {
    let encoder = encoder(&hardened(Hardening { folds: 1, rule_90: true, balance: true, ..Hardening::default() }));
    let encoded = encode(&encoder);
    assert_eq!((encoder.bits(), encoded.clks.bits()), (512, 512));
    assert_eq!(encoded.clks.set_bits(0), Some(256));
    assert!(encode(&encoder_of(&EncodeOptions::default(), b"s")).clks.set_bits(0) != Some(256));
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    let encoder = encoder(&EncodeOptions::default());
    assert!(matches!(encoder.encode(&["1"], &[&["a"]]), Err(FuzzyError::Columns { wanted: 2, given: 1 })));
    assert!(matches!(encoder.encode(&["1"], &[&["a"], &[]]), Err(FuzzyError::Columns { .. })));
    let schema = LinkageSchema::from_json(SCHEMA).unwrap();
    assert!(matches!(ClkEncoder::new(&schema, &Secret::from_bytes([]), &EncodeOptions::default()), Err(FuzzyError::EmptySecret)));
}
