//! A point in time.

use std::{
    fmt,
    ops::{Add, AddAssign, Sub, SubAssign},
    str::FromStr,
    time::Duration,
};

use jiff::{SignedDuration, civil::DateTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::data::{Data, Shape};

use super::TimeSpan;

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// In JSON it is RFC 3339 text. What is read may have any offset and any number of digits after the
/// second, of which those beyond the third are cut off, as `$toMillis` does. What is written is in
/// UTC with three digits, as `$fromMillis` writes. A state machine hands on as it came what it only
/// hands on.
///
/// Its years are 0 to 9999, which is what the text can say. Arithmetic that leaves them ends at
/// [`MIN`](Self::MIN) or [`MAX`](Self::MAX).
///
/// ```
/// use workflow_core::{TimeSpan, Timestamp};
///
/// let start = Timestamp::from_millis(1_000);
/// assert_eq!(Timestamp::from_millis(3_500).since(start), TimeSpan::from_millis(2_500));
/// assert_eq!(serde_json::to_string(&start)?, r#""1970-01-01T00:00:01.000Z""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first one: 0000-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(-62_167_219_200_000);

    /// The last one: 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The point so many milliseconds after 1970-01-01T00:00:00Z, before it where they are negative;
    /// [`MIN`](Self::MIN) or [`MAX`](Self::MAX) where that is beyond them.
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The time from an earlier point to this one; zero where that one is later.
    pub const fn since(self, earlier: Self) -> TimeSpan {
        // The difference of two points in these years is far from the ends of an `i64`.
        let millis = self.0 - earlier.0;
        TimeSpan::from_millis(if millis < 0 { 0 } else { millis.unsigned_abs() })
    }

    const fn moved(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }
}

impl Add<TimeSpan> for Timestamp {
    type Output = Self;

    fn add(self, span: TimeSpan) -> Self {
        self.moved(span.signed_millis())
    }
}

impl Sub<TimeSpan> for Timestamp {
    type Output = Self;

    fn sub(self, span: TimeSpan) -> Self {
        self.moved(-span.signed_millis())
    }
}

/// Of the duration, a part of a millisecond is cut off.
impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        self + TimeSpan::from(duration)
    }
}

/// Of the duration, a part of a millisecond is cut off.
impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        self - TimeSpan::from(duration)
    }
}

/// As [`since`](Timestamp::since): zero where the right one is later.
impl Sub for Timestamp {
    type Output = TimeSpan;

    fn sub(self, earlier: Self) -> TimeSpan {
        self.since(earlier)
    }
}

impl<T> AddAssign<T> for Timestamp
where
    Self: Add<T, Output = Self>,
{
    fn add_assign(&mut self, span: T) {
        *self = *self + span;
    }
}

impl<T> SubAssign<T> for Timestamp
where
    Self: Sub<T, Output = Self>,
{
    fn sub_assign(&mut self, span: T) {
        *self = *self - span;
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Days and months are those of the civil calendar, whose years go as far as ours.
        let date_time = EPOCH + SignedDuration::from_millis(self.0);
        write!(f, "{date_time:.3}Z")
    }
}

const EPOCH: DateTime = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);

/// A text that is no point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no timestamp; one looks like `2026-01-31T18:30:00Z` or `2026-01-31T18:30:00.250+01:00`")]
pub struct ParseTimestampError {
    text: String,
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseTimestampError { text: text.to_owned() };
        let (date_time, offset) = parts(text).ok_or_else(error)?;
        let date_time: DateTime = date_time.parse().map_err(|_| error())?;
        let since = date_time.duration_since(EPOCH) - SignedDuration::from_mins(offset);
        // Digits are cut off the text, also where the count of nanoseconds is negative.
        let millis = i64::try_from(since.as_nanos().div_euclid(1_000_000)).map_err(|_| error())?;
        let timestamp = Self::from_millis(millis);
        if timestamp.0 == millis { Ok(timestamp) } else { Err(error()) }
    }
}

/// The date and time in a text, and its offset in minutes, if it has the form that `$toMillis` reads:
/// jiff alone would take more.
fn parts(text: &str) -> Option<(&str, i64)> {
    const DATE_TIME: &str = "dddd-dd-ddTdd:dd:dd";
    let matches = |text: &str, picture: &str| {
        text.len() == picture.len()
            && text.bytes().zip(picture.bytes()).all(|(byte, expected)| match expected {
                b'd' => byte.is_ascii_digit(),
                _ => byte == expected,
            })
    };
    let offset_at = text.rfind(['Z', '+', '-'])?;
    let (date_time, offset) = text.split_at(offset_at);
    let (seconds, fraction) = date_time.split_once('.').unwrap_or((date_time, "0"));
    // A leap second is none to Step Functions.
    if !matches(seconds, DATE_TIME)
        || seconds.ends_with("60")
        || !(1..=9).contains(&fraction.len())
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    if offset == "Z" {
        return Some((date_time, 0));
    }
    let sign = if matches(offset, "+dd:dd") {
        1
    } else if matches(offset, "-dd:dd") {
        -1
    } else {
        return None;
    };
    let (hours, minutes): (i64, i64) = (offset[1..3].parse().ok()?, offset[4..].parse().ok()?);
    (hours < 24 && minutes < 60).then_some((date_time, sign * (hours * 60 + minutes)))
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[diagnostic::do_not_recommend]
impl Data for Timestamp {
    type Owned = Self;
    fn shape() -> Shape {
        Shape::Timestamp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_to_millis_reads_it() {
        // Each value is what `$toMillis` of the reference implementation gives.
        for (text, millis) in [
            ("2026-01-01T00:00:00Z", 1_767_225_600_000),
            ("2026-01-01T00:00:00.1239Z", 1_767_225_600_123),
            ("1969-12-31T23:59:59.9999Z", -1),
            ("2026-01-01T01:00:00+01:00", 1_767_225_600_000),
            ("2026-01-01T01:00:00.5-00:30", 1_767_231_000_500),
            ("2026-01-01T00:00:00-00:00", 1_767_225_600_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] {
            assert_eq!(text.parse(), Ok(Timestamp::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_rfc_3339_is_refused() {
        for text in [
            "",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01t00:00:00z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+01:60",
            "2026-02-30T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "2026-01-01T00:00:00Z[UTC]",
            "-001-01-01T00:00:00Z",
            "0000-01-01T00:00:00+01:00",
            "２026-01-01T00:00:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn text_is_written_as_from_millis_writes_it() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (i64::MIN, "0000-01-01T00:00:00.000Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::from_millis(millis).to_string(), text);
        }
    }

    #[test]
    fn arithmetic_stays_in_range() {
        let start = Timestamp::from_millis(5);
        assert_eq!(start + TimeSpan::MAX, Timestamp::MAX);
        assert_eq!(start - TimeSpan::MAX, Timestamp::MIN);
        assert_eq!(start + Duration::from_micros(1_999), Timestamp::from_millis(6));
        assert_eq!(start - Timestamp::from_millis(6), TimeSpan::ZERO);
        assert_eq!(Timestamp::MAX - Timestamp::MIN, TimeSpan::MAX);
        let mut moved = start;
        moved += Duration::MAX;
        assert_eq!(moved, Timestamp::MAX);
        moved -= TimeSpan::from_millis(1);
        assert_eq!(moved.as_millis(), 253_402_300_799_998);
    }

    #[test]
    fn json_is_text() {
        let timestamp: Timestamp = serde_json::from_str(r#""2026-01-01T00:00:00+01:00""#).unwrap();
        assert_eq!(serde_json::to_string(&timestamp).unwrap(), r#""2025-12-31T23:00:00.000Z""#);
        let error = serde_json::from_str::<Timestamp>(r#""soon""#).unwrap_err();
        assert!(error.to_string().starts_with("`soon` is no timestamp; one looks like"), "{error}");
    }
}
