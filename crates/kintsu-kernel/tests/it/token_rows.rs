//! Tokens in plain columns, and opened again: the same tokens from every type of column, ids by counting, nothing of values in errors.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray,
};
use arrow_cast::cast;
use arrow_schema::DataType;
use kintsu_kernel::{DecryptTokens, Kernel, KernelError, KernelSpec, RowCounter, Tokenize, TokenizeSpec};
use kintsu_token::{BLANK_TOKEN, Cipher, Encryption, KeyUses, Profile, RuleSet, Secret, SecretSource, TokenMode};

const SECRET: &[u8] = b"otk-golden-hashing-secret-v1";
const KEY: &[u8] = b"otk-golden-encryption-key-32chr!";
const FIRST_TOKEN: &str = "faFXYtLcTOP3O8N+sHxi9JUypOTlq/vtUBUK7DVhXEQ=";

fn kernel(mode: TokenMode) -> Tokenize {
    let spec = TokenizeSpec {
        rules: RuleSet::built_in(),
        profile: Profile::OpenToken1Python,
        as_of: "2026-11-20".to_owned(),
        mode,
        columns: BTreeMap::new(),
        record_id: None,
    };
    let place = SecretSource::StandardInput;
    let encryption = Encryption { cipher: cipher(), uses: KeyUses::of_run(&place) };
    let hashing = Secret::from_bytes(SECRET);
    Kernel::with_secrets(&KernelSpec::Tokenize(spec), Some(&hashing), Some(encryption)).unwrap().into_tokenize().unwrap()
}

fn cipher() -> Cipher {
    Cipher::new(&Secret::from_bytes(KEY), Profile::OpenToken1Python).unwrap()
}

fn text(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(values.iter().copied().collect::<StringArray>())
}

/// Two people, the second without a postal code and a number.
fn people() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("RecordId", text(&[Some("a"), Some("b")])),
        ("FirstName", text(&[Some("John"), Some("Jane")])),
        ("LastName", text(&[Some("Doe"), Some("Roe")])),
        ("BirthDate", text(&[Some("2000-01-01"), Some("1990-05-15")])),
        ("Sex", text(&[Some("Male"), Some("F")])),
        ("PostalCode", text(&[Some("98101"), None])),
        ("SocialSecurityNumber", text(&[Some("123456780"), None])),
    ]
}

fn with(replaced: Vec<(&'static str, ArrayRef)>) -> RecordBatch {
    let mut columns = people();
    for (name, array) in replaced {
        columns.retain(|(known, _)| *known != name);
        columns.push((name, array));
    }
    RecordBatch::try_from_iter(columns).unwrap()
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Vec<Option<&'a str>> {
    batch.column_by_name(name).unwrap().as_string::<i32>().iter().collect()
}

#[test]
fn every_type_of_column_gives_the_same_tokens_in_plain_text() {
    let kernel = kernel(TokenMode::HashOnly);
    let expected = kernel.apply_to_rows(&with(Vec::new()), None).unwrap();
    assert_eq!(column(&expected, "Token")[0], Some(FIRST_TOKEN));
    assert_eq!(column(&expected, "RuleId")[..6], ["T1", "T2", "T3", "T4", "T5", "T1"].map(Some));
    assert_eq!(column(&expected, "RecordId")[4..6], ["a", "b"].map(Some));
    let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let variants: Vec<Vec<(&'static str, ArrayRef)>> = vec![
        vec![
            ("LastName", Arc::new(LargeStringArray::from(vec!["Doe", "Roe"]))),
            ("RecordId", cast(&people()[0].1, &dictionary).unwrap()),
        ],
        vec![("RecordId", Arc::new(StringViewArray::from(vec!["a", "b"]))), ("Sex", cast(&people()[4].1, &dictionary).unwrap())],
        vec![
            ("BirthDate", Arc::new(Date32Array::from(vec![10957, 7439]))),
            ("PostalCode", Arc::new(Int32Array::from(vec![Some(98101), None]))),
        ],
        vec![("SocialSecurityNumber", Arc::new(Int64Array::from(vec![Some(123_456_780), None])))],
        vec![(
            "SocialSecurityNumber",
            Arc::new(Decimal128Array::from(vec![Some(123_456_780), None]).with_precision_and_scale(9, 0).unwrap()),
        )],
        vec![("SocialSecurityNumber", Arc::new(Float64Array::from(vec![123_456_780.0, f64::NAN])))],
        vec![("PostalCode", Arc::new(Float64Array::from(vec![Some(98_101.0), None])))],
        vec![(
            "PostalCode",
            Arc::new(Decimal128Array::from(vec![Some(9_810_100), None]).with_precision_and_scale(7, 2).unwrap()),
        )],
    ];
    for variant in variants {
        let kinds: Vec<String> = variant.iter().map(|(name, array)| format!("{name}: {}", array.data_type())).collect();
        assert_eq!(kernel.apply_to_rows(&with(variant), None).unwrap(), expected, "{kinds:?}");
    }
}

#[test]
fn ids_keep_their_type_and_their_nulls() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(7), None]));
    let made = kernel(TokenMode::HashOnly).apply_to_rows(&with(vec![("RecordId", ids)]), None).unwrap();
    let ids: Vec<Option<i64>> = made.column(0).as_primitive::<Int64Type>().iter().collect();
    assert_eq!(ids, [vec![Some(7); 5], vec![None; 5]].concat());
}

#[test]
fn ids_that_lack_are_counted_and_those_of_batches_cut_elsewhere_are_the_same() {
    let kernel = kernel(TokenMode::HashOnly);
    let lacking = with(vec![("RecordId", text(&[Some(""), None]))]);
    let counter = |first_row| Some(RowCounter { salt: b"salt", partition: 3, first_row });
    let ids = |batch: &RecordBatch, first_row| -> Vec<String> {
        let made = kernel.apply_to_rows(batch, counter(first_row)).unwrap();
        column(&made, "RecordId").into_iter().map(|id| id.unwrap().to_owned()).collect()
    };
    let whole = ids(&lacking, 10);
    assert_eq!(whole, [ids(&lacking.slice(0, 1), 10), ids(&lacking.slice(1, 1), 11)].concat());
    assert_eq!(whole, ids(&lacking, 10));
    assert_eq!(whole.iter().collect::<HashSet<_>>().len(), 2);
    let without = lacking.project(&[0, 1, 2, 3, 4, 5]).unwrap();
    assert_eq!(whole, ids(&without, 10));
    let random = |batch: &RecordBatch| kernel.apply_to_rows(batch, None).unwrap();
    assert_ne!(column(&random(&without), "RecordId"), column(&random(&without), "RecordId"));
}

#[test]
fn lists_end_where_the_tokens_of_a_record_end() {
    let (tokens, ends) = kernel(TokenMode::HashOnly).apply_to_lists(&with(Vec::new()), None).unwrap();
    assert_eq!((tokens.num_rows(), ends), (10, vec![0, 5, 10]));
}

#[test]
fn ids_of_lists_are_text() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(7), None]));
    let counter = Some(RowCounter { salt: b"salt", partition: 3, first_row: 10 });
    let (tokens, _) = kernel(TokenMode::HashOnly).apply_to_lists(&with(vec![("RecordId", ids)]), counter).unwrap();
    let ids = column(&tokens, "RecordId");
    assert_eq!(ids[..5], [Some("7"); 5]);
    assert!(ids[5..].iter().all(|id| id.is_some_and(|id| id.len() == 36)), "{ids:?}");
    let binary: ArrayRef = Arc::new(BinaryArray::from(vec![b"a".as_slice(), b"b"]));
    let refused = kernel(TokenMode::HashOnly).apply_to_lists(&with(vec![("RecordId", binary)]), None);
    assert!(matches!(refused, Err(KernelError::Column { column, .. }) if column == "RecordId"));
}

#[test]
fn a_rule_beside_a_record_gives_its_token() {
    let kernel = kernel(TokenMode::HashOnly);
    let rules = [Some("T1".to_owned()), Some("T9".to_owned())];
    assert_eq!(kernel.tokens_of_rules(&with(Vec::new()), &rules).unwrap(), [Some(FIRST_TOKEN.to_owned()), None]);
    assert_eq!(kernel.tokens_of_rules(&with(Vec::new()), &[None, None]).unwrap(), [None, None]);
}

#[test]
fn one_record_says_what_is_wrong_with_it() {
    let record = with(vec![("Sex", text(&[Some("X"), None]))]).slice(0, 1);
    let made = kernel(TokenMode::HashOnly).tokens_of_record(&record).unwrap();
    assert_eq!(made.invalid, ["Sex"]);
    assert_eq!(made.blank, ["T1", "T3", "T4", "T5"]);
    assert_eq!(made.tokens.iter().filter(|(_, token)| token == BLANK_TOKEN).count(), 4);
    let without = kernel(TokenMode::HashOnly).tokens_of_record(&record.project(&[0, 1, 2, 3, 4, 5]).unwrap()).unwrap();
    assert_eq!(without.invalid, Vec::<String>::new(), "what is not given is not invalid");
}

#[test]
fn a_column_that_is_no_text_is_named_and_its_values_are_not() {
    let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![b"hidden".as_slice(), b"hidden"]));
    let error = kernel(TokenMode::HashOnly).apply_to_rows(&with(vec![("Sex", Arc::clone(&bytes))]), None).unwrap_err();
    assert!(matches!(&error, KernelError::Column { kernel: "tokenize", column, .. } if column == "Sex"), "{error}");
    assert!(!error.to_string().contains("hidden"));
    let tokens = RecordBatch::try_from_iter([("RecordId", text(&[Some("a")])), ("RuleId", text(&[Some("T1")]))]).unwrap();
    let error = DecryptTokens::new(cipher(), Profile::OpenToken1Python).apply(&tokens).unwrap_err();
    assert!(matches!(&error, KernelError::NoColumn { kernel: "decrypt_tokens", column } if column == "Token"), "{error}");
}

#[test]
fn encrypted_tokens_open_to_the_hashed_ones_without_the_blank() {
    let opener = DecryptTokens::new(cipher(), Profile::OpenToken1Python);
    let hashed = kernel(TokenMode::HashOnly).apply_to_rows(&with(Vec::new()), None).unwrap();
    let encrypted = kernel(TokenMode::Encrypt).apply_to_rows(&with(Vec::new()), None).unwrap();
    let opened = opener.apply(&encrypted).unwrap();
    assert_eq!(opened, opener.apply(&hashed).unwrap(), "what the key does not open stays");
    assert_eq!(opened.num_rows(), 8, "the blank T2 and T4 of the second are left out");
    assert!(!column(&opened, "Token").contains(&Some(BLANK_TOKEN)));
    assert_eq!(opened.schema(), encrypted.schema());
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..10));
    let numbered = RecordBatch::try_from_iter([
        ("RecordId", ids),
        ("RuleId", encrypted.column(1).clone()),
        ("Token", encrypted.column(2).clone()),
    ]);
    let opened = opener.apply(&numbered.unwrap()).unwrap();
    assert_eq!(opened.column(0).as_primitive::<Int64Type>().values().to_vec(), [0, 1, 2, 3, 4, 5, 7, 9]);
    let empty = RecordBatch::try_from_iter(["RecordId", "RuleId", "Token"].map(|name| (name, text(&[None, Some("")])))).unwrap();
    assert_eq!(opener.apply(&empty).unwrap().num_rows(), 0);
}
