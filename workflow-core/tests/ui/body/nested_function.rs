use workflow_core::prelude::*;

#[task]
async fn charge(cents: u32) -> u32 {
    cents
}

#[workflow]
async fn awaits(cents: u32) -> u32 {
    async fn twice(cents: u32) -> u32 {
        charge(charge(cents).await).await
    }
    twice(cents).await
}

#[workflow]
async fn holds_a_type(cents: u32) -> u32 {
    struct Kept {
        cents: u32,
    }
    cents
}

#[workflow]
async fn holds_a_task(cents: u32) -> u32 {
    #[task]
    async fn refund(cents: u32) -> u32 {
        cents
    }
    refund(cents).await
}

#[workflow]
async fn draws(cents: u32) -> u32 {
    fn stamped(cents: u32) -> u64 {
        let now = std::time::Instant::now();
        u64::from(cents) + now.elapsed().as_secs()
    }
    stamped(cents) as u32
}

#[workflow]
async fn mistaken(cents: u32) -> u32 {
    fn halved(cents: u32) -> u32 {
        cents / "2"
    }
    halved(cents)
}

fn main() {}
