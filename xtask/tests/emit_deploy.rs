//! `cargo xtask emit-deploy` from the outside: exit codes, what is printed, what is on disk.

#![expect(clippy::unwrap_used, reason = "tests say what they expect with `unwrap`, and so do their helpers")]

use std::{fs, path::Path, process::Command};

/// The exit code and what was printed to standard output and standard error.
fn emit_deploy(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.arg("emit-deploy").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn in_dir(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut all = vec!["--out-dir", dir.to_str().unwrap()];
    all.extend(arguments);
    emit_deploy(&all)
}

#[test]
fn the_checked_in_templates_are_current() {
    let (code, stdout, stderr) = emit_deploy(&["--check"]);
    assert_eq!((code, stdout.as_str()), (0, "5 files are current\n"), "{stderr}");
}

#[test]
fn a_stale_template_is_named_with_its_line_and_the_command() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(in_dir(dir.path(), &[]).0, 0);
    let file = dir.path().join("sam/template.yaml");
    let edited = fs::read_to_string(&file).unwrap().replace("MemorySize: 256", "MemorySize: 512");
    fs::write(&file, edited).unwrap();
    let (code, _, stderr) = in_dir(dir.path(), &["--check"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("in the code:     MemorySize: 256"), "{stderr}");
    assert!(stderr.ends_with("to refresh: cargo xtask emit-deploy\n"), "{stderr}");
}

#[test]
fn with_an_account_the_definitions_have_its_arns_and_each_has_a_policy() {
    let dir = tempfile::tempdir().unwrap();
    let place = ["--account", "123456789012", "--region", "eu-central-1", "--stack", "shop"];
    let (code, _, stderr) = in_dir(dir.path(), &place);
    let api = "refund: its API is made by SAM and Terraform, and not among these files\n";
    assert_eq!((code, stderr.as_str()), (0, api));
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let function = "arn:aws:lambda:eu-central-1:123456789012:function:shop-PurchaseHandler";
    let definition = read("transaction.asl.json");
    assert!(definition.contains(&format!("\"FunctionName\": \"{function}\"")), "{definition}");
    assert!(!definition.contains("${"));
    assert!(read("transaction.policy.json").contains(function));
    assert!(read("trust.json").contains("\"aws:SourceAccount\": \"123456789012\""));
    let machine = "arn:aws:states:eu-central-1:123456789012:stateMachine:shop-order-fulfillment";
    assert!(
        read("order-fulfillment-OrderPlaced.rule.json")
            .contains("\"Name\": \"shop-order-fulfillment-OrderPlaced\"")
    );
    for file in ["order-fulfillment-OrderPlaced.targets.json", "order-fulfillment-starter.policy.json"] {
        assert!(read(file).contains(&format!("\"{machine}\"")), "{file}");
    }
    assert!(read("starter.trust.json").contains("events.amazonaws.com"));
}

#[test]
fn an_account_that_is_none_is_refused() {
    let (code, stdout, stderr) = emit_deploy(&["--account", "12", "--region", "eu-central-1"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("`12` is not an account; it has twelve digits"), "{stderr}");
    assert_eq!(emit_deploy(&["--account", "123456789012"]).0, 2);
}
