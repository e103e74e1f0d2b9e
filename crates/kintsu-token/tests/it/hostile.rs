//! The entries of the fuzz targets on rules and values, driven without a fuzzer by random text and by spoiled files.

use proptest::prelude::*;

use crate::token_entries::{token_row, token_rules};

const FILES: [&str; 2] = [
    "column_mappings:\n  mother: {column_name: Surname2, type: LastName}\ntoken_rules:\n  T6:\n    - {field: mother, expression: 'T|U'}\n    \
     - {field: BirthDate, expression: T|D}\n  T7: [{field: Sex, expression: \"T|S(0,1)\"}]\n",
    "[column_mappings.mother]\ncolumn_name = \"Surname2\"\ntype = \"LastName\"\n[token_rules]\nT6 = [{ field = \"mother\", expression = \
     'T|M([a-z]+)' }, { field = \"SocialSecurityNumber\", expression = \"T|R('-','')\" }]\n",
];

proptest! {
    #[test]
    fn spoiled_files_of_rules_are_refused_or_read(
        file in 0..FILES.len(),
        place in 0..300_usize,
        cut in 0..12_usize,
        put in "[-:{}\\[\\]|'\"#&*!>%@,.=\n \u{9}a-zT0-9é]{0,6}",
    ) {
        let characters: Vec<char> = FILES[file].chars().collect();
        let place = place.min(characters.len());
        let end = (place + cut).min(characters.len());
        let text: String = characters[..place].iter().copied().chain(put.chars()).chain(characters[end..].iter().copied()).collect();
        token_rules(text.as_bytes());
    }

    #[test]
    fn random_values_are_valid_or_not(
        expression in "[TUDSMR(),|0-9a-z\\\\\\[\\]&^$.*+?{}' -]{0,24}",
        values in proptest::collection::vec("[0-9]{2}[-./][0-9]{2}[-./][0-9]{4}|[A-Z]?[0-9 -]{0,12}|[-+]?[0-9]{0,20}\\.?[0-9]{0,4}([eE]-?[0-9]{0,3})?|\\PC{0,12}|[\\PC\\s]{0,12}", 1..4),
    ) {
        token_row(format!("{expression}\n{}", values.join("\n")).as_bytes());
    }
}
