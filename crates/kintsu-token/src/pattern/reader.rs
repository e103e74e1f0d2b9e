//! Reading a pattern character by character, and what both languages share: quantifiers.

use regex_syntax::hir::ClassUnicode;

use super::class::{of_character, of_ranges, only};
use super::{Mode, Node, PatternProblem, Place};
use crate::character_set::CharacterSet;

/// The characters of a pattern and how far they are read.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) offset: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, offset: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.offset += character.len_utf8();
        Some(character)
    }

    /// Takes a text if it comes next.
    pub(super) fn take_if(&mut self, text: &str) -> bool {
        let comes = self.rest().starts_with(text);
        if comes {
            self.offset += text.len();
        }
        comes
    }

    /// Takes characters as long as they fit, `most` at most.
    pub(super) fn take_while(&mut self, most: usize, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length: usize = rest.chars().take(most).take_while(|&character| fits(character)).map(char::len_utf8).sum();
        self.offset += length;
        &rest[..length]
    }

    /// Takes exactly `count` hexadecimal digits and gives the character that they name.
    pub(super) fn hexadecimal(&mut self, count: usize, start: usize) -> Result<char, PatternProblem> {
        let digits = self.take_while(count, |character| character.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == count);
        code.and_then(char::from_u32).ok_or(PatternProblem {
            offset: start,
            what: "the escape names no character",
            instead: "write the character itself, or all hexadecimal digits of its code",
        })
    }
}

/// The character that both languages write as a backslash and this letter.
pub(super) const fn control(letter: char) -> Option<char> {
    Some(match letter {
        'a' => '\x07',
        'f' => '\x0C',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    })
}

/// The range of a class from `low` to the character behind the dash, which is taken already. `start` is where the range begins and
/// `class_start` where the class does; `escape` reads what follows a backslash.
pub(super) fn range<'a>(
    reader: &mut Reader<'a>,
    low: &ClassUnicode,
    [start, class_start]: [usize; 2],
    escape: impl FnOnce(&mut Reader<'a>, usize) -> Result<ClassUnicode, PatternProblem>,
) -> Result<ClassUnicode, PatternProblem> {
    let high_start = reader.offset;
    let high = match reader.take() {
        None => return Err(open_class(class_start)),
        Some('\\') => escape(reader, high_start)?,
        Some(character) => of_character(character),
    };
    match (only(low), only(&high)) {
        (Some(low), Some(high)) if low <= high => Ok(of_ranges(&[(low, high)])),
        _ => Err(backward_range(start)),
    }
}

/// A set or a place, before its quantifier is known.
pub(super) enum Atom {
    Set(ClassUnicode),
    Place(Place),
}

/// How often, and how.
pub(super) struct Quantifier {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) mode: Mode,
}

impl Quantifier {
    pub(super) const ONCE: Self = Self { min: 1, max: 1, mode: Mode::Greedy };
}

/// The node of an atom and its quantifier; none where a place may be left out.
pub(super) fn node(atom: Atom, quantifier: &Quantifier) -> Option<Node> {
    match atom {
        Atom::Set(class) => {
            let Quantifier { min, max, mode } = *quantifier;
            Some(Node::Repeat { set: CharacterSet::of_class(&class), min, max, mode })
        }
        Atom::Place(place) => (quantifier.min > 0).then_some(Node::Place(place)),
    }
}

/// Takes `*`, `+`, `?` or a braced number, and what follows to make it lazy or possessive; none where no quantifier comes.
pub(super) fn quantifier(reader: &mut Reader<'_>) -> Option<Quantifier> {
    let (min, max) = match reader.peek()? {
        '*' => (0, usize::MAX),
        '+' => (1, usize::MAX),
        '?' => (0, 1),
        '{' => return braced(reader),
        _ => return None,
    };
    reader.take();
    Some(Quantifier { min, max, mode: mode(reader) })
}

fn braced(reader: &mut Reader<'_>) -> Option<Quantifier> {
    let inside = reader.rest().strip_prefix('{')?.split_once('}')?.0;
    if inside.is_empty() || !inside.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count = inside.parse().ok()?;
    reader.offset += inside.len() + 2;
    Some(Quantifier { min: count, max: count, mode: mode(reader) })
}

fn mode(reader: &mut Reader<'_>) -> Mode {
    if reader.take_if("?") {
        Mode::Lazy
    } else if reader.take_if("+") {
        Mode::Possessive
    } else {
        Mode::Greedy
    }
}

/// A problem at an offset.
pub(super) const fn problem(offset: usize, what: &'static str, instead: &'static str) -> PatternProblem {
    PatternProblem { offset, what, instead }
}

/// The problem of a bracket that opens a group.
pub(super) const fn group(offset: usize) -> PatternProblem {
    problem(offset, "a group cannot be closed inside M(...)", r"leave the brackets out, or write \( for the character")
}

/// The problem of a class that is not closed.
pub(super) const fn open_class(offset: usize) -> PatternProblem {
    problem(offset, "the class has no closing ]", r"close it with ], or write \[ for the character")
}

/// The problem of a range that runs backwards.
const fn backward_range(offset: usize) -> PatternProblem {
    problem(
        offset,
        "the range runs backwards or has a class at an end",
        r"write the smaller character first, or \- for the character",
    )
}
