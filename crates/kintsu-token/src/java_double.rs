//! How Java 17 prints a 64-bit float.
//!
//! That is not always the shortest text that names the number: digits are made one by one until what is left is less than half the distance to the next float, a distance that is taken as wide on both sides
//! of a power of two. The steps follow David Gay's and Steele and White's way of exact integers, with Java's stops.

mod natural;

use natural::Natural;

/// Bits of a float's fraction.
const FRACTION_BITS: i32 = 52;

/// Powers of ten from here on, and below a thousandth, are printed with an exponent.
const PLAIN_EXPONENTS: std::ops::RangeInclusive<i32> = -3..=6;

/// The float as `Double.toString` prints it.
pub(crate) fn java_double(number: f64) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number.is_infinite() {
        return format!("{sign}Infinity");
    }
    if number == 0.0 {
        return format!("{sign}0.0");
    }
    let (digits, exponent) = digits(number.abs());
    format!("{sign}{}", layout(&digits, exponent))
}

/// The digits, and the power of ten of the first.
fn layout(digits: &str, exponent: i32) -> String {
    let or_zero = |text: &str| if text.is_empty() { "0".to_owned() } else { text.to_owned() };
    if !PLAIN_EXPONENTS.contains(&exponent) {
        return format!("{}.{}E{exponent}", &digits[..1], or_zero(&digits[1..]));
    }
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    let padded = format!("{digits:0<whole$}");
    format!("{}.{}", &padded[..whole], or_zero(&padded[whole..]))
}

/// The decimal digits of a positive float, and the power of ten of the first.
fn digits(number: f64) -> (String, i32) {
    let bits = number.to_bits();
    let (mut fraction, mut exponent) = (bits & ((1 << FRACTION_BITS) - 1), (bits >> FRACTION_BITS) as i32);
    let significant_bits;
    if exponent == 0 {
        // A subnormal number: its first bit is moved to where that of the others is implied.
        let shift = fraction.leading_zeros() as i32 - (63 - FRACTION_BITS);
        fraction <<= shift;
        exponent = 1 - shift;
        significant_bits = FRACTION_BITS + 1 - shift;
    } else {
        fraction |= 1 << FRACTION_BITS;
        significant_bits = FRACTION_BITS + 1;
    }
    let exponent = exponent - 1023;
    let fraction_bits = FRACTION_BITS + 1 - fraction.trailing_zeros() as i32;
    let tiny_bits = (fraction_bits - exponent - 1).max(0);
    if (-21..=62).contains(&exponent) && tiny_bits == 0 {
        return whole_number(fraction, exponent, significant_bits);
    }
    fractional_number(fraction, exponent, significant_bits, fraction_bits, tiny_bits)
}

/// A whole number below 2^63: its digits, those beyond the precision of a float rounded away.
fn whole_number(fraction: u64, exponent: i32, significant_bits: i32) -> (String, i32) {
    let mut value =
        if exponent >= FRACTION_BITS { fraction << (exponent - FRACTION_BITS) } else { fraction >> (FRACTION_BITS - exponent) };
    let power_of_two = exponent - significant_bits - 1;
    let mut dropped = 0;
    if exponent > significant_bits && power_of_two > 1 {
        // As many decimal digits as twice the power of two has, less one.
        let scale = 10_u64.pow((f64::from(power_of_two) * std::f64::consts::LOG10_2).floor() as u32);
        dropped = scale.ilog10() as i32;
        let rest = value % scale;
        value /= scale;
        if rest >= scale >> 1 && scale > 1 {
            value += 1;
        }
    }
    let text = value.to_string();
    let first = text.len() as i32 - 1 + dropped;
    let trimmed = text.trim_end_matches('0');
    (trimmed.to_owned(), first)
}

fn fractional_number(fraction: u64, exponent: i32, significant_bits: i32, fraction_bits: i32, tiny_bits: i32) -> (String, i32) {
    let mut first = estimated_exponent(fraction, exponent);
    let fives = (-first).max(0);
    let divisor_fives = first.max(0);
    let mut value_twos = fives + tiny_bits + exponent;
    let mut divisor_twos = divisor_fives + tiny_bits;
    let mut distance_twos = value_twos - significant_bits;
    value_twos -= fraction_bits - 1;
    let common = value_twos.min(divisor_twos);
    value_twos -= common;
    divisor_twos -= common;
    distance_twos -= common;
    if fraction_bits == 1 {
        distance_twos -= 1;
    }
    if distance_twos < 0 {
        value_twos -= distance_twos;
        divisor_twos -= distance_twos;
        distance_twos = 0;
    }
    let scaled = |start: u64, fives: i32, twos: i32| Natural::new(start).times_power_of_five(fives).shifted(twos);
    let mut value = scaled(fraction >> fraction.trailing_zeros(), fives, value_twos);
    let divisor = scaled(1, divisor_fives, divisor_twos);
    let mut distance = scaled(1, fives, distance_twos);
    let ten_divisors = divisor.times(10);
    // In machine words a sum that overflows counts as small; larger numbers are compared without overflow, and not strictly.
    let word_bits = match value_bits(fraction_bits, fives, value_twos).max(divisor_bits(divisor_fives, divisor_twos)) {
        ..32 => Some(31),
        32..64 => Some(63),
        _ => None,
    };
    let is_high = |value: &Natural, distance: &Natural| {
        let reached = value.plus(distance);
        match word_bits {
            Some(bits) => distance.bits() > bits || (reached > ten_divisors && reached.bits() <= bits),
            None => reached >= ten_divisors,
        }
    };
    let mut digits = Vec::new();
    let digit = value.divide(&divisor);
    value = value.times(10);
    distance = distance.times(10);
    let mut low = value < distance;
    let mut high = is_high(&value, &distance);
    if digit == 0 && !high {
        first -= 1;
    } else {
        digits.push(digit);
    }
    if !(-3..8).contains(&first) {
        low = false;
        high = false;
    }
    while !low && !high {
        digits.push(value.divide(&divisor));
        value = value.times(10);
        distance = distance.times(10);
        low = value < distance;
        high = is_high(&value, &distance);
    }
    let twice = value.times(2);
    let last_is_odd = digits.last().is_some_and(|digit| digit % 2 == 1);
    let up = high && (!low || twice > ten_divisors || (twice == ten_divisors && last_is_odd));
    if up && round_up(&mut digits) {
        first += 1;
    }
    (digits.iter().map(|digit| char::from(b'0' + digit)).collect(), first)
}

/// Java's estimate of the power of ten, which may be one too high; its constants decide, not the numbers that they stand for.
#[allow(clippy::approx_constant)]
fn estimated_exponent(fraction: u64, exponent: i32) -> i32 {
    let mantissa = f64::from_bits((1023_u64 << FRACTION_BITS) | (fraction & ((1 << FRACTION_BITS) - 1)));
    ((mantissa - 1.5) * 0.289529654 + 0.176091259 + f64::from(exponent) * 0.301029995663981).floor() as i32
}

fn value_bits(fraction_bits: i32, fives: i32, twos: i32) -> i32 {
    fraction_bits + twos + bits_of_power_of_five(fives)
}

fn divisor_bits(fives: i32, twos: i32) -> i32 {
    twos + 1 + bits_of_power_of_five(fives + 1)
}

/// The length of 5^n in bits, or a little more for large powers.
fn bits_of_power_of_five(power: i32) -> i32 {
    if power <= 26 { 64 - 5_u64.pow(power as u32).leading_zeros() as i32 - i32::from(power == 0) } else { power * 3 }
}

/// Adds one to the last digit; whether the first digit moved up by a power of ten.
fn round_up(digits: &mut [u8]) -> bool {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return false;
        }
        *digit = 0;
    }
    if let Some(first) = digits.first_mut() {
        *first = 1;
    }
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_printed_as_java_17_prints_them() {
        for (number, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (100.0, "100.0"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (15e9, "1.5E10"),
            (0.001, "0.001"),
            (1e-4, "1.0E-4"),
            (123.456, "123.456"),
            (-3.14e-2, "-0.0314"),
            (4.9e-324, "4.9E-324"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
            (2e23, "1.9999999999999998E23"),
            (2e-3, "0.002"),
            (2.0_f64.powi(-44), "5.6843418860808015E-14"),
            (1.0e23, "9.999999999999999E22"),
        ] {
            assert_eq!(java_double(number), text);
        }
    }

    proptest! {
        #[test]
        fn the_text_names_the_number(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            if number.is_finite() {
                let text = java_double(number);
                prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits, "{}", text);
            }
        }

        #[test]
        fn short_decimals_stay_as_they_are(whole in 0..10_000_u32, fraction in 0..1000_u32) {
            let number: f64 = format!("{whole}.{fraction:03}").parse().unwrap();
            let shortest = format!("{number}");
            let expected = if shortest.contains('.') { shortest } else { format!("{shortest}.0") };
            if number == 0.0 || number >= 0.001 {
                prop_assert_eq!(java_double(number), expected);
            }
        }
    }
}
