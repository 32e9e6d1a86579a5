//! The checked-in state machines are the ones that the workflows of this crate become.

use std::path::Path;

use workflow_core::emit::{self, Emitted};

#[test]
fn every_checked_in_state_machine_is_current() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("asl");
    let catalogue = order_workflow::workflows::catalogue();
    let report = emit::compare(&dir, catalogue.iter().map(Emitted::from), None).unwrap();
    assert!(
        report.is_current(),
        "the state machines differ from the code:\n{report}\
         run `cargo xtask emit-asl`, read the difference and commit it; delete what is orphaned\n"
    );
}
