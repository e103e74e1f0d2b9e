//! The text functions. Positions and lengths count characters (Unicode code points), as DuckDB counts them.

use std::borrow::Cow;
use std::ops::Range;

use super::cast::{text_to_integer, to_text};
use super::operand::Operand;
use super::raised::Raised;
use crate::function::Function;

/// So long may a text become by padding, repeating and replacing, in characters or bytes.
const LENGTH_MAX: usize = 1 << 16;

/// Computes a text function of values that are not null.
pub(crate) fn compute(function: Function, values: [Operand<'_>; 4], count: usize) -> Result<Operand<'_>, Raised> {
    use Function as F;
    let [first, second, third, _] = values;
    match function {
        F::Length => Ok(Operand::Integer(match first.list_length() {
            Some(length) => length as i64,
            None => character_count(&to_text(first)) as i64,
        })),
        F::Reverse if first.list_length().is_some() => super::list::reversed(&first).ok_or(Raised::Types),
        F::ConcatOrNull => concat_or_null(&first, &second),
        F::Pi => Ok(Operand::Double(std::f64::consts::PI)),
        F::Character => {
            Ok(Operand::from(u32::try_from(integer(&first)?).ok().and_then(char::from_u32).ok_or(Raised::Domain)?.to_string()))
        }
        _ => of_text(function, to_text(first), second, third, count),
    }
}

fn of_text<'a>(
    function: Function,
    text: Cow<'a, str>,
    second: Operand<'a>,
    third: Operand<'a>,
    count: usize,
) -> Result<Operand<'a>, Raised> {
    use Function as F;
    Ok(match function {
        F::Lower => mapped(text, lower_char),
        F::Upper => mapped(text, upper_char),
        F::InitialCapitals => Operand::from(initial_capitals(&text)),
        F::StripAccents => Operand::from(strip_accents(&text)),
        F::ByteLength => Operand::Integer(text.len() as i64),
        F::CodePoint => match text.chars().next() {
            Some(c) => Operand::Integer(i64::from(u32::from(c))),
            None if count > 1 => second,
            None => Operand::Integer(0),
        },
        F::Reverse => Operand::from(text.chars().rev().collect::<String>()),
        F::Substring | F::SubstringStandard => {
            let length = if count > 2 { Some(integer(&third)?) } else { None };
            let start = integer(&second)?;
            let range = if function == F::Substring {
                substring(&text, start, length)
            } else {
                standard_substring(&text, start, length)?
            };
            Operand::Text(slice(text, range))
        }
        F::Left => {
            let range = left(&text, integer(&second)?);
            Operand::Text(slice(text, range))
        }
        F::Right => {
            let range = right(&text, integer(&second)?);
            Operand::Text(slice(text, range))
        }
        F::Trim | F::TrimLeft | F::TrimRight => {
            let set = if count > 1 { to_text(second) } else { Cow::Borrowed(" ") };
            let range = trimmed(function, &text, &set);
            Operand::Text(slice(text, range))
        }
        F::Position => Operand::Integer(position(&text, &to_text(second))),
        F::StartsWith => text.starts_with(&*to_text(second)).into(),
        F::EndsWith => text.ends_with(&*to_text(second)).into(),
        F::Replace => Operand::from(replace(&text, &to_text(second), &to_text(third))?),
        F::Translate => Operand::from(translate(&text, &to_text(second), &to_text(third))),
        F::Repeat => Operand::from(repeat(&text, integer(&second)?)?),
        F::PadLeft | F::PadRight => {
            let padding = if count > 2 { to_text(third) } else { Cow::Borrowed(" ") };
            return padded(&text, integer(&second)?, &padding, function == F::PadLeft).map(Operand::from);
        }
        F::SplitPart => {
            let range = split_part(&text, &to_text(second), integer(&third)?);
            Operand::Text(slice(text, range))
        }
        F::Split => split(&text, &to_text(second)),
        _ => return Err(Raised::Types),
    })
}

/// `concat` and `concat_ws`: nulls are left out.
pub(crate) fn concat(function: Function, values: Vec<Operand<'_>>) -> Operand<'_> {
    let mut values = values.into_iter();
    let separator = if function == Function::ConcatWithSeparator {
        match values.next() {
            None | Some(Operand::Null) => return Operand::Null,
            Some(separator) => to_text(separator).into_owned(),
        }
    } else {
        String::new()
    };
    let parts: Vec<Cow<'_, str>> = values.filter(|value| !value.is_null()).map(to_text).collect();
    Operand::from(parts.join(&separator))
}

fn concat_or_null<'a>(a: &Operand<'a>, b: &Operand<'a>) -> Result<Operand<'a>, Raised> {
    match (a.list_items(), b.list_items()) {
        (Some(left), Some(right)) => Ok(Operand::items(left.chain(right).collect())),
        (None, None) => {
            let (left, right) = (to_text(a.clone()), to_text(b.clone()));
            Ok(Operand::from([&*left, &*right].concat()))
        }
        _ => Err(Raised::Types),
    }
}

/// Part of a text, borrowed when the text is.
pub(crate) fn slice(text: Cow<'_, str>, range: Range<usize>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or("")),
        Cow::Owned(text) if range == (0..text.len()) => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or("").to_owned()),
    }
}

/// The lower-case letter where there is exactly one, otherwise the character itself.
pub(crate) fn lower_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        // The only letter whose lower case is two characters: I with a dot.
        _ if c == 'İ' => 'i',
        _ => c,
    }
}

/// The upper-case letter where there is exactly one, otherwise the character itself.
fn upper_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ if c == 'ß' => 'ẞ',
        _ => c,
    }
}

fn mapped(text: Cow<'_, str>, map: fn(char) -> char) -> Operand<'_> {
    if text.chars().all(|c| map(c) == c) { Operand::Text(text) } else { Operand::from(text.chars().map(map).collect::<String>()) }
}

fn initial_capitals(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .map(|c| {
            let mapped = if inside { lower_char(c) } else { upper_char(c) };
            inside = c.is_alphanumeric();
            mapped
        })
        .collect()
}

/// Takes the accents from the letters of the Latin blocks.
fn strip_accents(text: &str) -> String {
    text.chars().map(base_letter).filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect()
}

fn base_letter(c: char) -> char {
    const BASES: [(&str, char); 36] = [
        ("ÀÁÂÃÄÅĀĂĄǍẠẢẤẦẨẪẬẮẰẲẴẶ", 'A'),
        ("àáâãäåāăąǎạảấầẩẫậắằẳẵặ", 'a'),
        ("ÇĆĈĊČ", 'C'),
        ("çćĉċč", 'c'),
        ("Ď", 'D'),
        ("ď", 'd'),
        ("ÈÉÊËĒĔĖĘĚẸẺẼẾỀỂỄỆ", 'E'),
        ("èéêëēĕėęěẹẻẽếềểễệ", 'e'),
        ("ĜĞĠĢ", 'G'),
        ("ĝğġģ", 'g'),
        ("Ĥ", 'H'),
        ("ĥ", 'h'),
        ("ÌÍÎÏĨĪĬĮİǏỈỊ", 'I'),
        ("ìíîïĩīĭįǐỉị", 'i'),
        ("Ĵ", 'J'),
        ("ĵ", 'j'),
        ("Ķ", 'K'),
        ("ķ", 'k'),
        ("ĹĻĽ", 'L'),
        ("ĺļľ", 'l'),
        ("ÑŃŅŇ", 'N'),
        ("ñńņň", 'n'),
        ("ÒÓÔÕÖŌŎŐƠǑỌỎỐỒỔỖỘỚỜỞỠỢ", 'O'),
        ("òóôõöōŏőơǒọỏốồổỗộớờởỡợ", 'o'),
        ("ŔŖŘ", 'R'),
        ("ŕŗř", 'r'),
        ("ŚŜŞŠȘ", 'S'),
        ("śŝşšș", 's'),
        ("ŢŤȚ", 'T'),
        ("ţťț", 't'),
        ("ÙÚÛÜŨŪŬŮŰŲƯǓỤỦỨỪỬỮỰ", 'U'),
        ("ùúûüũūŭůűųưǔụủứừửữự", 'u'),
        ("ÝŶŸỲỴỶỸ", 'Y'),
        ("ýÿŷỳỵỷỹ", 'y'),
        ("ŹŻŽ", 'Z'),
        ("źżž", 'z'),
    ];
    if c.is_ascii() {
        return c;
    }
    BASES.iter().find(|(accented, _)| accented.contains(c)).map_or(c, |(_, base)| *base)
}

fn character_count(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// The byte offset of the character at `index`, or the end.
fn offset(text: &str, index: usize) -> usize {
    if text.is_ascii() {
        return index.min(text.len());
    }
    text.char_indices().nth(index).map_or(text.len(), |(offset, _)| offset)
}

fn range(text: &str, from: i64, to: i64) -> Range<usize> {
    let (from, to) = (from.max(0) as usize, to.max(0) as usize);
    if to <= from {
        return 0..0;
    }
    let start = offset(text, from);
    let end = start + offset(text.get(start..).unwrap_or(""), to - from);
    start..end
}

/// DuckDB's: a negative start counts from the end, a start of 0 lies before the first character, a negative length goes back.
fn substring(text: &str, start: i64, length: Option<i64>) -> Range<usize> {
    let from = match start {
        1.. => start - 1,
        0 => -1,
        _ => (character_count(text) as i64).saturating_add(start),
    };
    match length {
        None => range(text, from, i64::MAX),
        Some(length) if length < 0 => range(text, from.saturating_add(length), from),
        Some(length) => range(text, from, from.saturating_add(length)),
    }
}

fn standard_substring(text: &str, start: i64, length: Option<i64>) -> Result<Range<usize>, Raised> {
    let from = start.saturating_sub(1);
    match length {
        None => Ok(range(text, from, i64::MAX)),
        Some(length) if length < 0 => Err(Raised::Domain),
        Some(length) => Ok(range(text, from, from.saturating_add(length))),
    }
}

fn left(text: &str, count: i64) -> Range<usize> {
    let count = if count < 0 { (character_count(text) as i64).saturating_add(count) } else { count };
    range(text, 0, count)
}

fn right(text: &str, count: i64) -> Range<usize> {
    let length = character_count(text) as i64;
    let from = if count < 0 { count.saturating_neg() } else { length.saturating_sub(count).max(0) };
    range(text, from, length)
}

fn trimmed(function: Function, text: &str, set: &str) -> Range<usize> {
    let in_set = |c: char| set.contains(c);
    let after_start = if function == Function::TrimRight { text } else { text.trim_start_matches(in_set) };
    let start = text.len() - after_start.len();
    let kept = if function == Function::TrimLeft { after_start } else { after_start.trim_end_matches(in_set) };
    start..start + kept.len()
}

fn position(text: &str, searched: &str) -> i64 {
    text.find(searched).map_or(0, |offset| character_count(text.get(..offset).unwrap_or("")) as i64 + 1)
}

fn replace(text: &str, from: &str, to: &str) -> Result<String, Raised> {
    if from.is_empty() {
        return Ok(text.to_owned());
    }
    let growth = to.len().saturating_sub(from.len());
    if growth > 0 && text.matches(from).count().saturating_mul(growth) > LENGTH_MAX {
        return Err(Raised::Overflow);
    }
    Ok(text.replace(from, to))
}

fn translate(text: &str, from: &str, to: &str) -> String {
    let to: Vec<char> = to.chars().collect();
    text.chars()
        .filter_map(|c| match from.chars().position(|candidate| candidate == c) {
            Some(index) => to.get(index).copied(),
            None => Some(c),
        })
        .collect()
}

fn repeat(text: &str, times: i64) -> Result<String, Raised> {
    let times = times.max(0) as usize;
    if text.len().saturating_mul(times) > LENGTH_MAX {
        return Err(Raised::Overflow);
    }
    Ok(text.repeat(times))
}

fn padded(text: &str, length: i64, padding: &str, at_start: bool) -> Result<String, Raised> {
    let length = length.max(0) as usize;
    let missing = length.saturating_sub(character_count(text));
    if missing == 0 {
        return Ok(text.get(..offset(text, length)).unwrap_or(text).to_owned());
    }
    if padding.is_empty() {
        return Err(Raised::Padding);
    }
    if missing > LENGTH_MAX {
        return Err(Raised::Overflow);
    }
    let filling: String = padding.chars().cycle().take(missing).collect();
    Ok(if at_start { filling + text } else { text.to_owned() + &filling })
}

fn split_part(text: &str, separator: &str, position: i64) -> Range<usize> {
    let parts: Vec<Range<usize>> = part_ranges(text, separator);
    let index = match position {
        0 => Some(0),
        1.. => usize::try_from(position - 1).ok(),
        _ => parts.len().checked_sub(position.unsigned_abs() as usize),
    };
    index.and_then(|index| parts.get(index).cloned()).unwrap_or(0..0)
}

/// With an empty separator every character is a part.
fn part_ranges(text: &str, separator: &str) -> Vec<Range<usize>> {
    if separator.is_empty() {
        return text.char_indices().map(|(start, c)| start..start + c.len_utf8()).collect();
    }
    let mut start = 0;
    let mut parts = Vec::new();
    for (found, _) in text.match_indices(separator) {
        parts.push(start..found);
        start = found + separator.len();
    }
    parts.push(start..text.len());
    parts
}

fn split<'a>(text: &str, separator: &str) -> Operand<'a> {
    Operand::items(part_ranges(text, separator).into_iter().map(|range| Operand::from(text[range].to_owned())).collect())
}

fn integer(value: &Operand<'_>) -> Result<i64, Raised> {
    match value {
        Operand::Integer(value) => Ok(*value),
        Operand::Decimal(value) => value.round(0).and_then(|value| i64::try_from(value.floor()).ok()).ok_or(Raised::Overflow),
        Operand::Double(value) => Ok(value.round_ties_even() as i64),
        Operand::Float(value) => Ok(value.round_ties_even() as i64),
        Operand::Text(text) => text_to_integer(text).ok_or(Raised::Conversion),
        _ => Err(Raised::Types),
    }
}
