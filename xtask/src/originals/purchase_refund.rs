//! Purchases and refunds: each operation and none, with functions that answer and that fail.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use workflow_core::interpreter::{Execution, Interpreter, TaskCall};

use super::{Case, lambda, lambda_failure};

pub(super) fn cases(inputs: &BTreeMap<String, Value>) -> Vec<Case> {
    let mut inputs = inputs.clone();
    inputs.insert("another operation".to_owned(), json!({ "operation": "sale" }));
    inputs.insert("no operation".to_owned(), json!({ "data": {} }));
    inputs.insert("an operation that is no text".to_owned(), json!({ "operation": 5 }));
    let mut cases = Vec::new();
    for (name, input) in &inputs {
        for works in [true, false] {
            let answer = move |call: &TaskCall<'_>| {
                if works {
                    lambda(call, json!({ "status": "success", "event": call.payload() }))
                } else {
                    lambda_failure("InsufficientFunds", "there is no money left")
                }
            };
            let interpreter =
                Interpreter::test().handler("PurchaseLambda", answer).handler("RefundLambda", answer);
            let what = format!("{name}, with functions that {}", if works { "work" } else { "fail" });
            cases.push(Case { what, input: input.clone(), interpreter });
        }
    }
    cases
}

/// Output, error and cause must be the same.
pub(super) fn compare(original: &Execution, ours: &Execution) -> Vec<String> {
    let mut differences = Vec::new();
    let (before, now) = (original.output().ok(), ours.output().ok());
    if before != now {
        differences.push(format!("the output is {}, and {} before", json!(now), json!(before)));
    }
    if (original.error(), original.cause()) != (ours.error(), ours.cause()) {
        let failure = |execution: &Execution| format!("{:?}: {:?}", execution.error(), execution.cause());
        differences.push(format!("the failure is {}, and {} before", failure(ours), failure(original)));
    }
    differences
}
