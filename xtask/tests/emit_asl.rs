//! `cargo xtask emit-asl` from the outside: exit codes, what is printed, what is on disk.

#![expect(clippy::unwrap_used, reason = "tests say what they expect with `unwrap`, and so do their helpers")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What the command left behind.
struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

fn emit_asl(dir: &Path, arguments: &[&str]) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.arg("emit-asl").args(arguments).arg("--out-dir").arg(dir).output().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A directory with a file for every workflow.
fn emitted() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let outcome = emit_asl(dir.path(), &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    dir
}

/// The names in a directory, sorted, hidden ones included.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The first file, and the name of its workflow.
fn first(dir: &Path) -> (PathBuf, String) {
    let name = names(dir).remove(0);
    (dir.join(&name), name.strip_suffix(".asl.json").unwrap().to_owned())
}

#[test]
fn every_file_is_named_and_ends_in_a_newline() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("made/on/the/way");
    let outcome = emit_asl(&dir, &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let names = names(&dir);
    assert!(!names.is_empty());
    assert_eq!(outcome.stdout.lines().count(), names.len());
    for name in names {
        let path = dir.join(&name);
        assert!(outcome.stdout.contains(&format!("created: {}\n", path.display())), "{}", outcome.stdout);
        let text = fs::read_to_string(path).unwrap();
        assert!(text.starts_with("{\n  \"") && text.ends_with("\n}\n"), "{name}");
    }
}

#[test]
fn a_second_run_changes_nothing() {
    let dir = emitted();
    let outcome = emit_asl(dir.path(), &[]);
    assert_eq!(outcome.code, 0);
    assert!(outcome.stdout.lines().all(|line| line.starts_with("unchanged: ")), "{}", outcome.stdout);
}

#[test]
fn one_workflow_can_be_emitted_alone() {
    let all = emitted();
    let (file, workflow) = first(all.path());
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(emit_asl(dir.path(), &["--workflow", &workflow]).code, 0);
    assert_eq!(names(dir.path()), [file.file_name().unwrap().to_str().unwrap()]);
    assert_eq!(emit_asl(dir.path(), &["--check", "--workflow", &workflow]).code, 0);
}

#[test]
fn check_is_content_with_current_files() {
    let dir = emitted();
    let outcome = emit_asl(dir.path(), &["--check"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(outcome.stdout, format!("{} is current\n", dir.path().display()));
}

#[test]
fn check_names_a_stale_file_its_line_and_the_command() {
    let dir = emitted();
    let (file, _) = first(dir.path());
    let edited = fs::read_to_string(&file).unwrap().replacen("{\n", "{\n  \"Edited\": true,\n", 1);
    fs::write(&file, &edited).unwrap();
    let Outcome { code, stderr, .. } = emit_asl(dir.path(), &["--check"]);
    assert_eq!(code, 1);
    let expected =
        format!("stale: {}, first at line 2\n  in the file:   \"Edited\": true,\n", file.display());
    assert!(stderr.starts_with(&expected), "{stderr}");
    let command = format!("to refresh: cargo xtask emit-asl --out-dir {}\n", dir.path().display());
    assert!(stderr.ends_with(&command), "{stderr}");
    assert_eq!(fs::read_to_string(file).unwrap(), edited, "a check writes nothing");
}

#[test]
fn check_names_a_missing_file() {
    let dir = emitted();
    let (file, _) = first(dir.path());
    fs::remove_file(&file).unwrap();
    let Outcome { code, stderr, .. } = emit_asl(dir.path(), &["--check"]);
    assert_eq!(code, 1);
    assert!(stderr.starts_with(&format!("missing: {}\nto refresh: ", file.display())), "{stderr}");
    assert!(!file.exists());
}

#[test]
fn an_orphan_is_named_and_kept() {
    let dir = emitted();
    let orphan = dir.path().join("no-such-workflow.asl.json");
    fs::write(&orphan, "{}\n").unwrap();
    let named = format!("orphaned: {} (no workflow has this name", orphan.display());
    let checked = emit_asl(dir.path(), &["--check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.stderr.starts_with(&named), "{}", checked.stderr);
    let written = emit_asl(dir.path(), &[]);
    assert_eq!(written.code, 0);
    assert!(written.stderr.starts_with(&named), "{}", written.stderr);
    assert!(orphan.exists());
}

#[test]
fn an_unknown_workflow_lists_the_known_ones() {
    let dir = emitted();
    for mode in [&["--workflow", "no-such-workflow"][..], &["--check", "--workflow", "no-such-workflow"]] {
        let Outcome { code, stderr, .. } = emit_asl(dir.path(), mode);
        assert_eq!(code, 2);
        assert!(
            stderr.starts_with("error: no workflow is named `no-such-workflow`; there are `"),
            "{stderr}"
        );
        for name in names(dir.path()) {
            let workflow = name.strip_suffix(".asl.json").unwrap();
            assert!(stderr.contains(&format!("`{workflow}`")), "{stderr}");
        }
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    let dir = file.join("asl");
    let Outcome { code, stdout, stderr } = emit_asl(&dir, &[]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    let expected = format!("error: could not create the directory {}: ", dir.display());
    assert!(stderr.starts_with(&expected), "{stderr}");
}

#[test]
fn a_failure_leaves_no_file_half_written_and_none_behind() {
    let dir = emitted();
    let before = names(dir.path());
    // The last file cannot be replaced: a directory has its name.
    let last = dir.path().join(before.last().unwrap());
    fs::remove_file(&last).unwrap();
    fs::create_dir(&last).unwrap();
    let (file, _) = first(dir.path());
    if file != last {
        fs::write(&file, "edited").unwrap();
    }
    let Outcome { code, stderr, .. } = emit_asl(dir.path(), &[]);
    assert_eq!(code, 2);
    assert!(stderr.starts_with(&format!("error: could not read {}: ", last.display())), "{stderr}");
    assert_eq!(names(dir.path()), before);
    if file != last {
        assert_eq!(fs::read_to_string(file).unwrap(), "edited");
    }
}

#[test]
fn an_unknown_option_is_a_usage_error() {
    let dir = tempfile::tempdir().unwrap();
    let Outcome { code, stderr, .. } = emit_asl(dir.path(), &["--no-such-option"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("Usage: cargo xtask emit-asl"), "{stderr}");
}
