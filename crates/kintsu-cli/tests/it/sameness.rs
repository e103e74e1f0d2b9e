//! The same answer for any number of threads and any order of the input.

use std::path::Path;

use crate::command::{files, run, small_folder, stderr};

fn dedupe(folder: &Path, input: &str, output: &str, more: &[&str]) {
    let mut arguments = vec!["dedupe", input, "--predict-threshold", "0.01", "-o", output, "--no-progress"];
    arguments.extend_from_slice(more);
    let done = run(folder, &arguments);
    assert!(done.status.success(), "{}", stderr(&done));
}

#[test]
fn files_are_the_same_bytes_for_any_number_of_threads() {
    let folder = small_folder();
    let mut first = None;
    for threads in ["1", "2", "7"] {
        let output = format!("run{threads}");
        dedupe(folder.path(), "people.csv", &output, &["--settings", "febrl3.settings.json", "--threads", threads]);
        let mut found = files(&folder.path().join(&output));
        let card: serde_json::Value = serde_json::from_slice(&found.remove("run.json").unwrap()).unwrap();
        assert!(found.contains_key("clusters.parquet") && found.contains_key("model.json"), "{:?}", found.keys());
        let mut card = card.as_object().unwrap().clone();
        card.remove("timings").unwrap();
        card.remove("machine").unwrap();
        let expected = first.get_or_insert_with(|| (found.clone(), card.clone()));
        assert_eq!(card, expected.1, "the card with {threads} threads");
        for (name, bytes) in &found {
            assert!(expected.0.get(name) == Some(bytes), "{name} differs with {threads} threads");
        }
    }
}

/// Writes the rows of `people.csv` in another order into `shuffled.csv`.
fn shuffle_people(folder: &Path) {
    let text = std::fs::read_to_string(folder.join("people.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let mut shuffled = rows.clone();
    shuffled.sort_by_key(|row| kintsu_core::hash_bytes(row.as_bytes(), 7));
    assert_ne!(rows, shuffled);
    std::fs::write(folder.join("shuffled.csv"), format!("{header}\n{}\n", shuffled.join("\n"))).unwrap();
}

#[test]
fn sampled_training_is_the_same_for_any_order_of_the_input_and_another_for_another_seed() {
    let folder = small_folder();
    shuffle_people(folder.path());
    let job = "inputs = [{ path = \"people.csv\", name = \"people\" }]\nsettings = \"febrl3.settings.json\"\n\
               [[training]]\nmethod = \"estimate_u_using_random_sampling\"\nmax_pairs = 1e4\n\
               [[training]]\nmethod = \"estimate_parameters_using_expectation_maximisation\"\n\
               blocking_rule = \"l.surname = r.surname\"\nmax_pairs = 500\n";
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    let model = |output: &str, more: &[&str]| {
        let arguments = [&["run", "job.toml", "-o", output, "-qq"], more].concat();
        let done = run(folder.path(), &arguments);
        assert!(done.status.success(), "{}", stderr(&done));
        std::fs::read_to_string(folder.path().join(output).join("model.json")).unwrap()
    };
    let first = model("a", &[]);
    assert_eq!(first, model("b", &["--input", "people=shuffled.csv"]));
    assert_ne!(first, model("c", &["--seed", "7"]));
}

#[test]
fn rows_are_the_same_for_any_order_of_the_input() {
    let folder = small_folder();
    shuffle_people(folder.path());
    let options = ["--settings", "febrl3.settings.json", "--file-format", "jsonl"];
    dedupe(folder.path(), "people.csv", "a", &options);
    dedupe(folder.path(), "shuffled.csv", "b", &options);
    let (a, b) = (files(&folder.path().join("a")), files(&folder.path().join("b")));
    for name in ["clusters.jsonl", "edges.jsonl", "model.json"] {
        let sorted = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        assert_eq!(sorted(&a[name]), sorted(&b[name]), "{name}");
    }
}

#[test]
fn the_predictions_of_the_reference_come_out() {
    let shared = std::env::var_os("KINTSU_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), std::path::PathBuf::from);
    let vectors = shared.join("vectors/splink/fake_1000");
    if !vectors.is_dir() {
        eprintln!("skipped: ../shared is not here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let input = vectors.join("input.parquet");
    for model in ["splink4/basic", "splink5/basic", "splink4/tf_variants", "splink5/fullname"] {
        let path = vectors.join(model).join("model.json");
        let output = model.replace('/', "_");
        let more = ["--model", path.to_str().unwrap(), "--file-format", "jsonl"];
        dedupe(folder.path(), input.to_str().unwrap(), &output, &more);
        let edges = std::fs::read_to_string(folder.path().join(&output).join("edges.jsonl")).unwrap();
        let found: std::collections::BTreeMap<(i64, i64), f64> = edges
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|edge| {
                let id = |name: &str| edge[name].as_i64().unwrap();
                ((id("unique_id_l"), id("unique_id_r")), edge["match_weight"].as_f64().unwrap())
            })
            .collect();
        let predictions = std::fs::read_to_string(vectors.join(model).join("predictions.csv")).unwrap();
        assert_eq!(found.len(), predictions.lines().count() - 1, "{model}");
        for line in predictions.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').take(4).collect();
            let pair = (fields[2].parse().unwrap(), fields[3].parse().unwrap());
            let expected: f64 = fields[0].parse().unwrap();
            assert!((found[&pair] - expected).abs() < 1e-9, "{model} {pair:?}");
        }
    }
}
