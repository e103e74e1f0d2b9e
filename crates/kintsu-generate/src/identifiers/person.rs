//! Numbers of persons.

use jiff::civil::Date;
use kintsu_core::{Draws, below};

use super::check_digit::{mod_11_10, number, weighted};
use super::company::eleven_test;
use super::{append_digits, digits};
use crate::column::push_number;
use crate::country::Country;

/// What a number may tell of the person who bears it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bearer<'a> {
    pub(crate) first_name: &'a str,
    pub(crate) last_name: &'a str,
    pub(crate) female: bool,
    pub(crate) birth: Date,
}

/// Appends the number that the country knows a person by.
pub(crate) fn append_national_id(country: Country, bearer: &Bearer<'_>, draws: Draws, out: &mut String) {
    let bits = draws.at(0);
    match country {
        Country::UnitedStates => append_social_security_number(bits, out),
        Country::UnitedKingdom => append_nhs_number(bits, out),
        Country::Germany => append_tax_id(draws, out),
        Country::France => append_nir(bearer, draws, out),
        Country::Italy => append_codice_fiscale(bearer, draws, out),
        Country::Spain => append_dni(bits, out),
        Country::Netherlands => append_digits(&eleven_test(digits(bits, 1)), out),
        Country::Poland => append_pesel(bearer, bits, out),
    }
}

/// American social security number, which has no check digit: areas from 900 on with groups below 50 are given to nobody.
fn append_social_security_number(bits: u64, out: &mut String) {
    let [a, b, c, d, e, f] = digits::<6>(bits, 0);
    let group = 1 + below(bits.rotate_left(32), 49) as u8;
    append_digits(&[9, a, b], out);
    out.push('-');
    append_digits(&[group / 10, group % 10], out);
    out.push('-');
    append_digits(&[c, d, e, f], out);
}

/// British health service number: nine digits, the first of them 9, and a check digit modulo 11.
fn append_nhs_number(bits: u64, out: &mut String) {
    let mut id = [9; 9];
    id[1..].copy_from_slice(&digits::<8>(bits, 0));
    let check = |id: &[u8; 9]| (11 - weighted(id, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    if check(&id) == 10 {
        id[8] = (id[8] + 1) % 10;
    }
    append_digits(&id, out);
    append_digits(&[check(&id) as u8], out);
}

/// German tax identification number: ten digits of which one stands twice and one is lacking, and a check digit.
fn append_tax_id(draws: Draws, out: &mut String) {
    let mut id: [u8; 10] = std::array::from_fn(|place| place as u8);
    for place in (1..10).rev() {
        id.swap(place, below(draws.at(place as u64), place as u64 + 1) as usize);
    }
    let twice = below(draws.at(10), 9) as usize;
    id[9] = id[twice];
    if id[0] == 0 {
        // At most two of the ten are zero, and they are not the first two both times.
        let other = id.iter().position(|digit| *digit != 0).unwrap_or(0);
        id.swap(0, other);
    }
    append_digits(&id, out);
    append_digits(&[mod_11_10(&id)], out);
}

/// French number of registration: sex, year and month of birth, department, commune, order, and a key modulo 97.
fn append_nir(bearer: &Bearer<'_>, draws: Draws, out: &mut String) {
    let (year, month) = (bearer.birth.year().rem_euclid(100) as u64, bearer.birth.month() as u64);
    let department = 1 + below(draws.at(1), 94);
    // There is no department 20.
    let department = if department < 20 { department } else { department + 1 };
    let (commune, order) = (1 + below(draws.at(2), 900), 1 + below(draws.at(3), 999));
    let mut id = if bearer.female { 2 } else { 1 };
    for (part, size) in [(year, 100), (month, 100), (department, 100), (commune, 1000), (order, 1000)] {
        id = id * size + part;
    }
    push_number(out, id, 13);
    push_number(out, 97 - id % 97, 2);
}

/// Spanish number of the identity card: eight digits and a letter modulo 23.
fn append_dni(bits: u64, out: &mut String) {
    let id = digits::<8>(bits, 0);
    append_digits(&id, out);
    out.push(char::from(b"TRWAGMYFPDXBNJZSQVHLCKE"[(number(&id) % 23) as usize]));
}

/// Polish number of registration: birth date, four digits of which the last tells the sex, and a check digit modulo 10.
fn append_pesel(bearer: &Bearer<'_>, bits: u64, out: &mut String) {
    let [a, b, c, sex] = digits::<4>(bits, 0);
    let (year, day) = (bearer.birth.year(), bearer.birth.day() as u8);
    let month = bearer.birth.month() as u8 + if year >= 2000 { 20 } else { 0 };
    let year = year.rem_euclid(100) as u8;
    let sex = sex / 2 * 2 + u8::from(!bearer.female);
    let id = [year / 10, year % 10, month / 10, month % 10, day / 10, day % 10, a, b, c, sex];
    append_digits(&id, out);
    append_digits(&[((10 - weighted(&id, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10) as u8], out);
}

/// Italian fiscal code: letters of the names, birth date and sex, a place, and a check letter.
fn append_codice_fiscale(bearer: &Bearer<'_>, draws: Draws, out: &mut String) {
    let start = out.len();
    append_three_letters(bearer.last_name, false, out);
    append_three_letters(bearer.first_name, true, out);
    push_number(out, bearer.birth.year().rem_euclid(100) as u64, 2);
    out.push(char::from(b"ABCDEHLMPRST"[(bearer.birth.month() as usize - 1).min(11)]));
    push_number(out, bearer.birth.day() as u64 + if bearer.female { 40 } else { 0 }, 2);
    out.push(char::from(b"ABCDEFGHIL"[below(draws.at(1), 10) as usize]));
    push_number(out, 1 + below(draws.at(2), 999), 3);
    let check = check_letter(&out[start..]);
    out.push(check);
}

/// Three letters of a name: consonants, then vowels, then X; of a given name with four consonants the second is left out.
fn append_three_letters(name: &str, given: bool, out: &mut String) {
    let letters = || name.chars().filter_map(crate::persons::plain_letter).filter(char::is_ascii_alphabetic);
    let vowel = |letter: &char| "aeiou".contains(*letter);
    let consonants = letters().filter(|letter| !vowel(letter)).count();
    let skipped = if given && consonants > 3 { 1 } else { usize::MAX };
    let ordered = letters().filter(|letter| !vowel(letter)).enumerate().filter(|(place, _)| *place != skipped);
    let ordered = ordered.map(|(_, letter)| letter).chain(letters().filter(vowel)).chain(std::iter::repeat('x'));
    out.extend(ordered.take(3).map(|letter| letter.to_ascii_uppercase()));
}

/// The letter after the fifteen characters of a fiscal code.
fn check_letter(code: &str) -> char {
    /// What the characters of 0 to 9 and A to Z count for in the first, third, ... place; in the others, their order does.
    const ODD: [u32; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let order = |letter: u8| u32::from(if letter.is_ascii_digit() { letter - b'0' } else { letter.wrapping_sub(b'A') });
    let value = |(place, letter): (usize, u8)| match ODD.get(order(letter) as usize) {
        Some(odd) if place % 2 == 0 => *odd,
        _ => order(letter),
    };
    let sum: u32 = code.bytes().enumerate().map(value).sum();
    char::from(b'A' + (sum % 26) as u8)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kintsu_core::Stream;

    use super::*;

    const MARIA: Bearer<'_> = Bearer { first_name: "Gianfranca", last_name: "Fò", female: true, birth: date(1991, 12, 4) };

    fn made(country: Country, bearer: &Bearer<'_>, number: u64) -> String {
        let mut id = String::new();
        append_national_id(country, bearer, Stream::new(4, "id").draws(number), &mut id);
        id
    }

    /// The digits of a number times weights.
    fn sum(id: &str, weights: &[u32]) -> u32 {
        id.chars().filter_map(|letter| letter.to_digit(10)).zip(weights).map(|(digit, weight)| digit * weight).sum()
    }

    fn is_valid(country: Country, id: &str) -> bool {
        let figures = id.bytes().filter(u8::is_ascii_digit).count();
        match country {
            Country::UnitedStates => id.len() == 11 && id.starts_with('9') && figures == 9,
            Country::UnitedKingdom => figures == 10 && sum(id, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11),
            Country::Germany => {
                let last = id
                    .bytes()
                    .fold(5, |check, digit| ((if check == 0 { 10 } else { check }) * 2 % 11 + u32::from(digit - b'0')) % 10);
                let times = |digit: char| id[..10].matches(digit).count();
                let counts = ('0'..='9').map(times).fold([0; 3], |mut counts, times| {
                    counts[times.min(2)] += 1;
                    counts
                });
                last == 1 && !id.starts_with('0') && counts == [1, 8, 1]
            }
            Country::France => {
                let (id, key): (u64, u64) = (id[..13].parse().unwrap_or(0), id[13..].parse().unwrap_or(0));
                (id + key).is_multiple_of(97) && (1..=97).contains(&key)
            }
            Country::Italy => id.len() == 16 && id.ends_with(check_letter(&id[..15])),
            Country::Spain => {
                let number: usize = id[..8].parse().unwrap_or(0);
                id.chars().nth(8) == "TRWAGMYFPDXBNJZSQVHLCKE".chars().nth(number % 23)
            }
            Country::Netherlands => figures == 9 && sum(id, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == u32::from(id.as_bytes()[8] - b'0'),
            Country::Poland => figures == 11 && sum(id, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10),
        }
    }

    #[test]
    fn published_numbers_are_valid_and_every_made_one_is_too() {
        for (country, published) in [
            (Country::UnitedStates, "900-01-0001"),
            (Country::UnitedKingdom, "9434765919"),
            (Country::Germany, "86095742719"),
            (Country::France, "255081416802538"),
            (Country::Italy, "RSSMRA85T10A562S"),
            (Country::Spain, "12345678Z"),
            (Country::Netherlands, "111222333"),
            (Country::Poland, "44051401359"),
        ] {
            assert!(is_valid(country, published), "{published}");
            for number in 0..2000 {
                let id = made(country, &MARIA, number);
                assert!(is_valid(country, &id), "{id}");
            }
        }
    }

    #[test]
    fn numbers_tell_what_they_tell() {
        let id = made(Country::Italy, &MARIA, 1);
        assert_eq!((&id[..11], id.len()), ("FOXGFR91T44", 16));
        let man = Bearer { first_name: "Aldo", last_name: "Rossi", female: false, birth: date(2001, 2, 28) };
        assert_eq!(&made(Country::Italy, &man, 1)[..11], "RSSLDA01B28");
        assert!(made(Country::Poland, &man, 1).starts_with("012228") && made(Country::Poland, &MARIA, 1).starts_with("911204"));
        assert!(made(Country::France, &man, 1).starts_with("10102") && made(Country::France, &MARIA, 1).starts_with("29112"));
    }
}
