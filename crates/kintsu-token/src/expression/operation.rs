//! What each operator does to a value.

use std::borrow::Cow;

use super::substring::{LONE_SURROGATE, Window};
use super::{ExpressionError, date};
use crate::characters::{is_java, trim};
use crate::pattern::Pattern;
use crate::profile::Profile;

/// A part of an expression.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    Trim,
    Upper,
    Substring(Window),
    Replace {
        old: String,
        new: String,
    },
    Match(Box<Pattern>),
    Date,
    /// A mistake: fails for every value.
    Fail,
}

impl Operation {
    /// The value after the operation; `split` is set where half of a surrogate pair is left.
    pub(super) fn apply<'a>(&self, profile: Profile, text: &'a str, split: &mut bool) -> Result<Cow<'a, str>, ExpressionError> {
        match self {
            Self::Trim => Ok(Cow::Borrowed(trim(profile, text))),
            Self::Upper => Ok(upper(text)),
            Self::Substring(window) => window.cut(profile, text, split),
            Self::Replace { old, new } => Ok(replace(profile, text, old, new, split)),
            Self::Match(pattern) => {
                let matches = pattern.matches(text);
                *split |= is_java(profile) && !matches.is_ascii() && matches.contains(LONE_SURROGATE);
                Ok(matches)
            }
            Self::Date => date::check(profile, text),
            Self::Fail => Err(ExpressionError),
        }
    }
}

/// Upper case by Unicode's full mapping: `ß` becomes `SS`.
fn upper(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return Cow::Owned(text.to_ascii_uppercase());
        }
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.to_uppercase())
}

/// Replaces every occurrence; an empty `old` stands between all characters, in Java between all UTF-16 units.
fn replace<'a>(profile: Profile, text: &'a str, old: &str, new: &str, split: &mut bool) -> Cow<'a, str> {
    let splits =
        old.is_empty() && !new.is_empty() && is_java(profile) && text.chars().any(|character| character.len_utf16() == 2);
    if splits {
        *split = true;
        let halves = text.chars().flat_map(|character| {
            let pair = character.len_utf16() == 2 && character != LONE_SURROGATE;
            if pair { [Some(LONE_SURROGATE), Some(LONE_SURROGATE)] } else { [Some(character), None] }
        });
        let units: String = halves.flatten().collect();
        return Cow::Owned(units.replace("", new));
    }
    if !old.is_empty() && !text.contains(old) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(old, new))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ascii_is_upper_cased_as_any_text(text in "[ -~\\t\\n]{0,20}") {
            prop_assert_eq!(upper(&text).into_owned(), text.to_uppercase());
        }

        #[test]
        fn sets_of_characters_filter_as_they_match(text in "\\PC{0,20}", pattern in r"(\\d|\\w|\\s|\\S|\\D|[a-z]|\[a-f0-3]|\[\^a-f])[*+?]?") {
            for profile in Profile::ALL {
                if let Ok(pattern) = Pattern::new(&pattern, profile) {
                    prop_assert_eq!(pattern.matches(&text).into_owned(), pattern.matches_generally(&text));
                }
            }
        }
    }
}
