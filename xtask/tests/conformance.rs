//! `cargo xtask conformance` from the outside: what it compares, and when it fails.

#![expect(clippy::unwrap_used, reason = "tests say what they expect with `unwrap`, and so do their helpers")]

use std::{fs, process::Command};

fn conformance(lines: &str, arguments: &[&str]) -> (i32, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cases.jsonl");
    fs::write(&file, lines).unwrap();
    let command =
        Command::new(env!("CARGO_BIN_EXE_xtask")).arg("conformance").arg(&file).args(arguments).output();
    let output = command.unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), stdout.replace(file.to_str().unwrap(), "cases.jsonl"))
}

#[test]
fn expressions_are_compared_with_their_value_or_error() {
    let lines = r#"{"group": "g", "file": "f", "k": 0, "expr": "a + $b", "data": {"a": 1}, "bindings": {"b": 2}, "want": "result", "result": 3.0}
{"group": "g", "file": "f", "k": 1, "expr": "nothing", "want": "undef"}
{"group": "g", "file": "f", "k": 2, "expr": "1 + 'a'", "want": "code", "code": "T2002"}
{"group": "g", "file": "f", "k": 3, "expr": "a ?? 1", "want": "result", "result": 1}
{"group": "g", "file": "f", "k": 4, "expr": "1", "want": "result", "result": 2}
"#;
    let (code, stdout) = conformance(lines, &[]);
    assert_eq!(code, 1);
    assert!(stdout.starts_with("g/f#4: 1 gives 1 and not 2\n"), "{stdout}");
    assert!(stdout.ends_with("3 of 4 as recorded (75.00 %), 1 not compared\n"), "{stdout}");
    assert_eq!(conformance(lines, &["--min-outcomes", "75"]).0, 0);
    let (code, stdout) = conformance(lines, &["--only", "#2"]);
    assert_eq!((code, stdout.ends_with("1 of 1 as recorded (100.00 %)\n")), (0, true), "{stdout}");
}

#[test]
fn paths_are_compared_on_the_document_of_the_first_line() {
    let lines = r#"{"document": {"a": [1, 2]}}
{"path": "$.a[*]", "definite": false, "result": [1, 2]}
{"path": "$.b", "definite": true, "error": "PathNotFoundException"}
{"path": "$.", "definite": null, "error": "InvalidPathException"}
{"path": "$.a", "definite": true, "result": []}
"#;
    let (code, stdout) = conformance(lines, &[]);
    assert_eq!(code, 1);
    assert!(stdout.starts_with("$.a: gives [1,2] and not []\n"), "{stdout}");
    assert!(stdout.ends_with("3 of 4 as recorded (75.00 %)\n"), "{stdout}");
}

#[test]
fn definitions_are_compared_with_their_diagnostics() {
    let lines = r#"{"id": "ok", "kind": "validate", "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, "expect": {"result": "OK", "diagnostics": []}}
{"id": "refused", "kind": "validate", "definition": {"StartAt": "A"}, "expect": {"exception": {"code": "InvalidDefinition", "message": "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'"}}}
{"id": "other", "kind": "validate", "definition": {"StartAt": "A"}, "expect": {"result": "OK", "diagnostics": []}}
"#;
    let (code, stdout) = conformance(lines, &[]);
    assert_eq!(code, 1);
    assert!(stdout.starts_with("other: ") && stdout.contains("2 of 3 as recorded (66.67 %)\n"), "{stdout}");
}

#[test]
fn a_file_of_no_known_kind_is_no_success() {
    assert_eq!(conformance("{\"a\": 1}\n", &[]).0, 2);
    assert_eq!(conformance("", &[]).0, 2);
    assert_eq!(conformance("{", &[]).0, 2);
}

#[test]
fn recorded_executions_are_replayed_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let line = |id: &str, output: &str| {
        format!(
            r#"{{"id": "{id}", "type": "STANDARD", "definition": {{"StartAt": "A", "States": {{"A":
                {{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true}}}}}},
                "input": {{}}, "context": {{"region": "us-east-1", "account": "1"}}, "placeholders": [],
                "tasks": {{"A": [{{"event": "TaskSucceeded", "output": 1}}]}},
                "expect": {{"status": "SUCCEEDED", "output": {output}, "ordered": true}},
                "history": [
                    {{"type": "ExecutionStarted", "id": 1, "prev": 0, "input": {{}}}},
                    {{"type": "TaskStateEntered", "id": 2, "prev": 0, "input": {{}}, "name": "A"}},
                    {{"type": "TaskScheduled", "id": 3, "prev": 2, "parameters": {{}}, "region": "us-east-1",
                      "resource": "sendMessage", "resourceType": "sqs"}},
                    {{"type": "TaskStarted", "id": 4, "prev": 3, "resource": "sendMessage", "resourceType": "sqs"}},
                    {{"type": "TaskSucceeded", "id": 5, "prev": 4, "output": 1, "resource": "sendMessage", "resourceType": "sqs"}},
                    {{"type": "TaskStateExited", "id": 6, "prev": 5, "name": "A", "output": 1}},
                    {{"type": "ExecutionSucceeded", "id": 7, "prev": 6, "output": 1}}
                ]}}"#
        )
        .replace('\n', " ")
    };
    let file = dir.path().join("recorded.jsonl");
    std::fs::write(&file, format!("{}\n{}\n", line("right", "1"), line("wrong", "2"))).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["conformance", "--min-outcomes", "60"])
        .arg(&file)
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert!(stdout.contains("wrong: /expect/output is 1 and not 2"), "{stdout}");
    assert!(stdout.ends_with("outcomes 1/2, events 2/2\n"), "{stdout}");
}
