//! Timestamps and spans of time.

use std::time::Duration;

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Booking {
    from: Timestamp,
    until: Timestamp,
    patience: TimeSpan,
    reminded: Option<Timestamp>,
}

const GRACE: Duration = Duration::from_secs(3_600);
const OPENED: Timestamp = Timestamp::from_millis(1_767_225_600_000);

#[pure]
impl Booking {
    fn length(&self) -> TimeSpan {
        self.until - self.from
    }

    fn overlaps(&self, other: &Booking) -> bool {
        self.from < other.until && other.from < self.until
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Checked {
    length: TimeSpan,
    twice: TimeSpan,
    seconds: u64,
    millis: u64,
    due: Timestamp,
    earlier: Timestamp,
    same: bool,
    overlaps: bool,
    late: bool,
    text: String,
    stamps: Vec<i64>,
    listed: bool,
    total: TimeSpan,
    rest: TimeSpan,
    rebuilt: Timestamp,
    reminder: Timestamp,
}

#[workflow]
async fn booked(first: Booking, second: Booking) -> Result<Checked, PlatformError> {
    let due = first.until + GRACE;
    if due < second.from {
        send(format!("free until {}", second.from)).await?;
    }
    let reminder = match first.reminded {
        Some(reminded) => reminded + first.patience,
        None => first.from - Duration::from_millis(1_500),
    };
    Ok(Checked {
        length: first.length(),
        twice: (first.length() + first.patience) * 2,
        seconds: first.length().as_secs(),
        millis: first.patience.as_millis(),
        due,
        earlier: first.from - first.patience,
        same: first.from == second.from,
        overlaps: first.overlaps(&second),
        late: first.from >= OPENED && first.patience <= TimeSpan::from_millis(1_500),
        text: format!("from {} on", first.from),
        stamps: [first.from, second.until].iter().map(|time| time.as_millis()).collect(),
        listed: [first.from, first.until].contains(&second.from),
        total: [first.patience, second.patience].iter().sum(),
        rest: first.patience - second.patience,
        rebuilt: Timestamp::from_millis(first.until.as_millis() + 1),
        reminder,
    })
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("it is RFC 3339")
}

#[tokio::test]
async fn time_is_computed_as_in_rust() {
    snapshot!(booked);
    let booking = |from, until, patience| Booking {
        from: at(from),
        until: at(until),
        patience: TimeSpan::from_millis(patience),
        reminded: None,
    };
    let first = booking("2026-01-01T00:00:00+01:00", "2026-01-01T12:00:00.250Z", 100);
    let second = booking("2025-12-31T23:00:00Z", "2026-01-02T00:00:00Z", 200);
    let checked = crate::testing().run(booked(first.clone(), second.clone())).await.output().unwrap();
    assert_eq!(checked.length, TimeSpan::from_millis(46_800_250));
    assert_eq!(checked.twice, TimeSpan::from_millis(93_600_700));
    assert_eq!((checked.seconds, checked.millis), (46_800, 100));
    assert_eq!(checked.due, at("2026-01-01T13:00:00.250Z"));
    assert_eq!(checked.earlier, at("2025-12-31T22:59:59.900Z"));
    assert!(checked.same && checked.overlaps && !checked.late && checked.listed);
    assert_eq!(checked.text, "from 2025-12-31T23:00:00.000Z on");
    assert_eq!(checked.stamps, [1_767_222_000_000, 1_767_312_000_000]);
    assert_eq!((checked.total, checked.rest), (TimeSpan::from_millis(300), TimeSpan::ZERO));
    assert_eq!(checked.rebuilt, at("2026-01-01T12:00:00.251Z"));
    assert_eq!(checked.reminder, at("2025-12-31T22:59:58.500Z"));
}

#[workflow]
async fn patient(patience: TimeSpan, more: u32) -> TimeSpan {
    sleep(patience * more).await;
    sleep(Duration::from_secs(90)).await;
    patience
}

#[tokio::test]
async fn a_span_is_waited_for() {
    snapshot!(patient);
    let execution = crate::testing().run(patient(TimeSpan::from_millis(1_200), 2)).await;
    assert_eq!(execution.output().unwrap(), TimeSpan::from_millis(1_200));
    assert_eq!(execution.elapsed(), Duration::from_secs(3 + 90));
}

#[workflow]
async fn alike(left: Booking, right: Booking) -> bool {
    left == right
}

#[test]
fn what_holds_timestamps_is_not_compared_as_a_whole() {
    let problems = &<alike as workflow_core::Workflow>::definition().problems;
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("compares the text of the timestamps in it"), "{problems:?}");
}

#[workflow]
async fn millis_later(from: Timestamp) -> (i64, bool) {
    ((from + GRACE).as_millis(), from + GRACE > OPENED)
}

#[tokio::test]
async fn what_was_just_computed_is_not_read_back() {
    snapshot!(millis_later);
    let output = testing().run(millis_later(at("1970-01-01T00:00:01Z"))).await.output().unwrap();
    assert_eq!(output, (3_601_000, false));
}
