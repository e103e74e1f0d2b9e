//! How sources vary what they hold of a customer: the rules of the reference, in its order.

use kintsu_core::{Chance, Draws, below};

/// What may be written for a name, wherever it stands in a full name.
const NAME_RULES: [(&str, &str); 10] = [
    ("John", "Jon"),
    ("Michael", "Mike"),
    ("William", "Bill"),
    ("Robert", "Bob"),
    ("James", "Jim"),
    ("Christopher", "Chris"),
    ("Matthew", "Matt"),
    ("Anthony", "Tony"),
    ("Elizabeth", "Liz"),
    ("Jennifer", "Jen"),
];

/// What may be written for a word of an address. No address holds `Apartment`: they say `Apt.`.
const ADDRESS_RULES: [(&str, &str); 7] = [
    ("Street", "St"),
    ("Avenue", "Ave"),
    ("Boulevard", "Blvd"),
    ("Road", "Rd"),
    ("Drive", "Dr"),
    ("Apartment", "Apt"),
    ("Suite", "Ste"),
];

const DOMAINS: [&[u8]; 4] = [b"gmail.com", b"yahoo.com", b"hotmail.com", b"outlook.com"];

/// What is done to values, by position.
pub(super) const OPERATIONS: [&str; 6] = ["name_variant", "abbreviation", "phone_format", "email_domain", "typo", "missing"];
pub(super) const NAME_VARIANT: u32 = 0;
pub(super) const ABBREVIATION: u32 = 1;
pub(super) const PHONE_FORMAT: u32 = 2;
pub(super) const EMAIL_DOMAIN: u32 = 3;
pub(super) const TYPO: u32 = 4;
pub(super) const MISSING: u32 = 5;

/// Where decisions stand among the random numbers of a record.
mod position {
    pub(super) const NAME: u64 = 32;
    pub(super) const NAME_RULE: u64 = 33;
    pub(super) const ADDRESS: u64 = 43;
    pub(super) const ADDRESS_RULE: u64 = 44;
    pub(super) const PHONE: u64 = 51;
    pub(super) const PHONE_WAY: u64 = 52;
    pub(super) const EMAIL: u64 = 53;
    pub(super) const EMAIL_DOMAIN: u64 = 54;
    pub(super) const TYPO: u64 = 55;
    pub(super) const TYPO_COLUMN: u64 = 56;
    pub(super) const TYPO_PLACE: u64 = 57;
    pub(super) const TYPO_LETTER: u64 = 58;
    pub(super) const MISSING: u64 = 59;
    pub(super) const MISSING_COLUMN: u64 = 60;
}

fn rules_in(text: &str, rules: &[(&str, &str)]) -> u16 {
    rules.iter().enumerate().filter(|(_, (word, _))| text.contains(word)).fold(0, |found, (rule, _)| found | 1 << rule)
}

/// The rules of names that concern `name`, a bit a rule.
pub(super) fn name_rules(name: &str) -> u16 {
    rules_in(name, &NAME_RULES)
}

/// The rules of addresses that concern `text`, a bit a rule.
pub(super) fn address_rules(text: &str) -> u16 {
    rules_in(text, &ADDRESS_RULES)
}

/// `text` with the rules applied whose bits are set, in their order.
fn replaced(text: &str, chosen: u16, rules: &[(&str, &str)]) -> String {
    let chosen = rules.iter().enumerate().filter(|(rule, _)| chosen & 1 << rule != 0);
    chosen.fold(text.to_owned(), |text, (_, (word, instead))| text.replace(word, instead))
}

/// A name with the rules applied whose bits are set.
pub(super) fn varied_name(name: &str, chosen: u16) -> String {
    replaced(name, chosen, &NAME_RULES)
}

/// An address with the rules applied whose bits are set.
pub(super) fn abbreviated(address: &[u8], chosen: u16) -> String {
    replaced(&String::from_utf8_lossy(address), chosen, &ADDRESS_RULES)
}

/// A column that a record may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Phone,
    Company,
    JobTitle,
}

/// The column in which a record has a typing error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typo {
    FullName,
    Address,
}

/// The chances of the reference.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variation {
    name: Chance,
    name_rule: Chance,
    address: Chance,
    address_rule: Chance,
    phone: Chance,
    email: Chance,
    typo: Chance,
    missing: Chance,
}

impl Default for Variation {
    fn default() -> Self {
        Self {
            name: Chance::new(0.30),
            name_rule: Chance::new(0.30),
            address: Chance::new(0.30),
            address_rule: Chance::new(0.40),
            phone: Chance::new(0.30),
            email: Chance::new(0.20),
            typo: Chance::new(0.10),
            missing: Chance::new(0.15),
        }
    }
}

impl Variation {
    /// Those of `rules` that are applied to the name of a record.
    #[inline]
    pub(super) fn name_rules(&self, draws: Draws, rules: u16) -> u16 {
        if rules == 0 || !self.name.happens(draws.at(position::NAME)) {
            return 0;
        }
        chosen(draws, rules, self.name_rule, position::NAME_RULE)
    }

    /// Those of `rules` that are applied to the address of a record.
    #[inline]
    pub(super) fn address_rules(&self, draws: Draws, rules: u16) -> u16 {
        if rules == 0 || !self.address.happens(draws.at(position::ADDRESS)) {
            return 0;
        }
        chosen(draws, rules, self.address_rule, position::ADDRESS_RULE)
    }

    /// The phone number of a record in another form, where it has one.
    #[inline]
    pub(super) fn phone(&self, draws: Draws, phone: &[u8], out: &mut Vec<u8>) -> bool {
        if !self.phone.happens(draws.at(position::PHONE)) {
            return false;
        }
        let way = below(draws.at(position::PHONE_WAY), 5);
        append_phone(way, phone, out);
        way > 0
    }

    /// The domain that stands in the place of the one in an e-mail address.
    #[inline]
    pub(super) fn email_domain(&self, draws: Draws) -> Option<&'static [u8]> {
        self.email.happens(draws.at(position::EMAIL)).then(|| DOMAINS[below(draws.at(position::EMAIL_DOMAIN), 4) as usize])
    }

    /// The column with a typing error.
    #[inline]
    pub(super) fn typo(&self, draws: Draws) -> Option<Typo> {
        self.typo
            .happens(draws.at(position::TYPO))
            .then(|| if below(draws.at(position::TYPO_COLUMN), 2) == 0 { Typo::FullName } else { Typo::Address })
    }

    /// The column that is left out.
    #[inline]
    pub(super) fn missing(&self, draws: Draws) -> Option<Missing> {
        self.missing.happens(draws.at(position::MISSING)).then(|| match below(draws.at(position::MISSING_COLUMN), 3) {
            0 => Missing::Phone,
            1 => Missing::Company,
            _ => Missing::JobTitle,
        })
    }
}

fn chosen(draws: Draws, rules: u16, chance: Chance, first: u64) -> u16 {
    (0..16).filter(|rule| rules & 1 << rule != 0 && chance.happens(draws.at(first + rule))).fold(0, |all, rule| all | 1 << rule)
}

/// The ways to write a phone number; the last one cuts by position, whatever stands there.
fn append_phone(way: u64, phone: &[u8], out: &mut Vec<u8>) {
    let between = |from: usize, to: usize| &phone[from.min(phone.len())..to.min(phone.len())];
    match way {
        1 => out.extend(phone.iter().map(|byte| if *byte == b'-' { b'.' } else { *byte })),
        2 => out.extend(phone.iter().map(|byte| if *byte == b'-' { b' ' } else { *byte })),
        3 => out.extend(phone.iter().filter(|byte| **byte != b'-')),
        4 => {
            for part in [b"(".as_slice(), between(0, 3), b") ", between(4, 7), b"-", between(8, phone.len())] {
                out.extend_from_slice(part);
            }
        }
        _ => out.extend_from_slice(phone),
    }
}

/// `text` with one letter between the first and the last replaced by any of a to z, which may be the one that stood there; nothing
/// where the text is not longer than `shortest`.
pub(super) fn with_typo(text: &[u8], draws: Draws, shortest: usize) -> Option<Vec<u8>> {
    let letter = b'a' + below(draws.at(position::TYPO_LETTER), 26) as u8;
    let place = |length: usize| 1 + below(draws.at(position::TYPO_PLACE), length as u64 - 2) as usize;
    if text.is_ascii() {
        let mut changed = (text.len() > shortest).then(|| text.to_vec())?;
        changed[place(text.len())] = letter;
        return Some(changed);
    }
    let mut letters: Vec<char> = String::from_utf8_lossy(text).chars().collect();
    let at = (letters.len() > shortest).then(|| place(letters.len()))?;
    letters[at] = char::from(letter);
    Some(letters.into_iter().collect::<String>().into_bytes())
}

/// An e-mail address with another domain.
pub(super) fn with_domain(email: &[u8], domain: &[u8]) -> Vec<u8> {
    let local = email.iter().position(|byte| *byte == b'@').map_or(email, |at| &email[..=at]);
    [local, domain].concat()
}

#[cfg(test)]
mod tests {
    use kintsu_core::Stream;

    use super::*;

    #[test]
    fn names_and_addresses_are_replaced_wherever_they_stand() {
        assert_eq!(varied_name("Johnson", name_rules("Johnson")), "Jonson");
        assert_eq!(varied_name("Williams", name_rules("Williams")), "Bills");
        assert_eq!(name_rules("john"), 0);
        let address = "12 Road Streets Suite 3";
        assert_eq!(abbreviated(address.as_bytes(), address_rules(address)), "12 Rd Sts Ste 3");
        assert_eq!(address_rules("1 Elm Apt. 7"), 0);
    }

    #[test]
    fn phones_are_garbled_by_position() {
        let written = |way, phone: &str| {
            let mut out = Vec::new();
            append_phone(way, phone.as_bytes(), &mut out);
            String::from_utf8(out).unwrap_or_default()
        };
        assert_eq!(written(4, "791-841-1234"), "(791) 841-1234");
        assert_eq!(written(4, "001-791-841-"), "(001) 791-841-");
        assert_eq!(written(4, "7918411234"), "(791) 411-34");
        assert_eq!([written(0, "1-2"), written(1, "1-2"), written(2, "1-2"), written(3, "1-2")], ["1-2", "1.2", "1 2", "12"]);
    }

    #[test]
    fn a_typo_spares_the_first_and_the_last_letter() {
        for number in 0..1000 {
            let draws = Stream::new(7, "typo").draws(number);
            for (text, shortest) in [("Anna Li", 3), ("Zoë Müñoz", 3), ("1 Elm St", 5)] {
                let changed =
                    with_typo(text.as_bytes(), draws, shortest).map(|bytes| String::from_utf8(bytes).unwrap_or_default());
                let changed: Vec<char> = changed.unwrap_or_default().chars().collect();
                let before: Vec<char> = text.chars().collect();
                let differing: Vec<usize> = (0..before.len()).filter(|place| before[*place] != changed[*place]).collect();
                assert!(changed.len() == before.len() && differing.len() <= 1);
                assert!(differing.iter().all(|place| (1..before.len() - 1).contains(place)));
            }
            assert_eq!(with_typo(b"Bob", draws, 3), None);
        }
    }

    #[test]
    fn the_domain_of_an_email_is_replaced() {
        assert_eq!(with_domain(b"a.b7@example.org", b"gmail.com"), b"a.b7@gmail.com");
    }
}
