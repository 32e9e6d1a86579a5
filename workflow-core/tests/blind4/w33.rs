//! Iterators and data.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

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
async fn t33_solve_overlaps() {
    both_ways(solve_overlaps).await;
    let meeting = |room: &str, from, to| Meeting { room: room.into(), from, to };
    let ran = Executor::test().agreeing().run(solve_overlaps(vec![meeting("b", 1, 3), meeting("a", 9, 12), meeting("a", 11, 13), meeting("a", 11, 14)])).await;
    assert_eq!(ran.output().unwrap(), (vec!["a->0".to_string()], 2 + 3 + 2 + 3, vec![("a".to_string(), 13), ("b".to_string(), 3)]));
}
