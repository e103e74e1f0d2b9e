//! A set of byte strings that numbers them in the order in which they come.
//!
//! The strings lie one after the other in one buffer, so nothing is allocated for a string of its own. The table that finds
//! them holds eight bytes a slot, half of the hash and the number, and is probed one slot after the other: a string that is
//! not there costs one cache miss.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

/// How many strings are hashed before the first of them is looked up, so that their slots are fetched side by side.
const BATCH: usize = 32;

/// The strings together would be longer than 2 GiB.
#[derive(Debug)]
pub(super) struct Overflow;

/// The set; see the module.
#[derive(Debug)]
pub(super) struct ByteInterner {
    /// Hash in the upper half, number plus one in the lower; 0 where empty.
    slots: Vec<u64>,
    bytes: Vec<u8>,
    /// Where each string ends in `bytes`, after a leading zero.
    offsets: Vec<i32>,
    /// The hash is keyed anew in each process: numbers do not depend on it, and nobody can prepare strings that collide.
    hasher: RandomState,
}

impl ByteInterner {
    pub(super) fn new() -> Self {
        Self { slots: vec![0; 1024], bytes: Vec::new(), offsets: vec![0], hasher: RandomState::default() }
    }

    /// How many strings there are.
    pub(super) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The bytes of all strings, and where each ends after a leading zero.
    pub(super) fn into_parts(self) -> (Vec<u8>, Vec<i32>) {
        (self.bytes, self.offsets)
    }

    /// The number of `value`.
    pub(super) fn intern(&mut self, value: &[u8]) -> Result<u32, Overflow> {
        let hash = self.hash(value);
        self.intern_hashed(value, hash)
    }

    /// Passes the number of each of `values` to `each`, in order.
    pub(super) fn intern_all<'a>(
        &mut self,
        mut values: impl Iterator<Item = &'a [u8]>,
        mut each: impl FnMut(u32),
    ) -> Result<(), Overflow> {
        let mut batch: [(&[u8], u32, u64); BATCH] = [(&[], 0, 0); BATCH];
        loop {
            let mut filled = 0;
            for (slot, value) in batch.iter_mut().zip(values.by_ref()) {
                let hash = self.hash(value);
                *slot = (value, hash, self.slots[hash as usize & (self.slots.len() - 1)]);
                filled += 1;
            }
            for &(value, hash, seen) in &batch[..filled] {
                // A slot that was taken stays as it is until the table grows, and that moves no number.
                let number = if (seen >> 32) as u32 == hash && seen != 0 && self.holds(seen as u32 - 1, value) {
                    seen as u32 - 1
                } else {
                    self.intern_hashed(value, hash)?
                };
                each(number);
            }
            if filled < BATCH {
                return Ok(());
            }
        }
    }

    fn hash(&self, value: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(value);
        (hash ^ (hash >> 32)) as u32
    }

    fn holds(&self, number: u32, value: &[u8]) -> bool {
        let start = self.offsets[number as usize] as usize;
        let end = self.offsets[number as usize + 1] as usize;
        &self.bytes[start..end] == value
    }

    fn intern_hashed(&mut self, value: &[u8], hash: u32) -> Result<u32, Overflow> {
        let mask = self.slots.len() - 1;
        let mut position = hash as usize & mask;
        loop {
            let slot = self.slots[position];
            if slot == 0 {
                return self.insert(value, hash, position);
            }
            if (slot >> 32) as u32 == hash && self.holds(slot as u32 - 1, value) {
                return Ok(slot as u32 - 1);
            }
            position = (position + 1) & mask;
        }
    }

    fn insert(&mut self, value: &[u8], hash: u32, position: usize) -> Result<u32, Overflow> {
        let end = i32::try_from(self.bytes.len() + value.len()).map_err(|_| Overflow)?;
        let number = self.len() as u32;
        self.bytes.extend_from_slice(value);
        self.offsets.push(end);
        self.slots[position] = (u64::from(hash) << 32) | u64::from(number + 1);
        if self.len() * 8 > self.slots.len() * 5 {
            self.grow();
        }
        Ok(number)
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for &slot in self.slots.iter().filter(|slot| **slot != 0) {
            let mut position = (slot >> 32) as usize & mask;
            while slots[position] != 0 {
                position = (position + 1) & mask;
            }
            slots[position] = slot;
        }
        self.slots = slots;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn numbers_follow_first_appearance() {
        let mut interner = ByteInterner::new();
        let mut naive: HashMap<Vec<u8>, u32> = HashMap::new();
        let values: Vec<Vec<u8>> = (0..50_000u64).map(|i| format!("{}", (i * i * 7919) % 20_011).into_bytes()).collect();
        let expected: Vec<u32> = values
            .iter()
            .map(|value| {
                let next = naive.len() as u32;
                *naive.entry(value.clone()).or_insert(next)
            })
            .collect();
        let mut numbers = Vec::new();
        interner.intern_all(values.iter().map(Vec::as_slice), |number| numbers.push(number)).unwrap();
        assert_eq!(numbers, expected);
        assert_eq!(interner.len(), naive.len());
        assert_eq!(interner.intern(&values[17]).unwrap(), expected[17]);
    }
}
