//! The 17 columns that customers and their records share: clean, or varied as sources do.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int32Array};
use arrow_buffer::BooleanBuffer;
use kintsu_core::Draws;

use super::Mdm;
use super::base::Base;
use super::schema::{SHARED, column};
use super::variation::{
    ABBREVIATION, EMAIL_DOMAIN, MISSING, Missing, NAME_VARIANT, OPERATIONS, PHONE_FORMAT, TYPO, Typo, abbreviated, with_domain,
    with_typo,
};
use crate::column::{CodeColumn, TextColumn};
use crate::error::GenerateError;
use crate::preset::Changes;

/// Makes the shared columns, each by itself.
pub(super) struct SharedColumns<'a> {
    preset: &'a Mdm,
    base: &'a [Draws],
    /// The random numbers of the records; none for the customers themselves.
    own: Option<&'a [Draws]>,
    changes: Changes,
    scratch: Vec<u8>,
}

impl<'a> SharedColumns<'a> {
    /// The columns of customers.
    pub(super) fn clean(preset: &'a Mdm, draws: &'a [Draws]) -> Result<Vec<ArrayRef>, GenerateError> {
        let changes = Changes::new(&SHARED, &OPERATIONS, 0);
        Self { preset, base: draws, own: None, changes, scratch: Vec::new() }.make().map(|(columns, _)| columns)
    }

    /// The columns of records, and what was changed in them.
    pub(super) fn varied(
        preset: &'a Mdm,
        base: &'a [Draws],
        own: &'a [Draws],
    ) -> Result<(Vec<ArrayRef>, Changes), GenerateError> {
        let changes = Changes::new(&SHARED, &OPERATIONS, own.len());
        Self { preset, base, own: Some(own), changes, scratch: Vec::new() }.make()
    }

    fn make(mut self) -> Result<(Vec<ArrayRef>, Changes), GenerateError> {
        let preset = self.preset;
        let base = &preset.base;
        let mut columns = self.names()?;
        columns.push(self.emails()?);
        columns.push(self.phones()?);
        columns.push(self.addresses()?);
        columns.push(self.codes(|draws| base.city(draws), &base.city_values)?);
        columns.push(self.codes(|draws| base.state(draws), &base.state_values)?);
        columns.push(self.zip_codes()?);
        columns.push(self.dates(|draws| base.birth(draws)));
        columns.push(self.companies()?);
        columns.push(self.jobs()?);
        columns.push(Arc::new(Int32Array::from_iter_values(self.base.iter().map(|draws| Base::income(*draws)))));
        columns.push(self.codes(Base::segment, &base.segment_values)?);
        columns.push(self.dates(|draws| base.registration(draws)));
        columns.push(self.dates(|draws| base.activity(draws)));
        let active = BooleanBuffer::collect_bool(self.base.len(), |row| base.is_active(self.base[row]));
        columns.push(Arc::new(BooleanArray::from(active)));
        Ok((columns, self.changes))
    }

    fn codes(&self, code: impl Fn(Draws) -> u32, texts: &ArrayRef) -> Result<ArrayRef, GenerateError> {
        CodeColumn::of(self.base.iter().map(|draws| code(*draws)).collect()).finish(texts)
    }

    fn dates(&self, day: impl Fn(Draws) -> i32) -> ArrayRef {
        Arc::new(Date32Array::from_iter_values(self.base.iter().map(|draws| day(*draws))))
    }

    fn text(&self, bytes_per_row: usize) -> TextColumn {
        TextColumn::with_capacity(self.base.len(), bytes_per_row)
    }

    fn missing(&self, row: usize, column: Missing) -> bool {
        self.own.is_some_and(|own| self.preset.variation.missing(own[row]) == Some(column))
    }

    /// First, last and full name. The rules look at the full name; as no rule has a blank in it and names are single words, its
    /// first and last word are the first and the last name by the same rules.
    fn names(&mut self) -> Result<Vec<ArrayRef>, GenerateError> {
        let (first_names, last_names) = (&self.preset.first_names, &self.preset.last_names);
        let rows = self.base.len();
        let (mut first_codes, mut last_codes) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let mut full = self.text(16);
        for row in 0..rows {
            let (first, last) = (self.preset.base.first_name(self.base[row]), self.preset.base.last_name(self.base[row]));
            let (mut first_form, mut last_form) = (first, last);
            if let Some(own) = self.own {
                let rules = first_names.rules(first) | last_names.rules(last);
                let chosen = self.preset.variation.name_rules(own[row], rules);
                if chosen != 0 {
                    (first_form, last_form) = (first_names.form(first, chosen), last_names.form(last, chosen));
                }
            }
            for (text, between) in [(first_names.text(first_form), true), (last_names.text(last_form), false)] {
                full.writer().extend_from_slice(text.as_bytes());
                if between {
                    full.writer().push(b' ');
                }
            }
            if first_form != first || last_form != last {
                self.note_names((row, &full), (first, first_form), (last, last_form));
            }
            self.typo(row, Typo::FullName, 3, &mut full);
            full.end();
            first_codes.push(first_form);
            last_codes.push(last_form);
        }
        Ok(vec![first_names.column(&first_codes)?, last_names.column(&last_codes)?, full.finish()?])
    }

    fn note_names(&mut self, (row, full): (usize, &TextColumn), first: (u32, u32), last: (u32, u32)) {
        let (first_names, last_names) = (&self.preset.first_names, &self.preset.last_names);
        self.scratch.clear();
        self.preset.base.append_name(first.0, last.0, &mut self.scratch);
        self.changes.note(row, column::FULL_NAME, NAME_VARIANT, &self.scratch, Some(full.written()));
        for (column, names, (before, after)) in [(column::FIRST_NAME, first_names, first), (column::LAST_NAME, last_names, last)]
        {
            let (before, after) = (names.text(before).as_bytes(), names.text(after).as_bytes());
            self.changes.note(row, column, NAME_VARIANT, before, Some(after));
        }
    }

    /// Puts a typing error into what was written of the row, if the record has one there.
    #[inline]
    fn typo(&mut self, row: usize, place: Typo, shortest: usize, text: &mut TextColumn) {
        let Some(own) = self.own.map(|own| own[row]) else { return };
        if self.preset.variation.typo(own) != Some(place) {
            return;
        }
        let Some(changed) = with_typo(text.written(), own, shortest) else { return };
        let column = if place == Typo::FullName { column::FULL_NAME } else { column::ADDRESS };
        self.changes.note(row, column, TYPO, text.written(), Some(&changed));
        text.take_back();
        text.writer().extend_from_slice(&changed);
    }

    fn emails(&mut self) -> Result<ArrayRef, GenerateError> {
        let mut text = self.text(24);
        for row in 0..self.base.len() {
            self.preset.base.append_email(self.base[row], text.writer());
            if let Some(domain) = self.own.and_then(|own| self.preset.variation.email_domain(own[row])) {
                let changed = with_domain(text.written(), domain);
                self.changes.note(row, column::EMAIL, EMAIL_DOMAIN, text.written(), Some(&changed));
                text.take_back();
                text.writer().extend_from_slice(&changed);
            }
            text.end();
        }
        text.finish()
    }

    fn phones(&mut self) -> Result<ArrayRef, GenerateError> {
        let mut text = self.text(13);
        for row in 0..self.base.len() {
            let (phone, length) = Base::phone(self.base[row]);
            let phone = &phone[..length];
            let Some(own) = self.own.map(|own| own[row]) else {
                text.push(phone);
                continue;
            };
            if self.preset.variation.phone(own, phone, text.writer()) {
                self.changes.note(row, column::PHONE, PHONE_FORMAT, phone, Some(text.written()));
            } else {
                text.take_back();
                text.writer().extend_from_slice(phone);
            }
            self.end_unless_missing(row, Missing::Phone, &mut text);
        }
        text.finish()
    }

    /// Ends the row, or leaves its value out.
    #[inline]
    fn end_unless_missing(&mut self, row: usize, missing: Missing, text: &mut TextColumn) {
        if self.missing(row, missing) {
            let column = if missing == Missing::Phone { column::PHONE } else { column::COMPANY };
            self.changes.note(row, column, MISSING, text.written(), None);
            text.take_back();
            text.push_null();
        } else {
            text.end();
        }
    }

    fn addresses(&mut self) -> Result<ArrayRef, GenerateError> {
        let mut text = self.text(24);
        for row in 0..self.base.len() {
            let rules = self.preset.base.append_address(self.base[row], text.writer());
            if let Some(own) = self.own {
                let chosen = self.preset.variation.address_rules(own[row], rules);
                if chosen != 0 {
                    let changed = abbreviated(text.written(), chosen);
                    self.changes.note(row, column::ADDRESS, ABBREVIATION, text.written(), Some(changed.as_bytes()));
                    text.take_back();
                    text.writer().extend_from_slice(changed.as_bytes());
                }
                self.typo(row, Typo::Address, 5, &mut text);
            }
            text.end();
        }
        text.finish()
    }

    fn zip_codes(&self) -> Result<ArrayRef, GenerateError> {
        let mut text = self.text(5);
        for draws in self.base {
            Base::append_zip_code(*draws, text.writer());
            text.end();
        }
        text.finish()
    }

    fn companies(&mut self) -> Result<ArrayRef, GenerateError> {
        let mut text = self.text(22);
        for row in 0..self.base.len() {
            self.preset.base.append_company(self.base[row], text.writer());
            self.end_unless_missing(row, Missing::Company, &mut text);
        }
        text.finish()
    }

    fn jobs(&mut self) -> Result<ArrayRef, GenerateError> {
        let base = &self.preset.base;
        let mut codes = CodeColumn::with_capacity(self.base.len());
        for row in 0..self.base.len() {
            let code = base.job(self.base[row]);
            if self.missing(row, Missing::JobTitle) {
                self.changes.note(row, column::JOB_TITLE, MISSING, base.job_text(code).as_bytes(), None);
                codes.push_null();
            } else {
                codes.push(code);
            }
        }
        codes.finish(&base.job_values)
    }
}
