//! What the values of a field become, remembered by value where values repeat.
//!
//! Names, days and codes repeat so often that looking one up is cheaper than working it out again; numbers of persons do not.
//! Which of the two a field is shows once some ten thousand values were seen: a field of which most values are still new then is
//! not remembered for many batches.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::attribute::Invalid;
use crate::signature::Outcome;

/// Values that are remembered at most; with more, all are forgotten and remembering begins anew.
const REMEMBERED_MAX: usize = 1 << 16;
/// Bytes of values and of what they became that are remembered at most.
const REMEMBERED_BYTES_MAX: usize = 1 << 22;
/// Values that are looked up before a field is found not to repeat.
const ASKED_MIN: u32 = 3 << 14;
/// Batches for which a field that does not repeat is not remembered.
const BATCHES_WITHOUT: u32 = 1 << 10;

/// What a value became in one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored<'a> {
    /// This stands in the signature.
    Text(&'a [u8]),
    /// Nothing is left.
    Omitted,
    /// The value is invalid.
    Invalid(Invalid),
    /// No signature.
    Failed,
    /// No token.
    Dropped,
}

/// Where a text stands, or what there is instead.
#[derive(Debug, Clone, Copy)]
struct Entry {
    begin: u32,
    /// Its length, or a mark.
    length: u32,
}

const OMITTED: u32 = u32::MAX;
const FAILED: u32 = u32::MAX - 1;
const DROPPED: u32 = u32::MAX - 2;
/// `INVALID - n` is the reason `Invalid::ALL[n]`.
const INVALID: u32 = u32::MAX - 3;
const LENGTH_MAX: u32 = INVALID - Invalid::ALL.len() as u32;

/// The values of one field.
pub(super) struct FieldValues {
    /// How many parts the field has.
    parts: usize,
    /// For each code, its parts.
    entries: Vec<Entry>,
    texts: Vec<u8>,
    codes: HashTable<u32>,
    /// The remembered values, one after another, and where each code's value stands.
    keys: Vec<u8>,
    key_places: Vec<(u32, u32)>,
    null: Option<u32>,
    hasher: RandomState,
    /// Values looked up, and those of them that were new, in this batch.
    asked: u32,
    worked_out: u32,
    /// Values looked up since remembering began.
    asked_before: u32,
    /// For so many batches more nothing is remembered.
    without: u32,
}

impl FieldValues {
    pub(super) fn new(parts: usize) -> Self {
        Self {
            parts,
            entries: Vec::new(),
            texts: Vec::new(),
            codes: HashTable::new(),
            keys: Vec::new(),
            key_places: Vec::new(),
            null: None,
            hasher: RandomState::default(),
            asked: 0,
            worked_out: 0,
            asked_before: 0,
            without: 0,
        }
    }

    /// Begins a batch: codes of earlier ones hold no longer.
    pub(super) fn begin(&mut self) {
        self.asked_before = self.asked_before.saturating_add(self.asked);
        if self.without > 0 {
            self.without -= 1;
            self.forget();
        } else if self.asked_before >= ASKED_MIN && self.worked_out > self.asked / 2 {
            self.without = BATCHES_WITHOUT;
            self.forget();
        } else if self.key_places.len() > REMEMBERED_MAX || self.keys.len() + self.texts.len() > REMEMBERED_BYTES_MAX {
            self.forget();
        }
        (self.asked, self.worked_out) = (0, 0);
    }

    fn forget(&mut self) {
        self.entries.clear();
        self.texts.clear();
        self.codes.clear();
        self.keys.clear();
        self.key_places.clear();
        self.null = None;
        self.asked_before = 0;
    }

    /// The code of a value; `work_out` is called where it is not known, and is to store every part.
    pub(super) fn code(
        &mut self,
        value: Option<&str>,
        work_out: impl FnOnce(Option<&str>, &mut dyn FnMut(usize, Outcome<'_>)),
    ) -> u32 {
        let Some(text) = value else {
            let known = self.null.unwrap_or_else(|| self.store(None, work_out));
            self.null = Some(known);
            return known;
        };
        if self.without > 0 {
            return self.store(value, work_out);
        }
        self.asked += 1;
        let hash = self.hasher.hash_one(text.as_bytes());
        let (keys, places) = (&self.keys, &self.key_places);
        let known = self.codes.find(hash, |code| {
            let (begin, end) = places[*code as usize];
            &keys[begin as usize..end as usize] == text.as_bytes()
        });
        if let Some(code) = known {
            return *code;
        }
        self.worked_out += 1;
        let code = self.store(value, work_out);
        let begin = self.keys.len() as u32;
        self.keys.extend_from_slice(text.as_bytes());
        self.key_places.resize(code as usize, (0, 0));
        self.key_places.push((begin, self.keys.len() as u32));
        let (keys, places, hasher) = (&self.keys, &self.key_places, &self.hasher);
        self.codes.insert_unique(hash, code, |code| {
            let (begin, end) = places[*code as usize];
            hasher.hash_one(&keys[begin as usize..end as usize])
        });
        code
    }

    fn store(&mut self, value: Option<&str>, work_out: impl FnOnce(Option<&str>, &mut dyn FnMut(usize, Outcome<'_>))) -> u32 {
        let first = self.entries.len();
        self.entries.resize(first + self.parts, Entry { begin: 0, length: FAILED });
        let (entries, texts) = (&mut self.entries, &mut self.texts);
        work_out(value, &mut |position, outcome| {
            if let Some(entry) = entries.get_mut(first + position) {
                *entry = Entry::of(&outcome, texts);
            }
        });
        (first / self.parts.max(1)) as u32
    }

    /// What the value of a code became in one of the field's parts.
    pub(super) fn stored(&self, code: u32, position: usize) -> Stored<'_> {
        let Entry { begin, length } = self.entries[code as usize * self.parts + position];
        match length {
            OMITTED => Stored::Omitted,
            FAILED => Stored::Failed,
            DROPPED => Stored::Dropped,
            marked if marked > LENGTH_MAX => Stored::Invalid(Invalid::ALL[(INVALID - marked) as usize]),
            length => Stored::Text(&self.texts[begin as usize..(begin + length) as usize]),
        }
    }
}

impl Entry {
    fn of(outcome: &Outcome<'_>, texts: &mut Vec<u8>) -> Self {
        let length = match outcome {
            Outcome::Text(text) => {
                let begin = texts.len() as u32;
                texts.extend_from_slice(text.as_bytes());
                return Self { begin, length: text.len() as u32 };
            }
            Outcome::Omitted => OMITTED,
            Outcome::Invalid(reason) => {
                INVALID - Invalid::ALL.iter().position(|known| known == reason).unwrap_or_default() as u32
            }
            Outcome::Failed | Outcome::Absent => FAILED,
            Outcome::Dropped => DROPPED,
        };
        Self { begin: 0, length }
    }
}
