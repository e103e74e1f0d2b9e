//! The functions that take patterns.

use std::borrow::Cow;
use std::sync::Arc;

use regex::Regex;

use super::call::Prepared;
use super::cast::to_text;
use super::operand::Operand;
use super::pattern::{LikePattern, Pattern};
use super::raised::{Raised, Scratch};
use crate::function::Function;

/// Where a function takes its options.
pub(crate) const fn options_position(function: Function) -> usize {
    if matches!(function, Function::RegexpMatches | Function::RegexpFullMatch) { 2 } else { 3 }
}

/// Computes a function whose first two arguments are a text and a pattern; none of the values is null.
pub(crate) fn compute<'a>(
    function: Function,
    values: [Operand<'a>; 4],
    count: usize,
    prepared: &Prepared,
    scratch: &mut Scratch,
) -> Result<Operand<'a>, Raised> {
    let [subject, pattern, third, fourth] = values;
    let text = to_text(subject);
    if let Prepared::Like(like) = prepared {
        return Ok(like.matches(&text).into());
    }
    if matches!(function, Function::Like | Function::LikeIgnoringCase) {
        let escape = if count > 2 { to_text(third) } else { Cow::Borrowed("") };
        let like = LikePattern::new(&to_text(pattern), &escape, function == Function::LikeIgnoringCase).ok_or(Raised::Pattern)?;
        return Ok(like.matches(&text).into());
    }
    let compiled = match prepared {
        Prepared::Pattern(pattern) => pattern.clone(),
        _ => compiled(function, &to_text(pattern), if options_position(function) == 2 { &third } else { &fourth }, scratch)?,
    };
    apply(function, text, &compiled, third, count)
}

/// The pattern when it is not a constant, kept for the next time.
fn compiled(function: Function, pattern: &str, options: &Operand<'_>, scratch: &mut Scratch) -> Result<Pattern, Raised> {
    let options = if let Operand::Text(options) = options { &**options } else { "" };
    let key = format!("{function:?}\u{0}{options}\u{0}{pattern}");
    let compile = |_: &str| -> Option<Regex> {
        let compiled = if function == Function::Glob {
            Pattern::glob(pattern)?
        } else {
            Pattern::regexp(pattern, options, function == Function::RegexpFullMatch)?
        };
        Arc::into_inner(compiled.regex)
    };
    let regex = scratch.pattern(&key, compile).ok_or(Raised::Pattern)?;
    Ok(Pattern { regex, global: options.contains('g') })
}

fn apply<'a>(
    function: Function,
    text: Cow<'a, str>,
    pattern: &Pattern,
    third: Operand<'a>,
    count: usize,
) -> Result<Operand<'a>, Raised> {
    let group = if let Operand::Integer(group) = third { group } else { 0 };
    Ok(match function {
        Function::RegexpMatches | Function::RegexpFullMatch | Function::Glob => pattern.regex.is_match(&text).into(),
        Function::RegexpExtract => extract(text, &pattern.regex, group, true),
        Function::RegexpSubstring => {
            let group = i64::from(pattern.regex.captures_len() > 1);
            extract(text, &pattern.regex, group, false)
        }
        Function::RegexpExtractAll => extract_all(&text, &pattern.regex, group)?,
        Function::RegexpReplace if count > 2 => replace(&text, pattern, &to_text(third)),
        Function::RegexpSplit => Operand::items(pattern.regex.split(&text).map(|part| Operand::from(part.to_owned())).collect()),
        _ => return Err(Raised::Types),
    })
}

/// The first match of a group; without a match empty or null.
fn extract<'a>(text: Cow<'a, str>, regex: &Regex, group: i64, empty: bool) -> Operand<'a> {
    let missing = if empty { Operand::text("") } else { Operand::Null };
    let Ok(group) = usize::try_from(group) else { return missing };
    let range = if group == 0 {
        regex.find(&text).map(|found| found.range())
    } else {
        regex.captures(&text).and_then(|captures| captures.get(group).map(|found| found.range()))
    };
    range.map_or(missing, |range| Operand::Text(super::text::slice(text, range)))
}

fn extract_all<'a>(text: &str, regex: &Regex, group: i64) -> Result<Operand<'a>, Raised> {
    let group = usize::try_from(group).ok().filter(|group| *group < regex.captures_len()).ok_or(Raised::Pattern)?;
    let matched = |captures: regex::Captures<'_>| captures.get(group).map_or("", |found| found.as_str()).to_owned();
    Ok(Operand::items(regex.captures_iter(text).map(matched).map(Operand::from).collect()))
}

/// `\0` to `\9` in the replacement stand for the match and its groups.
fn replace<'a>(text: &str, pattern: &Pattern, replacement: &str) -> Operand<'a> {
    let template = escape_template(replacement);
    let limit = usize::from(!pattern.global);
    Operand::from(pattern.regex.replacen(text, limit, template.as_str()).into_owned())
}

fn escape_template(replacement: &str) -> String {
    let mut template = String::with_capacity(replacement.len());
    let mut rest = replacement.chars();
    while let Some(c) = rest.next() {
        match c {
            '$' => template.push_str("$$"),
            '\\' => match rest.next() {
                Some(digit) if digit.is_ascii_digit() => template.extend(["${", &digit.to_string(), "}"]),
                Some(other) => template.push(other),
                None => template.push('\\'),
            },
            other => template.push(other),
        }
    }
    template
}
