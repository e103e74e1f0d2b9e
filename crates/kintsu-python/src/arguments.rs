//! Arguments that Python has written as JSON, and words for those that cannot be used.

use kintsu_job::{JobError, Problem};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::WRONG_TYPE;

/// The code of arguments of the right type that cannot be used.
const UNUSABLE: &str = "KN-PY-004";

/// Reads an argument.
///
/// # Errors
/// When it is not what its type says.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, JobError> {
    read_as("an argument", text)
}

/// As [`read`], of what messages call `what` where they cannot name the argument itself.
pub(crate) fn read_as<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, JobError> {
    serde_json::from_str(text).map_err(|error| {
        let given: Option<Value> = serde_json::from_str(text).ok();
        let said = error.to_string();
        let name = given.and_then(|given| wrong_argument::<T>(&given, &said));
        refused(&name.map_or_else(|| format!("{what} cannot be used"), |name| format!("`{name}`")), without_position(&said))
    })
}

/// The name of the argument that `said` is about: one whose value stands in it, and with another value something else is said.
fn wrong_argument<T: DeserializeOwned>(given: &Value, said: &str) -> Option<String> {
    if let Some(unknown) = said.strip_prefix("unknown field `") {
        return unknown.split('`').next().map(str::to_owned);
    }
    let mut places = Vec::new();
    places_in(given, "", "", &mut places);
    let expected = |said: &str| said.rsplit_once(", expected ").map(|(_, expected)| without_position(expected).to_owned());
    let is_it = |(pointer, _): &(String, String)| {
        let mut other = given.clone();
        let Some(value) = other.pointer_mut(pointer).filter(|value| said.contains(&as_told(value))) else { return false };
        *value = Value::String(OTHER.to_owned());
        serde_json::from_value::<T>(other).map_or_else(
            |error| {
                let error = error.to_string();
                error.contains(OTHER) && expected(&error) == expected(said)
            },
            |_| true,
        )
    };
    places.into_iter().find(is_it).map(|(_, name)| name)
}

/// A text that is no value of any argument.
const OTHER: &str = "another value than all that are known";

/// The places of all values as pointers into the JSON, those inside of others first, with the last name on the way.
fn places_in(value: &Value, pointer: &str, name: &str, places: &mut Vec<(String, String)>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                let key_in_pointer = key.replace('~', "~0").replace('/', "~1");
                places_in(inner, &format!("{pointer}/{key_in_pointer}"), key, places);
            }
        }
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                places_in(item, &format!("{pointer}/{position}"), name, places);
            }
        }
        _ => {}
    }
    if !name.is_empty() {
        places.push((pointer.to_owned(), name.to_owned()));
    }
}

/// What messages of serde have of a value.
fn as_told(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(_) => "sequence".to_owned(),
        Value::Object(_) => "map".to_owned(),
        other => format!("`{other}`"),
    }
}

/// Where in the JSON it stands says nothing to somebody who has not written it.
fn without_position(said: &str) -> &str {
    said.split_once(" at line ").map_or(said, |(said, _)| said)
}

/// What serde says of `subject`, in words that Python's users know.
fn refused(subject: &str, said: &str) -> JobError {
    let problem = if let Some((found, expected)) = parts(said, "unknown variant ") {
        Problem::new(UNUSABLE, format!("{subject}: {found} is none of those that are known"))
            .hint(format!("write {}", expected.trim_start_matches("one of ")))
    } else if let Some((found, expected)) = parts(said, "invalid type: ") {
        Problem::new(WRONG_TYPE, format!("{subject}: {} where {} is wanted", kind_found(found), kind_wanted(expected)))
            .hint(format!("give {}", kind_wanted(expected)))
    } else if let Some((found, expected)) = parts(said, "invalid value: ") {
        Problem::new(UNUSABLE, format!("{subject}: {found} where {} is wanted", kind_wanted(expected)))
            .hint(format!("give {}", kind_wanted(expected)))
    } else {
        Problem::new(UNUSABLE, format!("{subject}: {said}")).hint("give what the type of the argument says")
    };
    JobError::problem(problem)
}

/// What was found and what was expected, of a message that begins so.
fn parts<'a>(said: &'a str, beginning: &str) -> Option<(&'a str, &'a str)> {
    said.strip_prefix(beginning)?.rsplit_once(", expected ")
}

fn kind_found(found: &str) -> &str {
    match found.split_once(' ').map_or(found, |(kind, _)| kind) {
        "string" => "a text stands",
        "integer" | "floating" => "a number stands",
        "boolean" => "a truth value stands",
        "map" => "a dictionary stands",
        "sequence" => "a list stands",
        "null," | "null" | "unit" => "nothing stands",
        _ => "something else stands",
    }
}

fn kind_wanted(expected: &str) -> &str {
    match expected {
        "a boolean" => "True or False",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "string" => "a text",
        "path string" => "a path",
        "a sequence" => "a list",
        "a map" => "a dictionary",
        other if other.starts_with("struct ") => "a dictionary",
        other => other,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kintsu_core::Explain;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(tag = "method", rename_all = "snake_case")]
    #[allow(dead_code)]
    enum Method {
        Train { fix: bool, rounds: Option<u32>, kind: Kind, inner: Option<Inner>, names: Option<Vec<String>> },
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        HashOnly,
        Plain,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        weight: f64,
    }

    fn told(arguments: &str) -> (String, &'static str, String) {
        let text = format!("{{\"method\": \"train\", {arguments}}}");
        let error = read_as::<Method>("the method", &text).unwrap_err();
        (error.to_string(), error.code(), error.hint().unwrap())
    }

    #[test]
    fn the_argument_is_named_and_the_words_are_those_of_python() {
        let (said, code, hint) = told(r#""fix": "x", "kind": "plain""#);
        assert_eq!(
            (said.as_str(), code, hint.as_str()),
            ("`fix`: a text stands where True or False is wanted", WRONG_TYPE, "give True or False")
        );
        let (said, code, hint) = told(r#""fix": true, "kind": "x""#);
        assert_eq!(
            (said.as_str(), code, hint.as_str()),
            ("`kind`: `x` is none of those that are known", UNUSABLE, "write `hash-only` or `plain`")
        );
        let (said, code, _) = told(r#""fix": true, "kind": "plain", "rounds": -1"#);
        assert_eq!(
            (said.as_str(), code),
            ("`rounds`: integer `-1` where a whole number that is not negative is wanted", UNUSABLE)
        );
        let (said, code, _) = told(r#""fix": true, "kind": "plain", "inner": {"weight": []}"#);
        assert_eq!((said.as_str(), code), ("`weight`: a list stands where a number is wanted", WRONG_TYPE));
        let (said, _, _) = told(r#""fix": true, "kind": "plain", "inner": {"weight": 1, "wait": 2}"#);
        assert_eq!(said, "`wait`: unknown field `wait`, expected `weight`");
    }

    #[test]
    fn the_first_of_several_wrong_arguments_is_named() {
        let (said, ..) = told(r#""fix": "x", "kind": "x""#);
        assert_eq!(said, "`fix`: a text stands where True or False is wanted");
        let (said, ..) = told(r#""fix": true, "kind": "plain", "names": ["x", 5]"#);
        assert_eq!(said, "`names`: a number stands where a text is wanted");
        let (said, ..) = told(r#""fix": true, "kind": "plain", "rounds": "plain""#);
        assert_eq!(said, "`rounds`: a text stands where a whole number that is not negative is wanted");
        let (said, ..) = told(r#""kind": "plain""#);
        assert_eq!(said, "the method cannot be used: missing field `fix`");
    }
}
