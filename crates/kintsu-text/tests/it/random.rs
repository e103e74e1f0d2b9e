//! Random values that are near one another: names, dates, e-mails, other scripts, typos, empty and long ones.

/// A generator of pseudo-random numbers (splitmix64): the same seed gives the same numbers everywhere.
pub(crate) struct Random(u64);

const SYLLABLES: [&str; 24] = [
    "an", "na", "mar", "tha", "son", "li", "zoë", "é", "ko", "wa", "ß", "ł", "李", "娜", "ol", "iv", "er", "ee", "mc", "o'", "-",
    "ان", "🙂", "e\u{301}",
];

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A place close to `i`, where values that come from the same seed stand.
    pub(crate) fn near(&mut self, i: usize, end: usize) -> usize {
        (i + self.below(7)).saturating_sub(3).min(end - 1)
    }

    /// Values, most of them typos of the one before.
    pub(crate) fn column(&mut self, size: usize) -> Vec<String> {
        let ascii = self.below(2) == 0;
        let mut values: Vec<String> = Vec::new();
        while values.len() < size {
            let value = match values.last() {
                Some(last) if self.below(5) > 0 => self.typo(last),
                _ => self.fresh(),
            };
            values.push(if ascii { value.chars().filter(char::is_ascii).collect() } else { value });
        }
        values
    }

    fn fresh(&mut self) -> String {
        match self.below(12) {
            0 => format!("{}-{:02}-{:02}", 1930 + self.below(80), 1 + self.below(12), 1 + self.below(28)),
            1 => format!("{}.{}{}@gmail.com", self.name(), self.name(), self.below(999)),
            2 => format!("{}{} {}{}", self.letter(), self.below(99), self.below(10), self.letter()),
            3 => (0..self.below(80)).map(|_| self.letter()).collect(),
            4 => (0..self.below(200)).map(|_| ['a', 'b'][self.below(2)]).collect(),
            5 => String::new(),
            6 => (0..55 + self.below(12)).map(|_| self.letter()).collect(),
            7 => (0..14 + self.below(5)).map(|_| ['x', 'y', '0'][self.below(3)]).collect(),
            8 => (0..30 + self.below(5)).map(|_| self.letter()).collect(),
            _ => self.name(),
        }
    }

    fn name(&mut self) -> String {
        (0..=self.below(4)).map(|_| SYLLABLES[self.below(SYLLABLES.len())]).collect()
    }

    fn letter(&mut self) -> char {
        let alphabet = if self.below(2) == 0 { "etaoin" } else { "abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789 .-@'" };
        char::from(alphabet.as_bytes()[self.below(alphabet.len())])
    }

    fn typo(&mut self, value: &str) -> String {
        let mut characters: Vec<char> = value.chars().collect();
        for _ in 0..self.below(4) {
            let place = self.below(characters.len() + 1);
            let letter = if self.below(20) == 0 { 'é' } else { self.letter() };
            match self.below(4) {
                0 => characters.insert(place, letter),
                1 if place < characters.len() => characters[place] = letter,
                2 if place < characters.len() => {
                    characters.remove(place);
                }
                3 if place + 1 < characters.len() => characters.swap(place, place + 1),
                _ => {}
            }
        }
        characters.into_iter().collect()
    }
}
