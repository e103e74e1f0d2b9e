//! The 3,406 stored pairs a DuckDB version.

use std::path::{Path, PathBuf};

use kintsu_text::{Ladder, Measure, Operator, PreparedValues, Scratch, Semantics, Step};
use kintsu_text::{damerau_levenshtein, jaccard, jaro, jaro_winkler, levenshtein};
use serde_json::Value;

fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("KINTSU_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join(path);
    if !path.exists() {
        eprintln!("skipped: ../shared is not here");
        return None;
    }
    Some(path)
}

fn same_bits(measured: f64, stored: &Value) -> bool {
    stored.as_f64().is_some_and(|stored| stored.to_bits() == measured.to_bits())
}

/// Checks every pair of a file and returns how many there are.
fn check(file: &str, semantics: Semantics) -> Option<usize> {
    let path = shared(&format!("vectors/splink/comparators/{file}"))?;
    let text = std::fs::read_to_string(path).unwrap();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let measures = ["jaro", "jaro_winkler", "levenshtein", "damerau_levenshtein", "jaccard"];
        let (Some(a), Some(b)) = (row["a"].as_str(), row["b"].as_str()) else {
            assert!(measures.iter().all(|measure| row[*measure].is_null()), "pair {}", row["id"]);
            continue;
        };
        assert!(same_bits(jaro(a, b, semantics), &row["jaro"]), "jaro of pair {}", row["id"]);
        assert!(same_bits(jaro_winkler(a, b, semantics), &row["jaro_winkler"]), "jaro_winkler of pair {}", row["id"]);
        assert_eq!(Some(levenshtein(a, b, semantics) as u64), row["levenshtein"].as_u64(), "pair {}", row["id"]);
        let damerau = damerau_levenshtein(a, b, semantics) as u64;
        assert_eq!(Some(damerau), row["damerau_levenshtein"].as_u64(), "pair {}", row["id"]);
        match jaccard(a, b, semantics) {
            Some(similarity) => assert!(same_bits(similarity, &row["jaccard"]), "jaccard of pair {}", row["id"]),
            None => assert!(row["jaccard"].as_str().is_some_and(|text| text.starts_with("ERROR")), "pair {}", row["id"]),
        }
    }
    Some(text.lines().count())
}

/// Checks that ladders whose thresholds are the stored answers themselves see each of them as reached and not passed.
fn check_ladders(file: &str, semantics: Semantics) {
    let Some(path) = shared(&format!("vectors/splink/comparators/{file}")) else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let measures = [
        ("jaro", Measure::Jaro),
        ("jaro_winkler", Measure::JaroWinkler),
        ("levenshtein", Measure::Levenshtein),
        ("damerau_levenshtein", Measure::DamerauLevenshtein),
        ("jaccard", Measure::Jaccard),
    ];
    let mut scratch = Scratch::default();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let (Some(a), Some(b)) = (row["a"].as_str(), row["b"].as_str()) else { continue };
        let values = PreparedValues::new(semantics.unit, [a, b]);
        for (name, measure) in measures {
            let steps =
                |threshold| [Operator::Above, Operator::Equals, Operator::Below].map(|operator| Step { operator, threshold });
            let expected = if row[name].is_number() { 1 } else { 3 };
            let ladder = Ladder::new(measure, semantics, &steps(row[name].as_f64().unwrap_or(0.5)));
            assert_eq!(ladder.step(&values, 0, &values, 1, &mut scratch), expected, "{name} of pair {}", row["id"]);
        }
    }
}

#[test]
fn ladders_meet_the_stored_answers_to_the_bit() {
    check_ladders("duckdb_1.5.6.jsonl", Semantics::DUCKDB_1_5);
    check_ladders("duckdb_2.0.0.jsonl", Semantics::DUCKDB_2_0);
}

#[test]
fn every_pair_of_duckdb_1_5() {
    if let Some(pairs) = check("duckdb_1.5.6.jsonl", Semantics::DUCKDB_1_5) {
        assert_eq!(pairs, 3406);
    }
}

#[test]
fn every_pair_of_duckdb_2_0() {
    if let Some(pairs) = check("duckdb_2.0.0.jsonl", Semantics::DUCKDB_2_0) {
        assert_eq!(pairs, 3406);
    }
}
