//! Orders: verified or not, in stock or not, charged, refused or failed.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use workflow_core::interpreter::{Execution, Interpreter, TaskCall};

use super::{Case, asked, lambda, lambda_failure};

/// How charging the card ends.
#[derive(Clone, Copy)]
enum Charge {
    Paid,
    Refused,
    Broken,
}

pub(super) fn cases(inputs: &BTreeMap<String, Value>) -> Vec<Case> {
    let mut cases = Vec::new();
    for input in inputs.values() {
        for verified in [true, false] {
            for in_stock in [true, false] {
                for charge in [Charge::Paid, Charge::Refused, Charge::Broken] {
                    let charged = match charge {
                        Charge::Paid => "charged",
                        Charge::Refused => "charge refused",
                        Charge::Broken => "charge broken",
                    };
                    let what = format!(
                        "{}, {}, {charged}",
                        if verified { "verified" } else { "not verified" },
                        if in_stock { "in stock" } else { "out of stock" }
                    );
                    cases.push(Case {
                        what,
                        input: input.clone(),
                        interpreter: interpreter(verified, in_stock, charge),
                    });
                }
            }
        }
    }
    cases
}

fn interpreter(verified: bool, in_stock: bool, charge: Charge) -> Interpreter {
    Interpreter::test()
        .handler("PaymentVerifier", move |call: &TaskCall<'_>| {
            lambda(call, json!({ "paymentVerified": verified }))
        })
        .handler("ItemsInStockRetriever", move |call: &TaskCall<'_>| {
            let payload = call.payload();
            let items = payload.get("items").unwrap_or(payload).as_array().cloned().unwrap_or_default();
            let stocked = items.into_iter().enumerate().map(|(place, mut item)| {
                // The last item is the one that is not there.
                item["quantityInStock"] = if in_stock || place == 0 { 3.into() } else { 0.into() };
                item
            });
            lambda(call, stocked.collect())
        })
        .handler("chargePaymentMethod", move |call: &TaskCall<'_>| match charge {
            Charge::Paid => lambda(call, Value::Null),
            Charge::Refused => lambda_failure("PaymentError", "insufficient funds"),
            Charge::Broken => lambda_failure("Runtime.ExitError", "the function ended"),
        })
        .handler("dynamodb:putItem", |_: &TaskCall<'_>| json!({}))
        .handler("sns:publish", |_: &TaskCall<'_>| json!({ "MessageId": "m-1" }))
}

/// The entry of the order must hold the same, and somebody must hear of it as often.
pub(super) fn compare(original: &Execution, ours: &Execution) -> Vec<String> {
    let mut differences = Vec::new();
    let entries = |execution: &Execution| {
        let mut entries = asked(execution, "putItem");
        for entry in &mut entries {
            // Each execution draws an id of its own; numbers and lists are texts that are read by value.
            entry["Item"]["OrderId"]["S"] = Value::from("(an id)");
            let total = entry["Item"]["OrderTotal"]["N"].as_str().and_then(|total| total.parse::<f64>().ok());
            entry["Item"]["OrderTotal"]["N"] = total.into();
            let items =
                entry["Item"]["Items"]["S"].as_str().and_then(|items| serde_json::from_str(items).ok());
            entry["Item"]["Items"]["S"] = items.unwrap_or_default();
        }
        entries
    };
    let (before, now) = (entries(original), entries(ours));
    if before != now {
        differences.push(format!("the order is entered as {}, and as {} before", json!(now), json!(before)));
    }
    let told = |execution: &Execution| asked(execution, "publish").len();
    if told(original) != told(ours) {
        differences.push(format!("{} messages are published, and {} before", told(ours), told(original)));
    }
    differences
}
