//! Reading expressions as each profile does, and saying what is wrong with them.
//!
//! Python matches the start of a part and ignores the rest, and takes an operator by its exact letter; Java wants the whole part
//! and looks at the first letter only, so `Trim` is `T` there.

use super::ExpressionProblem;
use super::operation::Operation;
use super::substring::Window;
use crate::characters::{decimal_digit, is_blank, is_java, is_python_space, is_space, trim};
use crate::pattern::Pattern;
use crate::profile::Profile;

/// The operations of an expression, and what is wrong with it.
pub(super) fn read(text: &str, profile: Profile) -> (Vec<Operation>, Vec<ExpressionProblem>) {
    let mut operations = Vec::new();
    let mut problems = Vec::new();
    if is_blank(profile, text) {
        return (operations, problems);
    }
    let mut offset = 0;
    for part in parts(text, profile) {
        let mut reader = PartReader { profile, part, offset, problems: &mut problems };
        operations.push(reader.read().unwrap_or(Operation::Fail));
        offset += part.len() + 1;
    }
    (operations, problems)
}

/// The texts between bars; Java leaves out empty ones at the end.
fn parts(text: &str, profile: Profile) -> Vec<&str> {
    let mut parts: Vec<&str> = text.split('|').collect();
    while is_java(profile) && parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    parts
}

struct PartReader<'a> {
    profile: Profile,
    part: &'a str,
    /// Where the part begins in the expression.
    offset: usize,
    problems: &'a mut Vec<ExpressionProblem>,
}

impl<'a> PartReader<'a> {
    /// The operation; none after a problem was noted.
    fn read(&mut self) -> Option<Operation> {
        let part = self.part.trim_start_matches(|character| is_space(self.profile, character));
        let start = self.part.len() - part.len();
        let name_length = part.find([' ', '(']).unwrap_or(part.len());
        let (name, rest) = part.split_at(name_length);
        if name.is_empty() {
            return self.problem(
                0,
                "there is no operator between the bars",
                "write T, U, D, S(from,to), R('old','new') or M(pattern)",
            );
        }
        let (arguments, ignored) = split_arguments(rest, start + name_length);
        if !ignored.is_empty() {
            let at = self.part.len() - ignored.len();
            if is_java(self.profile) {
                return self.problem(at, "the operator ends before this text", "remove it, or write | before the next operator");
            }
            if !is_blank(self.profile, ignored) {
                self.note(at, "this text would be ignored", "remove it, or write | before the next operator");
            }
        }
        let operator = self.operator(name);
        match operator {
            Some('T') => Some(Operation::Trim),
            Some('U') => Some(Operation::Upper),
            Some('D') => Some(Operation::Date),
            Some(operator @ ('S' | 'R' | 'M')) => self.with_arguments(operator, start, arguments),
            _ => self.problem(
                start,
                format!("there is no operator `{name}`"),
                "write T, U, D, S(from,to), R('old','new') or M(pattern)",
            ),
        }
    }

    fn operator(&self, name: &str) -> Option<char> {
        let mut upper = name.chars().flat_map(char::to_uppercase);
        let first = upper.next();
        if !is_java(self.profile) && upper.next().is_some() { None } else { first }
    }

    fn with_arguments(&mut self, operator: char, start: usize, arguments: Option<(&'a str, usize)>) -> Option<Operation> {
        let how = match operator {
            'S' => "write S(from,to), such as S(0,3)",
            'R' => "write R('old','new')",
            _ => r"write M(pattern), such as M(\d+)",
        };
        let Some((inside, inside_start)) = arguments else {
            return self.problem(start, format!("the operator {operator} lacks its arguments"), how);
        };
        let trimmed = trim(self.profile, inside);
        let inside_start = inside_start + inside.find(trimmed).unwrap_or(0);
        let mut list: Vec<&str> = trimmed.split(',').collect();
        while is_java(self.profile) && !trimmed.is_empty() && list.last().is_some_and(|argument| argument.is_empty()) {
            list.pop();
        }
        match (operator, list.as_slice()) {
            ('S', [from, to]) => self.window(from, to, inside_start),
            ('R', [old, new]) => self.replacement(old, new, inside_start),
            ('M', [pattern]) => self.pattern(pattern, inside_start),
            ('M', _) => {
                self.problem(inside_start, "a pattern cannot hold a comma", "write {3} or repeat the class; {2,3} does not work")
            }
            _ => self.problem(start, format!("the operator {operator} takes two arguments, not {}", list.len()), how),
        }
    }

    fn window(&mut self, from: &str, to: &str, start: usize) -> Option<Operation> {
        let to_start = start + from.len() + 1;
        let window = (self.integer(from, start), self.integer(to, to_start));
        let (Some(start_of_window), Some(end)) = window else { return None };
        if is_java(self.profile) && (end < 0 || start_of_window > end) {
            return self.problem(to_start, "the window ends before it begins", "write the position behind the last character");
        }
        Some(Operation::Substring(Window { start: start_of_window, end }))
    }

    /// Python forgives spaces and underscores; Java takes 32 bits.
    fn integer(&mut self, text: &str, start: usize) -> Option<i64> {
        let read = if is_java(self.profile) { java_integer(text) } else { python_integer(text) };
        if read.is_none() {
            self.note(start, "this is not a whole number", "write a position such as 0 or 3, without spaces");
        }
        read
    }

    fn replacement(&mut self, old: &str, new: &str, start: usize) -> Option<Operation> {
        let old = self.unquoted(old, start);
        let new = self.unquoted(new, start + self.part[start..].find(',').map_or(0, |comma| comma + 1));
        Some(Operation::Replace { old: old?, new: new? })
    }

    /// Without its first and last character, which are quotes by custom.
    fn unquoted(&mut self, text: &str, start: usize) -> Option<String> {
        let length = if is_java(self.profile) { text.encode_utf16().count() } else { text.chars().count() };
        if length < 2 {
            self.note(start, "this is not a text in quotes", "write it in quotes, such as 'a'");
            return None;
        }
        let mut inner = text.chars();
        inner.next();
        inner.next_back();
        Some(inner.as_str().to_owned())
    }

    fn pattern(&mut self, pattern: &str, start: usize) -> Option<Operation> {
        match Pattern::new(pattern, self.profile) {
            Ok(pattern) => Some(Operation::Match(Box::new(pattern))),
            Err(problem) => self.problem(start + problem.offset, problem.what, problem.instead),
        }
    }

    fn problem(&mut self, offset: usize, what: impl Into<String>, instead: impl Into<String>) -> Option<Operation> {
        self.note(offset, what, instead);
        None
    }

    fn note(&mut self, offset: usize, what: impl Into<String>, instead: impl Into<String>) {
        self.problems.push(ExpressionProblem { offset: self.offset + offset, what: what.into(), instead: instead.into() });
    }
}

/// What stands between the brackets, with its place in the part, and what follows.
fn split_arguments(rest: &str, start: usize) -> (Option<(&str, usize)>, &str) {
    let Some(inside) = rest.strip_prefix('(') else { return (None, rest) };
    match inside.split_once(')') {
        Some((arguments, after)) if !arguments.is_empty() => (Some((arguments, start + 1)), after),
        _ => (None, rest),
    }
}

fn java_integer(text: &str) -> Option<i64> {
    let (negative, digits) = signed(text);
    let mut number = 0_i64;
    for character in digits.chars() {
        number = (number * 10 + i64::from(decimal_digit(character)?)).min(i64::from(u32::MAX));
    }
    let number = if negative { -number } else { number };
    (!digits.is_empty() && i32::try_from(number).is_ok()).then_some(number)
}

/// Single underscores may stand between digits; numbers beyond all lengths are as good as the largest.
fn python_integer(text: &str) -> Option<i64> {
    // Python's `int` leaves the separators that `strip` takes.
    let trimmed = text.trim_matches(|character| is_python_space(character) && !matches!(character, '\u{1C}'..='\u{1F}'));
    let (negative, digits) = signed(trimmed);
    let mut number = 0_i64;
    let mut after_digit = false;
    for character in digits.chars() {
        if character == '_' && after_digit {
            after_digit = false;
            continue;
        }
        number = number.saturating_mul(10).saturating_add(i64::from(decimal_digit(character)?));
        after_digit = true;
    }
    after_digit.then(|| if negative { -number } else { number })
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}
