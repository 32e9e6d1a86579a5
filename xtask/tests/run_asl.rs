//! `cargo xtask run-asl` and `cargo xtask bench` from the outside.

#![expect(clippy::unwrap_used, reason = "tests say what they expect with `unwrap`, and so do their helpers")]

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

const DEFINITION: &str = r#"{
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "Charge", "Payload.$": "$"}, "OutputPath": "$.Payload",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60}], "Next": "Tell"
        },
        "Tell": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"MessageBody.$": "$$.Task.Token"}, "TimeoutSeconds": 30, "ResultPath": "$.told", "End": true
        }
    }
}"#;

fn xtask(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).current_dir(dir).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn dir(mocks: &Value) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("m.asl.json"), DEFINITION).unwrap();
    fs::write(dir.path().join("input.json"), r#"{"order": 7}"#).unwrap();
    fs::write(dir.path().join("mocks.json"), mocks.to_string()).unwrap();
    dir
}

const RUN: [&str; 8] =
    ["run-asl", "m.asl.json", "--input", "input.json", "--mocks", "mocks.json", "--history", "history.json"];

#[test]
fn mocks_answer_each_attempt_and_the_history_is_written() {
    let dir = dir(&json!({
        "Charge": [{"error": "Busy", "cause": "try again"}, {"output": {"Payload": {"paid": true}}}],
        "sqs:sendMessage.waitForTaskToken": {"output": "yes", "submitted": {"MessageId": "m"}, "after": 5}
    }));
    let (code, stdout, stderr) = xtask(dir.path(), &RUN);
    assert_eq!(code, 0, "{stderr}");
    let outcome: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(outcome, json!({"status": "SUCCEEDED", "output": r#"{"paid":true,"told":"yes"}"#}));
    let history: Value =
        serde_json::from_str(&fs::read_to_string(dir.path().join("history.json")).unwrap()).unwrap();
    let types: Vec<&str> =
        history.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types.iter().filter(|name| **name == "TaskFailed").count(), 1);
    assert!(types.contains(&"TaskSubmitted"));
}

#[test]
fn an_execution_that_fails_exits_with_one() {
    let dir = dir(&json!({ "Charge": {"output": {"Payload": {}}}, "*": {"hang": true} }));
    let (code, stdout, _) = xtask(dir.path(), &RUN);
    assert_eq!(code, 1);
    assert_eq!(serde_json::from_str::<Value>(&stdout).unwrap()["error"], "States.Timeout");
}

#[test]
fn what_has_no_mock_is_named() {
    let dir = dir(&json!({}));
    let (code, stdout, _) = xtask(dir.path(), &RUN);
    assert_eq!(code, 1);
    assert!(stdout.contains("`Charge`") && stdout.contains("(the function `Charge`)"), "{stdout}");
}

#[test]
fn a_mock_that_says_two_things_and_a_definition_that_is_none_are_refused() {
    let dir = dir(&json!({ "Charge": {"output": 1, "error": "Busy"} }));
    let (code, _, stderr) = xtask(dir.path(), &RUN);
    assert_eq!(code, 2);
    assert!(stderr.contains("`Charge`"), "{stderr}");
    fs::write(dir.path().join("m.asl.json"), r#"{"StartAt": "A", "States": {}}"#).unwrap();
    assert_eq!(xtask(dir.path(), &RUN).0, 2);
}

#[test]
fn a_bench_prints_a_line_for_each_workload() {
    let dir = tempfile::tempdir().unwrap();
    let workload = json!({
        "name": "small", "execs": 3, "states": 1, "input": {},
        "definition": {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:a:1:function:f", "End": true}}}
    });
    fs::write(dir.path().join("small.json"), workload.to_string()).unwrap();
    let (code, stdout, stderr) = xtask(dir.path(), &["bench", ".", "--reps", "1", "--history"]);
    assert_eq!(code, 0, "{stderr}");
    let line: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&line["workload"], &line["execs"]), (&json!("small"), &json!(3)));
}
