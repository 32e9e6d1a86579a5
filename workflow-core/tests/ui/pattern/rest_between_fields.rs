use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Serialize, Deserialize, Data)]
struct Paid(u32, u32, u32);

#[workflow]
async fn pay(paid: Paid) -> u32 {
    let Paid(cents, .., fee) = paid;
    cents + fee
}

fn main() {}
