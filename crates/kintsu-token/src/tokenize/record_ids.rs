//! The ids that stand beside tokens: those of the input as they are, and made-up ones where it has none.

use super::TextColumn;
use crate::hash::hex;
use crate::secret::{KeyError, random_bytes};

/// Bytes fetched from the operating system at a time: 64 ids.
const RANDOM_BYTES: usize = 1024;

/// Gives ids to records.
#[derive(Default)]
pub(super) struct RecordIds {
    random: Vec<u8>,
}

impl RecordIds {
    /// Appends the id of every row and where it ends. A null or empty one becomes a random UUID (version 4).
    pub(super) fn fill<Column: TextColumn>(
        &mut self,
        rows: usize,
        column: Option<&Column>,
        ids: &mut Vec<u8>,
        ends: &mut Vec<usize>,
    ) -> Result<(), KeyError> {
        for row in 0..rows {
            match column.and_then(|column| column.text(row)).filter(|id| !id.is_empty()) {
                Some(id) => ids.extend_from_slice(id.as_bytes()),
                None => ids.extend_from_slice(self.random_uuid()?.as_bytes()),
            }
            ends.push(ids.len());
        }
        Ok(())
    }

    fn random_uuid(&mut self) -> Result<String, KeyError> {
        if self.random.len() < 16 {
            self.random.resize(RANDOM_BYTES, 0);
            random_bytes(&mut self.random)?;
        }
        let mut bytes = self.random.split_off(self.random.len() - 16);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let digits = hex::text(&bytes);
        Ok([&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
    }
}
