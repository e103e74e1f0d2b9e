//! A name as upper-case letters that can be looked at from anywhere.

/// Ç as one byte, in Latin-1.
pub(super) const C_CEDILLA: u8 = 0xC7;

/// Ñ as one byte, in Latin-1.
pub(super) const N_TILDE: u8 = 0xD1;

/// Stands for letters that have no sound here.
const SILENT: u8 = b'?';

/// The letters of a name; beyond both ends there are spaces.
pub(super) struct Word {
    letters: Vec<u8>,
    /// Whether the name looks Slavic or German.
    pub(super) slavo_germanic: bool,
}

impl Word {
    pub(super) fn new(name: &str) -> Self {
        let letters: Vec<u8> = name.trim().chars().map(letter).collect();
        let holds = |part: &[u8]| letters.windows(part.len()).any(|window| window == part);
        let slavo_germanic = holds(b"W") || holds(b"K") || holds(b"CZ") || holds(b"WITZ");
        Self { letters, slavo_germanic }
    }

    pub(super) fn length(&self) -> usize {
        self.letters.len()
    }

    /// Whether `place` is the last letter's.
    pub(super) fn ends_at(&self, place: usize) -> bool {
        place + 1 == self.letters.len()
    }

    /// The letter at a place; a space beyond the ends.
    pub(super) fn letter(&self, place: isize) -> u8 {
        usize::try_from(place).ok().and_then(|place| self.letters.get(place)).copied().unwrap_or(b' ')
    }

    /// Whether one of `parts` stands at a place. Nothing stands before the beginning; spaces follow the end.
    pub(super) fn has(&self, place: isize, parts: &[&str]) -> bool {
        let stands = |part: &str| part.bytes().enumerate().all(|(ahead, letter)| self.letter(place + ahead as isize) == letter);
        place >= 0 && parts.iter().any(|part| stands(part))
    }

    pub(super) fn has_vowel(&self, place: isize) -> bool {
        matches!(self.letter(place), b'A' | b'E' | b'I' | b'O' | b'U' | b'Y')
    }

    /// Whether the name begins as Dutch and German ones do.
    pub(super) fn begins_germanic(&self) -> bool {
        self.has(0, &["VAN ", "VON ", "SCH"])
    }
}

fn letter(character: char) -> u8 {
    match character {
        'ç' | 'Ç' => C_CEDILLA,
        'ñ' | 'Ñ' => N_TILDE,
        _ if character.is_ascii() => character.to_ascii_uppercase() as u8,
        _ => SILENT,
    }
}
