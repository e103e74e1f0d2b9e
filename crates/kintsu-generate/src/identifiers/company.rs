//! Numbers of companies.

use kintsu_core::{Draws, below};

use super::check_digit::{luhn, mod_11_10, mod_97_10, weighted};
use super::{append_digits, digits};
use crate::country::Country;

/// Appends the number that a register of the country gives a company; each of them has a valid check digit.
pub(crate) fn append_registration_id(country: Country, draws: Draws, out: &mut String) {
    let bits = draws.at(0);
    match country {
        Country::UnitedStates => append_lei(draws, out),
        Country::UnitedKingdom => append_vat_number(bits, out),
        Country::Germany => {
            out.push_str("DE");
            append_checked(&digits::<8>(bits, 1), mod_11_10, out);
        }
        Country::France => append_checked(&digits::<8>(bits, 3), luhn, out),
        Country::Italy => append_partita_iva(draws, out),
        Country::Spain => {
            out.push(if bits & 1 == 1 { 'A' } else { 'B' });
            append_checked(&digits::<7>(bits, 1), luhn, out);
        }
        Country::Netherlands => append_btw_id(bits, out),
        Country::Poland => append_nip(bits, out),
    }
}

fn append_checked(digits: &[u8], check: impl Fn(&[u8]) -> u8, out: &mut String) {
    append_digits(digits, out);
    append_digits(&[check(digits)], out);
}

/// Legal entity identifier: an issuer's prefix, 14 digits and capitals, two check digits.
fn append_lei(draws: Draws, out: &mut String) {
    let start = out.len();
    out.push_str("999900");
    let mut rest = draws.at(0);
    for _ in 0..12 {
        let value = below(rest, 36) as u8;
        out.push(char::from(if value < 10 { b'0' + value } else { b'A' + value - 10 }));
        rest = rest.wrapping_mul(36);
    }
    let check = mod_97_10(&out[start..]);
    append_digits(&[(check / 10) as u8, (check % 10) as u8], out);
}

/// British value added tax number: seven digits and the number from 1 to 97 that makes the weighted sum a multiple of 97.
fn append_vat_number(bits: u64, out: &mut String) {
    let number = digits::<7>(bits, 1);
    let check = 97 - weighted(&number, &[8, 7, 6, 5, 4, 3, 2]) % 97;
    out.push_str("GB");
    append_digits(&number, out);
    append_digits(&[(check / 10) as u8, (check % 10) as u8], out);
}

/// Italian tax number: seven digits, the province from 001 to 100, Luhn's digit.
fn append_partita_iva(draws: Draws, out: &mut String) {
    let mut number = [0; 10];
    number[..7].copy_from_slice(&digits::<7>(draws.at(0), 0));
    let province = below(draws.at(1), 100) + 1;
    for (place, divisor) in [(7, 100), (8, 10), (9, 1)] {
        number[place] = (province / divisor % 10) as u8;
    }
    append_checked(&number, luhn, out);
}

/// Dutch turnover tax number: NL, the nine digits of the entity, B01.
fn append_btw_id(bits: u64, out: &mut String) {
    out.push_str("NL");
    append_digits(&eleven_test(digits(bits, 1)), out);
    out.push_str("B01");
}

/// Eight digits and the last, which the Dutch test of eleven defines; where that would be 10 the last but one is another.
pub(super) fn eleven_test(first: [u8; 8]) -> [u8; 9] {
    let mut number = [0; 9];
    number[..8].copy_from_slice(&first);
    let check = |number: &[u8; 9]| weighted(&number[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    if check(&number) == 10 {
        number[7] = (number[7] + 1) % 10;
    }
    number[8] = check(&number) as u8;
    number
}

/// Polish tax number: nine digits and the weighted sum modulo 11; where that would be 10 the last but one is another.
fn append_nip(bits: u64, out: &mut String) {
    let mut number = digits::<9>(bits, 1);
    let check = |number: &[u8]| weighted(number, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11;
    if check(&number) == 10 {
        number[8] = (number[8] + 1) % 10;
    }
    append_checked(&number, |number| check(number) as u8, out);
}

#[cfg(test)]
mod tests {
    use kintsu_core::Stream;

    use super::*;

    /// Whether a number is one by the rule of its country, told in other words than it is made by.
    fn is_valid(country: Country, id: &str) -> bool {
        let figures: Vec<u32> = id.chars().filter_map(|letter| letter.to_digit(10)).collect();
        let sum = |weights: &[u32]| figures.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>();
        let luhn_holds = || {
            let doubled = figures.iter().rev().enumerate().map(|(place, digit)| if place % 2 == 1 { digit * 2 } else { *digit });
            doubled.map(|value| value / 10 + value % 10).sum::<u32>() % 10 == 0
        };
        let hybrid = || {
            let last = figures.iter().fold(5, |check, digit| ((if check == 0 { 10 } else { check }) * 2 % 11 + digit) % 10);
            last == 1
        };
        match country {
            Country::UnitedStates => {
                let figures: String =
                    id.chars().filter_map(|letter| letter.to_digit(36)).map(|value| value.to_string()).collect();
                id.len() == 20 && figures.bytes().fold(0, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97) == 1
            }
            Country::UnitedKingdom => id.len() == 11 && sum(&[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97 == 0,
            Country::Germany => id.len() == 11 && hybrid(),
            Country::Italy => id.len() == 11 && luhn_holds(),
            Country::France | Country::Spain => id.len() == 9 && luhn_holds(),
            Country::Netherlands => {
                let parts = sum(&[9, 8, 7, 6, 5, 4, 3, 2]);
                id.len() == 14 && id.ends_with("B01") && parts % 11 == figures[8]
            }
            Country::Poland => id.len() == 10 && sum(&[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == figures[9],
        }
    }

    #[test]
    fn numbers_that_are_in_use_are_valid_and_every_made_one_is_too() {
        for (country, id) in [
            (Country::UnitedStates, "5493001KJTIIGC8Y1R12"),
            (Country::UnitedKingdom, "GB980780684"),
            (Country::Germany, "DE136695976"),
            (Country::France, "732829320"),
            (Country::Italy, "00743110157"),
            (Country::Spain, "A58818501"),
            (Country::Netherlands, "NL111222333B01"),
            (Country::Poland, "5260001246"),
        ] {
            assert!(is_valid(country, id), "{id}");
            let last = id.len() - 1;
            assert!(!is_valid(country, &format!("{}{}", &id[..last], if id.ends_with('7') { '8' } else { '7' })), "{id}");
            for number in 0..2000 {
                let mut made = String::new();
                append_registration_id(country, Stream::new(9, "id").draws(number), &mut made);
                assert!(is_valid(country, &made), "{made}");
            }
        }
    }
}
