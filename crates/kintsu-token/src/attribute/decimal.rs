//! Decimal numbers, read as 64-bit floats and printed as Python's `repr` or Java's `Double.toString` print them.
//!
//! The two print the same number differently: tokens with decimals do not match between profiles.

use std::borrow::Cow;

use super::{Invalid, NormalizeError};
use crate::characters::{digit, is_blank, is_java, is_space};
use crate::java_double::java_double;
use crate::profile::Profile;

/// Whether a value is written as a decimal number.
pub(super) fn validate(profile: Profile, value: &str) -> Result<(), Invalid> {
    if number(profile, value).is_some() {
        return Ok(());
    }
    Err(if is_blank(profile, value) { Invalid::Blank } else { Invalid::Shape })
}

/// The number as the language of the profile prints it.
pub(super) fn normalize(profile: Profile, value: &str) -> Result<Cow<'static, str>, NormalizeError> {
    let number = number(profile, value).ok_or(NormalizeError::NotANumber)?;
    Ok(Cow::Owned(if is_java(profile) { java_double(number) } else { python_float(number) }))
}

/// The number that a value names: a sign, digits with or without a point, and an exponent.
fn number(profile: Profile, value: &str) -> Option<f64> {
    let text = value.trim_matches(|character| is_space(profile, character));
    let plain: String =
        text.chars().map(|character| digit(profile, character).map_or(character, |digit| char::from(b'0' + digit))).collect();
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || exponent.is_empty() || !(digits(whole) && digits(fraction) && digits(exponent)) {
        return None;
    }
    plain.parse().ok()
}

/// The shortest digits that name the float, of those the nearest; an exponent below -4 and from 16 on.
fn python_float(number: f64) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number.is_infinite() {
        return format!("{sign}inf");
    }
    let (digits, exponent) = nearest_shortest(number.abs());
    let (first, rest) = digits.split_at(1);
    if !(-4..16).contains(&exponent) {
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{exponent_sign}{:02}", exponent.abs());
    }
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    let padded = format!("{digits:0<whole$}");
    let fraction = if padded.len() > whole { &padded[whole..] } else { "0" };
    format!("{sign}{}.{fraction}", &padded[..whole])
}

/// Digits and the power of ten of the first. Several texts of one length may name a float; of two equally near, Python takes the
/// even one, as formatting with so many digits does.
fn nearest_shortest(number: f64) -> (String, i32) {
    let shortest = format!("{number:e}");
    let count = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    let nearest = format!("{number:.*e}", count - 1);
    let (mantissa, exponent) = nearest.split_once('e').unwrap_or((&nearest, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

#[cfg(test)]
#[allow(clippy::excessive_precision)]
mod tests {
    use super::*;

    #[test]
    fn python_prints_the_shortest_digits() {
        for (number, text) in [
            (15e9, "15000000000.0"),
            (1e16, "1e+16"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (-0.0, "-0.0"),
            (1.5, "1.5"),
            (1e100, "1e+100"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (197840183474148.123456789012345678, "197840183474148.12"),
            (0.0, "0.0"),
            (100.0, "100.0"),
            (-0.00123, "-0.00123"),
        ] {
            assert_eq!(python_float(number), text);
        }
    }
}
