//! A list of texts that are drawn by their weights, in constant time, by an alias table (Walker 1977, as made by Vose 1991).
//!
//! The table is made of whole numbers, so that it is the same on every machine.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::error::GenerateError;

/// Texts with weights, each once. Codes tell the order in which they first stand in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightedList {
    text: String,
    /// Where each value ends, after a leading zero.
    ends: Vec<u32>,
    slots: Vec<Slot>,
}

/// A slot of the alias table: its own value below the threshold, another one from there on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    threshold: u64,
    alias: u32,
}

/// No list has more values than this, and no weight is larger: sums stay far from overflowing.
const MAXIMUM: u64 = 1 << 31;

impl WeightedList {
    /// Reads the list called `name` from the text of its file. A value without a weight has the weight 1; one that stands there
    /// several times has all its weights together.
    ///
    /// # Errors
    /// [`GenerateError::List`] for the first line that is wrong, or when all weights are 0.
    pub fn parse(name: &str, text: &str) -> Result<Self, GenerateError> {
        let wrong = |line, problem| GenerateError::List { name: name.to_owned(), line, problem };
        let mut values: Vec<(&str, u64)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (value, weight) = line.split_once('\t').unwrap_or((line, "1"));
            let weight = weight.trim().parse::<u64>().ok().filter(|weight| *weight < MAXIMUM);
            let weight = weight.ok_or_else(|| wrong(number as u64 + 1, "the weight is no whole number below 2147483648"))?;
            match places.entry(value.trim()) {
                Entry::Occupied(place) => values[*place.get()].1 += weight,
                Entry::Vacant(place) => {
                    place.insert(values.len());
                    values.push((value.trim(), weight));
                }
            }
        }
        if values.iter().all(|(_, weight)| *weight == 0) {
            return Err(wrong(0, "there is no value with a weight above 0"));
        }
        if values.len() as u64 >= MAXIMUM || text.len() as u64 >= MAXIMUM {
            return Err(wrong(0, "it is too long"));
        }
        Ok(Self::of(&values))
    }

    /// A list of values with weights, of which at least one is above 0.
    fn of(values: &[(&str, u64)]) -> Self {
        let mut text = String::new();
        let mut ends = vec![0];
        for (value, _) in values {
            text.push_str(value);
            ends.push(text.len() as u32);
        }
        let weights: Vec<u64> = values.iter().map(|(_, weight)| *weight).collect();
        Self { text, ends, slots: alias_table(&weights) }
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none; no list that was read is empty.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The value of `code`; nothing for a code that the list has not.
    #[inline]
    pub fn get(&self, code: u32) -> &str {
        match self.ends.get(code as usize..code as usize + 2) {
            Some(ends) => &self.text[ends[0] as usize..ends[1] as usize],
            None => "",
        }
    }

    /// Every value, by code.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|code| self.get(code))
    }

    /// The same list with every value changed; codes and weights stay.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let mut text = String::new();
        let mut ends = vec![0];
        for value in self.iter() {
            text.push_str(&change(value));
            ends.push(text.len() as u32);
        }
        Self { text, ends, slots: self.slots.clone() }
    }

    /// The code that 64 random bits draw, by the weights.
    #[inline(always)]
    pub fn draw(&self, bits: u64) -> u32 {
        let scaled = u128::from(bits) * self.slots.len() as u128;
        let position = (scaled >> 64) as usize;
        let slot = self.slots[position];
        if (scaled as u64) < slot.threshold { position as u32 } else { slot.alias }
    }

    /// The value that 64 random bits draw.
    #[inline(always)]
    pub fn pick(&self, bits: u64) -> &str {
        self.get(self.draw(bits))
    }
}

/// The alias table of `weights`; the part of a slot that is its own is told in 2^64ths.
fn alias_table(weights: &[u64]) -> Vec<Slot> {
    let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let count = weights.len() as u128;
    // Each weight times the count: what is below the total has room for another's share.
    let mut shares: Vec<u128> = weights.iter().map(|weight| u128::from(*weight) * count).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..weights.len()).partition(|position| shares[*position] < total);
    let mut slots: Vec<Slot> = (0..weights.len()).map(|position| Slot { threshold: u64::MAX, alias: position as u32 }).collect();
    while let (Some(poor), Some(rich)) = (small.pop(), large.last().copied()) {
        // A share is below 2^62 and the total not below it, so that the shift cannot overflow.
        slots[poor] = Slot { threshold: ((shares[poor] << 64) / total) as u64, alias: rich as u32 };
        shares[rich] -= total - shares[poor];
        if shares[rich] < total {
            large.pop();
            small.push(rich);
        }
    }
    slots
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kintsu_core::Stream;

    use super::*;

    #[test]
    fn values_are_drawn_by_their_weights() {
        let list = WeightedList::parse("t", "a\t1\nb\t2\nc\t0\nd\t5\ne\nf\t91\n").unwrap();
        let weights = [1.0, 2.0, 0.0, 5.0, 1.0, 91.0];
        let draws = 200_000;
        let mut counts = [0.0; 6];
        for number in 0..draws {
            counts[list.draw(Stream::new(1, "list").draws(number).at(0)) as usize] += 1.0;
        }
        for (count, weight) in counts.iter().zip(weights) {
            let (expected, probability) = (weight / 100.0 * draws as f64, weight / 100.0);
            assert!((count - expected).abs() <= 5.0 * (expected * (1.0 - probability)).sqrt(), "{count} of {weight}");
        }
        assert_eq!((list.get(3), list.get(6), list.pick(u64::MAX)), ("d", "", list.get(list.draw(u64::MAX))));
    }

    #[test]
    fn a_value_that_stands_there_again_adds_its_weight() {
        let again = WeightedList::parse("t", "a\t2\nb\n a \t1\n").unwrap();
        assert_eq!(again, WeightedList::parse("t", "a\t3\nb\t1\n").unwrap());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let told = |text| WeightedList::parse("t", text).unwrap_err().to_string();
        assert!(told("# a\nb\t1\nc\tx\n").contains("line 3"));
        assert!(told("a\t0\n").contains("no value"));
        assert!(told("\n# nothing\n").contains("no value"));
        assert!(told("a\t-1").contains("line 1"));
    }
}
