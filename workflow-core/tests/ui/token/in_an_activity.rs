use workflow_core::prelude::*;

#[task(activity = "Approve")]
async fn approve(token: TaskToken, cents: u32) -> Pending<bool> {
    token.pending()
}

fn main() {}
