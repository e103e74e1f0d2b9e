//! Patterns: regular expressions as RE2 understands them, `LIKE` and `GLOB`.
//!
//! RE2 and the crate `regex` share their syntax but for a few points, which are translated: `\d`, `\w`, `\s` and `\b` are ASCII,
//! `\Q...\E` quotes, and inside a class `[`, `&&`, `--` and `~~` mean themselves. Neither knows look-around or back references.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

/// So large may a compiled pattern become, in bytes.
const PATTERN_BYTES_MAX: usize = 4 << 20;

/// A compiled regular expression with the options that are not part of it.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) regex: Arc<Regex>,
    /// Replace every match, not only the first.
    pub(crate) global: bool,
}

impl Pattern {
    /// Compiles `pattern`; none where it or an option is not valid. `whole` asks for the whole text.
    pub(crate) fn regexp(pattern: &str, options: &str, whole: bool) -> Option<Self> {
        let options = Options::parse(options)?;
        let translated = if options.literal { regex::escape(pattern) } else { translate(pattern) };
        let anchored = if whole { format!(r"\A(?:{translated})\z") } else { translated };
        let regex = build(&anchored, &options).ok()?;
        Some(Self { regex: Arc::new(regex), global: options.global })
    }

    /// Compiles a pattern with `*`, `?` and `[...]`; none where a class is not closed.
    pub(crate) fn glob(pattern: &str) -> Option<Self> {
        let mut translated = String::from(r"\A");
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            match c {
                '*' => translated.push_str("(?s:.)*"),
                '?' => translated.push_str("(?s:.)"),
                '\\' => translated.push_str(&regex::escape(&rest.next()?.to_string())),
                '[' => translated.push_str(&glob_class(&mut rest)?),
                other => translated.push_str(&regex::escape(&other.to_string())),
            }
        }
        translated.push_str(r"\z");
        let regex = build(&translated, &Options::default()).ok()?;
        Some(Self { regex: Arc::new(regex), global: false })
    }
}

/// Says what is wrong with a regular expression or its options.
///
/// # Errors
/// The words of the reason, without the pattern.
pub(crate) fn check_pattern(pattern: &str, options: &str) -> Result<(), String> {
    let Some(options) = Options::parse(options) else {
        return Err("the options are letters of `c`, `i`, `g`, `l`, `m`, `n`, `p` and `s`".to_owned());
    };
    if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| pattern.contains(look)) {
        return Err("look-ahead and look-behind are not supported".to_owned());
    }
    let translated = if options.literal { regex::escape(pattern) } else { translate(pattern) };
    match build(&translated, &options) {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => Err("the pattern is too large".to_owned()),
        Err(error) => {
            Err(error.to_string().lines().last().unwrap_or("not valid").trim().trim_start_matches("error: ").to_owned())
        }
    }
}

#[derive(Debug, Default)]
struct Options {
    ignore_case: bool,
    literal: bool,
    dot_matches_newline: bool,
    global: bool,
}

impl Options {
    fn parse(letters: &str) -> Option<Self> {
        let mut options = Self::default();
        for letter in letters.chars() {
            match letter {
                'c' => options.ignore_case = false,
                'i' => options.ignore_case = true,
                'l' => options.literal = true,
                'm' | 'n' | 'p' => options.dot_matches_newline = false,
                's' => options.dot_matches_newline = true,
                'g' => options.global = true,
                ' ' => {}
                _ => return None,
            }
        }
        Some(options)
    }
}

fn build(pattern: &str, options: &Options) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .case_insensitive(options.ignore_case)
        .dot_matches_new_line(options.dot_matches_newline)
        .size_limit(PATTERN_BYTES_MAX)
        .build()
}

/// RE2's syntax to that of the crate `regex`.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern.chars().peekable();
    // How far into a class: none outside, otherwise the number of characters since `[` or `[^`.
    let mut class: Option<usize> = None;
    while let Some(c) = rest.next() {
        match (c, class) {
            ('\\', _) => translate_escape(rest.next(), class.is_some(), &mut rest, &mut out),
            ('[', None) => {
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                class = Some(0);
                continue;
            }
            ('[', Some(_)) if rest.peek() == Some(&':') => out.push('['),
            ('[', Some(_)) => out.push_str(r"\["),
            (']', Some(0)) => out.push_str(r"\]"),
            (']', Some(_)) if out.ends_with(':') => {
                out.push(']');
                continue;
            }
            (']', Some(_)) => {
                out.push(']');
                class = None;
            }
            ('&' | '~', Some(_)) => out.extend(['\\', c]),
            ('-', Some(_)) if rest.peek() == Some(&'-') => out.push_str(r"\-"),
            _ => out.push(c),
        }
        class = class.map(|count| count + 1);
    }
    out
}

fn translate_escape(
    escaped: Option<char>,
    in_class: bool,
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    out: &mut String,
) {
    match escaped {
        Some('d') => out.push_str(if in_class { "0-9" } else { "[0-9]" }),
        Some('w') => out.push_str(if in_class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
        Some('s') => out.push_str(if in_class { r"\t\n\x0C\r " } else { r"[\t\n\x0C\r ]" }),
        Some('D') => out.push_str("[^0-9]"),
        Some('W') => out.push_str("[^0-9A-Za-z_]"),
        Some('S') => out.push_str(r"[^\t\n\x0C\r ]"),
        Some('b') if !in_class => out.push_str(r"(?-u:\b)"),
        Some('Q') => {
            let quoted: String = rest.by_ref().collect();
            let (literal, after) = quoted.split_once(r"\E").unwrap_or((&quoted, ""));
            out.push_str(&regex::escape(literal));
            out.push_str(&translate(after));
        }
        Some(other) => out.extend(['\\', other]),
        None => out.push('\\'),
    }
}

fn glob_class(rest: &mut std::str::Chars<'_>) -> Option<String> {
    let mut class = String::from("[");
    let mut first = true;
    loop {
        match rest.next()? {
            '!' | '^' if first && class.len() == 1 => {
                class.push('^');
                continue;
            }
            ']' if !first => break,
            '-' => class.push('-'),
            c => class.push_str(&regex::escape(&c.to_string())),
        }
        first = false;
    }
    class.push(']');
    Some(class)
}

/// A `LIKE` pattern.
#[derive(Debug, Clone)]
pub(crate) struct LikePattern {
    parts: Vec<LikePart>,
    ignore_case: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum LikePart {
    Any,
    One,
    Exactly(char),
}

impl LikePattern {
    /// Reads a pattern; `escape` is empty or one character. None where it ends with the escape or the escape is longer.
    pub(crate) fn new(pattern: &str, escape: &str, ignore_case: bool) -> Option<Self> {
        let mut escape_chars = escape.chars();
        let escape = escape_chars.next();
        if escape_chars.next().is_some() {
            return None;
        }
        let mut parts = Vec::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            parts.push(match c {
                c if Some(c) == escape => LikePart::Exactly(rest.next()?),
                '%' if parts.last() == Some(&LikePart::Any) => continue,
                '%' => LikePart::Any,
                '_' => LikePart::One,
                c => LikePart::Exactly(if ignore_case { super::text::lower_char(c) } else { c }),
            });
        }
        Some(Self { parts, ignore_case })
    }

    /// Whether the pattern covers the text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        // On a mismatch go back to the last `%` and let it take one character more: no worse than length times length.
        let (mut part, mut rest) = (0, text);
        let mut retry: Option<(usize, &str)> = None;
        loop {
            let mut characters = rest.chars();
            match (self.parts.get(part), characters.next()) {
                (Some(LikePart::Any), _) => {
                    part += 1;
                    retry = Some((part, rest));
                }
                (Some(LikePart::One), Some(_)) => (part, rest) = (part + 1, characters.as_str()),
                (Some(LikePart::Exactly(wanted)), Some(found)) if *wanted == self.folded(found) => {
                    (part, rest) = (part + 1, characters.as_str());
                }
                (None, None) => return true,
                _ => {
                    let Some((after, from)) = retry else { return false };
                    let mut from = from.chars();
                    if from.next().is_none() {
                        return false;
                    }
                    retry = Some((after, from.as_str()));
                    (part, rest) = (after, from.as_str());
                }
            }
        }
    }

    fn folded(&self, c: char) -> char {
        if self.ignore_case { super::text::lower_char(c) } else { c }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        LikePattern::new(pattern, "", false).unwrap().matches(text)
    }

    fn found(text: &str, pattern: &str) -> bool {
        Pattern::regexp(pattern, "", false).unwrap().regex.is_match(text)
    }

    #[test]
    fn like_takes_any_and_one() {
        assert!(like("abc", "a%"));
        assert!(like("abc", "%b%"));
        assert!(like("abc", "a_c"));
        assert!(like("é", "_"));
        assert!(like("", "%"));
        assert!(like("aab", "%ab"));
        assert!(!like("abc", "ab"));
        assert!(!like("abc", "_"));
        assert!(LikePattern::new(r"a\%", r"\", false).unwrap().matches("a%"));
        assert!(!LikePattern::new(r"a\%", r"\", false).unwrap().matches("ab"));
        assert!(LikePattern::new(r"a\", r"\", false).is_none());
        assert!(LikePattern::new("ÄB%", "", true).unwrap().matches("äbc"));
    }

    #[test]
    fn perl_classes_are_ascii() {
        assert!(!found("é", r"^\w$"));
        assert!(found("é", "^.$"));
        assert!(!found("٣", r"\d"));
        assert!(!found("a\nb", "a.b"));
        assert!(found("a-", r"^[\w-]+$"));
        assert!(found("[", "[[]"));
        assert!(found("&&", "^[&&]+$"));
        assert!(found("a.b", r"\Qa.b\E"));
        assert!(!found("axb", r"\Qa.b\E"));
        assert!(found("x]", "[]]"));
        assert!(found("b", "[[:alpha:]]"));
        assert!(!found("1", "[[:alpha:]]"));
    }

    #[test]
    fn options() {
        assert!(Pattern::regexp("a", "i", false).unwrap().regex.is_match("A"));
        assert!(Pattern::regexp("a.b", "s", false).unwrap().regex.is_match("a\nb"));
        assert!(Pattern::regexp("a.b", "l", false).unwrap().regex.is_match("a.b"));
        assert!(!Pattern::regexp("a.b", "l", false).unwrap().regex.is_match("axb"));
        assert!(Pattern::regexp("a", "z", false).is_none());
        assert!(!Pattern::regexp("a|ab", "", true).unwrap().regex.is_match("abc"));
        assert!(check_pattern("(?=a)", "").is_err());
        assert!(check_pattern(r"(a)\1", "").is_err());
        assert!(check_pattern("(a", "").is_err());
    }

    #[test]
    fn glob() {
        let matches = |text: &str, pattern: &str| Pattern::glob(pattern).unwrap().regex.is_match(text);
        assert!(matches("abc", "a*"));
        assert!(matches("abc", "a?c"));
        assert!(matches("abc", "[a-c]bc"));
        assert!(matches("abc", "[!x]bc"));
        assert!(!matches("abc", "ab"));
    }
}
