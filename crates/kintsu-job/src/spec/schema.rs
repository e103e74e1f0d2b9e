//! Holds a document against the published schema and names everything that does not fit, each with its line.
//!
//! Only the parts of JSON Schema that the schema of a job uses are understood; a test proves that it uses no other.

use serde_json::Value;

use super::document::{Entry, Located, Node, below};
use super::problem::{Problem, nearest};

/// The JSON Schema of a job file.
pub fn job_schema() -> Value {
    schemars::schema_for!(super::JobSpec).to_value()
}

/// Everything in `document` that does not fit `schema`, and the paths without which the rest would.
pub(super) fn problems(document: &Located, schema: &Value) -> (Vec<Problem>, Vec<String>) {
    let mut checker = Checker { root: schema, problems: Vec::new(), places: Vec::new() };
    checker.check(document, schema, "");
    (checker.problems, checker.places)
}

struct Checker<'a> {
    root: &'a Value,
    problems: Vec<Problem>,
    /// The paths of what is wrong.
    places: Vec<String>,
}

impl<'a> Checker<'a> {
    fn check(&mut self, found: &Located, schema: &'a Value, path: &str) {
        let schema = self.resolve(schema);
        if let Some(constant) = schema.get("const") {
            if found.to_value() != *constant {
                self.wrong(found, path, &format!("is {constant} here"));
            }
        } else if let Some(options) = schema.get("enum").and_then(Value::as_array) {
            self.one_of_words(found, &options.iter().filter_map(Value::as_str).collect::<Vec<_>>(), path);
        } else if let Some(branches) = branches(schema) {
            self.one_of(found, branches, path);
        } else {
            self.typed(found, schema, path);
        }
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..16 {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { break };
            let Some(target) = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) else { break };
            schema = target;
        }
        schema
    }

    fn typed(&mut self, found: &Located, schema: &'a Value, path: &str) {
        let types = type_names(schema);
        if !types.is_empty() && !types.iter().any(|name| has_type(&found.node, name)) {
            self.wrong(found, path, &format!("must be {}, not {}", article(&types), type_of(&found.node)));
            return;
        }
        match &found.node {
            Node::Table(entries) => self.table(found, entries, schema, path),
            Node::List(items) => {
                if let Some(inner) = schema.get("items") {
                    for (position, item) in items.iter().enumerate() {
                        self.check(item, inner, &format!("{path}[{position}]"));
                    }
                }
            }
            Node::Scalar(Value::Number(number)) => self.number(found, number.as_f64().unwrap_or(f64::NAN), schema, path),
            Node::Scalar(_) => {}
        }
    }

    fn number(&mut self, found: &Located, number: f64, schema: &Value, path: &str) {
        let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
        if schema.get("format").and_then(Value::as_str) == Some("uint32") && number > f64::from(u32::MAX) {
            self.wrong(found, path, &format!("must be at most {}", u32::MAX));
        }
        if let Some(minimum) = limit("minimum")
            && number < minimum
        {
            self.wrong(found, path, &format!("must be at least {minimum}"));
        }
        if let Some(maximum) = limit("maximum")
            && number > maximum
        {
            self.wrong(found, path, &format!("must be at most {maximum}"));
        }
    }

    fn table(&mut self, found: &Located, entries: &[Entry], schema: &'a Value, path: &str) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let additional = schema.get("additionalProperties");
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let before = self.places.len();
        for entry in entries {
            let inner = below(path, &entry.key);
            if let Some(property) = properties.and_then(|properties| properties.get(&entry.key)) {
                self.check(&entry.value, property, &inner);
            } else if let Some(additional) = additional.filter(|additional| additional.is_object()) {
                self.check(&entry.value, additional, &inner);
            } else if additional == Some(&Value::Bool(false)) {
                self.unknown(
                    entry,
                    properties.map(|properties| properties.keys()).into_iter().flatten().map(String::as_str),
                    path,
                );
            }
        }
        // Without a key that must be there, nothing of the table can be read.
        let wrong = |key: &&str| self.places[before..].contains(&below(path, key));
        if required.iter().any(wrong) {
            self.places.push(path.to_owned());
        }
        for required in required {
            if !entries.iter().any(|entry| entry.key == required) {
                let place = if path.is_empty() { String::new() } else { format!(" in `{path}`") };
                let problem = Problem::new("KN-JOB-005", format!("the key `{required}` is missing{place}")).at(found.line);
                self.report(problem, path);
            }
        }
    }

    fn unknown<'k>(&mut self, entry: &Entry, known: impl Iterator<Item = &'k str>, path: &str) {
        let known: Vec<&str> = known.collect();
        let hint = nearest(&entry.key, known.iter().copied())
            .map_or_else(|| format!("known keys: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        let message = format!("unknown key `{}`", below(path, &entry.key));
        self.report(Problem::new("KN-JOB-003", message).at(entry.line).hint(hint), &below(path, &entry.key));
    }

    fn one_of_words(&mut self, found: &Located, words: &[&str], path: &str) {
        let Node::Scalar(Value::String(written)) = &found.node else {
            self.wrong(found, path, &format!("must be one of: {}", words.join(", ")));
            return;
        };
        if words.contains(&written.as_str()) {
            return;
        }
        let hint = nearest(written, words.iter().copied())
            .map_or_else(|| format!("one of: {}", words.join(", ")), |near| format!("did you mean `{near}`?"));
        let message = format!("`{path}` cannot be `{written}`");
        self.report(Problem::new("KN-JOB-004", message).at(found.line).hint(hint), path);
    }

    /// One of several shapes: chosen by the key that names the shape where there is one, else by the type of the value.
    fn one_of(&mut self, found: &Located, branches: &'a [Value], path: &str) {
        let branches: Vec<&'a Value> = branches.iter().map(|branch| self.resolve(branch)).collect();
        if let Some((tag, words)) = Self::tag_of(&branches) {
            self.tagged(found, &branches, tag, &words, path);
            return;
        }
        if branches.iter().all(|branch| branch.get("const").is_some()) {
            let words: Vec<&str> = branches.iter().filter_map(|branch| branch.get("const")?.as_str()).collect();
            self.one_of_words(found, &words, path);
            return;
        }
        let fits = |branch: &&&Value| self.shape_fits(found, branch);
        if let Some(branch) = branches.iter().find(fits) {
            let branch = *branch;
            self.check(found, branch, path);
        } else {
            let types: Vec<&str> = branches.iter().flat_map(|branch| type_names(branch)).filter(|name| *name != "null").collect();
            self.wrong(found, path, &format!("must be {}, not {}", article(&types), type_of(&found.node)));
        }
    }

    fn tagged(&mut self, found: &Located, branches: &[&'a Value], tag: &'a str, words: &[&'a str], path: &str) {
        let Node::Table(_) = &found.node else {
            self.wrong(found, path, &format!("must be a table, not {}", type_of(&found.node)));
            return;
        };
        let Some(named) = found.get(tag) else {
            let hint = format!("one of: {}", words.join(", "));
            let message = format!("the key `{tag}` is missing in `{path}`");
            self.report(Problem::new("KN-JOB-005", message).at(found.line).hint(hint), path);
            return;
        };
        let before = self.problems.len();
        self.one_of_words(named, words, &below(path, tag));
        if self.problems.len() > before {
            self.places.push(path.to_owned());
        }
        if self.problems.len() == before
            && let Node::Scalar(Value::String(word)) = &named.node
            && let Some(branch) = branches.iter().find(|branch| tag_word(branch, tag) == Some(word))
        {
            self.typed(found, branch, path);
        }
    }

    fn tag_of(branches: &[&'a Value]) -> Option<(&'a str, Vec<&'a str>)> {
        let properties = branches.first()?.get("properties")?.as_object()?;
        properties.keys().find_map(|key| {
            let words: Option<Vec<&str>> = branches.iter().map(|branch| tag_word(branch, key)).collect();
            words.map(|words| (key.as_str(), words))
        })
    }

    fn shape_fits(&self, found: &Located, branch: &'a Value) -> bool {
        let branch = self.resolve(branch);
        if let Some(inner) = branches(branch) {
            return inner.iter().any(|inner| self.shape_fits(found, inner));
        }
        if branch.get("enum").is_some() || branch.get("const").is_some() {
            return matches!(found.node, Node::Scalar(Value::String(_)));
        }
        type_names(branch).iter().any(|name| has_type(&found.node, name))
    }

    fn wrong(&mut self, found: &Located, path: &str, what: &str) {
        let name = if path.is_empty() { "the job" } else { path };
        self.report(Problem::new("KN-JOB-004", format!("`{name}` {what}")).at(found.line), path);
    }

    fn report(&mut self, problem: Problem, path: &str) {
        self.problems.push(problem);
        self.places.push(path.to_owned());
    }
}

fn branches(schema: &Value) -> Option<&[Value]> {
    schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array).map(Vec::as_slice)
}

fn tag_word<'a>(branch: &'a Value, tag: &str) -> Option<&'a str> {
    branch.get("properties")?.get(tag)?.get("const")?.as_str()
}

fn type_names(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name.as_str()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn has_type(node: &Node, name: &str) -> bool {
    match (node, name) {
        (Node::Table(_), "object")
        | (Node::List(_), "array")
        | (Node::Scalar(Value::String(_)), "string")
        | (Node::Scalar(Value::Bool(_)), "boolean")
        | (Node::Scalar(Value::Number(_)), "number")
        | (Node::Scalar(Value::Null), "null") => true,
        (Node::Scalar(Value::Number(number)), "integer") => number.is_i64() || number.is_u64(),
        _ => false,
    }
}

fn type_of(node: &Node) -> &'static str {
    match node {
        Node::Table(_) => "a table",
        Node::List(_) => "a list",
        // TOML has numbers that JSON has not; they are kept as text.
        Node::Scalar(Value::String(text)) if text.parse::<f64>().is_ok_and(|number| !number.is_finite()) => "nan or infinity",
        Node::Scalar(Value::String(_)) => "text",
        Node::Scalar(Value::Bool(_)) => "true or false",
        Node::Scalar(Value::Number(_)) => "a number",
        Node::Scalar(_) => "null",
    }
}

fn article(types: &[&str]) -> String {
    let names: Vec<&str> = types
        .iter()
        .filter(|name| **name != "null")
        .map(|name| match *name {
            "object" => "a table",
            "array" => "a list",
            "string" => "text",
            "boolean" => "true or false",
            "number" => "a number",
            "integer" => "a whole number",
            other => other,
        })
        .collect();
    names.join(" or ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::document::parse_toml;
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let document = parse_toml(text).unwrap();
        problems(&document, &job_schema())
            .0
            .iter()
            .map(|problem| format!("{problem} [{}]", problem.hint.clone().unwrap_or_default()))
            .collect()
    }

    #[test]
    fn a_good_job_has_no_problems() {
        let text = r#"
            inputs = ["a.csv", { path = "b.csv", name = "b", format = "csv" }]
            settings = "s.json"
            predict_threshold = 0
            [[training]]
            method = "estimate_probability_two_random_records_match"
            deterministic_matching_rules = ["l.a = r.a", { columns = ["b"] }]
            recall = 0.7
            [[training]]
            method = "estimate_u_using_random_sampling"
            max_pairs = 1e7
            [[steps]]
            step = "cluster"
            thresholds = [0.5, 0.9]
            [[comparisons]]
            type = "name_comparison"
            column = "n"
            configure = { term_frequency_adjustments = false }
            [[comparisons]]
            type = "custom"
            comparison_levels = [{ sql_condition = "ELSE" }]
        "#;
        assert_eq!(messages(text), Vec::<String>::new());
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let text = r#"treshold = 1
inputs = ["a.csv", 3]
threads = "two"
link_type = "dedup_only"
predict_threshold = 1.5
[[training]]
method = "estimate_u_using_random_sampling"
max_pair = 1
[[training]]
recall = 1
[[training]]
method = "estimate_m_from_label_column"
"#;
        let expected = [
            "line 1: unknown key `treshold` [known keys: ",
            "line 2: `inputs[1]` must be text or a table, not a number",
            "line 3: `threads` must be a whole number, not text",
            "line 4: `link_type` cannot be `dedup_only` [did you mean `dedupe_only`?]",
            "line 5: `predict_threshold` must be at most 1",
            "line 8: unknown key `training[0].max_pair` [did you mean `max_pairs`?]",
            "line 9: the key `method` is missing in `training[1]`",
            "line 11: the key `label_colname` is missing in `training[2]`",
        ];
        let mut found = messages(text);
        found.sort_by_key(|message| message[5..message.find(':').unwrap()].parse::<u32>().unwrap());
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found} is not {expected}");
        }
    }

    /// The checker knows these keywords and no others, so the schema may use no others.
    #[test]
    fn the_schema_uses_only_what_is_checked() {
        const KNOWN: [&str; 17] = [
            "$schema",
            "title",
            "description",
            "type",
            "properties",
            "additionalProperties",
            "required",
            "items",
            "oneOf",
            "anyOf",
            "const",
            "enum",
            "$ref",
            "$defs",
            "default",
            "minimum",
            "maximum",
        ];
        fn walk(schema: &Value, unknown: &mut Vec<String>) {
            let Some(object) = schema.as_object() else { return };
            for (key, inner) in object {
                match key.as_str() {
                    "properties" | "$defs" => inner.as_object().unwrap().values().for_each(|inner| walk(inner, unknown)),
                    "oneOf" | "anyOf" => inner.as_array().unwrap().iter().for_each(|inner| walk(inner, unknown)),
                    "items" | "additionalProperties" => walk(inner, unknown),
                    "format" => {}
                    key if KNOWN.contains(&key) => {}
                    other => unknown.push(other.to_owned()),
                }
            }
        }
        let mut unknown = Vec::new();
        walk(&job_schema(), &mut unknown);
        assert_eq!(unknown, Vec::<String>::new());
    }
}
