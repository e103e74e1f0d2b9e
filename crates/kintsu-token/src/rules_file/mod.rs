//! Rules that stand in a TOML or a YAML file.
//!
//! Both have the keys of an OpenLinkToken 2 configuration: `column_mappings` names fields, the column of each and its kind;
//! `token_rules` lists the fields and expressions of each rule. A field that is called as a kind needs no mapping. A configuration
//! holds other things too; keys of its own at the top are not looked at here.

mod document;
mod read;
mod toml_document;
mod yaml_document;

use crate::profile::Profile;
use crate::rule::RuleSet;
use crate::rule_error::RuleErrors;

impl RuleSet {
    /// Reads rules from TOML, checked as the profile reads expressions.
    ///
    /// ```
    /// use kintsu_token::{Profile, RuleSet};
    ///
    /// let text = r#"
    /// [column_mappings.mother]
    /// column_name = "MotherSurname"
    /// type = "LastName"
    ///
    /// [token_rules]
    /// T6 = [{ field = "mother", expression = "T|U" }, { field = "BirthDate", expression = "T|D" }]
    /// "#;
    /// let rules = RuleSet::from_toml(text, Profile::default())?;
    /// assert_eq!(rules.columns["mother"], "MotherSurname");
    /// # Ok::<(), kintsu_token::RuleErrors>(())
    /// ```
    ///
    /// # Errors
    /// Every mistake at once, each with its line and column.
    pub fn from_toml(text: &str, profile: Profile) -> Result<Self, RuleErrors> {
        toml_document::parse(text).and_then(|document| read::rules(&document, profile)).map_err(RuleErrors)
    }

    /// Reads rules from YAML with `column_mappings` and `token_rules`, as OpenLinkToken 2 writes them.
    ///
    /// # Errors
    /// Every mistake at once, each with its line and column.
    pub fn from_yaml(text: &str, profile: Profile) -> Result<Self, RuleErrors> {
        yaml_document::parse(text).and_then(|document| read::rules(&document, profile)).map_err(RuleErrors)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const YAML: &str = r"
column_mappings:
  mother: {column_name: MotherSurname, type: LastName}
token_rules:
  T7:
    - {field: mother, expression: 'T|U'}
    - field: BirthDate
      expression: T|D
  T6: [{field: SocialSecurityNumber, expression: T|M(\d+)}]
";

    const TOML: &str = r#"
[column_mappings]
mother = { column_name = "MotherSurname", type = "LastName" }
[token_rules]
T7 = [{ field = "mother", expression = "T|U" }, { field = "BirthDate", expression = "T|D" }]
T6 = [{ field = "SocialSecurityNumber", expression = 'T|M(\d+)' }]
"#;

    #[test]
    fn both_formats_say_the_same() {
        let rules = RuleSet::from_yaml(YAML, Profile::OpenLinkToken2).unwrap();
        assert_eq!(rules, RuleSet::from_toml(TOML, Profile::OpenLinkToken2).unwrap());
        assert_eq!(rules.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["T6", "T7"]);
        assert_eq!(rules.columns["mother"], "MotherSurname");
        assert_eq!(rules.rules[1].components[0].field, "mother");
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let faulty = "
column_mappings:
  mother: {column_name: MotherSurname, type: LastNam}
  father: {column: X, type: LastName}
token_rules:
  T6:
    - {field: mothr, expression: T|U}
    - {field: father, expression: 'T|Q|S(0)'}
    - {fild: LastName}
  T7: []
  T6: 3
";
        let errors = RuleSet::from_yaml(faulty, Profile::OpenLinkToken2).unwrap_err();
        let places: Vec<_> = errors.0.iter().map(|error| (error.place.unwrap(), error.code)).collect();
        assert_eq!(
            places,
            [
                ((3, 46), "KN-TOKEN-203"),
                ((4, 11), "KN-TOKEN-202"),
                ((4, 12), "KN-TOKEN-202"),
                ((7, 15), "KN-TOKEN-204"),
                ((8, 38), "KN-TOKEN-210"),
                ((8, 40), "KN-TOKEN-210"),
                ((9, 7), "KN-TOKEN-202"),
                ((9, 8), "KN-TOKEN-202"),
                ((10, 3), "KN-TOKEN-208"),
                ((11, 3), "KN-TOKEN-207"),
                ((11, 7), "KN-TOKEN-202"),
            ],
            "{errors}"
        );
        let hints: Vec<_> = errors.0.iter().filter_map(|error| error.hint.clone()).collect();
        assert!(hints[0].contains("LastName"), "{hints:?}");
        assert!(hints[3].contains("mother"), "{hints:?}");
    }

    #[test]
    fn text_that_is_no_toml_or_yaml_is_refused_with_its_place() {
        let errors = RuleSet::from_yaml("token_rules:\n  T6: [\n", Profile::OpenLinkToken2).unwrap_err();
        assert!(errors.0[0].place.is_some(), "{errors}");
        let errors = RuleSet::from_toml("[token_rules]\nT6 = [\n", Profile::OpenLinkToken2).unwrap_err();
        assert!(errors.0[0].place.is_some(), "{errors}");
        assert!(RuleSet::from_yaml("", Profile::OpenLinkToken2).is_err());
        assert!(RuleSet::from_toml("", Profile::OpenLinkToken2).is_err());
    }
}
