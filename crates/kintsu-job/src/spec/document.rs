//! A job file as a tree of values that remember their lines, whether it was written as TOML or as JSON.
//!
//! Useful for naming the place of every error at once. Not useful for data: everything is held in memory.

use serde_json::{Number, Value};

use super::problem::Problem;

/// How deep lists and tables may stand inside each other.
const DEPTH_MAX: usize = 64;
/// So many errors of syntax are told: a file that is no TOML has one on every line.
const SYNTAX_ERRORS_MAX: usize = 5;

/// A value and the line, counted from 1, on which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Located {
    /// The line.
    pub(super) line: u32,
    /// The value.
    pub(super) node: Node,
}

/// What a [`Located`] holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Null, a truth value, a number or text.
    Scalar(Value),
    /// A list.
    List(Vec<Located>),
    /// Keys with their values, in the order of the file.
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// The line of the key.
    pub(super) line: u32,
    /// The value.
    pub(super) value: Located,
}

impl Located {
    /// The value without its lines.
    pub(super) fn to_value(&self) -> Value {
        match &self.node {
            Node::Scalar(value) => value.clone(),
            Node::List(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Node::Table(entries) => {
                Value::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_value())).collect())
            }
        }
    }

    /// The value without what stands at one of the `places`, paths such as `steps[0].name`; none when it stands there itself.
    pub(super) fn without(&self, places: &[String], path: &str) -> Option<Self> {
        if places.iter().any(|place| place == path) {
            return None;
        }
        let node = match &self.node {
            Node::Scalar(value) => Node::Scalar(value.clone()),
            Node::List(items) => Node::List(
                items
                    .iter()
                    .enumerate()
                    .filter_map(|(position, item)| item.without(places, &format!("{path}[{position}]")))
                    .collect(),
            ),
            Node::Table(entries) => Node::Table(
                entries
                    .iter()
                    .filter_map(|entry| {
                        let inner = below(path, &entry.key);
                        Some(Entry { value: entry.value.without(places, &inner)?, ..entry.clone() })
                    })
                    .collect(),
            ),
        };
        Some(Self { line: self.line, node })
    }

    /// The value under `key`, when this is a table that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Located> {
        match &self.node {
            Node::Table(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
            _ => None,
        }
    }

    /// The path and the line of the value that `steps` lead to, or of the nearest value above it that exists. Items of lists that
    /// stand at one of the paths `left_out` are not counted.
    pub(super) fn follow(&self, steps: &[Step<'_>], left_out: &[String]) -> (String, u32) {
        let (mut at, mut path) = (self, String::new());
        for step in steps {
            let inner = match (step, &at.node) {
                (Step::Key(key), _) => at.get(key).map(|inner| (inner, below(&path, key))),
                (Step::Item(position), Node::List(items)) => {
                    let places = items.iter().enumerate().map(|(place, item)| (item, format!("{path}[{place}]")));
                    places.filter(|(_, place)| !left_out.contains(place)).nth(*position)
                }
                _ => None,
            };
            let Some((found, place)) = inner else { break };
            (at, path) = (found, place);
        }
        (path, at.line)
    }
}

/// The path of what stands under `key` in the table at `path`.
pub(super) fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The steps of a path such as `steps[0].name`. Keys that hold a dot come apart, so that such a path leads to the table above.
pub(super) fn steps_of(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, items) = part.split_once('[').unwrap_or((part, ""));
        steps.push(Step::Key(key));
        let positions = items.split('[').filter_map(|item| item.trim_end_matches(']').parse().ok());
        steps.extend(positions.map(Step::Item));
    }
    steps
}

/// One step of a path into a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// The value under a key.
    Key(&'a str),
    /// An item of a list, counted from 0.
    Item(usize),
}

/// Reads TOML.
///
/// # Errors
/// The first syntax errors that the reader could recover from, with their lines.
pub(super) fn parse_toml(text: &str) -> Result<Located, Vec<Problem>> {
    let (table, errors) = toml::de::DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(Located { line: 1, node: toml_table(text, table.get_ref()) });
    }
    Err(errors
        .iter()
        .take(SYNTAX_ERRORS_MAX)
        .map(|error| Problem::syntax(line_at(text, error.span().map_or(0, |span| span.start)), error.message().trim().to_owned()))
        .collect())
}

fn toml_table(text: &str, table: &toml::de::DeTable<'_>) -> Node {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            line: line_at(text, key.span().start),
            value: toml_value(text, value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.line);
    Node::Table(entries)
}

fn toml_value(text: &str, value: &toml::Spanned<toml::de::DeValue<'_>>) -> Located {
    use toml::de::DeValue;
    let node = match value.get_ref() {
        DeValue::String(string) => Node::Scalar(Value::String(string.to_string())),
        DeValue::Integer(integer) => Node::Scalar(toml_integer(integer.as_str(), integer.radix())),
        DeValue::Float(float) => Node::Scalar(toml_float(float.as_str())),
        DeValue::Boolean(boolean) => Node::Scalar(Value::Bool(*boolean)),
        DeValue::Datetime(datetime) => Node::Scalar(Value::String(datetime.to_string())),
        DeValue::Array(items) => Node::List(items.iter().map(|item| toml_value(text, item)).collect()),
        DeValue::Table(table) => toml_table(text, table),
    };
    Located { line: line_at(text, value.span().start), node }
}

fn toml_integer(digits: &str, radix: u32) -> Value {
    i64::from_str_radix(digits, radix).map_or_else(|_| toml_float(digits), Value::from)
}

/// Infinite and missing numbers have no place in a job: they become text, which the schema then refuses.
fn toml_float(digits: &str) -> Value {
    digits.parse().ok().and_then(Number::from_f64).map_or_else(|| Value::String(digits.to_owned()), Value::Number)
}

fn line_at(text: &str, offset: usize) -> u32 {
    let offset = offset.min(text.len());
    text.as_bytes()[..offset].split(|byte| *byte == b'\n').count() as u32
}

/// Reads JSON.
///
/// # Errors
/// The first syntax error, with its line.
pub(super) fn parse_json(text: &str) -> Result<Located, Vec<Problem>> {
    let mut reader = JsonReader { text, at: 0 };
    let read = reader.value(0).and_then(|value| {
        reader.skip_blank();
        if reader.at == text.len() { Ok(value) } else { Err("more text after the end of the value".to_owned()) }
    });
    read.map_err(|message| vec![Problem::syntax(line_at(text, reader.at), message)])
}

/// Finds the structure of a JSON text; its strings and numbers are left to `serde_json`.
struct JsonReader<'a> {
    text: &'a str,
    at: usize,
}

impl JsonReader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        self.skip_blank();
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(format!("expected `{}`", byte as char))
    }

    fn value(&mut self, depth: usize) -> Result<Located, String> {
        self.skip_blank();
        if depth > DEPTH_MAX {
            return Err(format!("nested deeper than {DEPTH_MAX} levels"));
        }
        let line = line_at(self.text, self.at);
        let node = match self.peek() {
            Some(b'{') => self.table(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(_) => Node::Scalar(self.scalar()?),
            None => return Err("the text ends where a value should stand".to_owned()),
        };
        Ok(Located { line, node })
    }

    fn list(&mut self, depth: usize) -> Result<Node, String> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_blank();
        while self.peek() != Some(b']') {
            if !items.is_empty() {
                self.expect(b',')?;
            }
            items.push(self.value(depth + 1)?);
            self.skip_blank();
        }
        self.at += 1;
        Ok(Node::List(items))
    }

    fn table(&mut self, depth: usize) -> Result<Node, String> {
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        self.skip_blank();
        while self.peek() != Some(b'}') {
            if !entries.is_empty() {
                self.expect(b',')?;
                self.skip_blank();
            }
            let line = line_at(self.text, self.at);
            let Value::String(key) = self.scalar()? else { return Err("expected a key in double quotes".to_owned()) };
            if entries.iter().any(|entry| entry.key == key) {
                return Err(format!("the key `{key}` stands here twice"));
            }
            self.expect(b':')?;
            let value = self.value(depth + 1)?;
            entries.push(Entry { key, line, value });
            self.skip_blank();
        }
        self.at += 1;
        Ok(Node::Table(entries))
    }

    fn scalar(&mut self) -> Result<Value, String> {
        let rest = &self.text[self.at..];
        let length = if rest.starts_with('"') {
            string_length(rest.as_bytes()).ok_or("the text ends inside a string")?
        } else {
            rest.find([',', ']', '}', ':', ' ', '\n', '\r', '\t']).unwrap_or(rest.len())
        };
        let value = serde_json::from_str(&rest[..length]).map_err(|_| "expected a value".to_owned())?;
        self.at += length;
        Ok(value)
    }
}

/// The length in bytes of the JSON string that `bytes` begins with, quotes included.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut escaped = false;
    bytes.iter().enumerate().skip(1).find_map(|(position, byte)| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends.then_some(position + 1)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn toml_keeps_lines() {
        let document = parse_toml("a = 1\n\n[[b]]\nc = \"x\"\n").unwrap();
        assert_eq!(document.follow(&steps_of("b[0].c"), &[]), ("b[0].c".to_owned(), 4));
        assert_eq!(document.to_value(), serde_json::json!({"a": 1, "b": [{"c": "x"}]}));
    }

    #[test]
    fn json_keeps_lines() {
        let document = parse_json("{\"a\": [1,\n 2.5],\n\"b\\\"\": null}").unwrap();
        assert_eq!(document.follow(&steps_of("a[1]"), &[]), ("a[1]".to_owned(), 2));
        assert_eq!(document.to_value(), serde_json::json!({"a": [1, 2.5], "b\"": null}));
    }

    #[test]
    fn what_was_left_out_is_not_counted_and_what_is_not_there_is_looked_for_above() {
        let document = parse_toml("a = [\n[1],\n[2],\n[3]]\n").unwrap();
        let left_out = ["a[1]".to_owned()];
        assert_eq!(document.follow(&steps_of("a[1][0]"), &left_out), ("a[2][0]".to_owned(), 4));
        assert_eq!(document.follow(&steps_of("a[0].b.c"), &left_out), ("a[0]".to_owned(), 2));
        assert_eq!(document.follow(&steps_of("b"), &[]), (String::new(), 1));
    }

    #[test]
    fn broken_json_says_where() {
        for (text, line) in [("{\n\"a\" 1}", 2), ("[1,\n", 2), ("{\"a\":1,\n\"a\":2}", 2), ("[1] x", 1), ("\"\\", 1), ("", 1)] {
            assert_eq!(parse_json(text).unwrap_err()[0].line, Some(line), "{text}");
        }
    }

    #[test]
    fn deep_json_is_refused() {
        assert!(parse_json(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn broken_toml_reports_every_place() {
        let problems = parse_toml("a = \nb = 1\nc = ]\n").unwrap_err();
        assert!(problems.len() >= 2, "{problems:?}");
    }
}
