//! What may be asked of text.

use regex::Regex;

use super::{FormatProblem, InvalidValue};

/// The case that text is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Upper,
    Lower,
    Mixed,
}

/// A check of text.
#[derive(Debug, Clone)]
pub(crate) enum TextCheck {
    /// Lengths count characters.
    Plain {
        case: Case,
        shortest: usize,
        longest: usize,
    },
    Pattern(Regex),
}

impl TextCheck {
    /// A pattern that the whole text has to match.
    pub(crate) fn pattern(pattern: &str) -> Result<Self, FormatProblem> {
        let whole = format!(r"\A(?:{})\z", translated(pattern));
        let regex = Regex::new(&whole).map_err(|error| FormatProblem {
            what: "is a regular expression that cannot be used".to_owned(),
            instead: match error {
                regex::Error::CompiledTooBig(_) => "write a shorter one".to_owned(),
                _ => "mend it; look-around and references back to groups are not known here".to_owned(),
            },
        })?;
        Ok(Self::Pattern(regex))
    }

    /// Checks a value.
    pub(crate) fn check(&self, value: &str) -> Result<(), InvalidValue> {
        match self {
            Self::Plain { case, shortest, longest } => {
                let length = if value.is_ascii() { value.len() } else { value.chars().count() };
                if length < *shortest || length > *longest {
                    return Err(InvalidValue::Length);
                }
                if case.has(value) { Ok(()) } else { Err(InvalidValue::Case) }
            }
            Self::Pattern(regex) => {
                if regex.is_match(value) {
                    Ok(())
                } else {
                    Err(InvalidValue::Pattern)
                }
            }
        }
    }
}

impl Case {
    fn has(self, value: &str) -> bool {
        match self {
            Self::Mixed => true,
            Self::Upper if value.is_ascii() => !value.bytes().any(|byte| byte.is_ascii_lowercase()),
            Self::Lower if value.is_ascii() => !value.bytes().any(|byte| byte.is_ascii_uppercase()),
            Self::Upper => value.to_uppercase() == value,
            Self::Lower => value.to_lowercase() == value,
        }
    }
}

/// The pattern of Python in the words of the `regex` crate: the very end of the text has another letter there.
fn translated(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        translated.push(character);
        if character == '\\' {
            match characters.next() {
                Some('Z') => translated.push('z'),
                Some(escaped) => translated.push(escaped),
                None => {}
            }
        }
    }
    translated
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn patterns_hold_for_the_whole_text() {
        let check = |pattern: &str, value: &str| TextCheck::pattern(pattern).unwrap().check(value).is_ok();
        assert!(check(r"a|bc", "bc") && !check(r"a|bc", "abc") && !check("a", "a\n"));
        assert!(check(r"\d+\Z", "12") && check(r"[\\Z]", "Z") && check("(?P<year>[0-9]{4})", "1999"));
        assert!(TextCheck::pattern("(?<=a)b").is_err() && TextCheck::pattern("(").is_err());
    }

    #[test]
    fn lengths_count_characters_and_cases_are_those_of_all_letters() {
        let plain = |case| TextCheck::Plain { case, shortest: 2, longest: 3 };
        assert_eq!(plain(Case::Mixed).check("é"), Err(InvalidValue::Length));
        assert_eq!(plain(Case::Mixed).check("éàü"), Ok(()));
        assert_eq!(plain(Case::Upper).check("ÉÀ"), Ok(()));
        assert_eq!(plain(Case::Upper).check("Éà"), Err(InvalidValue::Case));
        assert_eq!(plain(Case::Upper).check("ßA"), Err(InvalidValue::Case));
        assert_eq!(plain(Case::Lower).check("a1"), Ok(()));
        assert_eq!(plain(Case::Lower).check("A1"), Err(InvalidValue::Case));
    }
}
