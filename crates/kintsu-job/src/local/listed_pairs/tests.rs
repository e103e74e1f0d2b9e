//! Tables of pairs in every type that ids come in, held against what is told of them value by value, text by text.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::types::Int16Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, DictionaryArray, Float32Array, Float64Array, Int8Array, Int32Array,
    Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray, StringViewArray, UInt64Array,
};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use kintsu_core::RunContext;
use kintsu_link::model::LinkType;
use kintsu_link::records::{PairKind, Records, RecordsOptions};
use kintsu_table::{Column, HeldTable, Table};
use proptest::prelude::*;

use super::*;
use crate::held::Held;

const RECORDS: usize = 12;

/// How many records of the table `source` there are is not the same for all.
fn records(id_type: usize, link_type: LinkType, sources: &[&str]) -> Records {
    let tables = sources.len().max(1);
    let numbers = |row: usize| Some(row / tables);
    let ids = written(&(0..RECORDS).map(numbers).collect::<Vec<_>>(), id_type);
    let mut columns = vec![Column::plain("id", ids)];
    if !sources.is_empty() {
        let tables: ArrayRef = Arc::new(StringArray::from_iter_values((0..RECORDS).map(|row| sources[row % sources.len()])));
        columns.push(Column::plain("source_dataset", tables));
    }
    let options = RecordsOptions { link_type, ..RecordsOptions::deduplicate("id") };
    Records::new(Table::new(columns).unwrap(), &options).unwrap()
}

/// The ids that records may have, by their type.
const ID_TYPES: usize = 8;
/// And those of tables of pairs, which also come as what no record has.
const FOREIGN_TYPES: usize = 15;

/// Numbers as ids of some type.
fn written(numbers: &[Option<usize>], id_type: usize) -> ArrayRef {
    let texts = |write: fn(usize) -> String| numbers.iter().map(|number| number.map(write)).collect::<Vec<_>>();
    let plain = || texts(|number| number.to_string());
    // The second zero of the floats is a negative one.
    let float = |number: usize| if number == 1 { -0.0 } else { number as f64 / 2.0 };
    match id_type {
        0 => Arc::new(numbers.iter().map(|number| number.map(|number| number as i64)).collect::<Int64Array>()),
        1 => Arc::new(numbers.iter().map(|number| number.map(|number| number as i8)).collect::<Int8Array>()),
        2 => Arc::new(numbers.iter().map(|number| number.map(|number| number as u64)).collect::<UInt64Array>()),
        3 => Arc::new(StringArray::from(plain())),
        4 => Arc::new(StringArray::from(texts(|number| format!("{number:03}")))),
        5 => Arc::new(numbers.iter().map(|number| number.map(float)).collect::<Float64Array>()),
        6 => Arc::new(numbers.iter().map(|number| number.map(|number| number as i32)).collect::<Date32Array>()),
        7 => Arc::new(StringArray::from(texts(|number| if number == 0 { "b-__-0".to_owned() } else { number.to_string() }))),
        8 => Arc::new(numbers.iter().map(|number| number.map(|number| number as i32)).collect::<Int32Array>()),
        9 => Arc::new(LargeStringArray::from(plain())),
        10 => Arc::new(StringViewArray::from(plain())),
        11 => Arc::new(plain().iter().map(Option::as_deref).collect::<DictionaryArray<Int16Type>>()),
        12 => Arc::new(BinaryArray::from_iter(plain())),
        13 => Arc::new(numbers.iter().map(|number| number.map(|number| number as f32 / 2.0)).collect::<Float32Array>()),
        _ => Arc::new(NullArray::new(numbers.len())),
    }
}

/// Scores of some type; 3 is no score, 4 something that is no number where the type has such.
fn scores(numbers: &[usize], score_type: usize) -> ArrayRef {
    let number = |number: &usize| (*number != 3).then_some(*number as f64 / 10.0);
    let text = |score: &usize| if *score == 4 { Some("high".to_owned()) } else { number(score).map(|score| score.to_string()) };
    match score_type {
        0 => Arc::new(numbers.iter().map(number).collect::<Float64Array>()),
        1 => Arc::new(numbers.iter().map(|score| number(score).map(|score| score as f32)).collect::<Float32Array>()),
        2 => Arc::new(numbers.iter().map(|score| number(score).map(|_| *score as i64)).collect::<Int64Array>()),
        3 => Arc::new(numbers.iter().map(text).collect::<StringArray>()),
        _ => Arc::new(numbers.iter().map(|score| (*score < 2).then_some(*score == 1)).collect::<BooleanArray>()),
    }
}

/// The code of a problem, and how its message begins.
type Wrong = (&'static str, String);

/// A table of pairs.
#[derive(Debug)]
struct Listed {
    batch: RecordBatch,
}

impl Listed {
    fn texts(&self, name: &str) -> Vec<Option<String>> {
        let Some(array) = self.batch.column_by_name(name) else { return vec![None; self.batch.num_rows()] };
        let formatter = ArrayFormatter::try_new(array, &FormatOptions::new()).unwrap();
        let null = array.logical_nulls();
        let is_null = |row: usize| null.as_ref().is_some_and(|nulls| nulls.is_null(row));
        (0..array.len()).map(|row| (!is_null(row)).then(|| formatter.value(row).to_string())).collect()
    }

    /// The texts of ids: where those of records are whole numbers, so are floating point numbers without a fraction.
    fn ids(&self, name: &str, records: &Records) -> Vec<Option<String>> {
        let texts = self.texts(name);
        let floating = self.batch.column_by_name(name).is_some_and(|array| array.data_type().is_floating());
        if !floating || !records.ids().array().data_type().is_integer() {
            return texts;
        }
        let numbers: Vec<Option<f64>> = texts.iter().map(|text| text.as_ref().map(|text| text.parse().unwrap())).collect();
        if numbers.iter().flatten().any(|number| number.fract() != 0.0) {
            return texts;
        }
        numbers.into_iter().map(|number| number.map(|number| (number as i64).to_string())).collect()
    }

    fn held(&self, cut: usize) -> (Held, std::path::PathBuf) {
        let cut = cut.min(self.batch.num_rows());
        let batches = vec![self.batch.slice(0, cut), self.batch.slice(cut, self.batch.num_rows() - cut)];
        let mut held = Held::default();
        let path = held.hold_table("pairs", HeldTable::new(self.batch.schema(), batches));
        (held, path)
    }

    /// The records of each pair, found one by one.
    fn named(&self, records: &Records) -> Vec<[Option<u32>; 2]> {
        let by_id: HashMap<String, u32> = (0..records.rows()).map(|row| (records.composite_id(row), row as u32)).collect();
        let sources = records.sources();
        let of_table = |source: &str, id: &str| by_id.get(&format!("{source}-__-{id}")).copied();
        let row = |source: Option<&str>, id: &str| match source {
            _ if sources.is_empty() => by_id.get(id).copied(),
            Some(source) => of_table(source, id),
            None => by_id.get(id).copied().or_else(|| {
                let found: Vec<u32> = sources.iter().filter_map(|source| of_table(source, id)).collect();
                (found.len() == 1).then(|| found[0])
            }),
        };
        let names = self.batch.schema();
        let stem =
            ["id", "unique_id", "join_key"].into_iter().find(|stem| names.column_with_name(&format!("{stem}_l")).is_some());
        let columns = stem.map_or(["x".to_owned(), "y".to_owned()], |stem| ["l", "r"].map(|side| format!("{stem}_{side}")));
        let ids = columns.map(|name| self.ids(&name, records));
        let tables = ["source_dataset_l", "source_dataset_r"].map(|name| self.texts(name));
        let names_no_table = names.column_with_name("source_dataset_l").is_none() && stem != Some("join_key");
        let fallback = |side: usize| sources.get(side).filter(|_| names_no_table && sources.len() == 2).map(|name| &**name);
        let side = |at: usize, side: usize| row(tables[side][at].as_deref().or(fallback(side)), ids[side][at].as_deref()?);
        (0..self.batch.num_rows()).map(|at| [0, 1].map(|of| side(at, of))).collect()
    }

    /// The pairs with their scores, or the codes of what is wrong with the beginnings of the messages.
    fn told(&self, records: &Records) -> Result<Vec<(u32, u32, f64)>, Vec<Wrong>> {
        let score = |text: &Option<String>| text.as_ref().map_or(Some(1.0), |text| text.parse().ok());
        let (named, scores) = (self.named(records), self.texts(SCORE));
        let known = named.iter().zip(&scores).filter_map(|(pair, text)| Some(([pair[0]?, pair[1]?], score(text))));
        let known: Vec<([u32; 2], Option<f64>)> = known.collect();
        if known.iter().any(|(_, score)| score.is_none()) {
            return Err(vec![("KN-JOB-032", "a `clerical_match_score`".to_owned())]);
        }
        let across = records.pair_kind() != PairKind::Within;
        let table = |row: u32| records.source_of(row as usize);
        let themselves = known.iter().filter(|([a, b], _)| a == b).count();
        let within = known.iter().filter(|([a, b], _)| across && a != b && table(*a) == table(*b)).count();
        let wrong = [("KN-JOB-030", named.len() - known.len()), ("KN-JOB-036", themselves), ("KN-JOB-037", within)];
        let message = |count: usize| format!("{count} of the {} pairs in `memory:pairs`", named.len());
        let wrong: Vec<_> = wrong.iter().filter(|(_, count)| *count > 0).map(|(code, count)| (*code, message(*count))).collect();
        let pairs = known.iter().map(|([a, b], score)| (*a.min(b), *a.max(b), score.unwrap_or_default()));
        if wrong.is_empty() { Ok(pairs.collect()) } else { Err(wrong) }
    }

    /// The table without the pairs that are wrong.
    fn without_wrong(&self, records: &Records) -> Self {
        let one = |at: usize| Self { batch: self.batch.slice(at, 1) };
        let right: BooleanArray = (0..self.batch.num_rows()).map(|at| Some(one(at).told(records).is_ok())).collect();
        Self { batch: filter_record_batch(&self.batch, &right).unwrap() }
    }

    /// Reads the table and holds what comes of it against what is told of it.
    fn check(&self, records: &Records, cut: usize) {
        let (held, path) = self.held(cut);
        let ctx = RunContext::default();
        let table = ForeignTable::open(&path, &held, &ctx).unwrap();
        let found = RowLookup::new(records).pairs(&table, &[], &ctx).map(|listed| listed.labelled());
        match (found, self.told(records)) {
            (Ok(found), Ok(told)) => {
                let found: Vec<_> = found.iter().map(|pair| (pair.left, pair.right, pair.clerical_match_score)).collect();
                assert_eq!(found, told);
                let mut times = BTreeMap::new();
                for (left, right, _) in &told {
                    *times.entry((left, right)).or_insert(0) += 1;
                }
                let warning =
                    format!("{} of the {} pairs in `memory:pairs` repeat another one", told.len() - times.len(), told.len());
                let messages: Vec<String> = ctx.warnings().into_iter().map(|warning| warning.message).collect();
                assert_eq!(messages, if times.len() < told.len() { vec![warning] } else { Vec::new() });
            }
            (Err(JobError::Configuration(problems)), Err(told)) => {
                assert_eq!(problems.len(), told.len(), "{problems:?}");
                for (problem, (code, message)) in problems.iter().zip(told) {
                    assert!(problem.code == code && problem.message.starts_with(&message), "{problem:?}, not {code} {message}");
                }
            }
            (found, told) => panic!("{found:?}, not {told:?}"),
        }
    }
}

const SOURCES: [&str; 5] = ["a", "b", "a-__-b", "nowhere", "c"];

/// Pairs of two numbers, two tables and a score each, and what is made of them.
fn listed() -> impl Strategy<Value = Listed> {
    let pair = (0..=RECORDS, 0..=RECORDS, 0..=SOURCES.len(), 0..=SOURCES.len(), 0..5_usize);
    let types = (0..FOREIGN_TYPES, 0..FOREIGN_TYPES, 0..4_usize, 0..4_usize, 0..6_usize);
    (prop::collection::vec(pair, 0..40), types).prop_map(|(pairs, (left_type, right_type, naming, tables, score_type))| {
        let numbers = |number: usize| (number < RECORDS).then_some(number);
        let table = |table: usize| SOURCES.get(table).copied();
        let (left, right): (Vec<_>, Vec<_>) = pairs.iter().map(|pair| (numbers(pair.0), numbers(pair.1))).unzip();
        let names = [["id_l", "id_r"], ["unique_id_l", "unique_id_r"], ["join_key_l", "join_key_r"], ["x", "y"]][naming];
        let mut columns = vec![(names[0], written(&left, left_type)), (names[1], written(&right, right_type))];
        if tables & 1 == 1 && naming < 3 {
            columns.push(("source_dataset_l", Arc::new(pairs.iter().map(|pair| table(pair.2)).collect::<StringArray>())));
        }
        if tables & 2 == 2 && naming < 3 {
            columns.push(("source_dataset_r", Arc::new(pairs.iter().map(|pair| table(pair.3)).collect::<LargeStringArray>())));
        }
        if score_type < 5 && naming < 3 {
            columns.push((SCORE, scores(&pairs.iter().map(|pair| pair.4).collect::<Vec<_>>(), score_type)));
        }
        Listed {
            batch: RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
                .unwrap(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn pairs_are_what_is_told_of_them_value_by_value(
        listed in listed(),
        id_type in 0..ID_TYPES,
        several in 0..4_usize,
        cut in 0..40_usize,
    ) {
        let (link_type, sources): (LinkType, &[&str]) = [
            (LinkType::DedupeOnly, &[] as &[&str]),
            (LinkType::LinkOnly, &["a", "b"]),
            (LinkType::LinkAndDedupe, &["a", "a-__-b"]),
            (LinkType::LinkOnly, &["a", "b", "c"]),
        ][several];
        let records = records(id_type, link_type, sources);
        listed.check(&records, cut);
        let mut right = listed.without_wrong(&records);
        right.check(&records, cut);
        right.batch = concat_batches(&right.batch.schema(), [&right.batch, &right.batch]).unwrap();
        right.check(&records, cut);
    }
}

#[test]
fn numbers_are_read_as_they_are_written() {
    let columns: [(&str, ArrayRef); 4] = [
        ("short", Arc::new(Float32Array::from(vec![Some(0.1), None, Some(f32::INFINITY)]))),
        ("long", Arc::new(Float64Array::from(vec![Some(1.0 / 3.0), Some(-0.0), None]))),
        ("whole", Arc::new(UInt64Array::from(vec![Some(u64::MAX), Some(0), None]))),
        ("text", Arc::new(StringArray::from(vec![Some("1e-3"), Some(" 1"), None]))),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap();
    let (held, path) = Listed { batch }.held(1);
    let ctx = RunContext::default();
    let names = ["short", "long", "whole", "text"];
    let columns = ForeignTable::open(&path, &held, &ctx).unwrap().read(&[], &names, &ctx).unwrap();
    let numbers = names.map(|name| columns.numbers(name, &ctx).unwrap());
    let bits = |numbers: &Numbers| [0, 1, 2].map(|row| numbers.at(row).map(f64::to_bits));
    let expected = [
        [Some(0.1), None, Some(f64::INFINITY)],
        [Some(1.0 / 3.0), Some(-0.0), None],
        [Some(u64::MAX as f64), Some(0.0), None],
        [Some(0.001), None, None],
    ];
    assert_eq!(numbers.each_ref().map(bits), expected.map(|row| row.map(|number| number.map(f64::to_bits))));
    assert_eq!([0, 1, 2].map(|row| numbers[3].is_something_else(row)), [false, true, false]);
}

#[test]
fn columns_that_come_late_in_json_lines_are_seen() {
    let records = records(0, LinkType::LinkAndDedupe, &["a", "b"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairs.jsonl");
    let early = "{\"id_l\": 1, \"id_r\": \"2\", \"source_dataset_l\": \"a\", \"source_dataset_r\": \"a\"}\n";
    let late = early.replace('}', ", \"clerical_match_score\": 0.25}");
    std::fs::write(&path, early.repeat(1500) + &late).unwrap();
    let ctx = RunContext::default();
    let table = ForeignTable::open(&path, &Held::default(), &ctx).unwrap();
    let pairs = RowLookup::new(&records).pairs(&table, &[], &ctx).unwrap().labelled();
    let scores: Vec<f64> = pairs.iter().map(|pair| pair.clerical_match_score).collect();
    assert_eq!((scores.len(), scores[0], scores[1500]), (1501, 1.0, 0.25));
}
