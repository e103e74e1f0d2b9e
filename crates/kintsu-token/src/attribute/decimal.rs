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

/// The shortest digits that name the float; an exponent below -4 and from 16 on.
fn python_float(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..=15) => {
            let plain = format!("{number}");
            if plain.contains('.') || exponent < 0 { plain } else { format!("{plain}.0") }
        }
        Ok(exponent) => format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
        Err(_) => scientific.clone(),
    }
}

#[cfg(test)]
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
        ] {
            assert_eq!(python_float(number), text);
        }
    }
}
