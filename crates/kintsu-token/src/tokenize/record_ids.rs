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
        let bytes = self.random.split_off(self.random.len() - 16);
        Ok(uuid(&bytes, 4))
    }
}

/// The id of a row that has none, made by counting: the same for the same salt, partition and row, and of no others. It is a UUID
/// (version 8) of a keyed hash, so that it tells neither the salt nor the place to those who do not have the salt.
pub fn counted_record_id(salt: &[u8], partition: u64, row: u64) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, salt);
    let mut place = [0; 16];
    place[..8].copy_from_slice(&partition.to_be_bytes());
    place[8..].copy_from_slice(&row.to_be_bytes());
    uuid(ring::hmac::sign(&key, &place).as_ref(), 8)
}

/// The first 16 of some bytes as a UUID of a version.
fn uuid(bytes: &[u8], version: u8) -> String {
    let mut own = [0; 16];
    own.copy_from_slice(&bytes[..16]);
    own[6] = own[6] & 0x0f | version << 4;
    own[8] = own[8] & 0x3f | 0x80;
    let digits = hex::text(&own);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn counted_ids_are_uuids_that_depend_on_salt_partition_and_row_alone() {
        let id = counted_record_id(b"salt", 3, 5);
        assert_eq!(id, counted_record_id(b"salt", 3, 5));
        assert_eq!((id.len(), &id[14..15]), (36, "8"));
        let mut ids: HashSet<String> =
            (0..100).flat_map(|row| [0, 1].map(|part| counted_record_id(b"salt", part, row))).collect();
        ids.insert(counted_record_id(b"other", 0, 0));
        assert_eq!(ids.len(), 201);
    }
}
