//! A length of time.

use std::{
    iter::Sum,
    ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Sub, SubAssign},
    time::Duration,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    data::{Data, Shape},
    retry::{Length, Seconds},
};

/// A length of time in whole milliseconds, as long as two [`Timestamp`](super::Timestamp)s are apart
/// at most.
///
/// In JSON it is a number of seconds, `90` or `1.5`; [`std::time::Duration`] would be an object with
/// two keys. It is never negative: what would be is zero, and what would be longer than
/// [`MAX`](Self::MAX) is that.
///
/// ```
/// use std::time::Duration;
/// use workflow_core::TimeSpan;
///
/// let patience: TimeSpan = serde_json::from_str("90")?;
/// assert_eq!(Duration::from(patience), Duration::from_secs(90));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan(u64);

impl PartialEq<Duration> for TimeSpan {
    fn eq(&self, other: &Duration) -> bool {
        *self == Self::from(*other)
    }
}

impl PartialOrd<Duration> for TimeSpan {
    fn partial_cmp(&self, other: &Duration) -> Option<std::cmp::Ordering> {
        self.partial_cmp(&Self::from(*other))
    }
}

impl TimeSpan {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Ten thousand years: from the first [`Timestamp`](super::Timestamp) to the last.
    pub const MAX: Self = Self(315_569_519_999_999);

    /// So many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self::from_millis(seconds.saturating_mul(1_000))
    }

    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        if millis > Self::MAX.0 { Self::MAX } else { Self(millis) }
    }

    /// The whole seconds in it.
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000
    }

    /// The milliseconds in it.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    pub(super) const fn signed_millis(self) -> i64 {
        self.0.cast_signed()
    }
}

/// A part of a millisecond is cut off.
impl From<Duration> for TimeSpan {
    fn from(duration: Duration) -> Self {
        Self::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}

impl From<TimeSpan> for Duration {
    fn from(span: TimeSpan) -> Self {
        Self::from_millis(span.0)
    }
}

/// A part of a second counts as a whole one.
impl From<TimeSpan> for Seconds {
    fn from(span: TimeSpan) -> Self {
        Duration::from(span).into()
    }
}

#[diagnostic::do_not_recommend]
impl Length for TimeSpan {
    fn seconds(self) -> Seconds {
        self.into()
    }
}

impl Add for TimeSpan {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::from_millis(self.0.saturating_add(other.0))
    }
}

/// Zero where the right one is longer.
impl Sub for TimeSpan {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<u32> for TimeSpan {
    type Output = Self;

    fn mul(self, times: u32) -> Self {
        Self::from_millis(self.0.saturating_mul(u64::from(times)))
    }
}

impl Div<u32> for TimeSpan {
    type Output = Self;

    /// In whole milliseconds, what is left over cut off.
    ///
    /// # Panics
    ///
    /// If `parts` is 0.
    fn div(self, parts: u32) -> Self {
        Self(self.0 / u64::from(parts))
    }
}

impl MulAssign<u32> for TimeSpan {
    fn mul_assign(&mut self, times: u32) {
        *self = *self * times;
    }
}

impl DivAssign<u32> for TimeSpan {
    fn div_assign(&mut self, parts: u32) {
        *self = *self / parts;
    }
}

impl AddAssign for TimeSpan {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for TimeSpan {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for TimeSpan {
    fn sum<I: Iterator<Item = Self>>(spans: I) -> Self {
        spans.fold(Self::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Self> for TimeSpan {
    fn sum<I: Iterator<Item = &'a Self>>(spans: I) -> Self {
        spans.copied().sum()
    }
}

impl Serialize for TimeSpan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(1_000) {
            serializer.serialize_u64(self.as_secs())
        } else {
            serializer.serialize_f64(seconds(self.0))
        }
    }
}

impl<'de> Deserialize<'de> for TimeSpan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = f64::deserialize(deserializer)?;
        let millis = (given * 1_000.0).round();
        if !(0.0..=Self::MAX.0 as f64).contains(&millis) {
            return Err(de::Error::custom(format!(
                "a length of time is 0 to {} seconds, not {given}",
                seconds(Self::MAX.0)
            )));
        }
        // In this range, which `millis` was just found to be in, a double holds every integer.
        let span = Self(millis as u64);
        #[expect(clippy::float_cmp, reason = "both sides are the double nearest to the same decimal")]
        let whole = seconds(span.0) == given;
        if whole {
            Ok(span)
        } else {
            Err(de::Error::custom(format!(
                "a length of time has at most three digits after the second, not {given}"
            )))
        }
    }
}

fn seconds(millis: u64) -> f64 {
    millis as f64 / 1_000.0
}

#[diagnostic::do_not_recommend]
impl Data for TimeSpan {
    type Owned = Self;
    fn shape() -> Shape {
        Shape::Float
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_a_number_of_seconds() {
        for (millis, json) in
            [(0, "0"), (90_000, "90"), (1, "0.001"), (1_500, "1.5"), (TimeSpan::MAX.0, "315569519999.999")]
        {
            let span = TimeSpan::from_millis(millis);
            assert_eq!(serde_json::to_string(&span).unwrap(), json);
            assert_eq!(serde_json::from_str::<TimeSpan>(json).unwrap(), span);
        }
        assert_eq!(serde_json::from_str::<TimeSpan>("2.0").unwrap(), TimeSpan::from_secs(2));
        for json in ["-1", "0.0001", "315569520000", "1e300", "\"1\"", "null"] {
            assert!(serde_json::from_str::<TimeSpan>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn every_millisecond_survives_json() {
        for start in [0, 1_000_000_007, 315_569_519_999_000] {
            for millis in start..start + 1_000 {
                let json = serde_json::to_string(&TimeSpan(millis)).unwrap();
                assert_eq!(serde_json::from_str::<TimeSpan>(&json).unwrap(), TimeSpan(millis));
            }
        }
    }

    #[test]
    fn arithmetic_stays_in_range() {
        let (short, long) = (TimeSpan::from_millis(1), TimeSpan::from_secs(u64::MAX));
        assert_eq!(long, TimeSpan::MAX);
        assert_eq!((long + short, short - long, long * 2), (TimeSpan::MAX, TimeSpan::ZERO, TimeSpan::MAX));
        assert_eq!([short, short].iter().sum::<TimeSpan>() * 3, TimeSpan::from_millis(6));
        assert_eq!(Seconds::from(short).get(), 1);
        assert_eq!(TimeSpan::from(Duration::from_nanos(1_999_999)), short);
    }
}
