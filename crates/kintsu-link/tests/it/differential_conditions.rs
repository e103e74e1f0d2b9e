//! Conditions that Splink emits, over random rows, against DuckDB's own answers.
//!
//! `tests/differential/emit_conditions.py` writes the directories that the environment variable `KINTSU_DIFFERENTIAL` lists as `PATH`
//! does; without it the test is skipped.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use kintsu_link::model::{Dialect, Parity};
use kintsu_link::sql::{
    ColumnRef, CompiledExpr, Expr, Operand, Scratch, Side, Value, ValueType, parse_blocking_rule, parse_condition,
};
use serde_json::Value as Json;

/// Texts whose meaning differs between the engines themselves: dialect, names, reason.
const DIFFERENT: &[(&str, &[&str], &str)] = &[
    (
        "postgres",
        &[
            "level time_text_second",
            "level time_text_minute",
            "level time_text_hour",
            "level time_text_day",
            "level time_text_month",
            "level time_text_year",
            "level parse_time",
            "comparison Time 0",
            "comparison Time 2",
            "comparison Time 3",
        ],
        "the default format of Postgres has no Z at its end",
    ),
    ("postgres", &["comparison Birth 2"], "Splink 4 takes Levenshtein where Postgres lacks Damerau-Levenshtein"),
    (
        "spark",
        &["level cosine", "level cosine_zero", "comparison Cosine 2"],
        "Spark computes in 64 bits, and gives null where a vector is zero",
    ),
    ("spark", &["rule array"], "Splink leaves a DuckDB function in Spark's text, with Spark's positions"),
];

struct Rows {
    slots: HashMap<(Side, String), usize>,
    values: Vec<Vec<Value>>,
}

#[test]
fn conditions_agree_with_duckdb() {
    let Some(directories) = std::env::var_os("KINTSU_DIFFERENTIAL") else {
        println!("skipped: KINTSU_DIFFERENTIAL is not set");
        return;
    };
    let mut differed = BTreeSet::new();
    let mut splinks = BTreeSet::new();
    for directory in std::env::split_paths(&directories) {
        splinks.extend(agree_with_answers_in(&directory, &mut differed).chars().next());
    }
    let both = ['4', '5'].iter().all(|major| splinks.contains(major));
    let names = DIFFERENT.iter().flat_map(|(dialect, names, _)| names.iter().map(|name| (*dialect, *name)));
    let unmet: Vec<_> = names.filter(|known| !differed.contains(known)).collect();
    assert!(!both || unmet.is_empty(), "no Splink emits these texts, or they agree after all: {unmet:?}");
}

/// Compares every text of a directory, notes which texts that may differ do, and returns the version of the Splink.
fn agree_with_answers_in(directory: &Path, differed: &mut BTreeSet<(&'static str, &'static str)>) -> String {
    let meta: Json = serde_json::from_str(&fs::read_to_string(directory.join("meta.json")).unwrap()).unwrap();
    let parity = if meta["duckdb"].as_str().unwrap().starts_with("1.") { Parity::DuckDb1_5 } else { Parity::DuckDb2_0 };
    let rows = read_rows(directory, &meta["columns"]);
    assert!(rows.values.len() >= 2000, "too few rows");
    let texts: Vec<Json> = lines(&directory.join("conditions.jsonl"));
    let reference: HashMap<&str, &Json> = texts
        .iter()
        .filter(|text| text["dialect"] == "duckdb")
        .map(|text| (text["name"].as_str().unwrap(), &text["answers"]))
        .collect();
    let unanswered: Vec<&str> = reference.iter().filter(|(_, answers)| answers.is_null()).map(|(name, _)| *name).collect();
    assert!(unanswered.is_empty(), "DuckDB refuses {unanswered:?}");
    let mut differences = Vec::new();
    let (mut compared, mut read, mut stopped) = (0, 0, 0);
    for text in &texts {
        let name = text["name"].as_str().unwrap();
        let dialect = text["dialect"].as_str().unwrap();
        let compiled = match compile(text, parity, &rows) {
            Ok(compiled) => compiled,
            Err(error) => {
                differences.push(format!("{dialect} {name}: {error}"));
                continue;
            }
        };
        read += 1;
        let Some(expected) = reference.get(name) else {
            differences.push(format!("{dialect} {name}: there is no text of DuckDB to agree with"));
            continue;
        };
        let found = compare(text, expected, &compiled, &rows);
        if let Some(known) = may_differ(dialect, name) {
            differed.extend(found.difference.map(|_| known));
            continue;
        }
        compared += 1;
        stopped += found.stopped;
        differences.extend(found.difference);
    }
    println!("{read} texts read, {compared} compared over {} rows, DuckDB {}", rows.values.len(), meta["duckdb"]);
    println!("{stopped} answers accepted because ours raised an error where DuckDB's is null");
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert_eq!(read, texts.len(), "texts read of those emitted");
    assert!(compared >= 500, "too few texts");
    meta["splink"].as_str().unwrap().to_owned()
}

/// The entry of the text in [`DIFFERENT`].
fn may_differ(dialect: &str, name: &str) -> Option<(&'static str, &'static str)> {
    let entries = DIFFERENT.iter().filter(|(known, _, _)| *known == dialect);
    entries.flat_map(|(known, names, _)| names.iter().map(|name| (*known, *name))).find(|entry| entry.1 == name)
}

/// How a text compares.
struct Compared {
    /// A message with the first rows that differ.
    difference: Option<String>,
    /// How many rows were accepted because ours raised an error where DuckDB's answer is null.
    stopped: usize,
}

fn compare(text: &Json, expected: &Json, compiled: &CompiledExpr, rows: &Rows) -> Compared {
    let mut scratch = Scratch::new();
    let mut stopped = 0;
    let mut wrong = Vec::new();
    for (index, row) in rows.values.iter().enumerate() {
        let value = compiled.eval(&|slot: usize| Operand::from(&row[slot]), &mut scratch);
        let (found, expected) = if text["kind"] == "value" {
            (
                as_text(&value),
                expected[index].as_str().map(|text| text.trim_start_matches(if text == "-nan" { "-" } else { "" }).to_owned()),
            )
        } else {
            let letter = match kintsu_link::sql::truth(&value) {
                Some(true) => "1",
                Some(false) => "0",
                None => "n",
            };
            (Some(letter.to_owned()), Some(expected.as_str().unwrap()[index..=index].to_owned()))
        };
        // Where DuckDB stops for the whole text the answer is null, here only for the part that it stops in.
        let raised = !scratch.take_raised().is_empty() && matches!(expected.as_deref(), None | Some("n"));
        if found != expected && raised {
            stopped += 1;
        } else if found != expected {
            wrong.push(format!("row {index}: {found:?} instead of {expected:?}"));
        }
    }
    let count = wrong.len();
    wrong.truncate(4);
    let message =
        || format!("{} {} ({count} rows): {}\n    {}", text["dialect"], text["name"], text["sql"], wrong.join("\n    "));
    Compared { difference: (count > 0).then(message), stopped }
}

fn as_text(value: &Operand<'_>) -> Option<String> {
    let cast = Expr::Cast {
        value: Box::new(Expr::Column(ColumnRef { side: Side::Single, name: String::new() })),
        to: ValueType::Text,
        or_null: false,
    };
    let compiled = CompiledExpr::compile(&cast, Parity::DuckDb2_0, |_| Some(0)).unwrap();
    match compiled.eval(&|_: usize| value.clone(), &mut Scratch::new()) {
        Operand::Text(text) => Some(text.into_owned()),
        _ => None,
    }
}

fn compile(text: &Json, parity: Parity, rows: &Rows) -> Result<CompiledExpr, String> {
    let dialect = match text["dialect"].as_str().unwrap() {
        "duckdb" => Dialect::DuckDb,
        "spark" => Dialect::Spark,
        "sqlite" => Dialect::Sqlite,
        _ => Dialect::Postgres,
    };
    let sql = text["sql"].as_str().unwrap();
    let parsed = if text["kind"] == "rule" { parse_blocking_rule(sql, dialect) } else { parse_condition(sql, dialect) };
    let resolve = |column: &ColumnRef| rows.slots.get(&(column.side, column.name.clone())).copied();
    CompiledExpr::compile(&parsed.map_err(|error| error.to_string())?, parity, resolve).map_err(|error| error.to_string())
}

fn read_rows(directory: &Path, columns: &Json) -> Rows {
    let columns = columns.as_object().unwrap();
    let mut slots = HashMap::new();
    for side in [Side::Left, Side::Right] {
        for name in columns.keys() {
            slots.insert((side, name.clone()), slots.len());
        }
    }
    let values = lines(&directory.join("rows.jsonl")).into_iter().map(|pair| {
        let sides = [&pair[0], &pair[1]];
        sides
            .iter()
            .flat_map(|record| columns.iter().map(|(name, kind)| value(&record[name.as_str()], kind.as_str().unwrap())))
            .collect()
    });
    Rows { slots, values: values.collect() }
}

fn value(json: &Json, kind: &str) -> Value {
    if json.is_null() {
        return Value::Null;
    }
    if let Some((item, _)) = kind.split_once('[') {
        return Value::list(json.as_array().unwrap().iter().map(|json| value(json, item)));
    }
    match kind {
        "BIGINT" => Value::Integer(json.as_i64().unwrap()),
        "DOUBLE" => Value::Double(json.as_f64().unwrap()),
        "FLOAT" => Value::Float(json.as_f64().unwrap() as f32),
        "BOOLEAN" => Value::Boolean(json.as_bool().unwrap()),
        "DATE" => constant(json, ValueType::Date),
        "TIMESTAMP" => constant(json, ValueType::Timestamp),
        _ => Value::text(json.as_str().unwrap()),
    }
}

fn constant(json: &Json, to: ValueType) -> Value {
    let literal = Box::new(Expr::Literal(Value::text(json.as_str().unwrap())));
    let cast = Expr::Cast { value: literal, to, or_null: false };
    let compiled = CompiledExpr::compile(&cast, Parity::Characters, |_| None).unwrap();
    compiled.eval(&|_: usize| Operand::Null, &mut Scratch::new()).into_value()
}

fn lines(path: &Path) -> Vec<Json> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
