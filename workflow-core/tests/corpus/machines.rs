//! State machines with enums of their own.

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::program;

#[derive(Debug, Clone, PartialEq, thiserror::Error, WorkflowError)]
pub enum MachineError {
    #[error("{from} does not take {event}")]
    IllegalTransition { from: String, event: String },
    #[error("jammed")]
    Jammed,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(rename_all = "UPPERCASE")]
pub enum Light {
    Red,
    Green,
    Yellow,
}

#[task]
async fn switch(light: Light) -> Result<u32, MachineError> {
    Ok(match light {
        Light::Red => 30,
        Light::Green => 20,
        Light::Yellow => 3,
    })
}

#[workflow]
pub async fn traffic_light(start: Light, turns: u32) -> Result<(Light, u32), MachineError> {
    let mut light = start;
    let mut total = 0;
    for _ in 0..turns {
        total += switch(light).await?;
        light = match light {
            Light::Red => Light::Green,
            Light::Green => Light::Yellow,
            Light::Yellow => Light::Red,
        };
    }
    Ok((light, total))
}

program!(lights: traffic_light [switch] (Light::Red, 4), (Light::Yellow, 0), (Light::Green, 1));

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Phase {
    Draft,
    InReview { reviewers: Vec<String>, round: u32 },
    Published { url: String },
    Archived,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "type", content = "body")]
pub enum Event {
    Submit(Vec<String>),
    RequestChanges,
    Approve { by: String },
    Archive,
}

#[task]
async fn publish(title: &str, approved_by: &str) -> Result<String, MachineError> {
    Ok(format!("https://example.com/{title}?by={approved_by}"))
}

#[task]
async fn unpublish(url: &str) -> Result<(), MachineError> {
    let _ = url;
    Ok(())
}

/// An article's life: the state and the event are matched together.
#[workflow]
pub async fn article(title: String, events: Vec<Event>) -> Result<Phase, MachineError> {
    let mut phase = Phase::Draft;
    for event in events {
        phase = match (phase, event) {
            (Phase::Draft, Event::Submit(reviewers)) => Phase::InReview { reviewers, round: 1 },
            (Phase::InReview { reviewers, round }, Event::RequestChanges) if round < 3 => {
                Phase::InReview { reviewers, round: round + 1 }
            }
            (Phase::InReview { .. }, Event::RequestChanges) => Phase::Archived,
            (Phase::InReview { reviewers, .. }, Event::Approve { by }) if reviewers.contains(&by) => {
                let url = publish(&title, &by).await?;
                Phase::Published { url }
            }
            (Phase::Published { url }, Event::Archive) => {
                unpublish(&url).await?;
                Phase::Archived
            }
            (Phase::Draft, Event::Archive) => Phase::Archived,
            (_, Event::Approve { by }) => {
                return Err(MachineError::IllegalTransition { from: "somewhere".to_string(), event: by });
            }
            (other, _) => other,
        };
        if phase == Phase::Archived {
            break;
        }
    }
    Ok(phase)
}

program!(an_article: article [publish, unpublish]
    ("a".into(), vec![Event::Submit(vec!["x".into()]), Event::RequestChanges, Event::Approve { by: "x".into() }, Event::Archive, Event::Approve { by: "y".into() }]),
    ("a".into(), vec![Event::Approve { by: "x".into() }]),
    ("a".into(), vec![Event::Submit(vec![]), Event::RequestChanges, Event::RequestChanges, Event::RequestChanges]),
    ("a".into(), vec![]),
    ("a".into(), vec![Event::Archive, Event::Archive]),
    ("a".into(), vec![Event::Submit(vec!["x".into()]), Event::Submit(vec![])]),
);

/// A vending machine: counters, nested matches, early returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub enum Action {
    Coin(u32),
    Select { slot: char },
    Refund,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Vended {
    dispensed: Vec<String>,
    change: u32,
}

#[task]
async fn dispense(slot: char) -> Result<String, MachineError> {
    if slot == 'J' { Err(MachineError::Jammed) } else { Ok(format!("item {slot}")) }
}

#[workflow]
pub async fn vending(actions: Vec<Action>) -> Result<Vended, MachineError> {
    let mut balance = 0;
    let mut dispensed = vec![];
    for action in actions.iter() {
        match action {
            Action::Coin(cents) => balance += cents,
            Action::Select { slot } => {
                let price = match slot {
                    'A'..='C' => 100,
                    'D' | 'E' => 150,
                    _ => 200,
                };
                if balance < price {
                    continue;
                }
                match dispense(*slot).await {
                    Ok(item) => {
                        balance -= price;
                        dispensed.push(item);
                    }
                    Err(MachineError::Jammed) => return Ok(Vended { dispensed, change: balance }),
                    Err(error) => return Err(error),
                }
            }
            Action::Refund => {
                return Ok(Vended { dispensed, change: balance });
            }
        }
    }
    Ok(Vended { dispensed, change: balance })
}

program!(a_vending_machine: vending [dispense]
    (vec![Action::Coin(100), Action::Coin(150), Action::Select { slot: 'B' }, Action::Select { slot: 'E' }, Action::Refund, Action::Coin(1)]),
    (vec![Action::Coin(500), Action::Select { slot: 'A' }, Action::Select { slot: 'J' }, Action::Select { slot: 'A' }]),
    (vec![Action::Select { slot: 'A' }]),
    (vec![]),
);

/// An elevator: a queue of floors in a list that is taken from its front.
#[task]
async fn move_to(from: i32, to: i32) -> Result<u32, MachineError> {
    Ok((to - from).unsigned_abs())
}

#[workflow]
pub async fn elevator(mut queue: Vec<i32>, limit: u32) -> Result<(i32, u32), MachineError> {
    let mut floor = 0;
    let mut moved = 0u32;
    while !queue.is_empty() {
        let next = queue.remove(0);
        if next == floor {
            continue;
        }
        let direction = if next > floor { "up" } else { "down" };
        moved += move_to(floor, next).await?;
        floor = next;
        if moved > limit && direction == "down" {
            queue.clear();
        } else if moved > limit {
            queue.push(0);
        }
    }
    Ok((floor, moved))
}

program!(an_elevator: elevator [move_to] (vec![3, 3, 1, 7], 100), (vec![5, -2, 4], 2), (vec![], 0), (vec![9], 1));

/// Nested state: a struct in a struct in an option, set in place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Game {
    players: Vec<Player>,
    current: usize,
    winner: Option<String>,
    history: Vec<(usize, u32)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
pub struct Player {
    name: String,
    score: u32,
    streak: Option<u32>,
}

#[task]
async fn roll(player: &str, turn: u32) -> Result<u32, MachineError> {
    Ok((player.len() as u32 * 7 + turn * 3) % 6 + 1)
}

#[workflow]
pub async fn dice_game(names: Vec<String>, target: u32) -> Result<Game, MachineError> {
    let mut game = Game {
        players: names.iter().map(|name| Player { name: name.clone(), score: 0, streak: None }).collect(),
        current: 0,
        winner: None,
        history: vec![],
    };
    let mut turn = 0;
    if game.players.is_empty() {
        return Ok(game);
    }
    while game.winner.is_none() && turn < 12 {
        let name = game.players[game.current].name.clone();
        let points = roll(&name, turn).await?;
        game.history.push((game.current, points));
        game.players[game.current].score += points;
        if points == 6 {
            let streak = game.players[game.current].streak.unwrap_or(0);
            game.players[game.current].streak = Some(streak + 1);
        } else {
            game.players[game.current].streak = None;
            game.current = (game.current + 1) % game.players.len();
        }
        if game.players.iter().any(|player| player.score >= target) {
            game.winner = Some(name);
        }
        turn += 1;
    }
    Ok(game)
}

program!(a_game: dice_game [roll]
    (vec!["ann".into(), "bo".into()], 12), (vec![], 1), (vec!["x".into()], 3), (vec!["x".into(), "yy".into(), "zzz".into()], 1_000),
);
