//! Fan-out, children, state machines, generics.

use std::{collections::BTreeMap, fmt, ops::AddAssign, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- a rover follows commands on a grid with rocks


#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
enum Heading {
    North,
    East,
    South,
    West,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Data)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
struct Rover {
    at: Point,
    heading: Heading,
}

const HEADINGS: [Heading; 4] = [Heading::North, Heading::East, Heading::South, Heading::West];
const SIZE: i32 = 10;

#[pure]
impl Heading {
    fn turned(self, by: isize) -> Heading {
        let at = HEADINGS.iter().position(|h| *h == self).unwrap_or(0) as isize;
        HEADINGS[(at + by).rem_euclid(4) as usize]
    }

    const fn delta(self) -> (i32, i32) {
        match self {
            Heading::North => (0, 1),
            Heading::East => (1, 0),
            Heading::South => (0, -1),
            Heading::West => (-1, 0),
        }
    }
}

#[pure]
impl Rover {
    fn ahead(&self, steps: i32) -> Point {
        let (dx, dy) = self.heading.delta();
        Point { x: (self.at.x + dx * steps).rem_euclid(SIZE), y: (self.at.y + dy * steps).rem_euclid(SIZE) }
    }
}

#[task]
async fn is_rock(at: Point) -> Answer<bool> {
    Ok(at == Point { x: 2, y: 3 })
}

#[derive(Debug, thiserror::Error, WorkflowError)]
enum RoverError {
    #[error("rock at {x}/{y} after {done} commands")]
    Rock { x: i32, y: i32, done: usize },
    #[error("unknown command {0} at {1}")]
    Unknown(char, usize),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[workflow]
async fn drive(commands: String) -> Result<(Rover, usize), RoverError> {
    let mut rover = Rover { at: Point { x: 0, y: 0 }, heading: Heading::North };
    let mut visited = vec![rover.at];
    for (done, command) in commands.chars().enumerate() {
        let steps = match command.to_ascii_uppercase() {
            'F' => 1,
            'B' => -1,
            'L' => {
                rover.heading = rover.heading.turned(-1);
                continue;
            }
            'R' => {
                rover = Rover { heading: rover.heading.turned(1), ..rover };
                continue;
            }
            digit if digit.is_ascii_digit() => digit.to_digit(10).unwrap_or(0) as i32,
            c if c.is_whitespace() => continue,
            _ => return Err(RoverError::Unknown(command, done)),
        };
        let target @ Point { x, y } = rover.ahead(steps);
        if is_rock(target).await? {
            return Err(RoverError::Rock { x, y, done });
        }
        rover.at = target;
        visited.push(target);
    }
    visited.sort();
    visited.dedup();
    Ok((rover, visited.len()))
}

#[tokio::test]
async fn t38_drive() {
    both_ways(drive).await;
    let executor = Executor::test().agreeing();
    let (rover, visited) = executor.run(drive("ff L f rb4".into())).await.output().unwrap();
    assert_eq!((rover.at, rover.heading, visited), (Point { x: 9, y: 5 }, Heading::North, 6));
    assert_eq!(executor.run(drive("fffRff".into())).await.outcome().error.as_deref(), Some("Rock"));
    assert_eq!(executor.run(drive("f?".into())).await.outcome().error.as_deref(), Some("Unknown"));
}

