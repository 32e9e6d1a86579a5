//! Turns: a cron expression, a table of reminders, shifts, rooms.

use std::{collections::BTreeMap, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a cron expression

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum CronField {
    Any,
    Every(u8),
    Range { from: u8, to: u8 },
    List(Vec<u8>),
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum CronError {
    #[error("expected 5 fields, found {found}")]
    Fields { found: usize },
    #[error("`{field}` is no {what}")]
    Bad { field: String, what: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[pure]
fn cron_number(text: &str) -> Result<u8, CronError> {
    text.parse::<u8>().map_err(|_| CronError::Bad { field: text.to_owned(), what: "number".into() })
}

#[pure]
impl FromStr for CronField {
    type Err = CronError;

    fn from_str(s: &str) -> Result<Self, CronError> {
        if s == "*" {
            return Ok(CronField::Any);
        }
        if let Some(step) = s.strip_prefix("*/") {
            let step = cron_number(step)?;
            return if step == 0 {
                Err(CronError::Bad { field: s.to_string(), what: "step".to_string() })
            } else {
                Ok(CronField::Every(step))
            };
        }
        if let Some((from, to)) = s.split_once('-') {
            let (from, to) = (cron_number(from)?, cron_number(to)?);
            return Ok(CronField::Range { from: from.min(to), to: from.max(to) });
        }
        s.split(',').map(cron_number).collect::<Result<Vec<_>, _>>().map(CronField::List)
    }
}

#[pure]
impl CronField {
    fn matches(&self, value: u8) -> bool {
        match self {
            Self::Any => true,
            Self::Every(step) => value % step == 0,
            Self::Range { from, to } => (*from..=*to).contains(&value),
            Self::List(values) => values.contains(&value),
        }
    }
}

#[task]
async fn fire(minute: u8, hour: u8) -> Answer<String> {
    Ok(format!("{hour:02}:{minute:02}"))
}

#[workflow]
pub async fn run_cron(spec: String, hours: u8) -> Result<Vec<String>, CronError> {
    let fields = spec.split_whitespace().map(|f| f.parse()).collect::<Result<Vec<CronField>, CronError>>()?;
    let [minute, hour, _day, _month, _weekday] = fields.as_slice() else {
        return Err(CronError::Fields { found: fields.len() });
    };
    let mut fired = Vec::new();
    'hours: for h in 0..hours.min(24) {
        if !hour.matches(h) {
            continue;
        }
        for m in (0..60).step_by(15).filter(|m| minute.matches(*m)) {
            fired.push(fire(m, h).await?);
            if fired.len() == 6 {
                break 'hours;
            }
        }
    }
    Ok(fired)
}

#[tokio::test]
async fn it_runs_by_a_cron_expression() {
    both_ways(run_cron).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(run_cron("*/30 9-17 * * 1,2".into(), 11)).await;
    assert_eq!(ran.output().unwrap(), ["09:00", "09:30", "10:00", "10:30"]);
    for (spec, error) in [("* *", "Fields"), ("x * * * *", "Bad"), ("*/0 * * * *", "Bad")] {
        assert_eq!(executor.run(run_cron(spec.into(), 2)).await.outcome().error.as_deref(), Some(error));
    }
}

// ---- dunning by a table of steps

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
enum Channel {
    Mail,
    Letter,
    Phone,
}

#[derive(Serialize, Deserialize, Data)]
struct DunningStep {
    after_days: u64,
    channel: Channel,
    fee_cents: u32,
}

static DUNNING: [DunningStep; 4] = [
    DunningStep { after_days: 3, channel: Channel::Mail, fee_cents: 0 },
    DunningStep { after_days: 10, channel: Channel::Letter, fee_cents: 500 },
    DunningStep { after_days: 14, channel: Channel::Letter, fee_cents: 1000 },
    DunningStep { after_days: 7, channel: Channel::Phone, fee_cents: 0 },
];

#[task]
async fn is_paid(invoice: &str, reminders: usize) -> Answer<bool> {
    Ok(invoice.len() == reminders)
}

#[task]
async fn remind(invoice: &str, channel: Channel, owed: u32) -> Answer<()> {
    let _ = (invoice, channel, owed);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "outcome")]
enum DunningOutcome {
    Paid { reminders: usize, owed: u32 },
    Collections { owed: u32, days: u64 },
}

#[workflow]
async fn dun(invoice: String, cents: u32) -> Answer<DunningOutcome> {
    let mut owed = cents;
    for (reminders, DunningStep { after_days, channel, fee_cents }) in DUNNING.iter().enumerate() {
        sleep(Duration::from_secs(after_days * 24 * 60 * 60)).await;
        if is_paid(&invoice, reminders).await? {
            return Ok(DunningOutcome::Paid { reminders, owed });
        }
        owed += fee_cents;
        remind(&invoice, *channel, owed).await?;
    }
    let days = DUNNING.iter().map(|step| step.after_days).sum();
    Ok(DunningOutcome::Collections { owed, days })
}

#[tokio::test]
async fn a_debtor_is_reminded() {
    both_ways(dun).await;
    let executor = Executor::test().agreeing();
    let ran = executor.run(dun("ab".into(), 100)).await;
    assert_eq!(ran.elapsed(), Duration::from_secs(27 * 86_400));
    assert_eq!(ran.output().unwrap(), DunningOutcome::Paid { reminders: 2, owed: 600 });
    assert_eq!(
        executor.run(dun("abcdef".into(), 100)).await.output().unwrap(),
        DunningOutcome::Collections { owed: 1600, days: 34 }
    );
}

// ---- shifts are given out in turns

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Data)]
struct Shift {
    day: u32,
    name: String,
    worker: Option<String>,
}

const SHIFTS: [&str; 3] = ["early", "late", "night"];

#[task]
async fn is_available(worker: &str, day: u32) -> Answer<bool> {
    Ok((worker.len() as u32 + day) % 4 != 0)
}

#[workflow]
async fn roster(workers: Vec<String>, days: u32) -> Answer<(Vec<Shift>, BTreeMap<String, usize>)> {
    let slots: Vec<(u32, &str)> =
        (1..=days.min(3)).flat_map(|day| SHIFTS.iter().map(move |name| (day, *name))).collect();
    let turns: Vec<String> = workers.iter().cycle().take(slots.len()).cloned().collect();
    let mut shifts: Vec<Shift> = Vec::new();
    for ((day, name), worker) in slots.iter().zip(turns) {
        let free = is_available(&worker, *day).await?;
        let previous = shifts.last().and_then(|s| s.worker.as_deref());
        let worker = if free && previous != Some(worker.as_str()) { Some(worker) } else { None };
        shifts.push(Shift { day: *day, name: name.to_string(), worker });
    }
    let mut load = workers.iter().map(|w| (w.clone(), 0)).collect::<BTreeMap<_, _>>();
    shifts.iter().filter_map(|s| s.worker.as_ref()).for_each(|worker| {
        load.entry(worker.clone()).and_modify(|n| *n += 1).or_insert(1);
    });
    Ok((shifts, load))
}

#[tokio::test]
async fn shifts_are_given_out_in_turns() {
    both_ways(roster).await;
    let (shifts, load) = Executor::test()
        .agreeing()
        .run(roster(vec!["ann".into(), "bobby".into()], 2))
        .await
        .output()
        .unwrap();
    assert_eq!(shifts.len(), 6);
    assert_eq!(load, BTreeMap::from([("ann".to_string(), 1), ("bobby".to_string(), 3)]));
}

// ---- meetings of rooms, overlaps found with windows

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
struct Meeting {
    room: String,
    from: u16,
    to: u16,
}

#[task]
async fn move_meeting(meeting: &Meeting, to_room: usize) -> Answer<String> {
    Ok(format!("{}->{to_room}", meeting.room))
}

#[workflow]
async fn solve_overlaps(meetings: Vec<Meeting>) -> Answer<(Vec<String>, u32, Vec<(String, u16)>)> {
    let mut meetings: Vec<Meeting> = meetings.into_iter().filter(|m| m.from < m.to).collect();
    meetings.sort();
    meetings.dedup_by_key(|m| (m.room.clone(), m.from));
    let overlapping: Vec<&Meeting> = meetings
        .windows(2)
        .filter_map(|w| match w {
            [a, b] if a.room == b.room && b.from < a.to => Some(b),
            _ => None,
        })
        .collect();
    let mut moved = Vec::new();
    for (room, meeting) in overlapping.iter().enumerate() {
        moved.push(move_meeting(meeting, room).await?);
    }
    let (busy, longest) = meetings.iter().fold((0u32, 0u16), |(busy, longest), m| {
        let length = m.to - m.from;
        (busy + u32::from(length), longest.max(length))
    });
    let last_of_rooms: Vec<(String, u16)> = meetings
        .chunk_by(|a, b| a.room == b.room)
        .map(|group| (group[0].room.clone(), group.iter().map(|m| m.to).max().unwrap_or(0)))
        .collect();
    Ok((moved, busy + u32::from(longest), last_of_rooms))
}

#[tokio::test]
async fn overlaps_are_solved() {
    both_ways(solve_overlaps).await;
    let meeting = |room: &str, from, to| Meeting { room: room.into(), from, to };
    let ran = Executor::test()
        .agreeing()
        .run(solve_overlaps(vec![
            meeting("b", 1, 3),
            meeting("a", 9, 12),
            meeting("a", 11, 13),
            meeting("a", 11, 14),
        ]))
        .await;
    assert_eq!(
        ran.output().unwrap(),
        (vec!["a->0".to_string()], 2 + 3 + 2 + 3, vec![("a".to_string(), 13), ("b".to_string(), 3)])
    );
}
