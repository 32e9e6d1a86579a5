//! Both readings of every workflow agree, whatever its input is and whichever task fails how.
//!
//! `AGREEMENT_INPUTS=1000 cargo test -p order-workflow --test agreement` is the long run.

mod common;

use common::{block_on, input, setup};
use order_workflow::workflows::{
    order_fulfillment::order_fulfillment, order_lifecycle::order_lifecycle,
    order_processing::order_processing, order_saga::order_saga, purchase_refund::purchase_refund,
    refund::refund, transaction::transaction,
};
use workflow_core::{
    Start, Workflow,
    testing::{self, Coverage, WorkflowFn},
};

fn inputs() -> usize {
    std::env::var("AGREEMENT_INPUTS")
        .map_or(200, |inputs| inputs.parse().expect("AGREEMENT_INPUTS is a number"))
}

/// Compares on inputs that are made up, with every fault, and on the documents' own with the real handlers.
fn agree<F: WorkflowFn<P> + Copy, P>(workflow: F, files: &[&str]) -> Coverage {
    let name = <F::Workflow as Workflow>::META.name;
    let documents = || files.iter().map(|file| Start::from_json(input(file).to_string()));
    let real =
        documents().fold(testing::agree(workflow), testing::Agreement::input).executor(setup().0).faults();
    let coverage = block_on(real.run());
    assert_eq!(coverage.inputs(), files.len(), "{coverage}");
    let made_up = documents().fold(testing::agree(workflow), testing::Agreement::input);
    let coverage = block_on(made_up.inputs(inputs()).faults().run());
    eprintln!("{coverage}");
    assert_eq!(coverage.inputs() + coverage.beyond(), inputs() + files.len(), "{name}: {coverage}");
    assert!(coverage.faults() > 0, "{name}: {coverage}");
    assert!(coverage.is_complete(), "{name}: {coverage}");
    coverage
}

#[test]
fn purchase_refund_agrees() {
    agree(purchase_refund, &["purchase-refund.purchase.json", "purchase-refund.refund.json"]);
}

#[test]
fn transaction_agrees() {
    agree(transaction, &["transaction.purchase.json", "transaction.refund.json"]);
}

#[test]
fn order_lifecycle_agrees() {
    agree(order_lifecycle, &["order-lifecycle.json"]);
}

#[test]
fn order_fulfillment_agrees() {
    agree(order_fulfillment, &["order-fulfillment.json"]);
}

#[test]
fn order_processing_agrees() {
    agree(order_processing, &["order-processing.json"]);
}

#[test]
fn order_saga_agrees() {
    agree(order_saga, &["order-saga.json"]);
}

#[test]
fn refund_agrees() {
    agree(refund, &["refund.small.json"]);
}
