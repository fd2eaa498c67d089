//! Exact rational numbers: every quantity, credit and score is one, so that no number depends on rounding.
//! The only place that names `num_rational` and `num_bigint`.

use std::fmt;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

/// An exact rational number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(BigRational);

/// Digits and exponent a decimal literal may have; keeps hostile input from costing memory.
const MOST_DIGITS: usize = 400;

impl Exact {
    /// `numerator / denominator`, or `None` when the denominator is zero.
    pub fn ratio(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> Option<Exact> {
        let denominator = denominator.into();
        if denominator.is_zero() {
            return None;
        }
        Some(Exact(BigRational::new(numerator.into(), denominator)))
    }

    /// A whole number.
    pub fn whole(value: impl Into<BigInt>) -> Exact {
        Exact(BigRational::from_integer(value.into()))
    }

    /// Zero.
    pub fn zero() -> Exact {
        Exact(BigRational::zero())
    }

    /// One.
    pub fn one() -> Exact {
        Exact::whole(1)
    }

    /// Reads `-12`, `1_000`, `0.25`, `1.5e-3` exactly; `None` when the text is not such a number or is absurdly long.
    pub fn parse_decimal(text: &str) -> Option<Exact> {
        let text: String = text.chars().filter(|c| *c != '_').collect();
        let (negative, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let (mantissa, exponent) = match body.find(['e', 'E']) {
            Some(at) => (&body[..at], body[at + 1..].parse::<i32>().ok()?),
            None => (body, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let shaped = !whole.is_empty() && all_digits(whole) && all_digits(fraction);
        if !shaped || (mantissa.contains('.') && fraction.is_empty()) {
            return None;
        }
        if mantissa.len() > MOST_DIGITS || exponent.unsigned_abs() as usize > MOST_DIGITS {
            return None;
        }
        let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
        let power = exponent - i32::try_from(fraction.len()).ok()?;
        let ten = BigInt::from(10);
        let scale = ten.pow(power.unsigned_abs());
        let value =
            if power >= 0 { BigRational::from_integer(digits * scale) } else { BigRational::new(digits, scale) };
        Some(Exact(if negative { -value } else { value }))
    }

    /// Reads what [`fmt::Display`] of the reduced fraction prints: `3/4` or `7`.
    pub fn parse_fraction(text: &str) -> Option<Exact> {
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        Exact::ratio(numerator.parse::<BigInt>().ok()?, denominator.parse::<BigInt>().ok()?)
    }

    /// The number a finite float prints as in shortest decimal form; `None` for NaN and infinities.
    pub fn from_f64(value: f64) -> Option<Exact> {
        value.is_finite().then(|| format!("{value}")).as_deref().and_then(Exact::parse_decimal)
    }

    /// The nearest float: for drawing and sorting by humans, never for judging.
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64().unwrap_or(f64::NAN)
    }

    /// The whole number this is, if it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        self.0.is_integer().then(|| self.0.to_integer().to_i64()).flatten()
    }

    /// The greatest whole number not above this one, if it fits.
    pub fn floor_i64(&self) -> Option<i64> {
        self.0.floor().to_integer().to_i64()
    }

    /// Whether this is below zero.
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether this is a whole number.
    pub fn is_whole(&self) -> bool {
        self.0.is_integer()
    }

    /// `self / other`, or `None` when `other` is zero.
    pub fn checked_div(&self, other: &Exact) -> Option<Exact> {
        (!other.is_zero()).then(|| Exact(&self.0 / &other.0))
    }

    /// Decimal text with at most `digits` decimals, rounded *down* (towards minus infinity), trailing zeros dropped.
    pub fn floor_decimals(&self, digits: u32) -> String {
        trim_zeros(self.floor_fixed(digits))
    }

    /// Decimal text with exactly `digits` decimals, rounded down (towards minus infinity).
    pub fn floor_fixed(&self, digits: u32) -> String {
        let scale = BigInt::from(10).pow(digits);
        let scaled = (&self.0 * BigRational::from_integer(scale)).floor().to_integer();
        place_point(&scaled, digits)
    }

    /// Decimal text with exactly `digits` decimals, rounded half away from zero.
    pub fn round_fixed(&self, digits: u32) -> String {
        let scale = BigInt::from(10).pow(digits);
        let scaled = (&self.0 * BigRational::from_integer(scale)).round().to_integer();
        place_point(&scaled, digits)
    }

    /// The exact decimal text when the number has at most `digits` decimals.
    pub fn exact_decimal(&self, digits: u32) -> Option<String> {
        let scale = BigRational::from_integer(BigInt::from(10).pow(digits));
        (&self.0 * scale).is_integer().then(|| self.floor_decimals(digits))
    }
}

fn trim_zeros(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn place_point(scaled: &BigInt, digits: u32) -> String {
    let digits = digits as usize;
    let text = format!("{:0>width$}", scaled.abs().to_string(), width = digits + 1);
    let sign = if scaled.is_negative() { "-" } else { "" };
    let (whole, fraction) = text.split_at(text.len() - digits);
    if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

macro_rules! arithmetic {
    ($($operation:ident $method:ident),*) => {$(
        impl std::ops::$operation for Exact {
            type Output = Exact;
            fn $method(self, other: Exact) -> Exact { Exact(std::ops::$operation::$method(self.0, other.0)) }
        }
        impl std::ops::$operation<&Exact> for &Exact {
            type Output = Exact;
            fn $method(self, other: &Exact) -> Exact { Exact(std::ops::$operation::$method(&self.0, &other.0)) }
        }
    )*};
}
arithmetic!(Add add, Sub sub, Mul mul);

impl std::iter::Sum for Exact {
    fn sum<I: Iterator<Item = Exact>>(items: I) -> Exact {
        items.fold(Exact::zero(), |total, item| total + item)
    }
}

impl fmt::Display for Exact {
    /// The reduced fraction: `3/4`, `7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Exact {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Exact {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Exact, D::Error> {
        let text = String::deserialize(deserializer)?;
        Exact::parse_fraction(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a fraction")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        assert_eq!(Exact::parse_decimal("0.1").map(|x| x.to_string()), Some("1/10".into()));
        assert_eq!(Exact::parse_decimal("1_000").map(|x| x.to_string()), Some("1000".into()));
        assert_eq!(Exact::parse_decimal("-1.5e-3").map(|x| x.to_string()), Some("-3/2000".into()));
        for wrong in ["", ".5", "5.", "1,0", "1e999999", "0x1", "+1", "1e"] {
            assert_eq!(Exact::parse_decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn display_rounds_down_once() {
        let credit = Exact::ratio(350, 381).expect("denominator is not zero");
        assert_eq!(credit.floor_fixed(2), "0.91");
        assert_eq!(Exact::ratio(-1, 3).expect("denominator is not zero").floor_fixed(1), "-0.4");
        assert_eq!(Exact::whole(80).floor_decimals(1), "80");
        assert_eq!(Exact::ratio(1, 8).expect("denominator is not zero").exact_decimal(3), Some("0.125".into()));
        assert_eq!(Exact::ratio(1, 3).expect("denominator is not zero").exact_decimal(6), None);
    }
}
