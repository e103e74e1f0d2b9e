//! Patterns as Java 17's `java.util.regex` reads them.

use regex_syntax::hir::ClassUnicode;

use super::class::{java_property, known, negated, of_character, only};
use super::reader::{Atom, Quantifier, Reader, control, group, node, open_class, problem, quantifier, range};
use super::{Node, PatternProblem, Place};

/// The steps of a pattern.
pub(super) fn read(pattern: &str) -> Result<Vec<Node>, PatternProblem> {
    let mut reader = Reader::new(pattern);
    let mut nodes = Vec::new();
    while reader.peek().is_some() {
        if reader.take_if(r"\Q") {
            quoted(&mut reader, &mut nodes);
            continue;
        }
        let start = reader.offset;
        if reader.peek() == Some('{') {
            // A braced number that follows no character repeats nothing, so often.
            quantifier(&mut reader).ok_or(braces(start))?;
            continue;
        }
        let atom = atom(&mut reader)?;
        let quantifier = quantifier(&mut reader).unwrap_or(Quantifier::ONCE);
        nodes.extend(node(atom, &quantifier));
    }
    Ok(nodes)
}

const fn braces(offset: usize) -> PatternProblem {
    problem(offset, "the braces hold no number", r"write {3} to repeat, or \{ for the character")
}

/// Literal characters up to `\E` or the end; a quantifier belongs to the last.
fn quoted(reader: &mut Reader<'_>, nodes: &mut Vec<Node>) {
    let rest = reader.rest();
    let literal = rest.split_once(r"\E").map_or(rest, |(literal, _)| literal);
    reader.offset += literal.len() + if literal.len() < rest.len() { 2 } else { 0 };
    let mut characters = literal.chars().peekable();
    while let Some(character) = characters.next() {
        let last = characters.peek().is_none();
        let found = if last { quantifier(reader) } else { None };
        nodes.extend(node(Atom::Set(of_character(character)), &found.unwrap_or(Quantifier::ONCE)));
    }
}

fn atom(reader: &mut Reader<'_>) -> Result<Atom, PatternProblem> {
    let start = reader.offset;
    let single = |character: char| Ok(Atom::Set(of_character(character)));
    match reader.take() {
        Some('.') => Ok(Atom::Set(known(r"[^\n\r\x{85}\x{2028}\x{2029}]"))),
        Some('^') => Ok(Atom::Place(Place::Start)),
        Some('$') => Ok(Atom::Place(Place::JavaEnd)),
        Some('[') => class(reader, start).map(Atom::Set),
        Some('(' | ')') => Err(group(start)),
        Some('|') => {
            Err(problem(start, "alternatives cannot stand inside M(...)", r"write one pattern, or \| for the character"))
        }
        Some('*' | '+' | '?') => {
            Err(problem(start, "there is nothing to repeat", "put a character before it, or a backslash to mean the character"))
        }
        Some('\\') => match place(reader) {
            Some(place) => Ok(Atom::Place(place)),
            None => escape(reader, start).map(Atom::Set),
        },
        Some(character) => single(character),
        None => Err(problem(start, "the pattern ends", "write a character")),
    }
}

fn place(reader: &mut Reader<'_>) -> Option<Place> {
    let place = match reader.peek()? {
        'A' => Place::Start,
        'Z' => Place::JavaEnd,
        'z' => Place::VeryEnd,
        'G' => Place::LastMatch,
        'b' if !reader.rest().starts_with("b{g}") => Place::JavaBoundary,
        'B' => Place::JavaNoBoundary,
        _ => return None,
    };
    reader.take();
    Some(place)
}

/// What stands behind a backslash.
fn escape(reader: &mut Reader<'_>, start: usize) -> Result<ClassUnicode, PatternProblem> {
    let Some(character) = reader.take() else {
        return Err(problem(start, "a backslash ends the pattern", r"write \\ for the character"));
    };
    if let Some(class) = named_class(character) {
        return Ok(if character.is_ascii_uppercase() { negated(class) } else { class });
    }
    if let Some(character) = control(character) {
        return Ok(of_character(character));
    }
    let single = match character {
        'p' | 'P' => {
            let class = property(reader, start)?;
            return Ok(if character == 'P' { negated(class) } else { class });
        }
        'e' => '\x1B',
        '0' => octal(reader, start)?,
        'x' if reader.take_if("{") => {
            let digits = reader.take_while(8, |character| character.is_ascii_hexdigit());
            let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).filter(|_| reader.take_if("}"));
            code.ok_or(problem(start, "the escape names no character", r"write \x{1F600} with the code of the character"))?
        }
        'x' => reader.hexadecimal(2, start)?,
        'u' => reader.hexadecimal(4, start)?,
        'c' => {
            let control = reader.take().filter(char::is_ascii).map(|control| char::from(control as u8 ^ 64));
            control.ok_or(problem(start, "the escape names no control character", r"write \x and two hexadecimal digits"))?
        }
        '1'..='9' | 'k' => return Err(problem(start, "there is no group to refer to", r"write \x for a character by its code")),
        'R' | 'X' | 'N' | 'b' => {
            return Err(problem(
                start,
                "the escape stands for several characters and is not translated",
                "write a class of characters",
            ));
        }
        'A'..='Z' | 'a'..='z' => {
            return Err(problem(start, "Java knows no such escape", "leave the backslash out, or name another class"));
        }
        other => other,
    };
    Ok(of_character(single))
}

/// The class of a letter, upper-case ones not yet negated.
fn named_class(letter: char) -> Option<ClassUnicode> {
    Some(known(match letter {
        'd' | 'D' => "[0-9]",
        's' | 'S' => r"[ \t\n\x0B\f\r]",
        'w' | 'W' => "[0-9A-Z_a-z]",
        'h' | 'H' => r"[ \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]",
        'v' | 'V' => r"[\n\x0B\f\r\x{85}\x{2028}\x{2029}]",
        _ => return None,
    }))
}

fn property(reader: &mut Reader<'_>, start: usize) -> Result<ClassUnicode, PatternProblem> {
    let name = if reader.take_if("{") {
        let name = reader.take_while(usize::MAX, |character| character != '}');
        if !reader.take_if("}") {
            return Err(problem(start, "the property has no closing }", r"write it as \p{L}"));
        }
        name
    } else {
        reader.take_while(1, |_| true)
    };
    java_property(name).ok_or(problem(
        start,
        "the property is unknown or not translated",
        r"name a category such as \p{L} or \p{Lu}",
    ))
}

/// `\0` and one to three octal digits, up to 377.
fn octal(reader: &mut Reader<'_>, start: usize) -> Result<char, PatternProblem> {
    let most = if matches!(reader.peek(), Some('0'..='3')) { 3 } else { 2 };
    let digits = reader.take_while(most, |character| matches!(character, '0'..='7'));
    let code = u32::from_str_radix(digits, 8).ok().and_then(char::from_u32);
    code.ok_or(problem(start, "the octal escape has no digits", r"write \0 and one to three octal digits"))
}

/// A class behind its opening bracket: unions, nested classes, `&&`, and a complement over all of it.
fn class(reader: &mut Reader<'_>, start: usize) -> Result<ClassUnicode, PatternProblem> {
    let complement = reader.take_if("^");
    let mut whole: Option<ClassUnicode> = None;
    let mut current: Option<ClassUnicode> = None;
    loop {
        let item_start = reader.offset;
        if reader.take_if("&&") {
            if reader.take_while(usize::MAX, |character| character == '&').is_empty() {
                let Some(operand) = current.take() else { return Err(missing_operand(item_start)) };
                intersect(&mut whole, operand);
                continue;
            }
            return Err(missing_operand(item_start));
        }
        let item = match reader.take() {
            None => return Err(open_class(start)),
            Some(']') if current.is_some() => break,
            Some(']') if whole.is_some() => return Err(missing_operand(item_start)),
            Some('[') => {
                let nested = class(reader, item_start)?;
                current.get_or_insert_with(ClassUnicode::empty).union(&nested);
                continue;
            }
            Some('\\') if reader.take_if("Q") => {
                return Err(problem(item_start, r"\Q in a class is not translated", "write a backslash before each character"));
            }
            Some('\\') => escape(reader, item_start)?,
            Some(character) => of_character(character),
        };
        let item = if only(&item).is_some() && is_range(reader) { dashed(reader, &item, [item_start, start])? } else { item };
        current.get_or_insert_with(ClassUnicode::empty).union(&item);
    }
    let last = current.unwrap_or_else(ClassUnicode::empty);
    intersect(&mut whole, last);
    let class = whole.unwrap_or_else(ClassUnicode::empty);
    Ok(if complement { negated(class) } else { class })
}

const fn missing_operand(offset: usize) -> PatternProblem {
    problem(offset, "an intersection lacks one of its sides", r"write [a-z&&[^aeiou]], or \& for the character")
}

fn intersect(whole: &mut Option<ClassUnicode>, operand: ClassUnicode) {
    match whole {
        Some(class) => class.intersect(&operand),
        None => *whole = Some(operand),
    }
}

/// The range whose dash comes next.
fn dashed(reader: &mut Reader<'_>, low: &ClassUnicode, starts: [usize; 2]) -> Result<ClassUnicode, PatternProblem> {
    reader.take();
    range(reader, low, starts, escape)
}

/// A dash makes a range unless a class, or the end of this one, follows it.
fn is_range(reader: &Reader<'_>) -> bool {
    reader.rest().strip_prefix('-').is_some_and(|rest| !rest.starts_with(['[', ']']))
}
