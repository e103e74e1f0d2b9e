//! Consonants that sound like one thing or a few. Each function is as [`super::sound`].

use super::DoubleMetaphone;
use super::word::Word;

pub(super) fn sound_d(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if word.has(at, &["DGI", "DGE", "DGY"]) {
        codes.add("J"); // edge
        return 3;
    }
    if word.has(at, &["DG"]) {
        codes.add("TK"); // Edgar
        return 2;
    }
    codes.add("T");
    1 + usize::from(word.has(at + 1, &["T", "D"]))
}

pub(super) fn sound_h(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if (place == 0 || word.has_vowel(at - 1)) && word.has_vowel(at + 1) {
        codes.add("H");
        return 2;
    }
    1
}

pub(super) fn sound_j(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    let (jose, san) = (word.has(at, &["JOSE"]), word.has(0, &["SAN "]));
    if jose || san {
        let spanish = san || (place == 0 && word.letter(at + 4) == b' ');
        codes.add_both(if spanish { "H" } else { "J" }, "H");
        return 1;
    }
    if place == 0 {
        codes.add_both("J", "A"); // Yankelovich, Jankelowicz
    } else if word.has_vowel(at - 1) && !word.slavo_germanic && word.has(at + 1, &["A", "O"]) {
        codes.add_both("J", "H"); // Bajador
    } else if word.ends_at(place) {
        codes.add_both("J", "");
    } else if !word.has(at + 1, &["L", "T", "K", "S", "N", "M", "B", "Z"]) && !word.has(at - 1, &["S", "K", "L"]) {
        codes.add("J");
    }
    1 + usize::from(word.letter(at + 1) == b'J')
}

pub(super) fn sound_l(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if word.letter(at + 1) != b'L' {
        codes.add("L");
        return 1;
    }
    codes.add_both("L", if spanish_ll(word, at) { "" } else { "L" });
    2
}

/// Cabrillo, Gallegos.
fn spanish_ll(word: &Word, at: isize) -> bool {
    let last = word.length() as isize - 1;
    let spanish_end = word.has(last - 1, &["AS", "OS"]) || word.has(last, &["A", "O"]);
    (at == last - 2 && word.has(at - 1, &["ILLO", "ILLA", "ALLE"])) || (spanish_end && word.has(at - 1, &["ALLE"]))
}

pub(super) fn sound_m(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    codes.add("M");
    let silent_b = word.has(at - 1, &["UMB"]) && (word.ends_at(place + 1) || word.has(at + 2, &["ER"]));
    1 + usize::from(silent_b || word.letter(at + 1) == b'M')
}

pub(super) fn sound_p(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if word.letter(at + 1) == b'H' {
        codes.add("F");
        return 2;
    }
    codes.add("P");
    1 + usize::from(word.has(at + 1, &["P", "B"])) // Campbell
}

pub(super) fn sound_r(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    // French: Rogier, but not Hochmeier.
    let french = word.ends_at(place) && !word.slavo_germanic && word.has(at - 2, &["IE"]) && !word.has(at - 4, &["ME", "MA"]);
    codes.add_both(if french { "" } else { "R" }, "R");
    1 + usize::from(word.letter(at + 1) == b'R')
}

pub(super) fn sound_t(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if word.has(at, &["TION", "TIA", "TCH"]) {
        codes.add("X");
        return 3;
    }
    if word.has(at, &["TH", "TTH"]) {
        // Thomas, Thames, and German names.
        let hard = word.has(at + 2, &["OM", "AM"]) || word.begins_germanic();
        codes.add_both(if hard { "T" } else { "0" }, "T");
        return 2;
    }
    codes.add("T");
    1 + usize::from(word.has(at + 1, &["T", "D"]))
}

pub(super) fn sound_w(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if word.letter(at + 1) == b'R' {
        codes.add("R");
        return 2;
    }
    if place == 0 && word.has_vowel(1) {
        codes.add_both("A", "F"); // Wasserman as Vasserman
    } else if place == 0 && word.letter(1) == b'H' {
        codes.add("A"); // Uomo as Womo
    }
    let polish = word.has(at - 1, &["EWSKI", "EWSKY", "OWSKI", "OWSKY"]);
    if polish || (word.ends_at(place) && word.has_vowel(at - 1)) || word.has(0, &["SCH"]) {
        codes.add_both("", "F"); // Arnow as Arnoff
        return 1;
    }
    if word.has(at, &["WICZ", "WITZ"]) {
        codes.add_both("TS", "FX"); // Filipowicz
        return 4;
    }
    1
}

pub(super) fn sound_x(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if place == 0 {
        codes.add("S"); // Xavier
        return 1;
    }
    let french = word.ends_at(place) && (word.has(at - 3, &["IAU", "EAU"]) || word.has(at - 2, &["AU", "OU"]));
    if !french {
        codes.add("KS");
    }
    1 + usize::from(word.has(at + 1, &["C", "X"]))
}

pub(super) fn sound_z(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if word.letter(at + 1) == b'H' {
        codes.add("J"); // Zhao
        return 2;
    }
    let slavic = word.has(at + 1, &["ZO", "ZI", "ZA"]) || (word.slavo_germanic && place > 0 && word.letter(at - 1) != b'T');
    codes.add_both("S", if slavic { "TS" } else { "S" });
    1 + usize::from(word.letter(at + 1) == b'Z')
}
