//! Parses the objects of a block of lines straight into columns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use arrow_array::ArrayRef;
use serde_json::Deserializer;
use serde_json::de::SliceRead;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use super::cell::{Cell, CellColumn, Element, Kind};

/// The columns of a block of lines, in the order in which their names first appear.
#[derive(Debug)]
pub(crate) struct JsonBlock {
    pub(crate) names: Vec<String>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) columns: Vec<ArrayRef>,
    /// For each column, the line in which its kind was first seen, counted from 0 at the start of the block.
    pub(crate) lines: Vec<u64>,
    pub(crate) rows: usize,
}

/// A line that breaks the rules, counted from 0 at the start of the block, and how, without values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BrokenLine {
    pub(crate) line: u64,
    pub(crate) problem: String,
}

/// Parses at most `rows_max` objects of `block`; more than `columns_max` names are refused.
pub(crate) fn parse_lines(block: &[u8], rows_max: usize, columns_max: usize) -> Result<JsonBlock, BrokenLine> {
    let mut table = Parsed { columns_max, ..Parsed::default() };
    for (line, text) in block.split(|byte| *byte == b'\n').enumerate() {
        if table.rows == rows_max {
            break;
        }
        let text = text.trim_ascii();
        if text.is_empty() {
            continue;
        }
        table.line = line as u64;
        let broken = |problem| BrokenLine { line: line as u64, problem };
        if std::str::from_utf8(text).is_err() {
            return Err(broken("the line is not valid UTF-8".to_owned()));
        }
        let mut parser = Deserializer::new(SliceRead::new(text));
        table.next = 0;
        let parsed = (&mut table).deserialize(&mut parser).and_then(|()| parser.end());
        parsed.map_err(|error| broken(without_position(&error)))?;
        table.rows += 1;
    }
    Ok(table.finish())
}

/// The parser's words without ` at line 1 column 17`: the line is named by the caller.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    match &text[..end] {
        "unexpected end of hex escape" | "lone leading surrogate in hex escape" => {
            "a text holds half of a character: `\\ud800` to `\\udfff` stand in pairs only".to_owned()
        }
        words => words.to_owned(),
    }
}

#[derive(Debug, Default)]
struct Parsed {
    names: Vec<String>,
    positions: HashMap<String, usize>,
    columns: Vec<CellColumn>,
    lines: Vec<u64>,
    rows: usize,
    line: u64,
    /// Where the next name is expected: lines mostly repeat the order of the one before.
    next: usize,
    columns_max: usize,
}

impl Parsed {
    fn position(&mut self, name: &str) -> Result<usize, String> {
        if self.names.get(self.next).is_some_and(|expected| expected == name) {
            self.next += 1;
            return Ok(self.next - 1);
        }
        if let Some(&position) = self.positions.get(name) {
            self.next = position + 1;
            return Ok(position);
        }
        if self.names.len() >= self.columns_max {
            return Err(format!("there are more than {} columns", self.columns_max));
        }
        let position = self.names.len();
        self.names.push(name.to_owned());
        self.positions.insert(name.to_owned(), position);
        self.columns.push(CellColumn::new(self.rows));
        self.lines.push(self.line);
        self.next = position + 1;
        Ok(position)
    }

    fn push(&mut self, position: usize, cell: Cell<'_>) -> Result<(), String> {
        let column = &mut self.columns[position];
        if column.rows() > self.rows {
            return Err(format!("the key `{}` appears twice", self.names[position]));
        }
        column.fill(self.rows);
        let before = column.kind();
        column.push(cell).map_err(|conflict| {
            format!("`{}` is {} where it was {} before", self.names[position], conflict.now, conflict.before)
        })?;
        if before == Kind::Null && column.kind() != Kind::Null {
            self.lines[position] = self.line;
        }
        Ok(())
    }

    fn finish(mut self) -> JsonBlock {
        let rows = self.rows;
        self.columns.iter_mut().for_each(|column| column.fill(rows));
        JsonBlock {
            names: self.names,
            kinds: self.columns.iter().map(CellColumn::kind).collect(),
            lines: self.lines,
            columns: self.columns.into_iter().map(CellColumn::finish).collect(),
            rows,
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Parsed {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Parsed {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(TextSeed)? {
            let position = self.position(&name).map_err(A::Error::custom)?;
            map.next_value_seed(CellSeed { columns: self, position })?;
        }
        Ok(())
    }
}

/// Reads a text without copying it where it holds no escapes.
struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// Reads a value into a column.
struct CellSeed<'a> {
    columns: &'a mut Parsed,
    position: usize,
}

impl CellSeed<'_> {
    fn push<E: Error>(self, cell: Cell<'_>) -> Result<(), E> {
        self.columns.push(self.position, cell).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

const BEYOND: &str = "an integer exceeds 64 bits; write it as text";

impl<'de> Visitor<'de> for CellSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a boolean, null or a list")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.push(Cell::Null)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.push(Cell::Text(text))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.push(Cell::Boolean(value))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.push(Cell::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.push(Cell::Integer(i64::try_from(number).map_err(|_| E::custom(BEYOND))?))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.push(Cell::Float(number))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element_seed(ElementSeed)? {
            elements.push(element);
        }
        self.push(Cell::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom(format!(
            "`{}` holds an object; give its parts names of their own",
            self.columns.names[self.position]
        )))
    }
}

/// Reads a value of a list.
struct ElementSeed;

impl<'de> DeserializeSeed<'de> for ElementSeed {
    type Value = Element;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Element, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ElementSeed {
    type Value = Element;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts or of numbers")
    }

    fn visit_unit<E: Error>(self) -> Result<Element, E> {
        Ok(Element::Null)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Element, E> {
        Ok(Element::Text(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Element, E> {
        Ok(Element::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Element, E> {
        Ok(Element::Integer(i64::try_from(number).map_err(|_| E::custom(BEYOND))?))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Element, E> {
        Ok(Element::Float(number))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Element, E> {
        Err(E::custom("a list holds a boolean"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Element, A::Error> {
        Err(A::Error::custom("a list holds a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Element, A::Error> {
        Err(A::Error::custom("a list holds an object"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int64Type};

    use super::*;

    fn parse(text: &str) -> Result<JsonBlock, BrokenLine> {
        parse_lines(text.as_bytes(), usize::MAX, 100)
    }

    #[test]
    fn columns_take_the_narrowest_type() {
        let block = parse("{\"a\":1,\"b\":\"x\\n\"}\n\n{\"b\":null,\"a\":2.5,\"c\":[1,null]}\r\n{\"c\":[]}\n").unwrap();
        assert_eq!(block.names, ["a", "b", "c"]);
        assert_eq!(block.rows, 3);
        assert_eq!(block.columns[0].as_primitive::<Float64Type>().iter().collect::<Vec<_>>(), [Some(1.0), Some(2.5), None]);
        assert_eq!(block.columns[1].as_string::<i32>().iter().collect::<Vec<_>>(), [Some("x\n"), None, None]);
        let lists = block.columns[2].as_list::<i32>();
        assert!(lists.is_null(0) && lists.is_valid(2));
        assert_eq!(lists.value(1).as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(1), None]);
    }

    #[test]
    fn broken_lines_say_where_and_why_without_values() {
        for (text, line, problem) in [
            ("{\"a\":1}\n{\"a\":\"secret\"}", 1, "`a` is text where it was a number before"),
            ("{\"a\":{\"b\":1}}", 0, "`a` holds an object; give its parts names of their own"),
            ("{\"a\":1,\"a\":2}", 0, "the key `a` appears twice"),
            ("{\"a\":[\"x\",1]}", 0, "`a` is a list of numbers where it was a list of texts before"),
            ("{\"a\":18446744073709551615}", 0, "an integer exceeds 64 bits; write it as text"),
            ("{\"a\":\"\\ud800\"}", 0, "a text holds half of a character: `\\ud800` to `\\udfff` stand in pairs only"),
            ("{\"a\":1", 0, "EOF while parsing an object"),
        ] {
            assert_eq!(parse(text).unwrap_err(), BrokenLine { line, problem: problem.to_owned() }, "{text}");
        }
    }
}
