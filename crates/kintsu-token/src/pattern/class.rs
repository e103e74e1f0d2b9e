//! Classes of characters that patterns name.
//!
//! Python 3.11 knows Unicode 14, Java 17 Unicode 13: characters assigned later are in no class of letters here either.

use std::sync::OnceLock;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use crate::character_set::{CharacterSet, unicode_class};

/// The class of some ranges.
pub(super) fn of_ranges(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|&(start, end)| ClassUnicodeRange::new(start, end)))
}

/// The class of one character.
pub(super) fn of_character(character: char) -> ClassUnicode {
    of_ranges(&[(character, character)])
}

/// The only character of a class.
pub(super) fn only(class: &ClassUnicode) -> Option<char> {
    match class.ranges() {
        [range] if range.start() == range.end() => Some(range.start()),
        _ => None,
    }
}

/// Every character that is not in the class.
pub(super) fn negated(mut class: ClassUnicode) -> ClassUnicode {
    class.negate();
    class
}

/// A class in the notation of the `regex` crate, which is known to be one.
pub(super) fn known(notation: &str) -> ClassUnicode {
    unicode_class(notation).unwrap_or_else(ClassUnicode::empty)
}

/// Python's `\d`.
pub(super) fn python_digit() -> ClassUnicode {
    known(r"[\p{Nd}&&\p{age=14.0}]")
}

/// Python's `\s`.
pub(super) fn python_space() -> ClassUnicode {
    known(r"[\x09-\x0D\x1C-\x20\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]")
}

/// Python's `\w`: letters and numbers of every script, without marks.
pub(super) fn python_word() -> ClassUnicode {
    known(r"[_[[\p{L}\p{N}]&&\p{age=14.0}]]")
}

/// Whether Python's `\b` takes the character for a part of a word.
pub(super) fn is_python_word(character: char) -> bool {
    static WORD: OnceLock<CharacterSet> = OnceLock::new();
    character == '_' || WORD.get_or_init(|| CharacterSet::of_unicode(r"[[\p{L}\p{N}]&&\p{age=14.0}]")).contains(character)
}

/// Whether Java's `\b` takes the character for a part of a word; its `\w` is narrower.
pub(super) fn is_java_word(character: char) -> bool {
    static WORD: OnceLock<CharacterSet> = OnceLock::new();
    character == '_' || WORD.get_or_init(|| CharacterSet::of_unicode(r"[[\p{L}\p{Nd}]&&\p{age=13.0}]")).contains(character)
}

/// Whether the character is a mark that takes up no width.
pub(super) fn is_width_less_mark(character: char) -> bool {
    static MARK: OnceLock<CharacterSet> = OnceLock::new();
    MARK.get_or_init(|| CharacterSet::of_unicode(r"[\p{Mn}&&\p{age=13.0}]")).contains(character)
}

/// Java's `\p{...}`: general categories, scripts, binary properties and the names of POSIX; none for others.
pub(super) fn java_property(name: &str) -> Option<ClassUnicode> {
    if let Some(ranges) = posix(name) {
        return Some(ranges);
    }
    let stripped = name.strip_prefix("Is").unwrap_or(name);
    let by_key = name.split_once('=').filter(|(key, _)| matches!(*key, "script" | "sc" | "general_category" | "gc"));
    let notation = match by_key {
        Some((key, value)) => format!(r"[\p{{{key}={value}}}&&\p{{age=13.0}}]"),
        None if is_category(stripped) || (name.starts_with("Is") && is_property(stripped)) => {
            format!(r"[\p{{{stripped}}}&&\p{{age=13.0}}]")
        }
        None if stripped == "LD" => r"[[\p{L}\p{Nd}]&&\p{age=13.0}]".to_owned(),
        None => return None,
    };
    unicode_class(&notation)
}

/// Categories with unassigned characters are left out: their members differ between versions of Unicode.
fn is_category(name: &str) -> bool {
    const NAMES: &str = "L Lu Ll Lt Lm Lo LC M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp Cc Cf Co";
    NAMES.split(' ').any(|known| known == name)
}

fn is_property(name: &str) -> bool {
    const NAMES: [&str; 8] = ["Alphabetic", "Ideographic", "Letter", "Lowercase", "Uppercase", "White_Space", "Latin", "Greek"];
    const SCRIPTS: [&str; 12] = [
        "Cyrillic",
        "Armenian",
        "Hebrew",
        "Arabic",
        "Devanagari",
        "Bengali",
        "Thai",
        "Hangul",
        "Hiragana",
        "Katakana",
        "Han",
        "Georgian",
    ];
    NAMES.contains(&name) || SCRIPTS.contains(&name)
}

fn posix(name: &str) -> Option<ClassUnicode> {
    let notation = match name {
        "Lower" => "[a-z]",
        "Upper" => "[A-Z]",
        "ASCII" => r"[\x00-\x7F]",
        "Alpha" => "[A-Za-z]",
        "Digit" => "[0-9]",
        "Alnum" => "[0-9A-Za-z]",
        "Punct" => r"[!-/:-@\[-`{-~]",
        "Graph" => "[!-~]",
        "Print" => "[ -~]",
        "Blank" => r"[ \t]",
        "Cntrl" => r"[\x00-\x1F\x7F]",
        "XDigit" => "[0-9A-Fa-f]",
        "Space" => r"[ \t\n\x0B\f\r]",
        "L1" => r"[\x00-\x{FF}]",
        _ => return None,
    };
    Some(known(notation))
}
