//! The schemas that `cargo xtask emit-asl` writes, and what its check says of a change.

#![expect(clippy::unwrap_used, reason = "tests say what they expect with `unwrap`, and so do their helpers")]

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

/// The exit code, and what was printed to standard output and standard error.
fn emit_asl(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("emit-asl").args(arguments).args(["--workflow", "transaction"]);
    command.arg("--out-dir").arg(dir.join("asl")).arg("--schema-dir").arg(dir.join("schemas"));
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A directory with the files of `transaction`, whose schema said something else before.
fn edited(edit: impl FnOnce(&mut Value)) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = emit_asl(dir.path(), &[]);
    assert_eq!((code, stdout.lines().count(), stderr.as_str()), (0, 2, ""));
    let file = dir.path().join("schemas/transaction.schema.json");
    let mut schema = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    edit(&mut schema);
    fs::write(&file, format!("{schema:#}\n")).unwrap();
    dir
}

#[test]
fn the_checked_in_files_are_current() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["emit-asl", "--check"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8(output.stderr).unwrap());
}

#[test]
fn a_current_schema_is_current() {
    let dir = edited(|_| {});
    assert_eq!(emit_asl(dir.path(), &["--check"]).0, 0);
}

#[test]
fn an_input_that_is_refused_now_breaks_callers() {
    let dir = edited(|schema| {
        let amount = schema.pointer_mut("/$defs/Transaction/properties/amountCents").unwrap();
        *amount = json!({ "anyOf": [{ "type": "number" }, { "type": "null" }] });
    });
    let expected = "transaction: breaks callers: input.amountCents: was number, is integer\n";
    let (code, _, stderr) = emit_asl(dir.path(), &["--check"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("stale: ") && stderr.contains(expected), "{stderr}");
    // Writing says it as well, and then it is so.
    let (code, _, stderr) = emit_asl(dir.path(), &[]);
    assert_eq!(code, 0);
    assert!(stderr.contains(expected), "{stderr}");
    assert_eq!(emit_asl(dir.path(), &["--check"]).0, 0);
}

#[test]
fn an_error_that_is_gone_breaks_callers() {
    let dir = edited(|schema| {
        schema.pointer_mut("/$defs/errors/enum").unwrap().as_array_mut().unwrap().push(json!("Frozen"));
    });
    let (_, _, stderr) = emit_asl(dir.path(), &["--check"]);
    assert!(stderr.contains("transaction: breaks callers: the error `Frozen` is gone\n"), "{stderr}");
}

#[test]
fn a_revision_that_is_none_is_refused() {
    let dir = edited(|_| {});
    let (code, _, stderr) = emit_asl(dir.path(), &["--check", "--since", "no-such-revision"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("`no-such-revision` is not a revision"), "{stderr}");
}
