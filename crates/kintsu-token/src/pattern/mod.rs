//! Regular expressions of the operator `M`, with the meaning that Python's or Java's engine gives them.
//!
//! Commas, bars and closing brackets end the argument of `M`, so a pattern has no groups, no alternatives and no `{m,n}`: it is a
//! sequence of sets of characters, each with a quantifier, and of places such as `^` and `\b`. A general engine would not do:
//! after an empty match Python looks for a longer one at the same place, Java goes on at the next, and both know possessive
//! quantifiers.

mod class;
mod engine;
mod java;
mod python;
mod reader;
mod units;

use std::borrow::Cow;

use crate::character_set::CharacterSet;
use crate::characters::is_java;
use crate::profile::Profile;

/// A mistake in a pattern, or something that has no translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatternProblem {
    /// Bytes from the start of the pattern.
    pub(crate) offset: usize,
    /// What is wrong.
    pub(crate) what: &'static str,
    /// What to write instead.
    pub(crate) instead: &'static str,
}

/// A pattern ready to match.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    nodes: Vec<Node>,
    java: bool,
    /// The set of a pattern of one set and a greedy quantifier, whose matches are simply all characters of the set.
    filter: Option<CharacterSet>,
}

/// A step of a pattern.
#[derive(Debug, Clone)]
enum Node {
    /// Characters of a set, so many times.
    Repeat { set: CharacterSet, min: usize, max: usize, mode: Mode },
    /// A place between characters.
    Place(Place),
}

/// How a quantifier chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Greedy,
    Lazy,
    Possessive,
}

/// A place that takes up no characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    /// The end, or before a last line feed.
    PythonEnd,
    /// The end, or before a last line end.
    JavaEnd,
    VeryEnd,
    /// Where the match before ended.
    LastMatch,
    PythonBoundary,
    PythonNoBoundary,
    JavaBoundary,
    JavaNoBoundary,
}

impl Pattern {
    /// Reads a pattern as the profile's language does.
    pub(crate) fn new(pattern: &str, profile: Profile) -> Result<Self, PatternProblem> {
        let java = is_java(profile);
        let nodes = if java { java::read(pattern)? } else { python::read(pattern)? };
        let filter = match nodes.as_slice() {
            [Node::Repeat { set, min: 0 | 1, max, mode: Mode::Greedy | Mode::Possessive }] if *max >= 1 => Some(set.clone()),
            _ => None,
        };
        Ok(Self { nodes, java, filter })
    }

    /// All matches, one after the other.
    pub(crate) fn matches<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.filter {
            Some(set) if !self.java || text.chars().all(|character| character.len_utf16() == 1) => filtered(set, text),
            _ => Cow::Owned(engine::matches(self, text)),
        }
    }

    /// All matches by the general engine.
    #[cfg(test)]
    pub(crate) fn matches_generally(&self, text: &str) -> String {
        engine::matches(self, text)
    }
}

/// The characters of the set, in order.
fn filtered<'a>(set: &CharacterSet, text: &'a str) -> Cow<'a, str> {
    if text.is_ascii() {
        let bytes = text.as_bytes();
        if bytes.iter().all(|&byte| set.contains_ascii(byte)) {
            return Cow::Borrowed(text);
        }
        let mut kept = String::with_capacity(text.len());
        kept.extend(bytes.iter().filter(|&&byte| set.contains_ascii(byte)).map(|&byte| char::from(byte)));
        return Cow::Owned(kept);
    }
    Cow::Owned(text.chars().filter(|&character| set.contains(character)).collect())
}
