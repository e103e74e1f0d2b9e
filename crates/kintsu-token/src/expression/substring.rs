//! The operator `S`: a window of characters in Python, of UTF-16 units in Java.

use std::borrow::Cow;

use super::ExpressionError;
use crate::characters::is_java;
use crate::profile::Profile;

/// Stands for half of a surrogate pair until the expression ends; it is a noncharacter, of which no text is made.
pub(crate) const LONE_SURROGATE: char = '\u{10FFFF}';

/// The window of `S(start,end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start: i64,
    pub(super) end: i64,
}

impl Window {
    /// The part of the text inside the window.
    pub(super) fn cut<'a>(self, profile: Profile, text: &'a str, split: &mut bool) -> Result<Cow<'a, str>, ExpressionError> {
        if is_java(profile) {
            if !text.is_ascii() {
                return self.cut_units(text, split);
            }
            let (start, end) = self.java_bounds(text.len()).ok_or(ExpressionError)?;
            return Ok(Cow::Borrowed(&text[start..end]));
        }
        Ok(Cow::Borrowed(if text.is_ascii() { self.cut_bytes(text) } else { self.cut_characters(text) }))
    }

    /// Python: a negative end counts from the end, and a window that is none is empty.
    fn python_bounds(self, length: usize) -> Option<(usize, usize)> {
        let length = length as i64;
        let start = self.start.max(0);
        let end = self.end.min(length);
        let end = if end < 0 { end.saturating_add(length).max(0) } else { end };
        (start < end).then_some((start as usize, end as usize))
    }

    /// Java: a window that is none raises.
    fn java_bounds(self, length: usize) -> Option<(usize, usize)> {
        let start = self.start.max(0);
        let end = self.end.min(length as i64);
        (start <= end).then_some((start as usize, end as usize))
    }

    fn cut_bytes(self, text: &str) -> &str {
        self.python_bounds(text.len()).map_or("", |(start, end)| &text[start..end])
    }

    fn cut_characters(self, text: &str) -> &str {
        let Some((start, end)) = self.python_bounds(text.chars().count()) else { return "" };
        let mut offsets = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
        let from = offsets.nth(start).unwrap_or(text.len());
        let to = offsets.nth(end - start - 1).unwrap_or(text.len());
        &text[from..to]
    }

    fn cut_units<'a>(self, text: &'a str, split: &mut bool) -> Result<Cow<'a, str>, ExpressionError> {
        let already_split = *split;
        let width = |character: char| if already_split && character == LONE_SURROGATE { 1 } else { character.len_utf16() };
        let (start, end) = self.java_bounds(text.chars().map(width).sum()).ok_or(ExpressionError)?;
        let mut kept = String::with_capacity(text.len());
        let mut position = 0;
        for character in text.chars() {
            let next = position + width(character);
            let inside = next.min(end).saturating_sub(position.max(start));
            if inside == next - position {
                kept.push(character);
            } else if inside > 0 {
                kept.push(LONE_SURROGATE);
                *split = true;
            }
            position = next;
        }
        Ok(Cow::Owned(kept))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_and_characters_agree_on_ascii(text in "[ -~]{0,12}", start in -20_i64..20, end in -20_i64..20) {
            let window = Window { start, end };
            prop_assert_eq!(window.cut_bytes(&text), window.cut_characters(&text));
            let by_units = window.cut_units(&text, &mut false).map(Cow::into_owned);
            let by_bytes = window.cut(Profile::OpenToken1Java, &text, &mut false).map(Cow::into_owned);
            prop_assert_eq!(by_units, by_bytes);
        }
    }
}
