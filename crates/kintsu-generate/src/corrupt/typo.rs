//! Typing errors in a text. Every error changes the text, as long as it has two different characters or a letter.

use kintsu_core::{Draws, below};

use super::spec::TypoKind;

/// What lies beside each key of a keyboard with the letters in the order QWERTY.
const NEIGHBOURS: &[(char, &str)] = &[
    ('a', "qwsz"),
    ('b', "vghn"),
    ('c', "xdfv"),
    ('d', "serfcx"),
    ('e', "wsdr"),
    ('f', "drtgvc"),
    ('g', "ftyhbv"),
    ('h', "gyujnb"),
    ('i', "ujko"),
    ('j', "huikmn"),
    ('k', "jiolm"),
    ('l', "kop"),
    ('m', "njk"),
    ('n', "bhjm"),
    ('o', "iklp"),
    ('p', "ol"),
    ('q', "wa"),
    ('r', "edft"),
    ('s', "awedxz"),
    ('t', "rfgy"),
    ('u', "yhji"),
    ('v', "cfgb"),
    ('w', "qase"),
    ('x', "zsdc"),
    ('y', "tghu"),
    ('z', "asx"),
    ('0', "9"),
    ('1', "2"),
    ('2', "13"),
    ('3', "24"),
    ('4', "35"),
    ('5', "46"),
    ('6', "57"),
    ('7', "68"),
    ('8', "79"),
    ('9', "80"),
];

/// What machines that read take for one another, in both directions.
const LOOKALIKES: &[(&str, &str)] = &[
    ("rn", "m"),
    ("cl", "d"),
    ("l", "1"),
    ("o", "0"),
    ("s", "5"),
    ("b", "8"),
    ("vv", "w"),
    ("i", "l"),
    ("e", "c"),
    ("u", "v"),
    ("z", "2"),
    ("g", "9"),
];

/// What sounds alike, in both directions.
const SOUNDALIKES: &[(&str, &str)] = &[
    ("ph", "f"),
    ("ck", "k"),
    ("c", "k"),
    ("ee", "ea"),
    ("ie", "y"),
    ("i", "y"),
    ("ai", "ay"),
    ("ou", "ow"),
    ("s", "z"),
    ("nn", "n"),
    ("ll", "l"),
    ("tt", "t"),
    ("th", "t"),
    ("sch", "sh"),
    ("dt", "t"),
    ("v", "w"),
    ("e", "a"),
    ("o", "u"),
];

/// `text` with an error of the kind, or of another kind where it leaves room for none of that; none where no error can be made.
pub(super) fn misspell(text: &str, kind: TypoKind, draws: Draws) -> Option<(String, TypoKind)> {
    let made = |kind| with_error(text, kind, draws).filter(|changed| changed != text).map(|changed| (changed, kind));
    made(kind).or_else(|| [TypoKind::Keyboard, TypoKind::Insertion].into_iter().find_map(made))
}

fn with_error(text: &str, kind: TypoKind, draws: Draws) -> Option<String> {
    match kind {
        TypoKind::Keyboard => wrong_key(text, draws),
        TypoKind::Transposition => transposed(text, draws),
        TypoKind::Deletion => one_less(text, draws),
        TypoKind::Insertion => one_more(text, draws),
        TypoKind::Phonetic => replaced(text, SOUNDALIKES, draws),
        TypoKind::Ocr => replaced(text, LOOKALIKES, draws),
    }
}

/// A place drawn from those of `text` that are fit: the byte at which it begins.
fn place(text: &str, draws: Draws, fit: impl Fn(usize, char) -> bool) -> Option<(usize, char)> {
    let count = text.char_indices().filter(|(at, found)| fit(*at, *found)).count();
    text.char_indices().filter(|(at, found)| fit(*at, *found)).nth(below(draws.at(0), count as u64) as usize)
}

fn neighbours(of: char) -> Option<&'static str> {
    NEIGHBOURS.iter().find(|(key, _)| *key == of.to_ascii_lowercase()).map(|(_, neighbours)| *neighbours)
}

fn wrong_key(text: &str, draws: Draws) -> Option<String> {
    let (at, found) = place(text, draws, |_, found| neighbours(found).is_some())?;
    let keys = neighbours(found)?.as_bytes();
    let key = char::from(keys[below(draws.at(1), keys.len() as u64) as usize]);
    let key = if found.is_ascii_uppercase() { key.to_ascii_uppercase() } else { key };
    Some(spliced(text, at, found.len_utf8(), key.encode_utf8(&mut [0; 4])))
}

fn transposed(text: &str, draws: Draws) -> Option<String> {
    let next = |at: usize| text[at..].chars().nth(1);
    // The first letter stays, as people see to it.
    let (at, found) = place(text, draws, |at, found| at > 0 && next(at).is_some_and(|next| next != found))?;
    let next = next(at)?;
    Some(spliced(text, at, found.len_utf8() + next.len_utf8(), &format!("{next}{found}")))
}

fn one_less(text: &str, draws: Draws) -> Option<String> {
    let (at, found) = place(text, draws, |at, _| at > 0)?;
    Some(spliced(text, at, found.len_utf8(), ""))
}

fn one_more(text: &str, draws: Draws) -> Option<String> {
    let (at, found) = place(text, draws, |_, found| found.is_alphanumeric())?;
    Some(spliced(text, at, 0, &found.to_lowercase().to_string()))
}

/// One of the pairs, from a drawn one on, of which a side stands in the text, replaced by its other side.
fn replaced(text: &str, pairs: &[(&str, &str)], draws: Draws) -> Option<String> {
    let first = below(draws.at(0), pairs.len() as u64) as usize;
    let turned = draws.at(1) & 1 == 1;
    pairs[first..].iter().chain(&pairs[..first]).find_map(|&(left, right)| {
        let (one, other) = if turned { (right, left) } else { (left, right) };
        exchanged(text, one, other, draws).or_else(|| exchanged(text, other, one, draws))
    })
}

/// `text` with one of the places where `from` stands changed to `to`; a capital stays one.
fn exchanged(text: &str, from: &str, to: &str, draws: Draws) -> Option<String> {
    let stands = |at: usize| text.get(at..at + from.len()).is_some_and(|part| part.eq_ignore_ascii_case(from));
    let (at, found) = place(text, draws.part(1), |at, _| stands(at))?;
    let mut to = to.to_owned();
    if found.is_ascii_uppercase()
        && let Some(first) = to.get_mut(..1)
    {
        first.make_ascii_uppercase();
    }
    Some(spliced(text, at, from.len(), &to))
}

/// `text` with `removed` bytes from `at` on replaced by `inserted`.
fn spliced(text: &str, at: usize, removed: usize, inserted: &str) -> String {
    [&text[..at], inserted, &text[at + removed..]].concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kintsu_core::Stream;

    use super::super::spec::TypoSpec;
    use super::*;

    #[test]
    fn every_error_changes_the_text_and_little_of_it() {
        let stream = Stream::new(3, "typo");
        for text in ["Smith", "Anne-Marie", "Müller", "O", "aa", "12 Main Street", "555-0100", "Łódź", "Nguyễn"] {
            for (kind, _) in TypoSpec::default().weights() {
                for number in 0..200 {
                    let (changed, _) = misspell(text, kind, stream.draws(number)).unwrap();
                    assert_ne!(changed, text);
                    let distance = differing_characters(text, &changed);
                    assert!(distance <= 2, "{text} {changed} {kind:?}");
                }
            }
        }
        assert_eq!(misspell("", TypoKind::Ocr, stream.draws(0)), None);
    }

    /// How many characters differ after the common beginning and end are taken off.
    fn differing_characters(left: &str, right: &str) -> usize {
        let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
        let front = left.iter().zip(&right).take_while(|(one, other)| one == other).count();
        let room = left.len().min(right.len()) - front;
        let back = left.iter().rev().zip(right.iter().rev()).take(room).take_while(|(one, other)| one == other).count();
        left.len().max(right.len()) - front - back
    }

    #[test]
    fn errors_are_of_the_kind_that_was_asked_for() {
        let stream = Stream::new(3, "typo");
        for number in 0..300 {
            let (changed, kind) = misspell("Philip", TypoKind::Transposition, stream.draws(number)).unwrap();
            let mut letters: Vec<char> = changed.chars().collect();
            letters.sort_unstable();
            assert_eq!((letters.iter().collect::<String>().as_str(), kind), ("Phiilp", TypoKind::Transposition));
            assert!(changed.starts_with('P'));
            let (changed, _) = misspell("Smith", TypoKind::Deletion, stream.draws(number)).unwrap();
            assert_eq!(changed.len(), 4);
            let (changed, _) = misspell("Kern", TypoKind::Ocr, stream.draws(number)).unwrap();
            assert!(["Kem", "Kcrn"].contains(&changed.as_str()), "{changed}");
        }
    }
}
