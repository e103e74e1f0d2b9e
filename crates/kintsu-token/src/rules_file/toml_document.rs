//! A TOML file as a tree with places.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::{Located, Value, inside, place_of};
use crate::rule_error::RuleError;

/// The tree of a file.
pub(super) fn parse(text: &str) -> Result<Located, Vec<RuleError>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(Located { place: (1, 1), value: table_value(text, table.get_ref()) });
    }
    let place = |error: &toml::de::Error| place_of(text, error.span().map_or(0, |span| span.start));
    Err(errors.iter().map(|error| RuleError::syntax(error.message().trim()).at(place(error))).collect())
}

fn table_value(text: &str, table: &DeTable<'_>) -> Value {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        (name.to_string(), place_of(text, key.span().start), located(text, value))
    };
    Value::Table(entries.into_iter().map(entry).collect())
}

fn located(text: &str, value: &Spanned<DeValue<'_>>) -> Located {
    let start = value.span().start;
    let place = place_of(text, start);
    let value = match value.get_ref() {
        DeValue::String(string) => {
            let inside = text.get(start..).and_then(|source| inside(source, place, string));
            Value::Text { text: string.to_string(), inside }
        }
        DeValue::Array(items) => Value::List(items.iter().map(|item| located(text, item)).collect()),
        DeValue::Table(table) => table_value(text, table),
        _ => Value::Other,
    };
    Located { place, value }
}
