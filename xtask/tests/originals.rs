//! `cargo xtask originals` on folders made here.

#![allow(clippy::unwrap_used, reason = "a test says what it expects with `unwrap`, its helpers too")]

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

/// The exit code, and what was printed.
fn originals(folder: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("originals").arg(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout) + &text(output.stderr))
}

fn write(folder: &Path, name: &str, value: &Value) {
    fs::write(folder.join(name), value.to_string()).unwrap();
}

/// A definition of purchases and refunds in JSONPath that ends purchases in a state of its own.
fn purchases(after_purchase: &Value) -> Value {
    let task = |name: &str, next: &str| {
        let resource = format!("arn:aws:lambda:us-east-1:123456789012:function:{name}");
        json!({ "Type": "Task", "Resource": resource, "Next": next })
    };
    let rule = |operation: &str, next: &str| json!({ "Variable": "$.operation", "StringEquals": operation, "Next": next });
    json!({
        "StartAt": "Check Operation",
        "States": {
            "Check Operation": {
                "Type": "Choice",
                "Choices": [rule("purchase", "Purchase"), rule("refund", "Refund")],
                "Default": "Invalid"
            },
            "Purchase": task("PurchaseLambda", "Bought"),
            "Refund": task("RefundLambda", "Done"),
            "Bought": after_purchase,
            "Done": { "Type": "Succeed" },
            "Invalid": {
                "Type": "Fail",
                "Error": "InvalidOperationError",
                "Cause": "The operation provided is not valid."
            }
        }
    })
}

#[test]
fn what_agrees_is_said_to_be_the_same() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "purchase-refund.asl.json", &purchases(&json!({ "Type": "Succeed" })));
    write(folder.path(), "purchase-refund.buy.input.json", &json!({ "operation": "purchase" }));
    let (code, printed) = originals(folder.path());
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("same: buy, with functions that work: succeeds"), "{printed}");
    assert!(printed.ends_with("8 cases compared, 0 differ\n"), "{printed}");
}

#[test]
fn what_differs_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let refused = json!({ "Type": "Fail", "Error": "NotToday" });
    write(folder.path(), "purchase-refund.asl.json", &purchases(&refused));
    write(folder.path(), "purchase-refund.buy.input.json", &json!({ "operation": "purchase" }));
    let (code, printed) = originals(folder.path());
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("DIFFERS: buy, with functions that work: succeeds"), "{printed}");
    assert!(printed.contains("the original fails, and the workflow succeeds"), "{printed}");
}

#[test]
fn what_nothing_replaces_runs_and_what_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let task = json!({ "Type": "Task", "Resource": "${Function}", "End": true });
    write(folder.path(), "alone.asl.json", &json!({ "StartAt": "A", "States": { "A": task } }));
    let (code, printed) = originals(folder.path());
    assert_eq!(code, Some(0), "{printed}");
    assert!(
        printed.contains("alone, which no workflow here replaces:\n  an empty input: succeeds"),
        "{printed}"
    );

    write(folder.path(), "broken.asl.json", &json!({ "StartAt": "A", "States": {} }));
    let (code, printed) = originals(folder.path());
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.contains("there is no state `A`"), "{printed}");
}
