//! The tokens of one file: read side by side, then numbered and put into parts in the order of the file.

use std::collections::BTreeSet;
use std::path::Path;

use kintsu_core::hash_bytes;
use serde::Serialize;

use super::OverlapError;
use super::entry::{Entry, TokenKey};
use super::records::{RECORDS_MAX, RecordNumbers};
use super::spill::{PARTS, Parts};
use crate::encrypt::Cipher;
use crate::hash::BLANK_TOKEN;
use crate::profile::Profile;

/// Names of rules that are kept to say which there are.
const OTHER_RULES_MAX: usize = 32;

/// Characters of an encrypted token: 12 bytes, 44 and 16 in base64.
const ENCRYPTED_LENGTH: usize = 96;

/// No record.
const NO_RECORD: u32 = u32::MAX;

/// A row of a file of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRow<'a> {
    /// The rule.
    pub rule: Option<&'a str>,
    /// The token.
    pub token: Option<&'a str>,
}

/// Makes rows comparable; many threads may use one.
pub struct TokenReader {
    wanted: Option<Vec<String>>,
    key: Option<(Cipher, Profile)>,
}

/// Rows that are made comparable.
#[derive(Default)]
pub struct PreparedRows {
    rows: usize,
    rules: Vec<String>,
    counts: Vec<TokenSideCounts>,
    /// Row, position in `rules`, token.
    tokens: Vec<(u32, u32, TokenKey)>,
    other_rules: BTreeSet<String>,
}

/// What was counted of the tokens of a rule in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct TokenSideCounts {
    /// Rows of the rule.
    pub rows: u64,
    /// Rows whose token is blank, which never matches: 64 zeros, null, empty or white space.
    pub blank: u64,
    /// Tokens that the key does not open; they are compared as they are. 0 where there is no key.
    pub not_decrypted: u64,
    /// Tokens as long as encrypted ones, where there is no key.
    pub seem_encrypted: u64,
}

/// The tokens of a file.
pub struct TokenSide {
    pub(super) name: String,
    pub(super) rules: Vec<String>,
    pub(super) counts: Vec<TokenSideCounts>,
    pub(super) records: RecordNumbers,
    pub(super) entries: Parts<Entry>,
    fixed: bool,
    other_rules: BTreeSet<String>,
    rows: u64,
    rows_without_id: u64,
    has_key: bool,
    numbers: Vec<u32>,
}

impl TokenReader {
    /// Reads the tokens of these rules, of every rule where there are none, and decrypts them where there is a key.
    pub fn new(wanted: Option<&[String]>, key: Option<(Cipher, Profile)>) -> Self {
        Self { wanted: wanted.map(<[String]>::to_vec), key }
    }

    /// Makes rows comparable.
    pub fn prepare<'a>(&self, rows: impl Iterator<Item = TokenRow<'a>>) -> PreparedRows {
        let wanted = self.wanted.clone().unwrap_or_default();
        let mut made =
            PreparedRows { counts: vec![TokenSideCounts::default(); wanted.len()], rules: wanted, ..PreparedRows::default() };
        for row in rows {
            let position = made.rows;
            made.rows += 1;
            let Some(rule) = row.rule.and_then(|rule| self.rule(rule, &mut made)) else { continue };
            let counts = &mut made.counts[rule];
            counts.rows += 1;
            match row.token.filter(|token| !is_blank(token)).and_then(|token| self.key(token, counts)) {
                Some(key) => made.tokens.push((position as u32, rule as u32, key)),
                None => counts.blank += 1,
            }
        }
        made
    }

    /// The position of a rule; none where it is not wanted.
    fn rule(&self, rule: &str, made: &mut PreparedRows) -> Option<usize> {
        if let Some(position) = made.rules.iter().position(|known| known == rule) {
            return Some(position);
        }
        if self.wanted.is_some() {
            if made.other_rules.len() < OTHER_RULES_MAX && !made.other_rules.contains(rule) {
                made.other_rules.insert(rule.to_owned());
            }
            return None;
        }
        made.rules.push(rule.to_owned());
        made.counts.push(TokenSideCounts::default());
        Some(made.rules.len() - 1)
    }

    /// What a token is compared by; none where it was a blank one before it was encrypted.
    fn key(&self, token: &str, counts: &mut TokenSideCounts) -> Option<TokenKey> {
        let Some((cipher, profile)) = &self.key else {
            counts.seem_encrypted += u64::from(token.len() == ENCRYPTED_LENGTH);
            return Some(TokenKey::of(token.as_bytes()));
        };
        if let Ok(text) = cipher.decrypt(token, *profile) {
            return (!is_blank(&text)).then(|| TokenKey::of(text.as_bytes()));
        }
        counts.not_decrypted += 1;
        Some(TokenKey::of(token.as_bytes()))
    }
}

impl TokenSide {
    /// A file without rows so far. Its tokens take about `bytes_max` of memory before they are put aside in `folder`.
    ///
    /// `name` names the data set, in errors and in the names of files.
    pub fn new(name: &str, file: &str, reader: &TokenReader, folder: &Path, bytes_max: usize) -> Self {
        let rules = reader.wanted.clone().unwrap_or_default();
        Self {
            name: name.to_owned(),
            counts: vec![TokenSideCounts::default(); rules.len()],
            rules,
            records: RecordNumbers::default(),
            entries: Parts::new(folder, file, bytes_max),
            fixed: reader.wanted.is_some(),
            other_rules: BTreeSet::new(),
            rows: 0,
            rows_without_id: 0,
            has_key: reader.key.is_some(),
            numbers: Vec::new(),
        }
    }

    /// Adds rows with the ids of their records, in order. Rows without an id are counted and belong to no record.
    ///
    /// # Errors
    ///
    /// [`OverlapError::TooManyRecords`], [`OverlapError::TooMany`] rules, [`OverlapError::Spill`].
    pub fn add<'a>(&mut self, rows: &PreparedRows, ids: impl Iterator<Item = Option<&'a str>>) -> Result<(), OverlapError> {
        self.number(ids)?;
        debug_assert_eq!(rows.rows, self.numbers.len());
        self.rows += rows.rows as u64;
        self.other_rules.extend(rows.other_rules.iter().take(OTHER_RULES_MAX).cloned());
        let positions = rows.rules.iter().map(|rule| self.position(rule)).collect::<Result<Vec<_>, _>>()?;
        for (position, counts) in positions.iter().zip(&rows.counts) {
            self.counts[*position].add(*counts);
        }
        for &(row, rule, key) in &rows.tokens {
            let record = self.numbers[row as usize];
            if record != NO_RECORD {
                let entry = Entry::new(key, positions[rule as usize], record);
                self.entries.push(entry.part(), entry)?;
            }
        }
        Ok(())
    }

    fn position(&mut self, rule: &str) -> Result<usize, OverlapError> {
        if let Some(position) = self.rules.iter().position(|known| known == rule) {
            return Ok(position);
        }
        if self.fixed || self.rules.len() >= super::RULES_MAX {
            return Err(OverlapError::too_many_rules(self.rules.len() + 1));
        }
        self.rules.push(rule.to_owned());
        self.counts.push(TokenSideCounts::default());
        Ok(self.rules.len() - 1)
    }

    /// Numbers the records of rows; the rows of a record mostly follow one another.
    fn number<'a>(&mut self, ids: impl Iterator<Item = Option<&'a str>>) -> Result<(), OverlapError> {
        self.numbers.clear();
        let mut last: Option<(&str, u32)> = None;
        for id in ids {
            let number = match (id.filter(|id| !id.is_empty()), last) {
                (None, _) => {
                    self.rows_without_id += 1;
                    NO_RECORD
                }
                (Some(id), Some((same, number))) if same == id => number,
                (Some(id), _) => {
                    let too_many = || OverlapError::TooManyRecords { side: self.name.clone(), maximum: RECORDS_MAX };
                    let number = self.records.number(id).ok_or_else(too_many)?;
                    last = Some((id, number));
                    number
                }
            };
            self.numbers.push(number);
        }
        Ok(())
    }

    /// Gives back the memory that only reading needs. No rows are added after it.
    pub fn compact(&mut self) {
        self.records.compact();
        self.numbers = Vec::new();
    }

    /// Checks the key once all rows are there.
    ///
    /// # Errors
    ///
    /// [`OverlapError::WrongKey`] when there is a key and it opens none of the tokens.
    pub fn check_key(&self) -> Result<(), OverlapError> {
        let sum = |count: fn(&TokenSideCounts) -> u64| self.counts.iter().map(count).sum::<u64>();
        let tokens = sum(|counts| counts.rows - counts.blank);
        if self.has_key && tokens > 0 && sum(|counts| counts.not_decrypted) == tokens {
            return Err(OverlapError::WrongKey { side: self.name.clone(), tokens });
        }
        Ok(())
    }

    /// The name of the data set.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows that name no record.
    pub fn rows_without_id(&self) -> u64 {
        self.rows_without_id
    }

    /// The rules that were read, with what was counted of them.
    pub fn counts(&self) -> impl Iterator<Item = (&str, &TokenSideCounts)> {
        self.rules.iter().map(String::as_str).zip(&self.counts)
    }

    /// Some of the rules that the file has and nobody wanted, in order.
    pub fn other_rules(&self) -> impl Iterator<Item = &str> {
        self.other_rules.iter().map(String::as_str)
    }

    /// The number of distinct records.
    pub fn records(&self) -> u64 {
        self.records.len() as u64
    }

    /// The tokens of a part.
    pub(crate) fn entries(&self, part: usize) -> Result<Vec<Entry>, OverlapError> {
        self.entries.values(part)
    }

    /// The ids of the records, in the order of their numbers.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.records.ids()
    }

    /// For every token that is not blank the number of its record and a hash of the rule and the token.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = Result<(u32, u64), OverlapError>> {
        let rules: Vec<u64> = self.rules.iter().map(|rule| hash_bytes(rule.as_bytes(), 0)).collect();
        let of_part = move |entries: Vec<Entry>| -> Vec<(u32, u64)> {
            entries.iter().map(|entry| (entry.record, entry.hash() ^ rules[entry.rule()])).collect()
        };
        (0..PARTS).flat_map(move |part| match self.entries(part) {
            Ok(entries) => of_part(entries).into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
    }

    /// The bytes of the largest part.
    pub(crate) fn part_bytes_max(&self) -> usize {
        self.entries.largest() * size_of::<Entry>()
    }

    /// Whether tokens had to be put aside.
    pub fn is_put_aside(&self) -> bool {
        self.entries.is_put_aside()
    }
}

impl TokenSideCounts {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.blank += other.blank;
        self.not_decrypted += other.not_decrypted;
        self.seem_encrypted += other.seem_encrypted;
    }
}

/// Whether a token stands for nothing.
fn is_blank(token: &str) -> bool {
    token == BLANK_TOKEN || token.trim().is_empty()
}
