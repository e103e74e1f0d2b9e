//! Natural numbers of any size, as far as printing floats needs them.

use std::cmp::Ordering;

/// A natural number in digits of 32 bits, the lowest first, without zeros at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Natural(Vec<u32>);

impl Natural {
    pub(super) fn new(value: u64) -> Self {
        Self(vec![value as u32, (value >> 32) as u32]).trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }

    pub(super) fn times(&self, factor: u32) -> Self {
        let mut product = Vec::with_capacity(self.0.len() + 1);
        let mut carry = 0_u64;
        for &digit in &self.0 {
            carry += u64::from(digit) * u64::from(factor);
            product.push(carry as u32);
            carry >>= 32;
        }
        product.push(carry as u32);
        Self(product).trimmed()
    }

    pub(super) fn times_power_of_five(self, power: i32) -> Self {
        (0..power).fold(self, |product, _| product.times(5))
    }

    pub(super) fn shifted(self, bits: i32) -> Self {
        let bits = bits.max(0) as u32;
        let mut digits = vec![0; (bits / 32) as usize];
        digits.extend(self.times(1 << (bits % 32)).0);
        Self(digits).trimmed()
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        let mut sum = Vec::with_capacity(self.0.len().max(other.0.len()) + 1);
        let mut carry = 0_u64;
        for place in 0..self.0.len().max(other.0.len()) {
            let digit = |number: &Self| u64::from(number.0.get(place).copied().unwrap_or(0));
            carry += digit(self) + digit(other);
            sum.push(carry as u32);
            carry >>= 32;
        }
        sum.push(carry as u32);
        Self(sum).trimmed()
    }

    /// How many binary digits the number has.
    pub(super) fn bits(&self) -> u32 {
        self.0.last().map_or(0, |last| self.0.len() as u32 * 32 - last.leading_zeros())
    }

    /// Leaves the rest of the division here; the quotient is below ten.
    pub(super) fn divide(&mut self, divisor: &Self) -> u8 {
        let mut quotient = 0;
        while *self >= *divisor && quotient < 10 {
            self.subtract(divisor);
            quotient += 1;
        }
        quotient
    }

    /// Takes away a number that is not larger.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0_i64;
        for (place, digit) in self.0.iter_mut().enumerate() {
            let difference = i64::from(*digit) - i64::from(other.0.get(place).copied().unwrap_or(0)) + borrow;
            *digit = difference as u32;
            borrow = difference >> 32;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
