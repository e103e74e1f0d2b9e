//! Distinct texts of a column, each with its code, so that its dictionary tells no more than its values.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use hashbrown::HashTable;
use kintsu_core::hash_bytes;

use crate::error::GenerateError;

/// Texts that differ from one another. Codes are given in the order in which they come.
#[derive(Debug, Clone)]
pub(crate) struct DistinctTexts {
    bytes: Vec<u8>,
    ends: Vec<i32>,
    codes: HashTable<u32>,
}

impl Default for DistinctTexts {
    fn default() -> Self {
        Self { bytes: Vec::new(), ends: vec![0], codes: HashTable::new() }
    }
}

impl DistinctTexts {
    /// The code of a text, which is added where it is new.
    pub(crate) fn code(&mut self, text: &str) -> u32 {
        let Self { bytes, ends, codes } = self;
        let hash = |code: &u32| hash_bytes(text_of(bytes, ends, *code), 0);
        let is_it = |code: &u32| text_of(bytes, ends, *code) == text.as_bytes();
        let next = ends.len() as u32 - 1;
        let code = *codes.entry(hash_bytes(text.as_bytes(), 0), is_it, hash).or_insert(next).get();
        if code == next {
            bytes.extend_from_slice(text.as_bytes());
            ends.push(bytes.len() as i32);
        }
        code
    }

    /// The texts as the values of a column, by code.
    ///
    /// # Errors
    /// [`GenerateError::Defect`] when they are too long together.
    pub(crate) fn finish(self) -> Result<ArrayRef, GenerateError> {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.ends));
        Ok(Arc::new(StringArray::try_new(offsets, Buffer::from_vec(self.bytes), None)?))
    }
}

fn text_of<'a>(bytes: &'a [u8], ends: &[i32], code: u32) -> &'a [u8] {
    &bytes[ends[code as usize] as usize..ends[code as usize + 1] as usize]
}

/// What a column is made of: a list, in which texts may repeat.
#[derive(Debug)]
pub(crate) struct ListedTexts {
    pub(crate) texts: DistinctTexts,
    /// For each position of the list the code of its text.
    pub(crate) codes: Vec<u32>,
}

impl ListedTexts {
    pub(crate) fn new<'a>(list: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts = DistinctTexts::default();
        let codes = list.into_iter().map(|text| texts.code(text)).collect();
        Self { texts, codes }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use arrow_array::cast::AsArray;

    use super::*;

    #[test]
    fn a_text_has_one_code_however_often_it_comes() {
        let ListedTexts { mut texts, codes } = ListedTexts::new(["Aaron", "Ann", "", "Aaron"]);
        assert_eq!(codes, [0, 1, 2, 0]);
        assert_eq!([texts.code("Ann"), texts.code("An"), texts.code(""), texts.code("An")], [1, 3, 2, 3]);
        let many: Vec<u32> = (0..1000).map(|number| texts.code(&number.to_string())).collect();
        assert!(many.into_iter().eq(4..1004));
        let values = texts.finish().unwrap();
        let values: Vec<&str> = values.as_string::<i32>().iter().flatten().collect();
        assert_eq!((&values[..5], values.len()), (&["Aaron", "Ann", "", "An", "0"][..], 1004));
    }
}
