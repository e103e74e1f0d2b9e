//! Prints what a pair costs, in nanoseconds, for each set of instructions.
//!
//! `cargo run --release -p kintsu-text --example measure_pairs [FILE...]`: a file holds one pair a line, parted by a tab, and is
//! named after its column (`surname.tsv`, `dob.tsv`, `postcode.tsv`, `email.tsv`). Without files, pairs are made up.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use kintsu_text::{
    Instructions, Ladder, Measure, PreparedValues, Scratch, Semantics, Step, damerau_levenshtein, jaro_winkler, levenshtein,
};

type Pairs = Vec<(String, String)>;

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let columns: Vec<(String, Pairs)> = if files.is_empty() { made_up() } else { files.iter().map(|file| read(file)).collect() };
    for (column, pairs) in columns {
        measure_column(&column, &pairs);
    }
}

fn read(file: &str) -> (String, Pairs) {
    let text = std::fs::read_to_string(file).expect("a readable file");
    let pairs = text.lines().filter_map(|line| line.split_once('\t')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    let stem = std::path::Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    (stem, pairs)
}

fn measure_column(column: &str, pairs: &Pairs) {
    let mut codes: HashMap<&str, u32> = HashMap::new();
    let mut values: Vec<&str> = Vec::new();
    let mut code = |value| {
        *codes.entry(value).or_insert_with(|| {
            values.push(value);
            values.len() as u32 - 1
        })
    };
    let coded: Vec<(u32, u32)> = pairs.iter().map(|(a, b)| (code(a), code(b))).collect();
    let bytes = values.concat().into_bytes();
    let mut offsets = vec![0];
    offsets.extend(values.iter().scan(0, |end, value| {
        *end += value.len() as i32;
        Some(*end)
    }));
    let started = Instant::now();
    let prepared = PreparedValues::from_offsets(Semantics::DUCKDB_2_0.unit, &bytes, &offsets);
    let each = started.elapsed().as_nanos() as f64 / values.len() as f64;
    println!(
        "{column}: {} pairs, {} distinct values prepared in {each:.0} ns each, {:.1} bytes each",
        pairs.len(),
        values.len(),
        prepared.memory_bytes() as f64 / values.len() as f64
    );
    for (name, measure, steps) in ladders(column) {
        measure_ladder(name, measure, &steps, &prepared, &coded, pairs);
    }
}

fn ladders(column: &str) -> Vec<(&'static str, Measure, Vec<Step>)> {
    let names = vec![
        ("Jaro-Winkler >= 0.92, >= 0.8", Measure::JaroWinkler, vec![Step::at_least(0.92), Step::at_least(0.8)]),
        ("Jaro >= 0.9, >= 0.7", Measure::Jaro, vec![Step::at_least(0.9), Step::at_least(0.7)]),
        ("Levenshtein <= 3", Measure::Levenshtein, vec![Step::at_most(3.0)]),
    ];
    let codes = vec![
        ("Levenshtein <= 1, <= 2", Measure::Levenshtein, vec![Step::at_most(1.0), Step::at_most(2.0)]),
        ("Damerau-Levenshtein <= 1", Measure::DamerauLevenshtein, vec![Step::at_most(1.0)]),
        ("Damerau-Levenshtein <= 1, <= 2", Measure::DamerauLevenshtein, vec![Step::at_most(1.0), Step::at_most(2.0)]),
    ];
    let mails = vec![
        ("Levenshtein <= 1", Measure::Levenshtein, vec![Step::at_most(1.0)]),
        ("Jaro-Winkler >= 0.95, >= 0.88", Measure::JaroWinkler, vec![Step::at_least(0.95), Step::at_least(0.88)]),
    ];
    match column {
        "dob" | "postcode" => codes,
        "email" => mails,
        _ => names,
    }
}

fn measure_ladder(name: &str, measure: Measure, steps: &[Step], values: &PreparedValues, coded: &[(u32, u32)], pairs: &Pairs) {
    let semantics = Semantics::DUCKDB_2_0;
    let mut out = vec![0; coded.len()];
    let mut scratch = Scratch::default();
    let mut line = format!("  {name:32}");
    for instructions in [Instructions::Scalar, Instructions::Sse2, Instructions::Avx2, Instructions::Avx512] {
        let ladder = Ladder::new(measure, semantics, steps).with_instructions(instructions);
        let nanoseconds = best_of(3, coded.len(), || ladder.step_many(values, values, coded, &mut out, &mut scratch));
        let _ = write!(line, "{instructions:?} {nanoseconds:5.1}  ");
    }
    let some = &pairs[..pairs.len().min(200_000)];
    let plain = best_of(2, some.len(), || {
        for (a, b) in some {
            match measure {
                Measure::Levenshtein => black_box(levenshtein(a, b, semantics)) as f64,
                Measure::DamerauLevenshtein => black_box(damerau_levenshtein(a, b, semantics)) as f64,
                _ => black_box(jaro_winkler(a, b, semantics)),
            };
        }
    });
    let mut taken = vec![0usize; steps.len() + 1];
    for &step in &out {
        taken[step as usize] += 1;
    }
    let shares: Vec<String> = taken.iter().map(|&count| format!("{:.2} %", 100.0 * count as f64 / out.len() as f64)).collect();
    println!("{line} plain function {plain:5.1}  steps {}", shares.join(", "));
}

/// The shortest of some runs, in nanoseconds a pair.
fn best_of(runs: usize, pairs: usize, mut run: impl FnMut()) -> f64 {
    (0..runs)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed().as_nanos() as f64 / pairs as f64
        })
        .fold(f64::INFINITY, f64::min)
}

/// Half a million pairs a column, one in ten of them near.
fn made_up() -> Vec<(String, Pairs)> {
    let mut state = 42u64;
    let mut below = move |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    };
    let columns = ["surname", "dob", "postcode", "email"];
    columns.map(|column| (column.to_owned(), (0..500_000).map(|_| made_up_pair(column, &mut below)).collect())).into()
}

fn made_up_pair(column: &str, below: &mut impl FnMut(usize) -> usize) -> (String, String) {
    let left = made_up_value(column, below);
    if below(10) > 0 {
        return (left, made_up_value(column, below));
    }
    let mut right = left.clone().into_bytes();
    let place = below(right.len());
    right[place] = b'a' + below(26) as u8;
    (left, String::from_utf8(right).unwrap_or_default())
}

fn made_up_value(column: &str, below: &mut impl FnMut(usize) -> usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "an", "der", "son", "mar", "tin", "wil", "liams", "ro", "ber", "ts", "jo", "hn", "tay", "lor", "ha", "rri", "s", "cla",
        "rk", "e",
    ];
    let name = |below: &mut dyn FnMut(usize) -> usize| (0..2 + below(2)).map(|_| SYLLABLES[below(20)]).collect::<String>();
    match column {
        "dob" => format!("{}-{:02}-{:02}", 1930 + below(80), 1 + below(12), 1 + below(28)),
        "postcode" => {
            let mut letter = || char::from(b'A' + below(26) as u8);
            let letters = [letter(), letter(), letter(), letter()];
            format!("{}{}{} {}{}{}", letters[0], letters[1], 1 + below(20), below(10), letters[2], letters[3])
        }
        "email" => format!("{}.{}{}@gmail.com", name(below), name(below), below(1000)),
        _ => name(below),
    }
}
