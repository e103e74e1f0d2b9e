//! The letter C, which sounds like K, S, X or nothing.

use super::DoubleMetaphone;
use super::word::Word;

/// See [`super::sound`].
pub(super) fn sound(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if germanic_ach(word, at) {
        codes.add("K");
        return 2;
    }
    if place == 0 && word.has(at, &["CAESAR"]) {
        codes.add("S");
        return 2;
    }
    if word.has(at, &["CH"]) {
        sound_ch(word, at, codes);
        return 2;
    }
    if word.has(at, &["CZ"]) && !word.has(at - 2, &["WICZ"]) {
        codes.add_both("S", "X");
        return 2;
    }
    if word.has(at + 1, &["CIA"]) {
        codes.add("X"); // focaccia
        return 3;
    }
    if word.has(at, &["CC"]) && !(place == 1 && word.letter(0) == b'M') {
        return sound_cc(word, at, codes);
    }
    sound_alone(word, at, codes)
}

/// Bacher, Macher, Achtung; not Bach's Rachel.
fn germanic_ach(word: &Word, at: isize) -> bool {
    at > 1
        && !word.has_vowel(at - 2)
        && word.has(at - 1, &["ACH"])
        && word.letter(at + 2) != b'I'
        && (word.letter(at + 2) != b'E' || word.has(at - 2, &["BACHER", "MACHER"]))
}

fn sound_ch(word: &Word, at: isize, codes: &mut DoubleMetaphone) {
    let greek_beginning =
        at == 0 && word.has(at + 1, &["HARAC", "HARIS", "HOR", "HYM", "HIA", "HEM"]) && !word.has(0, &["CHORE"]);
    if word.has(at, &["CHIA"]) {
        codes.add("K"); // chianti
    } else if at > 0 && word.has(at, &["CHAE"]) {
        codes.add_both("K", "X"); // Michael
    } else if greek_beginning || word.begins_germanic() || hard_ch(word, at) {
        codes.add("K");
    } else if at == 0 {
        codes.add("X");
    } else if word.has(0, &["MC"]) {
        codes.add("K"); // McHugh
    } else {
        codes.add_both("X", "K");
    }
}

/// Orchestra, architect, orchid; before T and S; between certain letters, as in Wachtler and Wechsler.
fn hard_ch(word: &Word, at: isize) -> bool {
    let after = at == 0 || matches!(word.letter(at - 1), b'A' | b'O' | b'U' | b'E');
    word.has(at - 2, &["ORCHES", "ARCHIT", "ORCHID"])
        || matches!(word.letter(at + 2), b'T' | b'S')
        || (after && matches!(word.letter(at + 2), b'L' | b'R' | b'N' | b'M' | b'B' | b'H' | b'F' | b'V' | b'W' | b' '))
}

fn sound_cc(word: &Word, at: isize, codes: &mut DoubleMetaphone) -> usize {
    if !matches!(word.letter(at + 2), b'I' | b'E' | b'H') || word.has(at + 2, &["HU"]) {
        codes.add("K");
        return 2;
    }
    let accident = (at == 1 && word.letter(0) == b'A') || word.has(at - 1, &["UCCEE", "UCCES"]);
    codes.add(if accident { "KS" } else { "X" });
    3
}

fn sound_alone(word: &Word, at: isize, codes: &mut DoubleMetaphone) -> usize {
    if word.has(at, &["CK", "CG", "CQ"]) {
        codes.add("K");
        return 2;
    }
    if word.has(at, &["CI", "CE", "CY"]) {
        // Italian against English.
        codes.add_both("S", if word.has(at, &["CIO", "CIE", "CIA"]) { "X" } else { "S" });
        return 2;
    }
    codes.add("K");
    if word.has(at + 1, &[" C", " Q", " G"]) {
        3 // Mac Caffrey, Mac Gregor
    } else if word.has(at + 1, &["C", "K", "Q"]) && !word.has(at + 1, &["CE", "CI"]) {
        2
    } else {
        1
    }
}
