//! `cargo xtask lint` from the outside.

#![expect(clippy::unwrap_used, reason = "tests say what they expect with `unwrap`, and so do their helpers")]

use std::{fs, path::Path, process::Command};

fn lint(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("lint").args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// What is printed of a text, behind the name of its file.
fn printed(text: &str, arguments: &[&str]) -> (i32, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("machine.asl.json");
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let (code, stdout) = lint(&[&[file], arguments].concat());
    (code, stdout.replace(file, "machine.asl.json"))
}

#[test]
fn an_error_is_shown_at_its_place() {
    let text =
        "{\n  \"StartAt\": \"Dönt\",\n  \"States\": {\n    \"Done\": {\"Type\": \"Succeed\"}\n  }\n}\n";
    let expected = "\
machine.asl.json:2:3: error[MISSING_TRANSITION_TARGET]: Missing 'Next' target: Dönt
  |
2 |   \"StartAt\": \"Dönt\",
  |   ^^^^^^^^^
machine.asl.json:4:5: error[MISSING_TRANSITION_TARGET]: State \"Done\" is not reachable.
  |
4 |     \"Done\": {\"Type\": \"Succeed\"}
  |     ^^^^^^
1 file checked: 2 errors, 0 warnings
";
    assert_eq!(printed(text, &["--errors-only"]), (1, expected.to_owned()));
}

#[test]
fn a_warning_is_no_failure_and_can_be_allowed() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}"#;
    let (code, stdout) = printed(text, &[]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("machine.asl.json:1:29: warning[TASK_WITHOUT_RETRY]"), "{stdout}");
    let allowed = printed(text, &["--allow", "TASK_WITHOUT_RETRY"]);
    assert_eq!(allowed, (0, "1 file checked: 0 errors, 0 warnings\n".to_owned()));
}

#[test]
fn express_state_machines_have_rules_of_their_own() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true}}}"#;
    assert_eq!(printed(text, &["--errors-only"]).0, 0);
    assert_eq!(printed(text, &["--errors-only", "--type", "express"]).0, 1);
}

#[test]
fn text_that_is_no_json_is_an_error() {
    let (code, stdout) = printed("not json", &[]);
    assert_eq!(code, 1);
    assert!(
        stdout.starts_with("machine.asl.json: error[INVALID_JSON_DESCRIPTION]: Unrecognized token 'not'"),
        "{stdout}"
    );
}

#[test]
fn the_state_machines_of_the_order_workflows_are_taken() {
    let asl = Path::new(env!("CARGO_MANIFEST_DIR")).join("../order-workflow/asl");
    let files: Vec<String> =
        fs::read_dir(asl).unwrap().map(|entry| entry.unwrap().path().to_str().unwrap().to_owned()).collect();
    assert!(files.len() > 3);
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (code, stdout) = lint(&files);
    assert_eq!((code, stdout.contains("error[")), (0, false), "{stdout}");
}
