//! The kernel `tokenize` on the persons that the references were run on, in every profile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use kintsu_kernel::{Kernel, KernelSpec, TokenInput, TokenizeSpec};
use kintsu_token::{Attribute, Component, Profile, Rule, RuleSet, Secret, TokenBatch, TokenMode};
use serde_json::Value;

const SECRET: &[u8] = b"otk-golden-hashing-secret-v1";

const PROFILES: [(Profile, &str); 3] =
    [(Profile::OpenToken1Python, "python"), (Profile::OpenToken1Java, "java"), (Profile::OpenLinkToken2, "python_v2")];

fn persons() -> Vec<Value> {
    rows("persons.jsonl")
}

fn rows(file: &str) -> Vec<Value> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("KINTSU_SHARED").map_or(beside, PathBuf::from);
    let Ok(text) = std::fs::read_to_string(folder.join("vectors/opentoken").join(file)) else {
        eprintln!("skipped: ../shared is not here");
        return Vec::new();
    };
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn kernel(profile: Profile, mode: TokenMode) -> Kernel {
    kernel_of(RuleSet::built_in(), profile, mode).unwrap()
}

fn kernel_of(rules: RuleSet, profile: Profile, mode: TokenMode) -> Option<Kernel> {
    let spec = KernelSpec::Tokenize(TokenizeSpec {
        rules,
        profile,
        as_of: "2026-11-20".to_owned(),
        mode,
        columns: BTreeMap::new(),
        record_id: Some("id".to_owned()),
    });
    let spec: KernelSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
    Kernel::with_secrets(&spec, Some(&Secret::from_bytes(SECRET)), None).ok()
}

/// The persons that have the same columns, as one batch.
fn batch(columns: &BTreeSet<String>, persons: &[&Value]) -> RecordBatch {
    let column = |name: &String| -> (String, ArrayRef) {
        let values = persons.iter().map(|person| person["input"][name].as_str().map(str::to_owned));
        (name.clone(), Arc::new(values.collect::<StringArray>()))
    };
    let ids: StringArray = persons.iter().map(|person| person["id"].as_str()).collect();
    let ids: (String, ArrayRef) = ("id".to_owned(), Arc::new(ids));
    RecordBatch::try_from_iter(columns.iter().map(column).chain([ids])).unwrap()
}

#[test]
fn the_kernel_makes_the_tokens_of_the_references() {
    let persons = persons();
    let mut groups: BTreeMap<BTreeSet<String>, Vec<&Value>> = BTreeMap::new();
    for person in &persons {
        let columns = person["input"].as_object().unwrap().keys().cloned().collect();
        groups.entry(columns).or_default().push(person);
    }
    for (profile, name) in PROFILES {
        let kernel = kernel(profile, TokenMode::HashOnly);
        let mut wrong = Vec::new();
        for (columns, persons) in &groups {
            let found = found(&kernel.apply(&batch(columns, persons)).unwrap());
            for person in persons {
                let id = person["id"].as_str().unwrap();
                let expected: BTreeMap<String, String> = serde_json::from_value(person[name]["tokens"].clone()).unwrap();
                if found.get(id) != Some(&expected) {
                    wrong.push(id);
                }
            }
        }
        assert!(wrong.is_empty(), "{name}: {} persons differ: {:?}", wrong.len(), &wrong[..wrong.len().min(20)]);
    }
}

/// Rules whose expressions the reference reads only in part, or not at all, are refused here; all others make its tokens.
#[test]
fn the_kernel_makes_the_tokens_of_rules_of_ones_own() {
    let (mut made, mut refused) = (0, 0);
    for row in &rows("custom_tokens.jsonl") {
        let id = row["input"]["RecordId"].as_str().unwrap_or("made up");
        let component = |pair: &Value| {
            let attribute = Attribute::of_name(pair[0].as_str().unwrap()).unwrap();
            Component::of(attribute, pair[1].as_str().unwrap_or_default())
        };
        let components = row["definition"].as_array().unwrap().iter().map(component).collect();
        let rule = Rule { id: row["token_id"].as_str().unwrap().to_owned(), components };
        let rules = RuleSet { version: "custom".to_owned(), rules: vec![rule], columns: BTreeMap::new() };
        let columns = row["input"].as_object().unwrap().keys().cloned().collect();
        let person = serde_json::json!({ "id": id, "input": row["input"] });
        for (profile, name) in PROFILES {
            let expected: BTreeMap<String, String> = serde_json::from_value(row[name]["tokens"].clone()).unwrap();
            let Some(kernel) = kernel_of(rules.clone(), profile, TokenMode::HashOnly) else {
                refused += 1;
                continue;
            };
            let tokens = found(&kernel.apply(&batch(&columns, &[&person])).unwrap());
            assert_eq!(tokens.get(id).cloned().unwrap_or_default(), expected, "{name}: {}", row["id"]);
            made += 1;
        }
    }
    assert!(made + refused == 0 || made > 1200, "{made} made, {refused} refused");
}

/// For each record its tokens by rule.
fn found(tokens: &RecordBatch) -> BTreeMap<String, BTreeMap<String, String>> {
    let texts = |column: usize| -> Vec<String> {
        match tokens.column(column).as_dictionary_opt::<UInt32Type>() {
            Some(codes) => {
                let values = codes.values().as_string::<i32>();
                codes.keys().values().iter().map(|key| values.value(*key as usize).to_owned()).collect()
            }
            None => tokens.column(column).as_string::<i32>().iter().flatten().map(str::to_owned).collect(),
        }
    };
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for ((rule, token), id) in texts(0).into_iter().zip(texts(1)).zip(texts(2)) {
        assert!(found.entry(id).or_default().insert(rule, token).is_none());
    }
    found
}

#[test]
fn invalid_attributes_are_counted_as_the_references_count_them() {
    let persons = persons();
    for (profile, name) in [(Profile::OpenToken1Python, "python"), (Profile::OpenToken1Java, "java")] {
        let kernel = kernel(profile, TokenMode::Plain).into_tokenize().unwrap();
        let fields = kernel.tokenizer().rules().fields();
        let mut tokens = TokenBatch::default();
        for person in &persons {
            let columns = person["input"].as_object().unwrap().keys().cloned().collect();
            let batch = batch(&columns, &[person]);
            let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
            let plan = kernel.plan_columns(&names);
            let column = |position: &Option<usize>| position.map(|position| batch.column(position).as_string::<i32>());
            let input = TokenInput {
                rows: 1,
                fields: plan.fields.iter().map(column).collect(),
                missing: Vec::new(),
                record_ids: column(&plan.record_id),
            };
            let mut counts = kernel.tokenizer().counts();
            kernel.run(&input, &mut counts, &mut tokens).unwrap();
            let invalid: BTreeSet<&str> = fields
                .iter()
                .enumerate()
                .filter(|(field, _)| counts.invalid_of(*field) > 0)
                .map(|(_, field)| field.name.as_str())
                .collect();
            let expected: BTreeSet<&str> = person[name]["invalid"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert_eq!(invalid, expected, "{name}: {}", person["id"]);
            assert_eq!(counts.rows_invalid, u64::from(!expected.is_empty()));
        }
    }
}

#[test]
fn secrets_that_lack_and_columns_that_are_not_there_are_told() {
    let spec = KernelSpec::Tokenize(TokenizeSpec {
        rules: RuleSet::built_in(),
        profile: Profile::default(),
        as_of: "2025-06-01".to_owned(),
        mode: TokenMode::HashOnly,
        columns: [("LastName".to_owned(), "absent".to_owned())].into(),
        record_id: None,
    });
    let code = |error: kintsu_kernel::KernelError| kintsu_core::Explain::code(&error);
    assert_eq!(code(Kernel::new(&spec).unwrap_err()), "KN-TOKEN-301");
    let kernel = Kernel::with_secrets(&spec, Some(&Secret::from_bytes(SECRET)), None).unwrap();
    let people: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let batch = RecordBatch::try_from_iter([("FirstName", people)]).unwrap();
    assert_eq!(code(kernel.apply(&batch).unwrap_err()), "KN-KERNEL-001");
}
