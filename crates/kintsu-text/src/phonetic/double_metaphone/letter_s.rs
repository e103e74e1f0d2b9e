//! The letter S, which sounds like S, X or nothing.

use super::DoubleMetaphone;
use super::word::Word;

/// See [`super::sound`].
pub(super) fn sound(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if word.has(at - 1, &["ISL", "YSL"]) {
        return 1; // island, Carlysle
    }
    if place == 0 && word.has(at, &["SUGAR"]) {
        codes.add_both("X", "S");
        return 1;
    }
    if word.has(at, &["SH"]) {
        codes.add(if word.has(at + 1, &["HEIM", "HOEK", "HOLM", "HOLZ"]) { "S" } else { "X" });
        return 2;
    }
    if word.has(at, &["SIO", "SIA"]) {
        codes.add_both("S", if word.slavo_germanic { "S" } else { "X" });
        return 3;
    }
    let before_z = word.letter(at + 1) == b'Z';
    if before_z || (place == 0 && word.has(1, &["M", "N", "L", "W"])) {
        codes.add_both("S", "X"); // Smith as Schmidt, Snider as Schneider
        return 1 + usize::from(before_z);
    }
    if word.has(at, &["SC"]) {
        sound_sc(word, at, codes);
        return 3;
    }
    let french = word.ends_at(place) && word.has(at - 2, &["AI", "OI"]);
    codes.add_both(if french { "" } else { "S" }, "S");
    1 + usize::from(word.has(at + 1, &["S", "Z"]))
}

fn sound_sc(word: &Word, at: isize, codes: &mut DoubleMetaphone) {
    if word.letter(at + 2) != b'H' {
        codes.add(if word.has(at + 2, &["I", "E", "Y"]) { "S" } else { "SK" });
    } else if word.has(at + 3, &["ER", "EN"]) {
        codes.add_both("X", "SK"); // Schermerhorn, Schenker
    } else if word.has(at + 3, &["OO", "UY", "ED", "EM"]) {
        codes.add("SK"); // Dutch: school, schooner
    } else if at == 0 && !word.has_vowel(3) && word.letter(3) != b'W' {
        codes.add_both("X", "S");
    } else {
        codes.add("X");
    }
}
