//! What the compiler tells the author of a workflow.
//!
//! Each file under `ui` holds one mistake and is named for it; the text beside it is what its
//! author reads. Some hold one mistake in several places, each under a comment that says what its author did.
//! `workflow_core::refused` is the table of the likeliest, with what to write instead.
//! `TRYBUILD=overwrite cargo test -p workflow-core --test ui` writes the texts anew.

#[test]
fn a_mistake_is_reported_where_it_was_made_with_what_to_write_instead() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
