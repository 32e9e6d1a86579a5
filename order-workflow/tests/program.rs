//! The program as its users meet it: arguments, streams, exit codes and files.

#![allow(clippy::unwrap_used, reason = "a test says what it expects with `unwrap`, its helpers too")]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

/// Runs the program in this directory with this text as its standard input.
fn program(directory: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_order-workflow"))
        .args(arguments)
        .current_dir(directory)
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may refuse its arguments before it reads.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn in_empty_directory(arguments: &[&str], stdin: &str) -> Output {
    program(tempfile::tempdir().unwrap().path(), arguments, stdin)
}

fn input(file: &str) -> String {
    fs::read_to_string(format!("{}/inputs/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn stdout(output: &Output) -> Value {
    let text = str::from_utf8(&output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(text).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

/// Checks that nothing was started, and what was said about it.
#[track_caller]
fn assert_refused(output: &Output, message: &str) {
    assert_eq!(output.status.code(), Some(2), "{}", stderr(output));
    assert!(output.stdout.is_empty());
    assert!(stderr(output).contains(message), "{}", stderr(output));
}

#[test]
fn list_names_every_workflow_and_what_it_is_for() {
    let output = in_empty_directory(&["list"], "");
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<&str> = str::from_utf8(&output.stdout).unwrap().lines().collect();
    assert!(lines.iter().any(|line| {
        *line == "purchase-refund    standard  State machine for purchase and refund operations"
    }));
    for workflow in [
        "purchase-refund",
        "transaction",
        "order-lifecycle",
        "order-fulfillment",
        "order-processing",
        "order-saga",
        "refund",
    ] {
        assert!(lines.iter().any(|line| line.starts_with(workflow)), "{workflow}");
    }
}

#[test]
fn every_input_that_comes_with_the_program_succeeds() {
    for entry in fs::read_dir(format!("{}/inputs", env!("CARGO_MANIFEST_DIR"))).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let workflow = name.split('.').next().unwrap();
        let input = path.to_str().unwrap();
        let arguments = ["run", workflow, "--input", input, "--seed", "1", "--approve", "yes"];
        let output = in_empty_directory(&arguments, "");
        assert_eq!(output.status.code(), Some(0), "{name}: {}", stderr(&output));
        assert_eq!(stdout(&output)["status"], "SUCCEEDED");
    }
}

#[test]
fn a_refund_that_nobody_approves_fails() {
    let arguments = ["run", "refund", "--input", "-", "--approve", "no"];
    let output = in_empty_directory(&arguments, &input("refund.large.json"));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output)["error"], "RefundRejected");
    assert!(stderr(&output).contains("May 1200.00 go back for order S-101? no"), "{}", stderr(&output));
}

#[test]
fn the_answer_is_on_standard_output_and_the_timeline_on_standard_error() {
    let output = in_empty_directory(
        &["run", "purchase-refund", "--input", "-"],
        &input("purchase-refund.purchase.json"),
    );
    assert_eq!(stdout(&output)["output"]["message"], "Purchase processes");
    let stderr = stderr(&output);
    assert!(stderr.contains("✓ Purchase Lambda") && stderr.contains("succeeded after"), "{stderr}");
    assert!(!stderr.contains('\x1b'), "a pipe gets no colours: {stderr:?}");
}

#[test]
fn a_failed_execution_exits_with_one_and_says_why() {
    let output = in_empty_directory(&["run", "purchase-refund", "--input", "-"], r#"{"operation": "sale"}"#);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stdout(&output),
        json!({
            "status": "FAILED",
            "error": "InvalidOperationError",
            "cause": "The operation provided is not valid.",
        })
    );
    assert!(stderr(&output).contains("failed after"), "{}", stderr(&output));
}

#[test]
fn the_timeline_shows_which_state_failed_and_with_what() {
    let order = input("order-fulfillment.json").replace("item2", "item0");
    let output = in_empty_directory(&["run", "order-fulfillment", "--input", "-"], &order);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output)["error"], "OutOfStock");
    let lines: Vec<&str> = stderr(&output).lines().collect();
    assert!(lines[1].starts_with("  ✗ Validate Order") && lines[1].ends_with("OutOfStock"), "{lines:?}");
    assert!(lines[2].starts_with("  ✓ Handle Errors"), "{lines:?}");
}

#[test]
fn the_same_seed_gives_the_same_answer_and_another_seed_another() {
    let run = |seed| {
        let arguments = ["run", "order-lifecycle", "--input", "-", "--seed", seed];
        stdout(&in_empty_directory(&arguments, &input("order-lifecycle.json")))
    };
    assert_eq!(run("7"), run("7"));
    assert_ne!(run("7"), run("8"));
}

#[test]
fn an_unknown_workflow_is_answered_with_the_known_ones() {
    let output = in_empty_directory(&["run", "purchase", "--input", "-"], "{}");
    assert_refused(&output, "there is no workflow `purchase`; there are: purchase-refund, transaction,");
}

#[test]
fn an_unknown_argument_is_a_usage_error() {
    assert_refused(&in_empty_directory(&["run", "transaction", "--inputs", "x"], ""), "--inputs");
    assert_refused(&in_empty_directory(&["run", "transaction"], ""), "--input");
    assert_refused(&in_empty_directory(&["run", "transaction", "--input", "-", "--seed", "x"], ""), "--seed");
}

#[test]
fn an_input_that_does_not_parse_is_refused_with_line_and_column() {
    let output = in_empty_directory(&["run", "transaction", "--input", "-"], "{\n  \"type\": PURCHASE\n}");
    assert_refused(&output, "standard input is not JSON: expected value at line 2 column 11");
    let output = in_empty_directory(&["run", "transaction", "--input", "-"], "");
    assert_refused(&output, "standard input is not JSON");
    let output = in_empty_directory(&["run", "transaction", "--input", "-"], "{} {}");
    assert_refused(&output, "trailing characters at line 1 column 4");
}

#[test]
fn a_missing_or_mistyped_field_is_refused_by_name() {
    let order = input("order-fulfillment.json");
    let run = |order: &str| in_empty_directory(&["run", "order-fulfillment", "--input", "-"], order);
    assert_refused(&run(&order.replace("\"email\"", "\"mail\"")), "missing field `email`");
    assert_refused(&run(&order.replace("100.5", "\"a lot\"")), "`amount`: invalid type: string \"a lot\"");
}

#[test]
fn an_input_that_cannot_be_read_is_refused() {
    assert_refused(
        &in_empty_directory(&["run", "transaction", "--input", "nowhere.json"], ""),
        "could not read nowhere.json",
    );
    assert_refused(&in_empty_directory(&["run", "transaction", "--input", "."], ""), "could not read .");
}

#[test]
fn an_input_that_is_not_text_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("input.json"), b"{\"type\": \"\xff\"}").unwrap();
    let output = program(directory.path(), &["run", "transaction", "--input", "input.json"], "");
    assert_refused(&output, "input.json is not UTF-8 text");
}

#[test]
fn an_input_of_256_kib_is_run_and_one_byte_more_is_refused() {
    let empty = r#"{"operation":"sale","data":""}"#;
    let padding = "x".repeat(256 * 1024 - empty.len());
    let largest = empty.replace("\"\"", &format!("\"{padding}\""));
    let run = |input: &str| in_empty_directory(&["run", "purchase-refund", "--input", "-"], input);
    assert_eq!(run(&largest).status.code(), Some(1));
    assert_refused(&run(&format!("{largest} ")), "more than 262144 bytes");
}

#[test]
fn a_database_keeps_what_an_execution_did() {
    let directory = tempfile::tempdir().unwrap();
    let run = || {
        let arguments = ["run", "order-lifecycle", "--input", "-", "--db", "orders.db"];
        stdout(&program(directory.path(), &arguments, &input("order-lifecycle.json")))
    };
    assert_eq!(run(), run(), "the second execution finds the payment and the parcel of the first");
}

#[test]
fn without_a_database_nothing_is_left_behind() {
    let directory = tempfile::tempdir().unwrap();
    program(directory.path(), &["run", "order-lifecycle", "--input", "-"], &input("order-lifecycle.json"));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_history_has_the_events_in_the_shape_of_get_execution_history() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["run", "transaction", "--input", "-", "--history", "history.json"];
    let output = program(directory.path(), &arguments, &input("transaction.purchase.json"));
    assert_eq!(output.status.code(), Some(0));
    let text = fs::read_to_string(directory.path().join("history.json")).unwrap();
    let history: Value = serde_json::from_str(&text).unwrap();
    let events = history["events"].as_array().unwrap();
    assert_eq!(events[0]["type"], "ExecutionStarted");
    assert_eq!(events[1]["stateEnteredEventDetails"]["name"], "Purchase Handler");
    assert_eq!(events.last().unwrap()["type"], "ExecutionSucceeded");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "only the history is left");
}

#[test]
fn a_failed_execution_leaves_its_history_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("history.json");
    fs::write(&path, "an older history").unwrap();
    let arguments = ["run", "transaction", "--input", "-", "--history", "history.json"];
    assert_eq!(program(directory.path(), &arguments, r#"{"type":"SALE"}"#).status.code(), Some(1));
    assert!(fs::read_to_string(&path).unwrap().contains("ExecutionFailed"));
}

#[test]
fn whatever_is_refused_leaves_no_file_and_changes_none() {
    let good = input("transaction.purchase.json");
    for (arguments, stdin, message) in [
        (&["--db", "orders.db", "--history", "history.json"][..], "{}", "missing field `type`"),
        (&["--db", "orders.db", "--history", "history.json"], "{", "is not JSON"),
        (
            &["--db", "orders.db", "--history", "no/where.json"],
            &good,
            "could not write the history no/where.json",
        ),
        (&["--db", "orders.db", "--history", "."], &good, "could not write the history ."),
        (
            &["--db", "no/where.db", "--history", "history.json"],
            &good,
            "could not open the database no/where.db",
        ),
        (&["--db", ".", "--history", "history.json"], &good, "could not open the database ."),
        (&["--db", "notes.txt", "--history", "history.json"], &good, "could not open the database notes.txt"),
        (&["--db", "orders.db", "--history", "orders.db"], &good, "give each a file of its own"),
        (&["--db", "notes.txt", "--history", "./notes.txt"], &good, "give each a file of its own"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("notes.txt"), "notes, and no database").unwrap();
        let arguments = [&["run", "transaction", "--input", "-"], arguments].concat();
        assert_refused(&program(directory.path(), &arguments, stdin), message);
        let left: Vec<_> =
            fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["notes.txt"], "{arguments:?}");
        assert_eq!(fs::read_to_string(directory.path().join("notes.txt")).unwrap(), "notes, and no database");
    }
}
