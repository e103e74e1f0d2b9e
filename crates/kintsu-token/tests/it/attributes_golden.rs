//! Every attribute of the vectors, in every profile that they hold.

use kintsu_token::{Attribute, Attributes};

use crate::vectors::{AS_OF, PROFILES, rows};

#[test]
fn attributes_are_validated_and_normalised_as_the_reference_does() {
    let Some(rows) = rows("attributes.jsonl") else { return };
    let mut compared = 0;
    let mut differing = Vec::new();
    for row in &rows {
        let attribute = Attribute::of_name(row["attribute"].as_str().unwrap()).expect("a kind of attribute");
        let raw = row["raw"].as_str();
        for (profile, key) in PROFILES {
            let Some(expected) = row.get(key) else { continue };
            let attributes = Attributes::new(profile, AS_OF);
            let accepted = attributes.accept(attribute, raw);
            // What an invalid value would be normalised to stands in no token.
            let valid = expected["valid"].as_bool().unwrap_or(false);
            let agrees = match (&accepted, valid) {
                (Err(_), false) => true,
                (Ok(normal), true) => normal.as_deref().ok() == expected["normalized"].as_str(),
                _ => false,
            };
            compared += 1;
            if !agrees {
                differing.push(format!("{} {attribute:?} {key} {raw:?}: expected {expected}, found {accepted:?}", row["id"]));
            }
        }
    }
    assert!(differing.is_empty(), "{} of {compared}:\n{}", differing.len(), differing.join("\n"));
    assert!(compared > 15_000, "{compared}");
}
