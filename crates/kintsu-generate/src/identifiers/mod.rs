//! Numbers that states and registers give, with the check digits that each of them defines. The guide on the generator names the
//! sources. A number is made of random digits, so that some of them may be somebody's by chance.

mod check_digit;
mod company;
mod person;

pub(crate) use company::append_registration_id;
pub(crate) use person::{Bearer, append_national_id};

use kintsu_core::below;

/// `COUNT` digits that 64 random bits make, the first of them at least `least`.
fn digits<const COUNT: usize>(bits: u64, least: u64) -> [u8; COUNT] {
    let mut rest = bits;
    std::array::from_fn(|position| {
        let least = if position == 0 { least } else { 0 };
        let digit = least + below(rest, 10 - least);
        rest = rest.wrapping_mul(10 - least);
        digit as u8
    })
}

fn append_digits(digits: &[u8], out: &mut String) {
    out.extend(digits.iter().map(|digit| char::from(b'0' + digit)));
}
