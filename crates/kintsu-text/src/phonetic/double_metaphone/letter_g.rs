//! The letter G, which sounds like K, J, F or nothing.

use super::DoubleMetaphone;
use super::word::Word;

/// See [`super::sound`].
pub(super) fn sound(word: &Word, place: usize, codes: &mut DoubleMetaphone) -> usize {
    let at = place as isize;
    if word.letter(at + 1) == b'H' {
        sound_gh(word, at, codes);
        return 2;
    }
    if word.letter(at + 1) == b'N' {
        sound_gn(word, at, codes);
        return 2;
    }
    if word.has(at + 1, &["LI"]) && !word.slavo_germanic {
        codes.add_both("KL", "L"); // Tagliaro
        return 2;
    }
    if soft_at_beginning(word, at) || soft_before_er(word, at) {
        codes.add_both("K", "J");
        return 2;
    }
    if word.has(at + 1, &["E", "I", "Y"]) || word.has(at - 1, &["AGGI", "OGGI"]) {
        sound_soft(word, at, codes);
        return 2;
    }
    codes.add("K");
    1 + usize::from(word.letter(at + 1) == b'G')
}

fn sound_gh(word: &Word, at: isize, codes: &mut DoubleMetaphone) {
    if at > 0 && !word.has_vowel(at - 1) {
        codes.add("K");
    } else if at == 0 {
        codes.add(if word.letter(2) == b'I' { "J" } else { "K" }); // Ghislane, ghoul
    } else if word.has(at - 2, &["B", "H", "D"]) || word.has(at - 3, &["B", "H", "D"]) || word.has(at - 4, &["B", "H"]) {
        // Hugh, bough, broughton
    } else if at > 2 && word.letter(at - 1) == b'U' && word.has(at - 3, &["C", "G", "L", "R", "T"]) {
        codes.add("F"); // laugh, McLaughlin, cough, gough, rough, tough
    } else if word.letter(at - 1) != b'I' {
        codes.add("K");
    }
}

fn sound_gn(word: &Word, at: isize, codes: &mut DoubleMetaphone) {
    if at == 1 && word.has_vowel(0) && !word.slavo_germanic {
        codes.add_both("KN", "N");
    } else if !word.has(at + 2, &["EY"]) && !word.slavo_germanic {
        codes.add_both("N", "KN"); // not Cagney
    } else {
        codes.add("KN");
    }
}

fn soft_at_beginning(word: &Word, at: isize) -> bool {
    at == 0 && word.has(1, &["Y", "ES", "EP", "EB", "EL", "EY", "IB", "IL", "IN", "IE", "EI", "ER"])
}

fn soft_before_er(word: &Word, at: isize) -> bool {
    word.has(at + 1, &["ER", "Y"])
        && !word.has(0, &["DANGER", "RANGER", "MANGER"])
        && !word.has(at - 1, &["E", "I"])
        && !word.has(at - 1, &["RGY", "OGY"])
}

fn sound_soft(word: &Word, at: isize, codes: &mut DoubleMetaphone) {
    if word.begins_germanic() || word.has(at + 1, &["ET"]) {
        codes.add("K");
    } else if word.has(at + 1, &["IER "]) {
        codes.add("J"); // French
    } else {
        codes.add_both("J", "K"); // Italian biaggi
    }
}
