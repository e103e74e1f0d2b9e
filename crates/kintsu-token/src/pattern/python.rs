//! Patterns as Python 3.11's `re` reads them.

use regex_syntax::hir::ClassUnicode;

use super::class::{negated, of_character, python_digit, python_space, python_word};
use super::reader::{Atom, Quantifier, Reader, control, group, node, open_class, problem, quantifier, range};
use super::{Node, PatternProblem, Place};

/// The steps of a pattern.
pub(super) fn read(pattern: &str) -> Result<Vec<Node>, PatternProblem> {
    let mut reader = Reader::new(pattern);
    let mut nodes = Vec::new();
    while reader.peek().is_some() {
        let start = reader.offset;
        let atom = atom(&mut reader)?;
        let quantifier_start = reader.offset;
        let quantifier = quantifier_of(&mut reader, &atom, quantifier_start)?;
        nodes.extend(node(atom, &quantifier));
        debug_assert!(reader.offset > start);
    }
    Ok(nodes)
}

fn quantifier_of(reader: &mut Reader<'_>, atom: &Atom, start: usize) -> Result<Quantifier, PatternProblem> {
    let Some(found) = quantifier(reader) else { return Ok(Quantifier::ONCE) };
    if matches!(atom, Atom::Place(_)) {
        return Err(problem(start, "there is nothing to repeat", "leave the quantifier out"));
    }
    let second = reader.offset;
    if quantifier(reader).is_some() {
        return Err(problem(second, "one quantifier follows another", "keep one of them"));
    }
    Ok(found)
}

fn atom(reader: &mut Reader<'_>) -> Result<Atom, PatternProblem> {
    let start = reader.offset;
    let single = |character: char| Ok(Atom::Set(of_character(character)));
    match reader.take() {
        Some('.') => Ok(Atom::Set(negated(of_character('\n')))),
        Some('^') => Ok(Atom::Place(Place::Start)),
        Some('$') => Ok(Atom::Place(Place::PythonEnd)),
        Some('[') => class(reader, start).map(Atom::Set),
        Some('(' | ')') => Err(group(start)),
        Some('|') => Err(problem(start, "alternatives cannot stand inside M(...)", r"write one pattern, or \| in a class")),
        Some('*' | '+' | '?') => {
            Err(problem(start, "there is nothing to repeat", r"put a character before it, or a backslash to mean the character"))
        }
        Some('{') => {
            reader.offset = start;
            let repeats = quantifier(reader).is_some();
            reader.offset = start + 1;
            if repeats {
                return Err(problem(start, "there is nothing to repeat", r"put a character before it, or write \{"));
            }
            single('{')
        }
        Some('\\') => match place(reader) {
            Some(place) => Ok(Atom::Place(place)),
            None => escape(reader, start, false).map(Atom::Set),
        },
        Some(character) => single(character),
        None => Err(problem(start, "the pattern ends", "write a character")),
    }
}

fn place(reader: &mut Reader<'_>) -> Option<Place> {
    let place = match reader.peek()? {
        'A' => Place::Start,
        'Z' => Place::VeryEnd,
        'b' => Place::PythonBoundary,
        'B' => Place::PythonNoBoundary,
        _ => return None,
    };
    reader.take();
    Some(place)
}

/// What stands behind a backslash.
fn escape(reader: &mut Reader<'_>, start: usize, in_class: bool) -> Result<ClassUnicode, PatternProblem> {
    let Some(character) = reader.take() else {
        return Err(problem(start, "a backslash ends the pattern", r"write \\ for the character"));
    };
    if let Some(character) = control(character) {
        return Ok(of_character(character));
    }
    let single = match character {
        'd' => return Ok(python_digit()),
        'D' => return Ok(negated(python_digit())),
        's' => return Ok(python_space()),
        'S' => return Ok(negated(python_space())),
        'w' => return Ok(python_word()),
        'W' => return Ok(negated(python_word())),
        'b' if in_class => '\x08',
        'v' => '\x0B',
        'x' => reader.hexadecimal(2, start)?,
        'u' => reader.hexadecimal(4, start)?,
        'U' => reader.hexadecimal(8, start)?,
        '0'..='9' => octal(reader, start, character, in_class)?,
        'N' => return Err(problem(start, r"\N is not translated", "write the character itself")),
        'A'..='Z' | 'a'..='z' => {
            return Err(problem(start, "Python knows no such escape", "leave the backslash out, or name another class"));
        }
        other => other,
    };
    Ok(of_character(single))
}

/// `\0`, `\07`, `\012`, `\141`: octal; other numbers mean groups, of which there are none.
fn octal(reader: &mut Reader<'_>, start: usize, first: char, in_class: bool) -> Result<char, PatternProblem> {
    let more = if first == '0' {
        reader.take_while(2, |character| matches!(character, '0'..='7'))
    } else {
        let ahead = reader.take_while(2, |character| matches!(character, '0'..='7'));
        if !(matches!(first, '1'..='3') || (in_class && first <= '7')) || (ahead.len() < 2 && !in_class) {
            return Err(problem(start, "there is no group to refer to", r"write \x and two hexadecimal digits for a character"));
        }
        ahead
    };
    let digits = format!("{first}{more}");
    let code = u32::from_str_radix(&digits, 8).ok().filter(|&code| code <= 0o377);
    code.and_then(char::from_u32).ok_or(problem(start, "the octal escape is too large", r"write \x and two hexadecimal digits"))
}

/// A class behind its opening bracket.
fn class(reader: &mut Reader<'_>, start: usize) -> Result<ClassUnicode, PatternProblem> {
    let complement = reader.take_if("^");
    let mut class = ClassUnicode::empty();
    let mut first = true;
    loop {
        let item_start = reader.offset;
        let item = match reader.take() {
            None => return Err(open_class(start)),
            Some(']') if !first => break,
            Some('\\') => escape(reader, item_start, true)?,
            Some(character) => of_character(character),
        };
        first = false;
        let range_follows = reader.rest().starts_with('-') && !reader.rest().starts_with("-]");
        if range_follows {
            reader.take();
            class.union(&range(reader, &item, [item_start, start], |reader, start| escape(reader, start, true))?);
        } else {
            class.union(&item);
        }
    }
    Ok(if complement { negated(class) } else { class })
}
