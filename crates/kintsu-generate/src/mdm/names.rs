//! Names of a list and what the rules make of them, as one list of codes.

use std::collections::HashMap;

use arrow_array::ArrayRef;

use super::variation::{name_rules, varied_name};
use crate::column::CodeColumn;
use crate::distinct::ListedTexts;
use crate::error::GenerateError;
use crate::lists::WeightedList;

/// The names of a list, by code, and after them every form that the rules can give them.
pub(super) struct Names {
    texts: Vec<String>,
    rules: Vec<u16>,
    /// Codes of forms, by the code of the name and the rules applied.
    forms: HashMap<(u32, u16), u32>,
    /// The texts as the values of a column, each once, and the position among them of the text of each code.
    values: ArrayRef,
    positions: Vec<u32>,
}

impl Names {
    pub(super) fn new(list: &WeightedList) -> Result<Self, GenerateError> {
        let mut texts: Vec<String> = list.iter().map(str::to_owned).collect();
        let rules: Vec<u16> = list.iter().map(name_rules).collect();
        let mut forms = HashMap::new();
        for (code, rules) in rules.iter().enumerate().filter(|(_, rules)| **rules != 0) {
            for chosen in (1..=*rules).filter(|chosen| chosen & !rules == 0) {
                forms.insert((code as u32, chosen), texts.len() as u32);
                texts.push(varied_name(&texts[code], chosen));
            }
        }
        let listed = ListedTexts::new(texts.iter().map(String::as_str));
        Ok(Self { texts, rules, forms, values: listed.texts.finish()?, positions: listed.codes })
    }

    /// The column of these codes.
    pub(super) fn column(&self, codes: &[u32]) -> Result<ArrayRef, GenerateError> {
        let positions = codes.iter().map(|code| self.positions[*code as usize]);
        CodeColumn::of(positions.collect()).finish(&self.values)
    }

    /// The rules that concern the name of `code`, a bit a rule.
    #[inline]
    pub(super) fn rules(&self, code: u32) -> u16 {
        self.rules[code as usize]
    }

    /// The code of a name with some of the rules applied.
    pub(super) fn form(&self, code: u32, chosen: u16) -> u32 {
        let chosen = chosen & self.rules(code);
        self.forms.get(&(code, chosen)).copied().unwrap_or(code)
    }

    /// The text of `code`, a name or a form.
    #[inline]
    pub(super) fn text(&self, code: u32) -> &str {
        &self.texts[code as usize]
    }
}
