//! What names of companies go through: legal forms spelled otherwise, words cut short, other names; and letters with accents
//! written without them, in names of companies and people alike.

use kintsu_core::{Draws, below};

use super::corruptor::{Corruptor, replace};
use super::record::{Change, ColumnRole, Operation, Record};
use crate::lists::WeightedList;
use crate::persons::plain_letter;

/// The legal forms of a country, each with its spellings: short, long and others.
#[derive(Debug, Clone)]
pub(super) struct LegalForms {
    forms: Vec<Vec<String>>,
}

impl LegalForms {
    /// Those of a list whose values are `Short|Long|Other`.
    pub(super) fn new(list: &WeightedList) -> Self {
        Self { forms: list.iter().map(|value| value.split('|').map(|part| part.trim().to_owned()).collect()).collect() }
    }

    /// The name before its legal form, and the spellings of the form; the longest that the name ends with counts.
    fn split<'a>(&'a self, name: &'a str) -> Option<(&'a str, &'a str, &'a [String])> {
        let ends = |spelling: &str| name.strip_suffix(spelling).and_then(|stem| stem.strip_suffix(' '));
        let spellings = self.forms.iter().flat_map(|form| form.iter().map(move |spelling| (spelling, form)));
        let found = spellings.filter_map(|(spelling, form)| Some((ends(spelling)?, spelling.as_str(), form.as_slice())));
        found.max_by_key(|(_, spelling, _)| spelling.len())
    }

    /// Another spelling of the form that is spelled `current`; none for what is no form, or has no other.
    fn other(&self, current: &str, bits: u64) -> Option<&str> {
        let form = self.forms.iter().find(|form| form.iter().any(|spelling| spelling == current))?;
        other_spelling(form, current, bits)
    }
}

fn other_spelling<'a>(form: &'a [String], current: &str, bits: u64) -> Option<&'a str> {
    let others = || form.iter().filter(|spelling| *spelling != current);
    others().nth(below(bits, others().count() as u64) as usize).map(String::as_str)
}

impl Corruptor {
    /// The name with another spelling of its legal form, or a third of the time without one; half of the time the column of the
    /// form has another spelling too.
    pub(super) fn respell_legal_form(&self, record: &mut Record, draws: Draws, changes: &mut Vec<Change>) {
        if let Some(column) = self.column(ColumnRole::CompanyName)
            && let Some((stem, spelling, form)) = self.legal_forms.split(&record[column].text)
        {
            let other = (below(draws.at(0), 3) > 0).then(|| other_spelling(form, spelling, draws.at(1))).flatten();
            let name = other.map_or_else(|| stem.to_owned(), |other| format!("{stem} {other}"));
            replace(record, column, name, Operation::LegalForm, changes);
        }
        if let Some(column) = self.column(ColumnRole::LegalForm)
            && draws.at(2) >> 63 == 1
            && let Some(other) = self.legal_forms.other(&record[column].text, draws.at(3))
        {
            replace(record, column, other.to_owned(), Operation::LegalForm, changes);
        }
    }

    /// Gives the company another legal form, in its short spelling.
    pub(super) fn convert(&self, record: &mut Record, draws: Draws, changes: &mut Vec<Change>) {
        let (Some(name), Some(form)) = (self.column(ColumnRole::CompanyName), self.column(ColumnRole::LegalForm)) else { return };
        let Some((stem, current, _)) = self.legal_forms.split(&record[name].text) else { return };
        let others = || self.legal_forms.forms.iter().filter_map(|form| form.first()).filter(|other| *other != current);
        let Some(other) = others().nth(below(draws.at(0), others().count() as u64) as usize) else { return };
        let text = format!("{stem} {other}");
        replace(record, name, text, Operation::Renamed, changes);
        replace(record, form, other.clone(), Operation::Renamed, changes);
    }

    /// A word of the name cut short, as Logistics to Log.
    pub(super) fn abbreviate(&self, record: &mut Record, draws: Draws, changes: &mut Vec<Change>) {
        let Some(column) = self.column(ColumnRole::CompanyName) else { return };
        let name = &record[column].text;
        let stem = self.legal_forms.split(name).map_or(name.as_str(), |(stem, ..)| stem);
        // The first word is what a company is called by.
        let shortened = || stem.split(' ').skip(1).filter_map(|word| Some((word, cut_short(word)?)));
        let Some((word, short)) = shortened().nth(below(draws.at(0), shortened().count() as u64) as usize) else { return };
        let text = name.replacen(word, &format!("{short}."), 1);
        replace(record, column, text, Operation::Abbreviation, changes);
    }

    /// Another name that the company goes by: the initials of its words, its first word, or its words joined; the form stays.
    pub(super) fn use_alias(&self, record: &mut Record, draws: Draws, changes: &mut Vec<Change>) {
        let Some(column) = self.column(ColumnRole::CompanyName) else { return };
        let name = &record[column].text;
        let (stem, form) = self.legal_forms.split(name).map_or((name.as_str(), ""), |(stem, form, _)| (stem, form));
        let words: Vec<&str> = stem.split(' ').filter(|word| word.chars().any(char::is_alphanumeric)).collect();
        if words.len() < 2 {
            return;
        }
        let mut alias = match below(draws.at(0), 3) {
            0 => words.iter().filter_map(|word| word.chars().next()).collect(),
            1 => words[0].to_owned(),
            _ => words.concat(),
        };
        if !form.is_empty() {
            alias.push(' ');
            alias.push_str(form);
        }
        replace(record, column, alias, Operation::Alias, changes);
    }

    /// Names, street and city without accents.
    pub(super) fn transliterate(&self, record: &mut Record, changes: &mut Vec<Change>) {
        let roles = [ColumnRole::FirstName, ColumnRole::LastName, ColumnRole::CompanyName, ColumnRole::Address, ColumnRole::City];
        for column in roles.into_iter().filter_map(|role| self.column(role)) {
            let text = &record[column].text;
            if !text.is_ascii() && !record[column].missing {
                let text = without_accents(text, self.german);
                replace(record, column, text, Operation::Transliteration, changes);
            }
        }
    }
}

/// The word up to its second group of vowels, where that leaves three letters at least and takes two away.
fn cut_short(word: &str) -> Option<&str> {
    let vowel = |letter: char| "aeiouyäöüáéíóúàèìòùâêîôûąęAEIOUYÄÖÜÁÉÍÓÚ".contains(letter);
    let mut groups = 0;
    let mut after_vowel = false;
    for (at, letter) in word.char_indices() {
        if vowel(letter) && !after_vowel {
            groups += 1;
            if groups > 1 && at >= 3 {
                return (word.len() - at >= 3).then(|| &word[..at]);
            }
        }
        after_vowel = vowel(letter);
    }
    None
}

/// The text in letters without accents; letters of other scripts stay.
fn without_accents(text: &str, german: bool) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            plain.push(letter);
            continue;
        }
        let pair = match letter.to_lowercase().next() {
            Some('ß') => "ss",
            Some('ä') if german => "ae",
            Some('ö') if german => "oe",
            Some('ü') if german => "ue",
            _ => "",
        };
        let mut letters = if pair.is_empty() { plain_letter(letter).unwrap_or(letter).to_string() } else { pair.to_owned() };
        if letter.is_uppercase()
            && let Some(first) = letters.get_mut(..1)
        {
            first.make_ascii_uppercase();
        }
        plain.push_str(&letters);
    }
    plain
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kintsu_core::Stream;

    use super::super::record::Value;
    use super::super::{CorruptColumn, CorruptionSpec};
    use super::*;
    use crate::Lists;

    fn corruptor(locale: &str) -> Corruptor {
        let columns = ["company_name", "legal_form"].map(|name| CorruptColumn { name: name.to_owned(), is_date: false });
        CorruptionSpec { locale: locale.to_owned(), ..CorruptionSpec::default() }.compile(&columns, &Lists::built_in()).unwrap()
    }

    /// Every name that comes of `name` in 300 tries.
    fn names(locale: &str, name: &str, change: impl Fn(&Corruptor, &mut Record, Draws, &mut Vec<Change>)) -> Vec<String> {
        let corruptor = corruptor(locale);
        let mut names: Vec<String> = (0..300)
            .map(|number| {
                let mut record = [Value::text(name), Value::text("GmbH")];
                change(&corruptor, &mut record, Stream::new(1, "name").draws(number), &mut Vec::new());
                record[0].text.clone()
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }

    #[test]
    fn legal_forms_are_spelled_otherwise_or_left_out() {
        let respelled = names("de_DE", "Müller Bau GmbH", Corruptor::respell_legal_form);
        assert_eq!(respelled, ["Müller Bau", "Müller Bau G.m.b.H.", "Müller Bau Gesellschaft mit beschränkter Haftung"]);
        // The longest form counts: this is no Co. of a company called `Weber GmbH &`.
        let respelled = names("de_DE", "Weber GmbH & Co. KG", Corruptor::respell_legal_form);
        assert_eq!(respelled, ["Weber", "Weber GmbH & Co.KG", "Weber GmbH und Co. Kommanditgesellschaft"]);
        assert_eq!(names("en_US", "Miller", Corruptor::respell_legal_form), ["Miller"]);
    }

    #[test]
    fn words_are_cut_and_names_told_otherwise() {
        let short = names("en_US", "Miller Consulting Engineering LLC", Corruptor::abbreviate);
        assert_eq!(short, ["Miller Cons. Engineering LLC", "Miller Consulting Eng. LLC"]);
        let aliases = names("en_US", "Miller & Logistics Inc", Corruptor::use_alias);
        assert_eq!(aliases, ["ML Inc", "Miller Inc", "MillerLogistics Inc"]);
        assert_eq!(names("en_US", "Miller Inc", Corruptor::use_alias), ["Miller Inc"]);
        assert_eq!((cut_short("Steel"), cut_short("Energia"), cut_short("Logistics")), (None, None, Some("Log")));
    }

    #[test]
    fn accents_go_as_the_language_has_it() {
        let transliterated = |name: &str, german| without_accents(name, german);
        assert_eq!(transliterated("Özil Größe", true), "Oezil Groesse");
        assert_eq!(transliterated("Łódź Ünal Ångström", false), "Lodz Unal Angstrom");
        assert_eq!(transliterated("株式会社", false), "株式会社");
        assert_eq!(
            names("de_DE", "Müller AG", |corruptor, record, _, changes| corruptor.transliterate(record, changes)),
            ["Mueller AG"]
        );
    }
}
