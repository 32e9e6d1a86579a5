//! The macros of workflow-core, which re-exports and documents them.
//!
//! This crate is a translator: it reads the author's function, refuses what has no meaning in a
//! state machine, and writes the function down twice. What the second writing means is decided in
//! workflow-core, whose items are named only through `::workflow_core::__private`.

mod attributes;
mod body;
mod derive;
mod errors;
mod task;
mod workflow;

use proc_macro::TokenStream;

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro_attribute]
pub fn workflow(arguments: TokenStream, item: TokenStream) -> TokenStream {
    workflow::expand(arguments.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro_attribute]
pub fn task(arguments: TokenStream, item: TokenStream) -> TokenStream {
    task::expand(arguments.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro_derive(Data, attributes(serde))]
pub fn data(item: TokenStream) -> TokenStream {
    derive::data(item.into()).into()
}

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro_derive(WorkflowError, attributes(error, from, workflow))]
pub fn workflow_error(item: TokenStream) -> TokenStream {
    derive::workflow_error(item.into()).into()
}
