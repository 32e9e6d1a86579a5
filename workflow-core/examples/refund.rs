//! A refund: run in process, and printed as the state machine that it becomes.
//!
//! `cargo run -p workflow-core --example refund`

#![allow(missing_docs, unreachable_pub, reason = "short enough to read as it is")]

use serde::{Deserialize, Serialize};
use workflow_core::{Workflow, emit, prelude::*};

#[derive(Serialize, Deserialize, Data)]
pub struct Order {
    id: String,
    cents: u32,
}

#[derive(Debug, thiserror::Error, WorkflowError)]
pub enum RefundError {
    #[error("{cents} cents need an approval")]
    NeedsApproval { cents: u32 },
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

const LIMIT: u32 = 50_000;

/// Pays an order back, up to a limit.
#[workflow]
pub async fn refund(order: Order) -> Result<String, RefundError> {
    if order.cents > LIMIT {
        return Err(RefundError::NeedsApproval { cents: order.cents });
    }
    pay_back(&order.id, order.cents).await
}

#[task(timeout_seconds = 30)]
async fn pay_back(order_id: &str, cents: u32) -> Result<String, RefundError> {
    Ok(format!("paid {cents} cents back for {order_id}"))
}

#[allow(clippy::print_stdout, reason = "this is what the example is for")]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let order = Order { id: "o-1".to_owned(), cents: 1_999 };
    let execution = Executor::new().run(refund(order)).await;
    println!("{:?}", execution.output());
    println!("{}", emit::render(&<refund as Workflow>::definition().machine));
}
