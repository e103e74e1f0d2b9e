//! A value of the JSON file together with its place, so that every mistake can be named by it.

use std::cell::RefCell;

use serde_json::{Map, Value};

use super::problem::{SchemaFault, SchemaProblem};

/// Collects the mistakes of a file.
#[derive(Default)]
pub(super) struct Problems(RefCell<Vec<SchemaProblem>>);

impl Problems {
    pub(super) fn add(&self, fault: SchemaFault, place: &str, what: impl Into<String>, instead: impl Into<String>) {
        let problem = SchemaProblem { fault, place: place.to_owned(), what: what.into(), instead: instead.into() };
        self.0.borrow_mut().push(problem);
    }

    pub(super) fn into_vec(self) -> Vec<SchemaProblem> {
        self.0.into_inner()
    }
}

/// A value and its place.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    pub(super) place: String,
    problems: &'a Problems,
}

/// An object and its place.
pub(super) struct Object<'a> {
    members: &'a Map<String, Value>,
    pub(super) place: String,
    problems: &'a Problems,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value, problems: &'a Problems) -> Self {
        Self { value, place: String::new(), problems }
    }

    /// Notes a value that cannot stand here.
    pub(super) fn refuse(&self, what: impl Into<String>, instead: impl Into<String>) {
        self.problems.add(SchemaFault::Value, &self.place, what, instead);
    }

    pub(super) fn object(&self) -> Option<Object<'a>> {
        let Some(members) = self.value.as_object() else {
            self.refuse(format!("is {}, not an object", kind(self.value)), "write an object: { ... }");
            return None;
        };
        Some(Object { members, place: self.place.clone(), problems: self.problems })
    }

    pub(super) fn list(&self) -> Option<Vec<Node<'a>>> {
        let Some(values) = self.value.as_array() else {
            self.refuse(format!("is {}, not a list", kind(self.value)), "write a list: [ ... ]");
            return None;
        };
        let node = |(index, value)| Node { value, place: format!("{}[{index}]", self.place), problems: self.problems };
        Some(values.iter().enumerate().map(node).collect())
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.refuse(format!("is {}, not text", kind(self.value)), "write text in quotes");
        }
        text
    }

    pub(super) fn flag(&self) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.refuse(format!("is {}, not a truth value", kind(self.value)), "write true or false");
        }
        flag
    }

    /// A whole number in a range.
    pub(super) fn whole(&self, min: u64, max: u64) -> Option<usize> {
        let number = self.value.as_u64().filter(|number| (min..=max).contains(number));
        if number.is_none() {
            self.refuse("is no whole number of its range", format!("write a whole number from {min} to {max}"));
        }
        number.map(|number| number as usize)
    }

    /// Any whole number.
    pub(super) fn integer(&self) -> Option<i128> {
        let number = self.value.as_i64().map(i128::from).or_else(|| self.value.as_u64().map(i128::from));
        let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 1e30).then_some(number as i128);
        let number = number.or_else(|| self.value.as_f64().and_then(whole));
        if number.is_none() {
            self.refuse("is no whole number", "write a whole number of at most 30 digits");
        }
        number
    }

    pub(super) fn number(&self) -> Option<f64> {
        let number = self.value.as_f64();
        if number.is_none() {
            self.refuse(format!("is {}, not a number", kind(self.value)), "write a number");
        }
        number
    }

    /// One of some words, by what each stands for.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let found = self.value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        if found.is_none() {
            let listed: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            self.refuse("is none of the words that can stand here", format!("write {}", listed.join(" or ")));
        }
        found.map(|(_, meaning)| *meaning)
    }
}

impl<'a> Object<'a> {
    /// The member of a key; its absence is no mistake.
    pub(super) fn optional(&self, key: &str) -> Option<Node<'a>> {
        let value = self.members.get(key)?;
        Some(Node { value, place: self.place_of(key), problems: self.problems })
    }

    /// The member of a key that must be there.
    pub(super) fn required(&self, key: &str) -> Option<Node<'a>> {
        let node = self.optional(key);
        if node.is_none() {
            self.problems.add(SchemaFault::Missing, &self.place_of(key), "is missing", format!("add the key `{key}`"));
        }
        node
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.members.contains_key(key)
    }

    /// Notes every key but these.
    pub(super) fn allow_only(&self, keys: &[&str]) {
        for key in self.members.keys().filter(|key| !keys.contains(&key.as_str())) {
            let listed: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let instead = format!("leave it out; the keys here are {}", listed.join(", "));
            self.problems.add(SchemaFault::Unknown, &self.place_of(key), "is no key that can stand here", instead);
        }
    }

    /// Notes settings that exclude each other.
    pub(super) fn conflict(&self, key: &str, what: &str, instead: impl Into<String>) {
        self.problems.add(SchemaFault::Conflict, &self.place_of(key), what, instead);
    }

    pub(super) fn place_of(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
