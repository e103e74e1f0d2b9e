//! Check digits.

/// The sum of digits times weights.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// The number that digits make.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))
}

/// The check digit after `digits` by Luhn's formula (US patent 2,950,048, 1960; ISO/IEC 7812-1): 7 for 7992739871.
pub(super) fn luhn(digits: &[u8]) -> u8 {
    let doubled = |digit: u8| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(position, digit)| u32::from(if position % 2 == 0 { doubled(*digit) } else { *digit }))
        .sum();
    ((10 - sum % 10) % 10) as u8
}

/// The check digit after `digits` by ISO 7064, MOD 11,10: 5 for 0794.
pub(super) fn mod_11_10(digits: &[u8]) -> u8 {
    let product = digits.iter().fold(10, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    ((11 - product) % 10) as u8
}

/// The two check digits after a text of digits and capitals by ISO 7064, MOD 97-10: 44 for 794.
pub(super) fn mod_97_10(text: &str) -> u64 {
    let step = |rest: u64, letter: char| match letter.to_digit(36) {
        Some(value) if value > 9 => (rest * 100 + u64::from(value)) % 97,
        Some(value) => (rest * 10 + u64::from(value)) % 97,
        None => rest,
    };
    98 - text.chars().chain("00".chars()).fold(0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_hold() {
        assert_eq!(luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1]), 3);
        assert_eq!(mod_11_10(&[0, 7, 9, 4]), 5);
        assert_eq!(mod_97_10("794"), 44);
        assert_eq!(mod_97_10("5493001KJTIIGC8Y1R"), 12);
        assert_eq!((weighted(&[1, 2, 3], &[3, 2, 1]), number(&[0, 4, 2])), (10, 42));
    }
}
