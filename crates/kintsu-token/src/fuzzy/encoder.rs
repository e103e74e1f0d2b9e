//! From the values of records to their CLKs.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::clks::Clks;
use super::error::FuzzyError;
use super::filter::Filter;
use super::harden::{Hardener, Hardening};
use super::keys::FeatureKeys;
use super::positions::{Remembered, TokenHash};
use super::schema::{Hashing, LinkageSchema};
use super::value::{InvalidValue, Tokens};
use crate::secret::Secret;

/// Records that a thread takes at a time.
const RECORDS_PER_TASK: usize = 1024;

/// Stands between a token and the values that salt it.
const SALT_SEPARATOR: u8 = 0x1f;

/// What becomes of a record with a value that does not fit its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnInvalid {
    /// It is blank: it has no CLK and matches nothing.
    #[default]
    BlankRecord,
    /// Its CLK is made of its other values.
    LeaveOutValue,
}

/// How CLKs are made, beyond what the schema says.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodeOptions {
    /// What becomes of records with invalid values.
    pub on_invalid: OnInvalid,
    /// Whether values are checked against their formats. Values that cannot be brought into their form, such as dates of
    /// another format, are invalid without it too.
    pub check_formats: bool,
    /// What is done to CLKs.
    pub hardening: Hardening,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { on_invalid: OnInvalid::default(), check_formats: true, hardening: Hardening::default() }
    }
}

/// Makes CLKs: for the same schema and secret, without hardening, those of clkhash 0.18.3 bit by bit.
pub struct ClkEncoder {
    features: Vec<FeatureEncoder>,
    columns: Vec<String>,
    bits_hashed: usize,
    folds: u32,
    bits: usize,
    hardener: Hardener,
    on_invalid: OnInvalid,
    check_formats: bool,
}

struct FeatureEncoder {
    hashing: Hashing,
    hash: TokenHash,
}

/// CLKs of some records, and what was wrong with their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The CLKs, in the order of the records.
    pub clks: Clks,
    /// How many values were invalid, by the place of their column among those of the encoder and the reason.
    pub invalid: BTreeMap<(usize, InvalidValue), u64>,
}

/// What a thread works with.
struct Scratch {
    filter: Filter,
    tokens: Tokens,
    message: Vec<u8>,
    salt: Vec<u8>,
    remembered: Vec<Remembered>,
}

impl ClkEncoder {
    /// An encoder for a schema under a secret.
    ///
    /// # Errors
    ///
    /// [`FuzzyError::EmptySecret`]; [`FuzzyError::Hardening`] where the options do not fit the schema.
    pub fn new(schema: &LinkageSchema, secret: &Secret, options: &EncodeOptions) -> Result<Self, FuzzyError> {
        if secret.is_empty() {
            return Err(FuzzyError::EmptySecret);
        }
        let hardening = &options.hardening;
        let hardener = Hardener::new(hardening, schema.bits, secret)?;
        let keys = FeatureKeys::new(schema, secret)?;
        let feature = |(place, _, hashing): (usize, _, &Hashing)| FeatureEncoder {
            hash: TokenHash::new(hashing.hash, keys.of_feature(place), hashing.strategy.insertions_max()),
            hashing: hashing.clone(),
        };
        Ok(Self {
            features: schema.hashed().map(feature).collect(),
            columns: schema.columns().map(str::to_owned).chain(hardening.salt_columns.iter().cloned()).collect(),
            bits_hashed: schema.bits_hashed(),
            folds: schema.folds,
            bits: hardening.bits_after(schema.bits),
            hardener,
            on_invalid: options.on_invalid,
            check_formats: options.check_formats,
        })
    }

    /// The names of the columns whose values [`encode`](Self::encode) wants: those of the schema that are hashed, then those
    /// that salt.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The bits of a CLK.
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// Makes the CLKs of some records on all threads. `ids` are the ids of the records (they matter for random flips alone);
    /// `columns` the values of each column, a missing one as the empty text.
    ///
    /// The CLKs do not depend on how records are put into batches, nor on the number of threads. Costs about a microsecond a
    /// record of five short values, and 32 KiB to some MiB a thread for the tokens that are remembered.
    ///
    /// # Errors
    ///
    /// [`FuzzyError::Columns`] where columns are missing or differ in length.
    pub fn encode(&self, ids: &[&str], columns: &[&[&str]]) -> Result<Encoded, FuzzyError> {
        if columns.len() != self.columns.len() || columns.iter().any(|column| column.len() != ids.len()) {
            return Err(FuzzyError::Columns { wanted: self.columns.len(), given: columns.len() });
        }
        let starts: Vec<usize> = (0..ids.len()).step_by(RECORDS_PER_TASK).collect();
        let task = |scratch: &mut Scratch, start: usize| {
            let mut encoded = Encoded { clks: Clks::new(self.bits), invalid: BTreeMap::new() };
            for (record, id) in ids.iter().enumerate().skip(start).take(RECORDS_PER_TASK) {
                self.encode_record(id, columns, record, scratch, &mut encoded);
            }
            encoded
        };
        let parts: Vec<Encoded> =
            starts.into_par_iter().with_min_len(4).map_init(|| self.scratch(), |scratch, start| task(scratch, start)).collect();
        let mut all = Encoded { clks: Clks::new(self.bits), invalid: BTreeMap::new() };
        for part in parts {
            all.clks.append(part.clks);
            for (place, count) in part.invalid {
                *all.invalid.entry(place).or_default() += count;
            }
        }
        Ok(all)
    }

    fn scratch(&self) -> Scratch {
        Scratch {
            filter: Filter::new(self.bits_hashed),
            tokens: Tokens::default(),
            message: Vec::new(),
            salt: Vec::new(),
            remembered: self.features.iter().map(|_| Remembered::default()).collect(),
        }
    }

    fn encode_record(&self, id: &str, columns: &[&[&str]], record: usize, scratch: &mut Scratch, encoded: &mut Encoded) {
        scratch.filter.clear();
        scratch.salt.clear();
        let (hashed, salting) = columns.split_at(self.features.len());
        for column in salting {
            scratch.salt.push(SALT_SEPARATOR);
            scratch.salt.extend_from_slice(column[record].as_bytes());
        }
        let mut blank = false;
        for (place, (feature, column)) in self.features.iter().zip(hashed).enumerate() {
            if let Err(invalid) = feature.insert(column[record], self.check_formats, place, scratch) {
                *encoded.invalid.entry((place, invalid)).or_default() += 1;
                blank |= self.on_invalid == OnInvalid::BlankRecord;
            }
        }
        if blank {
            encoded.clks.push_blank();
            return;
        }
        let folded = (self.folds > 0).then(|| scratch.filter.folded(self.folds));
        let clk = folded.as_ref().unwrap_or(&scratch.filter);
        match self.hardener.apply(clk, id) {
            Some(hardened) => encoded.clks.push(&hardened),
            None => encoded.clks.push(clk),
        }
    }
}

impl FeatureEncoder {
    /// Puts the tokens of a value into the filter; none of them where it is invalid.
    #[inline]
    fn insert(&self, value: &str, check: bool, place: usize, scratch: &mut Scratch) -> Result<(), InvalidValue> {
        let hashing = &self.hashing;
        let missing = hashing.missing.as_ref().filter(|missing| missing.sentinel == value);
        let formatted = match missing {
            Some(missing) => missing.replacement.as_str().into(),
            None => hashing.format.format(value, check)?,
        };
        if !hashing.encoding.has_all_of(&formatted) {
            return Err(InvalidValue::Encoding);
        }
        hashing.comparison.tokens(&formatted, &mut scratch.tokens)?;
        let count = scratch.tokens.len();
        for (at, token) in scratch.tokens.iter().enumerate() {
            scratch.message.clear();
            hashing.encoding.encode(token, &mut scratch.message);
            scratch.message.extend_from_slice(&scratch.salt);
            let insertions = hashing.strategy.insertions(at, count);
            self.hash.insert(&scratch.message, insertions, &mut scratch.filter, &mut scratch.remembered[place]);
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
