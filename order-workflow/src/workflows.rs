//! The workflows, a file each.
//!
//! To add one: write its file, with a workflow that is named like it, and add its line here.

workflow_core::catalogue! {
    pub mod purchase_refund;
    pub mod transaction;
    pub mod order_lifecycle;
    pub mod order_fulfillment;
    pub mod order_processing;
    pub mod order_saga;
    pub mod refund;
}
