//! Sets of characters: a bitmap for ASCII, sorted ranges for the rest.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// A set of characters with fast membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CharacterSet {
    ascii: u128,
    ranges: Vec<(char, char)>,
}

impl CharacterSet {
    /// The set of a class in the notation of the `regex` crate; an unknown class is empty.
    pub(crate) fn of_unicode(class: &str) -> Self {
        Self::of_class(&unicode_class(class).unwrap_or_else(ClassUnicode::empty))
    }

    /// The set of a class.
    pub(crate) fn of_class(class: &ClassUnicode) -> Self {
        let ranges: Vec<(char, char)> = class.ranges().iter().map(|range| (range.start(), range.end())).collect();
        let ascii = (0..128_u8).filter(|&byte| in_ranges(&ranges, byte as char)).fold(0, |set, byte| set | (1 << byte));
        Self { ascii, ranges }
    }

    /// Whether the set holds the character.
    #[inline]
    pub(crate) fn contains(&self, character: char) -> bool {
        let code = character as u32;
        if code < 128 { self.ascii >> code & 1 == 1 } else { in_ranges(&self.ranges, character) }
    }

    /// Whether the set holds the byte, one of ASCII.
    #[inline]
    pub(crate) fn contains_ascii(&self, byte: u8) -> bool {
        self.ascii >> (byte & 127) & 1 == 1
    }
}

fn in_ranges(ranges: &[(char, char)], character: char) -> bool {
    let after = ranges.partition_point(|&(start, _)| start <= character);
    after > 0 && character <= ranges[after - 1].1
}

/// The class that a notation of the `regex` crate names; none where it names none.
pub(crate) fn unicode_class(class: &str) -> Option<ClassUnicode> {
    match regex_syntax::parse(class).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        HirKind::Literal(literal) => {
            let character = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            Some(ClassUnicode::new([ClassUnicodeRange::new(character, character)]))
        }
        _ => None,
    }
}
