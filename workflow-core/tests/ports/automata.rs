//! Machines of states, written as enums that a loop turns into each other.

use std::{collections::VecDeque, time::Duration};

use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

use crate::{Answer, both_ways};

// ---- an order, state by state

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OrderState {
    Placed { cents: u64 },
    Paid { receipt: String },
    Picking { receipt: String, missing: Vec<String> },
    Shipped { tracking: String },
    Refunding { receipt: String, reason: String },
    Closed,
    Cancelled { reason: String },
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum ShopError {
    #[error("the card was declined: {0}")]
    Declined(String),
    #[error("{sku} is not there")]
    Missing { sku: String },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn take_money(cents: u64) -> Result<String, ShopError> {
    if cents > 5_000 { Err(ShopError::Declined("too much".into())) } else { Ok(format!("r{cents}")) }
}

#[task]
async fn pick(sku: &str) -> Result<(), ShopError> {
    if sku.len() > 3 { Err(ShopError::Missing { sku: sku.to_owned() }) } else { Ok(()) }
}

#[task]
async fn hand_over(receipt: &str) -> Answer<String> {
    Ok(format!("t-{receipt}"))
}

#[task]
async fn give_money_back(receipt: &str) -> Answer<()> {
    let _ = receipt;
    Ok(())
}

#[pure]
impl OrderState {
    fn is_final(&self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled { .. })
    }
}

#[workflow]
pub async fn order_machine(cents: u64, skus: Vec<String>) -> Result<(OrderState, u32), ShopError> {
    let mut state = OrderState::Placed { cents };
    let mut steps = 0;
    while !state.is_final() {
        steps += 1;
        state = match state {
            OrderState::Placed { cents: 0 } => OrderState::Cancelled { reason: "nothing to pay".to_string() },
            OrderState::Placed { cents } => match take_money(cents).await {
                Ok(receipt) => OrderState::Paid { receipt },
                Err(ShopError::Declined(reason)) => OrderState::Cancelled { reason },
                Err(other) => return Err(other),
            },
            OrderState::Paid { receipt } => OrderState::Picking { receipt, missing: vec![] },
            OrderState::Picking { receipt, mut missing } => {
                for sku in &skus {
                    if let Err(ShopError::Missing { sku }) = pick(sku).await {
                        missing.push(sku);
                    }
                }
                if missing.is_empty() {
                    OrderState::Shipped { tracking: hand_over(&receipt).await? }
                } else {
                    OrderState::Refunding { receipt, reason: missing.join("+") }
                }
            }
            OrderState::Shipped { .. } => {
                sleep(Duration::from_secs(60 * 60 * 24)).await;
                OrderState::Closed
            }
            OrderState::Refunding { receipt, reason } => {
                give_money_back(&receipt).await?;
                OrderState::Cancelled { reason }
            }
            done @ (OrderState::Closed | OrderState::Cancelled { .. }) => done,
        };
        if steps > 20 {
            break;
        }
    }
    Ok((state, steps))
}

#[tokio::test]
async fn an_order_goes_through_its_states() {
    both_ways(order_machine).await;
    let ran = Executor::test().agreeing().run(order_machine(100, vec!["pen".into(), "paper".into()])).await;
    assert_eq!(ran.output().unwrap(), (OrderState::Cancelled { reason: "paper".into() }, 4));
}

// ---- a stack machine

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
#[serde(tag = "op", content = "arg", rename_all = "lowercase")]
pub enum Op {
    Push(i32),
    Pop,
    Dup,
    Swap,
    Add,
    Sub,
    Mul,
    Jz(usize),
    Jmp(usize),
    Emit,
}

#[derive(Debug, PartialEq, thiserror::Error, WorkflowError)]
pub enum MachineError {
    #[error("the stack is empty at {at}")]
    Underflow { at: usize },
    #[error("{0} steps are too many")]
    TooLong(usize),
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn emit_value(value: i32) -> Answer<()> {
    let _ = value;
    Ok(())
}

#[workflow]
pub async fn stack_machine(program: Vec<Op>) -> Result<Vec<i32>, MachineError> {
    const LIMIT: usize = 40;
    let mut stack: Vec<i32> = vec![];
    let mut pc = 0usize;
    let mut steps = 0usize;
    while let Some(&op) = program.get(pc) {
        steps += 1;
        if steps > LIMIT {
            return Err(MachineError::TooLong(LIMIT));
        }
        pc += 1;
        match op {
            Op::Push(n) => stack.push(n % 1000),
            Op::Pop => {
                stack.pop().ok_or(MachineError::Underflow { at: pc })?;
            }
            Op::Dup => {
                let &top = stack.last().ok_or(MachineError::Underflow { at: pc })?;
                stack.push(top);
            }
            Op::Swap => {
                let n = stack.len();
                if n < 2 {
                    return Err(MachineError::Underflow { at: pc });
                }
                stack.swap(n - 1, n - 2);
            }
            Op::Add | Op::Sub | Op::Mul => {
                let (Some(b), Some(a)) = (stack.pop(), stack.pop()) else {
                    return Err(MachineError::Underflow { at: pc });
                };
                stack.push(match op {
                    Op::Add => a + b,
                    Op::Sub => a - b,
                    _ => (a * b) % 1000,
                });
            }
            Op::Jz(to) => {
                if stack.pop() == Some(0) {
                    pc = to;
                }
            }
            Op::Jmp(to) => pc = to,
            Op::Emit => {
                if let [.., top] = stack[..] {
                    emit_value(top).await?;
                }
            }
        }
    }
    Ok(stack)
}

#[tokio::test]
async fn a_stack_machine_computes() {
    both_ways(stack_machine).await;
    let program = vec![Op::Push(2), Op::Push(5), Op::Swap, Op::Sub, Op::Dup, Op::Mul, Op::Emit];
    let ran = Executor::test().agreeing().run(stack_machine(program)).await;
    assert_eq!(ran.output().unwrap(), [9]);
}

// ---- a turn of two players on a board

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
pub enum Player {
    X,
    O,
}

#[pure]
impl Player {
    const fn other(self) -> Self {
        match self {
            Player::X => Player::O,
            Player::O => Player::X,
        }
    }
}

const LINES: [[usize; 3]; 8] =
    [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];

#[pure]
fn winner(board: &[Option<Player>; 9]) -> Option<Player> {
    LINES.iter().find_map(|&[a, b, c]| match (board[a], board[b], board[c]) {
        (Some(x), Some(y), Some(z)) if x == y && y == z => Some(x),
        _ => None,
    })
}

#[task]
async fn choose_field(player: Player, board: &[Option<Player>; 9]) -> Answer<usize> {
    let free: Vec<usize> = (0..9).filter(|&i| board[i].is_none()).collect();
    Ok(match player {
        Player::X => free[0],
        Player::O => free[free.len() - 1],
    })
}

#[workflow]
pub async fn tic_tac_toe(first: Player) -> Answer<(Option<Player>, String)> {
    let mut board: [Option<Player>; 9] = [None; 9];
    let mut player = first;
    let won = 'game: loop {
        let field = choose_field(player, &board).await?;
        if field >= board.len() || board[field].is_some() {
            break 'game Some(player.other());
        }
        board[field] = Some(player);
        if let Some(winner) = winner(&board) {
            break winner.into();
        }
        if board.iter().all(Option::is_some) {
            break None;
        }
        player = player.other();
    };
    let drawn = board
        .chunks(3)
        .map(|row| {
            row.iter()
                .map(|field| match field {
                    Some(Player::X) => 'x',
                    Some(Player::O) => 'o',
                    None => '.',
                })
                .collect::<String>()
        })
        .collect::<Vec<_>>()
        .join("/");
    Ok((won, drawn))
}

#[tokio::test]
async fn two_play_on_a_board() {
    both_ways(tic_tac_toe).await;
    let ran = Executor::test().agreeing().run(tic_tac_toe(Player::X)).await;
    assert_eq!(ran.output().unwrap(), (Some(Player::X), "xxx/.../.oo".to_owned()));
}

// ---- tokens in a bucket

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Data)]
pub struct Bucket {
    tokens: u32,
    capacity: u32,
    refilled: Timestamp,
}

#[pure]
impl Bucket {
    const EVERY: u64 = 10;

    fn refill(self, at: Timestamp) -> Self {
        let elapsed = at.since(self.refilled).as_secs();
        let new = (elapsed / Self::EVERY) as u32;
        Bucket { tokens: self.tokens.saturating_add(new).min(self.capacity), refilled: at, ..self }
    }

    fn take(self) -> Option<Self> {
        let tokens = self.tokens.checked_sub(1)?;
        Some(Self { tokens, ..self })
    }
}

#[task]
async fn call_api(request: u32) -> Answer<u32> {
    Ok(request * 2)
}

#[workflow]
pub async fn rate_limited(requests: Vec<u32>, capacity: u32) -> Answer<(Vec<u32>, u32)> {
    let capacity = capacity.clamp(1, 5);
    let mut bucket = Bucket { tokens: capacity, capacity, refilled: now().await };
    let mut waited = 0;
    let mut queue: VecDeque<u32> = requests.into_iter().take(6).collect();
    let mut answers = Vec::new();
    while let Some(request) = queue.pop_front() {
        bucket = loop {
            match bucket.refill(now().await).take() {
                Some(less) => break less,
                None => {
                    waited += 1;
                    sleep(Duration::from_secs(Bucket::EVERY)).await;
                }
            }
        };
        answers.push(call_api(request).await?);
    }
    Ok((answers, waited))
}

#[tokio::test]
async fn requests_wait_for_tokens() {
    both_ways(rate_limited).await;
    let ran = Executor::test().agreeing().run(rate_limited(vec![1, 2, 3, 4], 2)).await;
    assert_eq!(ran.output().unwrap(), (vec![2, 4, 6, 8], 2));
}

// ---- a document goes back and forth between its author and its reviewers

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
pub enum Verdict {
    Approve,
    Change { remarks: Vec<String> },
    Reject(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Data)]
#[serde(untagged)]
pub enum Review {
    Done { text: String, round: u8 },
    Gone { because: String },
}

#[task(timeout_seconds = 3600)]
async fn review(reviewer: &str, text: &str) -> Answer<Verdict> {
    Ok(match text.len() {
        0 => Verdict::Reject("empty".into()),
        n if n < 12 => Verdict::Change { remarks: vec![format!("{reviewer}: longer")] },
        _ => Verdict::Approve,
    })
}

#[task]
async fn revise(text: &str, remarks: &[String]) -> Answer<String> {
    Ok(format!("{text}{}", "+".repeat(remarks.len() * 4)))
}

#[workflow]
pub async fn review_rounds(text: String, reviewers: Vec<String>) -> Answer<Review> {
    let mut text = text;
    for round in 1..=3u8 {
        let verdicts = map(&reviewers, async |reviewer| review(reviewer, &text).await).await?;
        let mut remarks: Vec<String> = Vec::new();
        for verdict in verdicts {
            match verdict {
                Verdict::Approve => {}
                Verdict::Change { remarks: more } => remarks.extend(more),
                Verdict::Reject(because) => return Ok(Review::Gone { because }),
            }
        }
        if remarks.is_empty() {
            return Ok(Review::Done { text, round });
        }
        text = revise(&text, &remarks).await?;
    }
    Ok(Review::Gone { because: "it takes too long".to_owned() })
}

#[tokio::test]
async fn a_text_is_reviewed_until_all_agree() {
    both_ways(review_rounds).await;
    let ran =
        Executor::test().agreeing().run(review_rounds("hello".into(), vec!["a".into(), "b".into()])).await;
    assert_eq!(ran.output().unwrap(), Review::Done { text: "hello++++++++".into(), round: 2 });
}
