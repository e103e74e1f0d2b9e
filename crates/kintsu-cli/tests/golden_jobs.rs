//! Runs the jobs of `tests/golden` through the command and compares every number with the golden data of both Splinks.
//!
//! Each model folder of the golden data is one test a job; all differences of a folder are told at once. Skipped where the golden
//! data is not there.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const TOLERANCE: f64 = 1e-9;
/// Differences of one comparison that are told.
const SHOWN: usize = 5;
const PAIR: &[&str] = &["source_dataset_l", "unique_id_l", "source_dataset_r", "unique_id_r"];
const NODE: &[&str] = &["source_dataset", "unique_id"];
const DEDUPE: &[&str] = &["basic", "thresholds", "tf_variants", "fullname"];
const LINK: &[&str] = &["link_only", "link_and_dedupe"];

/// A row of a table, its values as text; null and empty text are the same, as in the golden CSV files.
type Row = BTreeMap<String, String>;

fn vectors() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("KINTSU_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("vectors/splink/fake_1000");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: ../shared is not here");
    None
}

/// A folder with a job of `tests/golden` and all that it names.
struct Workplace {
    folder: TempDir,
    golden: PathBuf,
}

impl Workplace {
    fn new(vectors: &Path, version: &str, model: &str) -> Self {
        let (folder, golden) = (tempfile::tempdir().unwrap(), vectors.join(version).join(model));
        let here = folder.path();
        fs::copy(vectors.join("input.parquet"), here.join("input.parquet")).unwrap();
        for name in ["settings_untrained.json", "model.json"] {
            fs::copy(golden.join(name), here.join(name)).unwrap();
        }
        let text = fs::read_to_string(vectors.join("input.csv")).unwrap();
        for (name, remainder) in [("even.csv", 0), ("odd.csv", 1)] {
            let belongs = |line: &&str| line.split(',').next().unwrap().parse::<u32>().is_ok_and(|id| id % 2 == remainder);
            let header = text.lines().next().unwrap();
            let lines: Vec<&str> = std::iter::once(header).chain(text.lines().filter(belongs)).collect();
            assert!(lines.len() > 400);
            fs::write(here.join(name), lines.join("\n") + "\n").unwrap();
        }
        // The one table has no source; the golden labels name one.
        let labels = rows_of_csv(&vectors.join("labels.csv"));
        let lines =
            labels.iter().map(|row| format!("{},{},{}\n", row["unique_id_l"], row["unique_id_r"], row["clerical_match_score"]));
        fs::write(
            here.join("labels.csv"),
            format!("unique_id_l,unique_id_r,clerical_match_score\n{}", lines.collect::<String>()),
        )
        .unwrap();
        Self { folder, golden }
    }

    /// Runs a job of `tests/golden`; gives the run directory.
    fn run(&self, job: &str) -> PathBuf {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(format!("{job}.toml"));
        let path = self.folder.path().join(format!("{job}.toml"));
        fs::copy(source, &path).unwrap();
        self.command(job, &["run", path.to_str().unwrap()])
    }

    /// Runs a command that writes a run directory called `name`.
    fn command(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let directory = self.folder.path().join(format!("run_{name}"));
        let output = Command::new(env!("CARGO_BIN_EXE_kintsu"))
            .args(arguments)
            .args(["--file-format", "jsonl", "--no-progress", "-o"])
            .arg(&directory)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        directory
    }

    fn golden_rows(&self, name: &str) -> Vec<Row> {
        rows_of_csv(&self.golden.join(format!("{name}.csv")))
    }

    fn golden_json(&self, name: &str) -> Value {
        read_json(&self.golden.join(format!("{name}.json")))
    }
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))).unwrap()
}

/// The rows of a CSV file without quoted fields.
fn rows_of_csv(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(!text.contains('"'), "{} has quoted fields", path.display());
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines.map(|line| header.iter().map(ToString::to_string).zip(line.split(',').map(str::to_owned)).collect()).collect()
}

fn rows_of_jsonl(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| row_of(&serde_json::from_str(line).unwrap())).collect()
}

fn row_of(value: &Value) -> Row {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// Whether two values are the same text, ignoring case (`True`), or the same number within the tolerance, relative above 1.
fn same(one: &str, other: &str) -> bool {
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => (one - other).abs() <= TOLERANCE * one.abs().max(other.abs()).max(1.0),
        _ => false,
    }
}

/// Whether two numbers are one as 32-bit floats, which is how Splink computes the share of negatives from a table of labels.
fn same_in_32_bits(one: &str, other: &str) -> bool {
    matches!((one.parse::<f32>(), other.parse::<f32>()), (Ok(one), Ok(other)) if one == other)
}

/// Collects what differs, and tells all of it at the end.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn add(&mut self, what: &str, found: &[String]) {
        if !found.is_empty() {
            let shown: Vec<&str> = found.iter().take(SHOWN).map(String::as_str).collect();
            self.0.push(format!("{what}: {} differences\n    {}", found.len(), shown.join("\n    ")));
        }
    }

    /// Every expected row, found by `key`, must be there with every expected column, and no other row.
    fn tables(&mut self, what: &str, key: &[&str], expected: &[Row], found: &[Row]) {
        // The two zeros are one number.
        let text = |value: &String| if value == "-0.0" { "0.0".to_owned() } else { value.clone() };
        let name = |row: &Row| key.iter().filter_map(|column| row.get(*column)).map(text).collect::<Vec<_>>().join(" ");
        let mut left: BTreeMap<String, &Row> = found.iter().map(|row| (name(row), row)).collect();
        let mut differences = Vec::new();
        if left.len() != found.len() {
            differences.push(format!("{} rows have the key of another", found.len() - left.len()));
        }
        for row in expected {
            let key = name(row);
            let Some(own) = left.remove(&key) else {
                differences.push(format!("{key} is missing"));
                continue;
            };
            for (column, value) in row {
                match own.get(column) {
                    Some(own) if same(value, own) || (column == "N_rate" && same_in_32_bits(value, own)) => {}
                    own => differences.push(format!("{key}: {column} is {own:?}, not {value:?}")),
                }
            }
        }
        differences.extend(left.keys().map(|key| format!("{key} is too many")));
        self.add(what, &differences);
    }

    /// Lambda and m and u of every level; what is absent must be absent.
    fn models(&mut self, what: &str, expected: &Value, found: &Value) {
        let mut differences = Vec::new();
        let mut number = |place: &str, expected: Option<&Value>, found: Option<&Value>| {
            let equal = match (expected.and_then(Value::as_f64), found.and_then(Value::as_f64)) {
                (None, None) => true,
                (Some(expected), Some(found)) => (expected - found).abs() <= TOLERANCE,
                _ => false,
            };
            if !equal {
                differences.push(format!("{place}: {found:?}, not {expected:?}"));
            }
        };
        let lambda = "probability_two_random_records_match";
        number(lambda, expected.get(lambda), found.get(lambda));
        let comparisons = |model: &Value| model["comparisons"].as_array().unwrap().clone();
        assert_eq!(comparisons(expected).len(), comparisons(found).len());
        for (expected, found) in comparisons(expected).iter().zip(comparisons(found)) {
            let levels = |comparison: &Value| comparison["comparison_levels"].as_array().unwrap().clone();
            assert_eq!(levels(expected).len(), levels(&found).len());
            for (expected, found) in levels(expected).iter().zip(levels(&found)) {
                for key in ["m_probability", "u_probability"] {
                    number(&format!("{} {key}", expected["sql_condition"]), expected.get(key), found.get(key));
                }
            }
        }
        self.add(what, &differences);
    }

    fn tell(self) {
        assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
    }
}

/// Each version and model of `models`, with what differs in it.
fn each(models: &[&str], mut test: impl FnMut(&Workplace, &str, &mut Differences)) {
    let Some(vectors) = vectors() else { return };
    let mut differences = Differences::default();
    for version in ["splink4", "splink5"] {
        for model in models {
            let mut own = Differences::default();
            test(&Workplace::new(&vectors, version, model), model, &mut own);
            differences.0.extend(own.0.into_iter().map(|text| format!("{version} {model} {text}")));
        }
    }
    differences.tell();
}

fn trained(job: &str, models: &[&str], golden: &str) {
    each(models, |place, _, differences| {
        let model = read_json(&place.run(job).join("model.json"));
        differences.models(golden, &place.golden_json(golden), &model);
    });
}

#[test]
fn lambda_and_u() {
    trained("lambda_u", DEDUPE, "model_after_lambda_u");
}

#[test]
fn lambda_and_u_of_links() {
    trained("link_lambda_u", LINK, "model_after_lambda_u");
}

#[test]
fn the_first_em_session() {
    trained("em_1", DEDUPE, "model_after_em1");
}

/// The whole training, and the edges, clusters and term frequencies that it leads to.
fn whole_training(job: &str, models: &[&str]) {
    each(models, |place, _, differences| {
        let directory = place.run(job);
        differences.models("model", &place.golden_json("model"), &read_json(&directory.join("model.json")));
        differences.tables("edges", PAIR, &place.golden_rows("predictions"), &rows_of_jsonl(&directory.join("edges.jsonl")));
        differences.tables(
            "clusters",
            NODE,
            &place.golden_rows("clusters_0.95"),
            &rows_of_jsonl(&directory.join("clusters.jsonl")),
        );
        for column in ["first_name", "surname", "city", "email"] {
            if place.golden.join(format!("tf_{column}.csv")).exists() {
                let own = rows_of_jsonl(&directory.join(format!("term_frequencies/{column}.jsonl")));
                differences.tables(&format!("tf_{column}"), &[column], &place.golden_rows(&format!("tf_{column}")), &own);
            }
        }
    });
}

#[test]
fn the_whole_training() {
    whole_training("model", DEDUPE);
}

#[test]
fn the_whole_training_of_links() {
    whole_training("link_model", LINK);
}

#[test]
fn a_trained_model_is_scored_as_it_is() {
    each(DEDUPE, |place, _, differences| {
        let scored = ["dedupe", "input.parquet", "--model", "model.json", "--predict-threshold", "0.01"];
        for threshold in ["0.5", "0.95", "0.99"] {
            let directory = place.command(threshold, &[&scored[..], &["--cluster-threshold", threshold]].concat());
            differences.tables("edges", PAIR, &place.golden_rows("predictions"), &rows_of_jsonl(&directory.join("edges.jsonl")));
            let golden = place.golden_rows(&format!("clusters_{threshold}"));
            differences.tables(threshold, NODE, &golden, &rows_of_jsonl(&directory.join("clusters.jsonl")));
        }
    });
}

#[test]
fn a_trained_model_links_as_it_is() {
    each(LINK, |place, model, differences| {
        let scored = ["link", "even.csv", "odd.csv", "--model", "model.json", "--predict-threshold", "0.01"];
        let directory = place.command(model, &scored);
        differences.tables("edges", PAIR, &place.golden_rows("predictions"), &rows_of_jsonl(&directory.join("edges.jsonl")));
        let clusters = rows_of_jsonl(&directory.join("clusters.jsonl"));
        differences.tables("clusters", NODE, &place.golden_rows("clusters_0.95"), &clusters);
    });
}

#[test]
fn what_is_measured() {
    each(&["basic", "thresholds"], |place, _, differences| {
        let directory = place.run("measured");
        let found = |name: &str| rows_of_jsonl(&directory.join(format!("{name}.jsonl")));
        let mut tables = |name: &str, key: &[&str]| differences.tables(name, key, &place.golden_rows(name), &found(name));
        tables("deterministic_link", PAIR);
        tables("graph_nodes", &["composite_unique_id"]);
        tables("graph_edges", &["composite_unique_id_l", "composite_unique_id_r"]);
        tables("graph_clusters", &["cluster_id"]);
        tables("truth_table_from_column", &["truth_threshold"]);
        tables("truth_table_from_column_blocking_ignored", &["truth_threshold"]);
        tables("truth_table_from_labels", &["truth_threshold"]);
        differences.tables("prediction_errors", PAIR, &place.golden_rows("prediction_errors_0.9"), &found("prediction_errors"));
        let unlinkables: Vec<Row> = place.golden_json("unlinkables").as_array().unwrap().iter().map(row_of).collect();
        differences.tables("unlinkables", &["match_probability"], &unlinkables, &found("unlinkables"));
        let at_thresholds = found("clusters_at_thresholds");
        for (threshold, column) in [("0.5", "cluster_p_0_5"), ("0.95", "cluster_p_0_95"), ("0.99", "cluster_p_0_99")] {
            let renamed = |row: &Row| {
                Row::from([
                    ("unique_id".to_owned(), row["unique_id"].clone()),
                    ("cluster_id".to_owned(), row.get(column).cloned().unwrap_or_default()),
                ])
            };
            let own: Vec<Row> = at_thresholds.iter().map(renamed).collect();
            let mut golden = place.golden_rows(&format!("clusters_{threshold}"));
            for row in &mut golden {
                row.retain(|name, _| name == "unique_id" || name == "cluster_id");
            }
            differences.tables(column, NODE, &golden, &own);
        }
    });
}

#[test]
fn single_best_links() {
    each(LINK, |place, _, differences| {
        for name in ["lowest_id", "drop", "even_only"] {
            let directory = place.run(&format!("best_links_{name}"));
            let golden = place.golden_rows(&format!("single_best_links_0.5_{name}"));
            differences.tables(name, NODE, &golden, &rows_of_jsonl(&directory.join("clusters.jsonl")));
        }
    });
}
