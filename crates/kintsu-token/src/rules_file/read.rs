//! From the tree of a file to rules, gathering every mistake on the way.

use std::collections::BTreeMap;

use super::document::{Located, Place, Value};
use crate::attribute::Attribute;
use crate::expression::Expression;
use crate::profile::Profile;
use crate::rule::{Component, Rule, RuleSet};
use crate::rule_error::RuleError;

/// The rules of a file.
pub(super) fn rules(document: &Located, profile: Profile) -> Result<RuleSet, Vec<RuleError>> {
    let mut reader = Reader { profile, errors: Vec::new(), fields: BTreeMap::new(), columns: BTreeMap::new() };
    let rules = reader.document(document);
    if reader.errors.is_empty() { Ok(rules) } else { Err(reader.errors) }
}

struct Reader {
    profile: Profile,
    errors: Vec<RuleError>,
    /// The kinds of mapped fields; none where the kind was a mistake.
    fields: BTreeMap<String, Option<Attribute>>,
    columns: BTreeMap<String, String>,
}

/// The entries of a table.
type Entries = [(String, Place, Located)];

fn entry<'a>(entries: &'a Entries, key: &str) -> Option<&'a Located> {
    entries.iter().find(|(name, ..)| name == key).map(|(.., value)| value)
}

impl Reader {
    fn document(&mut self, document: &Located) -> RuleSet {
        let entries = self.table(document, "a file of rules");
        if let Some(mappings) = entry(entries, "column_mappings") {
            self.mappings(mappings);
        }
        let version = entry(entries, "version").and_then(|version| self.text(version, "the version"));
        let rules = entry(entries, "token_rules").map(|rules| self.rules(rules));
        if rules.is_none() {
            self.errors.push(RuleError::no_rules().at(document.place));
        }
        let columns = std::mem::take(&mut self.columns);
        RuleSet { version: version.unwrap_or("2.0-custom").to_owned(), rules: rules.unwrap_or_default(), columns }
    }

    fn mappings(&mut self, mappings: &Located) {
        for (field, place, mapping) in self.table(mappings, "column_mappings") {
            if self.fields.contains_key(field) {
                self.errors.push(RuleError::shape(format!("field `{field}` is mapped twice"), "keep one of the two").at(*place));
            }
            let entries = self.table(mapping, "the mapping of a field");
            let column = self.required(entries, mapping.place, "column_name");
            let kind = self.required(entries, mapping.place, "type").and_then(|(name, place)| self.kind(name, place));
            self.no_others(entries, &["column_name", "type"]);
            if let Some((column, _)) = column {
                self.columns.insert(field.clone(), column.to_owned());
            }
            self.fields.insert(field.clone(), kind);
        }
    }

    fn kind(&mut self, name: &str, place: Place) -> Option<Attribute> {
        let kind = Attribute::of_name(name);
        if kind.is_none() {
            let hint = did_you_mean(name, Attribute::ALL.iter().map(|kind| kind.name()));
            self.errors.push(RuleError::unknown_kind(name, hint).at(place));
        }
        kind
    }

    fn rules(&mut self, rules: &Located) -> Vec<Rule> {
        let entries = self.table(rules, "token_rules");
        if entries.is_empty() {
            self.errors.push(RuleError::no_rules().at(rules.place));
        }
        let mut read: Vec<Rule> = Vec::with_capacity(entries.len());
        for (id, place, components) in entries {
            if id.trim().is_empty() {
                self.errors.push(RuleError::no_id().at(*place));
            }
            if read.iter().any(|rule| rule.id == *id) {
                self.errors.push(RuleError::repeated_id(id).at(*place));
            }
            let list = self.list(components, "the components of a rule");
            if list.is_empty() && matches!(components.value, Value::List(_)) {
                self.errors.push(RuleError::no_components(id).at(*place));
            }
            let components = list.iter().filter_map(|component| self.component(id, component)).collect();
            read.push(Rule { id: id.clone(), components });
        }
        read.sort_by(|left, right| left.id.cmp(&right.id));
        read
    }

    fn component(&mut self, rule: &str, component: &Located) -> Option<Component> {
        let entries = self.table(component, "a component");
        let field = self.required(entries, component.place, "field");
        self.no_others(entries, &["field", "expression"]);
        let expression = entry(entries, "expression");
        let text = expression.and_then(|value| self.text(value, "the expression")).unwrap_or_default();
        let (field, place) = field?;
        let attribute = self.field(field, place);
        if let Some(located) = expression {
            self.expression(rule, field, text, located);
        }
        Some(Component { field: field.to_owned(), attribute: attribute?, expression: text.to_owned() })
    }

    /// The kind of a field that a rule names: a mapped one, or one that is called as its kind.
    fn field(&mut self, name: &str, place: Place) -> Option<Attribute> {
        if let Some(kind) = self.fields.get(name) {
            return *kind;
        }
        let kind = Attribute::ALL.into_iter().find(|kind| kind.name() == name);
        if kind.is_none() {
            let known = self.fields.keys().map(String::as_str).chain(Attribute::ALL.iter().map(|kind| kind.name()));
            let hint = did_you_mean(name, known);
            self.errors.push(RuleError::unknown_field(name, hint).at(place));
        }
        kind
    }

    fn expression(&mut self, rule: &str, field: &str, text: &str, located: &Located) {
        let expression = Expression::new(text, self.profile);
        for problem in expression.problems() {
            let place = match located.value {
                Value::Text { inside: Some((line, column)), .. } => (line, column + text[..problem.offset].chars().count()),
                _ => located.place,
            };
            self.errors.push(RuleError::expression(rule, field, problem).at(place));
        }
    }

    fn table<'a>(&mut self, located: &'a Located, what: &str) -> &'a Entries {
        match &located.value {
            Value::Table(entries) => entries,
            other => {
                let message = format!("{what} is a table, not {}", other.name());
                self.errors.push(RuleError::shape(message, "write keys and their values").at(located.place));
                &[]
            }
        }
    }

    fn list<'a>(&mut self, located: &'a Located, what: &str) -> &'a [Located] {
        match &located.value {
            Value::List(items) => items,
            other => {
                let message = format!("{what} are a list, not {}", other.name());
                self.errors
                    .push(RuleError::shape(message, "write a list of tables with `field` and `expression`").at(located.place));
                &[]
            }
        }
    }

    /// A text; nothing is none and no mistake.
    fn text<'a>(&mut self, located: &'a Located, what: &str) -> Option<&'a str> {
        match &located.value {
            Value::Text { text, .. } => Some(text),
            Value::Nothing => None,
            other => {
                let message = format!("{what} is a text, not {}", other.name());
                self.errors.push(RuleError::shape(message, "write it in quotes").at(located.place));
                None
            }
        }
    }

    fn required<'a>(&mut self, entries: &'a Entries, place: Place, key: &str) -> Option<(&'a str, Place)> {
        let Some(located) = entry(entries, key) else {
            self.errors.push(RuleError::shape(format!("`{key}` is missing"), format!("add `{key}`")).at(place));
            return None;
        };
        let text = self.text(located, key);
        if text.is_none() && matches!(located.value, Value::Nothing) {
            self.errors.push(RuleError::shape(format!("`{key}` is empty"), format!("give `{key}` a value")).at(located.place));
        }
        text.map(|text| (text, located.place))
    }

    fn no_others(&mut self, entries: &Entries, known: &[&str]) {
        for (key, place, _) in entries.iter().filter(|(key, ..)| !known.contains(&key.as_str())) {
            let hint = did_you_mean(key, known.iter().copied());
            self.errors.push(RuleError::shape(format!("there is no key `{key}` here"), hint).at(*place));
        }
    }
}

/// The most similar of the names that are known, or all of them.
fn did_you_mean<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let similar = |name: &&str| strsim::levenshtein(&written.to_lowercase(), &name.to_lowercase());
    match known.iter().copied().min_by_key(similar) {
        Some(nearest) if similar(&nearest) <= written.chars().count() / 3 + 1 => format!("did you mean `{nearest}`?"),
        _ => format!("write one of {}", known.join(", ")),
    }
}
