//! A YAML file as a tree with places: one document of tables, lists and texts, as rules need them.
//!
//! Aliases would let a few lines become gigabytes and are refused.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::document::{Located, Place, Value, inside};
use crate::rule_error::RuleError;

/// Deeper files are no rules.
const DEPTH_MAX: usize = 16;

/// The tree of a file.
pub(super) fn parse(text: &str) -> Result<Located, Vec<RuleError>> {
    let mut reader = Reader { parser: Parser::new_from_str(text), lines: text.lines().collect() };
    reader.document().map_err(|error| vec![error])
}

struct Reader<'a, T: saphyr_parser::Input> {
    parser: Parser<'a, T>,
    lines: Vec<&'a str>,
}

fn place(span: &Span) -> Place {
    (span.start.line(), span.start.col() + 1)
}

impl<'a, T: saphyr_parser::Input> Reader<'a, T> {
    fn next(&mut self) -> Result<(Event<'a>, Place), RuleError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, place(&span))),
            Some(Err(error)) => {
                let marker = error.marker();
                Err(RuleError::syntax(error.info()).at((marker.line(), marker.col() + 1)))
            }
            None => Ok((Event::StreamEnd, (1, 1))),
        }
    }

    /// The first document, or nothing where there is none.
    fn document(&mut self) -> Result<Located, RuleError> {
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => {}
                Event::StreamEnd | Event::DocumentEnd => return Ok(Located { place, value: Value::Nothing }),
                event => {
                    let root = self.value(event, place, 0)?;
                    self.end()?;
                    return Ok(root);
                }
            }
        }
    }

    fn end(&mut self) -> Result<(), RuleError> {
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(()),
                Event::DocumentStart(_) => {
                    return Err(RuleError::shape("the file holds a second document", "keep one document").at(place));
                }
                _ => {}
            }
        }
    }

    fn value(&mut self, event: Event<'a>, place: Place, depth: usize) -> Result<Located, RuleError> {
        if depth > DEPTH_MAX {
            return Err(RuleError::shape("the file is nested too deeply", "write rules as tables and lists only").at(place));
        }
        let value = match event {
            Event::Scalar(text, style, _, _) => self.scalar(&text, style, place),
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.table(depth)?,
            Event::Alias(_) => {
                return Err(RuleError::shape("aliases are not read", "write the value itself").at(place));
            }
            _ => Value::Nothing,
        };
        Ok(Located { place, value })
    }

    fn scalar(&self, text: &str, style: ScalarStyle, place: Place) -> Value {
        if style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            return Value::Nothing;
        }
        let line = self.lines.get(place.0.saturating_sub(1)).copied().unwrap_or_default();
        let start = line.char_indices().nth(place.1 - 1).map_or(line.len(), |(start, _)| start);
        Value::Text { text: text.to_owned(), inside: inside(&line[start..], place, text) }
    }

    fn list(&mut self, depth: usize) -> Result<Value, RuleError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(Value::List(items)),
                (event, place) => items.push(self.value(event, place, depth + 1)?),
            }
        }
    }

    fn table(&mut self, depth: usize) -> Result<Value, RuleError> {
        let mut entries = Vec::new();
        loop {
            let (event, place) = self.next()?;
            let key = match event {
                Event::MappingEnd | Event::StreamEnd => return Ok(Value::Table(entries)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(RuleError::shape("a key is not a text", "write a name before the colon").at(place)),
            };
            let (event, value_place) = self.next()?;
            let value = self.value(event, value_place, depth + 1)?;
            entries.push((key, place, value));
        }
    }
}
