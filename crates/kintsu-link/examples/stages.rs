//! Times each stage of a linkage of people: `stages FILE.parquet [REPETITIONS]`.
//!
//! The file has the columns `unique_id`, `first_name`, `surname`, `dob`, `postcode`, `city` and `email`. Parameters are fixed, so
//! that only the work on records is measured.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;

use kintsu_core::{Probability, RunContext, Stream};
use kintsu_link::block::Blocker;
use kintsu_link::compare::{Comparators, Scratch};
use kintsu_link::model::{BlockingRule, Comparison, ComparisonLevel, Dialect, Model, Parity};
use kintsu_link::records::{Records, RecordsOptions};
use kintsu_link::score::{Scorer, TermFrequencyTables, Threshold, count_levels, count_pairs, count_patterns, predict};
use kintsu_link::sql::{ColumnRef, CompareOp, Expr, Function, Side, Value};
use kintsu_table::{ColumnChoice, Input, ReadOptions, read};

fn column(side: Side, name: &str) -> Expr {
    Expr::Column(ColumnRef { side, name: name.to_owned() })
}

fn equal(left: Expr, right: Expr) -> Expr {
    Expr::Compare(CompareOp::Equal, Box::new(left), Box::new(right))
}

fn same(name: &str) -> Expr {
    equal(column(Side::Left, name), column(Side::Right, name))
}

fn same_start(name: &str, length: i64) -> Expr {
    let start = |side| {
        let literal = |number| Expr::Literal(Value::Integer(number));
        Expr::Call(Function::Substring, vec![column(side, name), literal(1), literal(length)])
    };
    equal(start(Side::Left), start(Side::Right))
}

fn measure(function: Function, op: CompareOp, name: &str, bound: f64) -> Expr {
    let call = Expr::Call(function, vec![column(Side::Left, name), column(Side::Right, name)]);
    Expr::Compare(op, Box::new(call), Box::new(Expr::Literal(Value::Double(bound))))
}

fn level(condition: Option<Expr>, m: f64, u: f64) -> ComparisonLevel {
    ComparisonLevel { m_probability: Some(m), u_probability: Some(u), ..ComparisonLevel::new(String::new(), condition) }
}

fn comparison(name: &str, measures: &[Expr], parameters: &[(f64, f64)], adjusted: bool) -> Comparison {
    let is_null = |side| Expr::IsNull(Box::new(column(side, name)));
    let mut levels = vec![level(Some(Expr::Or(vec![is_null(Side::Left), is_null(Side::Right)])), 0.0, 0.0)];
    levels[0].is_null_level = true;
    let conditions = std::iter::once(same(name)).chain(measures.iter().cloned()).map(Some).chain([None]);
    levels.extend(conditions.zip(parameters).map(|(condition, &(m, u))| level(condition, m, u)));
    if adjusted {
        levels[1].tf_adjustment_column = Some(name.to_owned());
    }
    let mut comparison = Comparison { output_column_name: name.to_owned(), comparison_description: None, levels };
    comparison.number_levels();
    comparison
}

fn rule(parts: Vec<Expr>) -> BlockingRule {
    let condition = if parts.len() == 1 { parts[0].clone() } else { Expr::And(parts) };
    BlockingRule::new(String::new(), condition, Dialect::DuckDb)
}

fn model() -> Model {
    let winkler = |name: &str| [0.92, 0.8].map(|bound| measure(Function::JaroWinkler, CompareOp::GreaterOrEqual, name, bound));
    let edits = |name: &str, bounds: &[f64]| -> Vec<Expr> {
        bounds.iter().map(|&bound| measure(Function::Levenshtein, CompareOp::LessOrEqual, name, bound)).collect()
    };
    let comparisons = vec![
        comparison("first_name", &winkler("first_name"), &[(0.78, 0.002), (0.11, 0.001), (0.02, 0.01), (0.09, 0.987)], true),
        comparison("surname", &winkler("surname"), &[(0.8, 0.0016), (0.12, 0.0006), (0.01, 0.005), (0.07, 0.993)], true),
        comparison("dob", &edits("dob", &[1.0, 2.0]), &[(0.87, 0.000036), (0.06, 0.0007), (0.05, 0.006), (0.02, 0.993)], false),
        comparison(
            "postcode",
            &edits("postcode", &[1.0, 2.0]),
            &[(0.8, 0.00002), (0.08, 0.0001), (0.01, 0.001), (0.11, 0.999)],
            false,
        ),
        comparison("city", &[], &[(0.8, 0.02), (0.2, 0.98)], true),
        comparison("email", &edits("email", &[1.0]), &[(0.75, 0.0000003), (0.07, 0.000001), (0.18, 0.999998)], false),
    ];
    let rules = vec![
        rule(vec![same("first_name"), same("surname")]),
        rule(vec![same("dob"), same_start("first_name", 1)]),
        rule(vec![same("postcode")]),
        rule(vec![same("email")]),
        rule(vec![same("surname"), same_start("dob", 4), same("city")]),
    ];
    Model {
        probability_two_random_records_match: 8e-7,
        retain_matching_columns: false,
        parity: Parity::DuckDb2_0,
        ..Model::new(comparisons, rules)
    }
}

/// Runs `work`, prints how long it took, and gives back its result.
fn timed<T>(stage: &str, work: impl FnOnce() -> T) -> T {
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let result = work();
    println!("{stage:32} {:8.3} s wall {:8.3} s cpu", wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    result
}

/// CPU time of the process so far, where the system tells.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let own: f64 = stat.split_whitespace().next().and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or(0.0);
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let all: f64 = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|stat| stat.split_whitespace().next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()))
        .sum();
    all.max(own) / 1e9
}

fn run(path: &str) {
    let ctx = RunContext::default();
    let names = ["first_name", "surname", "dob", "postcode", "city", "email"];
    let options =
        ReadOptions { encode: ColumnChoice::names(names), carry: ColumnChoice::names(["unique_id"]), ..ReadOptions::default() };
    let table = timed("read and encode", || read(&[Input::new(path)], &options, &ctx).unwrap());
    let records = timed("pair order", || Records::new(table, &RecordsOptions::deduplicate("unique_id")).unwrap());
    let model = model();
    let comparators = timed("compile comparisons", || Comparators::compile(&model, &records, &ctx).unwrap());
    let frequencies = timed("term frequencies", || TermFrequencyTables::new(&model, &records, Vec::new()).unwrap());
    let scorer = Scorer::new(&model, &frequencies).unwrap();
    let lambda_rules = [
        rule(vec![same("first_name"), same("surname"), same("dob")]),
        rule(vec![same("email"), same("dob")]),
        rule(vec![same("first_name"), same("surname"), same("postcode")]),
    ];
    let found = timed("lambda: deterministic pairs", || {
        count_pairs(&Blocker::new(&records, &lambda_rules, model.parity, &ctx).unwrap(), &ctx).unwrap()
    });
    println!("    {found} pairs");
    let step = records.rows() / 4473;
    let sample: Vec<u32> = (0..records.rows() as u32).step_by(step.max(1)).take(4473).collect();
    let levels = timed("u: levels of 1e7 pairs", || count_levels(&records, &comparators, &model, &sample, &ctx).unwrap());
    println!("    {:?}", levels.counts);
    let sessions =
        [(vec![same("first_name"), same("surname")], vec![2, 3, 4, 5]), (vec![same("dob"), same("city")], vec![0, 1, 3, 5])];
    for (conditions, comparisons) in sessions {
        let patterns = timed("EM: patterns", || {
            let blocker = Blocker::new(&records, &[rule(conditions)], model.parity, &ctx).unwrap();
            count_patterns(&blocker, &comparators, &model, &comparisons, Some(&frequencies), &ctx).unwrap()
        });
        println!("    {} patterns of {} pairs", patterns.len(), patterns.pairs());
    }
    let blocker = timed("block", || Blocker::new(&records, &model.blocking_rules, model.parity, &ctx).unwrap());
    let pairs = timed("walk the pairs", || count_pairs(&blocker, &ctx).unwrap());
    println!("    {pairs} pairs");
    let threshold = Threshold::Probability(Probability::new(0.01).unwrap());
    let edges = timed("predict", || predict(&blocker, &comparators, &scorer, threshold, &ctx).unwrap());
    println!("    {} edges", edges.len());
    let stream = Stream::new(42, "single pairs");
    let drawn = (0..1_000_000_u64).map(|draw| {
        let row = |key| (stream.bits_at(2 * draw + key) % records.rows() as u64) as u32;
        (row(0), row(1))
    });
    let kept = edges.left.iter().copied().zip(edges.right.iter().copied()).take(1_000_000);
    one_at_a_time("single pairs drawn at random", drawn, &comparators, &scorer);
    one_at_a_time("single pairs that match", kept, &comparators, &scorer);
}

/// Scores pairs one by one, as a service would.
fn one_at_a_time(what: &str, pairs: impl Iterator<Item = (u32, u32)>, comparators: &Comparators, scorer: &Scorer) {
    let pairs: Vec<(u32, u32)> = pairs.collect();
    let mut scratch = Scratch::default();
    let began = Instant::now();
    let sum: f64 = pairs
        .iter()
        .map(|&(left, right)| scorer.weight(comparators.levels_of_pair(left, right, &mut scratch), left, right))
        .sum();
    let each = began.elapsed().as_secs_f64() * 1e6 / pairs.len().max(1) as f64;
    println!("{what:32} {each:8.3} microseconds each, mean weight {:.1}", sum / pairs.len().max(1) as f64);
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap();
    let repetitions = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(1);
    (0..repetitions).for_each(|_| run(&path));
    println!("cpu in all {:.3} s", cpu_seconds());
}
