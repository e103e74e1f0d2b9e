//! Writes JSON as Python's `json.dumps(value, indent=4)` does, so that a model read and written again is the same file.
//!
//! Numbers are the shortest text that reads back to the same bits; the exponent starts below 1e-4 and at 1e16 and has at least two
//! digits; characters outside ASCII are escaped.

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// The text of `value`, with four spaces a level and no newline at the end.
pub(crate) fn to_text(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, 0, &mut text);
    text
}

fn write_value(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => write_items(items.iter().map(|item| (None, item)), ('[', ']'), depth, out),
        Value::Object(map) => write_items(map.iter().map(|(key, item)| (Some(key), item)), ('{', '}'), depth, out),
    }
}

fn write_items<'a>(
    items: impl ExactSizeIterator<Item = (Option<&'a String>, &'a Value)>,
    (open, close): (char, char),
    depth: usize,
    out: &mut String,
) {
    out.push(open);
    let empty = items.len() == 0;
    for (position, (key, item)) in items.enumerate() {
        out.push_str(if position == 0 { "\n" } else { ",\n" });
        indent(depth + 1, out);
        if let Some(key) = key {
            write_string(key, out);
            out.push_str(": ");
        }
        write_value(item, depth + 1, out);
    }
    if !empty {
        out.push('\n');
        indent(depth, out);
    }
    out.push(close);
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("    ", depth));
}

fn write_number(number: &Number, out: &mut String) {
    match number.as_f64() {
        Some(float) if number.is_f64() => out.push_str(&float_text(float)),
        _ => out.push_str(&number.to_string()),
    }
}

/// A number as Python's `repr` writes it.
pub(crate) fn float_text(value: f64) -> String {
    let shortest = format!("{value:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = value.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::{float_text, to_text};

    #[test]
    fn floats_read_as_python_writes_them() {
        for (value, expected) in [
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (8.271855554167824e-5, "8.271855554167824e-05"),
            (2.800352257077714e-10, "2.800352257077714e-10"),
            (1.0, "1.0"),
            (0.0, "0.0"),
            (-2.5, "-2.5"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e-300, "1e-300"),
            (123456789.125, "123456789.125"),
        ] {
            assert_eq!(float_text(value), expected);
        }
    }

    #[test]
    fn text_is_ascii_and_indented() {
        let value = serde_json::json!({"a": ["é\u{1F600}", "x\"\\\n\u{1}"], "b": {}, "c": []});
        let expected = "{\n    \"a\": [\n        \"\\u00e9\\ud83d\\ude00\",\n        \"x\\\"\\\\\\n\\u0001\"\n    ],\n    \"b\": {},\n    \"c\": []\n}";
        assert_eq!(to_text(&value), expected);
    }
}
