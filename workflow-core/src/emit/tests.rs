use std::fs;

use super::*;
use crate::asl::{QueryLanguage, State, Succeed};

fn machine(start: &str) -> StateMachine {
    StateMachine {
        comment: None,
        query_language: QueryLanguage::Jsonata,
        start_at: start.to_owned(),
        timeout_seconds: None,
        states: vec![(start.to_owned(), State::Succeed(Succeed { comment: None, output: None }))],
    }
}

fn unsound() -> StateMachine {
    StateMachine { start_at: "Nowhere".to_owned(), ..machine("Done") }
}

fn entry<'a>(name: &'a str, machine: &'a StateMachine) -> Emitted<'a> {
    Emitted { name, machine, placeholders: Vec::new(), problems: &[] }
}

/// The names in a directory, sorted, hidden ones included.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The report with the directory left out of its paths.
fn shown(dir: &Path, report: &Report) -> String {
    report.to_string().replace(&format!("{}/", dir.display()), "")
}

#[test]
fn a_machine_is_rendered_with_two_spaces_and_a_newline_at_the_end() {
    let expected = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "Done",
  "States": {
    "Done": {
      "Type": "Succeed"
    }
  }
}
"#;
    assert_eq!(render(&machine("Done")), expected);
}

#[test]
fn writing_creates_the_directory_and_the_files() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("a/b");
    let (one, two) = (machine("One"), machine("Two"));
    let written = write(&dir, [entry("two", &two), entry("one", &one)], None).unwrap();
    let expected = [("two", Change::Created), ("one", Change::Created)];
    assert_eq!(written.files, expected.map(|(name, change)| (dir.join(file_name(name)), change)));
    assert_eq!(names(&dir), ["one.asl.json", "two.asl.json"]);
    assert_eq!(fs::read_to_string(dir.join("one.asl.json")).unwrap(), render(&one));
}

#[test]
fn only_what_differs_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two, other) = (machine("One"), machine("Two"), machine("Other"));
    write(dir.path(), [entry("one", &one), entry("two", &two)], None).unwrap();
    let before = fs::metadata(dir.path().join("one.asl.json")).unwrap().modified().unwrap();
    let written = write(dir.path(), [entry("one", &one), entry("two", &other)], None).unwrap();
    let changes: Vec<Change> = written.files.into_iter().map(|(_, change)| change).collect();
    assert_eq!(changes, [Change::Unchanged, Change::Updated]);
    assert_eq!(fs::metadata(dir.path().join("one.asl.json")).unwrap().modified().unwrap(), before);
    assert_eq!(fs::read_to_string(dir.path().join("two.asl.json")).unwrap(), render(&other));
}

#[test]
fn one_workflow_can_be_written_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("old.asl.json"), "").unwrap();
    let (one, two) = (machine("One"), machine("Two"));
    let written = write(dir.path(), [entry("one", &one), entry("two", &two)], Some("two")).unwrap();
    assert_eq!(written.files, [(dir.path().join("two.asl.json"), Change::Created)]);
    assert_eq!(written.orphaned, [] as [PathBuf; 0]);
}

#[test]
fn an_orphan_is_reported_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("old.asl.json"), "{}").unwrap();
    fs::write(dir.path().join("notes.json"), "{}").unwrap();
    let one = machine("One");
    let written = write(dir.path(), [entry("one", &one)], None).unwrap();
    assert_eq!(written.orphaned, [dir.path().join("old.asl.json")]);
    assert_eq!(names(dir.path()), ["notes.json", "old.asl.json", "one.asl.json"]);
}

#[test]
fn nothing_is_written_unless_every_machine_is_sound() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (machine("One"), unsound());
    for only in [None, Some("one")] {
        let error = write(dir.path(), [entry("one", &one), entry("two", &two)], only).unwrap_err();
        assert_eq!(
            error.to_string(),
            "nothing was emitted:\
             \n  two: the state machine starts at `Nowhere`, which is none of its states"
        );
    }
    assert_eq!(names(dir.path()), [] as [&str; 0]);
}

#[test]
fn what_step_functions_would_refuse_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let output = Some("{% $states.input. %}".into());
    let states = vec![("Done".to_owned(), State::Succeed(Succeed { comment: None, output }))];
    let machine = StateMachine { states, ..machine("Done") };
    let error = write(dir.path(), [entry("one", &machine)], None).unwrap_err().to_string();
    let expected = "INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/Done/Output";
    assert_eq!(error, format!("nothing was emitted:\n  one: {expected}"));
    assert_eq!(names(dir.path()), [""; 0]);
}

#[test]
fn a_workflow_with_problems_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let problems = ["`RATE` is not exact in JSON".to_owned()];
    let machine = unsound();
    let entry = Emitted { problems: &problems, ..entry("one", &machine) };
    let error = write(dir.path(), [entry], None).unwrap_err();
    assert_eq!(error.to_string(), "nothing was emitted:\n  one: `RATE` is not exact in JSON");
}

#[test]
fn a_file_that_cannot_be_replaced_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    // A directory in the place of the second file cannot be read as one.
    fs::create_dir(dir.path().join("two.asl.json")).unwrap();
    let (one, two) = (machine("One"), machine("Two"));
    let error = write(dir.path(), [entry("one", &one), entry("two", &two)], None).unwrap_err();
    assert!(matches!(error, EmitError::Io { action: "read", .. }), "{error}");
    assert_eq!(names(dir.path()), ["two.asl.json"]);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    let dir = file.join("asl");
    let one = machine("One");
    let error = write(&dir, [entry("one", &one)], None).unwrap_err().to_string();
    assert!(error.starts_with(&format!("could not create the directory {}: ", dir.display())), "{error}");
}

#[test]
fn an_unknown_workflow_lists_the_known_ones() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (machine("One"), machine("Two"));
    let error = compare(dir.path(), [entry("one", &one), entry("two", &two)], Some("three")).unwrap_err();
    assert_eq!(error.to_string(), "no workflow is named `three`; there are `one`, `two`");
}

#[test]
fn names_are_unique_and_no_paths() {
    let dir = tempfile::tempdir().unwrap();
    let one = machine("One");
    let error = write(dir.path(), [entry("one", &one), entry("One", &one)], None).unwrap_err();
    assert!(matches!(error, EmitError::DuplicateName(name) if name == "One"));
    for name in ["", "../one", "a b", "ä"] {
        let error = write(dir.path(), [entry(name, &one)], None).unwrap_err();
        assert!(matches!(error, EmitError::IllegalName(illegal) if illegal == name));
    }
}

#[test]
fn files_just_written_are_current() {
    let dir = tempfile::tempdir().unwrap();
    let one = machine("One");
    write(dir.path(), [entry("one", &one)], None).unwrap();
    let report = compare(dir.path(), [entry("one", &one)], None).unwrap();
    assert!(report.is_current());
    assert_eq!(report.to_string(), "");
}

#[test]
fn a_report_names_every_file_and_the_first_line_that_differs() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two, other) = (machine("One"), machine("Two"), machine("Other"));
    write(dir.path(), [entry("one", &one), entry("old", &two)], None).unwrap();
    let report = compare(dir.path(), [entry("one", &other), entry("two", &two)], None).unwrap();
    let expected = r#"stale: one.asl.json, first at line 3
  in the file:   "StartAt": "One",
  in the code:   "StartAt": "Other",
missing: two.asl.json
orphaned: old.asl.json (no workflow has this name)
"#;
    assert_eq!(shown(dir.path(), &report), expected);
    let report = compare(dir.path(), [entry("one", &one), entry("two", &two)], Some("one")).unwrap();
    assert!(report.is_current());
}

#[test]
fn comparing_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("asl");
    let one = machine("One");
    let report = compare(&dir, [entry("one", &one)], None).unwrap();
    assert_eq!(report.missing, [dir.join("one.asl.json")]);
    assert!(!dir.exists());
}

#[test]
fn a_difference_in_the_end_of_a_line_or_of_the_file_shows() {
    let stale = first_difference(PathBuf::new(), b"a\r\n", "a\n");
    assert_eq!((stale.line, stale.found.as_deref()), (1, Some("a\\r")));
    let stale = first_difference(PathBuf::new(), b"a", "a\n");
    assert_eq!((stale.line, stale.found, stale.expected.as_deref()), (2, None, Some("")));
}
