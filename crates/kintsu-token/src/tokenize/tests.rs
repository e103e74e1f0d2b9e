use jiff::civil::date;

use super::*;
use crate::profile::Profile;
use crate::rule::RuleSet;
use crate::secret::{Secret, SecretSource};
use crate::signature::{Outcome, Signature};

fn rules() -> CompiledRules {
    CompiledRules::new(&RuleSet::built_in(), Profile::default(), date(2025, 1, 1)).unwrap()
}

fn maker(mode: TokenMode) -> TokenMaker {
    let secret = Secret::from_bytes(*b"a hashing secret of the tests");
    let key = Secret::from_bytes(*b"an encryption key of 32 letters.");
    let cipher = crate::encrypt::Cipher::new(&key, Profile::default()).unwrap();
    let uses = crate::secret::KeyUses::of_run(&SecretSource::StandardInput);
    TokenMaker::new(mode, Some(&secret), Some(Encryption { cipher, uses }), Profile::default()).unwrap()
}

/// People of whom many share values, and some have none or bad ones; in the order of the built-in rules' fields.
fn people(rows: usize) -> Vec<Vec<Option<String>>> {
    let rules = rules();
    let value = |field: &str, row: usize| match (field, row % 13) {
        (_, 5) if row.is_multiple_of(5) => None,
        ("LastName", number) => Some(["Doe", "O'Brien, Jr.", "Test", "", "Ng"][number % 5].to_owned()),
        ("FirstName", number) => Some(["John", "Jane", "N/A", "Mary Ann"][number % 4].to_owned()),
        ("Sex", number) => Some(["M", "Female", "X"][number % 3].to_owned()),
        ("BirthDate", number) => Some(format!("19{}-0{}-15", 60 + row % 40, number % 11)),
        ("PostalCode", number) => Some(["98101", "K1A 0B1", "x"][number % 3].to_owned()),
        _ => Some(format!("{:09}", 200_000_000 + row * 7)),
    };
    rules.fields().iter().map(|field| (0..rows).map(|row| value(&field.name, row)).collect()).collect()
}

fn records<'a>(
    columns: &'a [Vec<Option<String>>],
    ids: Option<&'a Vec<Option<String>>>,
) -> RecordColumns<'a, Vec<Option<String>>> {
    RecordColumns {
        rows: columns[0].len(),
        fields: columns.iter().map(Some).collect(),
        missing: vec![&[]; columns.len()],
        record_ids: ids,
    }
}

fn texts(bytes: (&[u8], &[usize])) -> Vec<String> {
    let mut begin = 0;
    bytes.1.iter().map(|&end| String::from_utf8(bytes.0[std::mem::replace(&mut begin, end)..end].to_vec()).unwrap()).collect()
}

#[test]
#[allow(clippy::needless_range_loop)]
fn signatures_are_those_that_the_rules_join_one_by_one() {
    let columns = people(500);
    let tokenizer = Tokenizer::new(rules(), TokenMaker::new(TokenMode::Plain, None, None, Profile::default()).unwrap());
    let (mut worker, mut counts, mut batch) = (tokenizer.worker(), tokenizer.counts(), TokenBatch::default());
    for _ in 0..3 {
        tokenizer.tokenize(&records(&columns, None), &mut worker, &mut counts, &mut batch).unwrap();
    }
    let rules = tokenizer.rules();
    let mut expected = Vec::new();
    let (mut blank, mut invalid_rows) = (vec![0; 5], 0);
    for row in 0..columns[0].len() {
        let outcomes: Vec<Outcome<'_>> = (0..rules.parts().len())
            .map(|part| rules.outcome(part, columns[rules.parts()[part].field][row].as_deref()))
            .collect();
        let mut invalid = false;
        for (rule, blanks) in blank.iter_mut().enumerate() {
            let mut text = String::new();
            match rules.signature(rule, |part| &outcomes[part], &mut text) {
                Signature::Text if !text.is_empty() => expected.push(text),
                Signature::Dropped => {}
                Signature::Text => {
                    *blanks += 3;
                    expected.push(crate::hash::BLANK_TOKEN.to_owned());
                }
                Signature::Blank { invalid: field } => {
                    invalid |= field.is_some();
                    *blanks += 3;
                    expected.push(crate::hash::BLANK_TOKEN.to_owned());
                }
            }
        }
        invalid_rows += u64::from(invalid);
    }
    assert_eq!(texts(batch.tokens()), expected);
    assert_eq!((counts.rows, counts.rows_invalid, &counts.blank), (1500, invalid_rows * 3, &blank));
    assert!(blank[3] > 0 && invalid_rows < 500);
}

#[test]
fn encrypted_tokens_decrypt_to_the_hashes_and_blank_ones_stay() {
    let columns = people(60);
    let run = |mode| {
        let tokenizer = Tokenizer::new(rules(), maker(mode));
        let (mut counts, mut batch) = (tokenizer.counts(), TokenBatch::default());
        tokenizer.tokenize(&records(&columns, None), &mut tokenizer.worker(), &mut counts, &mut batch).unwrap();
        (texts(batch.tokens()), tokenizer)
    };
    let (hashed, _) = run(TokenMode::HashOnly);
    let (encrypted, tokenizer) = run(TokenMode::Encrypt);
    let encryption = tokenizer.maker().encryption().unwrap();
    let mut used = 0;
    for (hash, token) in hashed.iter().zip(&encrypted) {
        if hash == crate::hash::BLANK_TOKEN {
            assert_eq!(token, hash);
        } else {
            used += 1;
            assert_eq!(encryption.cipher.decrypt(token, Profile::default()).as_ref(), Ok(hash));
        }
    }
    assert!(used > 0);
    assert_eq!(tokenizer.into_maker().finish().unwrap(), Some(used));
}

#[test]
fn missing_columns_and_cells_blank_tokens_and_count_nothing() {
    let mut columns = people(40);
    for column in &mut columns {
        column.truncate(40);
    }
    let tokenizer = Tokenizer::new(rules(), maker(TokenMode::HashOnly));
    let (mut counts, mut batch) = (tokenizer.counts(), TokenBatch::default());
    let mut absent = records(&columns, None);
    absent.fields = vec![None; columns.len()];
    tokenizer.tokenize(&absent, &mut tokenizer.worker(), &mut counts, &mut batch).unwrap();
    assert_eq!((counts.rows_invalid, counts.blank.as_slice()), (0, [40; 5].as_slice()));
    assert!(texts(batch.tokens()).iter().all(|token| token == crate::hash::BLANK_TOKEN));
    let rows: Vec<u32> = (0..40).collect();
    let mut cells = records(&columns, None);
    cells.missing = vec![&rows; columns.len()];
    let mut again = tokenizer.counts();
    tokenizer.tokenize(&cells, &mut tokenizer.worker(), &mut again, &mut batch).unwrap();
    assert_eq!(again, counts);
}

#[test]
fn ids_are_kept_as_they_are_and_made_up_where_they_lack() {
    let columns: Vec<Vec<Option<String>>> = people(4);
    let ids = vec![Some(" r1".to_owned()), None, Some(String::new()), Some("  ".to_owned())];
    let tokenizer = Tokenizer::new(rules(), maker(TokenMode::HashOnly));
    let (mut counts, mut batch) = (tokenizer.counts(), TokenBatch::default());
    tokenizer.tokenize(&records(&columns, Some(&ids)), &mut tokenizer.worker(), &mut counts, &mut batch).unwrap();
    let found = texts(batch.record_ids());
    assert_eq!((found[0].as_str(), found[3].as_str()), (" r1", "  "));
    for made in &found[1..3] {
        assert_eq!((made.len(), &made[14..15]), (36, "4"));
        assert!("89ab".contains(&made[19..20]));
    }
    assert_ne!(found[1], found[2]);
    assert_eq!(batch.slots().map(|(record, _)| record).max(), Some(3));
}
