//! Values prepared at once, from Arrow's buffers and in parts are the same values.

use kintsu_text::{Ladder, Measure, PreparedValues, Scratch, Semantics, Step, Unit};

use crate::random::Random;

fn offsets(values: &[String]) -> (Vec<u8>, Vec<i32>) {
    let mut offsets = vec![0];
    for value in values {
        offsets.push(offsets[offsets.len() - 1] + value.len() as i32);
    }
    (values.concat().into_bytes(), offsets)
}

/// The steps of every value of `left` with the value of the same code of `right`.
fn steps(left: &PreparedValues, right: &PreparedValues, semantics: Semantics) -> Vec<u8> {
    let ladder = Ladder::new(Measure::Levenshtein, semantics, &[Step::at_most(0.0), Step::at_most(40.0)]);
    let pairs: Vec<(u32, u32)> = (0..left.len() as u32).map(|code| (code, code)).collect();
    let mut out = vec![9; pairs.len()];
    ladder.step_many(left, right, &pairs, &mut out, &mut Scratch::default());
    out
}

#[test]
fn all_ways_of_preparing_give_the_same_values() {
    let mut random = Random::new(7);
    for semantics in [Semantics::CHARACTERS, Semantics::DUCKDB_2_0, Semantics::SPARK_JAR] {
        for _ in 0..20 {
            let values = random.column(300);
            let whole = PreparedValues::new(semantics.unit, values.iter().map(String::as_str));
            let (bytes, offsets) = offsets(&values);
            let from_arrow = PreparedValues::from_offsets(semantics.unit, &bytes, &offsets);
            let sliced = [&offsets[..100], &offsets[99..250], &offsets[249..]];
            let parts = sliced.map(|part| PreparedValues::from_offsets(semantics.unit, &bytes, part));
            let joined = PreparedValues::concat(parts.into());
            for other in [&from_arrow, &joined] {
                assert_eq!(other.len(), values.len());
                assert!(steps(&whole, other, semantics).iter().all(|&step| step == 0));
            }
            let shifted = PreparedValues::new(semantics.unit, values.iter().cycle().skip(1).take(300).map(String::as_str));
            assert!(steps(&joined, &shifted, semantics).iter().any(|&step| step > 0), "the check must be able to fail");
        }
    }
}

#[test]
fn a_million_mail_addresses_stay_far_below_64_megabytes() {
    let values: Vec<String> = (0..100_000).map(|i| format!("first.surname{i:07}@example.com")).collect();
    let (bytes, offsets) = offsets(&values);
    let prepared = PreparedValues::from_offsets(Unit::Characters, &bytes, &offsets);
    assert_eq!(values[0].len(), 32);
    assert!(prepared.memory_bytes() <= 100_000 * 50, "{}", prepared.memory_bytes());
    let prepared = PreparedValues::new(Unit::Characters, values.iter().map(String::as_str));
    assert!(prepared.memory_bytes() <= 100_000 * 50, "{}", prepared.memory_bytes());
}

#[test]
fn nothing_and_broken_offsets() {
    let empty = PreparedValues::from_offsets(Unit::Bytes, b"", &[]);
    assert!(empty.is_empty());
    assert!(PreparedValues::concat(Vec::new()).is_empty());
    let broken = PreparedValues::from_offsets(Unit::Characters, b"anna", &[0, 4, 2, 9, -1]);
    assert_eq!(broken.len(), 4);
    let expected = PreparedValues::new(Unit::Characters, ["anna", "", "", ""]);
    assert_eq!(steps(&broken, &expected, Semantics::CHARACTERS), [0, 0, 0, 0]);
}

#[test]
#[should_panic(expected = "prepared")]
fn values_of_another_unit_are_refused() {
    let bytes = PreparedValues::new(Unit::Bytes, ["zoë"]);
    steps(&bytes, &bytes, Semantics::CHARACTERS);
}
