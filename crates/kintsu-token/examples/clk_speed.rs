//! How fast CLKs are made and matched: `cargo run --release -p kintsu-token --example clk_speed -- ANSWERS [RECORDS]`, where ANSWERS
//! is a file that `tests/differential/emit_clks.py` writes. The CPU time of the peer stands in it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;

use kintsu_core::RunContext;
use kintsu_token::Secret;
use kintsu_token::fuzzy::{Blocking, ClkEncoder, Clks, DiceMatcher, EncodeOptions, LinkageSchema, SampledBits};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let answers = std::fs::read_to_string(arguments.next().unwrap()).unwrap();
    let records: usize = arguments.next().map_or(100_000, |records| records.parse().unwrap());
    let answers: serde_json::Value = serde_json::from_str(&answers).unwrap();
    let schema = LinkageSchema::from_json(&answers["schema"].to_string()).unwrap();
    let secret = Secret::from_bytes(answers["secret"].as_str().unwrap());
    let encoder = ClkEncoder::new(&schema, &secret, &EncodeOptions::default()).unwrap();
    let names: Vec<&str> = answers["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let rows = answers["rows"].as_array().unwrap();
    let value = |row: usize, name: &String| rows[row][names.iter().position(|other| other == name).unwrap()].as_str().unwrap();

    // Each value comes from a row of its own, so that records differ, and every other right record has a left one near it.
    let side = |side: usize| -> Clks {
        let place = |row: usize, column: usize| {
            let seed = if row.is_multiple_of(2) && column != side { 0 } else { side + 1 };
            kintsu_core::hash_bytes(&[row, column].map(usize::to_le_bytes).concat(), seed as u64) as usize % rows.len()
        };
        let columns: Vec<Vec<&str>> = encoder
            .columns()
            .iter()
            .enumerate()
            .map(|(column, name)| (0..records).map(|row| value(place(row, column), name)).collect())
            .collect();
        let columns: Vec<&[&str]> = columns.iter().map(Vec::as_slice).collect();
        let start = Instant::now();
        let encoded = encoder.encode(&vec![""; records], &columns).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        println!("{records} records encoded in {seconds:.3} s, {:.0} a second", records as f64 / seconds);
        encoded.clks
    };
    let (left, right) = (side(0), side(1));
    let sampled = Blocking::SampledBits(SampledBits::default());
    for (name, blocking) in [("sampled bits", sampled), ("all pairs", Blocking::AllPairs)] {
        let matcher = DiceMatcher { blocking, ..DiceMatcher::new(0.85) };
        let start = Instant::now();
        let pairs = matcher.pairs(&left, &right, &RunContext::default()).unwrap();
        println!("{name}: {} pairs in {:.3} s", pairs.len(), start.elapsed().as_secs_f64());
    }
}
