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

use std::sync::{LazyLock, Mutex, atomic::{AtomicU32, Ordering}};

static TOTAL: Mutex<u32> = Mutex::new(0);
static PAID: AtomicU32 = AtomicU32::new(0);
static LIMIT: LazyLock<u32> = LazyLock::new(|| 3);

// What is around it is told after what is in it.
#[workflow]
async fn environment(cents: u32) -> u32 {
    let currency = std::env::var("CURRENCY").unwrap();
    cents
}

#[workflow]
async fn clock(cents: u32) -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[workflow]
async fn pattern(id: String) -> bool {
    regex::Regex::new("^o-").unwrap().is_match(&id)
}

#[workflow]
async fn dice(cents: u32) -> u32 {
    rand::thread_rng().gen_range(0..6)
}

#[workflow]
async fn page(cents: u32) -> u32 {
    let page = reqwest::get("https://example.com").await;
    cents
}

#[workflow]
async fn built_later(cents: u32) -> bool {
    cents > *LIMIT
}

#[workflow]
async fn locked(cents: u32) -> u32 {
    *TOTAL.lock().unwrap() + cents
}

#[workflow]
async fn counted(cents: u32) -> u32 {
    PAID.fetch_add(cents, Ordering::SeqCst)
}

fn main() {}
