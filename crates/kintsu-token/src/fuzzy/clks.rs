//! Finished CLKs of many records.

use super::error::FuzzyError;
use super::filter::Filter;
use crate::hash::base64::{Dialect, decode, encode};

/// The number of set bits that stands for a record without a CLK.
const BLANK: u32 = u32::MAX;

/// CLKs of one length, in the order of their records. A record may have none: it is blank and matches nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clks {
    bits: usize,
    words: Vec<u64>,
    set: Vec<u32>,
}

impl Clks {
    /// No CLKs yet, of so many bits each.
    pub fn new(bits: usize) -> Self {
        Self { bits, words: Vec::new(), set: Vec::new() }
    }

    /// The bits of a CLK.
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// The number of records, blank ones among them.
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// The number of set bits of a record; none for a blank one.
    ///
    /// # Panics
    ///
    /// When there is no such record.
    pub fn set_bits(&self, record: usize) -> Option<u32> {
        Some(self.set[record]).filter(|set| *set != BLANK)
    }

    /// The bits of a record, the first in the highest bit of the first word, zeros at the end. All zero for a blank one.
    ///
    /// # Panics
    ///
    /// When there is no such record.
    pub fn words(&self, record: usize) -> &[u64] {
        let length = self.words_each();
        &self.words[record * length..][..length]
    }

    /// Appends the text of a record: base64 of its bits, as clkhash writes it; nothing for a blank one.
    ///
    /// # Panics
    ///
    /// When there is no such record.
    pub fn write_text(&self, record: usize, text: &mut Vec<u8>) {
        if self.set[record] == BLANK {
            return;
        }
        let mut bytes: Vec<u8> = self.words(record).iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.truncate(self.bits.div_ceil(8));
        encode(&bytes, text);
    }

    /// The text of a record.
    ///
    /// # Panics
    ///
    /// When there is no such record.
    pub fn text(&self, record: usize) -> String {
        let mut text = Vec::new();
        self.write_text(record, &mut text);
        text.into_iter().map(char::from).collect()
    }

    /// Adds a record from its text; an empty text is a blank one.
    ///
    /// # Errors
    ///
    /// [`FuzzyError::Text`] for what is no base64 of the right length.
    pub fn push_text(&mut self, text: &str) -> Result<(), FuzzyError> {
        if text.is_empty() {
            self.push_blank();
            return Ok(());
        }
        let wrong = || FuzzyError::Text { record: self.len(), bits: self.bits };
        let bytes = bytes_of(text, Dialect::Java).filter(|bytes| bytes.len() == self.bits.div_ceil(8));
        let bytes = bytes.ok_or_else(wrong)?;
        let unused = bytes.len() * 8 - self.bits;
        if bytes.last().is_some_and(|last| last.trailing_zeros() < unused as u32) {
            return Err(wrong());
        }
        let start = self.words.len();
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.words.push(u64::from_be_bytes(word));
        }
        self.set.push(count(&self.words[start..]));
        Ok(())
    }

    /// The bits that a CLK of this text has; none for text that is no base64. The length is that of a whole number of bytes.
    pub fn bits_of_text(text: &str) -> Option<usize> {
        bytes_of(text, Dialect::Java).map(|bytes| bytes.len() * 8).filter(|bits| *bits > 0)
    }

    /// The CLKs of some records, in the order in which they are named.
    ///
    /// # Panics
    ///
    /// When there is no such record.
    #[must_use]
    pub fn in_order(&self, records: &[u32]) -> Self {
        let words = records.iter().flat_map(|record| self.words(*record as usize)).copied().collect();
        let set = records.iter().map(|record| self.set[*record as usize]).collect();
        Self { bits: self.bits, words, set }
    }

    /// Adds a record without a CLK.
    pub fn push_blank(&mut self) {
        self.words.resize(self.words.len() + self.words_each(), 0);
        self.set.push(BLANK);
    }

    /// Adds the records of others, which have as many bits.
    pub(crate) fn append(&mut self, mut others: Self) {
        debug_assert_eq!(self.bits, others.bits);
        self.words.append(&mut others.words);
        self.set.append(&mut others.set);
    }

    pub(crate) fn push(&mut self, filter: &Filter) {
        debug_assert_eq!(self.bits, filter.bits());
        self.words.extend_from_slice(filter.words());
        self.set.push(count(filter.words()));
    }

    pub(crate) fn words_each(&self) -> usize {
        self.bits.div_ceil(64)
    }
}

/// The bytes of base64 text; none where the dialect refuses it.
pub(crate) fn bytes_of(text: &str, dialect: Dialect) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    decode(text.as_bytes(), dialect, &mut bytes)?;
    Some(bytes)
}

/// The number of set bits.
pub(crate) fn count(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        let mut filter = Filter::new(20);
        filter.set(0);
        filter.set(19);
        let mut clks = Clks::new(20);
        clks.push(&filter);
        clks.push_blank();
        assert_eq!((clks.text(0).as_str(), clks.text(1).as_str()), ("gAAQ", ""));
        let mut read = Clks::new(20);
        read.push_text("gAAQ").unwrap();
        read.push_text("").unwrap();
        assert_eq!(read, clks);
        assert_eq!((read.set_bits(0), read.set_bits(1)), (Some(2), None));
        let turned = read.in_order(&[1, 0, 0]);
        assert_eq!([0, 1, 2].map(|record| turned.text(record)), ["", "gAAQ", "gAAQ"]);
        for text in ["gAAR", "gAA=", "gAAQAA==", "?AAQ"] {
            assert!(read.push_text(text).is_err(), "{text}");
        }
        assert_eq!(read.len(), 2);
        assert_eq!(Clks::bits_of_text("gAAQ"), Some(24));
    }
}
