//! smoke
use serde::{Deserialize, Serialize};
use workflow_core::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
#[serde(rename_all = "camelCase")]
struct Order { order_id: String, total: u32, kind: Kind, note: Option<String> }
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
enum Kind { Gift, Card { number: String } }
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Data)]
struct Receipt { id: String, cents: u32 }

#[derive(Debug, thiserror::Error, WorkflowError)]
enum E {
    #[error("declined: {reason}")]
    Declined { reason: String },
    #[error("nothing to pay")]
    Nothing,
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

#[task(retry(errors = [Nothing], interval_seconds = 2))]
async fn charge(order: &Order, cents: u32) -> Result<Receipt, E> {
    if cents == 13 { return Err(E::Declined { reason: "unlucky".into() }); }
    Ok(Receipt { id: format!("r-{}", order.order_id), cents })
}
#[task]
async fn notify(text: String) -> String { text }
#[task]
async fn support(id: String, why: String) {}

/// Pays.
#[workflow]
async fn pay(order: Order) -> Result<Receipt, E> {
    if order.total == 0 { return Err(E::Nothing); }
    let tried = async {
        let receipt = charge(&order, order.total + 1).await?;
        let sent = notify(format!("paid {} for {}", receipt.cents, order.order_id)).await?;
        Ok(Receipt { id: sent, cents: receipt.cents * 2 })
    };
    match tried.await {
        Ok(receipt) => Ok(receipt),
        Err(E::Declined { reason }) => {
            let text = notify(reason.clone()).await?;
            Ok(Receipt { id: text, cents: 0 })
        }
        Err(error) => {
            support(order.order_id.clone(), error.name()).await?;
            Err(error)
        }
    }
}

#[workflow]
async fn kinds(order: Order) -> Result<String, E> {
    let label = match &order.kind {
        Kind::Gift if order.total > 100 => "big".to_string(),
        Kind::Gift => "gift".to_string(),
        Kind::Card { number } => format!("card {number}"),
    };
    let Some(note) = order.note else { return Ok(label); };
    let answer = match notify(note).await {
        Ok(text) => text,
        Err(PlatformError::Timeout(_)) => "late".to_string(),
        Err(e) => return Err(e.into()),
    };
    Ok(answer)
}

#[test]
fn smoke() {
    for d in [<pay as workflow_core::Workflow>::definition(), <kinds as workflow_core::Workflow>::definition()] {
        println!("{}\n{:?} {:?}", serde_json::to_string_pretty(&d.machine).unwrap(), d.sites, d.problems);
    }
}
