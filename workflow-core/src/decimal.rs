//! Amounts that are exact in Rust, in JSON and in JSONata.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::data::{Data, Shape};

/// A decimal number with a fixed number of digits after the point, such as an amount of money.
///
/// In JSON it is the whole number of its smallest units: 12.50 is `1250`. JSONata knows doubles only,
/// which are exact for whole numbers up to 2^53 and for no others, so this is the form in which both
/// readings compute the same. People read and write `12.50`, which [`Display`](fmt::Display) and
/// [`FromStr`] are for.
///
/// A workflow may add, subtract, negate, compare, sum and format decimals, and multiply one with an
/// `i64`. What could be inexact, such as a share of an amount, is computed on [`units`](Self::units), where
/// Rust's integer division says what becomes of the rest. As with integers, an amount beyond
/// [`MAX`](Self::MAX) fails an execution in process, and is inexact in a state machine.
///
/// ```
/// use workflow_core::Decimal;
///
/// type Money = Decimal<2>;
///
/// let price: Money = "12.50".parse()?;
/// assert_eq!((price * 3).to_string(), "37.50");
/// assert_eq!(serde_json::to_string(&price)?, "1250");
/// assert_eq!(Money::from_units(price.units() / 3).to_string(), "4.16");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal<const SCALE: u32 = 2>(i64);

impl<const SCALE: u32> Decimal<SCALE> {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The largest: 2^53 - 1 units.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// The least: -(2^53 - 1) units.
    pub const MIN: Self = Self(1 - (1 << 53));

    /// How many units make one.
    const UNITS: i64 = {
        assert!(SCALE <= 15, "2^53 has 16 digits, so a `Decimal` has at most 15 after the point");
        10_i64.pow(SCALE)
    };

    /// So many of the smallest units, such as cents.
    ///
    /// # Panics
    ///
    /// When that is beyond [`MIN`](Self::MIN) or [`MAX`](Self::MAX), as arithmetic on integers does; an
    /// execution fails of it with `States.QueryEvaluationError`.
    pub const fn from_units(units: i64) -> Self {
        let _: i64 = Self::UNITS;
        match Self::checked(units) {
            Some(decimal) => decimal,
            None => panic!("attempt to compute a `Decimal` beyond 2^53 units"),
        }
    }

    /// How many of the smallest units it is.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    const fn checked(units: i64) -> Option<Self> {
        if units < Self::MIN.0 || units > Self::MAX.0 { None } else { Some(Self(units)) }
    }

    fn computed(units: Option<i64>) -> Self {
        Self::from_units(units.unwrap_or(i64::MAX))
    }
}

impl<const SCALE: u32> Add for Decimal<SCALE> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::from_units(self.0 + other.0)
    }
}

impl<const SCALE: u32> Sub for Decimal<SCALE> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::from_units(self.0 - other.0)
    }
}

impl<const SCALE: u32> Mul<i64> for Decimal<SCALE> {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self::computed(self.0.checked_mul(times))
    }
}

impl<const SCALE: u32> Neg for Decimal<SCALE> {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl<const SCALE: u32> AddAssign for Decimal<SCALE> {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<const SCALE: u32> SubAssign for Decimal<SCALE> {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl<const SCALE: u32> Sum for Decimal<SCALE> {
    fn sum<I: Iterator<Item = Self>>(decimals: I) -> Self {
        decimals.fold(Self::ZERO, Add::add)
    }
}

impl<'a, const SCALE: u32> Sum<&'a Self> for Decimal<SCALE> {
    fn sum<I: Iterator<Item = &'a Self>>(decimals: I) -> Self {
        decimals.copied().sum()
    }
}

impl<const SCALE: u32> fmt::Display for Decimal<SCALE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.abs() / Self::UNITS, self.0.abs() % Self::UNITS);
        if SCALE == 0 {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{part:0width$}", width = SCALE as usize)
    }
}

/// A text that is no [`Decimal`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no decimal number with at most {scale} digits after the point and 2^53 units")]
pub struct ParseDecimalError {
    text: String,
    scale: u32,
}

impl<const SCALE: u32> FromStr for Decimal<SCALE> {
    type Err = ParseDecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (negative, digits) = match text.strip_prefix('-') {
                Some(digits) => (true, digits),
                None => (false, text),
            };
            let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number(whole) || !is_number(part) {
                return None;
            }
            // More digits say nothing where they are zeros.
            let (part, width) = (part.trim_end_matches('0'), SCALE as usize);
            if part.len() > width {
                return None;
            }
            let part: i64 = format!("0{part:0<width$}").parse().ok()?;
            let units = whole.parse::<i64>().ok()?.checked_mul(Self::UNITS)?.checked_add(part)?;
            Self::checked(if negative { -units } else { units })
        };
        parse().ok_or_else(|| ParseDecimalError { text: text.to_owned(), scale: SCALE })
    }
}

impl<const SCALE: u32> Serialize for Decimal<SCALE> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de, const SCALE: u32> Deserialize<'de> for Decimal<SCALE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let units = i64::deserialize(deserializer)?;
        Self::checked(units).ok_or_else(|| {
            de::Error::custom(format!("{units} units are beyond 2^53, where numbers in JSON are not exact"))
        })
    }
}

#[diagnostic::do_not_recommend]
impl<const SCALE: u32> Data for Decimal<SCALE> {
    type Owned = Self;
    fn shape() -> Shape {
        Shape::Integer { bits: 64, signed: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Money = Decimal<2>;

    #[test]
    fn people_read_and_write_a_point() {
        for (units, text) in [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (1_250, "12.50"),
            (9_007_199_254_740_991, "90071992547409.91"),
        ] {
            assert_eq!(Money::from_units(units).to_string(), text);
            assert_eq!(text.parse(), Ok(Money::from_units(units)));
        }
        assert_eq!(
            ["7", "7.5", "7.500", "-0"].map(|text| text.parse().map(Money::units)),
            [Ok(700), Ok(750), Ok(750), Ok(0)]
        );
        assert_eq!(
            ("7".parse(), "7.0".parse()),
            (Ok(Decimal::<0>::from_units(7)), Ok(Decimal::<0>::from_units(7)))
        );
        assert_eq!(Decimal::<0>::from_units(-7).to_string(), "-7");
    }

    #[test]
    fn what_is_no_exact_decimal_is_refused() {
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1.005",
            "1,5",
            "+1",
            "1e3",
            "--1",
            "90071992547409.92",
            "99999999999999999999",
        ] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
        assert!("7.1".parse::<Decimal<0>>().is_err());
        for json in ["1.5", "\"12.50\"", "9007199254740992", "null"] {
            assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn arithmetic_is_exact() {
        let (a, b) = (Money::from_units(10), Money::from_units(20));
        assert_eq!(
            (a + b, a - b, -a, b * 3),
            (Money::from_units(30), Money::from_units(-10), Money::from_units(-10), Money::from_units(60))
        );
        assert_eq!([a, b].iter().sum::<Money>(), Money::from_units(30));
        assert_eq!((a - b).abs(), a);
    }

    #[test]
    #[should_panic(expected = "beyond 2^53 units")]
    fn an_inexact_sum_is_none() {
        let _ = Money::MAX + Money::from_units(1);
    }

    #[test]
    #[should_panic(expected = "beyond 2^53 units")]
    fn an_inexact_product_is_none() {
        let _ = Money::MAX * i64::MAX;
    }
}
