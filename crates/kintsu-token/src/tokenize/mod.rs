//! From records to tokens, a batch at a time: the body of the kernel `tokenize`.
//!
//! A value of a field is validated, normalised and cut once for as long as it is remembered ([`values`]); a row then joins what
//! its values became, and the hashes of all signatures of a batch are computed together. Memory depends on the batch and on
//! what a [`TokenWorker`] remembers, which is bounded, never on the number of batches.
//!
//! What surprises: the tokens of a batch do not depend on what a worker has seen before, because a value becomes the same
//! whenever it is asked for; only the time does.

mod batch;
mod counts;
mod error;
mod maker;
mod record_ids;
mod values;

pub use batch::TokenBatch;
pub use counts::TokenCounts;
pub use error::TokenizeError;
pub use maker::{Encryption, TokenMaker, TokenMode};
pub use record_ids::counted_record_id;

use crate::encrypt::IvSource;
use crate::secret::KeyError;
use crate::signature::CompiledRules;
use record_ids::RecordIds;
use values::{FieldValues, Stored};

/// A column of raw texts.
pub trait TextColumn: Sync {
    /// The text of a row; none is a null.
    fn text(&self, row: usize) -> Option<&str>;
}

impl TextColumn for Vec<Option<String>> {
    fn text(&self, row: usize) -> Option<&str> {
        self[row].as_deref()
    }
}

/// Some records, as columns.
#[derive(Debug)]
pub struct RecordColumns<'a, Column> {
    /// The number of records.
    pub rows: usize,
    /// For each field of the rules its column; none where the records have no such column.
    pub fields: Vec<Option<&'a Column>>,
    /// For each field the rows, in order, that lack the column though others have it; empty where none does.
    pub missing: Vec<&'a [u32]>,
    /// The ids of the records; without them, and where one is null or empty, an id is made up.
    pub record_ids: Option<&'a Column>,
}

/// Makes tokens by compiled rules. Threads share it, each with a [`TokenWorker`] of its own.
pub struct Tokenizer {
    rules: CompiledRules,
    maker: TokenMaker,
    /// For each rule its parts: the field, and the position among the field's parts.
    plan: Vec<Vec<(usize, usize)>>,
    /// For each field its parts, in the order of their positions.
    field_parts: Vec<Vec<usize>>,
}

/// What a thread remembers from batch to batch, and its buffers.
pub struct TokenWorker {
    values: Vec<FieldValues>,
    codes: Vec<Vec<u32>>,
    /// For each field the last row, counted from 1, for which it was counted as invalid.
    counted: Vec<u32>,
    signatures: Vec<u8>,
    ends: Vec<usize>,
    hashed: Vec<u8>,
    hashed_ends: Vec<usize>,
    ids: RecordIds,
    ivs: IvSource,
}

/// The code of a value in a column that its row lacks.
const ABSENT: u32 = u32::MAX;

/// What a row has for a rule.
enum Joined {
    Signature,
    Blank,
    Dropped,
}

impl Tokenizer {
    /// Makes tokens of what `rules` join by `maker`.
    pub fn new(rules: CompiledRules, maker: TokenMaker) -> Self {
        let mut field_parts = vec![Vec::new(); rules.fields().len()];
        let mut place = Vec::with_capacity(rules.parts().len());
        for (position, part) in rules.parts().iter().enumerate() {
            place.push((part.field, field_parts[part.field].len()));
            field_parts[part.field].push(position);
        }
        let plan =
            (0..rules.rule_ids().len()).map(|rule| rules.rule_parts(rule).iter().map(|part| place[*part]).collect()).collect();
        Self { rules, maker, plan, field_parts }
    }

    /// The rules.
    pub fn rules(&self) -> &CompiledRules {
        &self.rules
    }

    /// How signatures become tokens.
    pub fn maker(&self) -> &TokenMaker {
        &self.maker
    }

    /// How signatures become tokens, for good.
    pub fn into_maker(self) -> TokenMaker {
        self.maker
    }

    /// A worker that remembers nothing yet.
    pub fn worker(&self) -> TokenWorker {
        TokenWorker {
            values: self.field_parts.iter().map(|parts| FieldValues::new(parts.len())).collect(),
            codes: vec![Vec::new(); self.field_parts.len()],
            counted: vec![0; self.field_parts.len()],
            signatures: Vec::new(),
            ends: Vec::new(),
            hashed: Vec::new(),
            hashed_ends: Vec::new(),
            ids: RecordIds::default(),
            ivs: IvSource::operating_system(),
        }
    }

    /// Counts nothing yet.
    pub fn counts(&self) -> TokenCounts {
        TokenCounts::new(self.field_parts.len(), self.plan.len())
    }

    /// Puts the tokens of `records` in the place of what `batch` held, a record after another and rules in their order, and adds
    /// to `counts`.
    ///
    /// # Errors
    /// [`KeyError`] when the operating system gives no randomness, or the encryption key may not be used so often.
    pub fn tokenize<Column: TextColumn>(
        &self,
        records: &RecordColumns<'_, Column>,
        worker: &mut TokenWorker,
        counts: &mut TokenCounts,
        batch: &mut TokenBatch,
    ) -> Result<(), KeyError> {
        self.look_up(records, worker);
        batch.clear(self.plan.len());
        worker.ids.fill(records.rows, records.record_ids, &mut batch.ids, &mut batch.id_ends)?;
        self.join_rows(records.rows, worker, counts, batch);
        self.maker.make(worker, batch)
    }

    /// The codes of all values.
    fn look_up<Column: TextColumn>(&self, records: &RecordColumns<'_, Column>, worker: &mut TokenWorker) {
        for (field, column) in records.fields.iter().enumerate() {
            let (values, codes) = (&mut worker.values[field], &mut worker.codes[field]);
            codes.clear();
            let Some(column) = column else {
                codes.resize(records.rows, ABSENT);
                continue;
            };
            let parts = &self.field_parts[field];
            values.begin();
            codes.reserve(records.rows);
            for row in 0..records.rows {
                codes.push(values.code(column.text(row), |value, store| {
                    self.rules.outcomes(field, value, |part, outcome| {
                        if let Some(position) = parts.iter().position(|known| *known == part) {
                            store(position, outcome);
                        }
                    });
                }));
            }
            for row in records.missing.get(field).copied().unwrap_or_default() {
                codes[*row as usize] = ABSENT;
            }
        }
    }

    /// The signatures of all rows and rules, one after another.
    fn join_rows(&self, rows: usize, worker: &mut TokenWorker, counts: &mut TokenCounts, batch: &mut TokenBatch) {
        worker.signatures.clear();
        worker.ends.clear();
        worker.counted.fill(0);
        for row in 0..rows {
            let mut invalid = false;
            for (rule, parts) in self.plan.iter().enumerate() {
                match worker.join(parts, row, counts, &mut invalid) {
                    Joined::Signature => {}
                    Joined::Blank => counts.blank[rule] += 1,
                    Joined::Dropped => {
                        counts.dropped[rule] += 1;
                        continue;
                    }
                }
                worker.ends.push(worker.signatures.len());
                batch.slots.push((row * self.plan.len() + rule) as u32);
            }
            counts.rows_invalid += u64::from(invalid);
        }
        counts.rows += rows as u64;
    }
}

impl TokenWorker {
    /// Appends the signature of a row for a rule; where there is none, nothing stays.
    fn join(&mut self, parts: &[(usize, usize)], row: usize, counts: &mut TokenCounts, invalid: &mut bool) -> Joined {
        let start = self.signatures.len();
        for &(field, position) in parts {
            let code = self.codes[field][row];
            let stored = if code == ABSENT { Stored::Failed } else { self.values[field].stored(code, position) };
            match stored {
                Stored::Text(text) => {
                    if self.signatures.len() > start {
                        self.signatures.push(b'|');
                    }
                    self.signatures.extend_from_slice(text);
                }
                Stored::Omitted => {}
                Stored::Invalid(reason) => {
                    *invalid = true;
                    if self.counted[field] != row as u32 + 1 {
                        self.counted[field] = row as u32 + 1;
                        counts.add_invalid(field, reason);
                    }
                    self.signatures.truncate(start);
                    return Joined::Blank;
                }
                Stored::Failed => {
                    self.signatures.truncate(start);
                    return Joined::Blank;
                }
                Stored::Dropped => {
                    self.signatures.truncate(start);
                    return Joined::Dropped;
                }
            }
        }
        if self.signatures.len() == start { Joined::Blank } else { Joined::Signature }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
