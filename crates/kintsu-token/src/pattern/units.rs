//! A text as an engine counts it: by characters in Python, by UTF-16 units in Java.
//!
//! Java goes on one unit behind an empty match, which may lie between the halves of a surrogate pair, and sees the second half.

use crate::expression::LONE_SURROGATE;

/// The characters that begin at each position; at the second half of a pair stands a lone surrogate.
pub(super) struct Units {
    characters: Vec<char>,
    has_pairs: bool,
}

impl Units {
    pub(super) fn of_characters(text: &str) -> Self {
        Self { characters: text.chars().collect(), has_pairs: false }
    }

    pub(super) fn of_utf16(text: &str) -> Self {
        let mut units = Self::of_characters("");
        for character in text.chars() {
            units.characters.push(character);
            if is_pair(character) {
                units.characters.push(LONE_SURROGATE);
                units.has_pairs = true;
            }
        }
        units
    }

    pub(super) fn len(&self) -> usize {
        self.characters.len()
    }

    pub(super) fn rest(&self, position: usize) -> &[char] {
        &self.characters[position..]
    }

    /// The character at a position, and the position behind it.
    pub(super) fn after(&self, position: usize) -> Option<(char, usize)> {
        let character = *self.characters.get(position)?;
        Some((character, position + if self.has_pairs && is_pair(character) { 2 } else { 1 }))
    }

    /// The character before a position, and the position at which it begins.
    pub(super) fn before(&self, position: usize) -> Option<(char, usize)> {
        let last = position.checked_sub(1)?;
        let start = if self.splits_pair(last) { last - 1 } else { last };
        self.characters.get(start).map(|&character| (character, start))
    }

    /// Whether the position lies between the halves of a pair.
    pub(super) fn splits_pair(&self, position: usize) -> bool {
        self.has_pairs && position > 0 && self.characters.get(position - 1).is_some_and(|&first| is_pair(first))
    }

    /// Appends the characters from one position to another.
    pub(super) fn copy(&self, start: usize, end: usize, text: &mut String) {
        let mut position = start;
        while position < end
            && let Some((character, next)) = self.after(position)
        {
            text.push(character);
            position = next;
        }
    }
}

fn is_pair(character: char) -> bool {
    character.len_utf16() == 2 && character != LONE_SURROGATE
}
