//! Points in time as texts: RFC 3339, as the States Language has them.

use crate::time::Timestamp;

/// A point in time: seconds since 1970 and nanoseconds of the second.
pub(super) type Instant = (i64, u32);

/// Reads `2026-01-31T09:30:00.5+01:00`: with a `T`, and with a zone.
pub(super) fn parse(text: &str) -> Option<Instant> {
    let (date, rest) = text.split_once('T')?;
    let (year, month, day) = three(date, '-')?;
    if date.len() != 10 || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let zone = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone);
    let (time, fraction) =
        time.split_once('.').map_or((time, None), |(time, fraction)| (time, Some(fraction)));
    let (hour, minute, second) = match time.len() {
        8 => three(time, ':')?,
        // ISO 8601 lets the seconds be left out.
        5 => three(&format!("{time}:00"), ':')?,
        _ => return None,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanos = match fraction {
        None => 0,
        Some(digits) if (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{digits:0<9}").parse().ok()?
        }
        Some(_) => return None,
    };
    let offset = match zone {
        "Z" => 0,
        _ => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let (hours, minutes) = (two(hours)?, two(minutes)?);
            if hours > 18 || minutes > 59 {
                return None;
            }
            let offset = hours * 3_600 + minutes * 60;
            if zone.starts_with('-') { -offset } else { offset }
        }
    };
    let seconds = days_before(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some((seconds, nanos))
}

/// Writes a point in time as the context object has it.
pub(super) fn format(timestamp: Timestamp) -> String {
    let millis = timestamp.as_millis();
    let days = millis / 86_400_000;
    let rest = millis % 86_400_000;
    let (year, month, day) = date_of(days);
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", rest % 1_000)
}

fn three(text: &str, separator: char) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(separator);
    let first = parts.next()?;
    let year = if first.len() == 4 { digits(first)? } else { two(first)? };
    let (second, third) = (two(parts.next()?)?, two(parts.next()?)?);
    parts.next().is_none().then_some((year, second, third))
}

fn two(text: &str) -> Option<i64> {
    if text.len() == 2 { digits(text) } else { None }
}

fn digits(text: &str) -> Option<i64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970-01-01 to a date. Years are counted from March, so that the leap day is the last
/// of its year.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, month) = (year.div_euclid(400), (month + 9) % 12);
    let year = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for millis in [0, 951_782_400_123, 1_767_225_600_000, 4_107_542_399_999_i64] {
            let text = format(Timestamp::from_millis(millis));
            let (seconds, nanos) = parse(&text).unwrap();
            assert_eq!(seconds * 1_000 + i64::from(nanos) / 1_000_000, millis, "{text}");
        }
    }

    #[test]
    fn every_day_of_six_centuries_follows_the_one_before() {
        let mut before = String::new();
        for day in 0..220_000_i64 {
            let text = format(Timestamp::from_millis(day * 86_400_000));
            assert_eq!(parse(&text), Some((day * 86_400, 0)), "{text}");
            assert!(before < text, "{before}, {text}");
            before = text;
        }
        assert_eq!(before, "2572-05-03T00:00:00.000Z");
        let is_a_day = |date: &str| parse(&format!("{date}T00:00:00Z")).is_some();
        assert!(is_a_day("2000-02-29") && is_a_day("2024-02-29"));
        assert!(!is_a_day("1900-02-29") && !is_a_day("2023-02-29") && !is_a_day("2000-02-30"));
    }

    #[test]
    fn zones_and_fractions_are_read() {
        assert_eq!(parse("1970-01-01T01:00:00.5+01:00"), Some((0, 500_000_000)));
        assert_eq!(parse("1970-01-01T00:00-00:30"), Some((1_800, 0)));
        assert_eq!(parse("1970-01-01T18:59:00+18:59"), Some((0, 0)));
        assert_eq!(parse("2016-12-05T21:29:29Z").map(|at| at.0), Some(1_480_973_369));
    }

    #[test]
    fn what_has_no_zone_no_t_or_no_such_hour_is_refused() {
        for text in [
            "2016-12-05T21:29:29",
            "2016-12-05 21:29:29Z",
            "2016-12-05T25:29:29Z",
            "05-12-2016T21:29:29Z",
            "2016-00-05T21:29:29Z",
            "2016-12-00T21:29:29Z",
            "2015-02-29T21:29:29Z",
            "2016-13-01T21:29:29Z",
            "2016-12-5T21:29:29Z",
            "16-12-05T21:29:29Z",
            "2016-12-05T21:60:29Z",
            "2016-12-05T21:29:60Z",
            "2016-12-05T21:29:29.Z",
            "2016-12-05T21:29:29.1234567890Z",
            "2016-12-05T21:29:29+19:00",
            "2016-12-05T21:29:29+01:60",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
