//! Hostile inputs against what openlinktoken 2.1.2 and 2.2.1 made of them, and Java 17 of patterns and floats.
//!
//! `tests/differential/emit_tokens.py` and `EmitPatterns.java` write the directories that the environment variable `KINTSU_DIFFERENTIAL_TOKENS` lists as
//! `PATH` does; without it the test is skipped.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;
use kintsu_token::{Attribute, Attributes, CompiledRules, Component, Expression, Profile, Rule, RuleSet};
use serde_json::Value;

use crate::signatures_golden::run;

#[test]
fn the_references_agree_on_hostile_inputs() {
    let Some(folders) = std::env::var_os("KINTSU_DIFFERENTIAL_TOKENS") else {
        println!("skipped: the answers of the references are not here (cargo xtask test writes them)");
        return;
    };
    let mut differing = Vec::new();
    let mut compared = 0;
    for folder in std::env::split_paths(&folders) {
        compared += compare_folder(&folder, &mut differing);
    }
    let shown = &differing[..differing.len().min(60)];
    assert!(differing.is_empty(), "{} of {compared}:\n{}", differing.len(), shown.join("\n"));
    assert!(compared > 10_000, "only {compared} answers");
}

fn compare_folder(folder: &Path, differing: &mut Vec<String>) -> usize {
    let meta: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("meta.json")).unwrap()).unwrap();
    let profile = match meta["reference"].as_str() {
        Some("openlinktoken 2.1.2") => Profile::OpenLinkToken2,
        Some("openlinktoken 2.2.1") => Profile::OpenLinkToken22,
        Some("java 17") => Profile::OpenToken1Java,
        other => panic!("no profile follows {other:?}"),
    };
    let as_of: Date = meta["today"].as_str().unwrap().parse().unwrap();
    let mut compared = 0;
    for (file, compare) in [
        ("attributes.jsonl", attribute as fn(&Value, Profile, Date) -> Option<String>),
        ("expressions.jsonl", expression),
        ("records.jsonl", record),
    ] {
        for line in std::fs::read_to_string(folder.join(file)).unwrap().lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            compared += 1;
            differing.extend(compare(&row, profile, as_of).map(|found| format!("{profile} {line}\n    found {found}")));
        }
    }
    compared
}

/// What is found where it is not what was expected.
fn attribute(row: &Value, profile: Profile, as_of: Date) -> Option<String> {
    let attribute = Attribute::of_name(row["attribute"].as_str().unwrap()).unwrap();
    let found = Attributes::new(profile, as_of).accept(attribute, row["raw"].as_str());
    let agrees = match &found {
        Ok(normal) => row["valid"] == true && normal.as_deref().ok() == row["normalized"].as_str(),
        Err(_) => row["valid"] == false,
    };
    (!agrees).then(|| format!("{found:?}"))
}

fn expression(row: &Value, profile: Profile, _: Date) -> Option<String> {
    let text = row["expression"].as_str().unwrap_or_default();
    let found = Expression::new(text, profile).evaluate(row["value"].as_str().unwrap_or_default()).map(String::from);
    (found.as_deref().ok() != row["result"].as_str()).then(|| format!("{found:?}"))
}

fn record(row: &Value, profile: Profile, as_of: Date) -> Option<String> {
    let rules = CompiledRules::unchecked(&rules_of(&row["rules"]), profile, as_of);
    let found = run(&rules, row["record"].as_object().unwrap());
    let names = |key: &str| -> BTreeSet<String> {
        row[key].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let tokens = row["tokens"].as_object().unwrap();
    let same_text = |(id, text): &(String, String)| found.blank.contains(id) || tokens[id] == text.as_str();
    let agrees = found.invalid == names("invalid")
        && found.blank == names("blank")
        && rules.rule_ids().iter().all(|id| tokens.contains_key(id) != found.dropped.contains(id))
        && found.signatures.iter().all(same_text);
    (!agrees).then(|| format!("{found:?}"))
}

fn rules_of(rules: &Value) -> RuleSet {
    let Some(components) = rules.as_array() else { return RuleSet::built_in() };
    let component = |pair: &Value| {
        let attribute = Attribute::of_name(pair[0].as_str().unwrap()).unwrap();
        Component::of(attribute, pair[1].as_str().unwrap_or_default())
    };
    let rule = Rule { id: "X".to_owned(), components: components.iter().map(component).collect() };
    RuleSet { rules: vec![rule], ..RuleSet::built_in() }
}
