//! Every person and every custom rule of the vectors: signatures, invalid attributes, blank tokens.

use std::collections::{BTreeMap, BTreeSet};

use kintsu_token::{CompiledRules, Component, Outcome, Profile, Rule, RuleSet, Signature};
use serde_json::{Map, Value};

use crate::vectors::{AS_OF, PROFILES, rows};

/// What a set of rules makes of a record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) signatures: Vec<(String, String)>,
    pub(crate) invalid: BTreeSet<String>,
    pub(crate) blank: BTreeSet<String>,
    pub(crate) dropped: BTreeSet<String>,
}

pub(crate) fn run(rules: &CompiledRules, input: &Map<String, Value>) -> Found {
    let mut outcomes: Vec<Outcome<'static>> = vec![Outcome::Absent; rules.parts().len()];
    for (position, field) in rules.fields().iter().enumerate() {
        if let Some(value) = input.get(&field.name) {
            rules.outcomes(position, value.as_str(), |part, outcome| outcomes[part] = outcome.into_owned());
        }
    }
    let mut found = Found::default();
    let mut text = String::new();
    for (rule, id) in rules.rule_ids().iter().enumerate() {
        match rules.signature(rule, |part| &outcomes[part], &mut text) {
            Signature::Text => {
                if text.trim().is_empty() {
                    found.blank.insert(id.clone());
                }
                found.signatures.push((id.clone(), text.clone()));
            }
            Signature::Blank { invalid } => {
                found.blank.insert(id.clone());
                found.invalid.extend(invalid.map(|field| rules.fields()[field].attribute.name().to_owned()));
            }
            Signature::Dropped => {
                found.dropped.insert(id.clone());
            }
        }
    }
    found
}

fn expected(answer: &Value, ids: &[String]) -> Found {
    let names = |key: &str| answer[key].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    let signatures = answer["signatures"].as_object().unwrap();
    Found {
        signatures: signatures.iter().map(|(id, text)| (id.clone(), text.as_str().unwrap().to_owned())).collect(),
        invalid: names("invalid"),
        blank: names("blank"),
        dropped: ids.iter().filter(|id| answer["tokens"].get(id.as_str()).is_none()).cloned().collect(),
    }
}

fn compare(row: &Value, key: &str, rules: &CompiledRules, differing: &mut Vec<String>) {
    let found = run(rules, row["input"].as_object().unwrap());
    let expected = expected(&row[key], rules.rule_ids());
    if found != expected {
        differing.push(format!("{} {key}: expected {expected:?}, found {found:?}", row["id"]));
    }
}

#[test]
fn persons_get_the_signatures_of_the_reference() {
    let Some(rows) = rows("persons.jsonl") else { return };
    let mut differing = Vec::new();
    for (profile, key) in PROFILES {
        let rules = CompiledRules::new(&RuleSet::built_in(), profile, AS_OF).unwrap();
        for row in &rows {
            compare(row, key, &rules, &mut differing);
        }
    }
    assert!(differing.is_empty(), "{}:\n{}", differing.len(), differing.join("\n"));
    assert_eq!(rows.len(), 2971);
}

#[test]
fn custom_rules_get_the_signatures_of_the_reference() {
    let Some(rows) = rows("custom_tokens.jsonl") else { return };
    let mut differing = Vec::new();
    for (profile, key) in PROFILES {
        for row in &rows {
            // Some of the rules are faulty on purpose: there the reference makes blank tokens.
            let rules = CompiledRules::unchecked(&rule_set(row), profile, AS_OF);
            compare(row, key, &rules, &mut differing);
        }
    }
    assert!(differing.is_empty(), "{}:\n{}", differing.len(), differing.join("\n"));
    assert_eq!(rows.len(), 675);
}

fn rule_set(row: &Value) -> RuleSet {
    let component = |pair: &Value| {
        let attribute = kintsu_token::Attribute::of_name(pair[0].as_str().unwrap()).unwrap();
        Component::of(attribute, pair[1].as_str().unwrap_or_default())
    };
    let components = row["definition"].as_array().unwrap().iter().map(component).collect();
    let rule = Rule { id: row["token_id"].as_str().unwrap().to_owned(), components };
    RuleSet { version: "2.0-custom".to_owned(), rules: vec![rule], columns: BTreeMap::new() }
}

#[test]
fn a_faulty_rule_is_refused_unless_it_is_asked_for() {
    let mut rules = RuleSet::built_in();
    rules.rules[0].components[0].expression = "T|Q".to_owned();
    let errors = CompiledRules::new(&rules, Profile::OpenToken1Python, AS_OF).unwrap_err();
    assert_eq!(errors.0.len(), 1);
    assert!(errors.to_string().contains("T1"), "{errors}");
}
