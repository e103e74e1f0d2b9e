//! What reads rules, expressions, linkage schemas and the values of persons. The fuzz targets and the tests of kintsu-token share this file.

use jiff::civil::date;
use kintsu_core::Explain;
use kintsu_token::fuzzy::{ClkEncoder, EncodeOptions, LinkageSchema};
use kintsu_token::{Attribute, Attributes, CompiledRules, Expression, Outcome, Profile, RuleSet, Secret};

/// Reads a file of rules as TOML and as YAML; rules that are read compile, and run over a record.
///
/// # Panics
/// When rules that were read do not compile.
pub fn token_rules(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for profile in Profile::ALL {
        for rules in [RuleSet::from_toml(text, profile), RuleSet::from_yaml(text, profile)] {
            match rules {
                Ok(rules) => run(&rules, profile, "Ann Smith"),
                Err(errors) => errors.parts().into_iter().for_each(tell),
            }
        }
    }
}

/// Takes the first line for an expression and the rest for values, one a line, of every kind of attribute.
pub fn token_row(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (expression, values) = text.split_once('\n').unwrap_or((text, text));
    for profile in Profile::ALL {
        let attributes = Attributes::new(profile, date(2026, 1, 1));
        let expression = Expression::new(expression, profile);
        for value in values.split('\n').chain([values]) {
            let _ = expression.evaluate(value);
            for attribute in Attribute::ALL {
                if let Ok(Ok(normal)) = attributes.accept(attribute, Some(value)) {
                    let _ = expression.evaluate(&normal);
                }
                let _ = attributes.normalize(attribute, value);
            }
        }
    }
}

/// Values of the kinds that schemas know, and one that is none of them.
const SCHEMA_VALUES: [&str; 5] = ["Ann Müller", "1970-01-31", "-12.5", "", "\u{1F600}"];

/// The most bits of a filter that are tried: larger schemas are right and slow.
const SCHEMA_BITS_MAX: usize = 1 << 16;

/// Reads a linkage schema; one that is read encodes records of values of every kind.
///
/// # Panics
/// When it does not.
pub fn linkage_schema(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let schema = match LinkageSchema::from_json(text) {
        Ok(schema) => schema,
        Err(error) => return tell(&error),
    };
    let _ = schema.notices();
    if schema.bits() > SCHEMA_BITS_MAX {
        return;
    }
    let encoder = ClkEncoder::new(&schema, &Secret::from_bytes(*b"the secret of a fuzz target"), &EncodeOptions::default());
    let Ok(encoder) = encoder else { return };
    let columns = vec![&SCHEMA_VALUES[..]; encoder.columns().len()];
    assert!(encoder.encode(&SCHEMA_VALUES, &columns).is_ok(), "a schema that was read encodes no records");
}

fn run(rules: &RuleSet, profile: Profile, value: &str) {
    let compiled = CompiledRules::new(rules, profile, date(2026, 1, 1));
    assert!(compiled.is_ok(), "rules that were read do not compile: {compiled:?}");
    let Ok(compiled) = compiled else { return };
    let mut outcomes = vec![Outcome::Absent; compiled.parts().len()];
    for field in 0..compiled.fields().len() {
        compiled.outcomes(field, Some(value), |part, outcome| outcomes[part] = outcome.into_owned());
    }
    let mut signature = String::new();
    for rule in 0..compiled.rule_ids().len() {
        let _ = compiled.signature(rule, |part| &outcomes[part], &mut signature);
    }
}

fn tell(error: &dyn Explain) {
    let _ = (error.to_string(), error.code(), error.hint());
}
