//! What the README shows is what there is.

use std::path::Path;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).expect("the file is part of the repository")
}

/// The code blocks of the README in a language.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    readme
        .split(&format!("```{language}\n"))
        .skip(1)
        .filter_map(|rest| rest.split("```").next().map(str::to_owned))
        .collect()
}

#[test]
fn the_readme_shows_the_example_word_for_word() {
    let example = read("workflow-core/examples/refund.rs");
    let readme = read("README.md");
    for block in blocks(&readme, "rust") {
        assert!(example.contains(block.trim()), "not in examples/refund.rs:\n{block}");
    }
}

#[path = "../examples/refund.rs"]
#[allow(dead_code, reason = "the example has a `main` of its own")]
mod example;

#[test]
fn the_readme_shows_the_state_machine_that_is_emitted() {
    let machine = &<example::refund as workflow_core::Workflow>::definition().machine;
    let shown = blocks(&read("README.md"), "json");
    assert_eq!(shown.first().map(String::as_str), Some(workflow_core::emit::render(machine).as_str()));
}
