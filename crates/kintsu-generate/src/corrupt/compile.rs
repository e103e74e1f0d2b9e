//! A corruption file held against the columns of a table: everything that does not fit, at once.

use std::collections::BTreeMap;

use kintsu_core::Chance;

use super::company::LegalForms;
use super::corruptor::{Corruptor, Rates};
use super::record::{ColumnRole, ROLES, same_name};
use super::spec::{CorruptionSpec, TypoKind};
use crate::error::GenerateError;
use crate::lists::{LOCALES, Lists, Nicknames};
use crate::persons::Addresses;

/// A column of the table that is corrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorruptColumn {
    /// Its name.
    pub name: String,
    /// Whether it holds dates, in [`Value::days`](super::Value::days).
    pub is_date: bool,
}

/// Something in a corruption file that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorruptionProblem {
    /// The keys under which it stands.
    pub keys: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// What could be there instead.
    pub known: Vec<String>,
}

impl CorruptionSpec {
    /// Everything in it that cannot be for a table of `columns`, whatever the default says about columns that are not there.
    pub fn problems(&self, columns: &[CorruptColumn]) -> Vec<CorruptionProblem> {
        let mut problems = Vec::new();
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let mut unknown = |keys: &[&str], column: &str| {
            problems.push(CorruptionProblem {
                keys: keys.iter().map(|key| (*key).to_owned()).collect(),
                message: format!("there is no column `{column}`"),
                known: names.clone(),
            });
        };
        for (role, column) in &self.columns {
            if !names.contains(column) {
                unknown(&["columns", role.name()], column);
            }
        }
        let default = Self::default();
        for (table, rates, usual) in [("typos", &self.typos, &default.typos), ("missing", &self.missing, &default.missing)] {
            // The default names columns of the generator, which another table need not have.
            for column in rates.keys().filter(|column| rates != usual && !names.contains(column)) {
                unknown(&[table, column], column);
            }
        }
        problems.extend(self.values_that_cannot_be(columns));
        problems
    }

    /// What is wrong with values alone.
    fn values_that_cannot_be(&self, columns: &[CorruptColumn]) -> Vec<CorruptionProblem> {
        let mut problems = Vec::new();
        let mut wrong = |keys: &[&str], message: String, known: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            problems.push(CorruptionProblem { keys: owned(keys), message, known: owned(known) });
        };
        if !LOCALES.contains(&self.locale.as_str()) {
            wrong(&["locale"], format!("there is no locale `{}`", self.locale), &LOCALES);
        }
        for (key, rate) in self.event_rates() {
            if !is_probability(rate) {
                wrong(&["events", key], "a rate is a number from 0 to 1".to_owned(), &[]);
            }
        }
        for (table, rates) in [("typos", &self.typos), ("missing", &self.missing)] {
            for (column, rate) in rates.iter().filter(|(_, rate)| !is_probability(**rate)) {
                wrong(&[table, column], format!("{rate} is no rate from 0 to 1"), &[]);
            }
        }
        for column in self.typos.keys().filter(|name| columns.iter().any(|column| column.is_date && column.name == **name)) {
            wrong(&["typos", column], format!("`{column}` holds dates; see events.birth_date for errors in them"), &[]);
        }
        let kinds = self.typo_kinds.weights();
        if kinds.iter().any(|(_, weight)| !weight.is_finite() || *weight < 0.0) || kinds.iter().all(|(_, weight)| *weight == 0.0)
        {
            wrong(&["typo_kinds"], "the weights of the kinds are numbers from 0 on, one of them above 0".to_owned(), &[]);
        }
        if !is_probability(self.bad_records.share) {
            wrong(&["bad_records", "share"], "a share is a number from 0 to 1".to_owned(), &[]);
        }
        if !self.bad_records.factor.is_finite() || self.bad_records.factor < 0.0 {
            wrong(&["bad_records", "factor"], "a factor is a number from 0 on".to_owned(), &[]);
        }
        problems
    }

    fn event_rates(&self) -> [(&'static str, f64); 10] {
        let events = &self.events;
        [
            ("nickname", events.nickname),
            ("surname_change", events.surname_change),
            ("moved", events.moved),
            ("birth_date", events.birth_date),
            ("names_swapped", events.names_swapped),
            ("legal_form", events.legal_form),
            ("abbreviation", events.abbreviation),
            ("alias", events.alias),
            ("transliteration", events.transliteration),
            ("job_change", events.job_change),
        ]
    }

    /// A corruptor of records of `columns`. What the file has [`problems`](Self::problems) with has no effect.
    ///
    /// # Errors
    /// Those of the lists.
    pub fn compile(&self, columns: &[CorruptColumn], lists: &Lists) -> Result<Corruptor, GenerateError> {
        let locale = &self.locale;
        Ok(Corruptor {
            roles: self.roles(columns),
            dates: columns.iter().map(|column| column.is_date).collect(),
            usual: self.rates(columns, 1.0),
            bad: self.rates(columns, self.bad_records.factor),
            is_bad: Chance::new(self.bad_records.share),
            kinds: kind_limits(&self.typo_kinds.weights()),
            nicknames: Nicknames::new(&lists.load("nicknames")?),
            surnames: lists.load(&format!("{locale}/family"))?,
            addresses: Addresses::new(locale, lists)?,
            legal_forms: LegalForms::new(&lists.load(&format!("{locale}/legal_forms"))?),
            german: locale.starts_with("de_"),
        })
    }

    /// The column of each role, in the order of [`ColumnRole::ALL`].
    fn roles(&self, columns: &[CorruptColumn]) -> [Option<usize>; ROLES] {
        let position = |name: &str| columns.iter().position(|column| column.name == name);
        let like = |name: &str| columns.iter().position(|column| same_name(&column.name, name));
        ColumnRole::ALL.map(|role| match self.columns.get(&role) {
            Some(name) => position(name),
            None => role.column_names().iter().find_map(|name| position(name).or_else(|| like(name))),
        })
    }

    fn rates(&self, columns: &[CorruptColumn], factor: f64) -> Rates {
        let chance = |rate: f64| Chance::new((rate * factor).min(1.0));
        let roles = self.roles(columns);
        // The default names its columns as the generator does; another table has them by what they mean.
        let place = |name: &str| {
            let named = columns.iter().position(|column| column.name == name);
            named.or_else(|| {
                let role = ColumnRole::ALL.iter().position(|role| role.column_names().contains(&name));
                role.map_or_else(|| columns.iter().position(|column| same_name(&column.name, name)), |role| roles[role])
            })
        };
        let of = |rates: &BTreeMap<String, f64>| {
            let mut found: Vec<(usize, Chance)> =
                rates.iter().filter_map(|(name, rate)| Some((place(name)?, chance(*rate)))).collect();
            found.sort_by_key(|(column, _)| *column);
            found
        };
        let dates = |column: usize| columns[column].is_date;
        let events = &self.events;
        Rates {
            nickname: chance(events.nickname),
            surname_change: chance(events.surname_change),
            moved: chance(events.moved),
            birth_date: chance(events.birth_date),
            names_swapped: chance(events.names_swapped),
            legal_form: chance(events.legal_form),
            abbreviation: chance(events.abbreviation),
            alias: chance(events.alias),
            transliteration: chance(events.transliteration),
            typos: of(&self.typos).into_iter().filter(|(column, _)| !dates(*column)).collect(),
            missing: of(&self.missing),
        }
    }
}

fn is_probability(rate: f64) -> bool {
    (0.0..=1.0).contains(&rate)
}

/// The kinds with the chance that it is that one or an earlier one.
fn kind_limits(weights: &[(TypoKind, f64); 6]) -> [(TypoKind, Chance); 6] {
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let mut sum = 0.0;
    weights.map(|(kind, weight)| {
        sum += weight;
        (kind, Chance::new(if total > 0.0 { sum / total } else { 1.0 }))
    })
}
