use workflow_core::prelude::*;

#[derive(Debug, thiserror::Error, WorkflowError)]
enum PayError {
    #[error("declined")]
    Declined,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task]
async fn charge(cents: u32) -> Result<u32, PayError> {
    Ok(cents)
}

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::{Arc, Mutex},
};

trait Price {}
struct Pool;

#[workflow]
async fn shared(price: Rc<u32>) -> u32 {
    1
}

#[task]
async fn locked(total: Arc<Mutex<u32>>) -> u32 {
    1
}

#[workflow]
async fn of_a_trait(price: Box<dyn Price>) -> u32 {
    1
}

#[workflow]
async fn a_function(price: fn(u32) -> u32) -> u32 {
    1
}

#[workflow]
async fn without_order(prices: HashMap<String, u32>) -> u32 {
    1
}

#[task]
async fn a_set(cents: u32) -> Result<HashSet<u32>, PayError> {
    Ok(HashSet::new())
}

#[workflow]
async fn state(State(pool): State<Pool>, cents: u32) -> u32 {
    1
}

#[workflow]
async fn some_type(cents: u32) -> impl Into<u32> {
    1
}

#[workflow]
async fn a_lifetime<'a>(id: &'a str) -> u32 {
    1
}

fn main() {}
