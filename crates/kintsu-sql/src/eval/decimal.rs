//! Decimal literals and exact arithmetic on them, so that `0.1 + 0.2 = 0.3` holds as it does in SQL.

use std::cmp::Ordering;

/// `unscaled / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    unscaled: i128,
    scale: u32,
}

/// The most digits after the point that arithmetic keeps; beyond it, it goes on in floating point.
const SCALE_MAX: u32 = 18;

impl Decimal {
    /// `unscaled / 10^scale`; none with more than 18 digits after the point.
    pub fn new(unscaled: i128, scale: u32) -> Option<Self> {
        (scale <= SCALE_MAX).then_some(Self { unscaled, scale })
    }

    /// Reads plain decimal text such as `-0.88`; none with an exponent or more than 38 digits.
    ///
    /// ```
    /// use kintsu_sql::Decimal;
    /// let sum = Decimal::parse("0.1").unwrap().checked_add(Decimal::parse("0.2").unwrap());
    /// assert_eq!(sum.unwrap().to_string(), "0.3");
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        if fraction.starts_with(['+', '-']) || !digits.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Self::new(digits.parse().ok()?, u32::try_from(fraction.len()).ok()?)
    }

    /// The decimal whose shortest text `number` has, when that is plain and at most 15 digits long.
    pub fn from_f64(number: f64) -> Option<Self> {
        let magnitude = number.abs();
        if number != 0.0 && !(1e-9..1e15).contains(&magnitude) {
            return None;
        }
        let text = format!("{number:?}");
        (text.bytes().filter(u8::is_ascii_digit).count() <= 16).then(|| Self::parse(&text)).flatten()
    }

    /// The nearest floating-point number for up to 15 digits.
    pub fn to_f64(self) -> f64 {
        self.unscaled as f64 / 10f64.powi(self.scale as i32)
    }

    /// Whether this is zero.
    pub const fn is_zero(self) -> bool {
        self.unscaled == 0
    }

    /// The integer below or equal to it.
    pub fn floor(self) -> i128 {
        self.unscaled.div_euclid(self.unit())
    }

    /// The value without its sign.
    pub fn abs(self) -> Self {
        Self { unscaled: self.unscaled.wrapping_abs(), scale: self.scale }
    }

    /// The value with the other sign.
    pub fn negate(self) -> Self {
        Self { unscaled: self.unscaled.wrapping_neg(), scale: self.scale }
    }

    /// -1, 0 or 1.
    pub fn signum(self) -> i64 {
        self.unscaled.signum() as i64
    }

    /// Rounded to `digits` after the point, halves away from zero; negative digits round before the point.
    pub fn round(self, digits: i32) -> Option<Self> {
        let drop = i64::from(self.scale) - i64::from(digits);
        if drop <= 0 {
            return Some(self);
        }
        let divisor = 10i128.checked_pow(u32::try_from(drop).ok()?)?;
        let half = self.unscaled.signum() * (divisor / 2);
        let rounded = self.unscaled.checked_add(half)? / divisor;
        if digits >= 0 {
            return Self::new(rounded, digits as u32);
        }
        Self::new(rounded.checked_mul(10i128.checked_pow(digits.unsigned_abs())?)?, 0)
    }

    /// The sum, when it fits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Self::new(a.checked_add(b)?, scale)
    }

    /// The difference, when it fits.
    pub fn checked_subtract(self, other: Self) -> Option<Self> {
        self.checked_add(other.negate())
    }

    /// The product, when it fits.
    pub fn checked_multiply(self, other: Self) -> Option<Self> {
        Self::new(self.unscaled.checked_mul(other.unscaled)?, self.scale + other.scale)
    }

    /// The remainder with the sign of the dividend; none for a zero divisor.
    pub fn checked_remainder(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Self::new(a.checked_rem(b)?, scale)
    }

    /// The order of two decimals.
    pub fn compare(self, other: Self) -> Ordering {
        match self.aligned(other) {
            Some((a, b, _)) => a.cmp(&b),
            None => self.to_f64().total_cmp(&other.to_f64()),
        }
    }

    fn unit(self) -> i128 {
        10i128.pow(self.scale.min(SCALE_MAX))
    }

    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let raise = |decimal: Self| decimal.unscaled.checked_mul(10i128.checked_pow(scale - decimal.scale)?);
        Some((raise(self)?, raise(other)?, scale))
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self { unscaled: i128::from(value), scale: 0 }
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.unscaled);
        }
        let (magnitude, unit) = (self.unscaled.unsigned_abs(), self.unit().unsigned_abs());
        let sign = if self.unscaled < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:0width$}", magnitude / unit, magnitude % unit, width = self.scale as usize)
    }
}
