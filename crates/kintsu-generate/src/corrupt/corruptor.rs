//! Corrupts records.

use kintsu_core::{Chance, Draws};

use super::company::LegalForms;
use super::date;
use super::record::{Change, ColumnRole, Operation, ROLES, Record, Value};
use super::spec::TypoKind;
use super::typo::misspell;
use crate::batch::LifeEvent;
use crate::calendar::{days, from_days};
use crate::lists::{Nicknames, WeightedList};
use crate::persons::Addresses;

/// Corrupts records of the columns that it was made for, by [`CorruptionSpec::compile`](super::CorruptionSpec::compile).
#[derive(Debug, Clone)]
pub struct Corruptor {
    pub(super) roles: [Option<usize>; ROLES],
    pub(super) dates: Vec<bool>,
    pub(super) usual: Rates,
    pub(super) bad: Rates,
    pub(super) is_bad: Chance,
    pub(super) kinds: [(TypoKind, Chance); 6],
    pub(super) nicknames: Nicknames,
    pub(super) surnames: WeightedList,
    pub(super) addresses: Addresses,
    pub(super) legal_forms: LegalForms,
    /// Whether ä is written ae without accents.
    pub(super) german: bool,
}

/// How often things happen.
#[derive(Debug, Clone)]
pub(super) struct Rates {
    pub(super) nickname: Chance,
    pub(super) surname_change: Chance,
    pub(super) moved: Chance,
    pub(super) birth_date: Chance,
    pub(super) names_swapped: Chance,
    pub(super) legal_form: Chance,
    pub(super) abbreviation: Chance,
    pub(super) alias: Chance,
    pub(super) transliteration: Chance,
    /// By position of the column.
    pub(super) typos: Vec<(usize, Chance)>,
    pub(super) missing: Vec<(usize, Chance)>,
}

// Where the random numbers of a record are taken from; what happens to a column adds its position.
const BAD: u64 = 0;
const NICKNAME: u64 = 1;
const SURNAME: u64 = 2;
const MOVED: u64 = 3;
const BIRTH_DATE: u64 = 4;
const SWAPPED: u64 = 5;
const WHICH_NICKNAME: u64 = 6;
const WHICH_SURNAME: u64 = 7;
const ALIAS: u64 = 8;
const ABBREVIATION: u64 = 9;
const LEGAL_FORM: u64 = 10;
const TRANSLITERATION: u64 = 11;
const TYPO: u64 = 1 << 16;
const TYPO_KIND: u64 = 2 << 16;
const MISSING: u64 = 3 << 16;

impl Corruptor {
    /// Whether the record of these random numbers is a bad one.
    #[inline]
    pub fn is_bad(&self, draws: Draws) -> bool {
        self.is_bad.happens(draws.at(BAD))
    }

    /// Whether there is any column that errors can be put into.
    pub fn concerns_any_column(&self) -> bool {
        let columns = [&self.usual.typos, &self.usual.missing];
        self.roles.iter().any(Option::is_some) || columns.iter().any(|columns| !columns.is_empty())
    }

    /// What columns mean, each with the position of the column that was taken for it.
    pub fn roles(&self) -> impl Iterator<Item = (ColumnRole, usize)> {
        ColumnRole::ALL.into_iter().zip(self.roles).filter_map(|(role, column)| Some((role, column?)))
    }

    /// Corrupts `record` as its random numbers say, and appends what was changed. Values that are missing stay so.
    pub fn apply(&self, record: &mut Record, draws: Draws, changes: &mut Vec<Change>) {
        let rates = if self.is_bad(draws) { &self.bad } else { &self.usual };
        let followed = self.full_name_follows(record);
        let before = changes.len();
        if rates.nickname.happens(draws.at(NICKNAME)) {
            self.use_nickname(record, draws, changes);
        }
        if rates.surname_change.happens(draws.at(SURNAME)) {
            self.change_surname(record, draws, Operation::SurnameChange, changes);
        }
        if rates.moved.happens(draws.at(MOVED)) {
            self.move_away(record, draws.part(MOVED), Operation::Moved, changes);
        }
        if rates.birth_date.happens(draws.at(BIRTH_DATE)) {
            self.mistake_birth_date(record, draws.part(BIRTH_DATE), changes);
        }
        if rates.names_swapped.happens(draws.at(SWAPPED)) {
            self.swap_names(record, changes);
        }
        if self.column(ColumnRole::CompanyName).is_some() {
            self.vary_company(record, rates, draws, changes);
        }
        if rates.transliteration.happens(draws.at(TRANSLITERATION)) {
            self.transliterate(record, changes);
        }
        for (column, chance) in &rates.typos {
            if chance.happens(draws.at(TYPO + *column as u64)) {
                self.mistype(record, *column, draws, changes);
            }
        }
        if followed && changes.len() > before {
            self.write_full_name(record);
        }
        for (column, chance) in &rates.missing {
            if chance.happens(draws.at(MISSING + *column as u64)) {
                self.leave_out(record, *column, changes);
            }
        }
    }

    /// Puts what has happened to the person or company into a record; it says so in its own words.
    pub(crate) fn live(&self, event: LifeEvent, record: &mut Record, draws: Draws, changes: &mut Vec<Change>) {
        let followed = self.full_name_follows(record);
        match event {
            LifeEvent::Moved => self.move_away(record, draws, Operation::Relocated, changes),
            LifeEvent::Renamed => {
                self.change_surname(record, draws, Operation::Renamed, changes);
                self.convert(record, draws, changes);
            }
        }
        if followed {
            self.write_full_name(record);
        }
    }

    /// Another name, a word cut short, another spelling of the legal form.
    fn vary_company(&self, record: &mut Record, rates: &Rates, draws: Draws, changes: &mut Vec<Change>) {
        if rates.alias.happens(draws.at(ALIAS)) {
            self.use_alias(record, draws.part(ALIAS), changes);
        }
        if rates.abbreviation.happens(draws.at(ABBREVIATION)) {
            self.abbreviate(record, draws.part(ABBREVIATION), changes);
        }
        if rates.legal_form.happens(draws.at(LEGAL_FORM)) {
            self.respell_legal_form(record, draws.part(LEGAL_FORM), changes);
        }
    }

    #[inline]
    pub(super) fn column(&self, role: ColumnRole) -> Option<usize> {
        self.roles[role as usize]
    }

    fn use_nickname(&self, record: &mut Record, draws: Draws, changes: &mut Vec<Change>) {
        let Some(column) = self.column(ColumnRole::FirstName) else { return };
        if let Some(nickname) = self.nicknames.pick(&record[column].text, draws.at(WHICH_NICKNAME)) {
            replace(record, column, nickname.to_owned(), Operation::Nickname, changes);
        }
    }

    fn change_surname(&self, record: &mut Record, draws: Draws, operation: Operation, changes: &mut Vec<Change>) {
        let Some(column) = self.column(ColumnRole::LastName) else { return };
        let other = (0..8)
            .map(|attempt| self.surnames.pick(draws.at(WHICH_SURNAME + (attempt << 32))))
            .find(|name| *name != record[column].text);
        if let Some(other) = other {
            replace(record, column, other.to_owned(), operation, changes);
        }
    }

    fn move_away(&self, record: &mut Record, draws: Draws, operation: Operation, changes: &mut Vec<Change>) {
        let place = self.addresses.place(draws);
        let (mut street, mut postcode) = (String::new(), String::new());
        self.addresses.append_street(draws, &mut street);
        self.addresses.append_postcode(draws, &mut postcode);
        let parts = [
            (ColumnRole::Address, street),
            (ColumnRole::City, place.city.clone()),
            (ColumnRole::State, place.state.clone()),
            (ColumnRole::Postcode, postcode),
        ];
        for (role, text) in parts {
            if let Some(column) = self.column(role) {
                replace(record, column, text, operation, changes);
            }
        }
    }

    fn mistake_birth_date(&self, record: &mut Record, draws: Draws, changes: &mut Vec<Change>) {
        let Some(column) = self.column(ColumnRole::BirthDate) else { return };
        let value = &mut record[column];
        if value.missing {
            return;
        }
        let parsed = if self.dates[column] { Some(value.days) } else { value.text.parse().ok().map(days) };
        let Some((right, wrong)) = parsed.and_then(|right| Some((right, date::wrong_date(right, draws)?))) else { return };
        if self.dates[column] {
            value.days = wrong;
        } else {
            value.text = written(wrong);
        }
        changes.push(Change { column, operation: Operation::BirthDate, before: written(right), after: Some(written(wrong)) });
    }

    fn swap_names(&self, record: &mut Record, changes: &mut Vec<Change>) {
        let (Some(first), Some(last)) = (self.column(ColumnRole::FirstName), self.column(ColumnRole::LastName)) else { return };
        if record[first].missing || record[last].missing {
            return;
        }
        let (one, other) = (record[first].text.clone(), record[last].text.clone());
        replace(record, first, other, Operation::NamesSwapped, changes);
        replace(record, last, one, Operation::NamesSwapped, changes);
    }

    fn mistype(&self, record: &mut Record, column: usize, draws: Draws, changes: &mut Vec<Change>) {
        let bits = draws.at(TYPO_KIND + column as u64);
        let kind = self.kinds.iter().find(|(_, limit)| limit.happens(bits)).map_or(TypoKind::Keyboard, |(kind, _)| *kind);
        if record[column].missing {
            return;
        }
        if let Some((text, kind)) = misspell(&record[column].text, kind, draws.part(TYPO + column as u64)) {
            replace(record, column, text, kind.into(), changes);
        }
    }

    fn leave_out(&self, record: &mut Record, column: usize, changes: &mut Vec<Change>) {
        let value = &mut record[column];
        if value.missing {
            return;
        }
        let before = if self.dates[column] { written(value.days) } else { std::mem::take(&mut value.text) };
        value.missing = true;
        changes.push(Change { column, operation: Operation::Missing, before, after: None });
    }

    /// Whether the full name is given name and surname.
    fn full_name_follows(&self, record: &Record) -> bool {
        let Some((first, last, full)) = self.names(record) else { return false };
        let rest = full.text.strip_prefix(first.text.as_str()).and_then(|rest| rest.strip_prefix(' '));
        !full.missing && rest == Some(last.text.as_str())
    }

    fn names<'a>(&self, record: &'a Record) -> Option<(&'a Value, &'a Value, &'a Value)> {
        let value = |role| self.column(role).map(|column| &record[column]);
        Some((value(ColumnRole::FirstName)?, value(ColumnRole::LastName)?, value(ColumnRole::FullName)?))
    }

    fn write_full_name(&self, record: &mut Record) {
        let Some((first, last, _)) = self.names(record) else { return };
        let text = format!("{} {}", first.text, last.text);
        if let Some(full) = self.column(ColumnRole::FullName) {
            record[full].text = text;
        }
    }
}

/// A date as 2000-01-31.
fn written(days: i32) -> String {
    from_days(days).map_or_else(String::new, |date| date.to_string())
}

/// Puts `text` into a column, unless the value is missing or the same.
pub(super) fn replace(record: &mut Record, column: usize, text: String, operation: Operation, changes: &mut Vec<Change>) {
    let value = &mut record[column];
    if value.missing || value.text == text {
        return;
    }
    let before = std::mem::replace(&mut value.text, text);
    value.listed = None;
    changes.push(Change { column, operation, before, after: Some(value.text.clone()) });
}

impl From<TypoKind> for Operation {
    fn from(kind: TypoKind) -> Self {
        match kind {
            TypoKind::Keyboard => Self::Keyboard,
            TypoKind::Transposition => Self::Transposition,
            TypoKind::Deletion => Self::Deletion,
            TypoKind::Insertion => Self::Insertion,
            TypoKind::Phonetic => Self::Phonetic,
            TypoKind::Ocr => Self::Ocr,
        }
    }
}
